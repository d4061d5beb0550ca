// Groups of sets with a situation in common. It is the colouring of a graph, where sets that have
// nothing in common must differ: a clique bounds the number of groups from below, and what is found
// is improved by putting the sets in again, whole groups first, which never needs more groups.
// Source: J. Culberson, Iterated Greedy Graph Coloring and the Difficulty Landscape (1992).
#include "analyze/groups.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <ranges>
#include <utility>

namespace ringfence {
namespace {

/// Of so many sets each pair is looked at, for a bound, and better groupings are tried for.
constexpr size_t kFew = 256;
/// Cliques begun for a bound: those of the sets that are apart from the most.
constexpr size_t kCliques = 12;
/// Steps in all: a set that is tried for a group, or looked for in a situation. Some seconds.
constexpr uint64_t kMostSteps = 40000000;
/// Rounds without a better grouping before the search ends.
constexpr int kPatience = 60;

class Grouper {
 public:
  Grouper(Space* space, const std::vector<Ref>& sets)
      : space_(*space), sets_(sets), few_(sets.size() <= kFew) {
    for (Ref set : sets) inside_.push_back(space_.Witness(set));
    if (!few_) return;
    apart_.assign(sets.size(), std::vector<bool>(sets.size(), false));
    for (size_t i = 0; i < sets.size(); ++i) {
      for (size_t k = i + 1; k < sets.size(); ++k) apart_[i][k] = apart_[k][i] = Disjoint(i, k);
    }
  }

  Grouping Find() {
    std::vector<size_t> order = few_ ? LargestClique() : CliqueInOrder();
    Grouping found;
    found.at_least = order.size();
    std::vector<size_t> rest;
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (std::find(order.begin(), order.end(), i) == order.end()) rest.push_back(i);
    }
    if (few_) {
      // What fits least goes first.
      std::stable_sort(rest.begin(), rest.end(),
                       [&](size_t a, size_t b) { return Degree(a) > Degree(b); });
    }
    order.insert(order.end(), rest.begin(), rest.end());
    Put(order);
    std::vector<Ref> best = Common();
    std::mt19937 random(1);  // any fixed seed: the engine's numbers are the standard's
    for (int idle = 0; few_ && idle < kPatience && best.size() > found.at_least && MayGoOn();
         ++idle) {
      Put(Reordered(&random));
      if (Ended() || groups_.size() >= best.size()) continue;
      best = Common();
      idle = 0;
    }
    found.groups = std::move(best);
    found.over_budget = steps_ > kMostSteps;
    return found;
  }

 private:
  struct Group {
    Ref common = kTrueLeaf;
    std::vector<size_t> members;  ///< sets it was made for; by chance it may serve others too
    Situation witness;
  };

  /// Half of the nodes are left: a round makes far fewer.
  bool MayGoOn() const {
    return space_.created() < kMaxAnalysisCreated / 2 && steps_ < kMostSteps / 2;
  }
  bool Ended() const { return space_.exhausted() || steps_ > kMostSteps; }

  bool Holds(size_t set, const Situation& situation) const {
    return space_.At(sets_[set], situation) == kTrueLeaf;
  }
  bool Disjoint(size_t a, size_t b) {
    ++steps_;
    if (Ended() || Holds(a, inside_[b]) || Holds(b, inside_[a])) return false;
    return space_.And(sets_[a], sets_[b]) == kFalseLeaf;
  }

  size_t Degree(size_t set) const {
    return static_cast<size_t>(std::count(apart_[set].begin(), apart_[set].end(), true));
  }

  /// A clique that starts at `first` and takes, of what is left, what leaves most.
  std::vector<size_t> CliqueFrom(size_t first) const {
    std::vector<size_t> clique = {first}, left;
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (apart_[first][i]) left.push_back(i);
    }
    while (!left.empty()) {
      const auto leaves = [&](size_t set) {
        return std::count_if(left.begin(), left.end(), [&](size_t i) { return apart_[set][i]; });
      };
      const size_t next = *std::max_element(
          left.begin(), left.end(), [&](size_t a, size_t b) { return leaves(a) < leaves(b); });
      clique.push_back(next);
      std::erase_if(left, [&](size_t i) { return !apart_[next][i]; });
    }
    return clique;
  }

