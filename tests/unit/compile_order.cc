// Which order of facts is chosen, what the choice says about itself, and what happens when none
// fits.
#include <doctest/doctest.h>

#include <algorithm>

#include "compile/compile.h"
#include "unit/policy_builder.h"

namespace ringfence {
namespace {

const Layout& StandardLayout() {
  static const Layout layout(Catalog::Standard());
  return layout;
}

bool StartsWith(const std::string& text, std::string_view start) {
  return std::string_view(text).substr(0, start.size()) == start;
}

/// Bool facts of the callee, in the catalog's order.
std::vector<FactId> CalleeFacts(size_t count) {
  std::vector<FactId> facts;
  for (const FactInfo& fact : Catalog::Standard().facts()) {
    const bool fits = fact.group == Group::kCallee && fact.type == FactType::kBool;
    if (fits && fact.can_be_unset && facts.size() < count) facts.push_back(fact.id);
  }
  REQUIRE(facts.size() == count);
  return facts;
}

std::vector<FactId> PairFacts(size_t count) {
  std::vector<FactId> facts;
  for (const FactInfo& fact : Catalog::Standard().facts()) {
    const bool fits = fact.group == Group::kPair && fact.type == FactType::kBool;
    if (fits && facts.size() < count) facts.push_back(fact.id);
  }
  REQUIRE(facts.size() == count);
  return facts;
}

Expr Audience(FactId setting, FactId relation) { return Test(setting, {1}) && Test(relation, {1}); }

/// `setting && relation` for each of `count` pairs.
Document Audiences(size_t count) {
  const std::vector<FactId> settings = CalleeFacts(count), relations = PairFacts(count);
  PolicyBuilder builder;
  for (size_t i = 0; i < count; ++i) {
    builder.Rule("audience-" + std::to_string(i), Audience(settings[i], relations[i]), "ring");
  }
  return builder.document();
}

/// The same facts paired one way, then another, then a third: no order keeps all partners close.
Document Tangled(size_t count) {
  const std::vector<FactId> settings = CalleeFacts(count), relations = PairFacts(count);
  PolicyBuilder builder;
  for (size_t way = 0; way < 3; ++way) {
    for (size_t i = 0; i < count; ++i) {
      const size_t partner = (i * (2 * way + 1) + way * 3) % count;
      builder.Rule("way-" + std::to_string(way) + "-" + std::to_string(i),
                   Audience(settings[i], relations[partner]), "ring");
    }
  }
  return builder.document();
}

Choice Choose(const Document& document, const CompileOptions& options = {}) {
  const Condition unknown = UnknownCalleeCondition(FactNamed("callee.known"));
  return ChooseOrder(StandardLayout(), BuildRules(document, document.decisions[0], unknown),
                     options);
}

TEST_CASE("candidate orders: first use in effective order, and by the cost of the group") {
  const Document document =
      PolicyBuilder()
          .Floor("a", Compare("caller.cohort", CompareOp::kLt, 10), "refuse")
          .Rule("b", Test("callee.follows(caller)") && Test("callee.allow_followed"), "ring")
          .Rule("c", Test("call.media", {"video"}) && Test("caller.premium"), "ring")
          .Rule("d", Test("callee.allow_followed") && Test("callee.premium"), "ring")
          .document();
  const Condition unknown = UnknownCalleeCondition(FactNamed("callee.known"));
  const std::vector<VariableOrder> orders =
      CandidateOrders(Catalog::Standard(), BuildRules(document, document.decisions[0], unknown));
  const auto names = [](const VariableOrder& order) {
    std::string text = order.heuristic + ":";
    for (FactId fact : order.facts) text += " " + Catalog::Standard().fact(fact).name;
    return text;
  };
  REQUIRE(orders.size() == 2);
  CHECK(names(orders[0]) ==
        "first use: callee.known caller.cohort callee.follows(caller) callee.allow_followed "
        "call.media caller.premium callee.premium");
  CHECK(names(orders[1]) ==
        "cost groups: call.media callee.known callee.allow_followed callee.premium "
        "caller.premium callee.follows(caller) caller.cohort");
  // Where both are the same there is one.
  const Document plain = PolicyBuilder().Rule("a", Test("callee.premium"), "ring").document();
  CHECK(
      CandidateOrders(Catalog::Standard(), BuildRules(plain, plain.decisions[0], unknown)).size() ==
      1);
}

TEST_CASE("twelve audiences: small in the order of the rules, huge by groups") {
  const Document document = Audiences(12);
  const Condition unknown = UnknownCalleeCondition(FactNamed("callee.known"));
  const RuleList rules = BuildRules(document, document.decisions[0], unknown);
  const std::vector<VariableOrder> orders = CandidateOrders(Catalog::Standard(), rules);
  REQUIRE(orders.size() == 2);
  Growth growth;
  REQUIRE(ReduceRules(StandardLayout(), rules, orders[0], kMaxDiagramNodes, kMaxDiagramCreated,
                      &growth));
  CHECK(growth.nodes == 25);  // unknown_callee, and two for each audience
  REQUIRE(ReduceRules(StandardLayout(), rules, orders[1], kMaxDiagramNodes, kMaxDiagramCreated,
                      &growth));
  CHECK(growth.nodes == 8191);
  const Choice choice = Choose(document);
  REQUIRE(choice.diagram);
  CHECK(choice.diagram->nodes.size() == 25);
  CHECK(StartsWith(choice.reason, "first use: 25 nodes, "));
  CHECK(choice.reason.find("(best); cost groups: over 7812 nodes made; sifted through ") !=
        std::string::npos);
}

TEST_CASE("of equal diagrams the one that reads less is taken") {
  // Either fact alone refuses; the pair is named first, and is a read the callee's row can spare.
  const Document document =
      PolicyBuilder()
          .Rule("a", Test("callee.blocks(caller)") || !Test("callee.calls_enabled"), "refuse")
          .Otherwise("ring")
          .document();
  CompileOptions plain;
  plain.sift = false;
  const Choice choice = Choose(document, plain);
  REQUIRE(choice.diagram);
  CHECK(Catalog::Standard().fact(choice.diagram->order[1]).name == "callee.calls_enabled");
  CHECK(choice.reason == "first use: 3 nodes, 1.50 reads; cost groups: 3 nodes, 1.33 reads (best)");
  CHECK(choice.reads == doctest::Approx(1 + 0.5 * 2 / 3));
}

TEST_CASE("sifting finds an order that neither heuristic has") {
  // The pairs are apart in both heuristics: all settings are named before the relations.
  const std::vector<FactId> settings = CalleeFacts(6), relations = PairFacts(6);
  Expr some_setting = Constant(false);
  for (FactId setting : settings) some_setting = some_setting || Test(setting, {1});
  PolicyBuilder builder;
  builder.Rule("none", !some_setting, "refuse");
  for (size_t i = 0; i < settings.size(); ++i) {
    builder.Rule("audience-" + std::to_string(i), Audience(settings[i], relations[i]), "ring");
  }
  const Document document = builder.document();
  CompileOptions plain;
  plain.sift = false;
  const Choice before = Choose(document, plain), after = Choose(document);
  REQUIRE(before.diagram);
  REQUIRE(after.diagram);
  CHECK(before.diagram->nodes.size() > 100);
  CHECK(after.diagram->nodes.size() < 40);
  CHECK(after.reason.find(" nodes (smaller), ") != std::string::npos);
  CHECK(after.created > before.created);
}

TEST_CASE("a policy that no order fits is refused within the budget, and says where") {
  const Document document = Tangled(22);
  const Choice choice = Choose(document);
  CHECK_FALSE(choice.diagram.has_value());
  CHECK(choice.created <= kMaxDiagramCreated);
  CHECK(choice.created >= kMaxDiagramCreated - 2);
  CHECK(choice.reason == "first use: over 398438 nodes made; cost groups: over 398438 nodes made");
}

TEST_CASE("the error names the rule, its facts, what was tried and what to do") {
  Document document = Tangled(22);
  std::vector<Rule>& rules = document.decisions[0].rules;
  for (uint32_t i = 0; i < rules.size(); ++i) rules[i].span = {i + 1, 7, 100 * i, 50};
  CompileOptions options;
  options.max_created = 100000;
  Diagnostics diagnostics;
  CHECK_FALSE(Compile(StandardLayout(), document, options, "p.json", &diagnostics).has_value());
  REQUIRE(diagnostics.items().size() == 1);
  const Diagnostic& error = diagnostics.items()[0];
  CHECK(error.severity == Diagnostic::Severity::kError);
  CHECK(error.file == "p.json");
  CHECK(error.span == rules[47].span);
  CHECK(rules[47].id == "way-2-3");
  CHECK(error.message ==
        "the diagram of 'ring' grows too large at rule 'way-2-3', which tests "
        "callee.allow_contacts, caller.mutes(callee); orders of facts tried: first use: over 39844 "
        "nodes made; cost groups: over 39844 nodes made");
  CHECK(error.expected == "at most 65536 nodes kept and 100000 made, all orders together");
  CHECK(error.hint ==
        "test facts that belong together in one rule, and the same ones together in every rule; "
        "compare fewer facts with each other; give what can be decided apart a decision of its "
        "own");
}

TEST_CASE("the limit of nodes kept holds at the limit and one past it") {
  const Document document = Audiences(12);
  CompileOptions options;
  options.sift = false;
  options.max_nodes = 25;
  CHECK(Choose(document, options).diagram.has_value());
  options.max_nodes = 24;
  const Choice choice = Choose(document, options);
  CHECK_FALSE(choice.diagram.has_value());
  CHECK(StartsWith(choice.reason, "first use: 25 nodes; "));
}

TEST_CASE("the limit of nodes made holds at the limit and one past it") {
  const Document document = Audiences(4);
  const Condition unknown = UnknownCalleeCondition(FactNamed("callee.known"));
  const RuleList rules = BuildRules(document, document.decisions[0], unknown);
  const VariableOrder order = CandidateOrders(Catalog::Standard(), rules)[0];
  Growth growth;
  REQUIRE(ReduceRules(StandardLayout(), rules, order, 100, 1000, &growth));
  const uint32_t needed = growth.created;
  CHECK(ReduceRules(StandardLayout(), rules, order, 100, needed, &growth));
  CHECK_FALSE(ReduceRules(StandardLayout(), rules, order, 100, needed - 1, &growth));
  CHECK(growth.created == needed - 1);
  CHECK(growth.nodes == 0);
}

TEST_CASE("a node of many edges counts for many") {
  PolicyBuilder builder;
  std::vector<int64_t> constants;
  for (int64_t i = 0; i < 3200; ++i) constants.push_back(2 * i);
  const Document document =
      builder.Rule("even", IntIn("call.tenant", constants), "ring").document();
  const Condition unknown = UnknownCalleeCondition(FactNamed("callee.known"));
  const RuleList rules = BuildRules(document, document.decisions[0], unknown);
  Growth growth;
  REQUIRE(ReduceRules(StandardLayout(), rules, CandidateOrders(Catalog::Standard(), rules)[0], 100,
                      10000, &growth));
  CHECK(growth.nodes == 2);
  // The test, the rule it makes, and that with otherwise: 6,400 edges each.
  CHECK(growth.created > 3 * 200);
  CHECK(growth.created < 3 * 200 + 10);
}

TEST_CASE("as many rules as there may be, each about a value of its own, fit") {
  PolicyBuilder builder;
  for (int64_t i = 0; i < static_cast<int64_t>(kMaxRules); ++i) {
    builder.Rule("t" + std::to_string(i),
                 Compare("call.tenant", CompareOp::kEq, i) && Test("callee.calls_enabled"), "ring");
  }
  const Choice choice = Choose(builder.document());
  REQUIRE(choice.diagram);
  // unknown_callee, the switch, and one node that tells all tenants apart.
  CHECK(choice.diagram->nodes.size() == 3);
  CHECK(choice.diagram->edges.size() > kMaxRules);
}

TEST_CASE("an order that explodes does not use up what a harmless one needs") {
  CompileOptions options;
  options.sift = false;
  options.max_created = 10000;
  const Choice choice = Choose(Audiences(12), options);
  REQUIRE(choice.diagram);
  CHECK(choice.diagram->nodes.size() == 25);
  CHECK(choice.created <= 10000);
}

TEST_CASE("compiling is deterministic") {
  const Document document = Tangled(5);
  const Choice one = Choose(document), other = Choose(document);
  REQUIRE(one.diagram);
  CHECK(one.reason == other.reason);
  CHECK(one.created == other.created);
  CHECK(one.diagram->order == other.diagram->order);
  CHECK(one.diagram->edges == other.diagram->edges);
}

}  // namespace
}  // namespace ringfence
