// A what-if report about every entry of a log, entry by entry and as a whole, against the model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "differential/replay_log.h"
#include "differential/replay_model.h"

namespace ringfence::differential {

/// What was compared.
struct WhatIfTally {
  uint64_t compared = 0, too_many_worlds = 0;
  uint64_t reproduced = 0, changed = 0, indeterminate = 0, missing_but_settled = 0;
  ReplayChanges changes;
  std::string Text() const;
};

/// Replays each entry alone and all of them together. Gives the reports about single entries, in
/// the order of the log's.
std::vector<ReplayReport> CheckWhatIf(const Catalog& catalog, const ReplayLog& log,
                                      const KnownPolicy& other, int threads, WhatIfTally* tally);

}  // namespace ringfence::differential
