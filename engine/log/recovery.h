// What a writer finds when it opens a log: proves the newest checkpoint, cuts off what is torn, and
// seals what a killed process left in its rings (schema/decision_log.md, "Recovery").
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "log/companion.h"
#include "log/rings.h"
#include "log/sealer.h"

namespace ringfence {

/// The newest checkpoint of a log, proven against its files.
struct Proven {
  std::string month;  ///< empty: the log has no entry yet
  uint64_t size = 0;
  TreeEdge edge;               ///< of that size
  uint64_t history_bytes = 0;  ///< of checkpoints.ckpt, but for a torn end
  bool sealed = false;         ///< the last entry of that size is a SEAL
  // Of the last entry that was signed, of the month before where this one has none.
  uint64_t last_time_ns = 0;
  uint16_t last_boot = 0;
  uint16_t copy_boot = 0;     ///< the database's
  std::string previous_note;  ///< last checkpoint of the month before, or empty
};
/// Only reads. kCorrupt: the files hold less, or something else, than what was signed.
Result<Proven> ProveCheckpoint(const Publisher& publisher, const std::string& log,
                               const LogDescription& description);

/// The entries above the checkpoint, after what is torn was cut off.
struct Tail {
  uint64_t size = 0;  ///< of the tree with them
  uint64_t cut_bytes = 0;
  uint64_t latest_ns = 0;
  bool sealed = false;  ///< it ends with a SEAL
};
/// Cuts, and writes the leaf hashes and levels of what stays. Changes nothing below the checkpoint.
/// Ends with the month's files open.
Result<OpenMonth> RecoverMonth(const Publisher& publisher, const std::string& log,
                               const LogDescription& description, const Proven& proven, Tail* tail);

/// What came out of the rings of a boot that did not end properly.
struct RecoveredRings {
  RingsState state = RingsState::kNoneNeeded;
  uint32_t entries = 0;
  uint64_t highest_seq = 0;
  uint64_t latest_ns = 0;
};
/// Seals what `left` holds into the month, then GAPs for what is nowhere; synced. The month may be
/// another afterwards.
Result<RecoveredRings> RecoverRings(const Sealer::Setup& setup, const RingFolder& folder,
                                    RingFolder::Left* left, OpenMonth* month);

}  // namespace ringfence
