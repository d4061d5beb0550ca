// Books at rest: how tokens spread, what a probe finds; and packed lists of identifiers.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "contacts/book.h"
#include "contacts/identifier_list.h"
#include "contacts/seal.h"
#include "unit/allocations.h"
#include "unit/contacts_support.h"
#include "unit/death.h"

namespace ringfence {
namespace {

constexpr int64_t kCallee = 42;
constexpr int64_t kGeneration = 9;

struct TestBook {
  std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const RowKey& key = keyring->newest_row_key();
  int bits;
  std::vector<std::string> chunks;
  std::vector<uint8_t> scratch = std::vector<uint8_t>(kMaxChunkTokens * sizeof(Token), 0xAA);

  explicit TestBook(const std::vector<Token>& tokens)
      : bits(BucketBits(tokens.size())),
        chunks(SealBook(key, kCallee, kGeneration, bits, tokens)) {}

  bool Probe(const Token& token) {
    const uint32_t bucket = BucketOf(key, kCallee, token, bits);
    bool opened = false;
    const bool hit = ProbeChunk(key, kCallee, kGeneration, bucket, BytesOf(chunks[bucket]), token,
                                scratch, &opened);
    REQUIRE(opened);
    return hit;
  }
};

// Chosen by somebody who wants them all in one place: equal but for the last four bytes.
std::vector<Token> EqualPrefixes(size_t count) {
  std::vector<Token> tokens(count);
  for (size_t i = 0; i < count; ++i) {
    tokens[i].fill(0x11);
    for (size_t b = 0; b < 4; ++b) tokens[i][12 + b] = static_cast<uint8_t>(i >> (8 * b));
  }
  return tokens;
}

TEST_CASE("bits: the smallest number that keeps chunks small on average") {
  CHECK(BucketBits(0) == 0);
  CHECK(BucketBits(kMeanChunkTokens) == 0);
  CHECK(BucketBits(kMeanChunkTokens + 1) == 1);
  CHECK(BucketBits(2 * kMeanChunkTokens + 1) == 1);
  CHECK(BucketBits(2 * kMeanChunkTokens + 2) == 2);
  CHECK(BucketBits(500) == 4 + (500 / 16 > kMeanChunkTokens ? 1 : 0));
  CHECK(BucketBits(10000) == 9);
  for (size_t entries = 0; entries <= kMaxBookEntries; ++entries) {
    const int bits = BucketBits(entries);
    REQUIRE(bits <= kMaxBucketBits);
    REQUIRE((entries >> bits) <= kMeanChunkTokens);
    if (bits > 0) REQUIRE((entries >> (bits - 1)) > kMeanChunkTokens);
  }
}

TEST_CASE("tokens spread evenly whatever they look like") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const std::vector<Token> tokens = EqualPrefixes(10000);
  const int bits = BucketBits(tokens.size());
  const size_t buckets = size_t{1} << bits;
  for (int64_t callee = 1; callee <= 8; ++callee) {
    std::vector<double> counts(buckets);
    for (const Token& token : tokens) {
      ++counts[BucketOf(keyring->newest_row_key(), callee, token, bits)];
    }
    const double mean = 10000.0 / static_cast<double>(buckets);
    double chi_square = 0;
    for (const double count : counts) chi_square += (count - mean) * (count - mean) / mean;
    // 511 degrees of freedom: mean 511, standard deviation 32. Nothing here is random.
    CAPTURE(chi_square);
    CHECK(chi_square > 511 - 4 * 32);
    CHECK(chi_square < 511 + 4 * 32);
    CHECK(*std::max_element(counts.begin(), counts.end()) < 60);
  }
}

TEST_CASE("buckets depend on key and callee") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  int same_callee = 0, same_key = 0;
  for (const Token& token : EqualPrefixes(4096)) {
    const uint32_t bucket = BucketOf(*keyring->FindRowKey(1), 1, token, 12);
    same_callee += bucket == BucketOf(*keyring->FindRowKey(3), 1, token, 12) ? 1 : 0;
    same_key += bucket == BucketOf(*keyring->FindRowKey(1), 2, token, 12) ? 1 : 0;
  }
  CHECK(same_callee < 10);  // one expected
  CHECK(same_key < 10);
}

