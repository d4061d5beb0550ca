// The contact facts as a session reads them from real sealed books: every answer, every kind of
// damage, and the same work whatever the answer.
#include <doctest/doctest.h>

#include <random>

#include "contract/contact_world.h"
#include "unit/allocations.h"
#include "unit/seed.h"
#include "unit/store_file.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

constexpr const char* kCallee = "callee.contact(caller)";
constexpr const char* kCaller = "caller.contact(callee)";

/// Bob has a book with ann and strangers in it; ann and eve have verified one identifier each.
struct World {
  explicit World(size_t strangers = 100) {
    Write([&](ContactTables& rows) {
      Require(PutFirstEpoch(rows, keys.keyring()));
      BookSpec spec;
      spec.tokens = Strangers(strangers);
      spec.tokens.push_back(TokenNamed("ann"));
      spec.generation = 12;
      Require(PutBookOf(rows, keys.keyring(), "bob", spec));
      Require(PutIdentifiersOf(rows, keys.keyring(), "ann", {Verified("ann")}));
      Require(PutIdentifiersOf(rows, keys.keyring(), "eve", {Verified("eve")}));
      return rows.InternUser("carol").status();
    });
    Open(keys.vault());
  }
  void Write(const std::function<Status(ContactTables&)>& write) {
    Require(WriteContacts(*store, write));
  }
  void Open(std::shared_ptr<const ContactVault> vault) {
    auto opened = store->NewSession(std::move(vault));
    Require(opened.status());
    session = std::move(*opened);
  }
  Answer Ask(const Question& question) {
    session->BeginSnapshot();
    Answer answer = AskSource(*session, question);
    described = session->DescribeContact(Group::kContact);
    session->EndSnapshot();
    return answer;
  }
  std::string Ask(const std::string& caller, const std::string& callee,
                  const char* fact = kCallee) {
    Question question;
    question.caller = caller;
    question.callee = callee;
    return Ask(question).Get(fact);
  }

  TemporaryFolder folder;
  std::string path = folder.file("store.db");
  ContactKeys keys;
  std::unique_ptr<StoreBackend> store = NewSqliteStore(path);
  std::unique_ptr<StoreSession> session;
  std::string described;
};

TEST_CASE("the fact has the codes of the catalog, on both sides") {
  for (const char* name : {kCallee, kCaller}) {
    const FactInfo& info = Catalog::Standard().fact(*Catalog::Standard().Find(name));
    CHECK(info.members ==
          std::vector<std::string>{"no_book", "no_match", "match", "stale", "expired"});
    CHECK(RowFormat(StandardLayout()).contact_fact(info.group) == info.id);
  }
}

TEST_CASE("match, no match, no book: whoever asks, by name or by handle") {
  World world;
  CHECK(world.Ask("ann", "bob") == "match");
  CHECK(world.described == "kind tel, generation 12, epoch 1");
  CHECK(world.Ask("eve", "bob") == "no_match");
  CHECK(world.described == "generation 12, epoch 1");
  CHECK(world.Ask("carol", "bob") == "no_match");  // has verified nothing
  CHECK(world.Ask("nobody", "bob") == "no_match");
  CHECK(world.Ask("ann", "carol") == "no_book");
  CHECK(world.described.empty());
  CHECK(world.Ask("ann", "nobody") == "no_book");
  // The other direction: is the callee in the caller's book?
  CHECK(world.Ask("bob", "ann", kCaller) == "match");
  CHECK(world.Ask("bob", "ann") == "no_book");
  CHECK(world.Ask("bob", "eve", kCaller) == "no_match");
  CHECK(world.Ask("ann", "bob", kCaller) == "no_book");
  Question question;
  question.caller = Party::Handle(*world.session->Resolve("ann"));
  question.callee = Party::Handle(*world.session->Resolve("bob"));
  CHECK(world.Ask(question).Get(kCallee) == "match");
  question.caller_without_account = true;
  question.caller = Party();
  const Answer answer = world.Ask(question);
  CHECK(answer.Get(kCallee) == "no_match");
  CHECK(answer.Absent(Group::kCallerContact));
}

