// Reading, writing and replacing the key file. No message contains a byte of a key.
#include "contacts/key_file.h"

#include <fcntl.h>
#include <ringfence/limits.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "contacts/keyring.h"

namespace ringfence {
namespace {

constexpr std::string_view kFirstLine = "ringfence-contact-keys 1";
constexpr size_t kSumBytes = 16;
using Sum = std::array<uint8_t, kSumBytes>;

Sum SumOf(std::string_view text) {
  Sum sum;
  crypto_generichash(sum.data(), sum.size(), reinterpret_cast<const uint8_t*>(text.data()),
                     text.size(), nullptr, 0);
  return sum;
}

bool ReadHex(std::string_view hex, std::span<uint8_t> out) {
  const auto fits = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (hex.size() != 2 * out.size() || !std::all_of(hex.begin(), hex.end(), fits)) return false;
  return sodium_hex2bin(out.data(), out.size(), hex.data(), hex.size(), nullptr, nullptr,
                        nullptr) == 0;
}

// --- Text

class KeyParser {
 public:
  explicit KeyParser(std::string_view text) : text_(text), rest_(text) {}

  Result<KeyMaterial> Parse() {
    if (text_.size() > kMaxKeyFileBytes) {
      return Status(StatusCode::kLimit, "the key file is larger than 16 KiB");
    }
    KeyMaterial material;
    // Room for as many row keys as the text can hold, so that nothing is moved.
    material.bytes = SecretBuffer(kSeedBytes + text_.size() / 2);
    if (!NextLine() || line_ != kFirstLine) return Expected("'ringfence-contact-keys 1'");
    if (!NextLine() || !Skip("seed ") ||
        !ReadHex(line_, material.bytes.bytes().first(kSeedBytes))) {
      return Expected("'seed ' and 64 lower-case hexadecimal digits");
    }
    Sum sum{};
    while (NextLine() && !Skip("sum ")) {
      if (!ReadRow(&material)) {
        return Expected(
            "'row ', a number above that of the row before, and 64 lower-case "
            "hexadecimal digits, or 'sum '");
      }
    }
    if (material.row_numbers.empty()) return Expected("'row '");
    if (!ReadHex(line_, sum)) return Expected("'sum ' and 32 lower-case hexadecimal digits");
    if (sum != SumOf(text_.substr(0, line_start_))) {
      return Problem("the sum does not fit the lines above: the file is damaged");
    }
    if (!rest_.empty()) return Problem("the sum must be the last line");
    return material;
  }

