// Lists of identifiers to bytes and back.
#include "contacts/identifier_list.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace ringfence {
namespace {

constexpr int64_t kMaxTime = 0xFFFFFFFF;
constexpr uint8_t kSuppressedBit = 0x80;

using Epochs = std::array<int64_t, kMaxEpochTokens>;

template <size_t kBytes>
void PutNumber(int64_t number, uint8_t* out) {
  for (size_t i = 0; i < kBytes; ++i) {
    out[i] = static_cast<uint8_t>(static_cast<uint64_t>(number) >> (8 * i));
  }
}

template <size_t kBytes>
int64_t NumberAt(const uint8_t* bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i < kBytes; ++i) number |= uint64_t{bytes[i]} << (8 * i);
  return static_cast<int64_t>(number);
}

bool IsValid(const ListedIdentifier& item) {
  if (item.kind < 1 || item.kind > 3) return false;
  for (const int64_t time : {item.verified_at_s, item.expires_at_s, item.moved_at_s}) {
    if (time < 0 || time > kMaxTime) return false;
  }
  for (size_t i = 0; i < kMaxEpochTokens; ++i) {
    const EpochToken& entry = item.tokens[i];
    if (entry.epoch < 0 || (entry.epoch == 0) != (entry.token == Token{})) return false;
    for (size_t j = 0; j < i; ++j) {
      if (entry.epoch != 0 && item.tokens[j].epoch == entry.epoch) return false;
    }
  }
  return true;
}

// The newest epochs that any identifier has a token of.
Epochs NewestEpochs(const IdentifierList& list) {
  std::array<int64_t, kMaxIdentifiers * kMaxEpochTokens> all{};
  size_t count = 0;
  for (size_t i = 0; i < list.size; ++i) {
    for (const EpochToken& entry : list.items[i].tokens) all[count++] = entry.epoch;
  }
  std::sort(all.begin(), all.end(), std::greater<>());
  Epochs epochs{};
  std::copy_n(
      all.begin(),
      std::min<size_t>(kMaxEpochTokens,
                       static_cast<size_t>(std::unique(all.begin(), all.end()) - all.begin())),
      epochs.begin());
  return epochs;
}

void PackItem(const ListedIdentifier& item, const Epochs& epochs, uint8_t* out) {
  *out++ = static_cast<uint8_t>(item.kind | (item.suppressed ? kSuppressedBit : 0));
  for (const int64_t time : {item.verified_at_s, item.expires_at_s, item.moved_at_s}) {
    PutNumber<4>(time, out);
    out += 4;
  }
  for (const int64_t epoch : epochs) {
    const Token* const token = item.TokenOfEpoch(epoch);
    if (token != nullptr) std::copy(token->begin(), token->end(), out);
    out += sizeof(Token);
  }
}

void UnpackItem(const uint8_t* bytes, const Epochs& epochs, ListedIdentifier* item) {
  item->kind = static_cast<uint8_t>(*bytes & ~kSuppressedBit);
  item->suppressed = (*bytes & kSuppressedBit) != 0;
  item->verified_at_s = NumberAt<4>(bytes + 1);
  item->expires_at_s = NumberAt<4>(bytes + 5);
  item->moved_at_s = NumberAt<4>(bytes + 9);
  bytes += 13;
  for (size_t i = 0; i < kMaxEpochTokens; ++i) {
    std::copy_n(bytes + i * sizeof(Token), sizeof(Token), item->tokens[i].token.begin());
    item->tokens[i].epoch = item->tokens[i].token == Token{} ? 0 : epochs[i];
  }
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
  for (size_t i = 0; i < list.size; ++i) CHECK(IsValid(list.items[i]));
  const Epochs epochs = NewestEpochs(list);
  for (size_t i = 0; i < epochs.size(); ++i) PutNumber<8>(epochs[i], out.data() + 8 * i);
  for (size_t i = 0; i < list.size; ++i) {
    PackItem(list.items[i], epochs, out.data() + kPackedEpochBytes + i * kPackedIdentifierBytes);
  }
}

bool Unpack(std::span<const uint8_t, kPackedListBytes> packed, IdentifierList* list) {
  list->size = 0;
  Epochs epochs;
  for (size_t i = 0; i < epochs.size(); ++i) {
    epochs[i] = NumberAt<8>(packed.data() + 8 * i);
    const bool falls = i == 0 || epochs[i] < epochs[i - 1] || (epochs[i] | epochs[i - 1]) == 0;
    if (epochs[i] < 0 || !falls) return false;
  }
  std::array<bool, kMaxEpochTokens> used{};
  const auto rest = [&] {
    return packed.subspan(kPackedEpochBytes + list->size * kPackedIdentifierBytes);
  };
  while (!rest().empty() && rest()[0] != 0) {
    ListedIdentifier& item = list->items[list->size++];
    UnpackItem(packed.data() + kPackedEpochBytes + (list->size - 1) * kPackedIdentifierBytes,
               epochs, &item);
    if (!IsValid(item)) return false;
    for (size_t i = 0; i < used.size(); ++i) used[i] |= item.tokens[i].epoch != 0;
  }
  for (size_t i = 0; i < used.size(); ++i) {
    if (used[i] != (epochs[i] != 0)) return false;
  }
  const auto is_zero = [](uint8_t byte) { return byte == 0; };
  const auto end = rest();
  return std::all_of(end.begin(), end.end(), is_zero);
}

}  // namespace ringfence
