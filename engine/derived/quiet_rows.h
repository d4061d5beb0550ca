// A user's request to be left alone for a while, as it lies in its row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace ringfence {

struct QuietRow {
  int64_t until_s = 0;         ///< Unix time; at that second it is over
  bool except_listed = false;  ///< not for people the user's own list names and lets call
};
inline constexpr size_t kQuietBytes = 9;

std::string PackQuiet(const QuietRow& row);
/// False: it is no such row.
bool UnpackQuiet(std::span<const uint8_t> bytes, QuietRow* row);

}  // namespace ringfence
