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
  int64_t verified_at_s = 0;  ///< 0 to 2^32 - 1, as the other times
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

/// 512 bytes, which is what the cipher does fastest. First the epochs of the three token slots, 8
/// bytes each, newest first, 0 for a free one. Then per identifier: kind, with bit 7 set if
/// suppressed, 1; three times, 4 each (until 2106); a token for each slot, all zero for none.
/// Numbers are little-endian.
inline constexpr size_t kPackedEpochBytes = kMaxEpochTokens * 8;
inline constexpr size_t kPackedIdentifierBytes = 1 + 3 * 4 + kMaxEpochTokens * sizeof(Token);
inline constexpr size_t kPackedListBytes =
    kPackedEpochBytes + kMaxIdentifiers * kPackedIdentifierBytes;
static_assert(kPackedListBytes == 512);

/// Of more than three epochs the oldest are dropped: they are retired. Tokens come back newest
/// epoch first.
void Pack(const IdentifierList& list, std::span<uint8_t, kPackedListBytes> out);
/// False for bytes that Pack does not make.
[[nodiscard]] bool Unpack(std::span<const uint8_t, kPackedListBytes> packed, IdentifierList* list);

}  // namespace ringfence
