// Looks through every writable page of this process for bytes that are kept in disguise here: what
// is left of secrets.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <vector>

#include "unit/sanitizers.h"

namespace ringfence {

inline constexpr uint8_t kDisguise = 0xA5;

/// Bytes to look for, kept so that they are not found here.
class Needle {
 public:
  explicit Needle(std::span<const uint8_t> bytes) {
    for (const uint8_t byte : bytes) disguised_.push_back(byte ^ kDisguise);
  }
  size_t size() const { return disguised_.size(); }
  bool IsAt(const uint8_t* at) const {
    for (size_t i = 0; i < disguised_.size(); ++i) {
      if ((at[i] ^ disguised_[i]) != kDisguise) return false;
    }
    return true;
  }

 private:
  std::vector<uint8_t> disguised_;
};

struct Range {
  const uint8_t* begin;
  const uint8_t* end;
};

inline std::vector<Range> WritablePages() {
  std::vector<Range> ranges;
  std::FILE* const maps = std::fopen("/proc/self/maps", "r");
  if (maps == nullptr) return ranges;
  char line[512];
  while (std::fgets(line, sizeof line, maps) != nullptr) {
    void* begin = nullptr;
    void* end = nullptr;
    char mode[8] = "";
    if (std::sscanf(line, "%p-%p %7s", &begin, &end, mode) != 3) continue;
    if (std::strncmp(mode, "rw", 2) != 0) continue;
    ranges.push_back({static_cast<const uint8_t*>(begin), static_cast<const uint8_t*>(end)});
  }
  std::fclose(maps);
  return ranges;
}

// -1: this system or this build does not let us look.
inline int Found(const Needle& needle) {
  if (RINGFENCE_TEST_SANITIZED != 0) return -1;
  const std::vector<Range> ranges = WritablePages();
  if (ranges.empty()) return -1;
  int found = 0;
  for (const Range& range : ranges) {
    for (const uint8_t* at = range.begin; at + needle.size() <= range.end; ++at) {
      found += needle.IsAt(at) ? 1 : 0;
    }
  }
  return found;
}

// Calls on a part of the stack that the search does not reach and overwrite.
template <class Body>
[[gnu::noinline]] void Apart(Body body) {
  volatile char below[65536];
  below[0] = 1;
  body();
  below[sizeof below - 1] = 1;
}

}  // namespace ringfence
