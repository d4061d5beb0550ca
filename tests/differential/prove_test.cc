// What Prove claims of a policy against enumeration by the reference evaluator: which rules decide,
// which tests matter, which invariants hold, with all facts and with any of them unavailable.
//   prove_test [--seed=N] [--sample=K]    of K classes of small policies one; 1: all
#include "analyze/prove.h"

#include <doctest/doctest.h>
#include <ringfence/policy.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compile/compile.h"
#include "differential/answers.h"
#include "differential/random_policy.h"
#include "differential/small_policies.h"
#include "reference/reference.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

using Op = ConditionNode::Op;
using reference::Assignment;

/// An invariant as this test understands it: where the condition holds, `ring` has (or has not)
/// that effect.
struct Demand {
  Condition when;
  Effect effect = Effect::kRefuse;
};

Invariant MakeInvariant(const Catalog& catalog, const Demand& demand, std::string id) {
  Invariant invariant;
  invariant.id = std::move(id);
  invariant.that = demand.when;
  std::vector<ConditionNode>& nodes = invariant.that.nodes;
  const auto root = static_cast<uint32_t>(nodes.size()) - 1;
  ConditionNode term, yes, choose;
  term.op = Op::kTest;
  term.fact = Invariant::kTermFact;
  term.values = {1};
  yes.value = true;
  choose.op = Op::kIf;
  choose.a = root;
  choose.b = root + 1;
  choose.c = root + 2;
  nodes.insert(nodes.end(), {term, yes, choose});
  invariant.terms.push_back(
      {0, DecisionTerm::Part::kEffect, true, {std::string(ToString(demand.effect))}});
  invariant.that.text = "demand over " + FormatCondition(catalog, demand.when);
  return invariant;
}

/// Every value that makes a difference to a document's conditions.
std::set<FactCode> CodesOf(const Catalog& catalog, const Document& document, FactId id) {
  return CodesNear(catalog.fact(id), ConstantsOf(document, id));
}

class Check {
 public:
  explicit Check(const Layout& layout) : layout_(layout), catalog_(layout.catalog) {}

  /// `demands` become the document's invariants.
  void Run(const Document& from, const std::vector<Demand>& demands, bool unavailable) {
    document_ = from;
    document_.invariants.clear();
    for (size_t i = 0; i < demands.size(); ++i) {
      document_.invariants.push_back(
          MakeInvariant(catalog_, demands[i], "demand-" + std::to_string(i)));
    }
    NameFacts();
    Diagnostics diagnostics;
    const std::optional<Program> program =
        Compile(layout_, document_, CompileOptions{}, "small", &diagnostics);
    REQUIRE_MESSAGE(program.has_value(), diagnostics.Render(""));
    const Document* const documents[] = {&document_};
    Space space(layout_, documents, {}, program->decisions[0].order);
    ProveOptions options;
    options.unavailable = unavailable;
    const std::vector<Claim> claims = ProveClaims(&space, *program, options);
    REQUIRE(!space.exhausted());
    for (size_t i = 0; i < program->decisions.size(); ++i) {
      CHECK(DiagramOf(&space, program->decisions[i]) == space.policy(0).rules[i]);
    }
    Enumerate();
    for (const Claim& claim : claims) Compare(claim, demands, unavailable);
    ++policies_;
  }

  /// Assignments of what a document and its invariants name; not all of them are possible.
  double Count(const Document& document) {
    document_ = document;
    NameFacts();
    double count = 1;
    for (FactId fact : facts_) {
      count *= static_cast<double>(CodesOf(catalog_, document_, fact).size());
    }
    return count;
  }

  /// The document's own invariants hold in every possible situation.
  void RequireInvariants(const Document& document) {
    document_ = document;
    NameFacts();
    Each(false, [&](const Assignment& assignment) {
      if (!Possible(assignment)) return;
      const reference::Answer answer = reference::Decide(catalog_, document_, assignment);
      for (const Invariant& invariant : document_.invariants) {
        CAPTURE(invariant.id);
        REQUIRE(reference::Holds(catalog_, document_, WithAnswer(invariant, answer), assignment));
      }
    });
  }

  uint64_t policies() const { return policies_; }
  uint64_t refuted() const { return refuted_; }
  uint64_t dead() const { return dead_; }
  uint64_t idle() const { return idle_; }

