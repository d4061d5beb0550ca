// Sets of situations, put into as few groups as can be so that each group has a situation common to
// all its sets. Takes sets of a space; gives the groups' common parts and a bound.
#pragma once

#include <cstddef>
#include <vector>

#include "analyze/space.h"

namespace ringfence {

struct Grouping {
  std::vector<Ref> groups;  ///< the common situations of each group's sets
  /// No fewer groups can do: so many of the sets are disjoint in pairs.
  size_t at_least = 0;
  bool over_budget = false;  ///< the rest is meaningless
};

/// Sets that are not empty. The same on every machine. Meaningless once the space is exhausted;
/// trying for fewer groups ends before that. Time grows with the square of the number of sets, and
/// has a bound.
Grouping GroupSets(Space* space, const std::vector<Ref>& sets);

}  // namespace ringfence
