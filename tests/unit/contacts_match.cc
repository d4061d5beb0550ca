// The fact callee.contact(caller) in every situation, and what it costs.
#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "contacts/book.h"
#include "contacts/match.h"
#include "contacts/seal.h"
#include "unit/allocations.h"
#include "unit/contacts_support.h"

namespace ringfence {
namespace {

constexpr int64_t kCallee = 5;
constexpr int64_t kCaller = 6;
constexpr int64_t kSynced = 1'000'000;
constexpr int64_t kNow = 1'500'000;
constexpr int64_t kLater = 2'000'000;

/// A book in memory, and a caller with identifiers. Tests spoil one thing and ask.
struct World : ChunkSource {
  std::shared_ptr<const Keyring> keyring = KnownKeyring();
  std::vector<Token> contacts;  ///< tokens of the book's epoch
  std::vector<std::string> chunks;
  BookHeader book;
  IdentifierList list;
  int64_t identifiers_row_key = 3;
  std::string sealed;
  int64_t now_s = kNow;
  ContactMatcher matcher;
  size_t reads = 0;
  size_t bytes_read = 0;
  bool unreadable = false;

  explicit World(size_t size = 500) {
    std::mt19937_64 random(size);
    contacts = RandomTokens(random, size);
    book.callee = kCallee;
    book.epoch = 2;
    book.generation = 4;
    book.bucket_bits = BucketBits(size);
    book.row_key = 3;
    book.synced_at_s = kSynced;
    book.expires_at_s = kLater;
    chunks = SealBook(*keyring->FindRowKey(3), kCallee, 4, book.bucket_bits, contacts);
  }

  std::span<const uint8_t> Chunk(int64_t callee, uint32_t bucket) noexcept override {
    ++reads;
    if (unreadable || callee != kCallee || bucket >= chunks.size()) return {};
    bytes_read += chunks[bucket].size();
    return BytesOf(chunks[bucket]);
  }

  Token Stranger(uint8_t n) const {
    Token token;
    token.fill(n);
    return token;
  }

  /// Tokens of epochs 1, 2 and 3; that of 2 is given.
  ListedIdentifier& Add(uint8_t kind, const Token& token) {
    ListedIdentifier& item = list.items[list.size++];
    item.kind = kind;
    item.verified_at_s = 1000;
    item.expires_at_s = kLater;
    item.tokens[0] = {3, Stranger(0xC3)};
    item.tokens[1] = {2, token};
    item.tokens[2] = {1, Stranger(0xC1)};
    return item;
  }

  void SealList() {
    std::vector<uint8_t> packed(kPackedListBytes);
    Pack(list, std::span<uint8_t, kPackedListBytes>(packed));
    sealed = Seal(*keyring->FindRowKey(identifiers_row_key),
                  {SealedThing::kIdentifiers, kCaller, 0, 0}, packed);
  }

