// Forgetting, down to the bytes of the files; and what Doctor finds in a file that was tampered
// with.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include "unit/seed.h"
#include "unit/store_file.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

// The files of the store in which the bytes occur.
std::vector<std::string> FilesWith(const TemporaryFolder& folder, const std::string& bytes) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (FileBytes(entry.path()).find(bytes) == std::string::npos) continue;
    found.push_back(entry.path().filename());
  }
  return found;
}

std::string SeedOf(StoreBackend& store, const std::string& user) {
  const Result<LogSeedRow> row = store.FindLogSeed(user);
  REQUIRE_MESSAGE(row.ok(), row.status().message());
  return std::string(row->seed.begin(), row->seed.end());
}

// The files of the store in which any of the seeds occurs.
std::set<std::string> FilesWithSeeds(const TemporaryFolder& folder,
                                     const std::vector<std::string>& seeds) {
  std::set<std::string> found;
  for (const std::string& seed : seeds) {
    for (const std::string& file : FilesWith(folder, seed)) found.insert(file);
  }
  return found;
}

Status Forget(StoreBackend& store, const std::string& user) {
  ForgetReport report;
  return Write(store, [&](StoreTransaction& t) { return t.Forget(user, kNow, &report); });
}

// All ids of the form "user-NUMBER-end" in any of the store's files.
std::set<std::string> IdsInFiles(const TemporaryFolder& folder) {
  std::set<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    const std::string bytes = FileBytes(entry.path());
    for (size_t at = 0; (at = bytes.find("user-", at)) != std::string::npos; ++at) {
      const size_t end = bytes.find_first_not_of("0123456789", at + 5);
      if (end != std::string::npos && bytes.compare(end, 4, "-end") == 0) {
        ids.insert(bytes.substr(at, end + 4 - at));
      }
    }
  }
  return ids;
}

// A thousand users in an order that makes SQLite split the pages of the index of names, every other
// one forgotten again. Whether, before the purge, a forgotten id was left in the database itself.
bool ForgetHalf(uint64_t order) {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  const auto store = NewSqliteStore(path);
  std::vector<std::string> gone, kept;
  Require(Write(*store, [&](StoreTransaction& t) {
    for (int i = 0; i < 1000; ++i) {
      order = order * 6364136223846793005u + 1442695040888963407u;
      const std::string name = "user-" + std::to_string(order >> 33) + "-end";
      ((order >> 40) % 2 == 0 ? gone : kept).push_back(name);
      Require(t.AddUser(name));
    }
    return Status();
  }));
  std::vector<std::string> gone_seeds, kept_seeds;
  for (const std::string& name : gone) gone_seeds.push_back(SeedOf(*store, name));
  for (const std::string& name : kept) kept_seeds.push_back(SeedOf(*store, name));
  Require(Write(*store, [&](StoreTransaction& t) {
    ForgetReport report;
    for (const std::string& name : gone) Require(t.Forget(name, kNow, &report));
    return Status();
  }));
  CHECK(FilesWith(folder, gone[0]) == std::vector<std::string>{"store.db-wal"});
  CHECK(FilesWithSeeds(folder, gone_seeds) == std::set<std::string>{"store.db-wal"});
  Sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
  std::set<std::string> ids = IdsInFiles(folder);
  const bool left = std::any_of(gone.begin(), gone.end(),
                                [&](const std::string& name) { return ids.contains(name); });
  CHECK(store->Purge().value());
  ids = IdsInFiles(folder);
  CHECK(ids == std::set<std::string>(kept.begin(), kept.end()));
  CHECK(FilesWithSeeds(folder, gone_seeds).empty());
  for (const std::string& seed : kept_seeds) {
    CHECK(FilesWith(folder, seed) == std::vector<std::string>{"store.db"});
  }
  CHECK(Findings(*store).empty());
  return left;
}

TEST_CASE("after forget and purge no file holds id or seed, however pages were split and merged") {
  int left = 0;
  for (uint64_t order : {0u, 15u, 18u, 29u}) left += ForgetHalf(order) ? 1 : 0;
  // Else this test shows nothing: overwriting rows where they lie would do.
  CHECK(left > 0);
}

