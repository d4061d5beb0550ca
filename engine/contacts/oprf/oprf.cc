// RFC 9497 over ristretto255-SHA512. Section numbers are the RFC's; names follow its pseudocode
// where it has them.
#include "contacts/oprf/oprf.h"

#include <sodium.h>

#include <algorithm>
#include <initializer_list>

#include "base/check.h"
#include "contacts/oprf/secret.h"

namespace ringfence {
namespace {

using namespace std::string_view_literals;

// Section 3.1: CreateContextString(mode, "ristretto255-SHA512") and what it is prefixed with.
struct Tags {
  std::string_view hash_to_group, hash_to_scalar, derive_key_pair, seed;
};
constexpr Tags kTags[] = {
    {"HashToGroup-OPRFV1-\x00-ristretto255-SHA512"sv,
     "HashToScalar-OPRFV1-\x00-ristretto255-SHA512"sv,
     "DeriveKeyPairOPRFV1-\x00-ristretto255-SHA512"sv, "Seed-OPRFV1-\x00-ristretto255-SHA512"sv},
    {"HashToGroup-OPRFV1-\x01-ristretto255-SHA512"sv,
     "HashToScalar-OPRFV1-\x01-ristretto255-SHA512"sv,
     "DeriveKeyPairOPRFV1-\x01-ristretto255-SHA512"sv, "Seed-OPRFV1-\x01-ristretto255-SHA512"sv}};

const Tags& TagsOf(OprfMode mode) { return kTags[static_cast<size_t>(mode)]; }

using Bytes = std::span<const uint8_t>;
using Length = std::array<uint8_t, 2>;  // I2OSP(length, 2)

Length LengthOf(size_t size) {
  CHECK(size <= 65535);
  return {static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)};
}
Bytes BytesOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Scalar HashToScalar(std::initializer_list<Bytes> parts, std::string_view dst) {
  std::array<uint8_t, 64> uniform;
  const EraseGuard erase(&uniform, sizeof uniform);
  ExpandMessageXmd({parts.begin(), parts.size()}, dst, uniform);
  return ReduceToScalar(uniform);
}

Element HashToGroup(OprfMode mode, Bytes input) {
  std::array<uint8_t, 64> uniform;
  const EraseGuard erase(&uniform, sizeof uniform);
  const Bytes parts[] = {input};
  ExpandMessageXmd(parts, TagsOf(mode).hash_to_group, uniform);
  return MapToElement(uniform);
}

void Sha512(std::initializer_list<Bytes> parts, std::array<uint8_t, 64>* out) {
  crypto_hash_sha512_state state;
  const EraseGuard erase(&state, sizeof state);
  crypto_hash_sha512_init(&state);
  for (const Bytes part : parts) crypto_hash_sha512_update(&state, part.data(), part.size());
  crypto_hash_sha512_final(&state, out->data());
}

// The end of Finalize and of Evaluate.
void HashOutput(Bytes input, const Element& element, OprfOutput* output) {
  const Length input_length = LengthOf(input.size());
  const Length element_length = LengthOf(element.size());
  Sha512({input_length, input, element_length, element, BytesOf("Finalize"sv)}, output);
}

// Section 2.2.1: ComputeComposites, and ComputeCompositesFast when the secret is there.
//
// The elements are the client's choice, and one who combines many evaluated ones can make a
// composite the identity; so that is computed with like any other element.
struct Composites {
  Element m{};
  Element z{};
};
Composites ComputeComposites(OprfMode mode, const Element& public_key, const Scalar* secret,
                             std::span<const Element> blinded, std::span<const Element> evaluated) {
  const Tags& tags = TagsOf(mode);
  const Length element_length = LengthOf(public_key.size());
  const Length tag_length = LengthOf(tags.seed.size());
  std::array<uint8_t, 64> seed;
  Sha512({element_length, public_key, tag_length, BytesOf(tags.seed)}, &seed);
  const Length seed_length = LengthOf(seed.size());
  Composites composites;
  for (size_t i = 0; i < blinded.size(); ++i) {
    const Length index = LengthOf(i);
    const Scalar weight = HashToScalar({seed_length, seed, index, element_length, blinded[i],
                                        element_length, evaluated[i], BytesOf("Composite"sv)},
                                       tags.hash_to_scalar);
    composites.m = Add(MultiplyAny(weight, blinded[i]), composites.m);
    if (secret != nullptr) continue;
    composites.z = Add(MultiplyAny(weight, evaluated[i]), composites.z);
  }
  if (secret != nullptr) composites.z = MultiplyAny(*secret, composites.m);
  return composites;
}

Scalar Challenge(OprfMode mode, const Element& public_key, const Composites& composites,
                 const Element& t2, const Element& t3) {
  const Length length = LengthOf(public_key.size());
  return HashToScalar({length, public_key, length, composites.m, length, composites.z, length, t2,
                       length, t3, BytesOf("Challenge"sv)},
                      TagsOf(mode).hash_to_scalar);
}

bool AllElements(std::span<const Element> elements, size_t* bad) {
  const auto found = std::find_if_not(elements.begin(), elements.end(), IsElement);
  *bad = static_cast<size_t>(found - elements.begin());
  return found == elements.end();
}

}  // namespace

