// Sealed rows: what opens, what does not, and what equal tokens look like.
#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "contacts/book.h"
#include "contacts/seal.h"
#include "unit/allocations.h"
#include "unit/contacts_support.h"

namespace ringfence {
namespace {

constexpr SealedPlace kPlace = {SealedThing::kChunk, 7, 3, 5};

bool Opens(const RowKey& key, const SealedPlace& place, std::string_view sealed,
           std::vector<uint8_t>* plain) {
  return Unseal(key, place, BytesOf(sealed), *plain);
}

TEST_CASE("what was sealed opens, of every size") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const RowKey& key = keyring->newest_row_key();
  for (const size_t size : std::initializer_list<size_t>{0, 1, 15, 16, 17, 64, 784, 4096, 16000}) {
    std::vector<uint8_t> plain(size);
    for (size_t i = 0; i < size; ++i) plain[i] = static_cast<uint8_t>(i * 7);
    const std::string sealed = Seal(key, kPlace, plain);
    CHECK(sealed.size() == size + kSealBytes);
    std::vector<uint8_t> opened(size);
    CHECK(Opens(key, kPlace, sealed, &opened));
    CHECK(opened == plain);
  }
}

TEST_CASE("every byte of a sealed row counts, and what does not open is erased") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const RowKey& key = keyring->newest_row_key();
  const std::vector<uint8_t> plain(32, 0x55);
  const std::string sealed = Seal(key, kPlace, plain);
  for (size_t i = 0; i < sealed.size(); ++i) {
    for (const int bit : {1, 128}) {
      std::string changed = sealed;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      std::vector<uint8_t> opened(32, 0xAA);
      CHECK_FALSE(Opens(key, kPlace, changed, &opened));
      CHECK(opened == std::vector<uint8_t>(32));
    }
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    std::vector<uint8_t> opened(32, 0xAA);
    CHECK_FALSE(Opens(key, kPlace, sealed.substr(0, size), &opened));
    CHECK(opened == std::vector<uint8_t>(32));
    // Nor where the caller expects what is left.
    opened.resize(size < kSealBytes ? 0 : size - kSealBytes);
    CHECK_FALSE(Opens(key, kPlace, sealed.substr(0, size), &opened));
  }
  std::vector<uint8_t> opened(33, 0xAA);
  CHECK_FALSE(Opens(key, kPlace, sealed, &opened));
  CHECK_FALSE(Opens(key, kPlace, sealed + '\0', &opened));
}

TEST_CASE("a row opens in its place only, with its key only") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const RowKey& key = *keyring->FindRowKey(1);
  const std::vector<uint8_t> plain(32, 0x55);
  const std::string sealed = Seal(key, kPlace, plain);
  std::vector<uint8_t> opened(32);
  REQUIRE(Opens(key, kPlace, sealed, &opened));
  for (const SealedPlace& place :
       {SealedPlace{SealedThing::kIdentifiers, 7, 3, 5}, SealedPlace{SealedThing::kPart, 7, 3, 5},
        SealedPlace{SealedThing::kChunk, 8, 3, 5}, SealedPlace{SealedThing::kChunk, 7, 4, 5},
        SealedPlace{SealedThing::kChunk, 7, 3, 6}, SealedPlace{SealedThing::kChunk, 7, 5, 3},
        SealedPlace{SealedThing::kChunk, 7 + (int64_t{1} << 32), 3, 5},
        SealedPlace{SealedThing::kChunk, -7, 3, 5}}) {
    CHECK_FALSE(Opens(key, place, sealed, &opened));
  }
  CHECK_FALSE(Opens(*keyring->FindRowKey(3), kPlace, sealed, &opened));
  // The number belongs to the key: the same bytes under another number are another key.
  RowKey renumbered = key;
  renumbered.number = 2;
  CHECK_FALSE(Opens(renumbered, kPlace, sealed, &opened));
}

TEST_CASE("sealing the same twice gives other bytes") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const std::vector<uint8_t> plain(64, 1);
  std::set<std::string> nonces, all;
  for (int i = 0; i < 200; ++i) {
    const std::string sealed = Seal(keyring->newest_row_key(), kPlace, plain);
    nonces.insert(sealed.substr(0, 24));
    all.insert(sealed.substr(24));
  }
  CHECK(nonces.size() == 200);
  CHECK(all.size() == 200);
}

TEST_CASE("opening allocates nothing") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const std::vector<uint8_t> plain(512, 1);
  const std::string sealed = Seal(keyring->newest_row_key(), kPlace, plain);
  std::vector<uint8_t> opened(512);
  const uint64_t before = Allocations();
  const bool ok = Opens(keyring->newest_row_key(), kPlace, sealed, &opened);
  CHECK(Allocations() == before);
  CHECK(ok);
}

TEST_CASE("equal tokens in two books: no equal bytes anywhere") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  std::mt19937_64 random(20231026);
  const std::vector<Token> tokens = RandomTokens(random, 1000);
  std::set<std::string> pieces;
  size_t count = 0;
  for (const int64_t callee : {1, 2}) {
    for (const int64_t generation : {1, 2}) {
      for (const std::string& sealed :
           SealBook(keyring->newest_row_key(), callee, generation, BucketBits(1000), tokens)) {
        // Eight equal bytes somewhere would happen by chance once in 10^11 runs.
        for (size_t at = 0; at + 8 <= sealed.size(); ++at, ++count) {
          pieces.insert(sealed.substr(at, 8));
        }
      }
    }
  }
  CHECK(pieces.size() == count);
  for (const Token& token : tokens) {
    CHECK(pieces.count(std::string(token.begin(), token.begin() + 8)) == 0);
  }
}

}  // namespace
}  // namespace ringfence
