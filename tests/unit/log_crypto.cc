// What the log needs of OpenSSL against the published vectors.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "log/crypto.h"
#include "unit/hex_bytes.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

TEST_CASE("hashes: prefixes of RFC 6962, and any length against our own SHA-256") {
  TreeHasher hasher;
  CHECK(ToHex(EmptyRoot()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(ToHex(hasher.Of(AsBytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  std::mt19937_64 random(Seed());
  std::string bytes;
  for (int size = 0; size < 600; ++size) {
    REQUIRE(hasher.Leaf(AsBytes(bytes)) == Sha256Of(std::string(1, '\0') + bytes));
    REQUIRE(hasher.Of(AsBytes(bytes)) == Sha256Of(bytes));
    bytes.push_back(static_cast<char>(random()));
  }
  const Hash left = hasher.Of(AsBytes("left")), right = hasher.Of(AsBytes("right"));
  std::string joined(1, '\1');
  for (const Hash& hash : {left, right}) joined.append(hash.begin(), hash.end());
  CHECK(hasher.Node(left, right) == Sha256Of(joined));
  CHECK(hasher.Node(left, right) != hasher.Node(right, left));
}

TEST_CASE("HMAC-SHA-256: RFC 4231") {
  struct Vector {
    std::string key, data, expected;
  };
  std::string counting;
  for (int i = 1; i <= 25; ++i) counting.push_back(static_cast<char>(i));
  const std::vector<Vector> vectors = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counting, std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};
  for (const Vector& vector : vectors) {
    const Bytes data = AsBytes(vector.data);
    CHECK(ToHex(HmacSha256(AsBytes(vector.key), {data})) == vector.expected);
    for (size_t cut = 0; cut <= data.size(); cut += 7) {
      CHECK(ToHex(HmacSha256(AsBytes(vector.key), {data.first(cut), {}, data.subspan(cut)})) ==
            vector.expected);
    }
  }
}

TEST_CASE("HMAC-SHA-256: a key of one block is used as it is, one byte more is hashed") {
  const std::string block(64, 'k'), longer(65, 'k');
  const Sha256Digest hashed = Sha256Of(longer);
  CHECK(HmacSha256(AsBytes(longer), {AsBytes("x")}) == HmacSha256(hashed, {AsBytes("x")}));
  CHECK(HmacSha256(AsBytes(block), {AsBytes("x")}) != HmacSha256(Sha256Of(block), {AsBytes("x")}));
}

TEST_CASE("AES-256-CTR: NIST SP 800-38A F.5.5, whole and in parts") {
  const Hash key =
      HexArray<32>("603deb1015ca71be2b73aef0857d7781 1f352c073b6108d72d9810a30914dff4");
  const auto counter = HexArray<16>("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const std::vector<uint8_t> clear = HexBytes(
      "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"
      "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710");
  const std::vector<uint8_t> sealed = HexBytes(
      "601ec313775789a5b7a7f504bbf3d228 f443e3ca4d62b59aca84e990cacaf5c5"
      "2b0930daa23de94ce87017ba2d84988d dfc9c58db67aada613c2dd08457941a6");
  CtrCipher cipher;
  for (size_t size = 0; size <= clear.size(); ++size) {
    std::vector<uint8_t> bytes = clear;
    const std::span<uint8_t> part = std::span(bytes).first(size);
    cipher.Apply(key, counter, part);
    REQUIRE(std::equal(part.begin(), part.end(), sealed.begin()));
    REQUIRE(std::equal(bytes.begin() + static_cast<ptrdiff_t>(size), bytes.end(),
                       clear.begin() + static_cast<ptrdiff_t>(size)));
    cipher.Apply(key, counter, part);
    REQUIRE(bytes == clear);
  }
}

TEST_CASE("AES-256-CTR: an object keeps nothing of what it did before, and can be moved") {
  CtrCipher used;
  std::array<uint8_t, 33> noise{};
  used.Apply(HexArray<32>("01"), {}, noise);
  CtrCipher moved = std::move(used);
  std::array<uint8_t, 20> one{}, other{};
  moved.Apply(HexArray<32>("02"), HexArray<16>("03"), one);
  CtrCipher().Apply(HexArray<32>("02"), HexArray<16>("03"), other);
  CHECK(one == other);
}

struct SignatureVector {
  const char *seed, *key, *message, *signature;
};
// RFC 8032 section 7.1: tests 1, 2, 3 and SHA(abc).
constexpr SignatureVector kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"}};

TEST_CASE("Ed25519: RFC 8032, and any flipped bit of key, message or signature is refused") {
  for (const SignatureVector& vector : kRfc8032) {
    const Hash seed = HexArray<32>(vector.seed);
    PublicKey key = HexArray<32>(vector.key);
    std::vector<uint8_t> message = HexBytes(vector.message);
    Signature signature = HexArray<64>(vector.signature);
    CHECK(PublicKeyOf(seed) == key);
    CHECK(SignEd25519(seed, message) == signature);
    REQUIRE(VerifyEd25519(key, message, signature));
    const auto check_flips = [&](std::span<uint8_t> bytes) {
      for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
        REQUIRE_FALSE(VerifyEd25519(key, message, signature));
        bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
      }
    };
    check_flips(key);
    check_flips(message);
    check_flips(signature);
    message.push_back(0);
    CHECK_FALSE(VerifyEd25519(key, message, signature));
  }
}

TEST_CASE("Ed25519: a signature whose scalar is not reduced is refused") {
  Signature signature = HexArray<64>(kRfc8032[0].signature);
  // S + L, with L = 2^252 + 27742317777372353535851937790883648493, little-endian.
  const auto order =
      HexArray<32>("edd3f55c1a631258d69cf7a2def9de14 00000000000000000000000000000010");
  unsigned carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    carry += signature[32 + i] + unsigned{order[i]};
    signature[32 + i] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  CHECK_FALSE(VerifyEd25519(HexArray<32>(kRfc8032[0].key), {}, signature));
}

TEST_CASE("random bytes fill all of a span; wiping zeroes it") {
  std::array<uint8_t, 1000> one{}, other{};
  FillRandom(one);
  FillRandom(other);
  CHECK(one != other);
  // Four zeros among a thousand are to be expected; the end is filled like the beginning.
  CHECK(std::count(one.begin(), one.end(), 0) < 50);
  CHECK(std::count(one.end() - 100, one.end(), 0) < 20);
  Wipe(one);
  CHECK(one == std::array<uint8_t, 1000>{});
}

}  // namespace
}  // namespace ringfence
