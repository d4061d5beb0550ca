// SHA-256 and SipHash-2-4 against published vectors, and in pieces against whole.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "base/sha256.h"
#include "base/siphash.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

TEST_CASE("SHA-256: the examples of FIPS 180-4 and of NIST's example values") {
  CHECK(Sha256Hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(Sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(Sha256Hex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu") ==
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(Sha256Hex(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256: every length around the block edges") {
  // The digest of the digests of the first 0..299 bytes, computed with Python's hashlib.
  std::string message;
  Sha256 digests;
  for (unsigned i = 0; i < 300; ++i) {
    digests.Update(Sha256Hex(message));
    message.push_back(static_cast<char>(i * 7 + 3));
  }
  CHECK(ToHex(digests.Finish()) ==
        "e58750e2a145fc5559c66f9b6cfb156f52894470a74c4daec866d7b6ceea29ea");
}

TEST_CASE("SHA-256: pieces give what the whole gives") {
  std::mt19937_64 random(Seed());
  std::string message(1000, '\0');
  for (char& c : message) c = static_cast<char>(random());
  for (int round = 0; round < 100; ++round) {
    Sha256 hash;
    for (size_t at = 0; at < message.size();) {
      const size_t length = std::min<size_t>(random() % 200, message.size() - at);
      hash.Update(std::string_view(message).substr(at, length));
      at += length;
    }
    REQUIRE(hash.Finish() == Sha256Of(message));
  }
}

TEST_CASE("SipHash-2-4: the reference vectors, key 00..0f, message of n bytes 00, 01, ...") {
  constexpr uint64_t kExpected[64] = {
      0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
      0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
      0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
      0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
      0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794, 0x4bc1b3f0968dd39c, 0xbb6dc91da77961bd,
      0xbed65cf21aa2ee98, 0xd0f2cbb02e3b67c7, 0x93536795e3a33e88, 0xa80c038ccd5ccec8,
      0xb8ad50c6f649af94, 0xbce192de8a85b8ea, 0x17d835b85bbb15f3, 0x2f2e6163076bcfad,
      0xde4daaaca71dc9a5, 0xa6a2506687956571, 0xad87a3535c49ef28, 0x32d892fad841c342,
      0x7127512f72f27cce, 0xa7f32346f95978e3, 0x12e0b01abb051238, 0x15e034d40fa197ae,
      0x314dffbe0815a3b4, 0x027990f029623981, 0xcadcd4e59ef40c4d, 0x9abfd8766a33735c,
      0x0e3ea96b5304a7d0, 0xad0c42d6fc585992, 0x187306c89bc215a9, 0xd4a60abcf3792b95,
      0xf935451de4f21df2, 0xa9538f0419755787, 0xdb9acddff56ca510, 0xd06c98cd5c0975eb,
      0xe612a3cb9ecba951, 0xc766e62cfcadaf96, 0xee64435a9752fe72, 0xa192d576b245165a,
      0x0a8787bf8ecb74b2, 0x81b3e73d20b49b6f, 0x7fa8220ba3b2ecea, 0x245731c13ca42499,
      0xb78dbfaf3a8d83bd, 0xea1ad565322a1a0b, 0x60e61c23a3795013, 0x6606d7e446282b93,
      0x6ca4ecb15c5f91e1, 0x9f626da15c9625f3, 0xe51b38608ef25f57, 0x958a324ceb064572};
  SipHashKey key;
  for (size_t i = 0; i < key.size(); ++i) key[i] = static_cast<uint8_t>(i);
  std::string message;
  for (const uint64_t expected : kExpected) {
    CHECK(SipHash24(key, message) == expected);
    message.push_back(static_cast<char>(message.size()));
  }
}

TEST_CASE("SipHash-2-4: the key matters, and so do bytes above 0x7F and NUL") {
  const SipHashKey zero = {};
  SipHashKey one = {};
  one[15] = 1;
  CHECK(SipHash24(zero, "alice") != SipHash24(one, "alice"));
  CHECK(SipHash24(zero, "\xFF") != SipHash24(zero, "\x7F"));
  CHECK(SipHash24(zero, std::string_view("\0", 1)) != SipHash24(zero, ""));
}

}  // namespace
}  // namespace ringfence