 private:
  // False at the end of the text, and for a line without its '\n'.
  bool NextLine() {
    ++line_number_;
    line_start_ = text_.size() - rest_.size();
    const size_t end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    if (end == std::string_view::npos) {
      line_ = {};
      return false;
    }
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool Skip(std::string_view word) {
    if (!line_.starts_with(word)) return false;
    line_.remove_prefix(word.size());
    return true;
  }

  bool ReadRow(KeyMaterial* material) {
    if (!Skip("row ")) return false;
    int64_t number = 0;
    const char* const end = line_.data() + line_.size();
    const auto [stop, error] = std::from_chars(line_.data(), end, number);
    const int64_t least = material->row_numbers.empty() ? 1 : material->row_numbers.back() + 1;
    if (error != std::errc() || number < least || number > kMaxRowKeyNumber) return false;
    if (line_.front() == '0' || stop == end || *stop != ' ') return false;
    line_.remove_prefix(static_cast<size_t>(stop - line_.data()) + 1);
    const size_t at = kSeedBytes + material->row_numbers.size() * kRowKeyBytes;
    if (!ReadHex(line_, material->bytes.bytes().subspan(at, kRowKeyBytes))) return false;
    material->row_numbers.push_back(number);
    return true;
  }

  Status Problem(const std::string& what) const {
    return Status(StatusCode::kParse, "key file line " + std::to_string(line_number_) + ": " +
                                          what + "; restore the file from its copy");
  }
  Status Expected(const std::string& what) const { return Problem("expected " + what); }

  std::string_view text_, rest_, line_;
  size_t line_start_ = 0;
  int line_number_ = 0;
};

}  // namespace

Result<KeyMaterial> ParseKeyText(std::string_view text) {
  EnsureSodium();
  return KeyParser(text).Parse();
}

SecretBuffer KeyText(const KeyMaterial& material) {
  constexpr size_t kLongestRow = sizeof "row 999999999 \n" - 1 + 2 * kRowKeyBytes;
  // sodium_bin2hex ends what it writes with a NUL.
  SecretBuffer room(256 + material.row_numbers.size() * kLongestRow);
  char* const begin = reinterpret_cast<char*>(room.data());
  char* out = begin;
  const auto say = [&out](std::string_view text) {
    out = std::copy(text.begin(), text.end(), out);
  };
  const auto hex = [&](std::span<const uint8_t> bytes) {
    const size_t left = room.size() - static_cast<size_t>(out - begin);
    CHECK(sodium_bin2hex(out, left, bytes.data(), bytes.size()) != nullptr);
    out += 2 * bytes.size();
    *out++ = '\n';
  };
  say(kFirstLine);
  say("\nseed ");
  hex(material.seed());
  for (size_t i = 0; i < material.row_numbers.size(); ++i) {
    say("row " + std::to_string(material.row_numbers[i]) + " ");
    hex(material.row(i));
  }
  const Sum sum = SumOf({begin, static_cast<size_t>(out - begin)});
  say("sum ");
  hex(sum);
  SecretBuffer text(static_cast<size_t>(out - begin));
  std::memcpy(text.data(), room.data(), text.size());
  return text;
}

// --- File

namespace {

class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

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

// The rules of Keyring::Load, on the opened file: nobody can exchange it in between.
Status CheckOwnership(const std::string& path, const struct stat& info) {
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

// O_NONBLOCK: a FIFO nobody writes to must not keep us waiting.
Result<File> OpenChecked(const std::string& path) {
  if (Status status = CheckPath(path); !status.ok()) return status;
  File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (file.fd() < 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) {
      return Status(StatusCode::kNotFound, "there is no key file " + Quoted(path));
    }
    if (error == ELOOP || error == EMLINK) {
      return Refused(path, "is a symbolic link: name the file itself");
    }
    if (error == ENXIO) return Refused(path, "is not a regular file: name a file");
    return SystemError(path, "open", error);
  }
  struct stat info;
  if (fstat(file.fd(), &info) != 0) return SystemError(path, "look at", errno);
  if (Status status = CheckOwnership(path, info); !status.ok()) return status;
  return file;
}

Result<SecretBuffer> ReadAll(const std::string& path, const File& file) {
  SecretBuffer room(kMaxKeyFileBytes + 1);  // one more: the file may have grown since
  size_t size = 0;
  while (size < room.size()) {
    const ssize_t got = read(file.fd(), room.data() + size, room.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path, "read", errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  SecretBuffer text(size);
  if (size > 0) std::memcpy(text.data(), room.data(), size);
  return text;
}

Result<KeyMaterial> ParseFile(const std::string& path, const File& file) {
  const Result<SecretBuffer> text = ReadAll(path, file);
  if (!text.ok()) return text.status();
  return ParseKeyText({reinterpret_cast<const char*>(text->data()), text->size()});
}

bool SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const File file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file.fd() >= 0 && fsync(file.fd()) == 0;
}

// A file of ours that was not there before; removed again when anything fails.
Status WriteNewFile(const std::string& path, std::span<const uint8_t> bytes) {
  const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.fd() < 0) {
    if (errno == EEXIST) return Refused(path, "exists: it is never overwritten");
    return SystemError(path, "create", errno);
  }
  int error = fchmod(file.fd(), 0600) == 0 ? 0 : errno;  // whatever the umask takes away
  while (error == 0 && !bytes.empty()) {
    const ssize_t put = write(file.fd(), bytes.data(), bytes.size());
    if (put >= 0) {
      bytes = bytes.subspan(static_cast<size_t>(put));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && fsync(file.fd()) != 0) error = errno;
  if (error == 0) return Status();
  unlink(path.c_str());
  return SystemError(path, "write", error);
}

// The file, locked against other processes that replace it, and still the one of that name.
Result<File> OpenForReplacing(const std::string& path) {
  Result<File> file = OpenChecked(path);
  if (!file.ok()) return file;
  struct stat opened, named;
  if (flock(file->fd(), LOCK_EX | LOCK_NB) != 0 || fstat(file->fd(), &opened) != 0 ||
      lstat(path.c_str(), &named) != 0 || opened.st_ino != named.st_ino ||
      opened.st_dev != named.st_dev) {
    return Status(StatusCode::kBusy,
                  "another process is replacing key file " + Quoted(path) + ": try again");
  }
  return file;
}

Status Replace(const std::string& path, const KeyMaterial& material) {
  const SecretBuffer text = KeyText(material);
  if (text.size() > kMaxKeyFileBytes) {
    return Status(StatusCode::kLimit, "key file " + Quoted(path) +
                                          " would be larger than 16 KiB: finish a rotation first");
  }
  const std::string beside = path + ".new";
  // What a crash left: nobody else writes it, since the lock is ours.
  if (unlink(beside.c_str()) != 0 && errno != ENOENT) return SystemError(beside, "remove", errno);
  if (Status status = WriteNewFile(beside, text.bytes()); !status.ok()) return status;
  if (std::rename(beside.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(beside.c_str());
    return SystemError(path, "replace", error);
  }
  if (!SyncFolderOf(path)) return SystemError(path, "make durable", errno);
  return Status();
}

}  // namespace

Result<SecretBuffer> ReadKeyFile(const std::string& path) {
  const Result<File> file = OpenChecked(path);
  if (!file.ok()) return file.status();
  return ReadAll(path, *file);
}

Status CreateKeyFile(const std::string& path) {
  EnsureSodium();
  if (Status status = CheckPath(path); !status.ok()) return status;
  KeyMaterial material;
  material.bytes = SecretBuffer(kSeedBytes + kRowKeyBytes);
  randombytes_buf(material.bytes.data(), material.bytes.size());
  material.row_numbers = {1};
  if (Status status = WriteNewFile(path, KeyText(material).bytes()); !status.ok()) return status;
  if (!SyncFolderOf(path)) return SystemError(path, "make durable", errno);
  return Status();
}

Status AddRowKeyToFile(const std::string& path) {
  const Result<File> file = OpenForReplacing(path);
  if (!file.ok()) return file.status();
  const Result<KeyMaterial> old = ParseFile(path, *file);
  if (!old.ok()) return old.status();
  const size_t rows = old->row_numbers.size();
  if (old->row_numbers.back() == kMaxRowKeyNumber) {
    return Status(StatusCode::kLimit,
                  "key file " + Quoted(path) + " has used every row key number");
  }
  KeyMaterial next;
  next.bytes = SecretBuffer(kSeedBytes + (rows + 1) * kRowKeyBytes);
  next.row_numbers = old->row_numbers;
  next.row_numbers.push_back(old->row_numbers.back() + 1);
  const size_t known = kSeedBytes + rows * kRowKeyBytes;
  std::memcpy(next.bytes.data(), old->bytes.data(), known);
  randombytes_buf(next.bytes.data() + known, kRowKeyBytes);
  return Replace(path, next);
}

Status KeepOnlyRowKeyInFile(const std::string& path, int64_t keep) {
  const Result<File> file = OpenForReplacing(path);
  if (!file.ok()) return file.status();
  const Result<KeyMaterial> old = ParseFile(path, *file);
  if (!old.ok()) return old.status();
  const auto found = std::find(old->row_numbers.begin(), old->row_numbers.end(), keep);
  if (found == old->row_numbers.end()) {
    return Status(StatusCode::kNotFound,
                  "key file " + Quoted(path) + " has no row key " + std::to_string(keep));
  }
  if (old->row_numbers.size() == 1) return Status();
  KeyMaterial next;
  next.bytes = SecretBuffer(kSeedBytes + kRowKeyBytes);
  next.row_numbers = {keep};
  std::memcpy(next.bytes.data(), old->bytes.data(), kSeedBytes);
  const auto row = old->row(static_cast<size_t>(found - old->row_numbers.begin()));
  std::memcpy(next.bytes.data() + kSeedBytes, row.data(), row.size());
  return Replace(path, next);
}

}  // namespace ringfence
