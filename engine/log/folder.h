// The folder of a log: its description, its months, the names of its files; reading entries and
// hashes of one month (schema/decision_log.md, "Files").
#pragma once

#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.h"
#include "log/files.h"
#include "log/note.h"
#include "log/tree.h"

namespace ringfence {

inline constexpr uint64_t kEntriesPerSegment = uint64_t{1} << 22;

/// log.json
struct LogDescription {
  std::string name;                   ///< "example.com/ring/n7": origins are NAME/yyyy-mm
  uint16_t writer = 0;
  std::array<uint8_t, 16> identity{};  ///< random; the key file names it too
  uint32_t retention_days = 90;
};
/// kNotFound: no log there. kSchema: a folder of something else, or of a newer version. kParse.
Result<LogDescription> ReadDescription(LogFiles* files, const std::string& log);
std::string FormatDescription(const LogDescription& description);

/// "2026-11" of a time; UTC.
std::string MonthOf(uint64_t time_ns);
bool IsMonth(std::string_view name);
/// The months of a log, oldest first.
Result<std::vector<std::string>> Months(LogFiles* files, const std::string& log);
std::string OriginOf(const LogDescription& description, std::string_view month);

// Names below the folder of a month.
std::string EntriesName(uint64_t segment);  ///< "seg/0000000000.ent"
std::string LeavesName(uint64_t segment);   ///< "seg/0000000000.l0"
std::string LevelName(int level);           ///< "level1"
std::string BlobName(const Hash& hash);     ///< "blobs/<hex>"

/// One month, for reading. Not thread-safe; several may read one month.
class MonthReader {
 public:
  MonthReader(LogFiles* files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  /// `out` is `count` on-disk entries (184 bytes each) from `index` on. kCorrupt where the files
  /// end before.
  Status ReadEntries(uint64_t index, uint64_t count, std::span<uint8_t> out);
  /// kCorrupt: length or CRC.
  Result<Entry> ReadEntry(uint64_t index);
  Status ReadHashes(int level, uint64_t index, std::span<Hash> out);
  TreeEdge::ReadHashes HashSource();
  /// Whole entries the files hold, checkpoint or not.
  Result<uint64_t> EntriesOnDisk();
  Result<VerifierKey> Key();
  /// The note in `checkpoint`, not checked. kNotFound: none was published yet.
  Result<std::string> CheckpointNote();
  /// The notes of checkpoints.ckpt in order; a torn last one is left out.
  Result<std::vector<std::string>> CheckpointNotes();
  /// A blob whose hash was checked. kNotFound, kCorrupt.
  Result<std::string> Blob(const Hash& hash, size_t limit);
  const std::string& folder() const { return folder_; }

 private:
  Result<LogFile*> File(std::string name, std::unique_ptr<LogFile>* slot, std::string* open_name);
  LogFiles* files_;
  std::string folder_;
  std::unique_ptr<LogFile> entries_, leaves_;
  std::string entries_name_, leaves_name_;
  std::array<std::unique_ptr<LogFile>, kTileLevels> levels_;
};

}  // namespace ringfence