 private:
  /// The invariant's condition with what the answer says in place of its terms.
  Condition WithAnswer(const Invariant& invariant, const reference::Answer& answer) const {
    Condition condition = invariant.that;
    for (ConditionNode& node : condition.nodes) {
      if (node.op != Op::kTest || node.fact < Invariant::kTermFact) continue;
      const DecisionTerm& term = invariant.terms[node.fact - Invariant::kTermFact];
      const std::string text = TextOf(term, answer);
      const bool named = std::find(term.texts.begin(), term.texts.end(), text) != term.texts.end();
      node = ConditionNode();
      node.value = named == term.equal;
    }
    return condition;
  }

  /// Empty, which no text is, for a decision that is not taken.
  std::string TextOf(const DecisionTerm& term, const reference::Answer& answer) const {
    using Part = DecisionTerm::Part;
    if (term.decision != 0) {
      const reference::ExtraAnswer& extra = answer.extras[term.decision - 1];
      return answer.effect == Effect::kRefuse ? ""
             : term.part == Part::kRule       ? extra.rule
                                              : extra.value;
    }
    if (term.part == Part::kRule) return answer.rule;
    if (term.part == Part::kOutcome) return answer.outcome;
    if (term.part == Part::kEffect) return std::string(ToString(answer.effect));
    for (const Outcome& outcome : document_.outcomes) {
      if (outcome.name == answer.outcome) return std::string(ToString(outcome.signal));
    }
    return {};
  }

  void NameFacts() {
    std::set<FactId> named;
    for (FactId fact : FactsNamed(catalog_, document_)) named.insert(fact);
    for (const Invariant& invariant : document_.invariants) {
      for (FactId fact : FactsOf(invariant.that)) {
        if (fact < Invariant::kTermFact) named.insert(fact);
      }
    }
    facts_.assign(named.begin(), named.end());
  }

  /// Every assignment of the named facts; with `unavailable` also those without some of them.
  void Each(bool unavailable, const std::function<void(const Assignment&)>& visit) const {
    Assignment assignment;
    const std::function<void(size_t)> choose = [&](size_t depth) {
      if (depth == facts_.size()) {
        if (Readable(assignment)) visit(assignment);
        return;
      }
      if (unavailable) {
        assignment[facts_[depth]] = std::nullopt;
        choose(depth + 1);
      }
      for (FactCode code : CodesOf(catalog_, document_, facts_[depth])) {
        assignment[facts_[depth]] = code;
        choose(depth + 1);
      }
    };
    choose(0);
  }

  /// Both halves of a symmetric relation are unavailable or none, and of an account that is known
  /// not to be there nothing is.
  bool Readable(const Assignment& assignment) const {
    const auto gone = [&](FactId known) {
      const auto found = assignment.find(known);
      return found != assignment.end() && found->second == FactCode{0};
    };
    for (const auto& [id, code] : assignment) {
      const FactInfo& fact = catalog_.fact(id);
      const auto other = assignment.find(fact.reverse);
      if (fact.symmetric && other != assignment.end() &&
          other->second.has_value() != code.has_value()) {
        return false;
      }
      const bool pair = fact.group == Group::kPair;
      const bool of_nobody =
          (gone(layout_.callee_known) && (pair || fact.group == Group::kCallee)) ||
          (gone(layout_.caller_known) && (pair || fact.group == Group::kCaller));
      if (of_nobody && !code.has_value()) return false;
    }
    return true;
  }

  /// What an assignment of the named facts alone does not rule out: the others can be anything.
  bool Possible(const Assignment& assignment) const {
    const auto is = [&](FactId id, FactCode code) {
      const auto found = assignment.find(id);
      return found != assignment.end() && found->second == code;
    };
    const bool same = is(layout_.same_account, 1);
    const bool no_callee = is(layout_.callee_known, 0) || (same && is(layout_.caller_known, 0));
    const bool no_caller = is(layout_.caller_known, 0) || (same && is(layout_.callee_known, 0));
    for (const auto& [id, code] : assignment) {
      const FactInfo& fact = catalog_.fact(id);
      const bool known = id == layout_.callee_known || id == layout_.caller_known;
      const bool absent = code == CodeOfAbsent(fact);
      if (fact.group == Group::kPair && (same || no_callee || no_caller) && !absent) return false;
      if (fact.group == Group::kCallee && no_callee && !known && !absent) return false;
      if (fact.group == Group::kCaller && no_caller && !known && !absent) return false;
      const auto other = assignment.find(fact.reverse);
      if (fact.reverse == id || other == assignment.end()) continue;
      const bool user = fact.group == Group::kCallee || fact.group == Group::kCaller;
      if ((fact.symmetric || (user && same)) && other->second != code) return false;
    }
    return true;
  }

