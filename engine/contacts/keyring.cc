// Keys derived from what a key file says, each under a name of its own.
#include "contacts/keyring.h"

#include <sodium.h>

#include <algorithm>
#include <new>
#include <type_traits>

#include "base/check.h"
#include "contacts/key_file.h"

namespace ringfence {
namespace {

constexpr size_t kTagKeyBytes = 32;
constexpr size_t kSealKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr size_t kBucketKeyBytes = 16;
constexpr size_t kDerivedRowBytes = kSealKeyBytes + kBucketKeyBytes;

// Keyed BLAKE2b of a name: keys with different names tell nothing about each other.
void Derive(std::span<const uint8_t> key, std::string_view name, std::span<uint8_t> out) {
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const uint8_t*>(name.data()),
                     name.size(), key.data(), key.size());
}

bool IsTenant(std::string_view tenant) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !tenant.empty() && tenant.size() <= 64 && std::all_of(tenant.begin(), tenant.end(), fits);
}

}  // namespace

Result<std::shared_ptr<const Keyring>> Keyring::FromText(std::string_view text,
                                                         std::string_view tenant) {
  EnsureSodium();
  if (!IsTenant(tenant)) {
    return Status(StatusCode::kInvalidArgument,
                  "the tenant of contact keys must be 1-64 bytes of [a-z0-9_-]");
  }
  Result<KeyMaterial> material = ParseKeyText(text);
  if (!material.ok()) return material.status();
  const size_t rows = material->row_numbers.size();
  const std::shared_ptr<Keyring> ring(new Keyring());
  ring->tenant_ = tenant;
  ring->secrets_ = SecretBuffer(kSeedBytes + kTagKeyBytes + rows * kDerivedRowBytes);
  const std::span<uint8_t> secrets = ring->secrets_.bytes();
  std::copy_n(material->seed().begin(), kSeedBytes, secrets.begin());
  Derive(material->seed(), "ringfence contacts v1 tag tenant=" + ring->tenant_,
         secrets.subspan(kSeedBytes, kTagKeyBytes));
  Derive(material->seed(), "ringfence contacts v1 check tenant=" + ring->tenant_,
         ring->seed_check_);
  for (size_t i = 0; i < rows; ++i) {
    const std::span<uint8_t> derived =
        secrets.subspan(kSeedBytes + kTagKeyBytes + i * kDerivedRowBytes, kDerivedRowBytes);
    RowKey key;
    key.number = material->row_numbers[i];
    Derive(material->row(i), "ringfence contacts v1 row seal", derived.first(kSealKeyBytes));
    Derive(material->row(i), "ringfence contacts v1 row bucket", derived.subspan(kSealKeyBytes));
    Derive(material->row(i), "ringfence contacts v1 row check", key.check);
    key.seal = derived.first(kSealKeyBytes);
    key.bucket = derived.subspan(kSealKeyBytes);
    ring->row_keys_.push_back(key);
  }
  return std::shared_ptr<const Keyring>(ring);
}

Result<std::shared_ptr<const Keyring>> Keyring::Parse(std::string text, std::string_view tenant) {
  const EraseGuard erase(text.data(), text.size());
  return FromText(text, tenant);
}

Result<std::shared_ptr<const Keyring>> Keyring::Load(const std::string& path,
                                                     std::string_view tenant) {
  const Result<SecretBuffer> text = ReadKeyFile(path);
  if (!text.ok()) return text.status();
  return FromText({reinterpret_cast<const char*>(text->data()), text->size()}, tenant);
}

const OprfKeyPair& Keyring::EpochKey(int64_t epoch) const {
  CHECK(epoch > 0);
  static_assert(std::is_trivially_copyable_v<OprfKeyPair> && alignof(OprfKeyPair) == 1);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = epoch_keys_.find(epoch);
  if (found != epoch_keys_.end()) return *found->second.second;
  SecretBuffer memory(sizeof(OprfKeyPair));
  auto* const pair = new (memory.data()) OprfKeyPair;
  const std::string info = "contacts/v1/tenant=" + tenant_ + "/epoch=" + std::to_string(epoch);
  CHECK(DeriveKeyPair(OprfMode::kVoprf, secrets_.bytes().first(kSeedBytes), info, pair));
  epoch_keys_.emplace(epoch, std::make_pair(std::move(memory), pair));
  return *pair;
}

const RowKey* Keyring::FindRowKey(int64_t number) const {
  const auto found = std::find_if(row_keys_.begin(), row_keys_.end(),
                                  [&](const RowKey& key) { return key.number == number; });
  return found == row_keys_.end() ? nullptr : &*found;
}

Tag Keyring::TagOf(int64_t epoch, const Token& token) const {
  std::array<uint8_t, 8 + sizeof(Token)> message;
  const EraseGuard erase(&message, sizeof message);
  for (size_t i = 0; i < 8; ++i) {
    message[i] = static_cast<uint8_t>(static_cast<uint64_t>(epoch) >> (8 * i));
  }
  std::copy(token.begin(), token.end(), message.begin() + 8);
  Tag tag;
  crypto_generichash(tag.data(), tag.size(), message.data(), message.size(),
                     secrets_.data() + kSeedBytes, kTagKeyBytes);
  return tag;
}

std::array<uint8_t, 32> Keyring::BindDigest(int64_t account,
                                            const std::array<uint8_t, 32>& digest) const {
  // Longer than the message of any tag, so that neither can stand for the other.
  std::array<uint8_t, 8 + 32> message;
  for (size_t i = 0; i < 8; ++i) {
    message[i] = static_cast<uint8_t>(static_cast<uint64_t>(account) >> (8 * i));
  }
  std::copy(digest.begin(), digest.end(), message.begin() + 8);
  std::array<uint8_t, 32> bound;
  crypto_generichash(bound.data(), bound.size(), message.data(), message.size(),
                     secrets_.data() + kSeedBytes, kTagKeyBytes);
  return bound;
}

}  // namespace ringfence
