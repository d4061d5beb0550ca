// SHA-256 (FIPS 180-4). Takes bytes in any number of pieces; gives 32 bytes, or 64 hex digits.
// Our own so that the smallest build links nothing but sqlite3.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ringfence {

using Sha256Digest = std::array<uint8_t, 32>;

class Sha256 {
 public:
  Sha256();

  void Update(std::string_view bytes);
  void Update(std::span<const uint8_t> bytes);

  // The digest of all bytes so far. Ends the use of this object.
  Sha256Digest Finish();

 private:
  void Compress(const uint8_t* block);

  std::array<uint32_t, 8> state_;
  std::array<uint8_t, 64> block_;
  uint64_t total_bytes_ = 0;
};

// The digest of one piece.
Sha256Digest Sha256Of(std::string_view bytes);

// Lower-case hex, two digits a byte.
std::string ToHex(std::span<const uint8_t> bytes);

// The digest of one piece as 64 hex digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace ringfence
