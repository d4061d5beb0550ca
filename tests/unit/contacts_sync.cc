// Uploads on rows: what is refused, what is charged, that a book is the old one or the new one.
#include <random>
#include <set>

#include "contacts/sync.h"
#include "unit/contacts_world.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using Mode = SyncManifest::Mode;

StatusCode CodeOf(const Status& status) { return status.code(); }

TEST_CASE("a manifest that says nonsense begins nothing") {
  ContactWorld world;
  const SyncManifest good = ManifestFor(TokenNumbers(0, 3));
  struct Bad {
    const char* what;
    std::function<void(SyncManifest&)> spoil;
    StatusCode code;
  };
  const Bad cases[] = {
      {"norm", [](auto& m) { m.norm = "cpn2"; }, StatusCode::kInvalidArgument},
      {"no norm", [](auto& m) { m.norm = ""; }, StatusCode::kInvalidArgument},
      {"region", [](auto& m) { m.region = "de"; }, StatusCode::kInvalidArgument},
      {"long region", [](auto& m) { m.region = "DEU"; }, StatusCode::kInvalidArgument},
      {"no region", [](auto& m) { m.region = ""; }, StatusCode::kInvalidArgument},
      {"mode", [](auto& m) { m.mode = static_cast<Mode>(2); }, StatusCode::kInvalidArgument},
      {"entries", [](auto& m) { m.entries = 10001; }, StatusCode::kLimit},
      {"negative", [](auto& m) { m.entries = -1; }, StatusCode::kLimit},
      {"unknown epoch", [](auto& m) { m.epoch = 2; }, StatusCode::kNotFound},
      {"epoch 0", [](auto& m) { m.epoch = 0; }, StatusCode::kNotFound},
      {"base", [](auto& m) { m.base_generation = 1; }, StatusCode::kConflict},
      {"negative base", [](auto& m) { m.base_generation = -1; }, StatusCode::kConflict},
      {"delta on nothing", [](auto& m) { m.mode = Mode::kDelta; }, StatusCode::kConflict},
  };
  for (const Bad& bad : cases) {
    SyncManifest manifest = good;
    bad.spoil(manifest);
    const Result<int64_t> begun = world.Begin("bob", manifest);
    CHECK_MESSAGE(CodeOf(begun.status()) == bad.code, bad.what << ": " << begun.status().message());
  }
  CHECK(CodeOf(world.Begin("zoe", good).status()) == StatusCode::kNotFound);
  CHECK(world.rows.uploads.empty());
  SyncManifest most = good;
  most.entries = 10000;
  most.region = "ZZ";
  CHECK(world.Begin("bob", most).ok());
}

TEST_CASE("epochs: whole books under the current, deltas under the book's while it is honoured") {
  ContactWorld world;
  const std::vector<ContactToken> book = TokenNumbers(0, 3);
  REQUIRE(world.SyncFull("bob", book).ok());
  const int64_t generation = world.Book("bob")->generation;
  world.AddEpoch();
  const auto begin = [&](Mode mode, int64_t epoch) {
    return CodeOf(world.Begin("bob", ManifestFor(book, generation, mode, epoch)).status());
  };
  CHECK(begin(Mode::kFull, 2) == StatusCode::kConflict);  // next
  CHECK(begin(Mode::kDelta, 2) == StatusCode::kConflict);
  CHECK(begin(Mode::kDelta, 1) == StatusCode::kOk);
  world.Promote();
  CHECK(begin(Mode::kFull, 1) == StatusCode::kConflict);  // previous
  CHECK(begin(Mode::kDelta, 1) == StatusCode::kOk);
  CHECK(begin(Mode::kDelta, 2) == StatusCode::kConflict);  // not the book's
  CHECK(begin(Mode::kFull, 2) == StatusCode::kOk);
  const Result<int64_t> open = world.Begin("bob", ManifestFor(book, generation, Mode::kDelta, 1));
  REQUIRE(open.ok());
  world.Retire(1);
  CHECK(CodeOf(world.Commit("bob", *open).status()) == StatusCode::kConflict);
  CHECK(begin(Mode::kDelta, 1) == StatusCode::kConflict);  // retired
  CHECK(begin(Mode::kFull, 1) == StatusCode::kConflict);
  const Result<ContactBook> described = world.Book("bob");
  CHECK(described->epoch == 1);
  CHECK(described->epoch_state == EpochState::kRetired);
}

