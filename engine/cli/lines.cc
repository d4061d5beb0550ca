// Reads lines with read(2) alone: a buffered stream would wait for more than a line on a pipe.
#include "cli/lines.h"

#include <fcntl.h>
#include <ringfence/limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kReadBytes = 65536;

}  // namespace

Result<LineReader> LineReader::Open(const std::string& path) {
  const int file = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    const StatusCode code =
        errno == ENOENT || errno == ENOTDIR ? StatusCode::kNotFound : StatusCode::kIo;
    return Status(code, Cat({Printable(path), ": ", std::strerror(errno)}));
  }
  struct stat about = {};
  const bool known = fstat(file, &about) == 0;
  if (known && S_ISDIR(about.st_mode)) {
    if (file > STDERR_FILENO) close(file);
    return Status(StatusCode::kInvalidArgument, Cat({Printable(path), ": a directory"}));
  }
  const bool regular = known && S_ISREG(about.st_mode);
  return LineReader(path, file, regular ? static_cast<uint64_t>(about.st_size) : 0);
}

LineReader::LineReader(std::string path, int file, uint64_t total_bytes)
    : path_(std::move(path)), file_(file), total_bytes_(total_bytes) {}

LineReader::LineReader(LineReader&& other) noexcept
    : path_(std::move(other.path_)),
      file_(other.file_),
      buffer_(std::move(other.buffer_)),
      start_(other.start_),
      number_(other.number_),
      bytes_(other.bytes_),
      total_bytes_(other.total_bytes_),
      at_end_(other.at_end_),
      status_(std::move(other.status_)) {
  other.file_ = -1;
}

LineReader::~LineReader() {
  if (file_ > STDERR_FILENO) close(file_);
}

std::string LineReader::Name() const { return is_stdin() ? "standard input" : Printable(path_); }

bool LineReader::Fill() {
  buffer_.erase(0, start_);
  start_ = 0;
  const size_t had = buffer_.size();
  buffer_.resize(had + kReadBytes);
  ssize_t got;
  do {
    got = read(file_, buffer_.data() + had, kReadBytes);
  } while (got < 0 && errno == EINTR);
  if (got < 0) status_ = Status(StatusCode::kIo, Cat({Name(), ": ", std::strerror(errno)}));
  buffer_.resize(had + (got > 0 ? static_cast<size_t>(got) : 0));
  at_end_ = got <= 0;
  return got > 0;
}

LineReader::Got LineReader::Finish(size_t length, size_t consumed, bool too_long) {
  line_ = std::string_view(buffer_).substr(start_, length);
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  start_ += consumed;
  bytes_ += consumed;
  ++number_;
  return too_long || line_.size() > kMaxLineBytes ? Got::kTooLong : Got::kLine;
}

LineReader::Got LineReader::Next() {
  bool too_long = false;
  size_t searched = 0;
  for (;;) {
    const size_t end = buffer_.find('\n', start_ + searched);
    if (end != std::string::npos) return Finish(end - start_, end - start_ + 1, too_long);
    searched = buffer_.size() - start_;
    if (searched > kMaxLineBytes + 1) {  // forget what was read of it; the rest is skipped
      too_long = true;
      bytes_ += searched;
      start_ = buffer_.size();
      searched = 0;
    }
    if (!at_end_ && Fill()) continue;
    if (!status_.ok()) return Got::kFailed;
    if (searched > 0 || too_long) return Finish(searched, searched, too_long);
    return Got::kEnd;
  }
}

}  // namespace ringfence::cli
