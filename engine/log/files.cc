// The operating system's files, as the log uses them (POSIX).
// Takes paths and bytes; gives statuses that name the path. Nothing here retries a failed sync.
#include "log/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

// The log says who rang whom only to who holds keys, but when and how often to anybody.
constexpr mode_t kFileMode = 0640;
constexpr mode_t kFolderMode = 0750;

std::string Quoted(const std::string& path) { return "'" + Printable(path) + "'"; }

enum class Intent : uint8_t { kLook, kChange };

Status SystemError(const std::string& path, const char* verb, int error, Intent intent) {
  StatusCode code = StatusCode::kIo;
  if (error == ENOSPC || error == EDQUOT) code = StatusCode::kFull;
  if (error == ENOENT || error == ENOTDIR) code = StatusCode::kNotFound;
  if (error == EROFS) code = StatusCode::kReadOnly;
  if (intent == Intent::kChange && (error == EACCES || error == EPERM)) {
    code = StatusCode::kReadOnly;
  }
  return Status(code,
                "cannot " + std::string(verb) + " " + Quoted(path) + ": " + std::strerror(error));
}

// Repeats a call while a signal interrupts it.
template <class Call>
auto Retried(const Call& call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// O_NONBLOCK and the look at what it is: a FIFO in a folder somebody sends us must not keep us
// waiting.
Result<Descriptor> OpenRegular(const std::string& path, int flags, Intent intent) {
  CHECK(!path.empty());
  Descriptor file(Retried(
      [&] { return open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, kFileMode); }));
  if (file.get() < 0) return SystemError(path, "open", errno, intent);
  struct stat info;
  if (fstat(file.get(), &info) != 0) return SystemError(path, "look at", errno, intent);
  if (!S_ISREG(info.st_mode)) return Status(StatusCode::kIo, Quoted(path) + " is no regular file");
  return file;
}

Status WriteAll(int fd, Bytes bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t put = Retried([&] { return write(fd, bytes.data(), bytes.size()); });
    if (put < 0) return SystemError(path, "write", errno, Intent::kChange);
    bytes = bytes.subspan(static_cast<size_t>(put));
  }
  return Status();
}