TEST_CASE("a book under way survives the promotion of its epoch") {
  ContactWorld world;
  const std::vector<ContactToken> book = TokenNumbers(0, 3);
  const Result<int64_t> upload = world.Begin("bob", ManifestFor(book));
  REQUIRE(world.Put("bob", *upload, 0, book).ok());
  world.AddEpoch();
  world.Promote();
  CHECK(world.Commit("bob", *upload).ok());
  CHECK(world.Book("bob")->epoch_state == EpochState::kPrevious);
}

TEST_CASE("a full upload: parts, receipt, the book, and the same receipt again") {
  ContactWorld world;
  std::vector<ContactToken> book = TokenNumbers(0, 2500);
  book.push_back(book[7]);
  const Result<SyncReceipt> receipt = world.SyncFull("bob", book);
  REQUIRE_MESSAGE(receipt.ok(), receipt.status().message());
  CHECK(receipt->accepted == 2500);
  CHECK(receipt->duplicates == 1);
  CHECK(receipt->rejected == 0);
  CHECK(world.Stored("bob") == TokenNumbers(0, 2500));
  CHECK(world.rows.uploads.empty());
  CHECK(world.rows.parts.empty());
  const Result<ContactBook> described = world.Book("bob");
  CHECK(described->exists);
  CHECK(described->generation == receipt->generation);
  CHECK(described->entries == 2500);
  CHECK(described->norm == "cpn1");
  CHECK(described->region == "DE");
  CHECK(described->synced_at_s == world.now);
  CHECK(described->expires_at_s == world.now + 90 * kDay);
  CHECK(described->erased_at_s == world.now + 180 * kDay);
  const Result<SyncReceipt> again = world.Commit("bob", receipt->generation);
  REQUIRE(again.ok());
  CHECK(again->generation == receipt->generation);
  CHECK(again->accepted == 2500);
  CHECK(again->duplicates == 1);
  CHECK_FALSE(world.Book("ann")->exists);
  // An empty book is a book.
  const Result<SyncReceipt> none = world.SyncFull("bob", {}, receipt->generation);
  REQUIRE(none.ok());
  CHECK(none->accepted == 0);
  CHECK(none->generation > receipt->generation);
  CHECK(world.Stored("bob").empty());
}

TEST_CASE("parts come in order; the last may come again, with the same bytes") {
  ContactWorld world;
  const std::vector<ContactToken> book = TokenNumbers(0, 20);
  const std::vector<ContactToken> one(book.begin(), book.begin() + 10);
  const std::vector<ContactToken> two(book.begin() + 10, book.end());
  const Result<int64_t> upload = world.Begin("bob", ManifestFor(book));
  REQUIRE(upload.ok());
  CHECK(CodeOf(world.Put("bob", *upload, 1, one)) == StatusCode::kConflict);
  CHECK(CodeOf(world.Put("bob", *upload, -1, one)) == StatusCode::kInvalidArgument);
  CHECK(world.Put("bob", *upload, 0, one).ok());
  CHECK(world.Put("bob", *upload, 0, one).ok());
  CHECK(CodeOf(world.Put("bob", *upload, 0, two)) == StatusCode::kConflict);
  CHECK(CodeOf(world.Put("bob", *upload, 0, {one[0]})) == StatusCode::kConflict);
  CHECK(CodeOf(world.Put("bob", *upload, 2, two)) == StatusCode::kConflict);
  CHECK(world.Put("bob", *upload, 1, two).ok());
  CHECK(CodeOf(world.Put("bob", *upload, 0, one)) == StatusCode::kConflict);
  CHECK(CodeOf(world.Put("bob", *upload, 2, one, {two[0]})) == StatusCode::kInvalidArgument);
  CHECK(CodeOf(world.Put("ann", *upload, 2, one)) == StatusCode::kNotFound);
  CHECK(CodeOf(world.Put("bob", *upload + 1, 2, one)) == StatusCode::kNotFound);
  REQUIRE(world.Commit("bob", *upload).ok());
  CHECK(CodeOf(world.Put("bob", *upload, 2, one)) == StatusCode::kNotFound);
  CHECK(world.Stored("bob") == book);
}

