// The file itself: its schema as created, its views, catalogs that grow, migrations, and the page
// that says what every column is for.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "store/sqlite_session.h"
#include "store/user_sets.h"
#include "unit/store_file.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

std::string PathOf(const TemporaryFolder& folder) { return folder.file("store.db"); }

TEST_CASE("a new file is what schema/store.sql says, and its owner's alone") {
  const TemporaryFolder folder;
  NewSqliteStore(PathOf(folder));
  Connection fresh = std::move(*Connection::OpenMemory());
  const std::string text = FileBytes(RINGFENCE_SOURCE_DIR "/schema/store.sql");
  CHECK(text == StoreSql());
  Require(fresh.Execute(text.c_str(), "make the schema"));
  const std::string objects = "SELECT type, name, sql FROM sqlite_schema ORDER BY name";
  CHECK(Rows(PathOf(folder), objects) == Rows(fresh, objects));
  CHECK(Rows(PathOf(folder), "PRAGMA application_id") == std::vector<std::string>{"1382437747"});
  CHECK(text.find("application_id = 1382437747") != std::string::npos);
  CHECK(Rows(PathOf(folder), "PRAGMA user_version") == std::vector<std::string>{"6"});
  CHECK(Rows(PathOf(folder), "PRAGMA journal_mode") == std::vector<std::string>{"wal"});
  CHECK(Rows(PathOf(folder),
             "SELECT count(*) FROM pragma_table_list WHERE type = 'table'"
             " AND NOT strict AND name NOT LIKE 'sqlite%'") == std::vector<std::string>{"0"});
  struct stat info;
  REQUIRE(stat(PathOf(folder).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("every column is on the privacy page, and the page has no others") {
  const TemporaryFolder folder;
  NewSqliteStore(PathOf(folder));
  const std::vector<std::string> columns =
      Rows(PathOf(folder),
           "SELECT m.name || '.' || c.name FROM sqlite_schema AS m"
           " JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'");
  CHECK(columns.size() > 30);
  const std::set<std::string> expected(columns.begin(), columns.end());
  std::set<std::string> listed;
  std::ifstream page(RINGFENCE_SOURCE_DIR "/schema/privacy.md");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    const size_t end = line.find('`', 3);
    REQUIRE(end != std::string::npos);
    CHECK(listed.insert(line.substr(3, end - 3)).second);
    // Column, purpose, kept, erased by, thief.
    CAPTURE(line);
    CHECK(std::count(line.begin(), line.end(), '|') == 6);
    CHECK(line.find("| |") == std::string::npos);
  }
  CHECK(listed == expected);
}

TEST_CASE("views: chosen settings and relations in words, read with plain SQL") {
  const TemporaryFolder folder;
  {
    const auto store = NewSqliteStore(PathOf(folder));
    Require(Write(*store, [](StoreTransaction& t) {
      Require(t.SetUser("bob", Setting("calls_enabled"), 1));
      Require(t.SetUser("bob", Setting("dnd"), Value(Setting("dnd"), "total")));
      Require(t.SetUser("bob", Setting("country"), Value(Setting("country"), "0")));
      Require(t.SetUser("alice", Setting("country"), Value(Setting("country"), "999")));
      Require(t.SetUser("alice", Setting("verified"), 2));
      Require(t.SetUser("alice", Setting("premium"), 2));
      Require(t.SetUser("alice", Setting("premium"), 0));
      Require(t.AddUser("carol"));
      Require(t.Relate("bob", Relation("follows"), "alice", 1));
      Require(t.Relate("alice", Relation("friend"), "bob", 1));
      return t.Relate("alice", Relation("handling"), "bob",
                      Value(Relation("handling"), "polite_block"));
    }));
  }
  CHECK(Rows(PathOf(folder), "SELECT user, name, value FROM v_settings ORDER BY user, name") ==
        std::vector<std::string>{"alice|country|999", "alice|verified|true",
                                 "bob|calls_enabled|false", "bob|country|0", "bob|dnd|total"});
  CHECK(Rows(PathOf(folder),
             "SELECT subject, relation, object FROM v_relations ORDER BY subject, relation") ==
        std::vector<std::string>{"alice|friend|bob", "alice|handling|bob", "bob|follows|alice",
                                 "bob|friend|alice"});
  CHECK(Rows(PathOf(folder),
             "SELECT value FROM v_relations WHERE subject = 'alice'"
             " AND relation = 'handling'") == std::vector<std::string>{"polite_block"});
}

TEST_CASE("v_settings says the same as the catalog, for every code of every entry") {
  const TemporaryFolder folder;
  const auto store = NewSqliteStore(PathOf(folder));
  const Catalog& catalog = Catalog::Standard();
  std::set<std::string> expected;
  for (const FactInfo& info : catalog.facts()) {
    if (!info.can_be_unset || info.group != Group::kCallee) continue;
    Require(Write(*store, [&](StoreTransaction& t) {
      const FactCode step = info.type == FactType::kInt ? 97 : 1;
      for (FactCode code = 0; code < info.code_count(); code += step) {
        const std::string user = info.entry + std::to_string(code);
        Require(t.SetUser(user, info.id, code));
        if (code == 0) continue;
        expected.insert(user + "|" + info.entry + "|" + catalog.FormatValue(info.id, code));
      }
      return Status();
    }));
  }
  const auto rows = Rows(PathOf(folder), "SELECT user, name, value FROM v_settings");
  CHECK(std::set<std::string>(rows.begin(), rows.end()) == expected);
  CHECK(rows.size() == expected.size());
  Sql(PathOf(folder),
      "UPDATE users SET settings = x'0100000003000000000000000000000000000000'"
      " WHERE name = 'dnd0'");
  CHECK(Rows(PathOf(folder), "SELECT name, value FROM v_settings WHERE user = 'dnd0'") ==
        std::vector<std::string>{"verified|corrupt"});
}

TEST_CASE("a file takes over what a grown catalog adds, and refuses another one") {
  const TemporaryFolder folder;
  const std::string one =
      UserEntry("one", R"("type":"bool","default":true,"absent":false,"bit":2)");
  const std::string two =
      UserEntry("two", R"("type":"bool","default":true,"absent":false,"bit":4)");
  const std::string not_one =
      UserEntry("other", R"("type":"bool","default":true,"absent":false,"bit":2)");
  const Layout small(MiniCatalog(one));
  const Layout large(MiniCatalog(one + two));
  const Layout different(MiniCatalog(not_one));
  using Mode = StoreOptions::Mode;
  Require(OpenFile(PathOf(folder), Mode::kCreate, small).status());
  const std::string entries = "SELECT name FROM entries ORDER BY name";
  CHECK(Rows(PathOf(folder), entries) == std::vector<std::string>{"one"});
  // Reading alone changes nothing.
  auto read_only = OpenFile(PathOf(folder), Mode::kReadOnly, large);
  Require(read_only.status());
  const auto findings = Findings(**read_only);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].check == "entries");
  CHECK_FALSE(findings[0].error);
  CHECK(Rows(PathOf(folder), entries) == std::vector<std::string>{"one"});
  auto grown = OpenFile(PathOf(folder), Mode::kReadWrite, large);
  Require(grown.status());
  const FactId id = *large.catalog.FindUserEntry("two");
  Require(Write(**grown, [&](StoreTransaction& t) { return t.SetUser("bob", id, 2); }));
  CHECK(Rows(PathOf(folder), entries) == std::vector<std::string>{"one", "two"});
  CHECK(Rows(PathOf(folder), "SELECT user, name, value FROM v_settings") ==
        std::vector<std::string>{"bob|two|true"});
  CHECK(Findings(**grown).empty());
  // The program with the smaller catalog goes on, and leaves the other's setting alone.
  auto old_program = OpenFile(PathOf(folder), Mode::kReadWrite, small);
  Require(old_program.status());
  const FactId old_id = *small.catalog.FindUserEntry("one");
  Require(Write(**old_program, [&](StoreTransaction& t) { return t.SetUser("bob", old_id, 1); }));
  CHECK(Rows(PathOf(folder), "SELECT name, value FROM v_settings ORDER BY name") ==
        std::vector<std::string>{"one|false", "two|true"});
  for (Mode mode : {Mode::kReadWrite, Mode::kReadOnly, Mode::kCreate}) {
    CHECK(OpenFile(PathOf(folder), mode, different).status().code() == StatusCode::kSchema);
  }
}

