// A log's attempts, stretch by stretch in the log's order. Takes entries; gives what came before
// each decision (attempts.h).
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <string>
#include <vector>

#include "replay/attempts.h"
#include "replay/stretch.h"

namespace ringfence {

/// Not thread-safe: stretches depend on those before.
class AttemptsWalk {
 public:
  AttemptsWalk(LogFiles* files, std::string log) : stretch_(files, std::move(log)) {}

  /// One of each of the entries, of which those of decisions mean something. kIo only.
  Status Run(const std::string& month, uint64_t first, uint64_t count,
             std::vector<SimulatedAttempts>* out);

 private:
  StretchReader stretch_;
  AttemptCounter counter_;
};

}  // namespace ringfence
