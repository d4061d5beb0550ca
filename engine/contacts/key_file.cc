// The text of the key file of contact sync, and changing it. No message contains a byte of a key.
#include "contacts/key_file.h"

#include <ringfence/limits.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/check.h"
#include "base/private_file.h"
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

std::string Quoted(const std::string& path) { return "'" + Printable(path) + "'"; }

Result<SecretBuffer> ReadAll(const PrivateFile& file) {
  SecretBuffer room(kMaxKeyFileBytes + 1);  // one more: the file may have grown since
  const Result<size_t> size = file.Read(room.bytes());
  if (!size.ok()) return size.status();
  SecretBuffer text(*size);
  if (*size > 0) std::memcpy(text.data(), room.data(), *size);
  return text;
}

Result<KeyMaterial> ParseFile(const PrivateFile& file) {
  const Result<SecretBuffer> text = ReadAll(file);
  if (!text.ok()) return text.status();
  return ParseKeyText({reinterpret_cast<const char*>(text->data()), text->size()});
}

Status Replace(const std::string& path, const PrivateFile& file, const KeyMaterial& material) {
  const SecretBuffer text = KeyText(material);
  if (text.size() > kMaxKeyFileBytes) {
    return Status(StatusCode::kLimit, "key file " + Quoted(path) +
                                          " would be larger than 16 KiB: finish a rotation first");
  }
  return file.ReplaceBy(text.bytes());
}

}  // namespace

Result<SecretBuffer> ReadKeyFile(const std::string& path) {
  const Result<PrivateFile> file = PrivateFile::Open(path);
  if (!file.ok()) return file.status();
  return ReadAll(*file);
}

Status CreateKeyFile(const std::string& path) {
  EnsureSodium();
  KeyMaterial material;
  material.bytes = SecretBuffer(kSeedBytes + kRowKeyBytes);
  randombytes_buf(material.bytes.data(), material.bytes.size());
  material.row_numbers = {1};
  return PrivateFile::Create(path, KeyText(material).bytes());
}

Status AddRowKeyToFile(const std::string& path) {
  const Result<PrivateFile> file = PrivateFile::OpenForReplacing(path);
  if (!file.ok()) return file.status();
  const Result<KeyMaterial> old = ParseFile(*file);
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
  return Replace(path, *file, next);
}

Status KeepOnlyRowKeyInFile(const std::string& path, int64_t keep) {
  const Result<PrivateFile> file = PrivateFile::OpenForReplacing(path);
  if (!file.ok()) return file.status();
  const Result<KeyMaterial> old = ParseFile(*file);
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
  return Replace(path, *file, next);
}

}  // namespace ringfence