// Steps that no release has, to test the mechanism by.
constexpr MigrationStep kAdditive = {7, 1, 5, "CREATE TABLE extra (a INTEGER) STRICT"};
constexpr MigrationStep kReadersStay = {8, 1, 8, "ALTER TABLE extra ADD COLUMN b INTEGER"};
constexpr MigrationStep kBreaking = {9, 9, 9, "ALTER TABLE pairs RENAME COLUMN forward TO onward"};

TEST_CASE("migration: steps in order, once each, and what each means for older programs") {
  const TemporaryFolder folder;
  const auto store = NewSqliteStore(PathOf(folder));
  Require(Write(*store, [](StoreTransaction& t) {
    return t.Relate("bob", Relation("follows"), "alice", 1);
  }));
  auto session = store->NewSession(nullptr);
  Require(session.status());
  const auto follows = [&] {
    (*session)->BeginSnapshot();
    std::string value = AskSource(**session, "alice", "bob").Get("callee.follows(caller)");
    SnapshotInfo info;
    const Status status = (*session)->Info(&info);
    (*session)->EndSnapshot();
    return value + ", " + std::string(ToString(status.code()));
  };
  const auto write = [&] {
    return Write(*store, [](StoreTransaction& t) { return t.AddUser("carol"); }).code();
  };
  CHECK(follows() == "true, ok");

  CHECK(MigrateSqliteStore(PathOf(folder)).value() == std::pair(6, 6));
  const MigrationStep additive[] = {kAdditive};
  CHECK(MigrateFile(PathOf(folder), additive).value() == std::pair(6, 7));
  CHECK(MigrateFile(PathOf(folder), additive).value() == std::pair(7, 7));
  CHECK(follows() == "true, ok");
  CHECK(write() == StatusCode::kOk);
  using Mode = StoreOptions::Mode;
  Require(OpenFile(PathOf(folder), Mode::kReadWrite).status());
  CHECK(Findings(*store).empty());

  const MigrationStep readers_stay[] = {kAdditive, kReadersStay};
  CHECK(MigrateFile(PathOf(folder), readers_stay).value() == std::pair(7, 8));
  CHECK(follows() == "true, ok");
  CHECK(write() == StatusCode::kSchema);
  Require(OpenFile(PathOf(folder), Mode::kReadOnly).status());
  Status refused = OpenFile(PathOf(folder), Mode::kReadWrite).status();
  CHECK(refused.code() == StatusCode::kSchema);
  CHECK(refused.message() ==
        "the store has schema 8, to write which a program must know schema 8, and this one knows "
        "6");

  const MigrationStep all[] = {kAdditive, kReadersStay, kBreaking};
  CHECK(MigrateFile(PathOf(folder), all).value() == std::pair(8, 9));
  // A worker that was running reads no more: unavailable, not wrong.
  CHECK(follows() == "unavailable, wrong schema");
  CHECK(store->Revision().status().code() == StatusCode::kSchema);
  refused = OpenFile(PathOf(folder), Mode::kReadOnly).status();
  CHECK(refused.code() == StatusCode::kSchema);
  CHECK(refused.message() ==
        "the store has schema 9, to read which a program must know schema 9, and this one knows 6");
  CHECK(MigrateSqliteStore(PathOf(folder)).status().code() == StatusCode::kSchema);
}