  ContactMatch Ask() {
    if (sealed.empty() && list.size > 0) SealList();
    return matcher.Match(*keyring, book, kCaller, identifiers_row_key, BytesOf(sealed), now_s,
                         *this);
  }
};

struct Situation {
  const char* name;
  void (*make)(World& w);
  bool available;
  ContactFact fact;
  uint8_t kind;
  uint32_t chunks;
};

using F = ContactFact;

const Situation kSituations[] = {
    {"no identifiers", [](World&) {}, true, F::kNoMatch, 0, 0},
    {"an empty list", [](World& w) { w.SealList(); }, true, F::kNoMatch, 0, 0},
    {"hit", [](World& w) { w.Add(1, w.contacts[9]); }, true, F::kMatch, 1, 1},
    {"miss", [](World& w) { w.Add(1, w.Stranger(1)); }, true, F::kNoMatch, 0, 1},
    {"hit of the second",
     [](World& w) {
       w.Add(1, w.Stranger(1));
       w.Add(2, w.contacts[0]);
       w.Add(1, w.Stranger(2));
     },
     true, F::kMatch, 2, 3},
    {"moved before the sync", [](World& w) { w.Add(1, w.contacts[9]).moved_at_s = kSynced - 1; },
     true, F::kMatch, 1, 1},
    {"moved in the second of the sync",
     [](World& w) { w.Add(1, w.contacts[9]).moved_at_s = kSynced; }, true, F::kStale, 1, 1},
    {"moved after the sync", [](World& w) { w.Add(1, w.contacts[9]).moved_at_s = kSynced + 1; },
     true, F::kStale, 1, 1},
    {"one stale, one good",
     [](World& w) {
       w.Add(1, w.contacts[9]).moved_at_s = kSynced + 1;
       w.Add(2, w.contacts[8]);
     },
     true, F::kMatch, 2, 2},
    {"one good, one stale",
     [](World& w) {
       w.Add(2, w.contacts[8]);
       w.Add(1, w.contacts[9]).moved_at_s = kSynced + 1;
     },
     true, F::kMatch, 2, 2},
    {"moved, and no hit", [](World& w) { w.Add(1, w.Stranger(1)).moved_at_s = kNow; }, true,
     F::kNoMatch, 0, 1},
    {"last second of the book",
     [](World& w) {
       w.Add(1, w.contacts[9]).expires_at_s = kLater + 1;
       w.now_s = kLater - 1;
     },
     true, F::kMatch, 1, 1},
    {"expired book",
     [](World& w) {
       w.Add(1, w.contacts[9]).expires_at_s = kLater + 1;
       w.now_s = kLater;
     },
     true, F::kExpired, 0, 1},
    {"expired book, miss",
     [](World& w) {
       w.Add(1, w.Stranger(1));
       w.now_s = kLater;
     },
     true, F::kExpired, 0, 1},
    {"expired book, moved",
     [](World& w) {
       w.Add(1, w.contacts[9]).moved_at_s = kNow;
       w.now_s = kLater;
     },
     true, F::kExpired, 0, 1},
    {"expired book, no identifiers", [](World& w) { w.now_s = kLater; }, true, F::kExpired, 0, 0},
    {"retired epoch",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.book.epoch_retired = true;
     },
     true, F::kExpired, 0, 1},
    {"suppressed", [](World& w) { w.Add(1, w.contacts[9]).suppressed = true; }, true, F::kNoMatch,
     0, 1},
    {"suppressed and moved",
     [](World& w) {
       w.Add(1, w.contacts[9]).suppressed = true;
       w.list.items[0].moved_at_s = kNow;
     },
     true, F::kNoMatch, 0, 1},
    {"expired identifier", [](World& w) { w.Add(1, w.contacts[9]).expires_at_s = kNow; }, true,
     F::kNoMatch, 0, 1},
    {"identifier's last second", [](World& w) { w.Add(1, w.contacts[9]).expires_at_s = kNow + 1; },
     true, F::kMatch, 1, 1},
    {"no token of the epoch",
     [](World& w) {
       w.Add(1, w.contacts[9]).tokens[1] = {4, w.contacts[9]};
       w.Add(2, w.Stranger(2));
     },
     true, F::kNoMatch, 0, 1},
    {"a hit with the token of another epoch",
     [](World& w) { w.Add(1, w.Stranger(1)).tokens[0].token = w.contacts[9]; }, true, F::kNoMatch,
     0, 1},
    {"no row key of the book",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.book.row_key = 2;
     },
     false, F::kNoBook, 0, 0},
    {"no row key of the book, no identifiers", [](World& w) { w.book.row_key = 2; }, false,
     F::kNoBook, 0, 0},
    {"the book is under another row key",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.book.row_key = 1;
     },
     false, F::kNoBook, 0, 1},
    {"no row key of the identifiers",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.SealList();
       w.identifiers_row_key = 2;
     },
     false, F::kNoBook, 0, 0},
    {"identifiers under another row key than the book",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.identifiers_row_key = 1;
     },
     true, F::kMatch, 1, 1},
    {"identifiers of another account",
     [](World& w) {
       std::vector<uint8_t> packed(kPackedListBytes);
       w.Add(1, w.contacts[9]);
       Pack(w.list, std::span<uint8_t, kPackedListBytes>(packed));
       w.sealed =
           Seal(*w.keyring->FindRowKey(3), {SealedThing::kIdentifiers, kCaller + 1, 0, 0}, packed);
     },
     false, F::kNoBook, 0, 0},
    {"a damaged list",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.SealList();
       w.sealed[100] = static_cast<char>(w.sealed[100] ^ 1);
     },
     false, F::kNoBook, 0, 0},
    {"a list of nonsense, sealed well",
     [](World& w) {
       w.sealed = Seal(*w.keyring->FindRowKey(3), {SealedThing::kIdentifiers, kCaller, 0, 0},
                       std::vector<uint8_t>(kPackedListBytes, 0xFF));
     },
     false, F::kNoBook, 0, 0},
    {"a list of another size",
     [](World& w) {
       w.sealed = Seal(*w.keyring->FindRowKey(3), {SealedThing::kIdentifiers, kCaller, 0, 0},
                       std::vector<uint8_t>(kPackedListBytes - 1));
     },
     false, F::kNoBook, 0, 0},
    {"chunks cannot be read",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.unreadable = true;
     },
     false, F::kNoBook, 0, 1},
    {"a damaged chunk beside a hit",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.Add(1, w.Stranger(1));
       const uint32_t bad =
           BucketOf(*w.keyring->FindRowKey(3), kCallee, w.Stranger(1), w.book.bucket_bits);
       w.chunks[bad].back() = static_cast<char>(w.chunks[bad].back() ^ 1);
     },
     false, F::kNoBook, 0, 2},
    {"a hit beside a damaged chunk",
     [](World& w) {
       w.Add(1, w.Stranger(1));
       w.Add(1, w.contacts[9]);
       const uint32_t bad =
           BucketOf(*w.keyring->FindRowKey(3), kCallee, w.Stranger(1), w.book.bucket_bits);
       w.chunks[bad].back() = static_cast<char>(w.chunks[bad].back() ^ 1);
     },
     false, F::kNoBook, 0, 2},
    {"chunks of an older generation",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.book.generation = 5;
     },
     false, F::kNoBook, 0, 1},
    {"impossible bits",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.book.bucket_bits = 13;
     },
     false, F::kNoBook, 0, 0},
    {"negative bits",
     [](World& w) {
       w.Add(1, w.contacts[9]);
       w.book.bucket_bits = -1;
     },
     false, F::kNoBook, 0, 0},
};

