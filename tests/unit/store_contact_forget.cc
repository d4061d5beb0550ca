// Removing a book and forgetting a user, down to the bytes of the files; and what Doctor finds in
// contact rows that were tampered with.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "contract/contact_world.h"
#include "unit/store_file.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

template <class T>
T Get(Result<T> value) {
  REQUIRE_MESSAGE(value.ok(), value.status().message());
  return std::move(*value);
}

constexpr size_t kWindow = 16;

/// Byte sequences to look for: every 16 bytes of a value at a stride of 16, so that any 31 bytes of
/// it that were left anywhere are found.
class Needles {
 public:
  void Add(std::string_view bytes) {
    for (size_t at = 0; at + kWindow <= bytes.size(); at += kWindow) {
      windows_.emplace(bytes.substr(at, kWindow));
    }
  }
  void AddSealed(const std::string& path, const std::string& sql) {
    for (const std::string& value : Rows(path, sql)) Add(value);
  }
  size_t size() const { return windows_.size(); }
  bool AreIn(const std::string& file) const {
    const std::string bytes = FileBytes(file);
    for (size_t at = 0; at + kWindow <= bytes.size(); ++at) {
      if (windows_.contains(bytes.substr(at, kWindow))) return true;
    }
    return false;
  }
  /// The files of the folder in which any occurs.
  std::vector<std::string> FilesWith(const TemporaryFolder& folder) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (AreIn(entry.path())) found.push_back(entry.path().filename());
    }
    return found;
  }

 private:
  std::unordered_set<std::string> windows_;
};

/// Where SQLite puts temporary files, while this lives.
class TemporaryFiles {
 public:
  TemporaryFiles() { sqlite3_temp_directory = sqlite3_mprintf("%s", folder_.path().c_str()); }
  ~TemporaryFiles() {
    sqlite3_free(sqlite3_temp_directory);
    sqlite3_temp_directory = nullptr;
  }
  /// Files there, also those that are unlinked and still open.
  size_t Count() const {
    size_t count = 0;
    const std::filesystem::directory_iterator files(folder_.path());
    for (const auto& file : files) count += file.exists() ? 1 : 0;
    for (const auto& open : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const std::string target = std::filesystem::read_symlink(open.path(), gone).string();
      if (target.starts_with(folder_.path())) ++count;
    }
    return count;
  }

 private:
  TemporaryFolder folder_;
};

Tag TagNamed(const std::string& name) { return TokenNamed("tag of " + name); }

constexpr int kUsers = 40;
std::string NameOf(int i) { return std::to_string(1000 + i) + "-public-id-of-user"; }

/// Forty users with books, identifiers and uploads, written so that pages are split; the first ten
/// have synced a second time. `gone`: every byte sequence of the even ones.
struct World {
  World() {
    for (int generation : {1, 2}) {
      for (int i = 0; i < kUsers; ++i) {
        if (generation == 2 && i >= 10) break;
        Require(WriteContacts(*store, [&](ContactTables& rows) {
          return PutUser(rows, (i * 7) % kUsers, generation);
        }));
      }
      Remember();
    }
    for (int i = 0; i < kUsers; i += 2) gone.Add(NameOf(i));
    CHECK(gone.size() > 500);
  }
  Status PutUser(ContactTables& rows, int i, int generation) {
    const Keyring& keyring = keys.keyring();
    if (i == 0) Require(PutFirstEpoch(rows, keyring));
    const std::string user = NameOf(i);
    BookSpec spec;
    spec.tokens = Strangers(static_cast<size_t>(40 + 13 * i * generation % 200));
    spec.generation = generation;
    Require(PutBookOf(rows, keyring, user, spec));
    const int64_t account = Get(rows.FindUser(user));
    Require(PutIdentifiersOf(rows, keyring, user, {Verified(user)}));
    Require(rows.PutOwner({TagNamed(user), account, 0, 0}));
    QuotaRow quota;
    quota.account = account;
    Require(rows.PutQuota(quota));
    Get(rows.DeleteUpload(account));
    UploadRow upload = UploadOf(account);
    upload.next_sequence = 2;
    const int64_t id = Get(rows.PutUpload(upload));
    for (int64_t sequence : {0, 1}) {
      Require(rows.PutPart(id, PartOf(keyring, account, id, sequence, Strangers(50))));
    }
    return Status();
  }
  /// What is in the tables now of the even users.
  void Remember() {
    const std::string even =
        " IN (SELECT id FROM users WHERE substr(name, 4, 1) IN"
        " ('0', '2', '4', '6', '8'))";
    gone.AddSealed(path, "SELECT sealed FROM contact_chunks WHERE id >> 12" + even);
    gone.AddSealed(path,
                   "SELECT sealed FROM contact_parts JOIN contact_uploads ON upload ="
                   " contact_uploads.id WHERE account" +
                       even);
    gone.AddSealed(path, "SELECT sealed FROM contact_identifiers WHERE account" + even);
  }
  std::vector<std::string> Count(const std::string& table, const std::string& where = "1") {
    return Rows(path, "SELECT count(*) FROM contact_" + table + " WHERE " + where);
  }

