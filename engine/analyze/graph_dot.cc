// Drawing -> Graphviz's dot language. Takes texts from anywhere; gives a picture in which colours
// repeat what words say, and which lays out well: one box of a rule under each fact that leads to
// it, and the chain of facts drawn straight.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/graph.h"
#include "base/check.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr size_t kLabelColumns = 34;
constexpr size_t kLabelBytes = 160;  ///< of an edge; the tooltip has all
constexpr size_t kTextBytes = 400;   ///< of a tooltip
/// A fact with up to so many boxes has them side by side; more would pull the picture apart.
constexpr size_t kBoxesInLine = 4;

// Light enough for black text, after Okabe and Ito: whoever sees fewer colours can tell them apart.
constexpr std::string_view kInk = "#1b1d21";
constexpr std::string_view kLine = "#55606e";
constexpr std::string_view kPaper = "#ffffff";
constexpr std::string_view kFact = "#f3f2ee";
constexpr std::string_view kFactLive = "#fff3c4";
constexpr std::array<std::string_view, 4> kValues = {"#e4e4ef", "#f4ead6", "#d9ebe9", "#eddfe2"};
constexpr std::string_view kDimInk = "#636a75";
constexpr std::string_view kDimLine = "#c3c8cf";

/// Of a decision like path: values in the order in which rules first give them.
size_t NumberOfValue(const DecisionGraph& graph, const DecisionGraph::Rule& rule) {
  std::vector<std::string_view> values;
  for (const DecisionGraph::Rule& other : graph.rules) {
    if (std::find(values.begin(), values.end(), other.then) != values.end()) continue;
    if (other.then == rule.then) break;
    values.push_back(other.then);
  }
  return values.size();
}

std::string_view Fill(const DecisionGraph& graph, const DecisionGraph::Rule& rule) {
  if (!graph.is_ring) return kValues[NumberOfValue(graph, rule) % kValues.size()];
  switch (rule.effect) {
    case Effect::kRefuse:
      return "#f4a582";
    case Effect::kRing:
      return "#8ed4bb";
    case Effect::kSilence:
      return "#cfe8fb";
    case Effect::kScreen:
      return "#d4a0e0";
    case Effect::kVoicemail:
      return "#f5e48a";
  }
  CHECK(false);
  return kPaper;
}

/// A text that is shown letter by letter: nothing in it ends the string, is one of dot's escapes,
/// an entity, or a character that SVG cannot hold.
std::string Escaped(std::string_view text, size_t max_bytes, std::string_view backslash) {
  const std::string printable = Printable(text, max_bytes);
  std::string out;
  for (size_t i = 0; i < printable.size(); ++i) {
    const char c = printable[i];
    // U+FFFE and U+FFFF are valid UTF-8, and not allowed in XML.
    if (printable.compare(i, 2, "\xEF\xBF") == 0 && i + 2 < printable.size() &&
        static_cast<unsigned char>(printable[i + 2]) >= 0xBE) {
      out += "?";
      i += 2;
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "\\\"";
    } else if (c == '\\') {
      out += backslash;
    } else {
      out += c;
    }
  }
  return out;
}

std::string Escaped(std::string_view text) { return Escaped(text, SIZE_MAX, "\\\\"); }

/// Releases of Graphviz differ in how often they take escapes out of tooltips, so a look-alike
/// (U+29F5) stands for a backslash.
std::string Tooltip(std::string_view text, size_t max_bytes = kTextBytes) {
  return Escaped(text, max_bytes, "\xE2\xA7\xB5");
}

/// Breaks a list after commas into lines of some columns. `text` is escaped.
std::string Broken(std::string_view text) {
  std::string out;
  size_t column = 0;
  while (!text.empty()) {
    const size_t comma = text.find(", ");
    const size_t length = comma == std::string_view::npos ? text.size() : comma + 1;
    if (column != 0 && column + length > kLabelColumns) {
      out += "\\n";
      column = 0;
    } else if (column != 0) {
      out += ' ';
    }
    out += text.substr(0, length);
    column += length + 1;
    text.remove_prefix(comma == std::string_view::npos ? length : comma + 2);
  }
  return out;
}

/// The words on an edge; of a long list the beginning, and how many more there are.
std::string EdgeLabel(std::string_view label) {
  if (label.size() <= kLabelBytes) return Broken(Escaped(label));
  const size_t cut = label.rfind(", ", kLabelBytes);
  if (cut == std::string_view::npos) return Broken(Escaped(label, kLabelBytes, "\\\\"));
  size_t more = 0;
  for (size_t i = cut; i != std::string_view::npos; i = label.find(", ", i + 1)) ++more;
  return Broken(Escaped(label.substr(0, cut)) + ", ... (" + std::to_string(more) + " more)");
}