TEST_CASE("a probe of every member hits, of others misses") {
  std::mt19937_64 random(7);
  for (const size_t size : std::initializer_list<size_t>{0, 1, 2, 31, 32, 33, 100, 500, 10000}) {
    const std::vector<Token> tokens =
        size == 10000 ? EqualPrefixes(size) : RandomTokens(random, size);
    TestBook book(tokens);
    CHECK(book.chunks.size() == size_t{1} << book.bits);
    size_t hits = 0, misses = 0;
    for (const Token& token : tokens) hits += book.Probe(token) ? 1 : 0;
    CHECK(hits == size);
    for (const Token& token : RandomTokens(random, 1000)) misses += book.Probe(token) ? 0 : 1;
    CHECK(misses == 1000);
    // Nearly members, one bit off anywhere, looked for in the chunk of the member itself.
    for (size_t bit = 0; bit < 128 && size > 0; ++bit) {
      Token token = tokens[bit % size];
      const uint32_t bucket = BucketOf(book.key, kCallee, token, book.bits);
      token[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
      if (std::find(tokens.begin(), tokens.end(), token) != tokens.end()) continue;
      bool opened = false;
      CHECK_FALSE(ProbeChunk(book.key, kCallee, kGeneration, bucket, BytesOf(book.chunks[bucket]),
                             token, book.scratch, &opened));
      CHECK(opened);
    }
  }
}

TEST_CASE("opening every chunk gives the book") {
  std::mt19937_64 random(8);
  const std::vector<Token> tokens = RandomTokens(random, 3000);
  const TestBook book(tokens);
  std::vector<Token> found;
  for (uint32_t bucket = 0; bucket < book.chunks.size(); ++bucket) {
    REQUIRE(
        OpenChunk(book.key, kCallee, kGeneration, bucket, BytesOf(book.chunks[bucket]), &found));
  }
  CHECK(std::set<Token>(found.begin(), found.end()) ==
        std::set<Token>(tokens.begin(), tokens.end()));
  CHECK(found.size() == tokens.size());
}

TEST_CASE("chunks of another place, damaged or of impossible size do not open") {
  std::mt19937_64 random(9);
  const std::vector<Token> tokens = RandomTokens(random, 200);
  TestBook book(tokens);
  const Token token = tokens[0];
  const uint32_t bucket = BucketOf(book.key, kCallee, token, book.bits);
  const std::string& chunk = book.chunks[bucket];
  const auto opens = [&](const RowKey& key, int64_t callee, int64_t generation, uint32_t place,
                         std::string_view sealed, size_t scratch) {
    bool opened = true;
    const bool hit = ProbeChunk(key, callee, generation, place, BytesOf(sealed), token,
                                std::span<uint8_t>(book.scratch).first(scratch), &opened);
    std::vector<Token> found = {Token{}};
    // The list takes any chunk, however small the probe's scratch.
    const bool listed = OpenChunk(key, callee, generation, place, BytesOf(sealed), &found);
    if (scratch == book.scratch.size()) CHECK(listed == opened);
    CHECK((found.size() > 1) == listed);
    CHECK(hit == opened);
    return opened;
  };
  const size_t enough = book.scratch.size();
  CHECK(opens(book.key, kCallee, kGeneration, bucket, chunk, enough));
  CHECK(opens(book.key, kCallee, kGeneration, bucket, chunk, chunk.size() - kSealBytes));
  CHECK_FALSE(opens(book.key, kCallee, kGeneration, bucket, chunk, chunk.size() - kSealBytes - 1));
  CHECK_FALSE(opens(*book.keyring->FindRowKey(1), kCallee, kGeneration, bucket, chunk, enough));
  CHECK_FALSE(opens(book.key, kCallee + 1, kGeneration, bucket, chunk, enough));
  CHECK_FALSE(opens(book.key, kCallee, kGeneration + 1, bucket, chunk, enough));
  CHECK_FALSE(opens(book.key, kCallee, kGeneration, bucket ^ 1, chunk, enough));
  CHECK_FALSE(opens(book.key, kCallee, kGeneration, bucket, chunk + std::string(16, 'x'), enough));
  for (size_t size = 0; size < chunk.size(); ++size) {
    CHECK_FALSE(opens(book.key, kCallee, kGeneration, bucket,
                      std::string_view(chunk).substr(0, size), enough));
  }
}

TEST_CASE("all chunks of a book have one size, whatever is in them") {
  std::mt19937_64 random(9);
  for (const size_t count : std::initializer_list<size_t>{0, 1, 24, 25, 100, 500, 5000}) {
    const TestBook book(RandomTokens(random, count));
    for (const std::string& chunk : book.chunks) {
      CHECK(chunk.size() == book.chunks[0].size());
      CHECK((chunk.size() - kSealBytes) % (8 * sizeof(Token)) == 0);
      CHECK(chunk.size() > kSealBytes);
    }
  }
}

TEST_CASE("a chunk larger than any book has is refused before it is opened") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const std::vector<uint8_t> plain((kMaxChunkTokens + 1) * sizeof(Token));
  const std::string sealed =
      Seal(keyring->newest_row_key(), {SealedThing::kChunk, kCallee, kGeneration, 0}, plain);
  std::vector<Token> found;
  CHECK_FALSE(
      OpenChunk(keyring->newest_row_key(), kCallee, kGeneration, 0, BytesOf(sealed), &found));
  CHECK(found.empty());
  const std::vector<Token> equal(kMaxChunkTokens + 1);
  CHECK(AbortText([&] {
          SealBook(keyring->newest_row_key(), 1, 1, 3, equal);
        }).find("kMaxChunkTokens") != std::string::npos);
}

