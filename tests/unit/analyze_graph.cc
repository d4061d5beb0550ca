// Drawings: the words on edges, what a picture says besides, texts from anywhere, colours that can
// be read and told apart.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <set>
#include <string>

#include "analyze/graph.h"
#include "base/utf8.h"
#include "compile/compile.h"
#include "unit/dot_reader.h"
#include "unit/policy_builder.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

Program Compiled(const Document& document) {
  const Layout layout(Catalog::Standard());
  Diagnostics diagnostics;
  std::optional<Program> program = Compile(layout, document, {}, "policy.json", &diagnostics);
  REQUIRE(program.has_value());
  return *std::move(program);
}

DecisionGraph Drawn(const Document& document, size_t decision = 0) {
  return DrawDecision(Catalog::Standard(), Compiled(document), decision);
}

std::vector<DotStatement> ReadBack(const DecisionGraph& graph) {
  const std::string dot = GraphDot({&graph, 1});
  const auto statements = ReadDot(dot);
  REQUIRE_MESSAGE(statements.has_value(), dot);
  return *statements;
}

/// The labels of the edges of the first node that tests the fact, in their order.
std::vector<std::string> LabelsOf(const DecisionGraph& graph, std::string_view fact) {
  std::vector<std::string> labels;
  for (const DecisionGraph::Edge& edge : graph.edges) {
    if (graph.nodes[edge.from].name == fact) labels.push_back(edge.label);
  }
  return labels;
}

std::vector<std::string> LabelsWhere(std::string_view fact, const Expr& when) {
  return LabelsOf(Drawn(PolicyBuilder().Rule("r", when, "ring").document()), fact);
}

using Labels = std::vector<std::string>;

TEST_CASE("edges say what people would say") {
  CHECK(LabelsWhere("callee.follows(caller)", Test("callee.follows(caller)")) ==
        Labels{"false", "true"});
  CHECK(LabelsWhere("callee.calls_enabled", Test("callee.calls_enabled")) ==
        Labels{"true or unset", "false"});
  CHECK(LabelsWhere("callee.contact(caller)", Test("callee.contact(caller)", {"match"})) ==
        Labels{"all but match", "match"});
  CHECK(LabelsWhere("callee.call_audience", Test("callee.call_audience", {"friends", "nobody"})) ==
        Labels{"all but friends, nobody", "friends, nobody"});
  CHECK(LabelsWhere("caller.account_state", Test("caller.account_state", {"active"})) ==
        Labels{"active or unset", "unclaimed, suspended, deactivated"});
  // Of two neighbours the rounder number is the limit, in the largest unit that is whole.
  const auto compared = [](std::string_view fact, CompareOp op, int64_t constant) {
    return LabelsWhere(fact, Compare(fact, op, constant));
  };
  CHECK(compared("caller.callees_1h", CompareOp::kGe, 30) == Labels{"< 30", ">= 30"});
  CHECK(compared("callee.unanswered(caller)", CompareOp::kLt, 4) == Labels{"< 4", ">= 4"});
  CHECK(compared("callee.since_attempt_ms(caller)", CompareOp::kLe, 180000) ==
        Labels{"<= 3 min", "> 3 min"});
  CHECK(compared("callee.since_attempt_ms(caller)", CompareOp::kLt, 1500) ==
        Labels{"< 1500 ms", ">= 1500 ms"});
  CHECK(compared("caller.account_age_d", CompareOp::kGe, 30) == Labels{"< 30 d", ">= 30 d"});
  CHECK(compared("callee.local_minute", CompareOp::kLt, 420) == Labels{"< 07:00", ">= 07:00"});
  CHECK(compared("callee.requests_24h(caller)", CompareOp::kGt, 0) == Labels{"0", ">= 1"});
}

TEST_CASE("several intervals: between two limits, one by one, or all but those") {
  const Expr teens = Compare("caller.callees_1h", CompareOp::kGe, 10) &&
                     Compare("caller.callees_1h", CompareOp::kLt, 20);
  CHECK(LabelsWhere("caller.callees_1h", teens) == Labels{"< 10, >= 20", "10..19"});
  const Expr day = Compare("callee.local_minute", CompareOp::kGe, 420) &&
                   Compare("callee.local_minute", CompareOp::kLt, 1320);
  CHECK(LabelsWhere("callee.local_minute", day) ==
        Labels{"< 07:00, >= 22:00", ">= 07:00 and < 22:00"});
  CHECK(LabelsWhere("callee.country", IntIn("callee.country", {40, 276, 756})) ==
        Labels{"all but 40, 276, 756", "40, 276, 756"});
  const Document here = PolicyBuilder()
                            .Default("country", 276)
                            .Rule("r", IntIn("callee.country", {40, 276}), "ring")
                            .document();
  CHECK(LabelsOf(Drawn(here), "callee.country") ==
        Labels{"40, 276 or unset", "< 40, 41..275, >= 277"});
}

