// Hashing a month anew: entries against leaf hashes, leaf hashes against tiles, and the root.
// Takes a month's files; gives findings, the root, and the entries in order to whoever looks at
// them. Several threads; memory does not grow with the month.
#pragma once

#include <ringfence/log.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "log/findings.h"
#include "log/folder.h"

namespace ringfence {

/// Entries in order, a piece at a time. `sound[i]`: length, version and CRC of the i-th are right.
using EntrySink = std::function<void(uint64_t first, std::span<const uint8_t> on_disk,
                                     const std::vector<bool>& sound)>;

struct TreeCheckSetup {
  LogFiles* files = nullptr;
  std::string folder;  ///< of the month
  std::string month;
  uint64_t size = 0;  ///< entries to look at; the files hold as many
  int threads = 1;
  EntrySink sink;        ///< called by one thread at a time
  LogProgress progress;  ///< entries of this month; called from the calling thread
};

/// The root over the entries themselves; nullopt where some could not be read. A Status only where
/// the files could not be read at all.
Result<std::optional<Hash>> CheckTree(const TreeCheckSetup& setup, Findings* findings);

}  // namespace ringfence
