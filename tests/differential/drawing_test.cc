// The drawing is the diagram: random policies are drawn, the dot text is read back, and walking it
// by the words on its edges leads to the rule that the program gives. And what an explanation
// marks is what the decision followed.
#include <doctest/doctest.h>
#include <ringfence/engine.h>
#include <ringfence/graph.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyze/graph.h"
#include "compile/compile.h"
#include "differential/random_policy.h"
#include "policy/document.h"
#include "unit/dot_reader.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr int kDocuments = 150;
constexpr int kWalks = 40;

Document AnyDocument(Random& random) {
  PolicyShape shape;
  shape.facts = PickFacts(Catalog::Standard(), 2 + random.Below(10), random);
  return RandomDocument(Catalog::Standard(), shape, random);
}

std::string Trimmed(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? ' ' : c;
  return out.substr(1, out.size() - 2);  // a blank at each end keeps words off the line
}

/// A picture as its reader has it: boxes with words, arrows with words.
struct Picture {
  std::map<std::string, std::string> boxes;  ///< first line of each
  struct Arrow {
    std::string to, label;
  };
  std::map<std::string, std::vector<Arrow>> arrows;

  explicit Picture(const DecisionGraph& graph) {
    const std::string dot = GraphDot({&graph, 1});
    const auto statements = ReadDot(dot);
    REQUIRE_MESSAGE(statements.has_value(), dot);
    for (const DotStatement& one : *statements) {
      const auto label = one.attributes.find("label");
      if (!one.name.starts_with("d0") || label == one.attributes.end()) continue;
      if (one.to.empty()) {
        REQUIRE(boxes.emplace(one.name, label->second.substr(0, label->second.find('\n'))).second);
        continue;
      }
      // Of a label that was cut the tooltip has all, behind the fact's name.
      std::string words = Trimmed(label->second);
      const std::string& tooltip = one.attributes.at("tooltip");
      const std::string whole = tooltip.substr(tooltip.find(": ") + 2);
      if (words.ends_with(" more)")) {
        REQUIRE(whole.starts_with(words.substr(0, words.find(", ... ("))));
        words = whole;
      }
      REQUIRE(words == whole);
      arrows[one.name].push_back({one.to, words});
    }
  }

  /// The one arrow from a box that holds for a code.
  const Arrow& Follow(const std::string& box, FactCode code) const {
    const Catalog& catalog = Catalog::Standard();
    const FactInfo& fact = catalog.fact(catalog.Find(boxes.at(box)).value());
    const Arrow* found = nullptr;
    for (const Arrow& arrow : arrows.at(box)) {
      const std::optional<bool> holds = LabelHolds(catalog, fact, arrow.label, code);
      REQUIRE_MESSAGE(holds.has_value(), fact.name << ": " << arrow.label);
      if (!*holds) continue;
      REQUIRE_MESSAGE(found == nullptr, fact.name << ": two arrows for one value");
      found = &arrow;
    }
    REQUIRE_MESSAGE(found != nullptr, fact.name << ": no arrow for a value");
    return *found;
  }
};

uint32_t ClassOf(const ProgramDecision& decision, const ProgramNode& node, FactCode code) {
  if (!node.is_int) return code;
  const auto begin = decision.cuts.begin() + node.first_cut;
  return static_cast<uint32_t>(std::upper_bound(begin, begin + node.class_count - 1, code) - begin);
}

std::string IdOf(const ProgramDecision& decision, uint16_t rule) {
  return decision.rules[rule].id + (decision.rules[rule].floor ? " (floor)" : "");
}

