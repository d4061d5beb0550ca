// The rules of key files on POSIX: looked at on the opened file, so that nobody can exchange it in
// between.
#include "base/private_file.h"

#include <fcntl.h>
#include <ringfence/limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

std::string Quoted(const std::string& path) { return "'" + Printable(path) + "'"; }

Status Refused(const std::string& path, const std::string& what) {
  return Status(StatusCode::kInvalidArgument, "key file " + Quoted(path) + " " + what);
}

Status SystemError(const std::string& path, const char* verb, int error) {
  return Status(StatusCode::kIo, "cannot " + std::string(verb) + " key file " + Quoted(path) +
                                     ": " + std::strerror(error));
}

Status CheckPath(const std::string& path) {
  if (!path.empty() && path.find('\0') == std::string::npos) return Status();
  return Status(StatusCode::kInvalidArgument, "the key file needs a path without NUL");
}

Status CheckRules(const std::string& path, const struct stat& info) {
  if (!S_ISREG(info.st_mode)) return Refused(path, "is not a regular file: name a file");
  if (info.st_nlink != 1) {
    return Refused(path, "has " + std::to_string(info.st_nlink) +
                             " names (hard links): remove the others, or copy it to a new file");
  }
  if (info.st_uid != geteuid()) {
    return Refused(path, "belongs to user " + std::to_string(info.st_uid) + ": chown " +
                             std::to_string(geteuid()) + " " + Quoted(path));
  }
  if ((info.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode & 07777));
    return Refused(path, "is open to group or others (mode " + std::string(mode) + "): chmod 600 " +
                             Quoted(path));
  }
  if (static_cast<uint64_t>(info.st_size) > kMaxKeyFileBytes) {
    return Refused(path, "is larger than 16 KiB: name a key file");
  }
  return Status();
}

Status OpenError(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return Status(StatusCode::kNotFound, "there is no key file " + Quoted(path));
  }
  if (error == ELOOP || error == EMLINK) {
    return Refused(path, "is a symbolic link: name the file itself");
  }
  if (error == ENXIO) return Refused(path, "is not a regular file: name a file");
  return SystemError(path, "open", error);
}

Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int error = fd >= 0 && fsync(fd) == 0 ? 0 : errno;
  if (fd >= 0) close(fd);
  return error == 0 ? Status() : SystemError(path, "make durable", error);
}

int WriteAndSync(int fd, std::span<const uint8_t> bytes) {
  if (fchmod(fd, 0600) != 0) return errno;  // whatever the umask takes away
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    bytes = bytes.subspan(static_cast<size_t>(put));
  }
  return fsync(fd) == 0 ? 0 : errno;
}

// A file of ours that was not there before; removed again when anything fails.
Status WriteNewFile(const std::string& path, std::span<const uint8_t> bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 && errno == EEXIST) return Refused(path, "exists: it is never overwritten");
  if (fd < 0) return SystemError(path, "create", errno);
  const int error = WriteAndSync(fd, bytes);
  close(fd);
  if (error == 0) return Status();
  unlink(path.c_str());
  return SystemError(path, "write", error);
}

}  // namespace

PrivateFile::~PrivateFile() {
  if (fd_ >= 0) close(fd_);
}

// O_NONBLOCK: a FIFO nobody writes to must not keep us waiting.
Result<PrivateFile> PrivateFile::Open(const std::string& path) {
  if (Status status = CheckPath(path); !status.ok()) return status;
  PrivateFile file(path,
                   open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (file.fd_ < 0) return OpenError(path, errno);
  struct stat info;
  if (fstat(file.fd_, &info) != 0) return SystemError(path, "look at", errno);
  if (Status status = CheckRules(path, info); !status.ok()) return status;
  return file;
}

// Locked, and still the file of that name.
Result<PrivateFile> PrivateFile::OpenForReplacing(const std::string& path) {
  Result<PrivateFile> file = Open(path);
  if (!file.ok()) return file;
  struct stat opened, named;
  if (flock(file->fd_, LOCK_EX | LOCK_NB) != 0 || fstat(file->fd_, &opened) != 0 ||
      lstat(path.c_str(), &named) != 0 || opened.st_ino != named.st_ino ||
      opened.st_dev != named.st_dev) {
    return Status(StatusCode::kBusy,
                  "another process is replacing key file " + Quoted(path) + ": try again");
  }
  return file;
}

Status PrivateFile::Create(const std::string& path, std::span<const uint8_t> bytes) {
  if (Status status = CheckPath(path); !status.ok()) return status;
  if (Status status = WriteNewFile(path, bytes); !status.ok()) return status;
  return SyncFolderOf(path);
}

Result<size_t> PrivateFile::Read(std::span<uint8_t> room) const {
  CHECK(fd_ >= 0);
  size_t size = 0;
  while (size < room.size()) {
    const ssize_t got = read(fd_, room.data() + size, room.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path_, "read", errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  return size;
}

Status PrivateFile::ReplaceBy(std::span<const uint8_t> bytes) const {
  CHECK(fd_ >= 0);
  const std::string beside = path_ + ".new";
  // What a crash left: nobody else writes it, since the lock is ours.
  if (unlink(beside.c_str()) != 0 && errno != ENOENT) return SystemError(beside, "remove", errno);
  if (Status status = WriteNewFile(beside, bytes); !status.ok()) return status;
  if (std::rename(beside.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    unlink(beside.c_str());
    return SystemError(path_, "replace", error);
  }
  return SyncFolderOf(path_);
}

}  // namespace ringfence
