// What the log needs of OpenSSL: SHA-256 of RFC 6962 trees, HMAC, AES-256-CTR, Ed25519, random
// bytes. One object a thread; nothing here allocates after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace ringfence {

using Hash = std::array<uint8_t, 32>;
using Bytes = std::span<const uint8_t>;

/// Hashes of an RFC 6962 tree (section 2.1).
class TreeHasher {
 public:
  TreeHasher();
  ~TreeHasher();
  TreeHasher(TreeHasher&&) noexcept;
  TreeHasher& operator=(TreeHasher&&) noexcept;

  Hash Leaf(Bytes entry);                          ///< SHA-256(0x00 || entry)
  Hash Node(const Hash& left, const Hash& right);  ///< SHA-256(0x01 || left || right)
  Hash Of(Bytes bytes);                            ///< SHA-256(bytes)

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// SHA-256 of nothing: the root of an empty tree.
Hash EmptyRoot();

/// HMAC-SHA-256 over the parts one after the other.
Hash HmacSha256(Bytes key, std::initializer_list<Bytes> parts);

/// AES-256-CTR, where encrypting and decrypting are the same.
class CtrCipher {
 public:
  CtrCipher();
  ~CtrCipher();
  CtrCipher(CtrCipher&&) noexcept;
  CtrCipher& operator=(CtrCipher&&) noexcept;

  /// XORs the key stream that begins at `counter` over the bytes.
  void Apply(const Hash& key, const std::array<uint8_t, 16>& counter, std::span<uint8_t> bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

using PublicKey = std::array<uint8_t, 32>;
using Signature = std::array<uint8_t, 64>;

/// Ed25519 (RFC 8032) from a seed of 32 bytes.
PublicKey PublicKeyOf(const Hash& seed);
Signature SignEd25519(const Hash& seed, Bytes message);
bool VerifyEd25519(const PublicKey& key, Bytes message, const Signature& signature);

/// From the operating system's generator; ends the process if there is none.
void FillRandom(std::span<uint8_t> out);
/// Overwrites what a compiler would otherwise leave.
void Wipe(std::span<uint8_t> secret);

}  // namespace ringfence