TEST_CASE("an open snapshot delays the purge, which says so and can be repeated") {
  const TemporaryFolder folder;
  const auto store = NewSqliteStore(folder.file("store.db"), 10);
  Require(Write(*store, [](StoreTransaction& t) {
    return t.Relate("bob-to-be-forgotten", Relation("follows"), "alice", 1);
  }));
  CHECK(store->Purge().value());
  const std::string seed = SeedOf(*store, "bob-to-be-forgotten");
  auto session = store->NewSession(nullptr);
  Require(session.status());
  (*session)->BeginSnapshot();
  CHECK(AskSource(**session, "alice", "bob-to-be-forgotten").Get("callee.known") == "true");
  Require(Forget(*store, "bob-to-be-forgotten"));
  CHECK_FALSE(store->Purge().value());
  CHECK_FALSE(FilesWith(folder, "bob-to-be-forgotten").empty());
  CHECK_FALSE(FilesWith(folder, seed).empty());
  const auto findings = Findings(*store);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].check == "purge");
  CHECK_FALSE(findings[0].error);
  // The snapshot still is what it was.
  CHECK(AskSource(**session, "alice", "bob-to-be-forgotten").Get("callee.known") == "true");
  (*session)->EndSnapshot();
  CHECK(store->Purge().value());
  CHECK(FilesWith(folder, "bob-to-be-forgotten").empty());
  CHECK(FilesWith(folder, seed).empty());
  CHECK(Findings(*store).empty());
  // A session opened before the file was rebuilt reads on.
  CHECK(AskSource(**session, "alice", "bob-to-be-forgotten").Get("callee.known") == "false");
}

TEST_CASE("nothing of a forgotten user is left in any table") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  const auto store = NewSqliteStore(path);
  Require(Write(*store, [](StoreTransaction& t) {
    Require(t.SetUser("bob", Setting("verified"), 2));
    Require(t.Relate("bob", Relation("follows"), "alice", 1));
    Require(t.Relate("carol", Relation("blocks"), "bob", 1));
    return t.Relate("carol", Relation("blocks"), "alice", 1);
  }));
  const std::string id = Rows(path, "SELECT id FROM users WHERE name = 'bob'").at(0);
  Require(Forget(*store, "bob"));
  CHECK(Rows(path, "SELECT count(*) FROM pairs WHERE callee = " + id + " OR caller = " + id) ==
        std::vector<std::string>{"0"});
  CHECK(Rows(path, "SELECT count(*) FROM log_seeds WHERE user = " + id) ==
        std::vector<std::string>{"0"});
  CHECK(Rows(path, "SELECT count(*) FROM log_seeds") == std::vector<std::string>{"2"});
  CHECK(Rows(path, "SELECT name FROM users ORDER BY name") ==
        std::vector<std::string>{"alice", "carol"});
  CHECK(Rows(path, "SELECT count(*) FROM pairs") == std::vector<std::string>{"2"});
  CHECK(Rows(path, "SELECT count(*) FROM v_settings") == std::vector<std::string>{"0"});
  CHECK(Rows(path, "SELECT seq FROM sqlite_sequence WHERE name = 'users'") ==
        std::vector<std::string>{"3"});
}

struct Damage {
  const char* check;
  const char* sql;
};

