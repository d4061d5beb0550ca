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
  std::string name;  ///< "example.com/ring/n7": origins are NAME/yyyy-mm
  uint16_t writer = 0;
  std::array<uint8_t, 16> identity{};  ///< random; the key file names it too
  uint32_t retention_days = 90;
};
/// kNotFound: no log there. kSchema: a folder of something else, or of a newer version. kParse.
Result<LogDescription> ReadDescription(LogFiles* files, const std::string& log);
std::string FormatDescription(const LogDescription& description);
/// 1-200 bytes of [a-z0-9./_-], beginning and ending with a letter or digit.
bool IsLogName(std::string_view name);

/// "2026-11" of a time; UTC.
std::string MonthOf(uint64_t time_ns);
bool IsMonth(std::string_view name);
/// Unix time of its first nanosecond, and of the first one after it. IsMonth(month).
uint64_t MonthBegins(std::string_view month);
uint64_t MonthEnds(std::string_view month);
/// The months of a log, oldest first.
Result<std::vector<std::string>> Months(LogFiles* files, const std::string& log);
std::string OriginOf(const LogDescription& description, std::string_view month);

// Names below the folder of a month.
std::string InFolder(std::string folder, std::string_view name);  ///< "folder/name"
std::string EntriesName(uint64_t segment);                        ///< "seg/0000000000.ent"
std::string LeavesName(uint64_t segment);                         ///< "seg/0000000000.l0"
std::string LevelName(int level);                                 ///< "level1"
std::string BlobName(const Hash& hash);                           ///< "blobs/<hex>"
inline constexpr const char* kCheckpointName = "checkpoint";
inline constexpr const char* kCheckpointsName = "checkpoints.ckpt";
inline constexpr const char* kVerifierKeyName = "log.vkey";

/// The bytes of exactly 2 * out.size() lower-case hexadecimal digits; false if it is none.
bool FromHex(std::string_view text, std::span<uint8_t> out);

/// The notes of a checkpoints.ckpt one after the other, in memory of one. Goes on where it stood
/// when the file has grown.
class CheckpointCursor {
 public:
  CheckpointCursor(LogFiles* files, std::string path) : files_(files), path_(std::move(path)) {}
  /// The next whole note; nullopt where no further one ends yet (`torn` says whether bytes follow).
  /// kCorrupt: bytes that begin no note.
  Result<std::optional<std::string>> Next();
  bool torn() const { return torn_; }
  uint64_t offset() const { return offset_; }  ///< behind the last note

 private:
  Status Fill(size_t wanted);
  LogFiles* files_;
  std::string path_;
  std::unique_ptr<LogFile> file_;
  std::string buffer_;  ///< bytes from offset_ on, after the first `used_`
  size_t used_ = 0;
  uint64_t offset_ = 0;
  bool torn_ = false;
};
/// One note as it stands in checkpoints.ckpt.
std::string FormatCheckpointRecord(std::string_view note);

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
  /// The last `newest` notes of checkpoints.ckpt in order; a torn last one is left out. Reads the
  /// whole file in constant memory. Empty where there is no file. `end` gets the size of what is
  /// whole.
  Result<std::vector<std::string>> CheckpointNotes(size_t newest = 1000,
                                                   uint64_t* end = nullptr) const;
  CheckpointCursor Checkpoints() const { return {files_, folder_ + "/" + kCheckpointsName}; }
  /// A blob whose hash was checked. kNotFound, kCorrupt.
  Result<std::string> Blob(const Hash& hash, size_t limit);
  const std::string& folder() const { return folder_; }

 private:
  Result<LogFile*> File(const std::string& name, std::unique_ptr<LogFile>* slot,
                        std::string* open_name);
  Status ReadSegments(uint64_t index, uint64_t count, size_t width, std::span<uint8_t> out,
                      std::string (*name)(uint64_t), std::unique_ptr<LogFile>* slot,
                      std::string* open_name);
  LogFiles* files_;
  std::string folder_;
  std::unique_ptr<LogFile> entries_, leaves_;
  std::string entries_name_, leaves_name_;
  std::array<std::unique_ptr<LogFile>, kTileLevels> levels_;
};

}  // namespace ringfence
