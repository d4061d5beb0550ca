// Finds what refusals give away. See opacity.h.
//
// For an observable o and a private fact p, with every other private fact projected away, three
// diagrams over what the caller knows and p are left: where a refusal shows o, where any call shows
// it, and what is possible. A value is given away where a refusal shows o with it, no call shows o
// with a second value, and a second value was possible.
#include "analyze/opacity.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "facts/fact_set.h"

namespace ringfence {
namespace {

/// Where one observable is seen. After projection: with some values of what is gone.
struct Seen {
  Ref refused = kFalseLeaf;
  Ref any = kFalseLeaf;
};

/// All that is projected together.
struct View {
  Ref possible = kTrueLeaf;
  std::vector<Seen> seen;  ///< by observable
};

/// The codes of one value, or of several that nothing tells apart.
struct ValueClass {
  FactCode first = 0;  ///< one code stands for all
  bool with_unset = false;
  bool alone = true;
};

class LeakFinder {
 public:
  LeakFinder(Space* space, const PolicyDiagrams& policy)
      : space_(*space), layout_(space->layout()), policy_(policy) {}

  std::optional<Opacity> Find() {
    Observe();
    std::vector<FactId> looked_at;
    FactSet unseen;  // hidden, but tested nowhere: no answer says anything of them by itself
    for (FactId fact : space_.order()) {
      if (IsKnownToCaller(layout_.catalog.fact(fact))) continue;
      hidden_.push_back(fact);
      tested_.Contains(fact) ? looked_at.push_back(fact) : unseen.Insert(fact);
    }
    Descend(Without(all_, unseen), looked_at);
    opacity_.tested = looked_at;
    std::sort(opacity_.tested.begin(), opacity_.tested.end());
    TellAccount();
    if (space_.exhausted()) return std::nullopt;
    Finish();
    return std::move(opacity_);
  }

 private:
  /// Which observable is seen where.
  void Observe() {
    AnswerTable table;
    const Ref answers = AnswersOf(&space_, policy_, &table);
    all_.possible = space_.Minus(space_.possible(), space_.Holds(layout_.same_account, 1, 1));
    std::map<Observable, std::vector<Ref>> leaves;
    for (const Ref leaf : space_.Leaves(answers)) leaves[ObservableOf(table[leaf])].push_back(leaf);
    for (const auto& [observable, of_it] : leaves) {
      const auto is = [&](Ref leaf) { return std::ranges::find(of_it, leaf) != of_it.end(); };
      const auto is_refusal = [&](Ref leaf) {
        return is(leaf) && table[leaf].effect == Effect::kRefuse;
      };
      Seen seen;
      seen.any = space_.And(space_.Where(answers, is), all_.possible);
      seen.refused = space_.And(space_.Where(answers, is_refusal), all_.possible);
      observables_.push_back(observable);
      all_.seen.push_back(seen);
    }
    tested_ = space_.Facts(answers);
  }

  View Without(const View& view, const FactSet& facts) {
    const auto project = [&](Ref set) { return space_.Exists(set, facts); };
    View left;
    left.possible = project(view.possible);
    for (const Seen& seen : view.seen) {
      const Ref any = project(seen.any);
      left.seen.push_back({seen.refused == seen.any ? any : project(seen.refused), any});
    }
    return left;
  }

  /// Comes to each fact of `facts` with all others projected away, halving them: n log n
  /// projections instead of n * n.
  void Descend(const View& view, std::span<const FactId> facts) {
    if (facts.empty() || space_.exhausted()) return;
    if (facts.size() == 1) return Look(view, facts[0]);
    const size_t half = facts.size() / 2;
    const auto set_of = [](std::span<const FactId> some) {
      FactSet set;
      for (FactId fact : some) set.Insert(fact);
      return set;
    };
    Descend(Without(view, set_of(facts.subspan(half))), facts.first(half));
    Descend(Without(view, set_of(facts.first(half))), facts.subspan(half));
  }

  /// Nothing hidden is left in `view` but this fact.
  void Look(const View& view, FactId fact) {
    const std::vector<ValueClass> classes = ClassesOf(view, fact);
    const Ref open = Twice(view.possible, fact, classes);
    for (size_t o = 0; o < view.seen.size(); ++o) {
      const Seen& seen = view.seen[o];
      const Ref doubtful = Twice(seen.any, fact, classes);
      // Where a refusal shows it: that one is the caller's to wonder about.
      const Ref refused = space_.Exists(seen.refused, Only(fact));
      for (const ValueClass& one : classes) {
        if (!one.alone) continue;
        const Ref told = space_.And(space_.Minus(At(seen.any, fact, one), doubtful), open);
        Report(fact, one, o, space_.And(told, refused), &opacity_.leaks);
        Report(fact, one, o, space_.Minus(told, refused), &opacity_.told_by_ringing);
      }
    }
  }

  static FactSet Only(FactId fact) {
    FactSet set;
    set.Insert(fact);
    return set;
  }

  Ref At(Ref set, FactId fact, const ValueClass& one) {
    const Ref at = space_.Fix(set, fact, one.first);
    return one.with_unset ? space_.Or(at, space_.Fix(set, fact, 0)) : at;
  }

  /// Where `set` leaves values of two classes of the fact open.
  Ref Twice(Ref set, FactId fact, const std::vector<ValueClass>& classes) {
    Ref once = kFalseLeaf, twice = kFalseLeaf;
    for (const ValueClass& one : classes) {
      const Ref at = At(set, fact, one);
      twice = space_.Or(twice, space_.And(once, at));
      once = space_.Or(once, at);
    }
    return twice;
  }