  void Enumerate() {
    deciding_.assign(document_.decisions.size(), {});
    Each(false, [&](const Assignment& assignment) {
      if (!Possible(assignment)) return;
      const reference::Answer answer = reference::Decide(catalog_, document_, assignment);
      deciding_[0].insert(answer.rule);
      if (answer.effect == Effect::kRefuse) return;
      for (size_t i = 0; i < answer.extras.size(); ++i) {
        deciding_[i + 1].insert(answer.extras[i].rule);
      }
    });
  }

  size_t DecisionOf(const Claim& claim) const {
    for (size_t i = 0; i < document_.decisions.size(); ++i) {
      if (document_.decisions[i].name == claim.decision) return i;
    }
    FAIL("a claim about no decision: " << claim.decision);
    return 0;
  }

  void Compare(const Claim& claim, const std::vector<Demand>& demands, bool unavailable) {
    CAPTURE(claim.text);
    CAPTURE(claim.subject);
    CAPTURE(DumpDocument(catalog_, document_));
    switch (claim.kind) {
      case ClaimKind::kInvariant: {
        const size_t number = std::strtoul(claim.subject.c_str() + 7, nullptr, 10);
        REQUIRE(claim.holds == !Broken(demands[number], unavailable));
        if (!claim.holds) CompareExample(claim, demands[number]);
        break;
      }
      case ClaimKind::kRule: {
        const bool decides = deciding_[DecisionOf(claim)].contains(claim.subject);
        REQUIRE(claim.holds == decides);
        if (!decides) CompareHidden(claim);
        break;
      }
      case ClaimKind::kCondition:
        tests_[{claim.decision, claim.subject}].push_back(claim.holds);
        break;
      case ClaimKind::kNobodyRings:
        // With all facts by the order of rules, whatever the policy.
        REQUIRE(claim.holds == (!unavailable || !UnknownGetsCall()));
        break;
      default:
        REQUIRE(claim.holds);
    }
  }

  /// Without some of the facts a callee gets a call who may in truth have no account.
  bool UnknownGetsCall() const {
    bool gets = false;
    Each(true, [&](const Assignment& assignment) {
      if (gets || reference::Decide(catalog_, document_, assignment).effect == Effect::kRefuse) {
        return;
      }
      Complete(assignment, [&](const Assignment& truth) {
        gets = gets || (truth.at(layout_.callee_known) == 0 && Possible(truth));
      });
    });
    return gets;
  }

  /// Some situation breaks the demand: with every fact, or with some unavailable and of any value.
  bool Broken(const Demand& demand, bool unavailable) const {
    bool broken = false;
    Each(unavailable, [&](const Assignment& assignment) {
      if (!broken) broken = BrokenIn(demand, assignment);
    });
    return broken;
  }

  bool BrokenIn(const Demand& demand, const Assignment& assignment) const {
    const reference::Answer answer = reference::Decide(catalog_, document_, assignment);
    if (answer.effect == demand.effect) return false;
    bool broken = false;
    Complete(assignment, [&](const Assignment& truth) {
      broken =
          broken || (Possible(truth) && reference::Holds(catalog_, document_, demand.when, truth));
    });
    return broken;
  }

  /// Every assignment in which the unavailable facts have a value.
  void Complete(const Assignment& assignment,
                const std::function<void(const Assignment&)>& visit) const {
    for (const auto& [id, code] : assignment) {
      if (code.has_value()) continue;
      Assignment next = assignment;
      for (FactCode value : CodesOf(catalog_, document_, id)) {
        next[id] = value;
        Complete(next, visit);
      }
      return;
    }
    visit(assignment);
  }