TEST_CASE("every situation: fact, kind, chunks read, nothing allocated") {
  for (const Situation& situation : kSituations) {
    CAPTURE(situation.name);
    World world;
    situation.make(world);
    world.Ask();
    world.reads = 0;
    const uint64_t before = Allocations();
    const ContactMatch match = world.Ask();
    CHECK(Allocations() == before);
    CHECK(match.available == situation.available);
    CHECK(static_cast<int>(match.fact) == static_cast<int>(situation.fact));
    CHECK(int{match.kind} == int{situation.kind});
    CHECK(match.chunks == situation.chunks);
    CHECK(world.reads == situation.chunks);
  }
}

TEST_CASE("the work does not tell the answer") {
  // As many identifiers, whether they hit first, last, all or none, are expired, suppressed or
  // moved: as many chunks.
  for (size_t size = 1; size <= kMaxIdentifiers; ++size) {
    for (unsigned hits = 0; hits < (1U << size); ++hits) {
      World world;
      for (size_t i = 0; i < size; ++i) {
        const bool hit = (hits >> i & 1) != 0;
        ListedIdentifier& item =
            world.Add(1, hit ? world.contacts[i] : world.Stranger(static_cast<uint8_t>(0x40 + i)));
        item.suppressed = i % 3 == 1;
        if (i % 4 == 2) item.expires_at_s = 1;
        if (i % 5 == 3) item.moved_at_s = kNow;
      }
      const ContactMatch match = world.Ask();
      CHECK(match.available);
      CHECK(match.chunks == size);
      CHECK(world.reads == size);
      if (size < 4 || hits % 16 == 0) continue;
      break;  // the larger sizes by a few patterns each
    }
  }
}

TEST_CASE("the same against a plain search") {
  std::mt19937_64 random(20231026);
  std::map<ContactFact, int> seen;
  World world(700);
  for (int round = 0; round < 500; ++round) {
    world.list = {};
    world.sealed.clear();
    world.now_s = random() % 10 == 0 ? kLater : kNow;
    world.book.epoch_retired = random() % 10 == 0;
    bool good = false, stale = false;
    for (size_t n = random() % (kMaxIdentifiers + 1); n > 0; --n) {
      const bool hit = random() % 4 == 0;
      ListedIdentifier& item =
          world.Add(static_cast<uint8_t>(1 + random() % 3),
                    hit ? world.contacts[random() % 700] : RandomTokens(random, 1)[0]);
      item.suppressed = random() % 4 == 0;
      item.expires_at_s = random() % 4 == 0 ? 1 : kLater + 1;
      item.moved_at_s = random() % 2 == 0 ? 0 : kSynced - 1 + static_cast<int64_t>(random() % 3);
      if (!hit || item.suppressed || item.expires_at_s == 1) continue;
      (item.moved_at_s >= kSynced ? stale : good) = true;
    }
    const bool expired = world.now_s == kLater || world.book.epoch_retired;
    const ContactFact expected = expired ? ContactFact::kExpired
                                 : good  ? ContactFact::kMatch
                                 : stale ? ContactFact::kStale
                                         : ContactFact::kNoMatch;
    const ContactMatch match = world.Ask();
    CHECK(match.available);
    CHECK(static_cast<int>(match.fact) == static_cast<int>(expected));
    CHECK((match.kind != 0) ==
          (expected == ContactFact::kMatch || expected == ContactFact::kStale));
    ++seen[match.fact];
  }
  CHECK(seen.size() == 4);
}

TEST_CASE("books of every size, the empty one too") {
  for (const size_t size : std::initializer_list<size_t>{0, 1, 32, 33, 1000, 10000}) {
    World world(size);
    world.Add(1, size == 0 ? world.Stranger(1) : world.contacts[size / 2]);
    const ContactMatch match = world.Ask();
    CHECK(match.available);
    CHECK((match.fact == ContactFact::kMatch) == (size > 0));
    CHECK(world.bytes_read <= kSealBytes + 80 * sizeof(Token));
  }
}

}  // namespace
}  // namespace ringfence
