// RFC 9497: oblivious pseudo-random functions over ristretto255-SHA512, modes OPRF and VOPRF.
// Both sides of it: clients blind, check and finalise; the key holder evaluates and proves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "contacts/oprf/ristretto.h"

namespace ringfence {

/// Section 3.1; the context strings and so all outputs of the modes differ.
enum class OprfMode : uint8_t { kOprf = 0x00, kVoprf = 0x01 };

using OprfOutput = std::array<uint8_t, 64>;
using OprfProof = std::array<uint8_t, 64>;  ///< c || s

inline constexpr size_t kMaxOprfInput = 65535;

struct OprfKeyPair {
  Scalar secret;
  Element public_key;
};
/// DeriveKeyPair, section 3.2.1. The seed has 32 bytes. False (negligible) after 256 tries.
[[nodiscard]] bool DeriveKeyPair(OprfMode mode, std::span<const uint8_t> seed,
                                 std::string_view info, OprfKeyPair* pair);

/// HashToGroup(input) * blind: Blind of section 3.3.1 with the blind given, as vectors need it.
/// False when the input hashes to the identity, or the blind is zero.
[[nodiscard]] bool Blind(OprfMode mode, std::span<const uint8_t> input, const Scalar& blind,
                         Element* blinded);

/// BlindEvaluate without proof: `evaluated[i]` = secret * blinded[i]. False, with the position, at
/// the first element that IsElement refuses: nothing was computed then.
[[nodiscard]] bool EvaluateBlinded(const Scalar& secret, std::span<const Element> blinded,
                                   std::span<Element> evaluated, size_t* bad);

/// GenerateProof, section 2.2.1, over a batch that EvaluateBlinded accepted and evaluated with the
/// key. `random` is r: from RandomScalar, never used twice.
OprfProof Prove(OprfMode mode, const OprfKeyPair& key, std::span<const Element> blinded,
                std::span<const Element> evaluated, const Scalar& random);
/// VerifyProof, section 2.2.2. False too for an empty batch, lengths that differ, elements that
/// IsElement refuses and proof scalars that are not canonical.
[[nodiscard]] bool VerifyProof(OprfMode mode, const Element& public_key,
                               std::span<const Element> blinded, std::span<const Element> evaluated,
                               const OprfProof& proof);

/// Finalize, section 3.3.1, after the proof was checked. False when `evaluated` is no element.
[[nodiscard]] bool Finalize(std::span<const uint8_t> input, const Scalar& blind,
                            const Element& evaluated, OprfOutput* output);
/// The same with the inverse of the blind given: batches invert all blinds at once.
[[nodiscard]] bool FinalizeInverted(std::span<const uint8_t> input, const Scalar& inverse,
                                    const Element& evaluated, OprfOutput* output);
/// Evaluate, section 3.3.1: the key holder's direct way to the same output.
[[nodiscard]] bool EvaluateDirect(OprfMode mode, const Scalar& secret,
                                  std::span<const uint8_t> input, OprfOutput* output);

}  // namespace ringfence