/// ` name="value"`, a list of attributes: the values are escaped.
class Attributes {
 public:
  Attributes& Set(std::string_view name, std::string_view escaped) {
    text_ += text_.empty() ? "" : " ";
    text_ += std::string(name) + "=\"" + std::string(escaped) + "\"";
    return *this;
  }
  std::string Statement(const std::string& subject) const {
    return "  " + subject + " [" + text_ + "];\n";
  }

 private:
  std::string text_;
};

/// One decision, its names beginning with a prefix of its own.
class Writer {
 public:
  Writer(const DecisionGraph& graph, size_t number)
      : graph_(graph), prefix_("d" + std::to_string(number)) {}

  std::string Write() {
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) WriteNode(i);
    for (const DecisionGraph::Edge& edge : graph_.edges) WriteEdge(edge);
    if (graph_.nodes.empty()) {
      WriteRule(prefix_ + "r" + std::to_string(graph_.only_rule), graph_.only_rule,
                graph_.rules[graph_.only_rule].live);
    }
    WriteLines();
    WriteUnavailable();
    return std::move(out_);
  }

 private:
  std::string NodeName(uint32_t index) const { return prefix_ + "n" + std::to_string(index); }

  /// The rule's box under the fact.
  std::string BoxName(const DecisionGraph::Edge& edge) const {
    return NodeName(edge.from) + "r" + std::to_string(edge.to);
  }

  bool Dim(bool live) const { return graph_.explained && !live; }

  void WriteNode(uint32_t index) {
    const DecisionGraph::Node& node = graph_.nodes[index];
    const std::string seen = node.seen.empty() ? "" : "\\n= " + Escaped(node.seen);
    Attributes attributes;
    attributes.Set("label", Escaped(node.name) + seen).Set("tooltip", Tooltip(node.doc));
    if (Dim(node.live)) {
      attributes.Set("fillcolor", kPaper).Set("color", kDimLine).Set("fontcolor", kDimInk);
    } else if (node.live) {
      attributes.Set("fillcolor", kFactLive).Set("color", kInk).Set("penwidth", "2");
    }
    out_ += attributes.Statement(NodeName(index));
  }

  /// "blocked (floor)", "private: refuse", "told unavailable".
  std::string RuleLabel(const DecisionGraph::Rule& rule) const {
    std::string label = Escaped(rule.id) + (rule.floor ? " (floor)" : "");
    label += "\\n" + Escaped(rule.then);
    if (graph_.is_ring) {
      const std::string_view effect = ToString(rule.effect);
      if (effect != rule.then) label += ": " + std::string(effect);
      label += "\\ntold " + Escaped(rule.told);
    }
    if (rule.decides && live_rules_ > 1) label += "\\n(decides)";
    return label;
  }

  void WriteRule(const std::string& name, uint32_t index, bool live) {
    const DecisionGraph::Rule& rule = graph_.rules[index];
    const std::string why = rule.reason == rule.id ? "" : rule.reason + " - ";
    Attributes attributes;
    attributes.Set("label", RuleLabel(rule)).Set("tooltip", Tooltip(why + rule.when) + " ");
    attributes.Set("style", rule.reserved ? "filled,dashed" : "filled");
    if (Dim(live)) {
      attributes.Set("fillcolor", kPaper).Set("color", kDimLine).Set("fontcolor", kDimInk);
    } else {
      attributes.Set("fillcolor", Fill(graph_, rule));
      if (live) attributes.Set("color", kInk).Set("penwidth", "2.4");
    }
    out_ += attributes.Statement(name);
  }

  void WriteEdge(const DecisionGraph::Edge& edge) {
    const std::string from = NodeName(edge.from);
    std::string to = NodeName(edge.to);
    if (edge.to_rule) {
      to = BoxName(edge);
      WriteRule(to, edge.to, edge.live);
    }
    const std::string& fact = graph_.nodes[edge.from].name;
    const std::string tooltip = Tooltip(fact + ": " + edge.label, SIZE_MAX);
    Attributes attributes;
    // Blanks keep the words off the line.
    attributes.Set("label", " " + EdgeLabel(edge.label) + " ");
    attributes.Set("tooltip", tooltip).Set("labeltooltip", tooltip);
    // The chain of facts becomes a straight column, with the rules beside it.
    if (!edge.to_rule) attributes.Set("weight", "3");
    if (Dim(edge.live)) {
      attributes.Set("color", kDimLine).Set("fontcolor", kDimInk);
    } else if (edge.live) {
      attributes.Set("color", kInk).Set("penwidth", "2.4");
    }
    out_ += attributes.Statement(from + " -> " + to);
  }

  void WriteLines() {
    std::map<FactId, std::vector<uint32_t>> boxes;
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) boxes[graph_.nodes[i].fact].push_back(i);
    for (const auto& [fact, nodes] : boxes) {
      if (nodes.size() == 1 || nodes.size() > kBoxesInLine) continue;
      out_ += "  {rank=\"same\";";
      for (uint32_t node : nodes) out_ += " " + NodeName(node) + ";";
      out_ += "}\n";
    }
  }

  /// Where facts could not be read and it mattered, every rule that was left leads there.
  void WriteUnavailable() {
    const auto decides = [](const DecisionGraph::Rule& rule) { return rule.decides && !rule.live; };
    const auto rule = std::find_if(graph_.rules.begin(), graph_.rules.end(), decides);
    if (rule == graph_.rules.end()) return;
    const std::string name = prefix_ + "u";
    WriteRule(name, static_cast<uint32_t>(rule - graph_.rules.begin()), true);
    for (const DecisionGraph::Edge& edge : graph_.edges) {
      if (!edge.live || !edge.to_rule) continue;
      Attributes attributes;
      attributes.Set("style", "dashed").Set("color", kInk).Set("tooltip", "facts were unavailable");
      out_ += attributes.Statement(BoxName(edge) + " -> " + name);
    }
  }

  const DecisionGraph& graph_;
  const std::string prefix_;
  const size_t live_rules_ =
      static_cast<size_t>(std::count_if(graph_.rules.begin(), graph_.rules.end(),
                                        [](const DecisionGraph::Rule& rule) { return rule.live; }));
  std::string out_;
};