// Up to out.size() bytes from `offset` on; fewer only at the end of the file.
Result<size_t> ReadSome(int fd, uint64_t offset, std::span<uint8_t> out, const std::string& path) {
  size_t size = 0;
  while (size < out.size()) {
    const ssize_t got = Retried([&] {
      return pread(fd, out.data() + size, out.size() - size, static_cast<off_t>(offset + size));
    });
    if (got < 0) return SystemError(path, "read", errno, Intent::kLook);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  return size;
}

class SystemFile final : public LogFile {
 public:
  SystemFile(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {
    CHECK(file_.get() >= 0);
  }

  Status Append(Bytes bytes) override { return WriteAll(file_.get(), bytes, path_); }

  Status Read(uint64_t offset, std::span<uint8_t> out) const override {
    const Result<size_t> got = ReadSome(file_.get(), offset, out, path_);
    if (!got.ok()) return got.status();
    if (*got == out.size()) return Status();
    return Status(StatusCode::kCorrupt, Quoted(path_) + " ends at byte " +
                                            std::to_string(offset + *got) + ", expected " +
                                            std::to_string(offset + out.size()) + " at least");
  }

  Status Sync() override {
    if (Retried([&] { return fdatasync(file_.get()); }) == 0) return Status();
    return SystemError(path_, "make durable", errno, Intent::kChange);
  }

  Result<uint64_t> Size() const override {
    struct stat info;
    if (fstat(file_.get(), &info) != 0) return SystemError(path_, "look at", errno, Intent::kLook);
    return static_cast<uint64_t>(info.st_size);
  }

  // The file is open with O_APPEND: the next append finds the new end by itself.
  Status Truncate(uint64_t size) override {
    if (Retried([&] { return ftruncate(file_.get(), static_cast<off_t>(size)); }) == 0) {
      return Status();
    }
    return SystemError(path_, "truncate", errno, Intent::kChange);
  }

 private:
  Descriptor file_;
  std::string path_;
};

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

// The file a replacement is written to, locked: two that replace the same file must not rename each
// other's half. Who waited for the lock may hold a file that was renamed meanwhile, and tries anew.
Result<Descriptor> OpenBeside(const std::string& beside) {
  while (true) {
    Result<Descriptor> file = OpenRegular(beside, O_WRONLY | O_CREAT | O_NOFOLLOW, Intent::kChange);
    if (!file.ok()) return file;
    if (Retried([&] { return flock(file->get(), LOCK_EX); }) != 0) {
      return SystemError(beside, "lock", errno, Intent::kChange);
    }
    struct stat opened, named;
    if (fstat(file->get(), &opened) != 0) {
      return SystemError(beside, "look at", errno, Intent::kChange);
    }
    if (lstat(beside.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
        opened.st_dev == named.st_dev) {
      return file;
    }
  }
}

Status WriteBeside(int fd, std::string_view contents, int mode, const std::string& beside) {
  if (Retried([&] { return ftruncate(fd, 0); }) != 0) {
    return SystemError(beside, "truncate", errno, Intent::kChange);
  }
  if (fchmod(fd, static_cast<mode_t>(mode)) != 0) {
    return SystemError(beside, "set the mode of", errno, Intent::kChange);
  }
  if (Status status = WriteAll(fd, AsBytes(contents), beside); !status.ok()) return status;
  if (Retried([&] { return fsync(fd); }) == 0) return Status();
  return SystemError(beside, "make durable", errno, Intent::kChange);
}

class System final : public LogFiles {
 public:
  Result<std::unique_ptr<LogFile>> OpenFile(const std::string& path, Open how) override {
    const bool read = how == Open::kRead;
    const int flags = (read ? O_RDONLY : O_RDWR | O_APPEND) | (how == Open::kCreate ? O_CREAT : 0);
    Result<Descriptor> file = OpenRegular(path, flags, read ? Intent::kLook : Intent::kChange);
    if (!file.ok()) return file.status();
    return std::unique_ptr<LogFile>(new SystemFile(std::move(*file), path));
  }

  Result<std::string> ReadWhole(const std::string& path, size_t limit) override {
    const Result<Descriptor> file = OpenRegular(path, O_RDONLY, Intent::kLook);
    if (!file.ok()) return file.status();
    CHECK(limit < SIZE_MAX);
    constexpr size_t kStep = 65536;
    std::string text;
    while (text.size() <= limit) {
      const size_t before = text.size();
      text.resize(std::min(before + kStep, limit + 1));
      const std::span<uint8_t> room(reinterpret_cast<uint8_t*>(text.data()) + before,
                                    text.size() - before);
      const Result<size_t> got = ReadSome(file->get(), before, room, path);
      if (!got.ok()) return got.status();
      if (*got == room.size()) continue;
      text.resize(before + *got);
      return text;
    }
    return Status(StatusCode::kLimit,
                  Quoted(path) + " is larger than " + std::to_string(limit) + " bytes");
  }

  Status Replace(const std::string& path, std::string_view contents, int mode) override {
    CHECK((mode & ~0777) == 0 &&
          (mode & 0200) != 0);  // the next one writes over what a crash leaves
    const std::string beside = path + ".new";
    const Result<Descriptor> file = OpenBeside(beside);
    if (!file.ok()) return file.status();
    Status status = WriteBeside(file->get(), contents, mode, beside);
    if (status.ok() && std::rename(beside.c_str(), path.c_str()) != 0) {
      status = SystemError(path, "replace", errno, Intent::kChange);
    }
    if (!status.ok()) {
      unlink(beside.c_str());  // the room it takes may be the last
      return status;
    }
    return SyncFolder(FolderOf(path));
  }

  Status MakeFolder(const std::string& path) override {
    if (mkdir(path.c_str(), kFolderMode) == 0) return Status();
    const int error = errno;
    struct stat info;
    if (error == EEXIST && stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return Status();
    return SystemError(path, "make folder", error, Intent::kChange);
  }

  Status SyncFolder(const std::string& path) override {
    const Descriptor folder(
        Retried([&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (folder.get() < 0) return SystemError(path, "open folder", errno, Intent::kLook);
    if (Retried([&] { return fsync(folder.get()); }) == 0) return Status();
    return SystemError(path, "make durable", errno, Intent::kChange);
  }

  Status Remove(const std::string& path) override {
    if (std::remove(path.c_str()) == 0 || errno == ENOENT) return Status();
    return SystemError(path, "remove", errno, Intent::kChange);
  }

  Result<bool> Exists(const std::string& path) override {
    struct stat info;
    if (stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return SystemError(path, "look at", errno, Intent::kLook);
  }

  Result<std::vector<std::string>> List(const std::string& folder) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> opened(opendir(folder.c_str()), closedir);
    if (opened == nullptr) return SystemError(folder, "open folder", errno, Intent::kLook);
    std::vector<std::string> names;
    while (true) {
      errno = 0;
      const dirent* const entry = readdir(opened.get());
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return SystemError(folder, "list", errno, Intent::kLook);
    std::sort(names.begin(), names.end());
    return names;
  }

  Status Allocate(const std::string& path, uint64_t bytes) override {
    const Result<bool> there = Exists(path);
    if (!there.ok()) return there.status();
    const Result<Descriptor> file = OpenRegular(path, O_WRONLY | O_CREAT, Intent::kChange);
    if (!file.ok()) return file.status();
    struct stat before;
    if (fstat(file->get(), &before) != 0) {
      return SystemError(path, "look at", errno, Intent::kChange);
    }
    int error = EINTR;
    while (error == EINTR && bytes > 0) {
      error = posix_fallocate(file->get(), 0, static_cast<off_t>(bytes));
    }
    if (error == 0 || bytes == 0) return Status();
    // What was reserved before it failed is room that others need now.
    if (*there) {
      static_cast<void>(!ftruncate(file->get(), before.st_size));
    } else {
      unlink(path.c_str());
    }
    return SystemError(path, "reserve room for", error, Intent::kChange);
  }
};

}  // namespace

LogFiles& SystemFiles() {
  static System files;
  return files;
}

}  // namespace ringfence
