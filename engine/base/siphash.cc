// SipHash-2-4 by the algorithm of the paper: https://www.aumasson.jp/siphash/siphash.pdf,
// section 2.
#include "base/siphash.h"

#include <bit>
#include <cstddef>

namespace ringfence {
namespace {

// Up to eight bytes, little-endian, zeros above.
template <class Byte>
uint64_t LoadLittleEndian(const Byte* bytes, size_t count) {
  uint64_t word = 0;
  for (size_t i = 0; i < count; ++i) word |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return word;
}

struct SipState {
  uint64_t v0, v1, v2, v3;

  void Rounds(int count) {
    for (; count > 0; --count) {
      v0 += v1;
      v2 += v3;
      v1 = std::rotl(v1, 13) ^ v0;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 = std::rotl(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = std::rotl(v1, 17) ^ v2;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 = std::rotl(v2, 32);
    }
  }

  void Absorb(uint64_t word) {
    v3 ^= word;
    Rounds(2);
    v0 ^= word;
  }
};

}  // namespace

uint64_t SipHash24(const SipHashKey& key, std::string_view bytes) {
  const uint64_t k0 = LoadLittleEndian(key.data(), 8);
  const uint64_t k1 = LoadLittleEndian(key.data() + 8, 8);
  // "somepseudorandomlygeneratedbytes", as the paper has it.
  SipState state = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                    k1 ^ 0x7465646279746573};
  const size_t whole = bytes.size() / 8 * 8;
  for (size_t i = 0; i < whole; i += 8) state.Absorb(LoadLittleEndian(bytes.data() + i, 8));
  const uint64_t rest = LoadLittleEndian(bytes.data() + whole, bytes.size() - whole);
  state.Absorb(uint64_t{bytes.size()} << 56 | rest);
  state.v2 ^= 0xFF;
  state.Rounds(4);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace ringfence
