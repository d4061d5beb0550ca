// Sealed rows on libsodium's XChaCha20-Poly1305: nonces are long enough to be drawn at random.
#include "contacts/seal.h"

#include <sodium.h>

#include <array>

#include "base/check.h"
#include "contacts/oprf/secret.h"

namespace ringfence {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kMacBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kSealBytes == kNonceBytes + kMacBytes);

// The associated data: fixed size, so that no two places have the same bytes.
using PlaceBytes = std::array<uint8_t, 1 + 4 * 8>;

PlaceBytes BytesOf(const RowKey& key, const SealedPlace& place) {
  PlaceBytes bytes;
  bytes[0] = static_cast<uint8_t>(place.thing);
  size_t at = 1;
  for (const int64_t number : {key.number, place.account, place.first, place.second}) {
    for (int i = 0; i < 8; ++i) {
      bytes[at++] = static_cast<uint8_t>(static_cast<uint64_t>(number) >> (8 * i));
    }
  }
  return bytes;
}

}  // namespace

std::string Seal(const RowKey& key, const SealedPlace& place, std::span<const uint8_t> plain) {
  EnsureSodium();
  CHECK(key.seal.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  const PlaceBytes where = BytesOf(key, place);
  std::string sealed(plain.size() + kSealBytes, '\0');
  auto* const nonce = reinterpret_cast<uint8_t*>(sealed.data());
  randombytes_buf(nonce, kNonceBytes);
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceBytes, &size, plain.data(), plain.size(),
                                             where.data(), where.size(), nullptr, nonce,
                                             key.seal.data());
  CHECK(size + kNonceBytes == sealed.size());
  return sealed;
}

bool Unseal(const RowKey& key, const SealedPlace& place, std::span<const uint8_t> sealed,
            std::span<uint8_t> out) {
  CHECK(key.seal.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  if (sealed.size() == out.size() + kSealBytes) {
    const PlaceBytes where = BytesOf(key, place);
    unsigned long long size = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            out.data(), &size, nullptr, sealed.data() + kNonceBytes, sealed.size() - kNonceBytes,
            where.data(), where.size(), sealed.data(), key.seal.data()) == 0) {
      return true;
    }
  }
  Erase(out.data(), out.size());
  return false;
}

}  // namespace ringfence