TEST_CASE("stale and expired, by the vault's clock alone") {
  World world;
  ListedIdentifier moved = Verified("ann", 2);
  moved.moved_at_s = kNow - 500;  // after the sync
  world.Write([&](ContactTables& rows) {
    return PutIdentifiersOf(rows, world.keys.keyring(), "ann", {moved});
  });
  CHECK(world.Ask("ann", "bob") == "stale");
  CHECK(world.described == "kind email, generation 12, epoch 1");
  world.keys.SetNow(kNow + 999);
  CHECK(world.Ask("ann", "bob") == "stale");
  world.keys.SetNow(kNow + 1000);
  CHECK(world.Ask("ann", "bob") == "expired");
  CHECK(world.described == "generation 12, epoch 1");
  CHECK(world.Ask("eve", "bob") == "expired");
  world.keys.SetNow(kNow);
  world.Write([&](ContactTables& rows) {
    ListedIdentifier old = Verified("ann");
    old.expires_at_s = kNow;
    return PutIdentifiersOf(rows, world.keys.keyring(), "ann", {old});
  });
  CHECK(world.Ask("ann", "bob") == "no_match");
  world.Write([&](ContactTables& rows) {
    return PutIdentifiersOf(rows, world.keys.keyring(), "ann", {moved, Verified("ann", 3)});
  });
  CHECK(world.Ask("ann", "bob") == "match");
  CHECK(world.described == "kind handle, generation 12, epoch 1");
}

TEST_CASE("an epoch that is retired while a session is open expires its books") {
  World world;
  CHECK(world.Ask("ann", "bob") == "match");
  ContactEpoch epoch;
  epoch.number = 1;
  for (EpochState state : {EpochState::kPrevious, EpochState::kRetired}) {
    world.Write([&](ContactTables& rows) {
      epoch.state = state;
      return rows.PutEpoch(epoch);
    });
    CHECK(world.Ask("ann", "bob") == (state == EpochState::kRetired ? "expired" : "match"));
  }
}

TEST_CASE("without keys a user who has a book is unavailable, others have none") {
  World world;
  world.Open(nullptr);
  CHECK(world.Ask("ann", "bob") == "unavailable");
  CHECK(world.described.empty());
  CHECK(world.Ask("ann", "carol") == "no_book");
  const ContactKeys others;
  world.Open(others.vault());
  CHECK(world.Ask("ann", "bob") == "unavailable");
  world.Open(std::make_shared<ContactVault>(nullptr, [] { return kNow; }));
  CHECK(world.Ask("ann", "bob") == "unavailable");
  CHECK(world.Ask("ann", "carol") == "no_book");
}

TEST_CASE("row keys change under an open session: rows of either key answer") {
  World world;
  CHECK(world.Ask("ann", "bob") == "match");
  world.keys.AddRowKey();
  CHECK(world.Ask("ann", "bob") == "match");
  // A book under the new key and identifiers still under the old one, and the reverse.
  BookSpec spec;
  spec.tokens = {TokenNamed("ann")};
  for (const auto& [book_key, list_key] : {std::pair(2, 1), std::pair(1, 2), std::pair(2, 2)}) {
    spec.row_key = book_key;
    world.Write([&](ContactTables& rows) {
      Require(PutBookOf(rows, world.keys.keyring(), "bob", spec));
      return PutIdentifiersOf(rows, world.keys.keyring(), "ann", {Verified("ann")}, list_key);
    });
    CHECK(world.Ask("ann", "bob") == "match");
  }
  world.keys.DropOldRowKeys();
  CHECK(world.Ask("ann", "bob") == "match");
}

