// A file that must not be there yet.
#include "cli/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/text.h"

namespace ringfence::cli {

Result<NewFile> NewFile::Create(const std::string& path, mode_t mode) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (file >= 0) return NewFile(path, file);
  if (errno == EEXIST) {
    return Status(StatusCode::kInvalidArgument,
                  Cat({Printable(path), " is there already, and is not overwritten"}));
  }
  const StatusCode code =
      errno == ENOENT || errno == ENOTDIR ? StatusCode::kNotFound : StatusCode::kIo;
  return Status(code, Cat({"cannot create ", Printable(path), ": ", std::strerror(errno)}));
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      written_(other.written_) {}

NewFile::~NewFile() {
  if (file_ < 0) return;
  close(file_);
  if (!written_) unlink(path_.c_str());
}

Status NewFile::Failed() const {
  return Status(errno == ENOSPC || errno == EDQUOT ? StatusCode::kFull : StatusCode::kIo,
                Cat({"cannot write ", Printable(path_), ": ", std::strerror(errno)}));
}

Status NewFile::Write(std::string_view contents) {
  while (!contents.empty()) {
    const ssize_t count = write(file_, contents.data(), contents.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failed();
    contents.remove_prefix(static_cast<size_t>(count));
  }
  if (fsync(file_) != 0) return Failed();
  written_ = true;
  return Status();
}

}  // namespace ringfence::cli