TEST_CASE("migration: a step that fails leaves the file at the step before") {
  const TemporaryFolder folder;
  NewSqliteStore(PathOf(folder));
  const MigrationStep steps[] = {
      kAdditive, {8, 1, 1, "CREATE TABLE more (a INTEGER) STRICT; DROP TABLE none"}};
  const MigrationStep cannot_fill[] = {
      kAdditive, {8, 1, 1, "CREATE TABLE more (a INTEGER) STRICT", [](Connection&) {
                    return Status(StatusCode::kIo, "no random bytes");
                  }}};
  for (std::span<const MigrationStep> failing : {std::span(steps), std::span(cannot_fill)}) {
    CHECK_FALSE(MigrateFile(PathOf(folder), failing).ok());
    CHECK(Rows(PathOf(folder), "PRAGMA user_version") == std::vector<std::string>{"7"});
    CHECK(Rows(PathOf(folder), "SELECT name FROM sqlite_schema WHERE name IN ('extra', 'more')") ==
          std::vector<std::string>{"extra"});
  }
}

// A file as version 1 made it, with the tables that version had, filled as today's are.
void MakeVersion1(const TemporaryFolder& folder, const std::string& path) {
  const std::string donor = folder.file("donor.db");
  const auto store = NewSqliteStore(donor);
  Require(Write(*store, [](StoreTransaction& t) {
    Require(t.SetUser("bob", Setting("verified"), 2));
    Require(t.Relate("bob", Relation("follows"), "alice", 1));
    PolicyRecord record;
    record.text = "text";
    return t.AddPolicy(&record);
  }));
  Connection db = OpenPlain(path);
  Require(
      db.Execute("PRAGMA journal_mode = WAL; PRAGMA application_id = 1382437747;"
                 "PRAGMA user_version = 1",
                 "make an old file"));
  const std::string tables = FileBytes(RINGFENCE_SOURCE_DIR "/tests/unit/store_v1.sql");
  REQUIRE(tables.find("contact") == std::string::npos);
  REQUIRE(tables.find("log_") == std::string::npos);
  Require(db.Execute(tables.c_str(), "make an old file"));
  Require(db.Execute(("ATTACH '" + donor + "' AS donor").c_str(), "make an old file"));
  for (const char* table :
       {"meta", "entries", "entry_values", "users", "pairs", "policies", "sqlite_sequence"}) {
    const std::string name = table;
    const std::string copy = "INSERT INTO main." + name + " SELECT * FROM donor." + name;
    Require(db.Execute(copy.c_str(), "fill an old file"));
  }
  Require(db.Execute("UPDATE main.meta SET min_writer = 1", "fill an old file"));
}