TEST_CASE("tokens: how many, and none of zeros") {
  ContactWorld world;
  const Result<int64_t> upload = world.Begin("bob", ManifestFor(TokenNumbers(0, 3)));
  std::vector<ContactToken> tokens = TokenNumbers(0, 1001);
  CHECK(CodeOf(world.Put("bob", *upload, 0, tokens)) == StatusCode::kLimit);
  CHECK(CodeOf(world.Put("bob", *upload, 0, TokenNumbers(0, 600), TokenNumbers(0, 401))) ==
        StatusCode::kLimit);
  CHECK(CodeOf(world.Put("bob", *upload, 0, {})) == StatusCode::kLimit);
  tokens = TokenNumbers(0, 10);
  tokens[6] = ContactToken{};
  const Status zero = world.Put("bob", *upload, 0, tokens);
  CHECK(CodeOf(zero) == StatusCode::kInvalidArgument);
  CHECK(zero.message() == "token 6 of those to add is all zero");
  const Status removed = world.Put("bob", *upload, 0, {}, tokens);
  CHECK(removed.message() == "token 6 of those to remove is all zero");
  CHECK(world.rows.parts.empty());
}

TEST_CASE("the largest book, one more, and ten thousand times the same") {
  ContactWorld world;
  const std::vector<ContactToken> most = TokenNumbers(0, kMaxBookEntries);
  const Result<SyncReceipt> largest = world.SyncFull("bob", most);
  REQUIRE_MESSAGE(largest.ok(), largest.status().message());
  CHECK(world.Stored("bob") == most);
  SyncManifest manifest = ManifestFor(TokenNumbers(0, kMaxBookEntries + 1), largest->generation);
  CHECK(CodeOf(world.Begin("bob", manifest).status()) == StatusCode::kLimit);
  manifest.entries = kMaxBookEntries;
  CHECK(CodeOf(world.Sync("bob", manifest, TokenNumbers(0, kMaxBookEntries + 1)).status()) ==
        StatusCode::kInvalidArgument);
  CHECK(world.Stored("bob") == most);
  const std::vector<ContactToken> same(kMaxBookEntries, TokenNumber(5));
  const Result<SyncReceipt> single = world.SyncFull("bob", same, largest->generation);
  REQUIRE(single.ok());
  CHECK(single->accepted == 1);
  CHECK(single->duplicates == kMaxBookEntries - 1);
  // An upload does not grow without end.
  const Result<int64_t> upload = world.Begin("bob", ManifestFor(same, single->generation));
  const std::vector<ContactToken> part(1000, TokenNumber(5));
  for (int64_t i = 0; i < 20; ++i) CHECK(world.Put("bob", *upload, i, part).ok());
  CHECK(CodeOf(world.Put("bob", *upload, 20, {TokenNumber(5)})) == StatusCode::kLimit);
}

TEST_CASE("equal address books leave no equal bytes: digests are stored bound to their account") {
  ContactWorld world;
  const SyncManifest manifest = ManifestFor(TokenNumbers(0, 3));
  std::vector<ContactDigest> stored;
  for (const char* user : {"bob", "carol"}) {
    REQUIRE(world.Begin(user, manifest).ok());
    const Result<UploadRow> upload = world.Get<UploadRow>([&](ContactTables& rows) {
      return Result<UploadRow>(**rows.Upload(*rows.FindUser(user)));
    });
    stored.push_back(upload->manifest.digest);
    CHECK(stored.back() != manifest.digest);
  }
  CHECK(stored[0] != stored[1]);
}

