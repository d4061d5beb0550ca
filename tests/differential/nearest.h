// Nearest changes by brute force: the reference evaluator on every set of at most three changes.
#pragma once

#include <ringfence/explain.h>

#include <compare>
#include <string>
#include <vector>

#include "differential/random_policy.h"
#include "policy/document.h"
#include "reference/reference.h"

namespace ringfence::differential {

/// One fact and the value (not code) it would take.
struct Change {
  FactId fact = 0;
  FactCode value = 0;
  auto operator<=>(const Change&) const = default;
};

struct ChangesSet {
  std::vector<Change> changes;  ///< by fact
  Effect effect = Effect::kRefuse;
  uint8_t who = 0;
  auto operator<=>(const ChangesSet&) const = default;
};

/// Facts for a policy whose nearest changes are well defined without its diagram: of a symmetric
/// relation one direction (and, see PolicyShape::int_once, ints compared with one constant only).
/// Most of them somebody can change.
std::vector<FactId> PickChangeable(const Catalog& catalog, size_t count, Random& random);

/// All inclusion-minimal sets of at most three changes of `candidates` that alter the effect, in no
/// special order. Empty when a floor rule decides or the callee is unknown.
std::vector<ChangesSet> NearestByReference(const Catalog& catalog, const Document& document,
                                           const std::vector<FactId>& candidates,
                                           const reference::Assignment& assignment);

/// Is `explanation`'s list the first `max_sets` of `all`: sets with fewer changes first, then what
/// the callee, the caller, the operator can do alone, then the rest? Says what is wrong, or
/// nothing.
std::string CompareNearest(const Catalog& catalog, const Explanation& explanation,
                           std::vector<ChangesSet> all, size_t max_sets);

}  // namespace ringfence::differential
