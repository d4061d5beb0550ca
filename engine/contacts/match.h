// Is one of A's verified identifiers in B's book? The decision's own path: no allocation, no
// clock, the same work whether the answer is yes or no.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "contacts/identifier_list.h"
#include "contacts/keyring.h"

namespace ringfence {

/// Codes as the catalog lists the members of the contact facts.
enum class ContactFact : uint8_t { kNoBook, kNoMatch, kMatch, kStale, kExpired };

/// What a session read of a book: the columns a match needs.
struct BookHeader {
  int64_t callee = 0;
  int64_t epoch = 0;
  int64_t generation = 0;
  int bucket_bits = 0;
  int64_t row_key = 0;
  int64_t synced_at_s = 0;
  int64_t expires_at_s = 0;
  bool epoch_retired = false;
};

/// Gives the sealed bytes of one chunk, good until the next call; an empty span: cannot be read.
class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  virtual std::span<const uint8_t> Chunk(int64_t callee, uint32_t bucket) noexcept = 0;
};

struct ContactMatch {
  bool available = false;  ///< false: a key is missing or a row does not open
  ContactFact fact = ContactFact::kNoBook;
  uint8_t kind = 0;     ///< of the identifier that matched (kMatch, kStale); 0: none
  uint32_t chunks = 0;  ///< read and opened: depends on the identifiers' number only
};

/// One per session. Its memory is erased after each use.
class ContactMatcher {
 public:
  ContactMatcher();
  /// `sealed_identifiers`: of the caller, sealed under `identifiers_row_key`; empty: the caller has
  /// none. Every identifier that has a token of the book's epoch costs one chunk, whether it hits,
  /// has expired or is suppressed. A hit counts as kMatch, or kStale where the identifier moved in
  /// the second the book was synced or after it; one kMatch is enough. kExpired: the book's time or
  /// epoch is over (chunks are read all the same). Never kNoBook. No allocation.
  ContactMatch Match(const Keyring& keyring, const BookHeader& book, int64_t caller,
                     int64_t identifiers_row_key, std::span<const uint8_t> sealed_identifiers,
                     int64_t now_s, ChunkSource& chunks);

 private:
  bool OpenList(const Keyring& keyring, int64_t caller, int64_t row_key,
                std::span<const uint8_t> sealed, IdentifierList* list);

  SecretBuffer scratch_;  ///< one chunk
  SecretBuffer list_;     ///< the caller's identifiers, packed
};

}  // namespace ringfence