  std::vector<size_t> LargestClique() const {
    std::vector<size_t> starts(sets_.size()), largest;
    std::iota(starts.begin(), starts.end(), size_t{0});
    std::stable_sort(starts.begin(), starts.end(),
                     [&](size_t a, size_t b) { return Degree(a) > Degree(b); });
    if (starts.size() > kCliques) starts.resize(kCliques);
    for (const size_t first : starts) {
      std::vector<size_t> clique = CliqueFrom(first);
      if (clique.size() > largest.size()) largest = std::move(clique);
    }
    return largest;
  }

  /// The sets in their order, without those that meet one before.
  std::vector<size_t> CliqueInOrder() {
    std::vector<size_t> clique;
    for (size_t i = 0; i < sets_.size(); ++i) {
      const auto holds = [&](size_t other) { return Holds(i, inside_[other]); };
      const auto meets = [&](size_t other) { return !Disjoint(i, other); };
      // What costs little first.
      if (std::any_of(clique.begin(), clique.end(), holds)) continue;
      if (std::none_of(clique.begin(), clique.end(), meets)) clique.push_back(i);
    }
    return clique;
  }

  /// Puts the sets into groups in that order. Where a group's witness is in a set, it needs no
  /// place, until the group has another witness.
  void Put(const std::vector<size_t>& order) {
    groups_.clear();
    serving_.assign(sets_.size(), 0);
    for (bool placed = true; placed && !Ended();) {
      placed = false;
      for (size_t set : order) {
        if (serving_[set] > 0 || Ended()) continue;
        Place(set);
        placed = true;
      }
    }
  }

  /// Into the last group that has room, else into a new one: rules decide one after the other, and
  /// the later one decides the more tests of those before it are seen.
  void Place(size_t set) {
    for (Group& group : std::views::reverse(groups_)) {
      if (few_ && !Fits(set, group)) continue;
      ++steps_;
      const Ref common = space_.And(group.common, sets_[set]);
      if (common == kFalseLeaf || Ended()) continue;
      Count(group.witness, -1);
      group.common = common;
      group.members.push_back(set);
      group.witness = space_.Witness(common);
      Count(group.witness, 1);
      return;
    }
    groups_.push_back({sets_[set], {set}, inside_[set]});
    Count(inside_[set], 1);
  }

  bool Fits(size_t set, const Group& group) const {
    return std::none_of(group.members.begin(), group.members.end(),
                        [&](size_t member) { return apart_[set][member]; });
  }

  void Count(const Situation& witness, int change) {
    steps_ += sets_.size();
    for (size_t i = 0; i < sets_.size(); ++i) serving_[i] += Holds(i, witness) ? change : 0;
  }

  std::vector<Ref> Common() const {
    std::vector<Ref> common;
    common.reserve(groups_.size());
    for (const Group& group : groups_) common.push_back(group.common);
    return common;
  }

  /// The sets group by group: largest groups first, the last group first, or in any order; then
  /// those that needed no place.
  std::vector<size_t> Reordered(std::mt19937* random) const {
    std::vector<size_t> groups(groups_.size());
    std::iota(groups.begin(), groups.end(), size_t{0});
    const uint32_t way = static_cast<uint32_t>((*random)() % 3);
    if (way == 0) std::reverse(groups.begin(), groups.end());
    if (way == 1) {
      std::stable_sort(groups.begin(), groups.end(), [&](size_t a, size_t b) {
        return groups_[a].members.size() > groups_[b].members.size();
      });
    }
    for (size_t i = groups.size(); way == 2 && i > 1; --i) {
      std::swap(groups[i - 1], groups[(*random)() % i]);
    }
    std::vector<size_t> order;
    std::vector<bool> taken(sets_.size(), false);
    for (size_t group : groups) {
      for (size_t set : groups_[group].members) {
        order.push_back(set);
        taken[set] = true;
      }
    }
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (!taken[i]) order.push_back(i);
    }
    return order;
  }

  Space& space_;
  const std::vector<Ref>& sets_;
  const bool few_;
  std::vector<Situation> inside_;         ///< of each set one
  std::vector<std::vector<bool>> apart_;  ///< nothing in common; where there are few
  std::vector<Group> groups_;
  uint64_t steps_ = 0;
  std::vector<int> serving_;  ///< by set: groups whose witness is in it
};

}  // namespace

Grouping GroupSets(Space* space, const std::vector<Ref>& sets) {
  return sets.empty() ? Grouping{} : Grouper(space, sets).Find();
}

}  // namespace ringfence
