// Tokens: how an identifier becomes the input of the pseudo-random function, and its output a
// token. Clients and the engine share this file, so that both make the same token.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "contacts/oprf/oprf.h"

namespace ringfence {

using Token = std::array<uint8_t, 16>;

inline constexpr std::string_view kCanonicalForm = "cpn1";
inline constexpr std::string_view kOprfSuite = "ristretto255-SHA512";
inline constexpr size_t kMaxCanonicalBytes = 254;  ///< an e-mail address, RFC 5321 erratum 1690
inline constexpr size_t kMaxPhoneBytes = 64;       ///< before parsing

/// "cpx1" || kind || length, 2 bytes big-endian || canonical bytes.
struct OprfInput {
  std::array<uint8_t, 7 + kMaxCanonicalBytes> bytes;
  size_t size;
  std::span<const uint8_t> view() const { return {bytes.data(), size}; }
};
/// `canonical` has at most kMaxCanonicalBytes. Whoever called erases the input, and initialises a
/// variable with it: assigning would leave a temporary behind.
OprfInput InputOf(uint8_t kind, std::string_view canonical);

/// The first 16 bytes.
Token TokenOf(const OprfOutput& output);

/// Whether bytes have the canonical form of their kind (1 tel, 2 email, 3 handle): what the engine
/// demands without the libraries that make it. tel: '+', then 5-15 digits, not starting with 0.
/// email: 3-254 bytes of valid UTF-8 without control bytes or ASCII capitals, one '@', a local part
/// of 1-64 bytes without quotes or spaces, a domain of labels of 1-63 lower-case letters, digits
/// and inner hyphens. handle: an id of 1-254 bytes as users have them.
bool IsCanonicalForm(uint8_t kind, std::string_view canonical);

/// BLAKE2b-256 over sorted, distinct tokens.
std::array<uint8_t, 32> DigestOf(std::span<const Token> sorted);

}  // namespace ringfence
