// A space: its order of facts, the policies in it, and what is possible. See space.h.
#include "analyze/space.h"

#include <algorithm>

#include "base/check.h"
#include "compile/condition_diagrams.h"
#include "facts/fact_set.h"

namespace ringfence {

Situation UsualSituation(const Layout& layout) {
  Situation codes(layout.catalog.size());
  for (const FactInfo& fact : layout.catalog.facts()) {
    const bool known = fact.id == layout.callee_known || fact.id == layout.caller_known;
    codes[fact.id] = fact.can_be_unset ? 0 : known ? 1 : fact.absent_code;
  }
  return codes;
}

Space::Space(const Layout& layout, std::span<const Document* const> documents,
             std::span<const Condition> constraints, std::span<const FactId> preferred,
             uint32_t max_created)
    : layout_(layout),
      positions_(layout.catalog.size(), kNowhere),
      builder_(max_created),
      unknown_callee_(UnknownCalleeCondition(layout.callee_known)) {
  MakeOrder(documents, constraints, preferred);
  for (const Document* document : documents) AddPolicy(*document);
  MakePossible(constraints);
  CollectCuts();
}

void Space::AddFact(FactId fact) {
  if (Has(fact)) return;
  positions_[fact] = static_cast<uint32_t>(order_.size());
  order_.push_back(fact);
}

void Space::AddFactsOf(const Condition& condition) {
  for (FactId fact : FactsOf(condition)) {
    if (fact < Invariant::kTermFact) AddFact(fact);
  }
}

/// Whether a constraint of these facts says anything of the facts here. Of accounts alone it does
/// not: what it binds to them is not here.
bool Space::Binds(const std::vector<FactId>& facts) const {
  const auto is_account = [&](FactId fact) {
    return fact == layout_.callee_known || fact == layout_.caller_known ||
           fact == layout_.same_account;
  };
  const auto binds = [&](FactId fact) { return Has(fact) && !is_account(fact); };
  return std::any_of(facts.begin(), facts.end(), binds) ||
         std::all_of(facts.begin(), facts.end(), is_account);
}

void Space::MakeOrder(std::span<const Document* const> documents,
                      std::span<const Condition> constraints, std::span<const FactId> preferred) {
  for (FactId fact : preferred) AddFact(fact);
  for (FactId fact : {layout_.callee_known, layout_.caller_known, layout_.same_account}) {
    AddFact(fact);
  }
  for (const Document* document : documents) {
    for (const DecisionRules& decision : document->decisions) {
      for (const Rule& rule : decision.floor) AddFactsOf(rule.when);
      for (const Rule& rule : decision.rules) AddFactsOf(rule.when);
    }
    for (const Invariant& invariant : document->invariants) AddFactsOf(invariant.that);
  }
  // Constraints bind facts to others, which may be bound in turn.
  std::vector<bool> taken(constraints.size(), false);
  for (bool grown = true; grown;) {
    grown = false;
    for (size_t i = 0; i < constraints.size(); ++i) {
      const std::vector<FactId> facts = FactsOf(constraints[i]);
      if (taken[i] || !Binds(facts)) continue;
      taken[i] = grown = true;
      AddFactsOf(constraints[i]);
    }
  }
  for (size_t i = 0; i < order_.size(); ++i) {
    const FactInfo& fact = layout_.catalog.fact(order_[i]);
    if (fact.symmetric) AddFact(fact.reverse);
  }
}

void Space::AddPolicy(const Document& document) {
  PolicyDiagrams& policy = policies_.emplace_back();
  policy.document = &document;
  ConditionDiagrams conditions(layout_, document, order_, &builder_);
  for (const DecisionRules& decision : document.decisions) {
    RuleList list = BuildRules(document, decision, unknown_callee_);
    std::vector<Ref> parts;
    for (uint32_t i = 0; i < list.otherwise; ++i) {
      const Ref when = conditions.Build(*list.rules[i].when);
      parts.push_back(builder_.IfThenElse(when, kLeafBit | i, kNoRuleLeaf));
    }
    parts.push_back(kLeafBit | list.otherwise);
    policy.rules.push_back(Fold(std::move(parts), [&](Ref first, Ref second) {
      return builder_.FirstApplicable(first, second);
    }));
    policy.lists.push_back(std::move(list));
  }
}

Ref Space::Holds(const Document& document, const Condition& condition, std::span<const Ref> terms) {
  return ConditionDiagrams(layout_, document, order_, &builder_).Build(condition, terms);
}

Ref Space::Holds(FactId fact, FactCode first, FactCode last) {
  CHECK(Has(fact) && first <= last);
  std::vector<DiagramEdge> edges;
  if (first > 0) edges.push_back({0, kFalseLeaf});
  edges.push_back({first, kTrueLeaf});
  if (last + 1 < layout_.code_counts[fact]) edges.push_back({last + 1, kFalseLeaf});
  return builder_.Make(positions_[fact], edges);
}

namespace {

/// What a part of a decision is called where that rule decides.
std::string_view PartOf(const PolicyDiagrams& policy, size_t decision, DecisionTerm::Part part,
                        uint32_t position) {
  const OrderedRule& rule = policy.lists[decision].rules[position];
  if (part == DecisionTerm::Part::kRule) return rule.id();
  if (decision != 0) return policy.document->decisions[decision].values[rule.then];
  const Outcome& outcome = policy.document->outcomes[rule.then];
  switch (part) {
    case DecisionTerm::Part::kEffect:
      return ToString(outcome.effect);
    case DecisionTerm::Part::kSignal:
      return ToString(outcome.signal);
    default:
      return outcome.name;
  }
}

bool Refuses(const PolicyDiagrams& policy, Ref leaf) {
  const OrderedRule& rule = policy.lists[0].rules[leaf & ~kLeafBit];
  return policy.document->outcomes[rule.then].effect == Effect::kRefuse;
}

}  // namespace

Ref Space::HoldsTerm(const PolicyDiagrams& policy, const DecisionTerm& term, Ref refused) {
  const Ref holds = Where(policy.rules[term.decision], [&](Ref leaf) {
    const std::string_view text = PartOf(policy, term.decision, term.part, leaf & ~kLeafBit);
    return (std::find(term.texts.begin(), term.texts.end(), text) != term.texts.end()) ==
           term.equal;
  });
  if (term.decision == 0) return holds;
  // Where nothing is decided no text is equal.
  return IfThenElse(refused, term.equal ? kFalseLeaf : kTrueLeaf, holds);
}

Ref Space::Holds(const PolicyDiagrams& policy, const Invariant& invariant) {
  const Ref refused = Where(policy.rules[0], [&](Ref leaf) { return Refuses(policy, leaf); });
  std::vector<Ref> terms;
  terms.reserve(invariant.terms.size());
  for (const DecisionTerm& term : invariant.terms) {
    terms.push_back(HoldsTerm(policy, term, refused));
  }
  return Holds(*policy.document, invariant.that, terms);
}

/// Two facts of one type have the same code.
Ref Space::SameCodes(FactId a, FactId b) {
  if (positions_[a] > positions_[b]) std::swap(a, b);
  std::vector<DiagramEdge> edges;
  // The codes of a wide int would be a node each; that both are the same there excludes little.
  constexpr FactCode kWide = 1024;
  if (layout_.code_counts[a] > kWide) return kTrueLeaf;
  for (FactCode code = 0; code < layout_.code_counts[a]; ++code) {
    edges.push_back({code, Holds(b, code, code)});
  }
  return builder_.exhausted() ? kFalseLeaf : builder_.Make(positions_[a], edges);
}

/// Who has no account has chosen nothing, and stands in no relation.
Ref Space::AccountPossible(Group user, FactId known) {
  Ref absent = kTrueLeaf;
  for (FactId id : order_) {
    const FactInfo& fact = layout_.catalog.fact(id);
    if (id == known || (fact.group != user && fact.group != Group::kPair)) continue;
    const FactCode code = fact.can_be_unset ? fact.absent_code + 1 : fact.absent_code;
    absent = And(absent, Holds(id, code, code));
  }
  return IfThenElse(Holds(known, 1, 1), kTrueLeaf, absent);
}

void Space::MakePossible(std::span<const Condition> constraints) {
  possible_ = And(AccountPossible(Group::kCallee, layout_.callee_known),
                  AccountPossible(Group::kCaller, layout_.caller_known));
  Ref one = kTrueLeaf;  // where both are one account
  for (FactId id : order_) {
    const FactInfo& fact = layout_.catalog.fact(id);
    if (fact.group == Group::kPair) {
      one = And(one, Holds(id, fact.absent_code, fact.absent_code));
    }
    if (fact.reverse == id || !Has(fact.reverse) || positions_[id] > positions_[fact.reverse]) {
      continue;
    }
    const bool user = fact.group == Group::kCallee || fact.group == Group::kCaller;
    if (fact.symmetric) possible_ = And(possible_, SameCodes(id, fact.reverse));
    if (user) one = And(one, SameCodes(id, fact.reverse));
  }
  possible_ = And(possible_, IfThenElse(Holds(layout_.same_account, 1, 1), one, kTrueLeaf));
  ConditionDiagrams conditions(layout_, constraint_document_, order_, &builder_);
  for (const Condition& constraint : constraints) {
    const std::vector<FactId> facts = FactsOf(constraint);
    // One that binds nothing here, unless it is constant: a false one contradicts all.
    const auto is_here = [&](FactId fact) { return Has(fact); };
    if (!std::all_of(facts.begin(), facts.end(), is_here)) continue;
    possible_ = And(possible_, conditions.Build(constraint));
  }
}

void Space::CollectCuts() {
  cuts_.assign(order_.size(), {0});
  std::vector<Ref> roots = {possible_};
  for (const PolicyDiagrams& policy : policies_) {
    roots.insert(roots.end(), policy.rules.begin(), policy.rules.end());
  }
  if (exhausted()) return;
  for (size_t i = 0; i < order_.size(); ++i) {
    const FactInfo& fact = layout_.catalog.fact(order_[i]);
    if (fact.can_be_unset && fact.type == FactType::kInt) cuts_[i].push_back(1);
    if (fact.type == FactType::kInt) continue;
    for (FactCode code = 1; code < fact.code_count(); ++code) cuts_[i].push_back(code);
  }
  for (Ref root : roots) {
    const Diagram diagram = builder_.Extract(root);
    for (const DiagramNode& node : diagram.nodes) {
      for (uint32_t i = 0; i < node.edge_count; ++i) {
        cuts_[node.position].push_back(diagram.edges[node.first_edge + i].from);
      }
    }
  }
  for (std::vector<FactCode>& cuts : cuts_) {
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  }
}

}  // namespace ringfence