TEST_CASE("a file of version 1 is refused with the way out, and migrated keeps all it held") {
  const TemporaryFolder folder;
  const std::string path = PathOf(folder);
  MakeVersion1(folder, path);
  using Mode = StoreOptions::Mode;
  for (Mode mode : {Mode::kReadWrite, Mode::kReadOnly, Mode::kCreate}) {
    const Status refused = OpenFile(path, mode).status();
    CHECK(refused.code() == StatusCode::kSchema);
    CHECK(refused.message() ==
          "the store has schema 1 and this program needs 6: run 'ringfence migrate'");
  }
  const auto contents = [&] {
    std::vector<std::string> rows;
    for (const char* sql :
         {"SELECT * FROM users", "SELECT * FROM pairs", "SELECT number, text FROM policies",
          "SELECT * FROM v_settings", "SELECT * FROM v_relations", "SELECT * FROM entry_values",
          "SELECT * FROM sqlite_sequence", "SELECT cohort_key, forgets FROM meta"}) {
      for (const std::string& row : Rows(path, sql)) rows.push_back(row);
    }
    return rows;
  };
  const std::vector<std::string> before = contents();
  CHECK(before.size() > 10);
  CHECK(MigrateSqliteStore(path).value() == std::pair(1, 6));
  CHECK(MigrateSqliteStore(path).value() == std::pair(6, 6));
  CHECK(contents() == before);
  const auto store = OpenFile(path, Mode::kReadWrite);
  Require(store.status());
  CHECK(Findings(**store).empty());
  auto session = (*store)->NewSession(nullptr);
  Require(session.status());
  CHECK(AskSource(**session, "alice", "bob").Get("callee.follows(caller)") == "true");
}

TEST_CASE("migration to schema 3: every user has a seed, of 32 random bytes, and keeps it") {
  for (int from : {1, 2}) {
    CAPTURE(from);
    const TemporaryFolder folder;
    const std::string path = PathOf(folder);
    MakeVersion1(folder, path);
    // More than come out of one block of random bytes.
    Sql(path,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
        " INSERT INTO users (name, settings) SELECT 'more' || i,"
        " x'0100000000000000000000000000000000000000' FROM n;"
        "DELETE FROM users WHERE name = 'more500'");
    if (from == 2) {
      const std::vector<MigrationStep> steps = Migrations();
      CHECK(MigrateFile(path, std::span(steps).first(1)).value() == std::pair(1, 2));
      CHECK(Rows(path, "SELECT min_reader, min_writer FROM meta") ==
            std::vector<std::string>{"1|2"});
    }
    CHECK(MigrateSqliteStore(path).value() == std::pair(from, 6));
    CHECK(Rows(path,
               "SELECT count(*), count(DISTINCT seed), min(length(seed)), max(length(seed))"
               " FROM log_seeds JOIN users ON id = user") ==
          std::vector<std::string>{"1001|1001|32|32"});
    const std::string all = "SELECT user, hex(seed) FROM log_seeds ORDER BY user";
    const std::vector<std::string> seeds = Rows(path, all);
    CHECK(MigrateSqliteStore(path).value() == std::pair(6, 6));
    const auto store = OpenFile(path, StoreOptions::Mode::kReadWrite);
    Require(store.status());
    CHECK(Findings(**store).empty());
    CHECK(Rows(path, all) == seeds);
    ForgetReport report;
    Require(Write(**store, [&](StoreTransaction& t) { return t.Forget("more7", kNow, &report); }));
    CHECK(Rows(path, all).size() == seeds.size() - 1);
  }
}

