// The probe of a book with every identifier of a caller.
#include "contacts/match.h"

#include "contacts/book.h"
#include "contacts/seal.h"

namespace ringfence {
namespace {

constexpr int64_t kDay = 24 * 3600;

// The last value put in under a true condition, without a branch on it.
class Choice {
 public:
  void Put(bool condition, uint8_t value) {
    const auto mask = static_cast<uint8_t>(0U - static_cast<unsigned>(condition));
    value_ = static_cast<uint8_t>((value_ & ~mask) | (value & mask));
  }
  uint8_t value() const { return value_; }

 private:
  uint8_t value_ = 0;
};

}  // namespace

ContactMatcher::ContactMatcher()
    : scratch_(kMaxChunkTokens * sizeof(Token)), list_(kPackedListBytes) {}

ContactMatch ContactMatcher::Match(const Keyring& keyring, const BookHeader& book, int64_t caller,
                                   int64_t identifiers_row_key,
                                   std::span<const uint8_t> sealed_identifiers, int64_t now_s,
                                   ChunkSource& chunks) {
  ContactMatch match;
  const RowKey* const key = keyring.FindRowKey(book.row_key);
  if (key == nullptr || book.bucket_bits < 0 || book.bucket_bits > kMaxBucketBits) return match;

  IdentifierList list;
  const EraseGuard erase(&list, sizeof list);
  if (!sealed_identifiers.empty() &&
      !OpenList(keyring, caller, identifiers_row_key, sealed_identifiers, &list)) {
    return match;
  }
  bool all_opened = true;
  Choice matched, stale;
  for (size_t i = 0; i < list.size; ++i) {
    const ListedIdentifier& item = list.items[i];
    const Token* const token = item.TokenOfEpoch(book.epoch);
    if (token == nullptr) continue;
    const uint32_t bucket = BucketOf(*key, book.callee, *token, book.bucket_bits);
    bool opened = false;
    const bool hit =
        ProbeChunk(*key, book.callee, book.generation, bucket, chunks.Chunk(book.callee, bucket),
                   *token, scratch_.bytes(), &opened);
    ++match.chunks;
    all_opened &= opened;
    const bool counts = hit & !item.suppressed & (now_s < item.expires_at_s);
    // Moved in the very second of the sync: which came first is not known, so nobody is let in.
    const bool moved = (item.moved_at_s != 0) & (item.moved_at_s >= book.synced_at_s);
    matched.Put(counts & !moved, item.kind);
    stale.Put(counts & moved, item.kind);
  }
  if (!all_opened) return match;
  match.available = true;
  // A book of the future was synced while the clock was wrong: how old it is, nobody knows.
  const bool future = book.synced_at_s > now_s + kDay;
  if (book.epoch_retired || now_s >= book.expires_at_s || future) {
    match.fact = ContactFact::kExpired;
  } else if (matched.value() != 0) {
    match.fact = ContactFact::kMatch;
    match.kind = matched.value();
  } else if (stale.value() != 0) {
    match.fact = ContactFact::kStale;
    match.kind = stale.value();
  } else {
    match.fact = ContactFact::kNoMatch;
  }
  return match;
}

bool ContactMatcher::OpenList(const Keyring& keyring, int64_t caller, int64_t row_key,
                              std::span<const uint8_t> sealed, IdentifierList* list) {
  const RowKey* const key = keyring.FindRowKey(row_key);
  if (key == nullptr) return false;
  const EraseGuard erase(list_.data(), list_.size());
  return Unseal(*key, {SealedThing::kIdentifiers, caller, 0, 0}, sealed, list_.bytes()) &&
         Unpack(std::span<const uint8_t, kPackedListBytes>(list_.data(), kPackedListBytes), list);
}

}  // namespace ringfence