  TemporaryFolder folder;
  std::string path = folder.file("store.db");
  ContactKeys keys;
  std::unique_ptr<StoreBackend> store = NewSqliteStore(path, 10);
  Needles gone;
};

using One = std::vector<std::string>;

TEST_CASE("no token stands in any file, nor two equal pieces of two sealed rows") {
  World world;
  Needles tokens;
  const auto add = [&](const Token& token) {
    tokens.Add({reinterpret_cast<const char*>(token.data()), token.size()});
  };
  for (const Token& token : Strangers(250)) add(token);
  for (int i = 0; i < kUsers; ++i) add(Verified(NameOf(i)).tokens[0].token);
  CHECK(tokens.size() == 250 + kUsers);
  CHECK(tokens.FilesWith(world.folder).empty());
  // All books have the same contacts, many the same in the same chunk.
  std::unordered_set<std::string> pieces;
  size_t count = 0;
  for (const char* table : {"chunks", "parts", "identifiers"}) {
    for (const std::string& row :
         Rows(world.path, "SELECT sealed FROM contact_" + std::string(table))) {
      for (size_t at = 0; at + 8 <= row.size(); at += 8, ++count) pieces.insert(row.substr(at, 8));
    }
  }
  CHECK(count > 10000);
  CHECK(pieces.size() == count);
}

TEST_CASE("after forget and purge no file holds anything sealed of the user, nor the id") {
  const TemporaryFiles temporary;
  World world;
  for (int i = 0; i < kUsers; i += 2) {
    Require(Write(*world.store, [&](StoreTransaction& t) {
      ForgetReport report;
      const Status status = t.Forget(NameOf(i), kNow, &report);
      CHECK(report.existed);
      return status;
    }));
  }
  // Else this test shows nothing.
  CHECK_FALSE(world.gone.FilesWith(world.folder).empty());
  Sql(world.path, "PRAGMA wal_checkpoint(TRUNCATE)");
  CHECK(Get(world.store->Purge()));
  Sql(world.path, "VACUUM INTO '" + world.folder.file("backup.db") + "'");
  CHECK(std::filesystem::exists(world.folder.file("backup.db")));
  CHECK(world.gone.FilesWith(world.folder).empty());
  CHECK(temporary.Count() == 0);
  CHECK(Findings(*world.store).empty());
  // The others are as they were.
  const std::string half = std::to_string(kUsers / 2);
  for (const char* table : {"books", "uploads", "identifiers", "quotas"}) {
    CHECK(world.Count(table) == One{half});
  }
  CHECK(world.Count("parts") == One{std::to_string(kUsers)});
  // Of the identifiers there is a tombstone each, without account, for 180 days.
  CHECK(world.Count("owners") == One{std::to_string(kUsers)});
  CHECK(world.Count("owners", "account = 0 AND moved_at_s = " + std::to_string(kNow) +
                                  " AND erased_at_s = " + std::to_string(kNow + kTombstoneS)) ==
        One{half});
  Needles tags;
  for (int i = 0; i < kUsers; i += 2) {
    const Tag tag = TagNamed(NameOf(i));
    tags.Add({reinterpret_cast<const char*>(tag.data()), tag.size()});
  }
  CHECK_FALSE(tags.FilesWith(world.folder).empty());
  std::filesystem::remove(world.folder.file("backup.db"));
  for (const int64_t now_s : {kNow + kTombstoneS - 1, kNow + kTombstoneS}) {
    Require(WriteContacts(*world.store, [&](ContactTables& rows) {
      const auto due = Get(rows.DeleteDue(now_s, 0, 1000));
      CHECK(due.tombstones == (now_s == kNow + kTombstoneS ? kUsers / 2 : 0));
      return rows.CountErasure();
    }));
  }
  CHECK(Get(world.store->Purge()));
  CHECK(tags.FilesWith(world.folder).empty());
}