TEST_CASE("what no edge shows is said in the heading") {
  const Document document = PolicyBuilder()
                                .Outcome("quiet", Effect::kSilence)
                                .Rule("first", Test("callee.follows(caller)"), "ring")
                                .Rule("shadowed", Test("callee.follows(caller)"), "refuse")
                                .OnUnavailable("quiet")
                                .document();
  const std::vector<DotStatement> statements = ReadBack(Drawn(document));
  const auto is_heading = [](const DotStatement& one) {
    return one.name == "graph" && one.attributes.contains("label");
  };
  const auto heading = std::find_if(statements.begin(), statements.end(), is_heading);
  REQUIRE(heading != statements.end());
  const std::string& label = heading->attributes.at("label");
  CHECK(label.find(": ring\n") != std::string::npos);
  CHECK(label.find("on_unavailable: quiet (silence), where facts that matter cannot be read\n") !=
        std::string::npos);
  CHECK(label.find("never decides: shadowed\n") != std::string::npos);
}

TEST_CASE("a decision without facts is a picture of its rule") {
  const Document document =
      PolicyBuilder().Decision("path", {"direct", "relay"}).Otherwise("relay").document();
  const DecisionGraph graph = Drawn(document, 1);
  CHECK(graph.nodes.empty());
  CHECK(graph.edges.empty());
  size_t boxes = 0;
  for (const DotStatement& statement : ReadBack(graph)) {
    boxes += statement.name.starts_with("d0") ? 1 : 0;
    if (statement.name == "d0r0") CHECK(statement.attributes.at("label") == "otherwise\nrelay");
  }
  CHECK(boxes == 1);
}

TEST_CASE("of a long list the edge shows the beginning, its tooltip all") {
  Labels numbers;
  std::vector<int64_t> constants;
  for (int64_t number = 100; number < 300; number += 2) constants.push_back(number);
  const DecisionGraph graph =
      Drawn(PolicyBuilder().Rule("r", IntIn("callee.country", constants), "ring").document());
  for (const DotStatement& statement : ReadBack(graph)) {
    if (statement.to.empty() ||
        statement.attributes.at("tooltip").find("country") == std::string::npos) {
      continue;
    }
    const std::string& label = statement.attributes.at("label");
    CHECK(label.ends_with(" more) "));
    CHECK(label.size() < 220);
    CHECK(statement.attributes.at("tooltip").find("296, 298") != std::string::npos);
  }
}

/// Random text made of what could end a string, a tag or a line.
std::string Nasty(std::mt19937_64* random) {
  constexpr std::array<std::string_view, 24> kPieces = {
      "\"",   "\\", "\\N",  "\\",    "&",      "&lt;",   "&#x0;",    "<b>",
      "]",    "];", "}",    "->",    "\n",     "\r",     "\t",       "\x01",
      "\x7F", "a",  "\xFF", "\xC3(", "\u202E", "\uFFFE", "\xC3\xA9", "\xE2\x82"};
  std::string text;
  for (size_t i = (*random)() % 12; i > 0; --i) text += kPieces[(*random)() % kPieces.size()];
  return text;
}

/// The text as it may be shown, at most 400 bytes of it.
std::string Shown(std::string_view text) {
  std::string shown = Printable(text, 400);
  for (size_t at; (at = shown.find("\uFFFE")) != std::string::npos;) shown.replace(at, 3, "?");
  return shown;
}

TEST_CASE("whatever texts a policy holds, the dot text parses and shows them letter by letter") {
  std::mt19937_64 random(Seed());
  const DecisionGraph plain =
      Drawn(PolicyBuilder().Rule("r", Test("callee.follows(caller)"), "ring").document());
  for (int i = 0; i < 2000; ++i) {
    DecisionGraph graph = plain;
    graph.title = Nasty(&random);
    for (DecisionGraph::Node& node : graph.nodes) node.name = node.doc = Nasty(&random);
    for (DecisionGraph::Rule& rule : graph.rules) {
      rule.id = rule.then = rule.told = Nasty(&random);
      rule.reason = Nasty(&random);
    }
    for (DecisionGraph::Edge& edge : graph.edges) edge.label = Nasty(&random);
    std::map<std::string, DotStatement> nodes;
    for (const DotStatement& statement : ReadBack(graph)) {
      if (statement.to.empty()) nodes[statement.name] = statement;
    }
    REQUIRE(nodes.contains("d0n0"));
    CHECK(nodes["d0n0"].attributes["label"] == Shown(graph.nodes[0].name));
    const DecisionGraph::Rule& rule = graph.rules[0];
    CHECK(nodes["d0n0r0"].attributes["label"].starts_with(Shown(rule.id) + "\n"));
    if (rule.reason != rule.id) {
      std::string tooltip = Shown(rule.reason);
      for (size_t at; (at = tooltip.find('\\')) != std::string::npos;) {
        tooltip.replace(at, 1, "\u29F5");
      }
      CHECK(nodes["d0n0r0"].attributes["tooltip"].starts_with(tooltip));
    }
  }
}