constexpr Damage kDamages[] = {
    {"corrupt-value",
     "UPDATE users SET settings = x'0D00000000000000000000000000000000000000'"
     " WHERE name = 'bob'"},  // calls_enabled is 3
    {"corrupt-value",
     "UPDATE users SET settings = x'0000000000000000000000000000000000000000'"
     " WHERE name = 'bob'"},  // not known
    {"corrupt-value",
     "UPDATE users SET settings = x'01000000000000000F0000000000000000000000'"
     " WHERE name = 'bob'"},  // an enum beyond its members
    {"corrupt-value", "UPDATE pairs SET forward = forward | (7 << 18)"},
    {"corrupt-value",
     "UPDATE pairs SET forward = 8 WHERE callee = 1;"
     "UPDATE pairs SET reverse = 8 WHERE caller = 1"},  // half a friendship
    {"mirror", "DELETE FROM pairs WHERE callee = 1"},
    {"mirror", "UPDATE pairs SET forward = forward | 4 WHERE callee = 2"},
    {"orphan", "DELETE FROM users WHERE name = 'alice'"},
    {"log", "DELETE FROM log_seeds WHERE user = 2"},
    {"log", "INSERT INTO log_seeds (user, seed) VALUES (99, zeroblob(32))"},
    {"log",
     "PRAGMA ignore_check_constraints = ON; UPDATE log_seeds SET seed = x'01' WHERE user = 1"},
    {"log",
     "PRAGMA ignore_check_constraints = ON;"
     "INSERT INTO log_outbox (kind, payload) VALUES (7, x'01')"},
    {"log",
     "PRAGMA ignore_check_constraints = ON;"
     "INSERT INTO log_outbox (kind, payload) VALUES (256, zeroblob(128))"},
    {"log",
     "PRAGMA ignore_check_constraints = ON;"
     "INSERT INTO log_checkpoints (log, origin, size, boot, note) VALUES ('l', 'o', 1, -1, 'n')"},
    {"schema", "DROP TABLE log_outbox"},
    {"orphan", "INSERT INTO derived (kind, a, b, data, expires_s) VALUES (5, 1, 99, x'01', 0)"},
    {"orphan", "INSERT INTO derived (kind, a, b, data, expires_s) VALUES (5, 99, 1, x'01', 0)"},
    {"flag", "INSERT INTO derived (kind, a, b, data, expires_s) VALUES (8, 1, 2, x'01', 0)"},
    {"corrupt-value",
     "PRAGMA ignore_check_constraints = ON;"
     "INSERT INTO derived (kind, a, b, data, expires_s) VALUES (5, 1, 2, x'', 0)"},
    {"corrupt-value",
     "INSERT INTO derived VALUES (1, 1, 2, x'010100000000', 0)"},  // an attempt that does not
                                                                   // follow
    {"corrupt-value",
     "INSERT INTO derived VALUES (2, 1, 0, x'0101', 0)"},  // nor does a stranger's call
    {"corrupt-value", "INSERT INTO derived VALUES (3, 1, 0, x'0200', 0)"},    // another format
    {"corrupt-value", "INSERT INTO derived VALUES (4, 1, 0, x'010100', 0)"},  // a byte of an entry
    {"corrupt-value", "INSERT INTO derived VALUES (5, 1, 2, x'01', 0)"},      // a state alone
    {"corrupt-value", "INSERT INTO derived VALUES (6, 1, 2, zeroblob(8), 0)"},    // no time
    {"corrupt-value", "INSERT INTO derived VALUES (7, 1, 2, zeroblob(17), 0)"},   // no times
    {"corrupt-value", "INSERT INTO derived VALUES (8, 1, 2, x'0004000005', 0)"},  // no action
    {"corrupt-value",
     "INSERT INTO derived VALUES (9, 1, 0, x'0004000002040F', 0)"},         // no predicate
    {"corrupt-value", "INSERT INTO derived VALUES (10, -5, 0, x'0A', 0)"},  // no id
    {"corrupt-value",
     "INSERT INTO derived VALUES (11, -5, 1, x'02', 0)"},  // not what says that one is a member
    {"corrupt-value",
     "INSERT INTO derived VALUES (12, 1, 0, x'01411F28052805', 0)"},  // an interval that ends as it
                                                                      // starts
    {"corrupt-value", "INSERT INTO derived VALUES (13, 1, 0, zeroblob(8), 0)"},  // a time alone
    {"kind", "INSERT INTO derived VALUES (14, 1, 2, x'01', 0)"},
    {"schema", "DROP INDEX derived_b"},
    {"handles", "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'users'"},
    {"policy", "UPDATE policies SET text = text || ' '"},
    {"policy", "UPDATE meta SET policy_number = 0"},
    {"policy", "DELETE FROM policies"},
    {"meta", "DELETE FROM meta"},
    {"user", "UPDATE users SET name = 'a' || char(10) WHERE name = 'bob'"},
    {"entries", "UPDATE entries SET first_bit = first_bit + 1 WHERE name = 'follows'"},
    {"entries", "DELETE FROM entries WHERE name = 'follows'"},
    {"entries", "DELETE FROM entry_values WHERE name = 'follows'"},
    {"entries", "DELETE FROM entry_values WHERE name = 'dnd' AND code = 1"},
    {"schema", "DROP VIEW v_settings"},
    {"schema", "DROP VIEW v_relations; CREATE VIEW v_relations AS SELECT 1"},
    {"schema", "CREATE TABLE mine (a)"},
    {"wal", "PRAGMA journal_mode = DELETE"},
};

TEST_CASE("doctor names what is wrong, whatever was done to the file") {
  for (const Damage& damage : kDamages) {
    CAPTURE(std::string(damage.sql));
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    {
      const auto store = NewSqliteStore(path);
      Require(Write(*store, [](StoreTransaction& t) {
        Require(t.Relate("bob", Relation("follows"), "alice", 1));
        PolicyRecord record;
        record.text = "{}";
        return t.AddPolicy(&record);
      }));
      CHECK(Findings(*store).empty());
    }
    Sql(path, damage.sql);
    // Read-only, because opening for writing repairs a few of these.
    auto store = OpenFile(path, StoreOptions::Mode::kReadOnly);
    if (store.status().code() == StatusCode::kSchema ||
        store.status().code() == StatusCode::kCorrupt) {
      // A file this wrong is refused outright.
      CHECK(damage.check == std::string("entries"));
      continue;
    }
    Require(store.status());
    const auto findings = Findings(**store);
    CHECK(std::any_of(findings.begin(), findings.end(), [&](const DoctorFinding& finding) {
      return finding.check == damage.check && !finding.detail.empty();
    }));
    // One cause does not bury itself in findings of other checks.
    CHECK(findings.size() <= 4);
  }
}

