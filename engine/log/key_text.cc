// Strict parsers and printers of a log's key file and of exported facts keys: each text has one
// form, and what deviates is refused with its line.
#include "log/key_text.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

constexpr std::string_view kKeysTitle = "ringfence log keys 1";
constexpr std::string_view kFactsTitle = "ringfence facts keys 1";
constexpr size_t kSumBytes = 16;
constexpr size_t kKeyLine = 32 + 1 + 64 + 1;  // pseudonym, space, key, end
using Sum = std::array<uint8_t, kSumBytes>;

Sum SumOf(std::string_view text) {
  const Hash hash = TreeHasher().Of(AsBytes(text));
  Sum sum;
  std::copy_n(hash.begin(), sum.size(), sum.begin());
  return sum;
}

// --- Reading

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ReadHex(std::string_view hex, std::span<uint8_t> out) {
  if (hex.size() != 2 * out.size()) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    const int high = DigitOf(hex[2 * i]), low = DigitOf(hex[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return true;
}

// Decimal, without leading zeros or sign.
bool ReadEpoch(std::string_view digits, uint32_t* epoch) {
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, *epoch);
  return error == std::errc() && stop == end && *epoch <= kLastEpoch &&
         (digits.front() != '0' || digits.size() == 1);
}

class Lines {
 public:
  Lines(std::string_view file, std::string_view text) : file_(file), text_(text), rest_(text) {}

  // False at the end of the text, and for a line without its '\n'.
  bool Next() {
    ++number_;
    start_ = text_.size() - rest_.size();
    const size_t end = rest_.find('\n');
    line_ = end == std::string_view::npos ? std::string_view() : rest_.substr(0, end);
    if (end == std::string_view::npos) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool Skip(std::string_view word) {
    if (!line_.starts_with(word)) return false;
    line_.remove_prefix(word.size());
    return true;
  }

  // Up to the next space, which is skipped too; nothing where there is none.
  std::string_view Word() {
    const size_t space = line_.find(' ');
    if (space == std::string_view::npos) return {};
    const std::string_view word = line_.substr(0, space);
    line_.remove_prefix(space + 1);
    return word;
  }

  std::string_view line() const { return line_; }

  // Of the line "sum ", of which the word was skipped: it fits, and nothing follows.
  Status CheckSum() const {
    Sum sum{};
    if (!ReadHex(line_, sum)) return Expected("'sum ' and 32 lower-case hexadecimal digits");
    if (sum != SumOf(text_.substr(0, start_))) {
      return Problem("the sum does not fit the lines above: the file is damaged");
    }
    return rest_.empty() ? Status() : Problem("the sum must be the last line");
  }

  Status Problem(std::string_view what) const {
    return Status(StatusCode::kParse, std::string(file_) + " line " + std::to_string(number_) +
                                          ": " + std::string(what));
  }
  Status Expected(std::string_view what) const { return Problem("expected " + std::string(what)); }

  // The title, and the identity of a log.
  Status ReadHead(std::string_view title, std::array<uint8_t, 16>* identity) {
    if (!Next() || line_ != title) return Expected("'" + std::string(title) + "'");
    if (Next() && Skip("log ") && ReadHex(line_, *identity)) return Status();
    return Expected("'log ' and 32 lower-case hexadecimal digits");
  }

 private:
  std::string_view file_, text_, rest_, line_;
  size_t start_ = 0;
  int number_ = 0;
};

const std::string& EpochNumber() {
  static const std::string text = "a number from 0 to " + std::to_string(kLastEpoch);
  return text;
}

// --- Printing

void AppendHex(std::string* out, Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const uint8_t byte : bytes) {
    *out += kDigits[byte >> 4];
    *out += kDigits[byte & 15];
  }
}

void AppendHead(std::string* out, std::string_view title, Bytes identity) {
  *out += title;
  *out += "\nlog ";
  AppendHex(out, identity);
  *out += '\n';
}

void AppendSum(std::string* out) {
  const Sum sum = SumOf(*out);
  *out += "sum ";
  AppendHex(out, sum);
  *out += '\n';
}

}  // namespace