  void CompareExample(const Claim& claim, const Demand& demand) {
    ++refuted_;
    REQUIRE(claim.counterexample.has_value());
    Assignment assignment;
    for (FactId fact : facts_) assignment[fact] = UsualSituation(layout_)[fact];
    for (const Fact& fact : claim.counterexample->facts) {
      const bool read = fact.code != kUnavailableCode;
      const std::optional<FactCode> code = read ? std::optional(fact.code) : std::nullopt;
      assignment[fact.id] = code;
      const FactInfo& info = catalog_.fact(fact.id);
      if (info.symmetric) assignment[info.reverse] = code;  // one half says both
    }
    CAPTURE(claim.counterexample->situation);
    REQUIRE(BrokenIn(demand, assignment));
    // No situation with fewer unusual facts breaks it, if all facts are there.
    const auto unusual = [&](const Assignment& at) {
      size_t count = 0;
      for (const auto& [id, code] : at) {
        const FactInfo& fact = catalog_.fact(id);
        const bool said = fact.symmetric && fact.reverse < id && at.contains(fact.reverse);
        if (!said && code != UsualSituation(layout_)[id]) ++count;
      }
      return count;
    };
    // Who has no account, or calls themselves, brings facts along that nothing here names.
    const auto plain = [&](const Assignment& at) {
      const auto usual = [&](FactId id, FactCode code) {
        const auto found = at.find(id);
        return found == at.end() || found->second == code;
      };
      return usual(layout_.callee_known, 1) && usual(layout_.caller_known, 1) &&
             usual(layout_.same_account, 0);
    };
    bool fewer = false;
    Each(false, [&](const Assignment& at) {
      fewer = fewer || (plain(at) && unusual(at) < claim.counterexample->facts.size() &&
                        Possible(at) && BrokenIn(demand, at));
    });
    CHECK(!fewer);
  }

  void CompareHidden(const Claim& claim) {
    ++dead_;
    const size_t decision = DecisionOf(claim);
    const DecisionRules& rules = document_.decisions[decision];
    const Rule* dead = nullptr;
    for (const Rule& rule : rules.floor) dead = rule.id == claim.subject ? &rule : dead;
    for (const Rule& rule : rules.rules) dead = rule.id == claim.subject ? &rule : dead;
    REQUIRE(dead != nullptr);
    std::set<std::string> instead;
    Each(false, [&](const Assignment& assignment) {
      if (!Possible(assignment)) return;
      if (!reference::Holds(catalog_, document_, dead->when, assignment)) return;
      const reference::Answer answer = reference::Decide(catalog_, document_, assignment);
      if (decision == 0) {
        instead.insert(answer.rule);
      } else if (answer.effect != Effect::kRefuse) {
        instead.insert(answer.extras[decision - 1].rule);
      }
    });
    if (instead.size() > 1) instead.erase("unknown_callee");
    CHECK(instead == std::set<std::string>(claim.hidden_by.begin(), claim.hidden_by.end()));
  }

 public:
  /// The claims about tests of the last policy: each one idle exactly if a constant in its place
  /// lets the same rules decide, in possible and impossible situations.
  void CompareTests() {
    for (size_t d = 0; d < document_.decisions.size(); ++d) {
      for (const bool floor : {true, false}) {
        const DecisionRules& rules = document_.decisions[d];
        const size_t count = floor ? rules.floor.size() : rules.rules.size();
        for (size_t i = 0; i < count; ++i) CompareTestsOf(d, floor, i);
      }
    }
    tests_.clear();
  }

 private:
  void CompareTestsOf(size_t decision, bool floor, size_t index) {
    const DecisionRules& rules = document_.decisions[decision];
    const Rule& rule = floor ? rules.floor[index] : rules.rules[index];
    const auto claimed = tests_.find({rules.name, rule.id});
    if (claimed == tests_.end()) return;  // dead, or without tests
    size_t at = 0;
    for (uint32_t node = 0; node < rule.when.nodes.size(); ++node) {
      const Op op = rule.when.nodes[node].op;
      if (op != Op::kTest && op != Op::kCompare && op != Op::kIntIn && op != Op::kSame) continue;
      const bool matters = DiffersWith(decision, floor, index, node, true) &&
                           DiffersWith(decision, floor, index, node, false);
      REQUIRE(at < claimed->second.size());
      CAPTURE(DumpDocument(catalog_, document_));
      CHECK(claimed->second[at++] == matters);
      if (!matters) ++idle_;
    }
    CHECK(at == claimed->second.size());
  }

  bool DiffersWith(size_t decision, bool floor, size_t index, uint32_t node, bool value) const {
    Document other = document_;
    DecisionRules& rules = other.decisions[decision];
    Rule& rule = floor ? rules.floor[index] : rules.rules[index];
    ConditionNode constant;
    constant.value = value;
    rule.when.nodes[node] = constant;
    bool differs = false;
    Each(false, [&](const Assignment& assignment) {
      if (differs) return;
      const reference::Answer a = reference::Decide(catalog_, document_, assignment);
      const reference::Answer b = reference::Decide(catalog_, other, assignment);
      differs = decision == 0 ? a.rule != b.rule
                              : !a.extras.empty() &&
                                    a.extras[decision - 1].rule != b.extras[decision - 1].rule;
    });
    return differs;
  }