  /// Every value of a bool or enum; of an int what the diagrams tell apart.
  std::vector<ValueClass> ClassesOf(const View& view, FactId fact) const {
    const FactInfo& info = layout_.catalog.fact(fact);
    const FactCode shift = info.can_be_unset ? 1 : 0;
    // An unset fact is worth its default: no value of its own.
    const FactCode usual = shift + DefaultValue(layout_.catalog, *policy_.document, fact);
    std::vector<FactCode> firsts = {shift};
    if (info.type != FactType::kInt) {
      for (FactCode code = shift + 1; code < info.code_count(); ++code) firsts.push_back(code);
    } else {
      if (info.can_be_unset) firsts.insert(firsts.end(), {usual, usual + 1});
      AddCuts(view.possible, fact, &firsts);
      for (const Seen& seen : view.seen) {
        AddCuts(seen.any, fact, &firsts);
        AddCuts(seen.refused, fact, &firsts);
      }
      std::erase_if(firsts, [&](FactCode at) { return at < shift || at >= info.code_count(); });
      std::sort(firsts.begin(), firsts.end());
      firsts.erase(std::unique(firsts.begin(), firsts.end()), firsts.end());
    }
    std::vector<ValueClass> classes;
    for (size_t i = 0; i < firsts.size(); ++i) {
      const FactCode end = i + 1 < firsts.size() ? firsts[i + 1] : info.code_count();
      classes.push_back({firsts[i], info.can_be_unset && firsts[i] == usual, end - firsts[i] == 1});
    }
    return classes;
  }

  void AddCuts(Ref root, FactId fact, std::vector<FactCode>* cuts) const {
    if ((root & kLeafBit) != 0) return;
    const Diagram diagram = space_.builder().Extract(root);
    for (const DiagramNode& node : diagram.nodes) {
      if (space_.order()[node.position] != fact) continue;
      for (uint32_t i = 0; i < node.edge_count; ++i) {
        cuts->push_back(diagram.edges[node.first_edge + i].from);
      }
    }
  }

  /// `told`: what the caller knows where the observable gives the value away.
  void Report(FactId fact, const ValueClass& one, size_t observable, Ref told,
              std::vector<Leak>* leaks) {
    if (told == kFalseLeaf || space_.exhausted()) return;
    const FactInfo& info = layout_.catalog.fact(fact);
    Ref value = space_.Holds(fact, one.first, one.first);
    if (one.with_unset) value = space_.Or(value, space_.Holds(fact, 0, 0));
    const Seen& seen = all_.seen[observable];
    const Ref calls = leaks == &opacity_.leaks ? seen.refused : seen.any;
    const Ref where = space_.And(space_.And(told, value), calls);
    if (where == kFalseLeaf || space_.exhausted()) return;
    const bool listed = std::ranges::find(policy_.document->discloses, fact, &Disclosure::fact) !=
                        policy_.document->discloses.end();
    leaks->push_back({fact, one.first - (info.can_be_unset ? 1 : 0), observables_[observable],
                      space_.Witness(where), listed});
  }

  /// Whether some refusal is none that a callee without account gives to the same caller.
  void TellAccount() {
    FactSet hidden;
    for (FactId fact : hidden_) hidden.Insert(fact);
    const Ref known = space_.Holds(layout_.callee_known, 1, 1);
    for (const Seen& seen : all_.seen) {
      const Ref shown = space_.Exists(space_.And(seen.refused, known), hidden);
      const Ref without = space_.Exists(space_.Minus(seen.any, known), hidden);
      // Both by what the caller knows of themselves, the relations between the two among it: a
      // relation of theirs says that there is an account.
      const Ref told = space_.Minus(space_.Fix(shown, layout_.callee_known, 1),
                                    space_.Fix(without, layout_.callee_known, 0));
      const Ref possible = space_.Exists(space_.Minus(all_.possible, known), hidden);
      const Ref open = space_.Fix(possible, layout_.callee_known, 0);
      if (space_.And(told, open) != kFalseLeaf) opacity_.tells_account = true;
    }
  }

  void Finish() {
    const auto by_place = [](const Leak& a, const Leak& b) {
      return std::tie(a.fact, a.value, a.seen) < std::tie(b.fact, b.value, b.seen);
    };
    std::sort(opacity_.leaks.begin(), opacity_.leaks.end(), by_place);
    std::sort(opacity_.told_by_ringing.begin(), opacity_.told_by_ringing.end(), by_place);
    for (const Disclosure& disclosure : policy_.document->discloses) {
      if (std::ranges::find(opacity_.leaks, disclosure.fact, &Leak::fact) != opacity_.leaks.end()) {
        continue;
      }
      opacity_.unneeded.push_back(disclosure.fact);
    }
  }

  Space& space_;
  const Layout& layout_;
  const PolicyDiagrams& policy_;
  View all_;
  FactSet tested_;
  std::vector<FactId> hidden_;
  std::vector<Observable> observables_;
  Opacity opacity_;
};

}  // namespace

Observable ObservableOf(const Answer& answer) {
  Observable seen{answer.signal, answer.sip_status, answer.retry_after_s, answer.told, {}};
  for (const auto& [decision, value] : answer.extras) {
    if (decision == "path") seen.path = value;
  }
  return seen;
}

std::string Format(const Observable& seen) {
  std::string text(ToString(seen.signal));
  if (seen.sip_status != 0) text += " " + std::to_string(seen.sip_status);
  text += ", told '" + seen.told + "'";
  if (seen.retry_after_s != 0) {
    text += ", to be tried again after " + std::to_string(seen.retry_after_s) + " s";
  }
  if (!seen.path.empty()) text += ", path " + seen.path;
  return text;
}

std::optional<Opacity> FindLeaks(Space* space, const PolicyDiagrams& policy) {
  return LeakFinder(space, policy).Find();
}

}  // namespace ringfence
