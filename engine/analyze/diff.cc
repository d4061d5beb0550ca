// Differences of two policies. See diff.h.
#include "analyze/diff.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

/// 0 gained, 1 lost, 2 others.
int ClassOf(const Answer& was, const Answer& now) {
  const bool before = was.effect != Effect::kRefuse, after = now.effect != Effect::kRefuse;
  return before == after ? 2 : before ? 1 : 0;
}

class Differ {
 public:
  Differ(Space* space, size_t max_cubes) : space_(*space), max_cubes_(max_cubes) {}

  DocumentDiff Run() {
    DocumentDiff diff;
    const Ref pairs = Pairs(space_.policy(0), space_.policy(1));
    const Ref changed = space_.And(Changed(pairs), space_.possible());
    diff.share = Shown() ? space_.Share(changed, space_.possible()) : 0;
    diff.changes = ChangesIn(pairs, space_.possible(), false);
    // What any value of the unavailable facts changes alike is told already.
    const Ref told =
        space_.WithUnavailable(pairs, [](Ref a, Ref b) { return a == b ? a : Ref{kNoRuleLeaf}; });
    const Ref with = Pairs(Settled(0), Settled(1));
    const Ref untold = space_.Product(
        with, told, [](Ref now, Ref before) { return now == before ? kFalseLeaf : kTrueLeaf; });
    const Ref possible = PossibleValues(&space_, space_.possible());
    diff.unavailable = ChangesIn(with, space_.And(possible, untold), true);
    return diff;
  }

 private:
  bool Shown() const { return !space_.exhausted(); }

  PolicyDiagrams Settled(size_t i) { return WithUnavailable(&space_, space_.policy(i)); }

  /// Both answers in each situation, as leaves.
  Ref Pairs(const PolicyDiagrams& older, const PolicyDiagrams& newer) {
    const Ref was = AnswersOf(&space_, older, &answers_);
    const Ref now = AnswersOf(&space_, newer, &answers_);
    return space_.Product(was, now, [&](Ref a, Ref b) {
      if (ClassOf(answers_[a], answers_[b]) != 2) {
        a = WithoutExtras(a);
        b = WithoutExtras(b);
      }
      const Ref next = kLeafBit | static_cast<Ref>(pairs_.size());
      const auto [entry, added] = leaves_.try_emplace({a, b}, next);
      if (added) pairs_.emplace_back(a, b);
      return entry->second;
    });
  }

  Ref WithoutExtras(Ref leaf) {
    Answer answer = answers_[leaf];
    answer.extras.clear();
    return answers_.LeafOf(answer);
  }

  bool IsChange(Ref leaf) const {
    const auto& [was, now] = pairs_[leaf & ~kLeafBit];
    return was != now;
  }
  Ref Changed(Ref pairs) {
    return space_.Where(pairs, [&](Ref leaf) { return IsChange(leaf); });
  }

  std::vector<AnswerChange> ChangesIn(Ref pairs, Ref where, bool unavailable) {
    std::vector<AnswerChange> changes;
    if (!Shown()) return changes;
    // Cubes may reach into what cannot occur, but not into what changes otherwise.
    const Ref possible =
        unavailable ? PossibleValues(&space_, space_.possible()) : space_.possible();
    for (Ref leaf : space_.Leaves(pairs)) {
      if (!IsChange(leaf)) continue;
      const Ref here = space_.Where(pairs, [&](Ref other) { return other == leaf; });
      const Ref set = space_.And(here, where);
      if (set == kFalseLeaf) continue;
      const auto& [was, now] = pairs_[leaf & ~kLeafBit];
      changes.push_back(ChangeIn(set, space_.Or(set, space_.Not(possible)), unavailable));
      changes.back().was = answers_[was];
      changes.back().now = answers_[now];
      if (!Shown()) return changes;
    }
    std::sort(changes.begin(), changes.end(), [](const AnswerChange& a, const AnswerChange& b) {
      const int class_a = ClassOf(a.was, a.now), class_b = ClassOf(b.was, b.now);
      return std::tie(class_a, b.share, a.was, a.now) < std::tie(class_b, a.share, b.was, b.now);
    });
    return changes;
  }

  AnswerChange ChangeIn(Ref set, Ref most, bool unavailable) {
    AnswerChange change;
    CoverOptions options;
    options.unavailable = unavailable;
    options.max_cubes = max_cubes_;
    const std::vector<Cube> cubes = CoverOf(&space_, set, most, options);
    if (!Shown()) return change;
    Ref rest = set;
    for (const Cube& cube : cubes) {
      const Ref here = space_.And(SetOf(&space_, cube, unavailable), set);
      rest = space_.Minus(rest, here);
      if (!Shown()) return change;
      change.cubes.push_back({cube, ShareOf(here, unavailable), space_.Witness(here)});
    }
    change.share = ShareOf(set, unavailable);
    change.rest_share = ShareOf(rest, unavailable);
    if (rest != kFalseLeaf) change.rest = space_.Witness(rest);
    return change;
  }

  double ShareOf(Ref set, bool unavailable) const {
    return unavailable ? 0 : space_.Share(set, space_.possible());
  }

  Space& space_;
  size_t max_cubes_;
  AnswerTable answers_;
  std::vector<std::pair<Ref, Ref>> pairs_;
  std::map<std::pair<Ref, Ref>, Ref> leaves_;
};

}  // namespace

std::optional<DocumentDiff> DiffDocuments(const Layout& layout, const Document& older,
                                          const Document& newer,
                                          std::span<const Condition> constraints,
                                          const DocumentDiffOptions& options) {
  const Document* const documents[] = {&older, &newer};
  Space space(layout, documents, constraints, options.preferred, options.max_created);
  if (space.exhausted()) return std::nullopt;
  DocumentDiff diff = Differ(&space, options.max_cubes).Run();
  if (space.exhausted()) return std::nullopt;
  return diff;
}

}  // namespace ringfence
