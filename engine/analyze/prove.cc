// What holds of a policy in every situation. See prove.h.
#include "analyze/prove.h"

#include <algorithm>
#include <map>
#include <utility>

#include "analyze/answers.h"
#include "base/check.h"
#include "cases/cases.h"

namespace ringfence {
namespace {

using Op = ConditionNode::Op;

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

class Prover {
 public:
  Prover(Space* space, const Program& program, const ProveOptions& options)
      : space_(*space),
        layout_(space->layout()),
        program_(program),
        options_(options),
        policy_(space->policy(0)),
        document_(*policy_.document),
        refused_(Refused(policy_)) {}

  std::vector<Claim> Prove() {
    if (options_.unavailable) {
      settled_ = WithUnavailable(&space_, policy_);
      settled_refused_ = Refused(settled_);
      reads_ = PossibleReads(&space_);
    }
    for (const Invariant& invariant : document_.invariants) ProveInvariant(invariant);
    for (size_t i = 0; i < policy_.lists.size(); ++i) ProveFloor(i);
    ProveUnknownCallee();
    for (size_t i = 0; i < policy_.lists.size(); ++i) ProveRules(i);
    for (size_t i = 0; i < policy_.lists.size(); ++i) ProveConditions(i);
    return std::move(claims_);
  }

 private:
  Ref Refused(const PolicyDiagrams& policy) {
    return space_.Where(policy.rules[0], [&](Ref leaf) {
      const OrderedRule& rule = policy.lists[0].rules[leaf & ~kLeafBit];
      return document_.outcomes[rule.then].effect == Effect::kRefuse;
    });
  }

  /// Where the decision is taken at all.
  Ref Taken(size_t decision) {
    return decision == 0 ? space_.possible() : space_.Minus(space_.possible(), refused_);
  }

  Claim* Add(ClaimKind kind, std::string_view subject, SourceSpan span) {
    Claim& claim = claims_.emplace_back();
    claim.kind = kind;
    claim.subject = subject;
    claim.line = span.line;
    claim.column = span.column;
    return &claim;
  }

  /// Refutes the claim where there is a situation against it.
  void Settle(Claim* claim, Ref against, const std::string& name) {
    claim->holds = against == kFalseLeaf || space_.exhausted();
    if (claim->holds) return;
    claim->counterexample = MakeCounterexample(layout_, program_, name, space_.Witness(against));
  }

  void ProveInvariant(const Invariant& invariant) {
    Claim* const claim = Add(ClaimKind::kInvariant, invariant.id, invariant.span);
    const std::string text = FormatInvariant(layout_.catalog, document_, invariant);
    const std::string name = "the invariant " + Quoted(invariant.id) + " does not hold";
    const Ref holds = space_.Holds(policy_, invariant);
    Settle(claim, space_.Minus(space_.possible(), holds), name);
    if (claim->holds && options_.unavailable) {
      Settle(claim, space_.And(BrokenWhereUnavailable(invariant), reads_),
             name + " where facts are unavailable");
    }
    claim->text = (claim->holds ? "holds: " : "does not hold: ") + text;
  }

  /// Where a decision without all facts does not keep the invariant for some of the values that the
  /// unavailable facts can have.
  Ref BrokenWhereUnavailable(const Invariant& invariant) {
    // Which terms hold, all at once: leaves are numbers of combinations.
    std::vector<std::vector<bool>> combinations = {{}};
    Ref holding = kLeafBit;
    for (const DecisionTerm& term : invariant.terms) {
      std::map<std::pair<Ref, bool>, Ref> numbers;
      std::vector<std::vector<bool>> longer;
      const Ref holds = space_.HoldsTerm(settled_, term, settled_refused_);
      holding = space_.Product(holding, holds, [&](Ref before, Ref is) {
        const Ref next = kLeafBit | static_cast<Ref>(longer.size());
        const auto [entry, added] = numbers.try_emplace({before, is == kTrueLeaf}, next);
        if (added) {
          longer.push_back(combinations[before & ~kLeafBit]);
          longer.back().push_back(is == kTrueLeaf);
        }
        return entry->second;
      });
      combinations = std::move(longer);
    }
    Ref broken = kFalseLeaf;
    for (size_t i = 0; i < combinations.size() && !space_.exhausted(); ++i) {
      std::vector<Ref> terms;
      for (const bool holds : combinations[i]) terms.push_back(holds ? kTrueLeaf : kFalseLeaf);
      const Ref against =
          space_.Minus(space_.possible(), space_.Holds(document_, invariant.that, terms));
      const Ref here = space_.Where(holding, [&](Ref leaf) { return (leaf & ~kLeafBit) == i; });
      broken = space_.Or(broken, space_.And(here, PossibleValues(&space_, against)));
    }
    return broken;
  }

