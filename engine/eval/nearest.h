// Program + loaded frame -> the smallest sets of changes that would alter the effect. Exact: every
// set of at most three changes is tried, smaller ones first.
#pragma once

#include "eval/evaluate.h"
#include "eval/explain.h"

namespace ringfence {

/// Fills `nearest`, `nearest_truncated` and `floor_decides`. A decision by a floor rule or for an
/// unknown callee has none: those are not for the parties to lift.
/// O(c^3) evaluations for c single changes of facts the diagram tests.
void FindNearest(const ExplainContext& context, const Decision& decision, int max_changes,
                 int max_sets, Explanation* explanation);

}  // namespace ringfence
