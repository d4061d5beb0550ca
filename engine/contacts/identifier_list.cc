// Lists of identifiers to bytes and back.
#include "contacts/identifier_list.h"

#include <algorithm>

#include "base/check.h"

namespace ringfence {
namespace {

void PutNumber(int64_t number, std::span<uint8_t> out) {
  for (size_t i = 0; i < 8; ++i) {
    out[i] = static_cast<uint8_t>(static_cast<uint64_t>(number) >> (8 * i));
  }
}

int64_t NumberAt(std::span<const uint8_t> bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number |= uint64_t{bytes[i]} << (8 * i);
  return static_cast<int64_t>(number);
}

// Offsets within a packed identifier.
constexpr size_t kVerifiedAt = 2;
constexpr size_t kExpiresAt = kVerifiedAt + 8;
constexpr size_t kMovedAt = kExpiresAt + 8;
constexpr size_t kTokens = kMovedAt + 8;
constexpr size_t kTokenBytes = 8 + sizeof(Token);
static_assert(kTokens + kMaxEpochTokens * kTokenBytes == kPackedIdentifierBytes);

bool IsValid(const ListedIdentifier& item) {
  if (item.kind < 1 || item.kind > 3) return false;
  if (item.verified_at_s < 0 || item.expires_at_s < 0 || item.moved_at_s < 0) return false;
  for (size_t i = 0; i < kMaxEpochTokens; ++i) {
    const EpochToken& entry = item.tokens[i];
    if (entry.epoch < 0 || (entry.epoch == 0 && entry.token != Token{})) return false;
    for (size_t j = 0; j < i; ++j) {
      if (entry.epoch != 0 && item.tokens[j].epoch == entry.epoch) return false;
    }
  }
  return true;
}

}  // namespace

const Token* ListedIdentifier::TokenOfEpoch(int64_t epoch) const {
  if (epoch <= 0) return nullptr;
  for (const EpochToken& entry : tokens) {
    if (entry.epoch == epoch) return &entry.token;
  }
  return nullptr;
}

void Pack(const IdentifierList& list, std::span<uint8_t, kPackedListBytes> out) {
  CHECK(list.size <= list.items.size());
  std::fill(out.begin(), out.end(), uint8_t{0});
  for (size_t i = 0; i < list.size; ++i) {
    const ListedIdentifier& item = list.items[i];
    CHECK(IsValid(item));
    const std::span<uint8_t> bytes =
        out.subspan(i * kPackedIdentifierBytes, kPackedIdentifierBytes);
    bytes[0] = item.kind;
    bytes[1] = item.suppressed ? 1 : 0;
    PutNumber(item.verified_at_s, bytes.subspan(kVerifiedAt));
    PutNumber(item.expires_at_s, bytes.subspan(kExpiresAt));
    PutNumber(item.moved_at_s, bytes.subspan(kMovedAt));
    for (size_t t = 0; t < kMaxEpochTokens; ++t) {
      const std::span<uint8_t> at = bytes.subspan(kTokens + t * kTokenBytes);
      PutNumber(item.tokens[t].epoch, at);
      std::copy(item.tokens[t].token.begin(), item.tokens[t].token.end(), at.begin() + 8);
    }
  }
}

bool Unpack(std::span<const uint8_t, kPackedListBytes> packed, IdentifierList* list) {
  list->size = 0;
  const auto is_zero = [](uint8_t byte) { return byte == 0; };
  while (list->size < kMaxIdentifiers && packed[list->size * kPackedIdentifierBytes] != 0) {
    const std::span<const uint8_t> bytes =
        packed.subspan(list->size * kPackedIdentifierBytes, kPackedIdentifierBytes);
    ListedIdentifier& item = list->items[list->size];
    item.kind = bytes[0];
    item.suppressed = bytes[1] == 1;
    item.verified_at_s = NumberAt(bytes.subspan(kVerifiedAt));
    item.expires_at_s = NumberAt(bytes.subspan(kExpiresAt));
    item.moved_at_s = NumberAt(bytes.subspan(kMovedAt));
    for (size_t t = 0; t < kMaxEpochTokens; ++t) {
      const std::span<const uint8_t> at = bytes.subspan(kTokens + t * kTokenBytes);
      item.tokens[t].epoch = NumberAt(at);
      std::copy_n(at.begin() + 8, sizeof(Token), item.tokens[t].token.begin());
    }
    if (bytes[1] > 1 || !IsValid(item)) return false;
    ++list->size;
  }
  const auto rest = packed.subspan(list->size * kPackedIdentifierBytes);
  return std::all_of(rest.begin(), rest.end(), is_zero);
}

}  // namespace ringfence