TEST_CASE("a wrong count or digest, or a part that did not come, leaves the book as it is") {
  ContactWorld world;
  const std::vector<ContactToken> old = TokenNumbers(0, 10);
  const int64_t generation = world.SyncFull("bob", old)->generation;
  const std::vector<ContactToken> book = TokenNumbers(100, 20);
  SyncManifest manifest = ManifestFor(book, generation);
  manifest.entries = 19;
  CHECK(CodeOf(world.Sync("bob", manifest, book).status()) == StatusCode::kInvalidArgument);
  manifest = ManifestFor(book, generation);
  manifest.digest[3] ^= 1;
  CHECK(CodeOf(world.Sync("bob", manifest, book).status()) == StatusCode::kInvalidArgument);
  manifest = ManifestFor(book, generation);
  CHECK(CodeOf(world.Sync("bob", manifest, TokenNumbers(100, 19)).status()) ==
        StatusCode::kInvalidArgument);
  manifest = ManifestFor(book, generation, Mode::kDelta);
  CHECK(CodeOf(world.Sync("bob", manifest, book).status()) == StatusCode::kConflict);
  CHECK(world.Stored("bob") == old);
  CHECK(world.Book("bob")->generation == generation);
  // None of it was charged: of four whole books a day three are left.
  for (int i = 0; i < 3; ++i) {
    CHECK(world.SyncFull("bob", book, world.Book("bob")->generation).ok());
  }
  const Status spent = world.SyncFull("bob", book, world.Book("bob")->generation).status();
  CHECK(CodeOf(spent) == StatusCode::kQuota);
  CHECK(spent.message() == "no more whole books now: try again in 21600 seconds");
  world.now += 21600;
  CHECK(world.SyncFull("bob", book, world.Book("bob")->generation).ok());
}

TEST_CASE("sixty deltas, then one a minute") {
  ContactWorld world;
  std::vector<ContactToken> book = TokenNumbers(0, 1);
  REQUIRE(world.SyncFull("bob", book).ok());
  const auto delta = [&] {
    const ContactToken more = TokenNumber(1 + book.size());
    std::vector<ContactToken> next = book;
    next.push_back(more);
    const SyncManifest manifest = ManifestFor(next, world.Book("bob")->generation, Mode::kDelta);
    Status status = world.Sync("bob", manifest, {more}).status();
    if (status.ok()) book = next;
    return status;
  };
  for (int i = 0; i < 60; ++i) CHECK(delta().ok());
  CHECK(CodeOf(delta()) == StatusCode::kQuota);
  world.now += 59;
  CHECK(CodeOf(delta()) == StatusCode::kQuota);
  world.now += 1;
  CHECK(delta().ok());
  CHECK(world.Stored("bob").size() == 62);
}

TEST_CASE("an upload lives for fifteen minutes") {
  ContactWorld world;
  const std::vector<ContactToken> book = TokenNumbers(0, 3);
  Result<int64_t> upload = world.Begin("bob", ManifestFor(book));
  world.now += 15 * kMinute;
  CHECK(world.Put("bob", *upload, 0, book).ok());
  CHECK(world.Commit("bob", *upload).ok());
  upload = world.Begin("bob", ManifestFor(book, *upload));
  REQUIRE(world.Put("bob", *upload, 0, book).ok());
  world.now += 15 * kMinute + 1;
  CHECK(CodeOf(world.Put("bob", *upload, 1, book)) == StatusCode::kNotFound);
  CHECK(CodeOf(world.Commit("bob", *upload).status()) == StatusCode::kNotFound);
}