bool DeriveKeyPair(OprfMode mode, std::span<const uint8_t> seed, std::string_view info,
                   OprfKeyPair* pair) {
  CHECK(seed.size() == 32);
  const Length info_length = LengthOf(info.size());
  for (unsigned counter = 0; counter < 256; ++counter) {
    const std::array<uint8_t, 1> last = {static_cast<uint8_t>(counter)};
    pair->secret =
        HashToScalar({seed, info_length, BytesOf(info), last}, TagsOf(mode).derive_key_pair);
    if (IsZero(pair->secret)) continue;
    pair->public_key = MultiplyBase(pair->secret);
    return true;
  }
  return false;
}

bool Blind(OprfMode mode, std::span<const uint8_t> input, const Scalar& blind, Element* blinded) {
  CHECK(input.size() <= kMaxOprfInput);
  Element element = HashToGroup(mode, input);
  const EraseGuard erase(&element, sizeof element);
  return Multiply(blind, element, blinded);
}

bool EvaluateBlinded(const Scalar& secret, std::span<const Element> blinded,
                     std::span<Element> evaluated, size_t* bad) {
  CHECK(evaluated.size() == blinded.size());
  if (!AllElements(blinded, bad)) return false;
  for (size_t i = 0; i < blinded.size(); ++i) {
    // Of prime order, and the secret is not zero: the product is never the identity.
    CHECK(Multiply(secret, blinded[i], &evaluated[i]));
  }
  return true;
}

OprfProof Prove(OprfMode mode, const OprfKeyPair& key, std::span<const Element> blinded,
                std::span<const Element> evaluated, const Scalar& random) {
  CHECK(!blinded.empty() && blinded.size() == evaluated.size());
  CHECK(!IsZero(random));
  const Composites composites =
      ComputeComposites(mode, key.public_key, &key.secret, blinded, evaluated);
  const Element t2 = MultiplyBase(random);
  const Element t3 = MultiplyAny(random, composites.m);
  const Scalar c = Challenge(mode, key.public_key, composites, t2, t3);
  Scalar product = MultiplyScalars(c, key.secret);
  const EraseGuard erase(&product, sizeof product);
  const Scalar s = SubtractScalars(random, product);
  OprfProof proof;
  std::copy(s.begin(), s.end(), std::copy(c.begin(), c.end(), proof.begin()));
  return proof;
}

bool VerifyProof(OprfMode mode, const Element& public_key, std::span<const Element> blinded,
                 std::span<const Element> evaluated, const OprfProof& proof) {
  if (blinded.empty() || blinded.size() > 65536 || blinded.size() != evaluated.size()) {
    return false;
  }
  Scalar c, s;
  std::copy_n(proof.begin(), c.size(), c.begin());
  std::copy_n(proof.begin() + c.size(), s.size(), s.begin());
  size_t bad = 0;
  if (!IsCanonical(c) || !IsCanonical(s) || !IsElement(public_key) || !AllElements(blinded, &bad) ||
      !AllElements(evaluated, &bad)) {
    return false;
  }
  const Composites composites = ComputeComposites(mode, public_key, nullptr, blinded, evaluated);
  const Element t2 = Add(MultiplyBase(s), MultiplyAny(c, public_key));
  const Element t3 = Add(MultiplyAny(s, composites.m), MultiplyAny(c, composites.z));
  const Scalar expected = Challenge(mode, public_key, composites, t2, t3);
  return sodium_memcmp(expected.data(), c.data(), c.size()) == 0;
}

bool FinalizeInverted(std::span<const uint8_t> input, const Scalar& inverse,
                      const Element& evaluated, OprfOutput* output) {
  if (!IsElement(evaluated)) return false;
  Element element;
  const EraseGuard erase(&element, sizeof element);
  if (!Multiply(inverse, evaluated, &element)) return false;
  HashOutput(input, element, output);
  return true;
}

bool Finalize(std::span<const uint8_t> input, const Scalar& blind, const Element& evaluated,
              OprfOutput* output) {
  if (IsZero(blind)) return false;
  Scalar inverse = Invert(blind);
  const EraseGuard erase(&inverse, sizeof inverse);
  return FinalizeInverted(input, inverse, evaluated, output);
}

bool EvaluateDirect(OprfMode mode, const Scalar& secret, std::span<const uint8_t> input,
                    OprfOutput* output) {
  CHECK(input.size() <= kMaxOprfInput);
  Element element = HashToGroup(mode, input);
  const EraseGuard erase(&element, sizeof element);
  Element product;
  const EraseGuard erase_product(&product, sizeof product);
  if (!Multiply(secret, element, &product)) return false;
  HashOutput(input, product, output);
  return true;
}

}  // namespace ringfence
