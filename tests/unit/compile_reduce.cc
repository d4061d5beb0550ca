// The reduced diagram: says the same as the conditions for every assignment, in the fewest nodes.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>

#include "compile/compile.h"
#include "unit/policy_builder.h"

namespace ringfence {
namespace {

const Layout& StandardLayout() {
  static const Layout layout(Catalog::Standard());
  return layout;
}

struct Reduced {
  Condition unknown_callee;
  RuleList rules;
  Diagram diagram;
  Growth growth;
};

Reduced ReduceIn(const Document& document, const std::vector<FactId>& order, size_t decision = 0) {
  Reduced reduced;
  reduced.unknown_callee = UnknownCalleeCondition(FactNamed("callee.known"));
  reduced.rules = BuildRules(document, document.decisions[decision], reduced.unknown_callee);
  const std::vector<VariableOrder> candidates = CandidateOrders(Catalog::Standard(), reduced.rules);
  const VariableOrder chosen = order.empty() ? candidates[0] : VariableOrder{"given", order};
  std::optional<Diagram> diagram =
      ReduceRules(StandardLayout(), reduced.rules, chosen, kMaxDiagramNodes, kMaxDiagramCreated,
                  &reduced.growth);
  REQUIRE(diagram.has_value());
  reduced.diagram = *diagram;
  return reduced;
}

size_t LeafFor(const Diagram& diagram, const std::vector<FactCode>& codes) {
  Ref at = diagram.root;
  while ((at & kLeafBit) == 0) {
    const DiagramNode& node = diagram.nodes[at];
    const FactCode code = codes[diagram.order[node.position]];
    uint32_t edge = node.edge_count - 1;
    while (diagram.edges[node.first_edge + edge].from > code) --edge;
    at = diagram.edges[node.first_edge + edge].to;
  }
  return at & ~kLeafBit;
}

/// No node that tests nothing, no two equal ones, every edge to a later fact.
void CheckIsReduced(const Diagram& diagram) {
  std::set<std::vector<uint64_t>> seen;
  for (size_t i = 0; i < diagram.nodes.size(); ++i) {
    const DiagramNode& node = diagram.nodes[i];
    CHECK(node.edge_count >= 2);
    std::vector<uint64_t> key = {node.position};
    for (uint32_t edge = 0; edge < node.edge_count; ++edge) {
      const DiagramEdge& at = diagram.edges[node.first_edge + edge];
      if (edge > 0) {
        CHECK(diagram.edges[node.first_edge + edge - 1].to != at.to);
        CHECK(diagram.edges[node.first_edge + edge - 1].from < at.from);
      } else {
        CHECK(at.from == 0);
      }
      key.push_back(uint64_t{at.from} << 32 | at.to);
      if ((at.to & kLeafBit) != 0) continue;
      CHECK(at.to < i);
      CHECK(diagram.nodes[at.to].position > node.position);
    }
    CHECK(seen.insert(key).second);
  }
}

size_t Nodes(const Document& document, const std::vector<FactId>& order = {}) {
  return ReduceIn(document, order).diagram.nodes.size();
}

void CheckEveryCode(const std::string& fact, const Expr& expr) {
  const Document document = PolicyBuilder().Rule("it", expr, "ring").document();
  const Reduced reduced = ReduceIn(document, {});
  CheckIsReduced(reduced.diagram);
  std::vector<FactCode> codes = EmptyCodes();
  const FactId id = FactNamed(fact);
  size_t wrong = 0;
  for (FactCode code = 0; code < Catalog::Standard().fact(id).code_count(); ++code) {
    codes[id] = code;
    const size_t expected = IsTrue(document, document.decisions[0].rules[0].when, codes) ? 1 : 2;
    wrong += LeafFor(reduced.diagram, codes) != expected;
  }
  INFO(document.decisions[0].rules[0].when.text);
  CHECK(wrong == 0);
}

TEST_CASE("a test of a bool or an enum is exact for every code, unset included") {
  for (const char* name : {"callee.calls_enabled", "callee.allow_verified", "caller.known",
                           "callee.follows(caller)", "call.same_account"}) {
    CheckEveryCode(name, Test(name));
    CheckEveryCode(name, !Test(name));
  }
  for (const char* name : {"call.media", "callee.contact(caller)", "callee.unknown_callers",
                           "callee.mark(caller)", "callee.call_audience"}) {
    const std::vector<std::string>& members = Catalog::Standard().fact(FactNamed(name)).members;
    for (size_t i = 0; i < members.size(); ++i) {
      CheckEveryCode(name, Test(name, {members[i]}));
      for (size_t j = i + 1; j < members.size(); ++j) {
        CheckEveryCode(name, Test(name, {members[i], members[j]}));
      }
    }
  }
}

TEST_CASE("a test of an int is exact for every code, at both ends of the range too") {
  using enum CompareOp;
  for (const char* name : {"caller.cohort", "callee.local_weekday", "callee.country"}) {
    const FactInfo& fact = Catalog::Standard().fact(FactNamed(name));
    const int64_t middle = (fact.lowest + fact.highest) / 2;
    for (int64_t constant : {fact.lowest, fact.lowest + 1, middle, fact.highest}) {
      for (CompareOp op : {kEq, kNe, kLt, kLe, kGt, kGe}) {
        CheckEveryCode(name, Compare(name, op, constant));
      }
    }
    CheckEveryCode(name, IntIn(name, {fact.lowest, middle, middle + 1, fact.highest}));
    CheckEveryCode(name, IntIn(name, {middle}));
    CheckEveryCode(name, IntIn(name, {}));
  }
}

TEST_CASE("a policy's default is where unset goes, and only there") {
  const Document catalog_default =
      PolicyBuilder().Rule("it", Test("callee.allow_verified"), "ring").document();
  const Document policy_default = PolicyBuilder()
                                      .Default("allow_verified", 1)
                                      .Rule("it", Test("callee.allow_verified"), "ring")
                                      .document();
  const FactId fact = FactNamed("callee.allow_verified");
  std::vector<FactCode> codes = EmptyCodes();
  for (const auto& [code, before, after] :
       std::vector<std::array<size_t, 3>>{{0, 2, 1}, {1, 2, 2}, {2, 1, 1}}) {
    codes[fact] = static_cast<FactCode>(code);
    CHECK(LeafFor(ReduceIn(catalog_default, {}).diagram, codes) == before);
    CHECK(LeafFor(ReduceIn(policy_default, {}).diagram, codes) == after);
  }
}

TEST_CASE("conditions that say the same have the same diagram") {
  const Expr follows = Test("callee.follows(caller)"), premium = Test("caller.premium");
  const Expr media = Test("call.media", {"audio"});
  const auto nodes = [](const Expr& expr) {
    return Nodes(PolicyBuilder().Rule("it", expr, "ring").document());
  };
  CHECK(nodes(Constant(true)) == 1);  // unknown_callee alone
  CHECK(nodes(follows || !follows) == 1);
  CHECK(nodes(follows && !follows) == 1);
  CHECK(nodes(follows && (premium || !premium)) == 2);
  CHECK(nodes(If(follows, premium, premium)) == 2);
  CHECK(nodes(If(follows, Constant(true), Constant(false))) == 2);
  CHECK(nodes((follows && premium) || (follows && !premium && media)) == 4);
  CHECK(nodes(Same("callee.follows(caller)", "callee.follows(caller)")) == 1);
  // One node above, one for each value below.
  CHECK(nodes(Same("callee.follows(caller)", "caller.follows(callee)")) == 4);
  CHECK(nodes(Same("callee.follows(caller)", "caller.follows(callee)", CompareOp::kNe)) == 4);
}

TEST_CASE("long chains, and a part of a condition that is used twice") {
  Expr even = Constant(false), odd = Constant(true);
  for (int64_t i = 0; i < 300; i += 2) {
    even = even || Compare("caller.cohort", CompareOp::kEq, i);
    odd = odd && Compare("caller.cohort", CompareOp::kNe, i);
  }
  CheckEveryCode("caller.cohort", even);
  CheckEveryCode("caller.cohort", odd || (even && Test("caller.known")));
  // (a || b) ? (a || b || c) : c with one node for both (a || b), whichever of them comes first.
  const Expr a = Test("call.media", {"audio"}), b = Test("call.media", {"video"});
  const Expr c = Test("call.media", {"unspecified"});
  Expr shared = (a || b) || c;
  ConditionNode both;
  both.op = ConditionNode::Op::kIf;
  both.a = 2;
  both.b = 4;
  both.c = 3;
  shared.nodes.push_back(both);
  CheckEveryCode("call.media", shared);
  std::swap(shared.nodes.back().a, shared.nodes.back().b);
  CheckEveryCode("call.media", shared);
  // ((!a && !c) ? true : c) && (!a && !c): first asked by the condition, then a link of the chain.
  Expr twice = If(!a && !c, Constant(true), c);
  ConditionNode again;
  again.op = ConditionNode::Op::kAnd;
  again.a = static_cast<uint32_t>(twice.nodes.size()) - 1;
  again.b = 4;
  REQUIRE(twice.nodes[4].op == ConditionNode::Op::kAnd);
  twice.nodes.push_back(again);
  CheckEveryCode("call.media", twice);
}

/// Every assignment of the codes that matter, with the rule that decides.
using Decided = std::vector<std::pair<std::vector<FactCode>, std::string>>;
Decided DecideAll(const Document& document) {
  const std::vector<FactId> facts = FactsNamed(document);
  std::vector<FactCode> codes = EmptyCodes();
  Decided all;
  const std::function<void(size_t)> each = [&](size_t depth) {
    if (depth == facts.size()) {
      all.emplace_back(codes, Interpret(document, 0, codes).rule);
      return;
    }
    for (FactCode code : CodesThatMatter(document, facts[depth])) {
      codes[facts[depth]] = code;
      each(depth + 1);
    }
  };
  each(0);
  return all;
}

size_t Differences(const Document& document, const Decided& all, const std::vector<FactId>& order) {
  const Reduced reduced = ReduceIn(document, order);
  CheckIsReduced(reduced.diagram);
  return static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const auto& one) {
    return reduced.rules.rules[LeafFor(reduced.diagram, one.first)].id() != one.second;
  }));
}

