// Integers of 1-8 bytes, big-endian, as all of the log's formats have them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ringfence {

/// Writes the lower `kBytes` bytes of the value.
template <size_t kBytes>
void StoreBig(uint64_t value, uint8_t* out) {
  static_assert(kBytes >= 1 && kBytes <= 8);
  for (size_t i = 0; i < kBytes; ++i) {
    out[i] = static_cast<uint8_t>(value >> (8 * (kBytes - 1 - i)));
  }
}

template <size_t kBytes>
uint64_t LoadBig(const uint8_t* bytes) {
  static_assert(kBytes >= 1 && kBytes <= 8);
  uint64_t value = 0;
  for (size_t i = 0; i < kBytes; ++i) value = value << 8 | bytes[i];
  return value;
}

}  // namespace ringfence