  void ProveFloor(size_t decision) {
    const RuleList& list = policy_.lists[decision];
    for (uint32_t i = 0; i < list.otherwise; ++i) {
      const OrderedRule& rule = list.rules[i];
      if (!rule.floor) continue;
      Claim* const claim = Add(ClaimKind::kFloor, rule.id(), rule.rule->span);
      claim->decision = list.decision->name;
      const Ref applies = space_.And(space_.Holds(document_, *rule.when), Taken(decision));
      const Ref lifted =
          space_.Where(policy_.rules[decision], [&](Ref leaf) { return (leaf & ~kLeafBit) > i; });
      Settle(claim, space_.And(applies, lifted),
             "the floor rule " + Quoted(rule.id()) + " is lifted");
      claim->text = claim->holds ? "no setting, list or rule lifts it" : "is lifted";
    }
  }

  void ProveUnknownCallee() {
    Claim* const claim = Add(ClaimKind::kNobodyRings, kUnknownCallee, {});
    claim->decision = document_.decisions[0].name;
    const std::string name = "a callee without an account gets a call";
    const Ref unknown = space_.And(space_.possible(), space_.Holds(layout_.callee_known, 0, 0));
    Settle(claim, space_.Minus(unknown, refused_), name);
    if (claim->holds && options_.unavailable) {
      const Ref perhaps = space_.And(PossibleValues(&space_, unknown), reads_);
      Settle(claim, space_.Minus(perhaps, settled_refused_), name + " where facts are unavailable");
    }
    claim->text = claim->holds ? "no callee without an account gets a call" : name;
  }

  void ProveRules(size_t decision) {
    const RuleList& list = policy_.lists[decision];
    for (uint32_t i = 0; i < list.otherwise; ++i) {
      const OrderedRule& rule = list.rules[i];
      if (rule.reserved) continue;
      Claim* const claim = Add(ClaimKind::kRule, rule.id(), rule.rule->span);
      claim->decision = list.decision->name;
      const Ref decides =
          space_.Where(policy_.rules[decision], [&](Ref leaf) { return leaf == (kLeafBit | i); });
      claim->holds = space_.And(decides, Taken(decision)) != kFalseLeaf || space_.exhausted();
      claim->text = "decides somewhere";
      if (!claim->holds) SayWhyDead(decision, i, claim);
    }
  }

  void SayWhyDead(size_t decision, uint32_t position, Claim* claim) {
    const RuleList& list = policy_.lists[decision];
    const Ref applies =
        space_.And(space_.Holds(document_, *list.rules[position].when), Taken(decision));
    if (applies == kFalseLeaf) {
      claim->text = "never decides: its condition cannot hold";
      return;
    }
    const Ref instead = space_.IfThenElse(applies, policy_.rules[decision], kNoRuleLeaf);
    const std::vector<Ref> leaves = space_.Leaves(instead);
    // Callees without an account are kept from every rule: that hides none by itself.
    const bool others = std::ranges::any_of(leaves, [&](Ref leaf) {
      return leaf != kNoRuleLeaf && list.rules[leaf & ~kLeafBit].rule != nullptr;
    });
    for (Ref leaf : leaves) {
      if (leaf == kNoRuleLeaf) continue;
      if (others && list.rules[leaf & ~kLeafBit].rule == nullptr) continue;
      claim->hidden_by.emplace_back(list.rules[leaf & ~kLeafBit].id());
    }
    claim->text = "never decides: hidden by ";
    for (size_t i = 0; i < claim->hidden_by.size(); ++i) {
      claim->text += (i == 0 ? "" : ", ") + Quoted(claim->hidden_by[i]);
    }
  }

  void ProveConditions(size_t decision) {
    const RuleList& list = policy_.lists[decision];
    for (uint32_t i = 0; i < list.otherwise; ++i) {
      const OrderedRule& rule = list.rules[i];
      if (rule.reserved) continue;
      // Also where facts cannot be so: what cannot be read is taken to be anything.
      Ref reached =
          space_.Where(policy_.rules[decision], [&](Ref leaf) { return (leaf & ~kLeafBit) >= i; });
      if (decision != 0) reached = space_.Minus(reached, refused_);
      const Ref whole = space_.Holds(document_, *rule.when);
      if (space_.And(whole, reached) == kFalseLeaf) continue;  // a dead rule is one finding
      for (uint32_t node = 0; node < rule.when->nodes.size(); ++node) {
        const Op op = rule.when->nodes[node].op;
        if (op != Op::kTest && op != Op::kCompare && op != Op::kIntIn && op != Op::kSame) continue;
        ProveTest(list, rule, node, whole, reached);
      }
    }
  }

