// ristretto255 with hashing to it: RFC 9496, RFC 9380 section 5.3.1, on libsodium.
// Takes byte strings; gives elements and scalars in canonical encoding only.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace ringfence {

using Element = std::array<uint8_t, 32>;  ///< canonical encoding of a group element
using Scalar = std::array<uint8_t, 32>;   ///< little-endian, below the group order

/// expand_message_xmd with SHA-512, RFC 9380 section 5.3.1. `parts` are hashed one after the other
/// as the message. 1-255*64 bytes out; a DST of 1-255 bytes. Nothing is allocated.
void ExpandMessageXmd(std::span<const std::span<const uint8_t>> parts, std::string_view dst,
                      std::span<uint8_t> out);

/// Whether the 32 bytes are the canonical encoding of an element other than the identity.
bool IsElement(const Element& element);
/// Whether the scalar is below the group order, in time that does not depend on it. Zero is; RFC
/// 9497 wants it refused in some places.
bool IsCanonical(const Scalar& scalar);
bool IsZero(const Scalar& scalar);

/// The one-way map of RFC 9496 section 4.3.4. The identity (32 zeros) with probability 2^-252.
Element MapToElement(std::span<const uint8_t, 64> uniform);
/// 64 bytes as a little-endian number, modulo the group order.
Scalar ReduceToScalar(std::span<const uint8_t, 64> uniform);

/// `out` = scalar * element. False when the element is not valid or the product is the identity.
[[nodiscard]] bool Multiply(const Scalar& scalar, const Element& element, Element* out);
/// scalar * generator; the identity (32 zeros) for zero.
Element MultiplyBase(const Scalar& scalar);
/// The same for a valid element or the identity, for sums whose terms somebody else chose: there
/// the identity is an element like others. Aborts for what is neither.
Element MultiplyAny(const Scalar& scalar, const Element& element);
/// Of valid elements or the identity; aborts for what is neither.
Element Add(const Element& one, const Element& other);

Element RandomElement();
Scalar RandomScalar();  ///< canonical, never zero
Scalar Invert(const Scalar& scalar);
/// Each by its inverse, at the cost of one inversion (Montgomery's trick). None may be zero.
/// `scratch` has the same size; it is erased.
void InvertAll(std::span<Scalar> scalars, std::span<Scalar> scratch);
Scalar MultiplyScalars(const Scalar& one, const Scalar& other);
Scalar SubtractScalars(const Scalar& one, const Scalar& other);

}  // namespace ringfence