TEST_CASE("migration to schema 4: programs that know 3 go on reading and writing") {
  const TemporaryFolder folder;
  const std::string path = PathOf(folder);
  MakeVersion1(folder, path);
  const std::vector<MigrationStep> steps = Migrations();
  CHECK(MigrateFile(path, std::span(steps).first(2)).value() == std::pair(1, 3));
  Connection old_program = OpenPlain(path);
  const std::string add = "INSERT INTO log_outbox (kind, payload) VALUES (7, zeroblob(128))";
  Require(old_program.Execute(add.c_str(), "write"));
  CHECK(MigrateFile(path, std::span(steps).first(3)).value() == std::pair(3, 4));
  Require(CheckSchema(old_program, SchemaUse::kRead, 3));
  Require(CheckSchema(old_program, SchemaUse::kWrite, 3));
  CHECK(CheckSchema(old_program, SchemaUse::kWrite, 2).code() == StatusCode::kSchema);
  Require(old_program.Execute(add.c_str(), "write"));
  Require(MigrateSqliteStore(path).status());
  const auto store = OpenFile(path, StoreOptions::Mode::kReadWrite);
  Require(store.status());
  CHECK((*store)->LogOutbox()->size() == 2);
  // What such a program would log without its report does not lie where it looks.
  Require((*store)->AddLogReport("example.com/n7", "report").status());
  CHECK((*store)->LogOutbox()->size() == 2);
  CHECK((*store)->LogReports("example.com/n7")->size() == 1);
  CHECK(Findings(**store).empty());
}

TEST_CASE("migration to schema 5: programs that know 4 go on reading, and write no more") {
  const TemporaryFolder folder;
  const std::string path = PathOf(folder);
  MakeVersion1(folder, path);
  const std::vector<MigrationStep> steps = Migrations();
  CHECK(MigrateFile(path, std::span(steps).first(3)).value() == std::pair(1, 4));
  CHECK(MigrateFile(path, std::span(steps).first(4)).value() == std::pair(4, 5));
  Connection old_program = OpenPlain(path);
  Require(CheckSchema(old_program, SchemaUse::kRead, 4));
  CHECK(CheckSchema(old_program, SchemaUse::kWrite, 4).code() == StatusCode::kSchema);
}

TEST_CASE("migration to schema 6: programs that know 5 go on, and keep the indexes up") {
  const TemporaryFolder folder;
  const std::string path = PathOf(folder);
  MakeVersion1(folder, path);
  const std::vector<MigrationStep> steps = Migrations();
  CHECK(MigrateFile(path, std::span(steps).first(4)).value() == std::pair(1, 5));
  CHECK(MigrateSqliteStore(path).value() == std::pair(5, 6));
  Connection old_program = OpenPlain(path);
  Require(CheckSchema(old_program, SchemaUse::kRead, 5));
  Require(CheckSchema(old_program, SchemaUse::kWrite, 5));
  // bob was verified before; alice becomes so by a program that knows of no index.
  Require(
      old_program.Execute("UPDATE users SET settings = (SELECT settings FROM users WHERE"
                          " name = 'bob') WHERE name = 'alice'",
                          "write"));
  const auto store = OpenFile(path, StoreOptions::Mode::kReadWrite);
  Require(store.status());
  CHECK(Findings(**store).empty());
  size_t indexed = 0;
  for (const IndexedEntry& entry : IndexedEntries()) {
    const std::string sql = std::string("SELECT name FROM users INDEXED BY ") + entry.index +
                            " WHERE " + entry.where + " ORDER BY id";
    const bool is_it = std::string_view(entry.entry) == "verified";
    CHECK(Rows(path, sql) ==
          (is_it ? std::vector<std::string>{"bob", "alice"} : std::vector<std::string>{}));
    indexed += is_it ? 1 : 0;
  }
  CHECK(indexed == 1);
}

