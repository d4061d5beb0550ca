// SHA-256, HMAC, AES-256-CTR and Ed25519 by OpenSSL. What fails here fails for lack of memory or of
// an algorithm, which nobody can work around: it ends the process.
//
// SHA-256 goes through the functions OpenSSL 3 calls deprecated: of an entry's 183 bytes EVP takes
// half as long again (195 ns against 125), and hashing is most of what sealing costs.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "log/crypto.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "log/big_endian.h"

namespace ringfence {
namespace {

constexpr uint8_t kLeafPrefix = 0;
constexpr uint8_t kNodePrefix = 1;
constexpr size_t kShaBlockBytes = 64;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

Hash HashOf(Bytes bytes) {
  Hash hash;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(hash.data(), &context);
  return hash;
}

// One half of HMAC: the key padded with `pad`, then the parts.
Hash HmacHalf(const std::array<uint8_t, kShaBlockBytes>& key, uint8_t pad,
              std::initializer_list<Bytes> parts) {
  std::array<uint8_t, kShaBlockBytes> padded;
  for (size_t i = 0; i < padded.size(); ++i) padded[i] = key[i] ^ pad;
  Hash hash;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, padded.data(), padded.size());
  for (const Bytes part : parts) SHA256_Update(&context, part.data(), part.size());
  SHA256_Final(hash.data(), &context);
  OPENSSL_cleanse(&context, sizeof context);
  Wipe(padded);
  return hash;
}

std::unique_ptr<EVP_PKEY, FreeKey> PrivateKey(const Hash& seed) {
  std::unique_ptr<EVP_PKEY, FreeKey> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  CHECK_MSG(key != nullptr, "OpenSSL has no Ed25519");
  return key;
}

std::unique_ptr<EVP_MD_CTX, FreeDigest> NewDigest() {
  std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  CHECK_MSG(context != nullptr, "no memory");
  return context;
}

}  // namespace

// Prefix, contents and padding (FIPS 180-4, 5.1.1) in one piece of whole blocks: OpenSSL need
// neither collect blocks nor pad, which is a tenth of what an entry costs.
struct TreeHasher::Impl {
  static constexpr size_t kBlocks = 4;
  static constexpr size_t kMostBytes = kBlocks * kShaBlockBytes - 1 - 9;  ///< behind the prefix

  Hash Finish(size_t bytes) {
    const size_t blocks = (bytes + 9 + kShaBlockBytes - 1) / kShaBlockBytes;
    DCHECK(blocks <= kBlocks);
    const size_t length_at = blocks * kShaBlockBytes - 8;
    message[bytes] = 0x80;
    std::fill(&message[bytes + 1], &message[length_at], uint8_t{0});
    StoreBig<8>(8 * bytes, &message[length_at]);
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, message.data(), blocks * kShaBlockBytes);
    Hash hash;
    for (size_t i = 0; i < 8; ++i) StoreBig<4>(context.h[i], &hash[4 * i]);
    return hash;
  }

  std::array<uint8_t, kBlocks * kShaBlockBytes> message;
};

TreeHasher::TreeHasher() : impl_(std::make_unique<Impl>()) {}
TreeHasher::~TreeHasher() = default;
TreeHasher::TreeHasher(TreeHasher&&) noexcept = default;
TreeHasher& TreeHasher::operator=(TreeHasher&&) noexcept = default;

Hash TreeHasher::Leaf(Bytes entry) {
  uint8_t* const message = impl_->message.data();
  message[0] = kLeafPrefix;
  if (entry.size() <= Impl::kMostBytes) {
    std::copy(entry.begin(), entry.end(), message + 1);
    return impl_->Finish(1 + entry.size());
  }
  Hash hash;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, message, 1);
  SHA256_Update(&context, entry.data(), entry.size());
  SHA256_Final(hash.data(), &context);
  return hash;
}

Hash TreeHasher::Node(const Hash& left, const Hash& right) {
  uint8_t* const message = impl_->message.data();
  message[0] = kNodePrefix;
  std::memcpy(message + 1, left.data(), left.size());
  std::memcpy(message + 1 + left.size(), right.data(), right.size());
  return impl_->Finish(1 + left.size() + right.size());
}

Hash TreeHasher::Of(Bytes bytes) { return HashOf(bytes); }

Hash EmptyRoot() { return HashOf({}); }

Hash HmacSha256(Bytes key, std::initializer_list<Bytes> parts) {
  std::array<uint8_t, kShaBlockBytes> block{};
  if (key.size() > block.size()) {
    const Hash hashed = HashOf(key);
    std::copy(hashed.begin(), hashed.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  const Hash inner = HmacHalf(block, 0x36, parts);
  const Hash outer = HmacHalf(block, 0x5C, {inner});
  Wipe(block);
  return outer;
}

struct CtrCipher::Impl {
  std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context;
};

CtrCipher::CtrCipher() : impl_(std::make_unique<Impl>()) {
  impl_->context.reset(EVP_CIPHER_CTX_new());
  CHECK_MSG(impl_->context != nullptr, "no memory");
  // Looked up once; Apply changes key and counter only.
  EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr);
  CHECK_MSG(cipher != nullptr, "OpenSSL has no AES-256-CTR");
  CHECK(EVP_EncryptInit_ex2(impl_->context.get(), cipher, nullptr, nullptr, nullptr) == 1);
  EVP_CIPHER_free(cipher);
}
CtrCipher::~CtrCipher() = default;
CtrCipher::CtrCipher(CtrCipher&&) noexcept = default;
CtrCipher& CtrCipher::operator=(CtrCipher&&) noexcept = default;

void CtrCipher::Apply(const Hash& key, const std::array<uint8_t, 16>& counter,
                      std::span<uint8_t> bytes) {
  EVP_CIPHER_CTX* const context = impl_->context.get();
  CHECK(EVP_EncryptInit_ex2(context, nullptr, key.data(), counter.data(), nullptr) == 1);
  const int size = static_cast<int>(bytes.size());
  int written = 0;
  CHECK(EVP_EncryptUpdate(context, bytes.data(), &written, bytes.data(), size) == 1);
  CHECK(written == size);
}

PublicKey PublicKeyOf(const Hash& seed) {
  const auto key = PrivateKey(seed);
  PublicKey out;
  size_t size = out.size();
  CHECK(EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) == 1 && size == out.size());
  return out;
}

Signature SignEd25519(const Hash& seed, Bytes message) {
  const auto key = PrivateKey(seed);
  const auto context = NewDigest();
  Signature out;
  size_t size = out.size();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  CHECK(EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1);
  CHECK(size == out.size());
  return out;
}

bool VerifyEd25519(const PublicKey& key, Bytes message, const Signature& signature) {
  const auto context = NewDigest();
  // A signature that does not fit is no error of the host: its error queue is left as it was.
  ERR_set_mark();
  const std::unique_ptr<EVP_PKEY, FreeKey> parsed(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const bool good =
      parsed != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, parsed.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                       message.size()) == 1;
  ERR_pop_to_mark();
  return good;
}

void FillRandom(std::span<uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    CHECK_MSG(got > 0 || (got < 0 && errno == EINTR), "the system gives no random bytes");
    if (got > 0) out = out.subspan(static_cast<size_t>(got));
  }
}

void Wipe(std::span<uint8_t> secret) { explicit_bzero(secret.data(), secret.size()); }

}  // namespace ringfence
