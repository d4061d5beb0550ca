// Random bytes of the operating system, fetched in blocks, so that an import of a million users
// does not make a million system calls.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringfence {

/// One thread at a time. Not to be carried across a fork, no more than an open database.
class RandomPool {
 public:
  /// False: the system gives none; what `out` holds is not random then.
  bool Fill(std::span<uint8_t> out);

 private:
  bool Refill();

  std::array<uint8_t, 4096> bytes_;
  size_t used_ = 4096;
};

/// The message of every failure for want of them.
inline constexpr const char* kNoRandomBytes = "the system gives no random bytes";

}  // namespace ringfence