/// The title, and what no edge shows.
std::string Heading(const DecisionGraph& graph) {
  std::string text = Escaped(graph.title) + "\\n";
  CHECK(!graph.rules.empty());
  const DecisionGraph::Rule& last = graph.rules.back();
  text += Escaped(last.id + ": " + last.then);
  if (graph.is_ring && ToString(last.effect) != last.then) {
    text += " (" + std::string(ToString(last.effect)) + ")";
  }
  text += ", where facts that matter cannot be read\\n";
  std::vector<bool> leads(graph.rules.size(), false);
  if (graph.nodes.empty()) leads[graph.only_rule] = true;
  for (const DecisionGraph::Edge& edge : graph.edges) {
    if (edge.to_rule) leads[edge.to] = true;
  }
  std::string never;
  for (size_t i = 0; i + 1 < graph.rules.size(); ++i) {
    if (!leads[i]) never += (never.empty() ? "" : ", ") + graph.rules[i].id;
  }
  if (!never.empty()) text += Broken("never decides: " + Escaped(never)) + "\\n";
  return text;
}

constexpr std::string_view kHead =
    "digraph ringfence {\n"
    "  graph [labelloc=\"t\" fontname=\"Helvetica,Arial,sans-serif\" fontsize=\"13\" "
    "ranksep=\"0.3\" nodesep=\"0.2\" bgcolor=\"#ffffff\"];\n"
    "  node [shape=\"box\" style=\"filled,rounded\" fontname=\"Helvetica,Arial,sans-serif\" "
    "fontsize=\"11\" margin=\"0.08,0.04\" width=\"0.3\" height=\"0.3\"];\n"
    "  edge [fontname=\"Helvetica,Arial,sans-serif\" fontsize=\"10\" arrowsize=\"0.6\"];\n";

}  // namespace

std::string GraphDot(std::span<const DecisionGraph> graphs) {
  std::string out(kHead);
  Attributes node, edge;
  node.Set("fillcolor", kFact).Set("color", kLine).Set("fontcolor", kInk);
  edge.Set("color", kLine).Set("fontcolor", kInk);
  out += node.Statement("node") + edge.Statement("edge");
  for (size_t i = 0; i < graphs.size(); ++i) {
    const bool cluster = graphs.size() > 1;
    if (cluster) {
      out += "  subgraph cluster_" + std::to_string(i) + " {\n";
      out += "  color=\"" + std::string(kDimLine) + "\";\n";
    }
    out += "  label=\"" + Heading(graphs[i]) + "\";\n";
    out += Writer(graphs[i], i).Write();
    if (cluster) out += "  }\n";
  }
  return out + "}\n";
}

}  // namespace ringfence
