// Groups of sets with a situation in common. It is the colouring of a graph, where sets that have
// nothing in common must differ: a clique bounds the number of groups from below, and what is found
// is improved by putting the sets in again, whole groups first, which never needs more groups.
// Source: J. Culberson, Iterated Greedy Graph Coloring and the Difficulty Landscape (1992).
#include "analyze/groups.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace ringfence {
namespace {

/// Rounds without a better grouping before the search ends.
constexpr int kPatience = 60;

class Grouper {
 public:
  Grouper(Space* space, const std::vector<Ref>& sets) : space_(*space), sets_(sets) {
    apart_.assign(sets.size(), std::vector<bool>(sets.size(), false));
    for (size_t i = 0; i < sets.size(); ++i) {
      for (size_t k = i + 1; k < sets.size() && !space_.exhausted(); ++k) {
        apart_[i][k] = apart_[k][i] = space_.And(sets[i], sets[k]) == kFalseLeaf;
      }
    }
  }

  Grouping Find() {
    std::vector<size_t> order = LargestClique();
    Grouping found;
    found.at_least = order.size();
    // Behind the clique, what fits least.
    std::vector<size_t> rest;
    for (size_t i = 0; i < sets_.size(); ++i) {
      if (std::find(order.begin(), order.end(), i) == order.end()) rest.push_back(i);
    }
    std::stable_sort(rest.begin(), rest.end(),
                     [&](size_t a, size_t b) { return Degree(a) > Degree(b); });
    order.insert(order.end(), rest.begin(), rest.end());
    Put(order);
    std::vector<Ref> best = common_;
    std::mt19937 random(1);  // any fixed seed: the engine's numbers are the standard's
    for (int idle = 0; idle < kPatience && best.size() > found.at_least && MayGoOn(); ++idle) {
      Put(Reordered(&random));
      if (space_.exhausted() || common_.size() >= best.size()) continue;
      best = common_;
      idle = 0;
    }
    found.groups = std::move(best);
    return found;
  }

 private:
  /// Half of the nodes are left: a round makes far fewer.
  bool MayGoOn() const { return space_.created() < kMaxAnalysisCreated / 2; }

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
    std::vector<size_t> largest;
    for (size_t i = 0; i < sets_.size(); ++i) {
      std::vector<size_t> clique = CliqueFrom(i);
      if (clique.size() > largest.size()) largest = std::move(clique);
    }
    return largest;
  }

  /// Puts the sets, in that order, each into the first group that has room.
  void Put(const std::vector<size_t>& order) {
    common_.clear();
    members_.clear();
    for (size_t set : order) {
      size_t group = 0;
      Ref common = kFalseLeaf;
      for (; group < common_.size(); ++group) {
        common = Fits(set, group) ? space_.And(common_[group], sets_[set]) : kFalseLeaf;
        if (common != kFalseLeaf) break;
      }
      if (group == common_.size()) {
        common_.push_back(sets_[set]);
        members_.push_back({set});
      } else {
        common_[group] = common;
        members_[group].push_back(set);
      }
    }
  }

  bool Fits(size_t set, size_t group) const {
    return std::none_of(members_[group].begin(), members_[group].end(),
                        [&](size_t member) { return apart_[set][member]; });
  }

  /// The sets group by group: largest groups first, the last group first, or in any order.
  std::vector<size_t> Reordered(std::mt19937* random) {
    std::vector<size_t> groups(members_.size());
    std::iota(groups.begin(), groups.end(), size_t{0});
    const uint32_t way = static_cast<uint32_t>((*random)() % 3);
    if (way == 0) std::reverse(groups.begin(), groups.end());
    if (way == 1) {
      std::stable_sort(groups.begin(), groups.end(),
                       [&](size_t a, size_t b) { return members_[a].size() > members_[b].size(); });
    }
    for (size_t i = groups.size(); way == 2 && i > 1; --i) {
      std::swap(groups[i - 1], groups[(*random)() % i]);
    }
    std::vector<size_t> order;
    for (size_t group : groups) {
      order.insert(order.end(), members_[group].begin(), members_[group].end());
    }
    return order;
  }

  Space& space_;
  const std::vector<Ref>& sets_;
  std::vector<std::vector<bool>> apart_;  ///< nothing in common
  std::vector<Ref> common_;               ///< by group
  std::vector<std::vector<size_t>> members_;
};

}  // namespace

Grouping GroupSets(Space* space, const std::vector<Ref>& sets) {
  return sets.empty() ? Grouping{} : Grouper(space, sets).Find();
}

}  // namespace ringfence