TEST_CASE("each indexed value is where the standard catalog has it, and found whatever is beside") {
  const TemporaryFolder folder;
  const std::string path = PathOf(folder);
  const auto store = NewSqliteStore(path);
  const Layout& layout = StandardLayout();
  for (const IndexedEntry& entry : IndexedEntries()) {
    CAPTURE(std::string(entry.entry));
    const bool is_flag = &entry == &IndexedEntries()[HasListIndex()];
    const std::optional<FactId> fact = FactOf(entry, layout);
    CHECK(fact.has_value() != is_flag);
    if (is_flag) continue;
    CHECK(layout.catalog.ParseValue(*fact, entry.value).value() == entry.code);
    const FactCode count = layout.catalog.fact(*fact).code_count();
    std::vector<std::string> expected;
    for (FactCode code = 0; code < count; ++code) {
      for (const bool full : {false, true}) {
        const std::string user = entry.entry + std::to_string(code) + (full ? "full" : "");
        Require(Write(*store, [&](StoreTransaction& t) {
          Status status = t.AddUser(user);
          for (const FactInfo& info : layout.catalog.facts()) {
            const bool other =
                info.group == Group::kCallee && info.can_be_unset && info.id != *fact;
            if (full && other && status.ok()) {
              status = t.SetUser(user, info.id, info.code_count() - 1);
            }
          }
          return status.ok() ? t.SetUser(user, *fact, code) : status;
        }));
        if (code == entry.code) expected.push_back(user);
      }
    }
    const std::string sql = std::string("SELECT name FROM users INDEXED BY ") + entry.index +
                            " WHERE " + entry.where + " AND name GLOB '" + entry.entry +
                            "[0-9]*' ORDER BY id";
    CHECK(Rows(path, sql) == expected);
  }
}

TEST_CASE("a migrated file and a new one have the same tables, indexes and views") {
  const TemporaryFolder folder;
  MakeVersion1(folder, PathOf(folder));
  Require(MigrateSqliteStore(PathOf(folder)).status());
  NewSqliteStore(folder.file("new.db"));
  const std::string objects = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name";
  CHECK(Rows(PathOf(folder), objects) == Rows(folder.file("new.db"), objects));
  for (const char* sql : {"SELECT min_reader, min_writer FROM meta", "PRAGMA user_version"}) {
    CHECK(Rows(PathOf(folder), sql) == Rows(folder.file("new.db"), sql));
  }
}

TEST_CASE("a program that knows version 1 may go on reading a migrated file, not writing it") {
  const TemporaryFolder folder;
  const std::string path = PathOf(folder);
  MakeVersion1(folder, path);
  // Such a program at work: its statements are prepared, its checks are those of every transaction.
  Connection old_program = OpenPlain(path);
  Statement follows, min_reader, min_writer;
  Require(
      old_program.Prepare("SELECT forward FROM pairs WHERE callee = 2 AND caller = 1", &follows));
  Require(old_program.Prepare("SELECT min_reader FROM meta WHERE id = 1", &min_reader));
  Require(old_program.Prepare("SELECT min_writer FROM meta WHERE id = 1", &min_writer));
  const auto read = [](Statement& statement) {
    const ResetGuard reset(statement);
    REQUIRE(statement.Step() == SQLITE_ROW);
    return statement.Int(0);
  };
  const int64_t pair = read(follows);
  CHECK(read(min_writer) == 1);
  {
    // Also in the middle of a transaction, which keeps its snapshot.
    Require(old_program.Execute("BEGIN", "read"));
    CHECK(read(min_writer) == 1);
    Require(MigrateSqliteStore(path).status());
    CHECK(read(min_writer) == 1);
    CHECK(read(follows) == pair);
    Require(old_program.Execute("COMMIT", "read"));
  }
  CHECK(read(min_reader) == 1);
  CHECK(read(min_writer) == 5);
  CHECK(read(follows) == pair);
  Require(CheckSchema(old_program, SchemaUse::kRead, 1));
  const Status refused = CheckSchema(old_program, SchemaUse::kWrite, 1);
  CHECK(refused.code() == StatusCode::kSchema);
  CHECK(refused.message() ==
        "the store has schema 6, to write which a program must know schema 5, and this one knows "
        "1");
}

TEST_CASE("migrating what is not ours, or not there") {
  const TemporaryFolder folder;
  CHECK(MigrateSqliteStore(folder.file("none.db")).status().code() == StatusCode::kNotFound);
  Sql(folder.file("other.db"), "CREATE TABLE t (a); PRAGMA user_version = 7");
  CHECK(MigrateSqliteStore(folder.file("other.db")).status().code() == StatusCode::kSchema);
}

}  // namespace
}  // namespace ringfence