TEST_CASE("a snapshot keeps the keys of its beginning until one is missing") {
  World world;
  world.keys.AddRowKey();
  Question question;
  question.caller = "ann";
  question.callee = "bob";
  world.session->BeginSnapshot();
  CHECK(AskSource(*world.session, question).Get(kCallee) == "match");
  // The rotation ends meanwhile; this snapshot still has rows under the key that is gone.
  BookSpec spec;
  spec.tokens = {TokenNamed("ann")};
  spec.row_key = 2;
  world.Write([&](ContactTables& rows) {
    Require(PutIdentifiersOf(rows, world.keys.keyring(), "ann", {Verified("ann")}, 2));
    return PutBookOf(rows, world.keys.keyring(), "bob", spec);
  });
  world.keys.DropOldRowKeys();
  CHECK(AskSource(*world.session, question).Get(kCallee) == "match");
  world.session->EndSnapshot();
  CHECK(world.Ask("ann", "bob") == "match");
  // And one that began before the new key was there: it fetches the key when it meets it.
  world.session->BeginSnapshot();
  world.keys.AddRowKey();
  spec.row_key = 3;
  world.Write(
      [&](ContactTables& rows) { return PutBookOf(rows, world.keys.keyring(), "bob", spec); });
  CHECK(AskSource(*world.session, question).Get(kCallee) == "match");
  world.session->EndSnapshot();
}

// Damage to one row or one table, made past our own checks.
constexpr const char* kDamages[] = {
    "UPDATE contact_books SET callee = 1 << 52 WHERE callee = 1;"
    "UPDATE contact_chunks SET id = id WHERE 0; INSERT INTO contact_books SELECT 1, epoch,"
    " generation, 13, entries, row_key, norm, region, synced_at_s, expires_at_s,"
    " erased_at_s, duplicates, rejected FROM contact_books WHERE callee = 1 << 52",
    "UPDATE contact_books SET epoch = 0",
    "UPDATE contact_books SET epoch = -1",
    "UPDATE contact_books SET epoch = 2",  // which there is not
    "UPDATE contact_books SET generation = 0",
    "UPDATE contact_books SET generation = 13",  // chunks are bound to theirs
    "UPDATE contact_books SET bucket_bits = -1",
    "UPDATE contact_books SET bucket_bits = 13",
    "UPDATE contact_books SET bucket_bits = 12",  // chunks that are not there
    "UPDATE contact_books SET row_key = 0",
    "UPDATE contact_books SET row_key = 2",
    "UPDATE contact_books SET row_key = -9223372036854775808",
    "UPDATE contact_books SET synced_at_s = -1",
    "UPDATE contact_books SET expires_at_s = synced_at_s - 1",
    "UPDATE contact_books SET expires_at_s = -1, synced_at_s = -2",
    "DELETE FROM contact_chunks",
    "UPDATE contact_chunks SET sealed = zeroblob(length(sealed))",
    "UPDATE contact_chunks SET sealed = substr(sealed, 1, length(sealed) - 1)",
    "UPDATE contact_chunks SET sealed = substr(sealed, 1, length(sealed) - 16)",
    "UPDATE contact_chunks SET sealed = x''",
    "UPDATE contact_chunks SET sealed = zeroblob(1000000)",
    // Chunks changed round: each opens in its own place only.
    "CREATE TEMP TABLE t AS SELECT id, sealed FROM contact_chunks;"
    "UPDATE contact_chunks SET sealed = (SELECT sealed FROM t WHERE t.id ="
    " contact_chunks.id / 4 * 4 + (contact_chunks.id + 1) % 4)",
    "UPDATE contact_identifiers SET row_key = 0",
    "UPDATE contact_identifiers SET row_key = 2",
    "UPDATE contact_identifiers SET sealed = x''",
    "UPDATE contact_identifiers SET sealed = zeroblob(length(sealed))",
    "UPDATE contact_identifiers SET sealed = substr(sealed, 1, length(sealed) - 1)",
    // Eve takes ann's identifiers, sealed as they are; ann has eve's.
    "CREATE TEMP TABLE t AS SELECT account, sealed FROM contact_identifiers;"
    "UPDATE contact_identifiers SET sealed ="
    " (SELECT sealed FROM t WHERE t.account <> contact_identifiers.account)",
    "UPDATE contact_epochs SET state = 'gone'",
    "UPDATE contact_epochs SET state = ''",
    "DELETE FROM contact_epochs",
    "DROP TABLE contact_chunks",
    "DROP TABLE contact_identifiers",
    "DROP TABLE contact_epochs",
    "DROP TABLE contact_books",
    // A table that is not strict takes any type.
    "CREATE TEMP TABLE t AS SELECT * FROM contact_books; DROP TABLE contact_books;"
    "CREATE TABLE contact_books AS SELECT * FROM t; UPDATE contact_books SET row_key = 1.5",
    "CREATE TEMP TABLE t AS SELECT * FROM contact_chunks; DROP TABLE contact_chunks;"
    "CREATE TABLE contact_chunks AS SELECT id, CAST(sealed AS TEXT) AS sealed FROM t",
};

