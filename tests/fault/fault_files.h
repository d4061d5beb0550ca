// A file system that fails as it is told to: wraps any other one, in memory or the system's.
// Takes faults, flips and a capacity; gives errors, half appends and wrong bytes at their places.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "log/files.h"

namespace ringfence {

/// What the log does with files. A Replace is three of them.
enum class FileOp : uint8_t {
  kOpen,
  kAppend,
  kRead,  ///< ReadWhole too
  kSync,
  kTruncate,
  kReplaceWrite,   ///< a fault leaves `written` bytes in "<path>.new"
  kReplaceRename,  ///< a fault leaves "<path>.new" whole, and the old file
  kReplaceSync,    ///< a fault leaves the new file
  kMakeFolder,
  kSyncFolder,
  kRemove,
  kAllocate,
  kLook,  ///< Exists, List, Size
  kCount,
};

/// One thing that goes wrong.
struct FileFault {
  std::optional<FileOp> op;  ///< any
  uint64_t nth = 1;          ///< of those that fit from now on; 1: the next
  uint64_t times = 1;        ///< how many that fit fail from then on; UINT64_MAX: all
  StatusCode code = StatusCode::kIo;
  std::string in = {};  ///< only for paths that contain it
  size_t written = 0;   ///< by an append or the write of a Replace, before it fails
};

/// Bits that are not what they were.
struct FileFlip {
  std::string in = {};  ///< only for paths that contain it
  uint64_t offset = 0;  ///< of the byte in the file
  uint8_t mask = 1;
  bool on_read = false;  ///< else on the append that writes it
  uint64_t times = 1;
};

/// Thread-safe; `base` and what is opened from here must not outlive it. The same faults and the
/// same calls fail in the same places.
class FaultFiles final : public LogFiles {
 public:
  explicit FaultFiles(LogFiles* base) : base_(base) {}

  void Inject(const FileFault& fault);
  void Inject(const FileFlip& flip);
  /// Faults and flips are forgotten; what was counted stays.
  void Heal();
  /// No more bytes than that in the files that were seen: what does not fit is kFull, after an
  /// append has written what fits.
  void SetCapacity(uint64_t bytes);
  uint64_t used() const;

  /// Called before each operation, without a lock, in the thread that does it: to look, to wait, to
  /// take snapshots. Not to be changed while files are in use.
  void BeforeEach(std::function<void(FileOp op, const std::string& path)> hook) {
    before_ = std::move(hook);
  }
  /// Called for a Sync that fails: MemoryFiles::LosePages makes it what it is on Linux.
  void OnFailedSync(std::function<void(const std::string& path)> hook) {
    on_failed_sync_ = std::move(hook);
  }

  uint64_t count(FileOp op) const;
  uint64_t operations() const;
  uint64_t fired() const;  ///< faults and flips that happened

  Result<std::unique_ptr<LogFile>> OpenFile(const std::string& path, Open how) override;
  Result<std::string> ReadWhole(const std::string& path, size_t limit) override;
  Status Replace(const std::string& path, std::string_view contents, int mode) override;
  Status MakeFolder(const std::string& path) override;
  Status SyncFolder(const std::string& path) override;
  Status Remove(const std::string& path) override;
  Result<bool> Exists(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& folder) override;
  Status Allocate(const std::string& path, uint64_t bytes) override;

 private:
  friend class FaultFile;

  Status Begin(FileOp op, const std::string& path, size_t* written = nullptr);
  void Flip(bool on_read, const std::string& path, uint64_t offset, std::span<uint8_t> bytes);
  uint64_t Room(uint64_t wanted) const;
  void SetSize(const std::string& path, uint64_t size);
  Status WriteBeside(const std::string& path, std::string_view contents);

  LogFiles* base_;
  std::function<void(FileOp, const std::string&)> before_;
  std::function<void(const std::string&)> on_failed_sync_;
  mutable std::mutex mutex_;
  std::vector<FileFault> faults_;
  std::vector<FileFlip> flips_;
  uint64_t capacity_ = UINT64_MAX;
  std::map<std::string, uint64_t> sizes_;  ///< of the files that were seen
  std::array<uint64_t, static_cast<size_t>(FileOp::kCount)> counts_{};
  uint64_t fired_ = 0;
};

}  // namespace ringfence
