// Key files: who may have them, how they are made and replaced. Knows nothing of what they say.
// Takes a path and bytes; gives bytes, into memory of the caller's, who knows how to wipe it.
#pragma once

#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace ringfence {

/// An open key file that keeps the rules: a regular file, opened without following a link, one name
/// (link count 1), owned by the effective user, no permission for group or others, at most
/// kMaxKeyFileBytes. No message of these functions contains a byte of it.
class PrivateFile {
 public:
  /// kNotFound, kInvalidArgument (says which rule and how to mend it), kIo.
  static Result<PrivateFile> Open(const std::string& path);
  /// Locked, too, against other processes that replace it. kBusy: one does.
  static Result<PrivateFile> OpenForReplacing(const std::string& path);
  /// Writes a new one: O_EXCL, mode 0600 whatever the umask, fsync of file and folder.
  /// kInvalidArgument when something of that name exists. Leaves nothing when it fails.
  static Status Create(const std::string& path, std::span<const uint8_t> bytes);

  PrivateFile(PrivateFile&& other) noexcept
      : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  PrivateFile& operator=(PrivateFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~PrivateFile();

  /// How much was read: all of it, or as much as `room` takes. Give it room for
  /// kMaxKeyFileBytes + 1: the file may have grown since it was opened.
  Result<size_t> Read(std::span<uint8_t> room) const;
  /// Of a file opened for replacing: writes "<path>.new", fsync, rename, fsync of the folder. After
  /// a crash it is the old file or the new one.
  Status ReplaceBy(std::span<const uint8_t> bytes) const;

 private:
  PrivateFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_ = -1;
};

}  // namespace ringfence