TEST_CASE("a row that is not as it was written is unavailable, never a match") {
  for (const char* damage : kDamages) {
    CAPTURE(std::string(damage));
    World world;
    CHECK(world.Ask("ann", "bob") == "match");
    Sql(world.path, "PRAGMA ignore_check_constraints = ON;" + std::string(damage));
    for (int round = 0; round < 2; ++round) {
      CHECK(world.Ask("ann", "bob") == "unavailable");
      CHECK(world.Ask("bob", "ann", kCaller) == "unavailable");
      CHECK(world.described.empty());
    }
    CHECK(world.Ask("eve", "bob") != "match");
    // Other groups are read all the same.
    Question question;
    question.caller = "ann";
    question.callee = "bob";
    CHECK(world.Ask(question).Get("callee.known") == "true");
    // The protocol refuses the row too, and the doctor has something to say; damage that only the
    // keys show is found by neither.
    const std::string sql = damage;
    if (sql.find("TEMP TABLE t AS SELECT id,") != std::string::npos ||
        sql.find("TEMP TABLE t AS SELECT account,") != std::string::npos ||
        sql.find("zeroblob(length") != std::string::npos ||
        sql.find("generation = 13") != std::string::npos ||
        sql.find("substr(sealed, 1, length(sealed) - 16)") != std::string::npos) {
      continue;
    }
    auto store = OpenFile(world.path, StoreOptions::Mode::kReadOnly);
    Require(store.status());
    CHECK_FALSE(Findings(**store).empty());
  }
}

TEST_CASE("a page of noise: unavailable or the truth, and never a match that is none") {
  World world(3000);
  CHECK(world.store->Purge().ok());
  world.session.reset();
  world.store.reset();
  const std::string bytes = FileBytes(world.path);
  const size_t pages = bytes.size() / 4096;
  REQUIRE(pages > 30);
  std::mt19937_64 random(Seed());
  int unavailable = 0;
  for (int round = 0; round < 60; ++round) {
    std::string damaged = bytes;
    const size_t page = 1 + random() % (pages - 1);
    CAPTURE(page);
    for (size_t i = 0; i < 4096; ++i) damaged[page * 4096 + i] = static_cast<char>(random());
    damaged[page * 4096] = '\xAB';  // else it may pass for an empty page of SQLite's
    std::ofstream(world.path, std::ios::binary) << damaged;
    auto store = OpenFile(world.path, StoreOptions::Mode::kReadOnly);
    if (!store.ok()) continue;  // the page was of the catalog's entries or of meta
    auto opened = (*store)->NewSession(world.keys.vault());
    if (!opened.ok()) continue;
    world.session = std::move(*opened);
    const std::string ann = world.Ask("ann", "bob");
    const std::string eve = world.Ask("eve", "bob");
    CHECK((ann == "match" || ann == "unavailable"));
    CHECK((eve == "no_match" || eve == "unavailable"));
    unavailable += ann == "unavailable" ? 1 : 0;
    world.session.reset();
  }
  CHECK(unavailable > 0);
}

