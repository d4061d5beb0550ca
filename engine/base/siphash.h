// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed 64-bit hash. Takes a 16-byte key and bytes;
// gives 64 bits that nobody without the key can predict. Not for digests.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ringfence {

using SipHashKey = std::array<uint8_t, 16>;

uint64_t SipHash24(const SipHashKey& key, std::string_view bytes);

}  // namespace ringfence