TEST_CASE("every order of facts gives the same decisions") {
  const Document document =
      PolicyBuilder()
          .Outcome("quiet", Effect::kSilence)
          .Floor("blocked", Test("callee.blocks(caller)"), "refuse")
          .Rule("same", Same("callee.unknown_callers", "callee.spam_callers"), "quiet")
          .Rule("late",
                Compare("callee.local_minute", CompareOp::kGe, 1320) ||
                    Compare("callee.local_minute", CompareOp::kLt, 420),
                "quiet")
          .Rule("video",
                If(Test("call.media", {"video"}), Test("callee.calls_enabled"),
                   IntIn("callee.local_minute", {600, 601, 660})),
                "ring")
          .document();
  std::vector<FactId> order = FactsNamed(document);
  const Decided all = DecideAll(document);
  CHECK(all.size() > 5000);
  CHECK(Differences(document, all, order) == 0);
  std::reverse(order.begin(), order.end());
  for (size_t i = 0; i < order.size(); ++i) {
    CHECK(Differences(document, all, order) == 0);
    std::rotate(order.begin(), order.begin() + 1, order.end());
  }
}

TEST_CASE("rules are sorted by the combining algorithm, floor first") {
  PolicyBuilder builder;
  builder.Outcome("quiet", Effect::kSilence, 1).Outcome("screen", Effect::kScreen, 2);
  const auto add_rules = [&] {
    builder.Rule("a", Test("caller.premium"), "quiet")
        .Rule("b", Test("caller.verified"), "refuse")
        .Rule("c", Test("caller.bot"), "screen")
        .Rule("d", Test("caller.minor"), "refuse");
  };
  builder.Floor("f", Test("callee.blocks(caller)"), "refuse");
  add_rules();
  const auto ids = [&](Combine combine) {
    builder.Combine(combine);
    Document document = builder.document();
    document.outcomes[1].rank = 0;
    const Condition unknown = UnknownCalleeCondition(FactNamed("callee.known"));
    std::string text;
    for (const OrderedRule& rule : BuildRules(document, document.decisions[0], unknown).rules) {
      text += std::string(rule.id()) + " ";
    }
    return text;
  };
  CHECK(ids(Combine::kFirstApplicable) == "unknown_callee f a b c d otherwise on_unavailable ");
  CHECK(ids(Combine::kDenyOverrides) == "unknown_callee f b d a c otherwise on_unavailable ");
  CHECK(ids(Combine::kPermitOverrides) == "unknown_callee f a c b d otherwise on_unavailable ");
  CHECK(ids(Combine::kHighest) == "unknown_callee f c a b d otherwise on_unavailable ");
}

