// Rows at rest: XChaCha20-Poly1305 under the row key, bound to the place a row has.
// Takes bytes and their place; gives sealed bytes that open nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "contacts/keyring.h"

namespace ringfence {

enum class SealedThing : uint8_t { kChunk = 1, kIdentifiers = 2, kPart = 3 };

/// Where a sealed row stands: a row copied to another place, book or generation does not open.
struct SealedPlace {
  SealedThing thing = SealedThing::kChunk;
  int64_t account = 0;  ///< handle of the book's or the identifiers' owner
  int64_t first = 0;    ///< kChunk: generation; kPart: upload
  int64_t second = 0;   ///< kChunk: bucket; kPart: sequence
};

inline constexpr size_t kSealBytes = 24 + 16;  ///< nonce and tag: what sealing adds

/// nonce || ciphertext || tag, the nonce random.
std::string Seal(const RowKey& key, const SealedPlace& place, std::span<const uint8_t> plain);
/// False when the bytes were not sealed with this key for this place, or do not have exactly
/// out.size() + kSealBytes; `out` is erased then. No allocation.
[[nodiscard]] bool Unseal(const RowKey& key, const SealedPlace& place,
                          std::span<const uint8_t> sealed, std::span<uint8_t> out);

}  // namespace ringfence