struct Color {
  double red, green, blue;  ///< linear light, 0 to 1
};

Color Parse(const std::string& text) {
  const auto linear = [&](size_t at) {
    const double value = std::stoi(text.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return {linear(1), linear(3), linear(5)};
}

/// WCAG 2.1, relative luminance and contrast ratio.
double Luminance(const Color& c) { return 0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue; }
double Contrast(const Color& a, const Color& b) {
  const double light = std::max(Luminance(a), Luminance(b));
  return (light + 0.05) / (std::min(Luminance(a), Luminance(b)) + 0.05);
}

/// As somebody without red (protan), green (deutan) or blue (tritan) cones sees it: Machado,
/// Oliveira and Fernandes 2009, severity 1.
Color Seen(const Color& c, int kind) {
  constexpr double kMatrices[4][9] = {
      {1, 0, 0, 0, 1, 0, 0, 0, 1},
      {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
      {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
      {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367,
       0.303900}};
  const double* m = kMatrices[kind];
  const auto row = [&](int i) {
    return std::clamp(m[i] * c.red + m[i + 1] * c.green + m[i + 2] * c.blue, 0.0, 1.0);
  };
  return {row(0), row(3), row(6)};
}

/// CIE 1976 difference in L*a*b*, D65.
double Difference(const Color& a, const Color& b) {
  const auto lab = [](const Color& c) {
    const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
    const double x = f((0.4124 * c.red + 0.3576 * c.green + 0.1805 * c.blue) / 0.9505);
    const double y = f(Luminance(c));
    const double z = f((0.0193 * c.red + 0.1192 * c.green + 0.9505 * c.blue) / 1.089);
    return std::array<double, 3>{116 * y - 16, 500 * (x - y), 200 * (y - z)};
  };
  const auto one = lab(a), other = lab(b);
  return std::hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

/// One rule of each effect.
Document EveryEffect() {
  PolicyBuilder builder;
  builder.Outcome("hushed", Effect::kSilence)
      .Outcome("asked", Effect::kScreen)
      .Outcome("mailbox", Effect::kVoicemail);
  const std::array<std::string, 4> thens = {"ring", "hushed", "asked", "mailbox"};
  const std::array<std::string, 4> members = {"ring", "silence", "screen", "voicemail"};
  for (size_t i = 0; i < thens.size(); ++i) {
    builder.Rule("r" + std::to_string(i), Test("callee.unknown_callers", {members[i]}), thens[i]);
  }
  return builder.document();
}

TEST_CASE("text can be read on every colour, drawn or dimmed") {
  DecisionGraph graph = Drawn(EveryEffect());
  for (bool explained : {false, true}) {
    graph.explained = explained;
    const std::vector<DotStatement> statements = ReadBack(graph);
    std::string ink;
    size_t boxes = 0;
    for (const DotStatement& statement : statements) {
      const auto& attributes = statement.attributes;
      if (statement.name == "node" && attributes.contains("fontcolor")) {
        ink = attributes.at("fontcolor");
      }
      if (!statement.to.empty() || !attributes.contains("fillcolor")) continue;
      const auto own = attributes.find("fontcolor");
      const Color text = Parse(own == attributes.end() ? ink : own->second);
      // Dimmed text is for looking up; WCAG asks 4.5 of that, and 7 of what is to be read well.
      CHECK(Contrast(text, Parse(attributes.at("fillcolor"))) >= (explained ? 4.5 : 7.0));
      ++boxes;
    }
    CHECK(boxes >= 7);
  }
}

TEST_CASE("effects can be told apart, by those who see fewer colours too") {
  std::map<std::string, Color> fills;
  for (const DotStatement& statement : ReadBack(Drawn(EveryEffect()))) {
    if (!statement.name.starts_with("d0") || !statement.to.empty()) continue;
    const auto fill = statement.attributes.find("fillcolor");
    if (fill != statement.attributes.end()) fills[fill->second] = Parse(fill->second);
  }
  REQUIRE(fills.size() == 5);
  for (int kind = 0; kind < 4; ++kind) {
    for (auto a = fills.begin(); a != fills.end(); ++a) {
      for (auto b = std::next(a); b != fills.end(); ++b) {
        CHECK_MESSAGE(Difference(Seen(a->second, kind), Seen(b->second, kind)) >= 15,
                      a->first << " and " << b->first << ", kind " << kind);
      }
    }
  }
}

}  // namespace
}  // namespace ringfence
