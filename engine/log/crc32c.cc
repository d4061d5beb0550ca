// CRC-32C by the instruction of SSE 4.2, or by tables, eight bytes a step.
#include "log/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace ringfence {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;  // 0x1EDC6F41 with its bits reversed
constexpr size_t kStep = 8;

// kTables[k][b]: what byte b followed by k zero bytes contributes ("slicing by eight").
using Tables = std::array<std::array<uint32_t, 256>, kStep>;
constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < kStep; ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = crc >> 8 ^ tables[0][crc & 0xFF];
    }
  }
  return tables;
}
constexpr Tables kTables = MakeTables();

uint32_t ByTable(const uint8_t* at, size_t size, uint32_t crc) {
  for (; size >= kStep; at += kStep, size -= kStep) {
    uint32_t next = 0;
    for (size_t i = 0; i < kStep; ++i) {
      const uint32_t byte = i < 4 ? at[i] ^ (crc >> (8 * i) & 0xFF) : at[i];
      next ^= kTables[kStep - 1 - i][byte];
    }
    crc = next;
  }
  for (; size > 0; ++at, --size) crc = crc >> 8 ^ kTables[0][(crc ^ *at) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t ByInstruction(const uint8_t* at, size_t size,
                                                         uint32_t crc) {
  uint64_t wide = crc;
  for (; size >= kStep; at += kStep, size -= kStep) {
    uint64_t word;
    std::memcpy(&word, at, kStep);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = static_cast<uint32_t>(wide);
  for (; size > 0; ++at, --size) crc = __builtin_ia32_crc32qi(crc, *at);
  return crc;
}

const bool kHasInstruction = __builtin_cpu_supports("sse4.2") != 0;
#endif

}  // namespace

uint32_t Crc32cByTable(std::span<const uint8_t> bytes, uint32_t before) {
  return ~ByTable(bytes.data(), bytes.size(), ~before);
}

uint32_t Crc32c(std::span<const uint8_t> bytes, uint32_t before) {
#if defined(__x86_64__)
  if (kHasInstruction) return ~ByInstruction(bytes.data(), bytes.size(), ~before);
#endif
  return Crc32cByTable(bytes, before);
}

}  // namespace ringfence
