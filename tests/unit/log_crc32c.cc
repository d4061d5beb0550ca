// CRC-32C: published vectors, and instruction against tables for every length and alignment.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string_view>
#include <vector>

#include "log/crc32c.h"
#include "unit/hex_bytes.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

void CheckBoth(const std::vector<uint8_t>& bytes, uint32_t expected) {
  CHECK(Crc32c(bytes) == expected);
  CHECK(Crc32cByTable(bytes) == expected);
}

TEST_CASE("CRC-32C: RFC 3720 appendix B.4, and the check value of the catalogue of CRCs") {
  std::vector<uint8_t> upwards(32), downwards(32);
  for (size_t i = 0; i < 32; ++i) {
    upwards[i] = static_cast<uint8_t>(i);
    downwards[i] = static_cast<uint8_t>(31 - i);
  }
  CheckBoth(std::vector<uint8_t>(32, 0x00), 0x8A9136AA);
  CheckBoth(std::vector<uint8_t>(32, 0xFF), 0x62A8AB43);
  CheckBoth(upwards, 0x46DD794E);
  CheckBoth(downwards, 0x113FDB5C);
  CheckBoth(HexBytes("01c00000000000000000000000000000 14000000000004000000001400000018"
                     "28000000000000000200000000000000"),
            0xD9963A56);
  CheckBoth({'1', '2', '3', '4', '5', '6', '7', '8', '9'}, 0xE3069283);
  CheckBoth({}, 0);
}

TEST_CASE("CRC-32C: instruction and tables agree on every length, alignment and continuation") {
  std::mt19937_64 random(Seed());
  std::vector<uint8_t> bytes(300);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  const std::span<const uint8_t> all(bytes);
  for (size_t from = 0; from < 9; ++from) {
    for (size_t length = 0; length <= 200; ++length) {
      const std::span<const uint8_t> part = all.subspan(from, length);
      const uint32_t whole = Crc32cByTable(part);
      REQUIRE(Crc32c(part) == whole);
      const size_t cut = length == 0 ? 0 : random() % length;
      REQUIRE(Crc32c(part.subspan(cut), Crc32c(part.first(cut))) == whole);
      REQUIRE(Crc32cByTable(part.subspan(cut), Crc32cByTable(part.first(cut))) == whole);
    }
  }
}

}  // namespace
}  // namespace ringfence