struct Work {
  int statements = 0, rows = 0;
  uint64_t allocations = 0;
  std::string fact;
};

// Statements run and rows given on every connection, by SQLite's own account.
Work g_work;

int Count(unsigned event, void*, void*, void*) {
  if (event == SQLITE_TRACE_STMT) ++g_work.statements;
  if (event == SQLITE_TRACE_ROW) ++g_work.rows;
  return 0;
}

int CountOnOpen(sqlite3* db, char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(db, SQLITE_TRACE_STMT | SQLITE_TRACE_ROW, Count, nullptr);
}

Work WorkOf(World& world, const char* caller, const char* callee) {
  FactSource* const sources[] = {world.session.get()};
  Question question;
  question.caller = caller;
  question.callee = callee;
  Frame frame;
  const auto ask = [&] {
    world.session->BeginSnapshot();
    const bool ok = BeginFrame(StandardLayout(), question, &frame).ok();
    LoadGroup(StandardLayout(), Group::kContact, question, sources, 0, &frame);
    world.session->EndSnapshot();
    return ok;
  };
  CHECK(ask());
  g_work = {};
  const uint64_t before = Allocations();
  const bool ok = ask();
  const uint64_t after = Allocations();
  CHECK(ok);
  Work work = g_work;
  work.allocations = after - before;
  work.fact = Answer(frame).Get(kCallee);
  return work;
}

TEST_CASE("a hit and a miss do the same reads, and nothing is allocated") {
  using EntryPoint = void (*)();
  const auto entry = reinterpret_cast<EntryPoint>(CountOnOpen);
  sqlite3_auto_extension(entry);
  {
    World world(3000);
    for (const size_t count : {size_t{1}, size_t{8}}) {
      std::vector<ListedIdentifier> in_book, not_in_book, suppressed;
      for (size_t i = 0; i < count; ++i) {
        in_book.push_back(Verified("stranger" + std::to_string(i)));
        not_in_book.push_back(Verified("elsewhere" + std::to_string(i)));
        suppressed.push_back(in_book.back());
        suppressed.back().suppressed = true;
      }
      world.Write([&](ContactTables& rows) {
        Require(PutIdentifiersOf(rows, world.keys.keyring(), "ann", in_book));
        Require(PutIdentifiersOf(rows, world.keys.keyring(), "eve", not_in_book));
        return PutIdentifiersOf(rows, world.keys.keyring(), "carol", suppressed);
      });
      const Work hit = WorkOf(world, "ann", "bob");
      const Work miss = WorkOf(world, "eve", "bob");
      const Work hidden = WorkOf(world, "carol", "bob");
      CHECK(hit.fact == "match");
      CHECK(miss.fact == "no_match");
      CHECK(hidden.fact == "no_match");
      // begin, two names, book with identifiers, the chunks, commit; the epoch is remembered.
      CHECK(hit.rows == 3 + static_cast<int>(count));
      CHECK(hit.statements == 5 + static_cast<int>(count));
      for (const Work& other : {miss, hidden}) {
        CHECK(other.rows == hit.rows);
        CHECK(other.statements == hit.statements);
      }
      for (const Work& work : {hit, miss, hidden}) CHECK(work.allocations == 0);
    }
    // No book: the names, and that there is none, are all that is read.
    const Work none = WorkOf(world, "ann", "carol");
    CHECK(none.fact == "no_book");
    CHECK(none.rows == 2);
    CHECK(none.statements == 5);
    CHECK(none.allocations == 0);
  }
  sqlite3_cancel_auto_extension(entry);
}

}  // namespace
}  // namespace ringfence
