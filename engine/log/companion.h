// What a log keeps in the database beside it: the second copy of its newest checkpoint, and entries
// other processes have asked for. Implemented by the api on a store.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.h"

namespace ringfence {

/// The database's copy of a log's newest checkpoint.
struct CheckpointCopy {
  std::string origin;
  uint64_t size = 0;
  uint16_t boot = 0;  ///< highest that was used
  std::string note;
};

/// An entry that waits to be logged. Acknowledged to its author when it is here.
struct PendingEntry {
  int64_t id = 0;
  EntryKind kind = EntryKind::kErasure;
  std::array<uint8_t, kEntryPayloadBytes> payload{};
  std::string report;  ///< of a kReplay, whose payload follows from it
};

/// Thread-safe.
class LogCompanion {
 public:
  virtual ~LogCompanion() = default;
  /// Of the log of this name, whatever its identity: another log that was made under a name that
  /// is taken must not pass for the first. nullopt: none.
  virtual Result<std::optional<CheckpointCopy>> LoadCheckpoint(std::string_view name) = 0;
  /// kConflict: the copy is larger, of a later month (origins compare), or of a later boot; then it
  /// stands.
  virtual Status SaveCheckpoint(std::string_view name, const CheckpointCopy& copy) = 0;
  /// For the log of that name, or for any.
  virtual Result<std::vector<PendingEntry>> Pending(std::string_view name) = 0;
  /// They are in a log, durably.
  virtual Status Done(const std::vector<int64_t>& ids) = 0;
};

}  // namespace ringfence