TEST_CASE("a removed book, older copies of it and its upload are gone from all files") {
  const TemporaryFiles temporary;
  World world;
  for (int round = 0; round < 2; ++round) {
    Require(WriteContacts(*world.store, [&](ContactTables& rows) {
      for (int i = 0; i < kUsers; i += 2) {
        const int64_t account = Get(rows.FindUser(NameOf(i)));
        CHECK(Get(rows.DeleteBook(account)) == (round == 0));
        CHECK(Get(rows.DeleteUpload(account)) == (round == 0));
        Require(rows.DeleteIdentifiers(account));
        Require(rows.PutOwner({TagNamed(NameOf(i)), 0, kNow, kNow}));
      }
      return rows.CountErasure();
    }));
    CHECK(Get(world.store->Purge()));
  }
  Needles ids;
  for (int i = 0; i < kUsers; i += 2) ids.Add(NameOf(i));
  CHECK_FALSE(ids.FilesWith(world.folder).empty());  // the users are known still
  Needles sealed = world.gone;
  for (int i = 0; i < kUsers; i += 2) {
    Require(Write(*world.store, [&](StoreTransaction& t) {
      ForgetReport report;
      return t.Forget(NameOf(i), kNow, &report);
    }));
  }
  CHECK(Get(world.store->Purge()));
  CHECK(sealed.FilesWith(world.folder).empty());
  CHECK(temporary.Count() == 0);
  CHECK(Findings(*world.store).empty());
}

TEST_CASE("an open reader delays the purge of a removed book, which says so until it is done") {
  World world;
  CHECK(Get(world.store->Purge()));
  auto session = Get(world.store->NewSession(world.keys.vault()));
  session->BeginSnapshot();
  CHECK(AskSource(*session, NameOf(1), NameOf(0)).Get("callee.contact(caller)") == "no_match");
  auto reading = ReadContacts(*world.store);
  CHECK(Get(reading->FindUser(NameOf(0))) > 0);
  Needles needles;
  needles.AddSealed(world.path, "SELECT sealed FROM contact_chunks WHERE id >> 12 = 1");
  Require(WriteContacts(*world.store, [&](ContactTables& rows) {
    CHECK(Get(rows.DeleteBook(1)));
    return rows.CountErasure();
  }));
  CHECK_FALSE(Get(world.store->Purge()));
  CHECK_FALSE(needles.FilesWith(world.folder).empty());
  REQUIRE(Findings(*world.store).size() == 1);
  CHECK(Findings(*world.store)[0].check == "purge");
  // The snapshot keeps its book; the next one has none.
  CHECK(AskSource(*session, NameOf(1), NameOf(0)).Get("callee.contact(caller)") == "no_match");
  session->BeginSnapshot();
  CHECK(AskSource(*session, NameOf(1), NameOf(0)).Get("callee.contact(caller)") == "no_book");
  session->EndSnapshot();
  CHECK_FALSE(Get(world.store->Purge()));  // the other reader
  reading.reset();
  CHECK(Get(world.store->Purge()));
  CHECK(needles.FilesWith(world.folder).empty());
  CHECK(Findings(*world.store).empty());
}

struct Damage {
  const char* check;
  const char* sql;
};

constexpr Damage kDamages[] = {
    {"book", "DELETE FROM contact_books WHERE callee = 2"},
    {"book", "DELETE FROM contact_chunks WHERE id >> 12 = 2"},
    {"book", "DELETE FROM contact_chunks WHERE id = (SELECT max(id) FROM contact_chunks)"},
    {"book", "UPDATE contact_books SET bucket_bits = bucket_bits + 1 WHERE callee = 2"},
    {"book", "UPDATE contact_books SET bucket_bits = 0 WHERE callee = 2"},
    {"book", "INSERT INTO contact_chunks VALUES ((2 << 12) + 4095, zeroblob(40))"},
    {"upload", "DELETE FROM contact_uploads WHERE id = 13"},
    {"upload", "DELETE FROM contact_parts WHERE upload = 13"},
    {"upload", "UPDATE contact_parts SET sequence = 7 WHERE upload = 13 AND sequence = 1"},
    {"owner", "DELETE FROM contact_identifiers WHERE account = 2"},
    {"orphan",
     "UPDATE contact_owners SET account = 999 WHERE account = 2;"
     "INSERT INTO contact_identifiers SELECT 999, row_key, sealed"
     " FROM contact_identifiers WHERE account = 2"},
    {"orphan", "UPDATE contact_uploads SET account = 999 WHERE account = 2"},
    {"orphan", "UPDATE contact_quotas SET account = 999 WHERE account = 2"},
    {"orphan",
     "UPDATE contact_books SET callee = 999 WHERE callee = 2;"
     "UPDATE contact_chunks SET id = id + (997 << 12) WHERE id >> 12 = 2"},
    {"epoch", "INSERT INTO contact_epochs VALUES (2, zeroblob(32), 'current', 1, 0)"},
    {"epoch", "UPDATE contact_books SET epoch = 2 WHERE callee = 2"},
    {"row-key", "UPDATE contact_identifiers SET row_key = 2 WHERE account = 2"},
    {"row-key", "DELETE FROM contact_keys WHERE number = 1"},
    {"corrupt-value", "UPDATE contact_books SET synced_at_s = -5 WHERE callee = 2"},
    {"corrupt-value", "UPDATE contact_books SET region = char(10) WHERE callee = 2"},
    {"corrupt-value", "UPDATE contact_books SET norm = '' WHERE callee = 2"},
    {"corrupt-value", "UPDATE contact_books SET entries = 10001 WHERE callee = 2"},
    {"corrupt-value", "UPDATE contact_uploads SET mode = 'both' WHERE id = 13"},
    {"corrupt-value", "UPDATE contact_uploads SET digest = x'00' WHERE id = 13"},
    {"corrupt-value", "UPDATE contact_uploads SET tokens = -1 WHERE id = 13"},
    {"corrupt-value", "UPDATE contact_parts SET added = 999, removed = 2 WHERE upload = 13"},
    {"corrupt-value", "UPDATE contact_parts SET sealed = zeroblob(39) WHERE upload = 13"},
    {"corrupt-value", "UPDATE contact_identifiers SET sealed = zeroblob(9) WHERE account = 2"},
    {"corrupt-value", "UPDATE contact_owners SET moved_at_s = -1 WHERE account = 2"},
    {"corrupt-value", "UPDATE contact_owners SET tag = zeroblob(15) WHERE account = 2"},
    {"corrupt-value", "UPDATE contact_quotas SET evaluations = -1 WHERE account = 2"},
    {"corrupt-value", "UPDATE contact_epochs SET state = 'new'"},
    {"corrupt-value", "UPDATE contact_epochs SET public_key = x'00'"},
    {"corrupt-value", "UPDATE contact_keys SET check_value = x'00' WHERE number = 0"},
};

