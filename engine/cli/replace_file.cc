// Temporary file, fsync, rename, fsync of the directory.
#include "cli/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kWritable = S_IWUSR | S_IWGRP | S_IWOTH;
constexpr mode_t kPermissions = 07777;

Status Failed(std::string_view path) {
  const StatusCode code = errno == ENOSPC || errno == EDQUOT ? StatusCode::kFull : StatusCode::kIo;
  return Status(code, Cat({"cannot write ", Printable(path), ": ", std::strerror(errno)}));
}

Status Refused(std::string_view path, std::string_view why) {
  return Status(StatusCode::kInvalidArgument, Cat({Printable(path), why}));
}

/// The file under its temporary name; gone with this object unless it was put in place.
class Temporary {
 public:
  explicit Temporary(const std::string& target) : name_(target + ".XXXXXX") {
    file_ = mkostemp(name_.data(), O_CLOEXEC);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (file_ < 0) return;
    close(file_);
    if (!in_place_) unlink(name_.c_str());
  }

  bool Write(std::string_view contents) const {
    while (!contents.empty()) {
      const ssize_t count = write(file_, contents.data(), contents.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      contents.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }
  bool PutInPlace(const std::string& target, const struct stat& like) {
    // Only root may give files away; for everybody else the owner is theirs already, or stays so.
    if (fchown(file_, like.st_uid, like.st_gid) != 0 && errno != EPERM) return false;
    if (fchmod(file_, like.st_mode & kPermissions) != 0 || fsync(file_) != 0) return false;
    in_place_ = rename(name_.c_str(), target.c_str()) == 0;
    return in_place_;
  }
  bool ok() const { return file_ >= 0; }

 private:
  std::string name_;
  int file_;
  bool in_place_ = false;
};

bool SyncDirectory(const std::string& path) {
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return false;
  const bool synced = fsync(directory) == 0;
  close(directory);
  return synced;
}

}  // namespace

Status CheckRegular(const std::string& path) {
  struct stat now = {};
  if (stat(path.c_str(), &now) != 0 || S_ISREG(now.st_mode)) return Status();
  return Refused(path, " is no regular file");
}

Status ReplaceFile(const std::string& path, std::string_view contents) {
  std::error_code error;
  const std::string target = fs::canonical(path, error).string();
  struct stat now = {};
  if (error) errno = error.value();
  if (error || stat(target.c_str(), &now) != 0) return Failed(path);
  if (!S_ISREG(now.st_mode)) return Refused(path, " is no regular file");
  // Root may write to anything: whoever took the permission away meant it all the same.
  if ((now.st_mode & kWritable) == 0 || access(target.c_str(), W_OK) != 0) {
    return Refused(path, " may not be written to");
  }
  Temporary temporary(target);
  if (!temporary.ok() || !temporary.Write(contents) || !temporary.PutInPlace(target, now)) {
    return Failed(path);
  }
  const std::string folder = fs::path(target).parent_path().string();
  return SyncDirectory(folder) ? Status() : Failed(path);
}

}  // namespace ringfence::cli
