// What a decision knew, as its entry keeps it: from the frame of one evaluation.
#pragma once

#include <ringfence/catalog.h>

#include "facts/frame.h"
#include "log/recorder.h"

namespace ringfence {

/// Fills `facts` and the DETAILs of `record`; sets kNotAllCollected if a group of `wanted` was not
/// collected. `tested`: facts the walk looked at. O(groups), and O(facts) where facts were carried
/// one by one or were unavailable one by one. Does not allocate.
void DescribeFacts(const Layout& layout, const Frame& frame, const FactSet& tested, GroupSet wanted,
                   DecisionRecord* record);

/// The groups that have a fact the catalog marks `replay`.
GroupSet ReplayGroups(const Catalog& catalog);

}  // namespace ringfence