/// Every class of every node, by the codes at its ends: one arrow, to the right box.
void CheckEveryClass(const ProgramDecision& decision, const Picture& picture) {
  for (size_t i = 0; i < decision.nodes.size(); ++i) {
    const ProgramNode& node = decision.nodes[i];
    const std::string box = "d0n" + std::to_string(i);
    REQUIRE(picture.boxes.at(box) == Catalog::Standard().fact(node.fact).name);
    for (uint32_t edge = 0; edge < node.class_count; ++edge) {
      const FactCode first = !node.is_int ? edge
                             : edge == 0  ? 0
                                          : decision.cuts[node.first_cut + edge - 1];
      const FactCode last = !node.is_int ? edge
                            : edge + 1 == node.class_count
                                ? node.code_count - 1
                                : decision.cuts[node.first_cut + edge] - 1;
      const Ref to = decision.edges[node.first_edge + edge];
      for (const FactCode code : {first, first + (last - first) / 2, last}) {
        const std::string& drawn = picture.Follow(box, code).to;
        if ((to & kLeafBit) == 0) {
          REQUIRE(drawn == "d0n" + std::to_string(to));
        } else {
          REQUIRE(picture.boxes.at(drawn) == IdOf(decision, static_cast<uint16_t>(to & ~kLeafBit)));
        }
      }
    }
  }
}

/// From the top by random values to a rule, in the picture and in the program.
void CheckWalk(const ProgramDecision& decision, const Picture& picture, const Document& document,
               Random& random) {
  Ref at = decision.root;
  std::string box = (at & kLeafBit) == 0 ? "d0n0" : "d0r" + std::to_string(at & ~kLeafBit);
  while ((at & kLeafBit) == 0) {
    const ProgramNode& node = decision.nodes[at];
    const FactInfo& fact = Catalog::Standard().fact(node.fact);
    const FactCode code = RandomCode(fact, ConstantsOf(document, fact.id), random);
    at = decision.edges[node.first_edge + ClassOf(decision, node, code)];
    box = picture.Follow(box, code).to;
  }
  REQUIRE(picture.boxes.at(box) == IdOf(decision, static_cast<uint16_t>(at & ~kLeafBit)));
}

TEST_CASE("a drawing, read back by its words, decides as the program does") {
  Random random(Seed());
  const Layout layout(Catalog::Standard());
  size_t nodes = 0, shared = 0;
  for (int i = 0; i < kDocuments; ++i) {
    const Document document = AnyDocument(random);
    Diagnostics diagnostics;
    const auto program = Compile(layout, document, {}, "policy.json", &diagnostics);
    if (!program) continue;
    for (size_t d = 0; d < program->decisions.size(); ++d) {
      const ProgramDecision& decision = program->decisions[d];
      if (decision.nodes.size() > 500) continue;
      const Picture picture(DrawDecision(Catalog::Standard(), *program, d));
      CheckEveryClass(decision, picture);
      for (int walk = 0; walk < kWalks; ++walk) CheckWalk(decision, picture, document, random);
      nodes += decision.nodes.size();
      // Nothing is drawn that is not there, and no two arrows join the same boxes.
      for (const auto& [from, arrows] : picture.arrows) {
        for (const Picture::Arrow& arrow : arrows) {
          shared += static_cast<size_t>(
              std::count_if(arrows.begin(), arrows.end(),
                            [&](const Picture::Arrow& other) { return other.to == arrow.to; }) -
              1);
        }
      }
      REQUIRE(picture.arrows.size() == decision.nodes.size());
    }
  }
  REQUIRE(shared == 0);
  REQUIRE(nodes > 1000);
}

/// To be asked without a store: what is not carried cannot be read.
std::vector<Fact> RandomFacts(const Document& document, Random& random) {
  const Catalog& catalog = Catalog::Standard();
  std::vector<Fact> facts;
  const unsigned unavailable = random.Percent(40) ? 0 : static_cast<unsigned>(random.Below(60));
  for (const FactId id : FactsNamed(catalog, document)) {
    const FactInfo& fact = catalog.fact(id);
    const bool said = fact.group != Group::kCall && random.Percent(unavailable);
    if (said || fact.entry == "same_account") continue;
    facts.push_back({id, RandomCode(fact, ConstantsOf(document, id), random)});
  }
  return facts;
}

