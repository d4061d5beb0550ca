// Base64 of RFC 4648 section 4.
#include "log/base64.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/check.h"
#include "log/note.h"

namespace ringfence {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static_assert(kAlphabet.size() == 64);

constexpr uint8_t kNoDigit = 0xFF;
constexpr std::array<uint8_t, 256> MakeDigits() {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  }
  return digits;
}
constexpr std::array<uint8_t, 256> kDigits = MakeDigits();

}  // namespace

std::string Base64(Bytes bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t size = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) group = group << 8 | (i < size ? bytes[at + i] : 0u);
    for (size_t i = 0; i < 4; ++i) {
      text.push_back(i <= size ? kAlphabet[group >> (18 - 6 * i) & 63] : '=');
    }
  }
  DCHECK(text.size() % 4 == 0);
  return text;
}

bool DecodeBase64(std::string_view text, UnusedBits unused, std::vector<uint8_t>* out) {
  out->clear();
  if (text.size() % 4 != 0) return false;
  size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=') --digits;
  out->reserve(digits * 3 / 4);
  uint32_t bits = 0;
  int count = 0;  // of bits that are not written yet
  for (const char c : text.substr(0, digits)) {
    const uint8_t digit = kDigits[static_cast<uint8_t>(c)];
    if (digit == kNoDigit) return false;
    bits = (bits << 6 | digit) & 0xFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out->push_back(static_cast<uint8_t>(bits >> count));
  }
  DCHECK(count < 6);
  return unused == UnusedBits::kAny || (bits & ((1u << count) - 1)) == 0;
}

bool FromBase64(std::string_view text, std::vector<uint8_t>* out) {
  return DecodeBase64(text, UnusedBits::kZero, out);
}

}  // namespace ringfence
