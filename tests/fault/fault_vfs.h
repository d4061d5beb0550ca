// A file system that fails on demand: a layer over SQLite's own, used by every connection made
// while it is installed. Fails the n-th operation of a kind, or loses power: then the files become
// what a disk would have kept.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ringfence {

enum class FileOp { kOpen, kRead, kWrite, kSync, kTruncate, kSharedMemory, kLock };
constexpr FileOp kFileOps[] = {FileOp::kOpen, FileOp::kRead,     FileOp::kWrite,
                               FileOp::kSync, FileOp::kTruncate, FileOp::kSharedMemory,
                               FileOp::kLock};
const char* ToString(FileOp op);

/// One at a time, one thread. No connection made through it may outlive it.
class FaultVfs {
 public:
  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  enum class How { kOnce, kFromThenOn, kKill };
  /// The n-th (from 1) operation of this kind fails with `error`, an SQLite code; kKill: before it,
  /// the process is killed as by kill -9.
  void FailAt(FileOp op, int64_t n, int error, How how);
  /// Nothing fails any more. Whether anything did.
  bool Disarm();

  /// From now on keeps what a disk would hold of these files: what was synced, and of what was
  /// written since an arbitrary part. They must be closed.
  void Record(const std::vector<std::string>& paths);
  /// At the n-th write, sync or truncation of a recorded file power fails: the operation and all
  /// after it fail.
  void LosePowerAt(int64_t n, uint64_t seed);
  bool power_lost() const { return power_lost_; }
  /// What the disk holds after the loss, as path -> bytes.
  const std::map<std::string, std::string>& disk() const { return disk_; }

  /// How often SQLite wanted to sleep on a connection that may. It never does: time is not what
  /// these tests are about.
  int64_t sleeps() const { return sleeps_; }

  /// For the file operations.
  void CountSleep() { ++sleeps_; }
  int Check(FileOp op);
  int Change(const std::string& path, FileOp op, int64_t offset, std::string bytes);

 private:
  struct Pending {
    bool truncate = false;
    int64_t offset = 0;  ///< or the new size
    std::string bytes;
  };
  struct Image {
    std::string durable;
    std::vector<Pending> pending;
  };
  static void Apply(const Pending& change, std::string* bytes);
  void LosePower();

  FileOp failing_ = FileOp::kRead;
  int64_t countdown_ = 0;  ///< 0: not armed
  int error_ = 0;
  How how_ = How::kOnce;
  bool failed_ = false;
  int64_t sleeps_ = 0;

  std::map<std::string, Image> images_;
  int64_t power_countdown_ = 0;
  uint64_t power_seed_ = 0;
  bool power_lost_ = false;
  std::map<std::string, std::string> disk_;
};

}  // namespace ringfence
