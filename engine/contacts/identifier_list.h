// The verified identifiers of one account as one row: packed to a fixed size, so that a sealed row
// does not tell how many there are.
#pragma once

#include <ringfence/limits.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "contacts/oprf/token.h"

namespace ringfence {

inline constexpr size_t kMaxEpochTokens = 3;  ///< next, current, previous

struct EpochToken {
  int64_t epoch = 0;  ///< 0: none
  Token token{};
};

struct ListedIdentifier {
  uint8_t kind = 0;  ///< 0: free
  bool suppressed = false;
  int64_t verified_at_s = 0;
  int64_t expires_at_s = 0;
  int64_t moved_at_s = 0;
  std::array<EpochToken, kMaxEpochTokens> tokens;

  /// Null: it has none of that epoch.
  const Token* TokenOfEpoch(int64_t epoch) const;
};

/// Erase it (secret.h) when done.
struct IdentifierList {
  std::array<ListedIdentifier, kMaxIdentifiers> items;
  size_t size = 0;
};

/// Per identifier: kind 1, suppressed 1, then little-endian: three times 8, tokens 3 * (8 + 16).
inline constexpr size_t kPackedIdentifierBytes = 2 + 3 * 8 + kMaxEpochTokens * (8 + 16);
inline constexpr size_t kPackedListBytes = kMaxIdentifiers * kPackedIdentifierBytes;

void Pack(const IdentifierList& list, std::span<uint8_t, kPackedListBytes> out);
/// False for bytes that Pack does not make.
[[nodiscard]] bool Unpack(std::span<const uint8_t, kPackedListBytes> packed, IdentifierList* list);

}  // namespace ringfence