TEST_CASE("a probe allocates nothing and leaves no token in its scratch") {
  std::mt19937_64 random(10);
  const std::vector<Token> tokens = RandomTokens(random, 100);
  TestBook book(tokens);
  for (const Token& token : {tokens[5], RandomTokens(random, 1)[0]}) {
    const uint64_t before = Allocations();
    const bool hit = book.Probe(token);
    CHECK(Allocations() == before);
    CHECK(hit == (token == tokens[5]));
    const size_t used =
        book.chunks[BucketOf(book.key, kCallee, token, book.bits)].size() - kSealBytes;
    CHECK(std::all_of(book.scratch.begin(),
                      book.scratch.begin() + static_cast<std::ptrdiff_t>(used),
                      [](uint8_t byte) { return byte == 0; }));
  }
}

// --- Lists of identifiers

// Newest epoch first, as Unpack gives them; some identifiers lack one or all.
IdentifierList FullList() {
  IdentifierList list;
  list.size = kMaxIdentifiers;
  for (size_t i = 0; i < list.size; ++i) {
    ListedIdentifier& item = list.items[i];
    const auto n = static_cast<int64_t>(i);
    item.kind = static_cast<uint8_t>(1 + i % 3);
    item.suppressed = i % 2 == 1;
    item.verified_at_s = 1'700'000'000 + n;
    item.expires_at_s = 1'800'000'000 + n;
    item.moved_at_s = i == 4 ? 0xFFFFFFFF : 0;
    for (size_t t = 0; t < kMaxEpochTokens; ++t) {
      if ((i >> t & 1) != 0) continue;
      item.tokens[t].epoch = (int64_t{1} << 40) - 5 * static_cast<int64_t>(t);
      item.tokens[t].token.fill(static_cast<uint8_t>(16 * i + t + 1));
    }
  }
  return list;
}

bool Equal(const IdentifierList& one, const IdentifierList& other) {
  if (one.size != other.size) return false;
  for (size_t i = 0; i < one.size; ++i) {
    const ListedIdentifier &a = one.items[i], &b = other.items[i];
    if (a.kind != b.kind || a.suppressed != b.suppressed || a.verified_at_s != b.verified_at_s ||
        a.expires_at_s != b.expires_at_s || a.moved_at_s != b.moved_at_s) {
      return false;
    }
    for (size_t t = 0; t < kMaxEpochTokens; ++t) {
      if (a.tokens[t].epoch != b.tokens[t].epoch || a.tokens[t].token != b.tokens[t].token) {
        return false;
      }
    }
  }
  return true;
}

