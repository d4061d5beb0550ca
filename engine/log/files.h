// Files as the log uses them, behind an interface that tests replace to make the n-th operation
// fail, be short, or lie.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/crypto.h"

namespace ringfence {

/// One open file; closed when destroyed. Not thread-safe.
class LogFile {
 public:
  virtual ~LogFile() = default;
  /// Appends all of it, or fails: kFull, kIo. After a failure the file may hold a part of it.
  virtual Status Append(Bytes bytes) = 0;
  /// Fills `out` from `offset` on; kCorrupt where the file ends before.
  virtual Status Read(uint64_t offset, std::span<uint8_t> out) const = 0;
  virtual Status Sync() = 0;  ///< fdatasync
  virtual Result<uint64_t> Size() const = 0;
  virtual Status Truncate(uint64_t size) = 0;  ///< what is appended afterwards stands there
};

/// The file system. Thread-safe. Errors: kNotFound, kFull, kIo, kReadOnly, each naming the path.
class LogFiles {
 public:
  virtual ~LogFiles() = default;
  enum class Open : uint8_t { kRead, kAppend, kCreate };  ///< kCreate: kAppend, made if missing
  virtual Result<std::unique_ptr<LogFile>> OpenFile(const std::string& path, Open how) = 0;
  /// kLimit where it is larger.
  virtual Result<std::string> ReadWhole(const std::string& path, size_t limit) = 0;
  /// Written beside, synced, renamed over, folder synced: whole or not at all.
  virtual Status Replace(const std::string& path, std::string_view contents, int mode) = 0;
  virtual Status MakeFolder(const std::string& path) = 0;  ///< no error where it exists
  virtual Status SyncFolder(const std::string& path) = 0;
  /// A file, or a folder that is empty. No error where it is missing.
  virtual Status Remove(const std::string& path) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> List(const std::string& folder) = 0;  ///< names, sorted
  /// Reserves blocks for a file, made if missing: kFull where there are not so many, and then the
  /// file is what it was.
  virtual Status Allocate(const std::string& path, uint64_t bytes) = 0;
};

/// The operating system's.
LogFiles& SystemFiles();

}  // namespace ringfence