  const Layout& layout_;
  const Catalog& catalog_;
  Document document_;
  std::vector<FactId> facts_;
  std::vector<std::set<std::string>> deciding_;  ///< by decision
  std::map<std::pair<std::string, std::string>, std::vector<bool>> tests_;
  uint64_t policies_ = 0, refuted_ = 0, dead_ = 0, idle_ = 0;
};

Condition One(const Catalog& catalog, FactId fact, FactCode value) {
  ConditionBuilder builder;
  builder.Test(fact, {value});
  return builder.Take(catalog);
}

TEST_CASE("every small policy") {
  const std::string text = Argument("sample").value_or("12");
  const uint64_t sample = std::strtoull(text.c_str(), nullptr, 10);
  REQUIRE(sample > 0);
  const Layout layout(Catalog::Standard());
  SmallScope scope(layout.catalog);
  Random random(Seed());
  Check check(layout);
  const std::vector<Demand> demands = {
      {One(layout.catalog, scope.relation(), 1), Effect::kRefuse},
      {One(layout.catalog, scope.setting(), 1), Effect::kRing},
      {One(layout.catalog, scope.choice(), 1), Effect::kRefuse},
  };
  for (size_t rules = 0; rules <= 2; ++rules) {
    scope.EachClass(rules, [&](const SmallPolicy& policy) {
      if (rules == 2 && random.Below(sample) != 0) return;
      SmallPolicy split = policy;
      split.floor_count = random.Below(rules + 1);
      check.Run(scope.Build(split, random), demands, random.Percent(25));
      check.CompareTests();
    });
  }
  std::cout << check.policies() << " small policies: " << check.refuted() << " invariants refuted, "
            << check.dead() << " dead rules, " << check.idle() << " idle tests\n";
  CHECK(check.policies() > 500);
  CHECK(check.refuted() > 100);
  CHECK(check.dead() > 50);
  CHECK(check.idle() > 50);
}

TEST_CASE("random policies") {
  const Catalog& catalog = Catalog::Standard();
  const Layout layout(catalog);
  Random random(Seed());
  Check check(layout);
  for (int i = 0; i < 150; ++i) {
    PolicyShape shape;
    shape.facts = PickFacts(catalog, 3, random);
    const bool small = std::all_of(shape.facts.begin(), shape.facts.end(), [&](FactId fact) {
      return catalog.fact(fact).type == FactType::kInt || catalog.fact(fact).code_count() <= 6;
    });
    if (!small) continue;
    shape.max_rules = 5;
    shape.max_decisions = 2;
    shape.max_leaves = 4;
    shape.int_once = true;
    const Document document = RandomDocument(catalog, shape, random);
    std::vector<Demand> demands;
    for (FactId fact : shape.facts) {
      if (catalog.fact(fact).type == FactType::kInt) continue;
      demands.push_back(
          {One(catalog, fact, 1), random.Percent(50) ? Effect::kRefuse : Effect::kRing});
    }
    const std::vector<FactId> named = FactsNamed(catalog, document);
    check.Run(document, demands, named.size() <= 4 && random.Percent(40));
    check.CompareTests();
  }
  std::cout << check.policies() << " random policies: " << check.refuted()
            << " invariants refuted, " << check.dead() << " dead rules, " << check.idle()
            << " idle tests\n";
  CHECK(check.policies() > 60);
}

TEST_CASE("shipped sets that can be enumerated") {
  constexpr double kMost = 60000;
  const Catalog& catalog = Catalog::Standard();
  const Layout layout(catalog);
  Check check(layout);
  size_t enumerated = 0;
  for (const std::string& name : Policy::ShippedNames()) {
    CAPTURE(name);
    const std::string text = Policy::ShippedText(name).value();
    Diagnostics diagnostics;
    const std::optional<Document> document = ParsePolicy(catalog, text, name, &diagnostics);
    REQUIRE(document.has_value());
    if (check.Count(*document) > kMost) continue;
    ++enumerated;
    check.RequireInvariants(*document);  // Prove says that they hold: tests/cases
    check.Run(*document, {}, false);
    check.CompareTests();
  }
  std::cout << enumerated << " shipped sets enumerated\n";
  CHECK(enumerated >= 8);
}

}  // namespace
}  // namespace ringfence::differential