TEST_CASE("two devices: the later upload takes the place of the earlier, nothing is mixed") {
  ContactWorld world;
  const std::vector<ContactToken> of_one = TokenNumbers(0, 10);
  const std::vector<ContactToken> of_two = TokenNumbers(100, 10);
  const Result<int64_t> one = world.Begin("bob", ManifestFor(of_one));
  REQUIRE(world.Put("bob", *one, 0, of_one).ok());
  const Result<int64_t> two = world.Begin("bob", ManifestFor(of_two));
  const Status put = world.Put("bob", *one, 1, of_one);
  CHECK(CodeOf(put) == StatusCode::kConflict);
  CHECK(put.message() ==
        "a later upload took the place of this one; there is no book (generation 0)");
  CHECK(CodeOf(world.Commit("bob", *one).status()) == StatusCode::kConflict);
  REQUIRE(world.Put("bob", *two, 0, of_two).ok());
  const Result<SyncReceipt> receipt = world.Commit("bob", *two);
  REQUIRE(receipt.ok());
  CHECK(world.Stored("bob") == of_two);
  const Status late = world.Commit("bob", *one).status();
  CHECK(CodeOf(late) == StatusCode::kConflict);
  CHECK(
      late.message().ends_with("the book is at generation " + std::to_string(receipt->generation)));
  const Status base = world.Begin("bob", ManifestFor(of_one)).status();
  CHECK(CodeOf(base) == StatusCode::kConflict);
  CHECK(base.message() == "the upload is based on generation 0, but the book is at generation " +
                              std::to_string(receipt->generation));
}

TEST_CASE("a book that goes while an upload is under way takes the upload's base along") {
  ContactWorld world;
  const std::vector<ContactToken> book = TokenNumbers(0, 3);
  for (const Mode mode : {Mode::kFull, Mode::kDelta}) {
    const int64_t generation = world.SyncFull("bob", book)->generation;
    const Result<int64_t> upload = world.Begin("bob", ManifestFor(book, generation, mode));
    REQUIRE(world.Put("bob", *upload, 0, book).ok());
    world.rows.books.erase(2);  // swept, say
    const Status status = world.Commit("bob", *upload).status();
    CHECK(CodeOf(status) == StatusCode::kConflict);
    CHECK(status.message().ends_with("there is no book (generation 0)"));
    CHECK(world.rows.books.empty());
  }
}

TEST_CASE("replays: an earlier upload, or one of a removed book, never comes back") {
  ContactWorld world;
  const std::vector<ContactToken> first = TokenNumbers(0, 10);
  const std::vector<ContactToken> second = TokenNumbers(100, 10);
  const int64_t one = world.SyncFull("bob", first)->generation;
  const int64_t two = world.SyncFull("bob", second, one)->generation;
  CHECK(two > one);
  CHECK(CodeOf(world.Commit("bob", one).status()) == StatusCode::kConflict);
  CHECK(CodeOf(world.Put("bob", one, 0, first)) == StatusCode::kConflict);
  CHECK(world.Stored("bob") == second);
  const Result<bool> removed =
      world.Get<bool>([](ContactTables& tables) { return RemoveBookAndUploads(tables, "bob"); });
  CHECK(*removed);
  for (int64_t upload : {one, two}) {
    CHECK(CodeOf(world.Commit("bob", upload).status()) == StatusCode::kNotFound);
  }
  // What a device knows of the removed book fits no later one.
  const int64_t three = world.SyncFull("bob", first)->generation;
  CHECK(three > two);
  CHECK(CodeOf(world.SyncFull("bob", second, one).status()) == StatusCode::kConflict);
}

TEST_CASE("removing: book and upload, with the quota left as it is, and once more") {
  ContactWorld world;
  REQUIRE(world.Charge("bob", 1000).ok());
  const std::vector<ContactToken> book = TokenNumbers(0, 10);
  const int64_t generation = world.SyncFull("bob", book)->generation;
  const Result<int64_t> upload = world.Begin("bob", ManifestFor(book, generation));
  REQUIRE(world.Put("bob", *upload, 0, book).ok());
  const auto remove = [&](const char* user) {
    return world.Get<bool>(
        [&](ContactTables& tables) { return RemoveBookAndUploads(tables, user); });
  };
  CHECK(*remove("bob"));
  CHECK(world.rows.books.empty());
  CHECK(world.rows.chunks.empty());
  CHECK(world.rows.uploads.empty());
  CHECK(world.rows.parts.empty());
  CHECK(world.rows.quotas.size() == 1);
  CHECK_FALSE(*remove("bob"));
  CHECK(CodeOf(world.Commit("bob", *upload).status()) == StatusCode::kNotFound);
  CHECK(CodeOf(remove("zoe").status()) == StatusCode::kNotFound);
}

