// A file system in memory that remembers what is durable, so that the power can be cut at any time.
// Takes what the log writes; gives the file systems that a disk may hold after a crash.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "log/files.h"

namespace ringfence {

/// What is promised to survive is what POSIX promises: bytes of a file up to its last Sync, names
/// of a folder up to its last SyncFolder. Paths are compared as text (but for '/' doubled or at the
/// end); relative and absolute ones do not meet. "" and "." and "/" are always there. Thread-safe,
/// files opened from it too, as long as each is used by one thread; files outlive the system.
class MemoryFiles final : public LogFiles {
 public:
  MemoryFiles() = default;

  Result<std::unique_ptr<LogFile>> OpenFile(const std::string& path, Open how) override;
  Result<std::string> ReadWhole(const std::string& path, size_t limit) override;
  Status Replace(const std::string& path, std::string_view contents, int mode) override;
  Status MakeFolder(const std::string& path) override;
  Status SyncFolder(const std::string& path) override;
  Status Remove(const std::string& path) override;
  Result<bool> Exists(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& folder) override;
  Status Allocate(const std::string& path, uint64_t bytes) override;

  /// A copy as a killed process leaves it: all that was written is there, durable or not.
  std::unique_ptr<MemoryFiles> Snapshot() const;

  enum class Loss : uint8_t {
    kAll,     ///< what was not synced is gone
    kPrefix,  ///< of what was appended any prefix is there; each name of a folder is old or new
    kPages,   ///< the file has any length; of each 4 KiB what is not durable is old, new, or zero
  };
  /// A copy as a disk without power may hold it; everything in it is durable. The same `seed` gives
  /// the same copy.
  std::unique_ptr<MemoryFiles> AfterPowerLoss(Loss loss, uint64_t seed) const;

  /// What a failed fdatasync does on Linux: the pages count as clean, so that what was not durable
  /// can be read until the power fails, never becomes durable, and the next Sync succeeds.
  void LosePages(const std::string& path);

  /// Bytes of the file as it is; empty where there is none.
  std::string Contents(const std::string& path) const;
  /// Puts a file there, durably: tampering.
  void SetContents(const std::string& path, std::string_view contents);

 private:
  friend class MemoryFile;

  struct Node {
    bool folder = false;
    std::string now;
    std::string durable;
    size_t agreed =
        0;            ///< bytes from the beginning in which both were the same since the last Sync
    size_t most = 0;  ///< the largest size since then
    std::vector<std::pair<size_t, size_t>> lost;  ///< ranges that no Sync will make durable
  };
  using NodePtr = std::shared_ptr<Node>;
  struct Disk {
    mutable std::mutex mutex;
    /// What a name stood for since its folder was last synced: durably first, now last. Null: there
    /// is nothing of that name.
    std::map<std::string, std::vector<NodePtr>> names;
  };

  static std::string Survivor(const Node& node, Loss loss, uint64_t seed);
  NodePtr Find(const std::string& path) const;
  Status CheckFolderOf(const std::string& path) const;
  void SetName(const std::string& path, NodePtr node);

  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
};

}  // namespace ringfence