TEST_CASE("packed lists: there and back, of every length") {
  for (size_t size = 0; size <= kMaxIdentifiers; ++size) {
    IdentifierList list = FullList(), back;
    list.size = size;
    std::vector<uint8_t> packed(kPackedListBytes, 0xAA);
    Pack(list, std::span<uint8_t, kPackedListBytes>(packed));
    REQUIRE(Unpack(std::span<const uint8_t, kPackedListBytes>(packed), &back));
    CHECK(Equal(list, back));
  }
}

TEST_CASE("packed lists: of more than three epochs the oldest are dropped") {
  IdentifierList list, back;
  list.size = 2;
  for (size_t i = 0; i < list.size; ++i) {
    list.items[i].kind = 1;
    for (size_t t = 0; t < kMaxEpochTokens; ++t) {
      const auto epoch = static_cast<int64_t>(1 + 2 * t + i);  // 1 3 5 and 2 4 6
      list.items[i].tokens[t].epoch = epoch;
      list.items[i].tokens[t].token.fill(static_cast<uint8_t>(epoch));
    }
  }
  std::vector<uint8_t> packed(kPackedListBytes);
  Pack(list, std::span<uint8_t, kPackedListBytes>(packed));
  REQUIRE(Unpack(std::span<const uint8_t, kPackedListBytes>(packed), &back));
  for (int64_t epoch = 1; epoch <= 6; ++epoch) {
    const Token* const token = back.items[epoch % 2 == 1 ? 0 : 1].TokenOfEpoch(epoch);
    CHECK((token != nullptr) == (epoch >= 4));
    if (token != nullptr) CHECK((*token)[15] == epoch);
  }
}

TEST_CASE("packed lists: what Unpack accepts, Pack makes") {
  std::vector<uint8_t> packed(kPackedListBytes);
  Pack(FullList(), std::span<uint8_t, kPackedListBytes>(packed));
  size_t refused = 0;
  for (size_t i = 0; i < packed.size(); ++i) {
    for (const uint8_t value : {uint8_t{0}, uint8_t{1}, uint8_t{4}, uint8_t{0x80}, uint8_t{0xFF}}) {
      std::vector<uint8_t> changed = packed, again(kPackedListBytes);
      changed[i] = value;
      IdentifierList list;
      if (!Unpack(std::span<const uint8_t, kPackedListBytes>(changed), &list)) {
        ++refused;
        continue;
      }
      Pack(list, std::span<uint8_t, kPackedListBytes>(again));
      CHECK(again == changed);
    }
  }
  CHECK(refused > 0);
  IdentifierList shorter = FullList(), list;
  shorter.size = 3;
  Pack(shorter, std::span<uint8_t, kPackedListBytes>(packed));
  // An identifier more, behind a free place.
  packed[packed.size() - kPackedIdentifierBytes] = 1;
  CHECK_FALSE(Unpack(std::span<const uint8_t, kPackedListBytes>(packed), &list));
}

TEST_CASE("tokens by epoch") {
  const IdentifierList list = FullList();
  const int64_t newest = int64_t{1} << 40;
  CHECK(list.items[0].TokenOfEpoch(newest) == &list.items[0].tokens[0].token);
  CHECK(list.items[1].TokenOfEpoch(newest) == nullptr);
  CHECK(list.items[1].TokenOfEpoch(newest - 5) == &list.items[1].tokens[1].token);
  CHECK(list.items[3].TokenOfEpoch(newest - 10) == &list.items[3].tokens[2].token);
  for (const int64_t epoch : {int64_t{0}, int64_t{-1}, int64_t{1}, newest + 1}) {
    for (const ListedIdentifier& item : list.items) CHECK(item.TokenOfEpoch(epoch) == nullptr);
  }
}

}  // namespace
}  // namespace ringfence