TEST_CASE("a delta keeps norm and region of its book") {
  ContactWorld world;
  const std::vector<ContactToken> book = TokenNumbers(0, 3);
  const int64_t generation = world.SyncFull("bob", book)->generation;
  SyncManifest manifest = ManifestFor(book, generation, Mode::kDelta);
  manifest.region = "FR";
  CHECK(CodeOf(world.Begin("bob", manifest).status()) == StatusCode::kInvalidArgument);
  manifest.mode = Mode::kFull;
  CHECK(world.Begin("bob", manifest).ok());
}

TEST_CASE("a delta: what is there already, what is not there, what is in both lists") {
  ContactWorld world;
  const int64_t generation = world.SyncFull("bob", TokenNumbers(0, 10))->generation;
  // 8 and 9 are there, 10 and 11 are new; 0 goes, 50 is not there, 9 is removed and added.
  const std::vector<ContactToken> add = {TokenNumber(8), TokenNumber(9), TokenNumber(10),
                                         TokenNumber(11), TokenNumber(11)};
  const std::vector<ContactToken> remove = {TokenNumber(0), TokenNumber(50), TokenNumber(9),
                                            TokenNumber(0)};
  const Result<SyncReceipt> receipt =
      world.Sync("bob", ManifestFor(TokenNumbers(1, 11), generation, Mode::kDelta), add, remove);
  REQUIRE_MESSAGE(receipt.ok(), receipt.status().message());
  CHECK(receipt->accepted == 11);
  CHECK(receipt->duplicates == 3);
  CHECK(receipt->rejected == 2);
  CHECK(world.Stored("bob") == TokenNumbers(1, 11));
}

TEST_CASE("nothing in a book or an answer shows that somebody has objected") {
  ContactWorld world;
  const std::string number = "+4915112345678";
  std::vector<ContactToken> book = TokenNumbers(0, 5);
  book.push_back(DirectToken(*world.keyring, 1, Phone(number)));
  REQUIRE(world.Suppress(Phone(number)));
  const Result<SyncReceipt> receipt = world.SyncFull("bob", book);
  REQUIRE(receipt.ok());
  CHECK(receipt->accepted == 6);
  CHECK(world.Stored("bob").size() == 6);
  const SyncManifest same = ManifestFor(book, receipt->generation, Mode::kDelta);
  const Result<SyncReceipt> again = world.Sync("bob", same, {book.back()});
  REQUIRE_MESSAGE(again.ok(), again.status().message());
  CHECK(again->duplicates == 1);
}

TEST_CASE("a delta that exchanges most of a book is charged as a whole book") {
  ContactWorld world;
  int64_t generation = world.SyncFull("bob", TokenNumbers(0, 300))->generation;
  for (uint64_t i = 1; i <= 4; ++i) {
    const std::vector<ContactToken> next = TokenNumbers(1000 * i, 300);
    const std::vector<ContactToken> old = TokenNumbers(i == 1 ? 0 : 1000 * (i - 1), 300);
    const SyncManifest manifest = ManifestFor(next, generation, Mode::kDelta);
    const Result<SyncReceipt> receipt = world.Sync("bob", manifest, next, old);
    CHECK(receipt.ok() == (i <= 3));  // the first of four was whole
    if (!receipt.ok()) CHECK(receipt.status().code() == StatusCode::kQuota);
    if (receipt.ok()) generation = receipt->generation;
  }
}

