// Keys of epochs, pseudonyms and facts keys, each derived under a label of its own; the key file.
#include "log/keys.h"

#include <ringfence/limits.h>

#include <algorithm>

#include "base/check.h"
#include "base/private_file.h"
#include "log/key_text.h"
#include "log/tree.h"

namespace ringfence {
namespace {

constexpr std::string_view kNextLabel = "ringfence next epoch";
constexpr std::string_view kCalleeLabel = "ringfence callee";
constexpr std::string_view kCallerLabel = "ringfence caller";
constexpr std::string_view kFactsLabel = "ringfence facts";

// First byte of what stands for a party, so that a seed can never be taken for an id.
constexpr uint8_t kKnownTag = 1, kUnknownTag = 2, kEpochTag = 3;

Hash OfParty(const Hash& base, const PartySecret& party) {
  if (party.kind == PartySecret::Kind::kKnown) {
    return HmacSha256(base, {Bytes(&kKnownTag, 1), Bytes(party.seed)});
  }
  return HmacSha256(base, {Bytes(&kUnknownTag, 1), AsBytes(party.id)});
}

Pseudonym PseudonymOf(const Hash& base, const PartySecret& party) {
  Pseudonym pseudonym{};
  if (party.kind == PartySecret::Kind::kNobody) return pseudonym;
  const Hash hash = OfParty(base, party);
  std::copy_n(hash.begin(), pseudonym.size(), pseudonym.begin());
  return pseudonym;
}

Hash CallerBase(const Hash& epoch_key, uint32_t day) {
  std::array<uint8_t, 4> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(day >> (24 - 8 * i));
  return HmacSha256(epoch_key, {AsBytes(kCallerLabel), Bytes(bytes)});
}

// Text with keys in it, wiped at the end of its life.
struct SecretText {
  std::string text;
  explicit SecretText(std::string secret) : text(std::move(secret)) {}
  ~SecretText() { Wipe({reinterpret_cast<uint8_t*>(text.data()), text.size()}); }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
};

Result<LogKeys> ReadKeys(const PrivateFile& file) {
  SecretText room(std::string(kMaxKeyFileBytes + 1, '\0'));
  const Result<size_t> size =
      file.Read({reinterpret_cast<uint8_t*>(room.text.data()), room.text.size()});
  if (!size.ok()) return size.status();
  return ParseLogKeys(std::string_view(room.text).substr(0, *size));
}

Status NoSuchEpoch(uint32_t epoch) {
  return Status(StatusCode::kInvalidArgument, "there is no epoch " + std::to_string(epoch) +
                                                  ": the last one is " +
                                                  std::to_string(kLastEpoch));
}

}  // namespace

// --- The key file

Result<Hash> LogKeys::EpochKey(uint32_t epoch) const {
  if (epoch < first_epoch) {
    return Status(StatusCode::kNotFound, "the key of epoch " + std::to_string(epoch) +
                                             " was destroyed: the key file begins with epoch " +
                                             std::to_string(first_epoch));
  }
  if (epoch > kLastEpoch) return NoSuchEpoch(epoch);
  Hash key = first_key;
  for (uint32_t e = first_epoch; e < epoch; ++e) {
    Hash next = HmacSha256(key, {AsBytes(kNextLabel)});
    key = next;
    Wipe(next);
  }
  Result<Hash> result(key);
  Wipe(key);
  return result;
}

Result<LogKeys> ReadLogKeys(const std::string& path) {
  const Result<PrivateFile> file = PrivateFile::Open(path);
  if (!file.ok()) return file.status();
  return ReadKeys(*file);
}

Status CreateLogKeys(const std::string& path, const LogKeys& keys) {
  const SecretText text(FormatLogKeys(keys));
  return PrivateFile::Create(path, AsBytes(text.text));
}

Status DestroyEpochsBefore(const std::string& path, uint32_t epoch) {
  if (epoch > kLastEpoch) return NoSuchEpoch(epoch);
  const Result<PrivateFile> file = PrivateFile::OpenForReplacing(path);
  if (!file.ok()) return file.status();
  Result<LogKeys> keys = ReadKeys(*file);
  if (!keys.ok()) return keys.status();
  if (epoch <= keys->first_epoch) return Status();
  Result<Hash> key = keys->EpochKey(epoch);
  if (!key.ok()) return key.status();
  keys->first_epoch = epoch;
  keys->first_key = *key;
  Wipe(*key);
  const SecretText text(FormatLogKeys(*keys));
  return file->ReplaceBy(AsBytes(text.text));
}

// --- Pseudonyms and facts keys

EpochNames::EpochNames(const Hash& epoch_key, uint32_t epoch)
    : epoch_(epoch),
      callee_base_(HmacSha256(epoch_key, {AsBytes(kCalleeLabel)})),
      facts_base_(HmacSha256(epoch_key, {AsBytes(kFactsLabel)})),
      epoch_key_(epoch_key),
      day_(epoch * kDaysPerEpoch),
      caller_base_(CallerBase(epoch_key, day_)) {
  CHECK(epoch <= kLastEpoch);
}

EpochNames::~EpochNames() {
  for (Hash* secret : {&callee_base_, &facts_base_, &epoch_key_, &caller_base_}) Wipe(*secret);
}

Pseudonym EpochNames::Callee(const PartySecret& party) const {
  return PseudonymOf(callee_base_, party);
}

Pseudonym EpochNames::Caller(const PartySecret& party, uint32_t day) const {
  DCHECK(day / kDaysPerEpoch == epoch_);
  if (day != day_) {
    caller_base_ = CallerBase(epoch_key_, day);
    day_ = day;
  }
  return PseudonymOf(caller_base_, party);
}

Hash EpochNames::FactsKey(const PartySecret& callee) const {
  if (callee.kind == PartySecret::Kind::kKnown) return OfParty(facts_base_, callee);
  return HmacSha256(facts_base_, {Bytes(&kEpochTag, 1)});
}

Hash FactsKeysRoot(TreeHasher* hasher, std::span<const FactsKey> keys) {
  TreeEdge tree;
  std::array<uint8_t, sizeof(Pseudonym) + sizeof(Hash)> leaf;
  for (size_t i = 0; i < keys.size(); ++i) {
    CHECK(i == 0 || (keys[i - 1].epoch == keys[i].epoch && keys[i - 1].callee < keys[i].callee));
    const Hash digest = hasher->Of(keys[i].key);
    std::copy(keys[i].callee.begin(), keys[i].callee.end(), leaf.begin());
    std::copy(digest.begin(), digest.end(), leaf.begin() + sizeof(Pseudonym));
    tree.Add(hasher, hasher->Leaf(leaf), [](int, const Hash&) {});
  }
  return tree.Root(hasher);
}

}  // namespace ringfence
