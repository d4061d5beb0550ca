// CRC-32C (Castagnoli, RFC 3720 appendix B.4): finds torn writes, nothing more.
#pragma once

#include <cstdint>
#include <span>

namespace ringfence {

/// The CRC of the bytes, after `before` bytes whose CRC is given. Uses the processor's instruction
/// where there is one.
uint32_t Crc32c(std::span<const uint8_t> bytes, uint32_t before = 0);

/// The same without the instruction, for tests.
uint32_t Crc32cByTable(std::span<const uint8_t> bytes, uint32_t before = 0);

}  // namespace ringfence
