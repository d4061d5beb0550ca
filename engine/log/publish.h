// What others are given: proofs, tiles, cosigned checkpoints. Takes a month; gives C2SP formats.
#pragma once

#include <ringfence/log.h>
#include <ringfence/status.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "log/files.h"
#include "log/note.h"

namespace ringfence {

/// Held while checkpoints.ckpt and `checkpoint` of a month are changed, by the writer and by who
/// adds cosignatures. Released when destroyed.
class PublishLock {
 public:
  /// Waits. kNotFound: the month has no checkpoints.ckpt.
  static Result<PublishLock> Take(const std::string& month_folder);
  PublishLock(PublishLock&& other) noexcept;
  PublishLock& operator=(PublishLock&&) = delete;
  ~PublishLock();

 private:
  explicit PublishLock(int fd) : fd_(fd) {}
  int fd_;
};

/// The month of that name, or the newest that has a checkpoint where `month` is empty.
Result<std::string> PublishedMonth(LogFiles* files, const std::string& log, std::string_view month);

/// A .tlog-proof under the newest checkpoint. kInvalidArgument: no such index. kCorrupt: the
/// month's hashes do not lead to its root.
Result<std::string> ProveEntry(LogFiles* files, const std::string& log, std::string_view month,
                               uint64_t index);
/// The 182 bytes.
Result<std::string> EntryUnderCheckpoint(LogFiles* files, const std::string& log,
                                         std::string_view month, uint64_t index);

/// The report that a REPLAY entry names. kInvalidArgument: an entry of another kind.
Result<std::string> ReportUnderCheckpoint(LogFiles* files, const std::string& log,
                                          std::string_view month, uint64_t index);

/// Under the paths of C2SP tlog-tiles. kInvalidArgument: the folder is not empty.
Status WriteTiles(LogFiles* files, const std::string& log, std::string_view month,
                  const std::string& folder, const LogProgress& progress);
/// "x001/x234/067"
std::string TileNumber(uint64_t number);

/// Adds the line to the checkpoint it was made over. kParse: no signature line. kInvalidArgument:
/// it fits none of the month's last checkpoints. Adding it again changes nothing.
Status AddCosignature(LogFiles* files, const std::string& log, std::string_view month,
                      std::string_view line, const VerifierKey& witness);

}  // namespace ringfence
