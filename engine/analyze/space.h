// All situations a policy can meet, as decision diagrams over one order of facts: what whole-policy
// questions are answered with. Takes documents of one catalog; gives sets of situations, and what
// decides in each. Exact: ints are intervals, unset is a code of its own.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/limits.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "compile/compile.h"
#include "compile/diagram_builder.h"
#include "facts/frame.h"
#include "policy/document.h"

namespace ringfence {

/// A policy laid into a space.
struct PolicyDiagrams {
  const Document* document = nullptr;
  std::vector<RuleList> lists;  ///< by decision
  /// By decision: the rule that decides, as kLeafBit | its position in `lists[d].rules`, whatever
  /// `ring` says.
  std::vector<Ref> rules;
};

/// One situation: a code for every fact of the catalog, kUnavailableCode where it cannot be read.
using Situation = std::vector<FactCode>;

/// What no diagram tests has the value a case has that does not state it: both parties known,
/// settings unset, the rest absent.
Situation UsualSituation(const Layout& layout);

class Space {
 public:
  /// A space for all facts that the rules and invariants of `documents` name, and for those that
  /// `constraints` bind to them. `preferred` says the order of the first facts: that of a compiled
  /// diagram keeps this one small. The documents, which outlive the space, have the layout's
  /// catalog.
  Space(const Layout& layout, std::span<const Document* const> documents,
        std::span<const Condition> constraints, std::span<const FactId> preferred,
        uint32_t max_created = kMaxAnalysisCreated);
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;

  const Layout& layout() const { return layout_; }
  const std::vector<FactId>& order() const { return order_; }
  /// Too many nodes were made: every diagram since is meaningless, and asking on is pointless.
  bool exhausted() const { return builder_.exhausted(); }
  uint32_t created() const { return builder_.created(); }

  /// By the documents' order. Valid as long as the space.
  const PolicyDiagrams& policy(size_t i) const { return policies_[i]; }
  /// The situations that can occur: what the kinds of facts imply (who has no account has no
  /// settings and no relations; a symmetric relation holds both ways; who calls themselves is one
  /// and the same), and the catalog's constraints. kFalseLeaf: they contradict each other.
  Ref possible() const { return possible_; }

  /// Where a condition over facts of the space holds; `terms` as ConditionDiagrams::Build. Unset
  /// settings have the document's defaults.
  Ref Holds(const Document& document, const Condition& condition, std::span<const Ref> terms = {});
  /// Where the invariant holds, given what decides.
  Ref Holds(const PolicyDiagrams& policy, const Invariant& invariant);
  /// Where one term of an invariant holds; `refused`: where `ring` refuses, and nothing else is
  /// decided.
  Ref HoldsTerm(const PolicyDiagrams& policy, const DecisionTerm& term, Ref refused);
  /// Where a fact of the space has a code from `first` to `last`.
  Ref Holds(FactId fact, FactCode first, FactCode last);

  Ref And(Ref a, Ref b) { return builder_.IfThenElse(a, b, kFalseLeaf); }
  Ref Or(Ref a, Ref b) { return builder_.IfThenElse(a, kTrueLeaf, b); }
  Ref Not(Ref a) { return builder_.IfThenElse(a, kFalseLeaf, kTrueLeaf); }
  Ref Minus(Ref a, Ref b) { return builder_.IfThenElse(b, kFalseLeaf, a); }
  Ref IfThenElse(Ref set, Ref then, Ref otherwise) {
    return builder_.IfThenElse(set, then, otherwise);
  }

  /// `root` with other leaves.
  Ref Map(Ref root, const std::function<Ref(Ref leaf)>& leaf);
  /// Both at once: leaf(a, b) in each situation.
  Ref Product(Ref a, Ref b, const std::function<Ref(Ref a, Ref b)>& leaf);
  /// Where the leaf of `root` is one of those `is` names.
  Ref Where(Ref root, const std::function<bool(Ref leaf)>& is);
  /// The situations of `set`, whatever the facts of `facts` are.
  Ref Exists(Ref set, const FactSet& facts);
  /// `root` where the fact has that code; it tests the fact no more.
  Ref Fix(Ref root, FactId fact, FactCode code);
  /// `root` with one code more for every fact, Layout::code_counts: unavailable, where `both` joins
  /// what all values lead to; both(a, a) is a. Not to be mixed with diagrams that have no such
  /// code.
  Ref WithUnavailable(Ref root, const std::function<Ref(Ref a, Ref b)>& both);

  /// Leaves below `root`, ascending.
  std::vector<Ref> Leaves(Ref root) const;
  /// Facts tested below `root`.
  FactSet Facts(Ref root) const;
  /// The leaf in one situation.
  Ref At(Ref root, const Situation& situation) const;

  /// The part of `within` that is in `set`, 0 to 1, each class of a fact equally likely: of a bool
  /// or enum fact every code, of an int every interval between constants that matter. 0 where
  /// `within` is empty.
  double Share(Ref set, Ref within) const;
  /// A situation of `set`, which is not empty, with as few facts as possible that differ from the
  /// usual one. The same on every machine.
  Situation Witness(Ref set) const;
  /// For diagrams of one's own.
  const DiagramBuilder& builder() const { return builder_; }
  DiagramBuilder* mutable_builder() { return &builder_; }

 private:
  void MakeOrder(std::span<const Document* const> documents, std::span<const Condition> constraints,
                 std::span<const FactId> preferred);
  void AddFact(FactId fact);
  void AddFactsOf(const Condition& condition);
  bool Binds(const std::vector<FactId>& facts) const;
  void AddPolicy(const Document& document);
  Ref SameCodes(FactId a, FactId b);
  Ref AccountPossible(Group user, FactId known);
  void MakePossible(std::span<const Condition> constraints);
  void CollectCuts();
  bool Has(FactId fact) const { return positions_[fact] != kNowhere; }

  static constexpr uint32_t kNowhere = 0xFFFFFFFFu;

  const Layout& layout_;
  std::vector<FactId> order_;
  std::vector<uint32_t> positions_;  ///< by fact; kNowhere
  DiagramBuilder builder_;
  Document constraint_document_;  ///< without defaults: constraints are the catalog's
  Condition unknown_callee_;
  std::deque<PolicyDiagrams> policies_;
  Ref possible_ = kTrueLeaf;
  std::vector<std::vector<FactCode>> cuts_;  ///< by position: first codes of classes, 0 included
};

}  // namespace ringfence
