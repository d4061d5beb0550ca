// The pseudo-random function against whoever sends what it does not expect: elements, scalars,
// proofs; tokens and canonical forms.
#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "contacts/oprf/oprf.h"
#include "contacts/oprf/ristretto.h"
#include "contacts/oprf/token.h"
#include "unit/contacts_support.h"
#include "unit/death.h"

namespace ringfence {
namespace {

constexpr OprfMode kMode = OprfMode::kVoprf;

// The group order, little-endian: the smallest scalar that is not canonical.
Scalar Order() {
  return ArrayOf<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
}

OprfKeyPair KeyPair(const char* info) {
  OprfKeyPair pair;
  REQUIRE(DeriveKeyPair(kMode, std::vector<uint8_t>(32, 7), info, &pair));
  return pair;
}

struct Exchange {
  OprfKeyPair key = KeyPair("test");
  std::vector<std::string> inputs;
  std::vector<Scalar> blinds;
  std::vector<Element> blinded, evaluated;
  OprfProof proof{};

  explicit Exchange(size_t count) : blinded(count), evaluated(count) {
    for (size_t i = 0; i < count; ++i) {
      inputs.push_back("input " + std::to_string(i));
      blinds.push_back(RandomScalar());
      REQUIRE(Blind(kMode, BytesOf(inputs[i]), blinds[i], &blinded[i]));
    }
    size_t bad = 0;
    REQUIRE(EvaluateBlinded(key.secret, blinded, evaluated, &bad));
    proof = Prove(kMode, key, blinded, evaluated, RandomScalar());
    REQUIRE(Verifies(proof));
  }
  bool Verifies(const OprfProof& claimed) const {
    return VerifyProof(kMode, key.public_key, blinded, evaluated, claimed);
  }
};

// scalar + the group order, as 32 bytes.
Scalar PlusOrder(std::span<const uint8_t> scalar) {
  const Scalar order = Order();
  Scalar sum;
  unsigned carry = 0;
  for (size_t i = 0; i < sum.size(); ++i) {
    carry += unsigned{scalar[i]} + order[i];
    sum[i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  REQUIRE(carry == 0);
  return sum;
}

TEST_CASE("blinded evaluation and the direct way give the same output") {
  const Exchange exchange(20);
  std::vector<Scalar> inverses = exchange.blinds;
  std::vector<Scalar> scratch(inverses.size());
  InvertAll(inverses, scratch);
  CHECK(scratch == std::vector<Scalar>(scratch.size()));
  for (size_t i = 0; i < exchange.blinds.size(); ++i) {
    OprfOutput direct, finalised, inverted;
    REQUIRE(EvaluateDirect(kMode, exchange.key.secret, BytesOf(exchange.inputs[i]), &direct));
    REQUIRE(Finalize(BytesOf(exchange.inputs[i]), exchange.blinds[i], exchange.evaluated[i],
                     &finalised));
    CHECK(inverses[i] == Invert(exchange.blinds[i]));
    REQUIRE(FinalizeInverted(BytesOf(exchange.inputs[i]), inverses[i], exchange.evaluated[i],
                             &inverted));
    CHECK(direct == finalised);
    CHECK(direct == inverted);
    CHECK(exchange.blinded[i] != exchange.evaluated[i]);
  }
}

TEST_CASE("the modes give different outputs") {
  const OprfKeyPair key = KeyPair("test");
  OprfOutput plain, verifiable;
  REQUIRE(EvaluateDirect(OprfMode::kOprf, key.secret, BytesOf("a"), &plain));
  REQUIRE(EvaluateDirect(OprfMode::kVoprf, key.secret, BytesOf("a"), &verifiable));
  CHECK(plain != verifiable);
}

TEST_CASE("scalars: canonical means below the order") {
  Scalar scalar = Order();
  CHECK_FALSE(IsCanonical(scalar));
  --scalar[0];
  CHECK(IsCanonical(scalar));
  scalar = Order();
  ++scalar[0];
  CHECK_FALSE(IsCanonical(scalar));
  scalar = Order();
  scalar[31] = 0x0f;
  scalar[0] = 0xff;
  CHECK(IsCanonical(scalar));
  scalar.fill(0xff);
  CHECK_FALSE(IsCanonical(scalar));
  scalar.fill(0);
  CHECK(IsCanonical(scalar));
  CHECK(IsZero(scalar));
  scalar[31] = 0x80;
  CHECK_FALSE(IsZero(scalar));
  CHECK_FALSE(IsCanonical(scalar));
  for (int i = 0; i < 100; ++i) {
    const Scalar random = RandomScalar();
    CHECK(IsCanonical(random));
    CHECK_FALSE(IsZero(random));
  }
}

TEST_CASE("the identity is no element") {
  const Element identity{};
  CHECK_FALSE(IsElement(identity));
  Element product;
  CHECK_FALSE(Multiply({1}, identity, &product));
  // It is one of many where sums are made of what a client chose.
  CHECK(MultiplyAny({5}, identity) == identity);
  CHECK(Add(identity, identity) == identity);
  CHECK(MultiplyAny({}, MultiplyBase({1})) == identity);
  CHECK(MultiplyAny(Order(), MultiplyBase({1})) == identity);
}

TEST_CASE("the highest bit of an encoding is not free") {
  // libsodium 1.0.18 ignores it: an element would have two encodings, and the identity a disguise.
  Element element = MultiplyBase({7}), product;
  REQUIRE(IsElement(element));
  element[31] |= 0x80;
  CHECK_FALSE(IsElement(element));
  CHECK_FALSE(Multiply({1}, element, &product));
  Element identity{};
  identity[31] = 0x80;
  CHECK_FALSE(IsElement(identity));
  Exchange exchange(2);
  exchange.evaluated[1][31] |= 0x80;
  CHECK_FALSE(exchange.Verifies(exchange.proof));
  size_t bad = 0;
  exchange.blinded[1][31] |= 0x80;
  CHECK_FALSE(EvaluateBlinded(exchange.key.secret, exchange.blinded, exchange.evaluated, &bad));
  CHECK(bad == 1);
}

TEST_CASE("one bad element anywhere: nothing is computed") {
  const Exchange exchange(8);
  std::vector<std::string> bad(std::begin(kBadEncodings), std::end(kBadEncodings));
  bad.push_back(std::string(64, '0'));
  for (const std::string& encoding : bad) {
    for (const size_t place : std::initializer_list<size_t>{0, 3, 7}) {
      std::vector<Element> blinded = exchange.blinded;
      blinded[place] = ArrayOf<32>(encoding);
      std::vector<Element> evaluated(blinded.size());
      size_t found = 99;
      CHECK_FALSE(EvaluateBlinded(exchange.key.secret, blinded, evaluated, &found));
      CHECK(found == place);
      CHECK(evaluated == std::vector<Element>(blinded.size()));
    }
  }
  std::vector<Element> twice = {exchange.blinded[0], {}, exchange.blinded[1], {}};
  std::vector<Element> evaluated(4);
  size_t found = 99;
  CHECK_FALSE(EvaluateBlinded(exchange.key.secret, twice, evaluated, &found));
  CHECK(found == 1);
}

TEST_CASE("what the server sends is checked by the client") {
  const Exchange exchange(3);
  OprfOutput output{};
  CHECK_FALSE(Finalize(BytesOf("x"), exchange.blinds[0], Element{}, &output));
  CHECK_FALSE(Finalize(BytesOf("x"), Scalar{}, exchange.evaluated[0], &output));
  for (const char* encoding : kBadEncodings) {
    CHECK_FALSE(Finalize(BytesOf("x"), exchange.blinds[0], ArrayOf<32>(encoding), &output));
  }
  CHECK(output == OprfOutput{});
  Element element;
  CHECK_FALSE(Blind(kMode, BytesOf("x"), Scalar{}, &element));
}

TEST_CASE("proofs: scalars must be canonical") {
  const Exchange exchange(3);
  const auto replaced = [&](size_t at, const Scalar& scalar) {
    OprfProof proof = exchange.proof;
    std::copy(scalar.begin(), scalar.end(), proof.begin() + static_cast<std::ptrdiff_t>(at));
    return proof;
  };
  const std::span<const uint8_t> whole(exchange.proof);
  // Both stand for the same numbers, so the equations hold: the form alone is at fault.
  CHECK_FALSE(exchange.Verifies(replaced(0, PlusOrder(whole.first(32)))));
  CHECK_FALSE(exchange.Verifies(replaced(32, PlusOrder(whole.last(32)))));
  Scalar high = PlusOrder(Scalar{});
  high[31] |= 0x80;
  CHECK_FALSE(exchange.Verifies(replaced(0, high)));
  CHECK_FALSE(exchange.Verifies(replaced(0, Scalar{})));
  CHECK_FALSE(exchange.Verifies(replaced(32, Scalar{})));
  CHECK_FALSE(exchange.Verifies(OprfProof{}));
}

TEST_CASE("proofs: every bit counts") {
  const Exchange exchange(2);
  for (size_t bit = 0; bit < 8 * exchange.proof.size(); bit += 3) {
    OprfProof proof = exchange.proof;
    proof[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    CHECK_FALSE(exchange.Verifies(proof));
  }
}

TEST_CASE("proofs: of other elements, in another order, with another key") {
  const Exchange exchange(4);
  const Element public_key = exchange.key.public_key;
  const auto verifies = [&](const Element& key, const std::vector<Element>& blinded,
                            const std::vector<Element>& evaluated) {
    return VerifyProof(kMode, key, blinded, evaluated, exchange.proof);
  };
  CHECK(verifies(public_key, exchange.blinded, exchange.evaluated));
  std::vector<Element> swapped = exchange.evaluated;
  std::swap(swapped[1], swapped[2]);
  CHECK_FALSE(verifies(public_key, exchange.blinded, swapped));
  std::vector<Element> both = exchange.blinded;
  std::swap(both[1], both[2]);
  CHECK_FALSE(verifies(public_key, both, swapped));
  CHECK_FALSE(verifies(KeyPair("other").public_key, exchange.blinded, exchange.evaluated));

  std::vector<Element> altered = exchange.evaluated;
  altered[3] = Add(altered[3], MultiplyBase({1}));
  CHECK_FALSE(verifies(public_key, exchange.blinded, altered));
  // Errors that cancel in the plain sum do not cancel in the weighted one.
  altered = exchange.evaluated;
  altered[0] = Add(altered[0], MultiplyBase({1}));
  altered[1] = Add(altered[1], MultiplyBase(SubtractScalars({}, {1})));
  CHECK_FALSE(verifies(public_key, exchange.blinded, altered));

  std::vector<Element> shorter = exchange.evaluated;
  shorter.pop_back();
  CHECK_FALSE(verifies(public_key, exchange.blinded, shorter));
  std::vector<Element> first = exchange.blinded;
  first.pop_back();
  CHECK_FALSE(verifies(public_key, first, shorter));
  CHECK_FALSE(verifies(public_key, {}, {}));
}

TEST_CASE("proofs: the identity and bad encodings anywhere") {
  const Exchange exchange(2);
  std::vector<std::string> bad(std::begin(kBadEncodings), std::end(kBadEncodings));
  bad.push_back(std::string(64, '0'));
  for (const std::string& encoding : bad) {
    const Element element = ArrayOf<32>(encoding);
    std::vector<Element> blinded = exchange.blinded, evaluated = exchange.evaluated;
    CHECK_FALSE(VerifyProof(kMode, element, blinded, evaluated, exchange.proof));
    blinded[1] = element;
    CHECK_FALSE(VerifyProof(kMode, exchange.key.public_key, blinded, evaluated, exchange.proof));
    evaluated[0] = element;
    CHECK_FALSE(
        VerifyProof(kMode, exchange.key.public_key, exchange.blinded, evaluated, exchange.proof));
  }
}

TEST_CASE("proofs: equal elements in a batch, and a batch of one") {
  const OprfKeyPair key = KeyPair("test");
  const Element element = MultiplyBase({9});
  const std::vector<Element> blinded = {element, element, element};
  std::vector<Element> evaluated(3);
  size_t bad = 0;
  REQUIRE(EvaluateBlinded(key.secret, blinded, evaluated, &bad));
  CHECK(evaluated[0] == evaluated[2]);
  OprfProof proof = Prove(kMode, key, blinded, evaluated, RandomScalar());
  CHECK(VerifyProof(kMode, key.public_key, blinded, evaluated, proof));
  const std::span<const Element> one(blinded.data(), 1);
  const std::span<const Element> answer(evaluated.data(), 1);
  proof = Prove(kMode, key, one, answer, RandomScalar());
  CHECK(VerifyProof(kMode, key.public_key, one, answer, proof));
  CHECK_FALSE(VerifyProof(kMode, key.public_key, blinded, evaluated, proof));
}

TEST_CASE("our own mistakes end the program") {
  const OprfKeyPair key = KeyPair("test");
  const std::vector<Element> one = {MultiplyBase({3})};
  CHECK(AbortText([&] { Prove(kMode, key, {}, {}, {1}); }).find("CHECK") != std::string::npos);
  // With r = 0 a proof is the secret.
  CHECK(AbortText([&] { Prove(kMode, key, one, one, {}); }).find("random") != std::string::npos);
  CHECK(AbortText([&] { Invert({}); }).find("CHECK") != std::string::npos);
  CHECK(AbortText([&] { InputOf(1, std::string(255, '1')); }).find("CHECK") != std::string::npos);
}

TEST_CASE("inputs: kind and length are part of them") {
  const OprfInput input = InputOf(1, "+14155550123");
  CHECK(ToHex(input.view()) == "6370783101000c" + ToHex(BytesOf("+14155550123")));
  CHECK(ToHex(InputOf(3, "").view()) == "63707831030000");
  CHECK(InputOf(2, std::string(254, 'a')).size == 7 + 254);
  CHECK(InputOf(2, std::string(254, 'a')).bytes[6] == 254);
}

TEST_CASE("tokens are the ones an independent implementation makes") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const OprfKeyPair& key = keyring->EpochKey(1);
  const auto token = [&](uint8_t kind, std::string_view canonical) {
    OprfOutput output;
    REQUIRE(EvaluateDirect(kMode, key.secret, InputOf(kind, canonical).view(), &output));
    return ToHex(TokenOf(output));
  };
  CHECK(token(1, "+14155550123") == "351ee2119d54a92d488344d39c316d13");
  CHECK(token(2, "ann@example.com") == "420a9e5dac36f1878124db1b0e0fa1e7");
  CHECK(token(3, "ann") == "8a6e14d39baa77d8547a569bb2397bab");
}

TEST_CASE("canonical forms") {
  const auto phone = [](std::string_view text) { return IsCanonicalForm(1, text); };
  CHECK(phone("+14155550123"));
  CHECK(phone("+12345"));
  CHECK(phone("+123456789012345"));
  for (const char* bad : {"", "+", "+1234", "+1234567890123456", "+0123456", "14155550123",
                          "+1415555012x", "+1 415 555", "++1415555", "+1415555\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(phone(bad));
  }
  CHECK_FALSE(phone(std::string_view("+12345\0", 7)));

  const auto email = [](std::string_view text) { return IsCanonicalForm(2, text); };
  const std::string label(63, 'a');
  CHECK(email("a@b"));
  CHECK(email("ann@example.com"));
  CHECK(email("ann+tag.x_y'z@xn--bcher-kva.example"));
  CHECK(email("\xC3\xA9l\xC3\xA9@example.com"));
  std::string longest(64, 'l');
  longest.append("@").append(label).append(".").append(label).append(".").append(61, 'd');
  CHECK(longest.size() == 254);
  CHECK(email(longest));
  CHECK(email("a@" + label + ".com"));
  for (const std::string& bad : {std::string("ann"),
                                 std::string("@b"),
                                 std::string("a@"),
                                 std::string("a@@b"),
                                 std::string("a@b@c"),
                                 std::string("Ann@example.com"),
                                 std::string("ann@Example.com"),
                                 std::string("\"a\"@b"),
                                 std::string("a b@c"),
                                 std::string("a@b c"),
                                 std::string("a@b_c"),
                                 std::string("a@.b"),
                                 std::string("a@b."),
                                 std::string("a@b..c"),
                                 std::string("a@-b"),
                                 std::string("a@b-"),
                                 std::string("a@b-.c"),
                                 std::string("a\x01@b"),
                                 std::string("a\x7f@b"),
                                 std::string("a\xff@b"),
                                 std::string("a@\xC3\xA9.com"),
                                 std::string("a@[192.0.2.1]"),
                                 std::string(65, 'l').append("@b"),
                                 "a@" + std::string(64, 'a'),
                                 std::string("a\0@b", 4),
                                 longest + "d"}) {
    CAPTURE(bad);
    CHECK_FALSE(email(bad));
  }

  CHECK(IsCanonicalForm(3, "ann"));
  CHECK(IsCanonicalForm(3, std::string(254, 'a')));
  CHECK_FALSE(IsCanonicalForm(3, std::string(255, 'a')));
  CHECK_FALSE(IsCanonicalForm(3, ""));
  CHECK_FALSE(IsCanonicalForm(3, "a\nb"));
  CHECK_FALSE(IsCanonicalForm(3, "\xff"));
  CHECK_FALSE(IsCanonicalForm(0, "+14155550123"));
  CHECK_FALSE(IsCanonicalForm(4, "ann"));
}

TEST_CASE("digests of books") {
  // BLAKE2b-256 of nothing, and of 00 .. 0f 10 .. 1f, by Python's hashlib.
  CHECK(ToHex(DigestOf({})) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  std::vector<Token> tokens(2);
  for (uint8_t i = 0; i < 32; ++i) tokens[i / 16][i % 16] = i;
  CHECK(ToHex(DigestOf(tokens)) ==
        "cb2f5160fc1f7e05a55ef49d340b48da2e5a78099d53393351cd579dd42503d6");
}

}  // namespace
}  // namespace ringfence