void CheckExplained(const Policy& policy, const Explanation& explanation, size_t* unsettled) {
  const Decision& decision = explanation.decision.view;
  FactSet live;
  for (const Policy::DecisionStats& stats : policy.Stats()) {
    const auto graph = MakeGraph(policy, {stats.name, &explanation});
    REQUIRE(graph.ok());
    std::vector<std::string> rules;
    std::string decides;
    for (const DecisionGraph::Rule& rule : graph->rules) {
      if (rule.live) rules.push_back(rule.id);
      if (rule.decides) decides = rule.id;
    }
    for (const DecisionGraph::Node& node : graph->nodes) {
      REQUIRE(node.seen.empty() == !node.live);
      if (node.live) live.Insert(node.fact);
    }
    for (const DecisionGraph::Edge& edge : graph->edges) {
      if (!edge.live) continue;
      REQUIRE(graph->nodes[edge.from].live);
      REQUIRE((edge.to_rule ? graph->rules[edge.to].live : graph->nodes[edge.to].live));
    }
    const bool ring = stats.name == "ring";
    if (!ring && !decision.let_through()) {
      REQUIRE(rules.empty());
      REQUIRE(decides.empty());
      continue;
    }
    const auto extra =
        std::find_if(decision.extras.begin(), decision.extras.begin() + decision.extra_count,
                     [&](const ExtraDecision& one) { return one.name == stats.name; });
    const std::string_view rule = ring ? decision.rule : extra->rule;
    const Basis basis = ring ? decision.basis : extra->basis;
    REQUIRE(decides == rule);
    REQUIRE((rules.size() == 1) == (basis == Basis::kComplete));
    if (basis != Basis::kOnUnavailable) REQUIRE(rules[0] == rule);
    *unsettled += basis == Basis::kOnUnavailable ? 1 : 0;
  }
  REQUIRE(live == decision.facts_read);
}

TEST_CASE("an explained drawing marks exactly what the decision followed") {
  Random random(Seed() + 1);
  size_t explained = 0, unsettled = 0;
  for (int i = 0; i < kDocuments; ++i) {
    const Document document = AnyDocument(random);
    const auto policy = Policy::Compile(PrintDocument(Catalog::Standard(), document));
    if (!policy.ok()) continue;
    EngineOptions options;
    options.policy = *policy;
    auto engine = Engine::Open(std::move(options));
    REQUIRE(engine.ok());
    auto reader = engine->NewReader();
    REQUIRE(reader.ok());
    for (int question = 0; question < 15; ++question) {
      const std::vector<Fact> facts = RandomFacts(document, random);
      Question asked;
      asked.caller = "alice";
      asked.callee = "bob";
      asked.facts = facts;
      ExplainOptions quick;
      quick.nearest = false;
      const auto explanation = reader->Explain(asked, quick);
      if (!explanation.ok()) continue;  // facts drawn at random can contradict each other
      CheckExplained(*policy, *explanation, &unsettled);
      ++explained;
    }
  }
  REQUIRE(explained > 500);
  REQUIRE(unsettled > 50);
}

TEST_CASE("an explanation of another policy is refused, and so is a decision that is not there") {
  EngineOptions options;
  options.policy = *Policy::Shipped("default");
  Engine engine = *Engine::Open(std::move(options));
  Reader reader = *engine.NewReader();
  Question question;
  question.caller = "alice";
  question.callee = "bob";
  const auto explanation = reader.Explain(question);
  REQUIRE(explanation.ok());
  CHECK(MakeGraph(*Policy::Shipped("default"), {"ring", &*explanation}).ok());
  CHECK(MakeGraph(*Policy::Shipped("x-2024"), {"ring", &*explanation}).status().code() ==
        StatusCode::kInvalidArgument);
  const auto missing = MakeGraph(*Policy::Shipped("x-2024"), {"paths", nullptr});
  CHECK(missing.status().code() == StatusCode::kNotFound);
  CHECK(missing.status().message() == "the policy has no such decision; it decides: ring, path");
}

}  // namespace
}  // namespace ringfence::differential
