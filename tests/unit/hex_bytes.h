// Bytes of a test vector from hexadecimal digits; spaces between them are ignored.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ringfence {

inline std::vector<uint8_t> HexBytes(std::string_view hex) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<uint8_t> bytes;
  size_t digits = 0;
  for (const char c : hex) {
    if (c == ' ') continue;
    if (digits++ % 2 == 0) bytes.push_back(0);
    bytes.back() = static_cast<uint8_t>(size_t{bytes.back()} << 4 | kDigits.find(c));
  }
  return bytes;
}

/// The first N bytes, zeros behind shorter ones.
template <size_t N>
std::array<uint8_t, N> HexArray(std::string_view hex) {
  const std::vector<uint8_t> bytes = HexBytes(hex);
  std::array<uint8_t, N> out{};
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), out.begin());
  return out;
}

}  // namespace ringfence