TEST_CASE("the highest value of another decision comes first, and it has no unknown_callee") {
  const Document document = PolicyBuilder()
                                .Decision("path", {"direct", "relay", "none"})
                                .Combine(Combine::kHighest)
                                .Rule("a", Test("caller.premium"), "direct")
                                .Rule("b", Test("caller.verified"), "none")
                                .Rule("c", Test("caller.bot"), "relay")
                                .Rule("d", Test("caller.minor"), "none")
                                .document();
  const Condition unknown = UnknownCalleeCondition(FactNamed("callee.known"));
  std::string text;
  for (const OrderedRule& rule : BuildRules(document, document.decisions[1], unknown).rules) {
    text += std::string(rule.id()) + " ";
  }
  CHECK(text == "b d c a otherwise on_unavailable ");
}

TEST_CASE("expected reads are those of every assignment, each class equally likely") {
  // Both ways to reach the pair pass the callee's row; the cohort is read behind half of them.
  const Document document =
      PolicyBuilder()
          .Rule("a", Test("callee.allow_followed") && Test("callee.follows(caller)"), "ring")
          .Rule("b", Compare("caller.cohort", CompareOp::kLt, 100), "ring")
          .document();
  const Reduced reduced = ReduceIn(document, {});
  // Known (1/2): callee read before. allow_followed: unset, false, true; true and unset lead to
  // follows. Cohort after allow_followed false (1/3) or not follows (2/3 * 1/2).
  const double known = 0.5;
  const double expected = 1 + known * (2.0 / 3) + known * (1.0 / 3 + 1.0 / 3);
  CHECK(ExpectedReads(StandardLayout(), reduced.diagram) == doctest::Approx(expected));
  // Attributes of the call are never read.
  const Document call = PolicyBuilder()
                            .UnknownCallee("refuse")
                            .Decision("path", {"direct", "relay"})
                            .Rule("a", Test("call.media", {"video"}), "relay")
                            .document();
  CHECK(ExpectedReads(StandardLayout(), ReduceIn(call, {}, 1).diagram) == 0.0);
}

TEST_CASE("a diagram of one leaf has no node") {
  const Document document = PolicyBuilder().Decision("path", {"direct", "relay"}).document();
  const Reduced reduced = ReduceIn(document, {}, 1);
  CHECK(reduced.diagram.nodes.empty());
  CHECK(reduced.diagram.root == (kLeafBit | 0));
  CHECK(ExpectedReads(StandardLayout(), reduced.diagram) == 0.0);
}

}  // namespace
}  // namespace ringfence