TEST_CASE("delta and full uploads come to what a set of tokens comes to") {
  std::mt19937_64 random(Seed());
  const auto below = [&](uint64_t limit) { return random() % limit; };
  ContactWorld world;
  std::set<ContactToken> model;
  int64_t generation = 0;
  for (int round = 0; round < 120; ++round) {
    world.now += kDay;
    const bool delta = generation != 0 && below(3) != 0;
    const uint64_t space = 1 + below(400);
    std::vector<ContactToken> add, remove;
    for (uint64_t i = below(300); i > 0; --i) add.push_back(TokenNumber(below(space)));
    for (uint64_t i = delta ? below(200) : 0; i > 0; --i) {
      remove.push_back(TokenNumber(below(space)));
    }
    std::set<ContactToken> next = delta ? model : std::set<ContactToken>();
    int64_t rejected = 0, duplicates = 0;
    std::set<ContactToken> gone;
    for (const ContactToken& token : remove) {
      const bool there = model.count(token) > 0 && gone.insert(token).second;
      rejected += there ? 0 : 1;
      next.erase(token);
    }
    std::set<ContactToken> seen = delta ? model : std::set<ContactToken>();
    for (const ContactToken& token : add) {
      duplicates += seen.insert(token).second ? 0 : 1;
      next.insert(token);
    }
    const std::vector<ContactToken> book(next.begin(), next.end());
    const SyncManifest manifest = ManifestFor(book, generation, delta ? Mode::kDelta : Mode::kFull);
    const Result<SyncReceipt> receipt =
        world.Sync("bob", manifest, add, remove, 1 + below(kMaxContactBatch));
    REQUIRE_MESSAGE(receipt.ok(), receipt.status().message());
    CHECK(receipt->accepted == static_cast<int64_t>(next.size()));
    CHECK(receipt->rejected == rejected);
    CHECK(receipt->duplicates == duplicates);
    REQUIRE(world.Stored("bob") == book);
    CHECK(receipt->generation > generation);
    generation = receipt->generation;
    model = next;
  }
}

TEST_CASE("rows show no token, and the same token looks different in two books") {
  ContactWorld world;
  const std::vector<ContactToken> book = TokenNumbers(0, 40);
  REQUIRE(world.SyncFull("bob", book).ok());
  REQUIRE(world.SyncFull("ann", book).ok());
  const Result<int64_t> upload = world.Begin("carol", ManifestFor(book));
  REQUIRE(world.Put("carol", *upload, 0, book).ok());
  const std::string bytes = world.rows.Bytes();
  CHECK(bytes.size() > 3 * 40 * sizeof(ContactToken));
  for (const ContactToken& token : book) {
    // Half a token would be enough to recognise one.
    CHECK(bytes.find(std::string(token.begin() + 8, token.end())) == std::string::npos);
    CHECK(bytes.find(std::string(token.begin(), token.begin() + 8)) == std::string::npos);
  }
  const auto& chunks = world.rows.chunks;
  for (const std::string& of_bob : chunks.at(2)) {
    for (const std::string& of_ann : chunks.at(1)) CHECK(of_bob != of_ann);
  }
}

TEST_CASE("a chunk of another place or time does not open") {
  ContactWorld world;
  const int64_t one = world.SyncFull("bob", TokenNumbers(0, 100))->generation;
  const std::vector<std::string> old = world.rows.chunks[2];
  REQUIRE(world.SyncFull("bob", TokenNumbers(1, 100), one).ok());
  const std::vector<ContactToken> book = TokenNumbers(0, 102);
  const SyncManifest manifest = ManifestFor(book, world.Book("bob")->generation, Mode::kDelta);
  const auto attempt = [&] {
    return CodeOf(world.Sync("bob", manifest, {TokenNumber(0), TokenNumber(101)}).status());
  };
  const std::vector<std::string> fresh = world.rows.chunks[2];
  world.rows.chunks[2] = old;
  CHECK(attempt() == StatusCode::kCorrupt);
  world.rows.chunks[2] = fresh;
  std::swap(world.rows.chunks[2][0], world.rows.chunks[2][1]);
  CHECK(attempt() == StatusCode::kCorrupt);
  world.rows.chunks[2] = fresh;
  world.rows.chunks[2].pop_back();
  CHECK(attempt() == StatusCode::kCorrupt);
  world.rows.chunks[2] = fresh;
  CHECK(attempt() == StatusCode::kOk);
}

}  // namespace
}  // namespace ringfence
