// What libsodium 1.0.18 has of ristretto255, made strict: its is_valid_point accepts the identity,
// its scalars may exceed the group order, and it has no hashing with a domain separation tag.
#include "contacts/oprf/ristretto.h"

#include <sodium.h>

#include <algorithm>
#include <cstddef>

#include "base/check.h"
#include "contacts/oprf/secret.h"

namespace ringfence {
namespace {

constexpr size_t kHashBytes = crypto_hash_sha512_BYTES;  // b_in_bytes of RFC 9380
constexpr size_t kBlockBytes = 128;                      // s_in_bytes

// 2^252 + 27742317777372353535851937790883648493, little-endian.
constexpr Scalar kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                           0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                           0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

using Block = std::array<uint8_t, kHashBytes>;

void Absorb(crypto_hash_sha512_state* state, std::span<const uint8_t> bytes) {
  crypto_hash_sha512_update(state, bytes.data(), bytes.size());
}

// counter || DST || length of DST, and the end of a hash.
void AbsorbTail(crypto_hash_sha512_state* state, uint8_t counter, std::string_view dst,
                Block* out) {
  const auto dst_size = static_cast<uint8_t>(dst.size());
  crypto_hash_sha512_update(state, &counter, 1);
  crypto_hash_sha512_update(state, reinterpret_cast<const uint8_t*>(dst.data()), dst.size());
  crypto_hash_sha512_update(state, &dst_size, 1);
  crypto_hash_sha512_final(state, out->data());
}

}  // namespace

void ExpandMessageXmd(std::span<const std::span<const uint8_t>> parts, std::string_view dst,
                      std::span<uint8_t> out) {
  CHECK(!dst.empty() && dst.size() <= 255);
  CHECK(!out.empty() && out.size() <= 255 * kHashBytes);
  static constexpr std::array<uint8_t, kBlockBytes> kZeroBlock{};
  const std::array<uint8_t, 2> size = {static_cast<uint8_t>(out.size() >> 8),
                                       static_cast<uint8_t>(out.size())};
  crypto_hash_sha512_state state;
  Block first, block;
  const EraseGuard erase_state(&state, sizeof state);
  const EraseGuard erase_first(&first, sizeof first);
  const EraseGuard erase_block(&block, sizeof block);
  crypto_hash_sha512_init(&state);
  Absorb(&state, kZeroBlock);
  for (const std::span<const uint8_t> part : parts) Absorb(&state, part);
  Absorb(&state, size);
  AbsorbTail(&state, 0, dst, &first);

  block.fill(0);
  uint8_t counter = 0;
  for (size_t done = 0; done < out.size(); done += kHashBytes) {
    for (size_t i = 0; i < kHashBytes; ++i) block[i] ^= first[i];
    crypto_hash_sha512_init(&state);
    Absorb(&state, block);
    AbsorbTail(&state, ++counter, dst, &block);
    std::copy_n(block.begin(), std::min(kHashBytes, out.size() - done),
                out.begin() + static_cast<std::ptrdiff_t>(done));
  }
}

bool IsElement(const Element& element) {
  // libsodium 1.0.18 ignores the highest bit, with which an element would have two encodings.
  return (element[31] & 0x80) == 0 && sodium_is_zero(element.data(), element.size()) == 0 &&
         crypto_core_ristretto255_is_valid_point(element.data()) == 1;
}

bool IsCanonical(const Scalar& scalar) {
  // The borrow of scalar - order is set exactly when the scalar is smaller.
  unsigned borrow = 0;
  for (size_t i = 0; i < scalar.size(); ++i) {
    borrow = ((unsigned{scalar[i]} - kOrder[i] - borrow) >> 8) & 1;
  }
  return borrow == 1;
}

bool IsZero(const Scalar& scalar) { return sodium_is_zero(scalar.data(), scalar.size()) == 1; }

Element MapToElement(std::span<const uint8_t, 64> uniform) {
  Element element;
  crypto_core_ristretto255_from_hash(element.data(), uniform.data());
  return element;
}

Scalar ReduceToScalar(std::span<const uint8_t, 64> uniform) {
  Scalar scalar;
  crypto_core_ristretto255_scalar_reduce(scalar.data(), uniform.data());
  return scalar;
}

bool Multiply(const Scalar& scalar, const Element& element, Element* out) {
  return (element[31] & 0x80) == 0 &&
         crypto_scalarmult_ristretto255(out->data(), scalar.data(), element.data()) == 0;
}

Element MultiplyBase(const Scalar& scalar) {
  Element product;
  // Fails for the identity only, which it has written then.
  if (crypto_scalarmult_ristretto255_base(product.data(), scalar.data()) != 0) product.fill(0);
  return product;
}

Element MultiplyAny(const Scalar& scalar, const Element& element) {
  Element product;
  if (crypto_scalarmult_ristretto255(product.data(), scalar.data(), element.data()) == 0) {
    return product;
  }
  CHECK(crypto_core_ristretto255_is_valid_point(element.data()) == 1);
  return Element{};
}

Element Add(const Element& one, const Element& other) {
  Element sum;
  CHECK(crypto_core_ristretto255_add(sum.data(), one.data(), other.data()) == 0);
  return sum;
}

Element RandomElement() {
  EnsureSodium();
  Element element;
  do {
    crypto_core_ristretto255_random(element.data());
  } while (!IsElement(element));
  return element;
}

Scalar RandomScalar() {
  EnsureSodium();
  Scalar scalar;
  crypto_core_ristretto255_scalar_random(scalar.data());
  return scalar;
}

Scalar Invert(const Scalar& scalar) {
  Scalar inverse;
  CHECK(crypto_core_ristretto255_scalar_invert(inverse.data(), scalar.data()) == 0);
  return inverse;
}

void InvertAll(std::span<Scalar> scalars, std::span<Scalar> scratch) {
  CHECK(scratch.size() == scalars.size());
  if (scalars.empty()) return;
  // scratch[i] = scalars[0] * ... * scalars[i]
  scratch[0] = scalars[0];
  for (size_t i = 1; i < scalars.size(); ++i) {
    scratch[i] = MultiplyScalars(scratch[i - 1], scalars[i]);
  }
  CHECK(!IsZero(scratch.back()));
  Scalar inverse = Invert(scratch.back());
  const EraseGuard erase_inverse(&inverse, sizeof inverse);
  for (size_t i = scalars.size() - 1; i > 0; --i) {
    const Scalar next = MultiplyScalars(inverse, scalars[i]);
    scalars[i] = MultiplyScalars(inverse, scratch[i - 1]);
    inverse = next;
  }
  scalars[0] = inverse;
  Erase(scratch.data(), scratch.size_bytes());
}

Scalar MultiplyScalars(const Scalar& one, const Scalar& other) {
  Scalar product;
  crypto_core_ristretto255_scalar_mul(product.data(), one.data(), other.data());
  return product;
}

Scalar SubtractScalars(const Scalar& one, const Scalar& other) {
  Scalar difference;
  crypto_core_ristretto255_scalar_sub(difference.data(), one.data(), other.data());
  return difference;
}

}  // namespace ringfence