TEST_CASE("doctor names what is wrong with contact rows, and so does whoever reads them") {
  World world;
  CHECK(Get(world.store->Purge()));
  CHECK(Findings(*world.store).empty());
  const std::string damaged = world.folder.file("damaged.db");
  for (const Damage& damage : kDamages) {
    CAPTURE(std::string(damage.sql));
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(damaged + suffix);
    std::filesystem::copy_file(world.path, damaged);
    Sql(damaged, "PRAGMA ignore_check_constraints = ON;" + std::string(damage.sql));
    const auto store = Get(OpenFile(damaged, StoreOptions::Mode::kReadWrite));
    const auto findings = Findings(*store);
    CHECK(std::any_of(findings.begin(), findings.end(), [&](const DoctorFinding& finding) {
      return finding.check == damage.check && finding.error && !finding.detail.empty();
    }));
    CHECK(findings.size() <= 3 + (std::string(damage.check) == "corrupt-value" ? 1 : 0));
    if (damage.check != std::string("corrupt-value")) continue;
    // One account's rows, read for its protocol: at least one of them is refused.
    int refused = 0;
    const auto read = [&](const Status& status) {
      if (status.code() == StatusCode::kCorrupt) ++refused;
    };
    for (int64_t account : {2, 13}) {
      read(ReadContacts(*store)->Book(account).status());
      read(ReadContacts(*store)->Upload(account).status());
      read(ReadContacts(*store)->Identifiers(account).status());
      read(ReadContacts(*store)->Quota(account).status());
    }
    read(ReadContacts(*store)->Parts(13).status());
    read(ReadContacts(*store)->Epochs().status());
    read(ReadContacts(*store)->RowKeys().status());
    for (int i = 0; i < kUsers; ++i)
      read(ReadContacts(*store)->Owner(TagNamed(NameOf(i))).status());
    if (std::string(damage.sql).find("zeroblob(15)") == std::string::npos) CHECK(refused > 0);
    // A row that cannot be read dooms the transaction that would have built on it.
    if (std::string(damage.sql).find("UPDATE contact_books") != std::string::npos) {
      auto rows = Get(store->BeginContacts(StoreBackend::Use::kWrite));
      CHECK(rows->Book(2).status().code() == StatusCode::kCorrupt);
      CHECK(rows->Commit(true).status().code() == StatusCode::kCorrupt);
    }
  }
}

TEST_CASE("chunks that are not the book's are refused whole") {
  for (const char* sql : {"DELETE FROM contact_chunks WHERE id = (2 << 12) + 1",
                          "INSERT INTO contact_chunks VALUES ((2 << 12) + 4095, zeroblob(40))",
                          "UPDATE contact_chunks SET sealed = zeroblob(41) WHERE id = 2 << 12",
                          "UPDATE contact_chunks SET id = id + 100 WHERE id >> 12 = 2"}) {
    CAPTURE(std::string(sql));
    World world;
    CHECK_FALSE(Get(ReadContacts(*world.store)->Chunks(2)).empty());
    Sql(world.path, sql);
    CHECK(ReadContacts(*world.store)->Chunks(2).status().code() == StatusCode::kCorrupt);
    CHECK_FALSE(Get(ReadContacts(*world.store)->Chunks(3)).empty());
  }
}

}  // namespace
}  // namespace ringfence