Result<LogKeys> ParseLogKeys(std::string_view text) {
  if (text.size() > kMaxKeyFileBytes) {
    return Status(StatusCode::kLimit, "the key file is larger than 16 KiB");
  }
  LogKeys keys;
  Lines lines("key file", text);
  if (Status status = lines.ReadHead(kKeysTitle, &keys.identity); !status.ok()) return status;
  if (!lines.Next() || !lines.Skip("signing ") || !ReadHex(lines.line(), keys.signing_seed)) {
    return lines.Expected("'signing ' and 64 lower-case hexadecimal digits");
  }
  if (!lines.Next() || !lines.Skip("epoch ") || !ReadEpoch(lines.Word(), &keys.first_epoch) ||
      !ReadHex(lines.line(), keys.first_key)) {
    return lines.Expected("'epoch ', " + EpochNumber() + ", and 64 lower-case hexadecimal digits");
  }
  if (!lines.Next() || !lines.Skip("sum ")) return lines.Expected("'sum '");
  if (Status status = lines.CheckSum(); !status.ok()) return status;
  return keys;
}

std::string FormatLogKeys(const LogKeys& keys) {
  DCHECK(keys.first_epoch <= kLastEpoch);
  constexpr size_t kRoom = 320;
  std::string text;
  text.reserve(kRoom);
  AppendHead(&text, kKeysTitle, keys.identity);
  text += "signing ";
  AppendHex(&text, keys.signing_seed);
  text += "\nepoch " + std::to_string(keys.first_epoch) + " ";
  AppendHex(&text, keys.first_key);
  text += '\n';
  AppendSum(&text);
  CHECK(text.size() <= kRoom);  // nothing was left in memory that was given back
  return text;
}

Result<FactsKeyFile> ParseFactsKeys(std::string_view text) {
  FactsKeyFile file;
  Lines lines("facts keys", text);
  if (Status status = lines.ReadHead(kFactsTitle, &file.identity); !status.ok()) return status;
  std::optional<uint32_t> epoch;
  file.keys.reserve(text.size() / kKeyLine);
  bool first = false;  // of its epoch: a key must follow
  while (true) {
    const bool whole = lines.Next();
    if (whole && !first && lines.Skip("sum ")) break;
    if (whole && !first && lines.Skip("epoch ")) {
      uint32_t next = 0;
      if (!ReadEpoch(lines.line(), &next) || (epoch && next <= *epoch)) {
        return lines.Expected("'epoch ' and " + EpochNumber() + ", above the epoch before");
      }
      epoch = next;
      first = true;
      continue;
    }
    if (!epoch) return lines.Expected("'epoch ' or 'sum '");
    FactsKey key{*epoch, {}, {}};
    if (!whole || !ReadHex(lines.Word(), key.callee) || !ReadHex(lines.line(), key.key) ||
        (!first && key.callee <= file.keys.back().callee)) {
      return lines.Expected(std::string("a pseudonym of 32 lower-case hexadecimal digits") +
                            (first ? "" : ", above that of the line before") +
                            ", a space and a key of 64 digits" +
                            (first ? "" : ", or 'epoch ', or 'sum '"));
    }
    file.keys.push_back(key);
    first = false;
  }
  if (Status status = lines.CheckSum(); !status.ok()) return status;
  return file;
}

std::string FormatFactsKeys(const std::array<uint8_t, 16>& identity,
                            std::span<const FactsKey> keys) {
  constexpr size_t kHeadAndSum = 256, kEpochLine = 24;
  size_t epochs = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    const bool begins = i == 0 || keys[i - 1].epoch != keys[i].epoch;
    CHECK(i == 0 ||
          (begins ? keys[i - 1].epoch < keys[i].epoch : keys[i - 1].callee < keys[i].callee));
    epochs += begins ? 1 : 0;
  }
  std::string text;
  text.reserve(kHeadAndSum + epochs * kEpochLine + keys.size() * kKeyLine);
  AppendHead(&text, kFactsTitle, identity);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i == 0 || keys[i - 1].epoch != keys[i].epoch) {
      text += "epoch " + std::to_string(keys[i].epoch) + "\n";
    }
    AppendHex(&text, keys[i].callee);
    text += ' ';
    AppendHex(&text, keys[i].key);
    text += '\n';
  }
  AppendSum(&text);
  return text;
}

}  // namespace ringfence