TEST_CASE(
    "doctor says of each damaged row whose it is, and of a newer program's that it is no error") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  const auto store = NewSqliteStore(path);
  Require(Write(*store, [](StoreTransaction& t) { return t.AddUser("alice"); }));
  Sql(path,
      "INSERT INTO derived VALUES (2, 1, 0, x'0100', 0);"  // sound
      "INSERT INTO derived VALUES (3, 1, 0, x'01', 0);"
      "INSERT INTO derived VALUES (14, 1, 0, x'01', 0);"
      "INSERT INTO derived VALUES (255, -1, 0, x'01', 0)");
  const auto findings = Findings(*store);
  REQUIRE(findings.size() == 3);
  CHECK(findings[0].check == "corrupt-value");
  CHECK(findings[0].detail == "derived row (3, 1, 0): is not what such a row looks like");
  CHECK(findings[0].error);
  for (const size_t i : {size_t{1}, size_t{2}}) {
    CHECK(findings[i].check == "kind");
    CHECK_FALSE(findings[i].error);
  }
  CHECK(findings[2].detail == "derived row (255, -1, 0): is of a kind this version does not know");
}

TEST_CASE("doctor lists the first of many and counts the rest") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  const auto store = NewSqliteStore(path);
  Require(Write(*store, [](StoreTransaction& t) {
    for (int i = 0; i < 50; ++i) Require(t.AddUser("u" + std::to_string(i)));
    return Status();
  }));
  Sql(path, "UPDATE users SET settings = zeroblob(20)");
  const auto findings = Findings(*store);
  REQUIRE(findings.size() == 21);
  CHECK(findings.back().detail == "30 more");
  CHECK(findings.back().error);
}

TEST_CASE("many rows of a newer program are still no error") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  const auto store = NewSqliteStore(path);
  std::string sql;
  for (int i = 1; i <= 25; ++i) {
    sql += "INSERT INTO derived VALUES (200, -" + std::to_string(i) + ", 0, x'01', 0);";
  }
  Sql(path, sql);
  const auto findings = Findings(*store);
  REQUIRE(findings.size() == 21);
  CHECK(findings.back().detail == "5 more");
  CHECK(std::none_of(findings.begin(), findings.end(),
                     [](const DoctorFinding& finding) { return finding.error; }));
}

TEST_CASE("a page of noise is a finding, not a crash") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  {
    const auto store = NewSqliteStore(path);
    Require(Write(*store, [](StoreTransaction& t) {
      for (int i = 0; i < 2000; ++i) {
        Require(t.Relate("u" + std::to_string(i), Relation("follows"), "hub", 1));
      }
      return Status();
    }));
    CHECK(store->Purge().value());
  }
  std::mt19937_64 random(Seed());
  std::string bytes = FileBytes(path);
  const size_t pages = bytes.size() / 4096;
  REQUIRE(pages > 20);
  for (int round = 0; round < 20; ++round) {
    std::string damaged = bytes;
    const size_t page = 1 + random() % (pages - 1);
    CAPTURE(page);
    for (size_t i = 0; i < 4096; ++i) damaged[page * 4096 + i] = static_cast<char>(random());
    // SQLite has no checksums: a page that happens to begin like one of its own may pass for empty.
    damaged[page * 4096] = '\xAB';
    std::ofstream(path, std::ios::binary) << damaged;
    auto store = OpenFile(path, StoreOptions::Mode::kReadOnly);
    if (!store.ok()) {
      // The page was of the catalog's entries or of meta.
      CHECK(store.status().code() == StatusCode::kCorrupt);
      continue;
    }
    const auto findings = Findings(**store);
    CHECK_FALSE(findings.empty());
    auto session = (*store)->NewSession(nullptr);
    if (!session.ok()) continue;
    for (int i = 0; i < 200; ++i) {
      const Answer answer = AskSource(**session, "hub", "u" + std::to_string(random() % 2000));
      (*session)->EndSnapshot();
      // Right, or not readable; never somebody else's.
      const std::string follows = answer.Get("callee.follows(caller)");
      CHECK((follows == "true" || follows == "unavailable"));
    }
  }
}

}  // namespace
}  // namespace ringfence
