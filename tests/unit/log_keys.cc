// Epoch keys, pseudonyms, facts keys and their root: what Python's hmac and hashlib make of the
// same keys; and the text of exported facts keys.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "log/keys.h"
#include "unit/death.h"
#include "unit/log_keys_support.h"

namespace ringfence {
namespace {

constexpr uint32_t kEpoch = 691;
constexpr uint32_t kDay = kEpoch * kDaysPerEpoch + 4;

PartySecret Known() {
  PartySecret party;
  party.kind = PartySecret::Kind::kKnown;
  party.seed = Counting(0x80);
  return party;
}

PartySecret Unknown(std::string_view id) {
  PartySecret party;
  party.kind = PartySecret::Kind::kUnknown;
  party.id = id;
  return party;
}

EpochNames Names() { return EpochNames(KnownLogKeys().EpochKey(kEpoch).value(), kEpoch); }

TEST_CASE("days and epochs of a time") {
  CHECK(DayOf(0) == 0);
  CHECK(DayOf(kNsPerDay - 1) == 0);
  CHECK(DayOf(kNsPerDay) == 1);
  CHECK(EpochOf(30 * kNsPerDay - 1) == 0);
  CHECK(EpochOf(30 * kNsPerDay) == 1);
  CHECK(kLastEpoch == 7116);
}

TEST_CASE("epoch keys follow from the first, and only forward") {
  const LogKeys keys = KnownLogKeys();
  CHECK(ToHex(keys.EpochKey(690).value()) ==
        "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f");
  CHECK(ToHex(keys.EpochKey(691).value()) ==
        "fec00b79d6ce13722eeec9b76f93d915f7caedd6d452daec46a9cb4a9425c075");
  CHECK(ToHex(keys.EpochKey(692).value()) ==
        "0b969b96a9115a8f57988d2397a5a9372e6873ff06cb0f47fd3507208f0d7a94");
  CHECK(ToHex(keys.EpochKey(693).value()) ==
        "4096c62fb283af70b8e76f890833b22ff1a3acbc34a4d4c8275aff6fde559413");
  const Status gone = keys.EpochKey(689).status();
  CHECK(gone.code() == StatusCode::kNotFound);
  CHECK(gone.message() == "the key of epoch 689 was destroyed: the key file begins with epoch 690");
  CHECK(keys.EpochKey(kLastEpoch).ok());
  CHECK(keys.EpochKey(kLastEpoch + 1).status().code() == StatusCode::kInvalidArgument);
  CHECK(keys.EpochKey(UINT32_MAX).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("pseudonyms are derived as an independent implementation derives them") {
  const EpochNames names = Names();
  CHECK(ToHex(names.Callee(Known())) == "e15ef30ce56877a038cd3d62a4bf0077");
  CHECK(ToHex(names.Callee(Unknown("someone@example.com"))) == "1775575b72d7397103c1de5e8c38697f");
  CHECK(ToHex(names.Callee(Unknown(""))) == "279f143680bcb2c2fe7ae36b59599994");
  CHECK(ToHex(names.Caller(Known(), kDay)) == "4a3dd21a38d7b7474f87e9a89a6199f6");
  CHECK(ToHex(names.Caller(Unknown("someone@example.com"), kDay)) ==
        "535d31b9be7ed711869cb75ee571170f");
  CHECK(ToHex(names.Caller(Known(), kDay + 1)) == "76a7859c5f2e691ac8de6844b4b9b4ff");
  CHECK(ToHex(names.Caller(Known(), kDay)) == "4a3dd21a38d7b7474f87e9a89a6199f6");
  CHECK(ToHex(names.Caller(Known(), kEpoch * kDaysPerEpoch)) == "36d320118e55757c77b4ad89b60b88be");
  const EpochNames first(Counting(0x40), 0);
  CHECK(ToHex(first.Caller(Known(), 0)) == "67b30256c4718180a514e214ff19aac6");
}

TEST_CASE("nobody is zero; the party's memory of its other kind does not matter") {
  const EpochNames names = Names();
  CHECK(names.Caller(PartySecret{}, kDay) == Pseudonym{});
  CHECK(names.Callee(PartySecret{}) == Pseudonym{});
  PartySecret mixed = Known();
  mixed.id = "someone@example.com";
  CHECK(names.Callee(mixed) == names.Callee(Known()));
  mixed.kind = PartySecret::Kind::kUnknown;
  CHECK(names.Callee(mixed) == names.Callee(Unknown("someone@example.com")));
}

TEST_CASE("an id that has the bytes of a seed is somebody else") {
  const EpochNames names = Names();
  const Hash seed = Counting(0x80);
  const std::string_view as_id(reinterpret_cast<const char*>(seed.data()), seed.size());
  CHECK(names.Callee(Unknown(as_id)) != names.Callee(Known()));
  CHECK(names.Caller(Unknown(as_id), kDay) != names.Caller(Known(), kDay));
}

TEST_CASE("facts keys: of a known callee its own, of others the epoch's") {
  const EpochNames names = Names();
  const std::string epoch = "d1c82cb069f0ac8eb0030dbc0d5949be2762b48756ebc9f6f1c0a78c316f2551";
  CHECK(ToHex(names.FactsKey(Known())) ==
        "f651517ec01da8a26f553c617f88519bd0c989c965ff1b1cd6f80de8b08e6725");
  CHECK(ToHex(names.FactsKey(Unknown("someone@example.com"))) == epoch);
  CHECK(ToHex(names.FactsKey(Unknown(""))) == epoch);
  CHECK(ToHex(names.FactsKey(PartySecret{})) == epoch);
}

TEST_CASE("epochs have nothing in common") {
  const LogKeys keys = KnownLogKeys();
  const EpochNames one(keys.EpochKey(691).value(), 691);
  const EpochNames two(keys.EpochKey(692).value(), 692);
  CHECK(one.epoch() == 691);
  CHECK(one.Callee(Known()) != two.Callee(Known()));
  CHECK(one.FactsKey(Known()) != two.FactsKey(Known()));
  CHECK(one.Caller(Known(), 691 * 30) != two.Caller(Known(), 692 * 30));
  CHECK(one.Callee(Known()) != one.Caller(Known(), 691 * 30));
}

// --- Exported facts keys

constexpr std::string_view kFactsText =
    "ringfence facts keys 1\n"
    "log a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\n"
    "epoch 5\n"
    "00000000000000000000000000000000 "
    "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20\n"
    "101112131415161718191a1b1c1d1e1f "
    "02030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021\n"
    "ffffffffffffffffffffffffffffffff "
    "030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122\n"
    "epoch 6\n"
    "00000000000000000000000000000001 "
    "0405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223\n"
    "sum 49dac3b7b77f136950a172eaebd95a6a\n";

FactsKey Key(uint32_t epoch, Pseudonym callee, uint8_t first) {
  return {epoch, callee, Counting(first)};
}

std::vector<FactsKey> KnownFactsKeys() {
  Pseudonym counting, last, one{};
  std::copy_n(Counting(0x10).begin(), counting.size(), counting.begin());
  last.fill(0xff);
  one.back() = 1;
  return {Key(5, {}, 1), Key(5, counting, 2), Key(5, last, 3), Key(6, one, 4)};
}

TEST_CASE("facts keys: what is written is what is read") {
  const std::array<uint8_t, 16> identity = KnownLogKeys().identity;
  const std::vector<FactsKey> keys = KnownFactsKeys();
  CHECK(FormatFactsKeys(identity, keys) == kFactsText);
  const Result<FactsKeyFile> file = ParseFactsKeys(kFactsText);
  REQUIRE_MESSAGE(file.ok(), file.status().message());
  CHECK(file->identity == identity);
  REQUIRE(file->keys.size() == keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    CHECK(file->keys[i].epoch == keys[i].epoch);
    CHECK(file->keys[i].callee == keys[i].callee);
    CHECK(file->keys[i].key == keys[i].key);
  }
  const std::string none = FormatFactsKeys(identity, {});
  CHECK(ParseFactsKeys(none).value().keys.empty());
}

TEST_CASE("facts keys: disorder is a defect of who writes them") {
  std::vector<FactsKey> keys = KnownFactsKeys();
  std::swap(keys[0], keys[1]);
  CHECK(AbortText([&] { FormatFactsKeys({}, keys); }).find("CHECK failed") != std::string::npos);
  keys = KnownFactsKeys();
  std::swap(keys[2], keys[3]);
  CHECK(AbortText([&] { FormatFactsKeys({}, keys); }).find("CHECK failed") != std::string::npos);
}

TEST_CASE("facts keys: every length but the whole, every bit flipped is refused") {
  for (size_t size = 0; size < kFactsText.size(); ++size) {
    CHECK(ParseFactsKeys(kFactsText.substr(0, size)).status().code() == StatusCode::kParse);
  }
  for (size_t bit = 0; bit < 8 * kFactsText.size(); ++bit) {
    std::string text(kFactsText);
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    CHECK(ParseFactsKeys(text).status().code() == StatusCode::kParse);
  }
}

TEST_CASE("facts keys: other forms are refused, with line and expectation") {
  const std::string title = "ringfence facts keys 1\n", log = "log " + std::string(32, 'a') + "\n";
  const std::string epoch = "epoch 5\n";
  const std::string first = std::string(32, '0') + " " + std::string(64, 'b') + "\n";
  const std::string second = std::string(32, '1') + " " + std::string(64, 'c') + "\n";
  const std::string number = "a number from 0 to 7116, above the epoch before";
  const std::string begin =
      "expected a pseudonym of 32 lower-case hexadecimal digits, a space and "
      "a key of 64 digits";
  const std::string more =
      "expected a pseudonym of 32 lower-case hexadecimal digits, above that of "
      "the line before, a space and a key of 64 digits, or 'epoch ', or 'sum '";
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"", "line 1: expected 'ringfence facts keys 1'"},
      {"ringfence log keys 1\n", "line 1: expected 'ringfence facts keys 1'"},
      {title + "log a\n", "line 2: expected 'log ' and 32 lower-case hexadecimal digits"},
      {title + log, "line 3: expected 'epoch ' or 'sum '"},
      {title + log + first, "line 3: expected 'epoch ' or 'sum '"},
      {title + log + "epoch\n", "line 3: expected 'epoch ' or 'sum '"},
      {title + log + "epoch \n", "line 3: expected 'epoch ' and " + number},
      {title + log + "epoch 05\n", "line 3: expected 'epoch ' and " + number},
      {title + log + "epoch +5\n", "line 3: expected 'epoch ' and " + number},
      {title + log + "epoch 5 \n", "line 3: expected 'epoch ' and " + number},
      {title + log + "epoch 7117\n", "line 3: expected 'epoch ' and " + number},
      {title + log + "epoch 99999999999\n", "line 3: expected 'epoch ' and " + number},
      {title + log + epoch, "line 4: " + begin},
      {title + log + epoch + "epoch 6\n", "line 4: " + begin},
      {title + log + epoch + "sum 0\n", "line 4: " + begin},
      {title + log + epoch + first + first, "line 5: " + more},
      {title + log + epoch + second + first, "line 5: " + more},
      {title + log + epoch + first + "\n", "line 5: " + more},
      {title + log + epoch + first + second.substr(1), "line 5: " + more},
      {title + log + epoch + first + epoch, "line 5: expected 'epoch ' and " + number},
      {title + log + epoch + first + "epoch 4\n", "line 5: expected 'epoch ' and " + number},
      {title + log + epoch + first + "sum 0\n",
       "line 5: expected 'sum ' and 32 lower-case hexadecimal digits"},
      {title + log + epoch + first + "sum " + std::string(32, '0') + "\n",
       "line 5: the sum does not fit the lines above: the file is damaged"},
      {std::string(kFactsText) + "\n", "line 9: the sum must be the last line"},
      {std::string(kFactsText) + std::string(kFactsText), "line 9: the sum must be the last line"},
  };
  for (const auto& [text, message] : cases) {
    const Status status = ParseFactsKeys(text).status();
    CHECK(status.code() == StatusCode::kParse);
    CHECK(status.message() == "facts keys " + message);
  }
}

TEST_CASE("the root over facts keys is that of RFC 6962") {
  TreeHasher hasher;
  const std::vector<FactsKey> keys = KnownFactsKeys();
  CHECK(ToHex(FactsKeysRoot(&hasher, {})) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(ToHex(FactsKeysRoot(&hasher, std::span(keys).first(1))) ==
        "e952045c2a5d7b767dc992fd5e874aa41cc34262b3c467318c22d61ece8eedef");
  CHECK(ToHex(FactsKeysRoot(&hasher, std::span(keys).first(3))) ==
        "c7671010f98ffb1adce303fa3827696bf586add6369f3783ffc5dff15599b94c");
  std::vector<FactsKey> many(300);
  for (size_t i = 0; i < many.size(); ++i) {
    many[i].callee[14] = static_cast<uint8_t>(i >> 8);
    many[i].callee[15] = static_cast<uint8_t>(i);
    many[i].key.fill(static_cast<uint8_t>(i));
  }
  CHECK(ToHex(FactsKeysRoot(&hasher, many)) ==
        "eabccf3388f83728e96a0766ca423abd7adae5fc15947cf21cf3649f24be50ac");
  CHECK(AbortText([&] { FactsKeysRoot(&hasher, keys); }).find("CHECK failed") !=
        std::string::npos);  // of two epochs
}

}  // namespace
}  // namespace ringfence
