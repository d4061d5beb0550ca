// Deleting what has been kept long enough: whole months, and keys of epochs.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <string>
#include <vector>

#include "log/files.h"

namespace ringfence {

/// PruneLog of the public header. An interrupted one is finished by the next.
Result<std::vector<std::string>> PruneMonths(LogFiles* files, const std::string& log,
                                             const std::string& keys, uint64_t now_ns);

}  // namespace ringfence