  /// A test matters if the rule would apply elsewhere with it true, and elsewhere with it false.
  void ProveTest(const RuleList& list, const OrderedRule& rule, uint32_t node, Ref whole,
                 Ref reached) {
    Claim* const claim = Add(ClaimKind::kCondition, rule.id(), rule.rule->span);
    claim->decision = list.decision->name;
    const std::string test = FormatCondition(layout_.catalog, *rule.when, node);
    claim->text = "matters: " + test;
    for (const bool value : {true, false}) {
      Condition without = *rule.when;
      ConditionNode constant;
      constant.value = value;
      constant.span = without.nodes[node].span;
      without.nodes[node] = constant;
      const Ref other = space_.Holds(document_, without);
      const Ref differs = space_.Or(space_.Minus(whole, other), space_.Minus(other, whole));
      if (space_.exhausted() || space_.And(differs, reached) != kFalseLeaf) continue;
      claim->holds = false;
      claim->text = "never matters: " + test + ", for the rule decides as if it were " +
                    (value ? "true" : "false");
      if (constant.span.line != 0) {
        claim->line = constant.span.line;
        claim->column = constant.span.column;
      }
      return;
    }
  }

  Space& space_;
  const Layout& layout_;
  const Program& program_;
  const ProveOptions& options_;
  const PolicyDiagrams& policy_;
  const Document& document_;
  Ref refused_;
  PolicyDiagrams settled_;  ///< with unavailable facts, where asked for
  Ref settled_refused_ = kFalseLeaf;
  Ref reads_ = kFalseLeaf;  ///< likewise: what can be read together
  std::vector<Claim> claims_;
};

}  // namespace

std::vector<Claim> ProveClaims(Space* space, const Program& program, const ProveOptions& options) {
  return Prover(space, program, options).Prove();
}

Counterexample MakeCounterexample(const Layout& layout, const Program& program, std::string name,
                                  const Situation& situation) {
  Counterexample example;
  const Situation usual = UsualSituation(layout);
  for (const FactInfo& fact : layout.catalog.facts()) {
    const FactCode code = situation[fact.id];
    const bool said = fact.symmetric && fact.reverse < fact.id && situation[fact.reverse] == code;
    if (code == usual[fact.id] || said) continue;
    example.facts.push_back({fact.id, code});
    example.situation += (example.situation.empty() ? "" : ", ") + fact.name + " = " +
                         layout.catalog.FormatValue(fact.id, code);
  }
  if (example.situation.empty()) example.situation = "nothing stored";
  const Case one = CaseOf(layout, program, std::move(name), situation);
  for (const Expectation& expectation : one.expect) {
    if (expectation.field == "rule") {
      example.decision += " by " + Quoted(*expectation.value);
    } else if (expectation.value) {
      example.decision +=
          (example.decision.empty() ? "" : ", " + expectation.field + " ") + *expectation.value;
    }
  }
  example.ready_case = PrintCase(layout, one);
  return example;
}

Ref DiagramOf(Space* space, const ProgramDecision& decision) {
  std::vector<Ref> made(decision.nodes.size());
  const auto renamed = [&](Ref ref) { return (ref & kLeafBit) != 0 ? ref : made[ref]; };
  for (size_t i = decision.nodes.size(); i-- > 0;) {
    const ProgramNode& node = decision.nodes[i];
    const auto first = [&](uint32_t edge) {
      if (!node.is_int) return edge;
      return edge == 0 ? 0 : decision.cuts[node.first_cut + edge - 1];
    };
    Ref below = renamed(decision.edges[node.first_edge + node.class_count - 1]);
    for (uint32_t edge = node.class_count - 1; edge-- > 0;) {
      const Ref to = renamed(decision.edges[node.first_edge + edge]);
      below =
          space->IfThenElse(space->Holds(node.fact, first(edge), first(edge + 1) - 1), to, below);
    }
    made[i] = below;
  }
  return renamed(decision.root);
}

}  // namespace ringfence
