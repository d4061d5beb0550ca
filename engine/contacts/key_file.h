// The key file's text, and the file: who may have it, how it is replaced.
// Takes a path or text; gives key material in locked memory.
#pragma once

#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contacts/oprf/secret.h"

namespace ringfence {

inline constexpr size_t kSeedBytes = 32;
inline constexpr size_t kRowKeyBytes = 32;  ///< in the file; what seal.h needs is derived from it
inline constexpr int64_t kMaxRowKeyNumber = 999'999'999;

/// What a key file says.
struct KeyMaterial {
  SecretBuffer bytes;                ///< seed, then each row key
  std::vector<int64_t> row_numbers;  ///< rising; at least one

  std::span<const uint8_t> seed() const { return bytes.bytes().first(kSeedBytes); }
  std::span<const uint8_t> row(size_t i) const {
    return bytes.bytes().subspan(kSeedBytes + i * kRowKeyBytes, kRowKeyBytes);
  }
};

/// kParse with line and expectation, never with what stands there; kLimit when too large.
Result<KeyMaterial> ParseKeyText(std::string_view text);
/// What ParseKeyText reads, in locked memory.
SecretBuffer KeyText(const KeyMaterial& material);
/// The text of the file, after the checks of Keyring::Load.
Result<SecretBuffer> ReadKeyFile(const std::string& path);

}  // namespace ringfence
