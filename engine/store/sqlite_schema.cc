// The file's schema: making it, recognising it, bringing an older one up to date.
#include "store/sqlite_schema.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "base/embedded.h"
#include "store/backend.h"
#include "store/random_pool.h"

namespace ringfence {

std::span<const EmbeddedFile> StoreSqlFiles();
std::span<const EmbeddedFile> MigrationSqlFiles();

namespace {

// Gives every user a seed, in a table that is new.
Status FillSeeds(Connection& db) {
  Statement select, insert;
  Status status = db.Prepare("SELECT id FROM users ORDER BY id", &select);
  if (status.ok()) {
    status = db.Prepare("INSERT INTO log_seeds (user, seed) VALUES (?1, ?2)", &insert);
  }
  if (!status.ok()) return status;
  RandomPool random;
  SeedBytes seed;
  int rc = 0;
  while ((rc = select.Step()) == SQLITE_ROW) {
    if (!random.Fill(seed)) return Status(StatusCode::kIo, kNoRandomBytes);
    insert.Bind(1, select.Int(0));
    insert.Bind(2, std::span<const uint8_t>(seed));
    if (const int added = insert.Run(); added != SQLITE_OK) {
      return db.Error(added, "write the store");
    }
  }
  return rc == SQLITE_DONE ? Status() : db.Error(rc, "read the store");
}

// What is said of the steps in schema/migrations, oldest first; their texts are embedded in the
// same order. 2: a program that knows 1 reads all it knows of, but its Forget would leave the
// contacts. 3: likewise, and it would add users without a seed. 4: nothing of users. 5: Forget
// again. 6: indexes, which SQLite itself keeps up whatever program writes.
struct Step {
  int version, min_reader, min_writer;
  Status (*fill)(Connection& db);
};
constexpr Step kMigrations[] = {{2, 1, 2, nullptr},
                                {3, 1, 3, FillSeeds},
                                {4, 1, 3, nullptr},
                                {5, 1, 5, nullptr},
                                {6, kMinReader, kMinWriter, nullptr}};
static_assert(std::end(kMigrations)[-1].version == kStoreSchemaVersion);

constexpr int kMigrateTimeoutMs = 5000;

Status NotOurs(std::string why) {
  return Status(StatusCode::kSchema, "not a Ringfence store: " + std::move(why));
}

// The file's application id and version; a file that is no database at all says so here first.
Result<std::pair<int, int>> ReadHeader(Connection& db) {
  Result<int64_t> application = db.QueryInt("PRAGMA application_id");
  if (!application.ok()) {
    if ((sqlite3_errcode(db.get()) & 0xFF) == SQLITE_NOTADB) {
      return NotOurs("the file is not an SQLite database");
    }
    return application.status();
  }
  Result<int64_t> version = db.QueryInt("PRAGMA user_version");
  if (!version.ok()) return version.status();
  return std::pair<int, int>(static_cast<int>(*application), static_cast<int>(*version));
}

Result<bool> HoldsNothing(Connection& db) {
  Result<std::pair<int, int>> header = ReadHeader(db);
  if (!header.ok()) return header.status();
  if (header->first != 0 || header->second != 0) return false;
  Result<int64_t> objects = db.QueryInt("SELECT count(*) FROM sqlite_schema");
  if (!objects.ok()) return objects.status();
  return *objects == 0;
}

Status WriteValues(Connection& db, const StoredEntry& entry) {
  Statement insert;
  Status status = db.Prepare(
      "INSERT OR REPLACE INTO entry_values (block, name, code, value) VALUES (?1, ?2, ?3, ?4)",
      &insert);
  if (!status.ok()) return status;
  for (size_t code = 0; code < entry.members.size(); ++code) {
    insert.Bind(1, entry.block);
    insert.Bind(2, entry.name);
    insert.Bind(3, static_cast<int64_t>(code));
    insert.Bind(4, entry.members[code]);
    if (const int rc = insert.Run(); rc != SQLITE_OK) return db.Error(rc, "write the store");
  }
  return Status();
}

Status WriteEntries(Connection& db, std::span<const StoredEntry> entries) {
  Statement insert;
  Status status = db.Prepare(
      "INSERT OR REPLACE INTO entries (block, name, first_bit, width_bits, type, symmetric, lowest,"
      " highest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, iif(?5 = 'int', ?7, NULL),"
      " iif(?5 = 'int', ?8, NULL))",
      &insert);
  if (!status.ok()) return status;
  for (const StoredEntry& entry : entries) {
    insert.Bind(1, entry.block);
    insert.Bind(2, entry.name);
    insert.Bind(3, entry.first_bit);
    insert.Bind(4, entry.width_bits);
    insert.Bind(5, entry.type);
    insert.Bind(6, int64_t{entry.symmetric});
    insert.Bind(7, entry.lowest);
    insert.Bind(8, entry.highest);
    if (const int rc = insert.Run(); rc != SQLITE_OK) return db.Error(rc, "write the store");
    if (status = WriteValues(db, entry); !status.ok()) return status;
  }
  return Status();
}

Status WriteMeta(Connection& db) {
  SipHashKey key;
  if (getentropy(key.data(), key.size()) != 0) {
    return Status(StatusCode::kIo, kNoRandomBytes);
  }
  Statement insert;
  Status status = db.Prepare(
      "INSERT INTO meta (id, revision, policy_number, min_reader, min_writer, cohort_key, forgets,"
      " forgets_purged) VALUES (1, 0, 0, ?1, ?2, ?3, 0, 0)",
      &insert);
  if (!status.ok()) return status;
  insert.Bind(1, int64_t{kMinReader});
  insert.Bind(2, int64_t{kMinWriter});
  insert.Bind(3, std::span<const uint8_t>(key));
  const int rc = insert.Run();
  return rc == SQLITE_OK ? Status() : db.Error(rc, "write the store");
}

Status SetVersion(Connection& db, int version) {
  const std::string sql = "PRAGMA user_version=" + std::to_string(version);
  return db.Execute(sql.c_str(), "write the store");
}

Status CreateInTransaction(Connection& db, const RowFormat& format) {
  const std::string application = "PRAGMA application_id=" + std::to_string(kStoreApplicationId);
  Status status = db.Execute(application.c_str(), "create the store");
  if (status.ok()) status = SetVersion(db, kStoreSchemaVersion);
  if (status.ok()) status = db.Execute(std::string(StoreSql()).c_str(), "create the store");
  if (status.ok()) status = WriteMeta(db);
  if (status.ok()) status = WriteEntries(db, EntriesOf(format));
  return status;
}

// One step in the transaction the caller has opened.
Status ApplyStep(Connection& db, const MigrationStep& step) {
  Status status = db.Execute(step.sql, "migrate to schema " + std::to_string(step.version));
  if (status.ok() && step.fill != nullptr) status = step.fill(db);
  if (status.ok()) status = SetVersion(db, step.version);
  if (!status.ok()) return status;
  const std::string sql =
      "UPDATE meta SET revision = revision + 1, min_reader = " + std::to_string(step.min_reader) +
      ", min_writer = " + std::to_string(step.min_writer);
  return db.Execute(sql.c_str(), "migrate to schema " + std::to_string(step.version));
}

std::string ToText(const StoredEntry& entry) {
  std::string text = "'" + entry.name + "' (" + entry.type + ", bits " +
                     std::to_string(entry.first_bit) + "+" + std::to_string(entry.width_bits);
  if (entry.type == "int") {
    text += ", " + std::to_string(entry.lowest) + ".." + std::to_string(entry.highest);
  } else {
    for (const std::string& member : entry.members) text += ", " + member;
  }
  return text + ")";
}

Status Contradiction(const StoredEntry& ours, const StoredEntry& file) {
  return Status(StatusCode::kSchema, "the store was made with another catalog: it has " +
                                         ToText(file) + " where this catalog has " + ToText(ours));
}

// Whether one list of members is the other, or its beginning.
bool OneContinuesOther(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  const auto common = static_cast<std::ptrdiff_t>(std::min(one.size(), other.size()));
  return std::equal(one.begin(), one.begin() + common, other.begin());
}

bool Overlap(const StoredEntry& one, const StoredEntry& other) {
  return one.first_bit < other.first_bit + other.width_bits &&
         other.first_bit < one.first_bit + one.width_bits;
}

}  // namespace

std::string_view StoreSql() { return StoreSqlFiles()[0].text; }

std::vector<MigrationStep> Migrations() {
  const std::span<const EmbeddedFile> files = MigrationSqlFiles();
  CHECK(files.size() == std::size(kMigrations));
  std::vector<MigrationStep> steps;
  for (size_t i = 0; i < files.size(); ++i) {
    const auto& [version, min_reader, min_writer, fill] = kMigrations[i];
    CHECK(std::stoi(std::string(files[i].name)) == version);  // "0002_contacts.sql"
    steps.push_back({version, min_reader, min_writer, files[i].text.data(), fill});
  }
  return steps;
}

Result<Meta> ReadMeta(Connection& db) {
  Statement select;
  Status status = db.Prepare(
      "SELECT revision, policy_number, min_reader, min_writer, cohort_key, forgets, forgets_purged "
      "FROM meta WHERE id = 1",
      &select);
  if (!status.ok()) return status;
  const int rc = select.Step();
  if (rc == SQLITE_DONE) return Status(StatusCode::kCorrupt, "the store's meta row is missing");
  if (rc != SQLITE_ROW) return db.Error(rc, "read the store");
  Meta meta;
  meta.revision = static_cast<uint64_t>(select.Int(0));
  meta.policy_number = select.Int(1);
  meta.min_reader = static_cast<int>(select.Int(2));
  meta.min_writer = static_cast<int>(select.Int(3));
  const std::span<const uint8_t> key = select.Blob(4);
  if (key.size() != meta.cohort_key.size()) {
    return Status(StatusCode::kCorrupt, "the store's cohort key is damaged");
  }
  std::copy(key.begin(), key.end(), meta.cohort_key.begin());
  meta.forgets = select.Int(5);
  meta.forgets_purged = select.Int(6);
  return meta;
}

Status CreateIfEmpty(Connection& db, const RowFormat& format) {
  Result<bool> empty = HoldsNothing(db);
  if (!empty.ok()) return empty.status();
  if (!*empty) return Status();
  // Not possible inside the transaction, and harmless without the rest: an empty file stays empty.
  if (Status status = db.Execute("PRAGMA journal_mode=WAL", "create the store"); !status.ok()) {
    return status;
  }
  if (Status status = db.Execute("BEGIN IMMEDIATE", "create the store"); !status.ok()) {
    return status;
  }
  // Another process may have been faster.
  empty = HoldsNothing(db);
  Status status = empty.status();
  if (empty.ok() && *empty) status = CreateInTransaction(db, format);
  if (status.ok()) status = db.Execute("COMMIT", "create the store");
  db.Rollback();
  return status;
}

Status CheckSchema(Connection& db, SchemaUse use, int known_version) {
  Result<std::pair<int, int>> header = ReadHeader(db);
  if (!header.ok()) return header.status();
  const auto [application, version] = *header;
  if (application != kStoreApplicationId) {
    Result<bool> empty = HoldsNothing(db);
    if (empty.ok() && *empty) return NotOurs("the database is empty, create the store first");
    return NotOurs("the database belongs to another application (application id " +
                   std::to_string(application) + ")");
  }
  const std::string known = std::to_string(known_version);
  if (version < known_version) {
    return Status(StatusCode::kSchema, "the store has schema " + std::to_string(version) +
                                           " and this program needs " + known +
                                           ": run 'ringfence migrate'");
  }
  if (version == known_version) return Status();
  Result<Meta> meta = ReadMeta(db);
  if (!meta.ok()) return meta.status();
  const int needed = use == SchemaUse::kRead ? meta->min_reader : meta->min_writer;
  if (needed <= known_version) return Status();
  return Status(StatusCode::kSchema, "the store has schema " + std::to_string(version) + ", to " +
                                         (use == SchemaUse::kRead ? "read" : "write") +
                                         " which a program must know schema " +
                                         std::to_string(needed) + ", and this one knows " + known);
}

std::vector<StoredEntry> EntriesOf(const RowFormat& format) {
  std::vector<StoredEntry> entries;
  const auto add = [&](const char* block, FactId id, int64_t first_bit) {
    const FactInfo& info = format.catalog().fact(id);
    StoredEntry entry;
    entry.block = block;
    entry.name = info.entry;
    entry.first_bit = first_bit;
    entry.width_bits = info.width_bits;
    entry.symmetric = info.symmetric;
    if (info.type == FactType::kInt) {
      entry.type = "int";
      entry.lowest = info.lowest;
      entry.highest = info.highest;
    } else {
      entry.type = info.type == FactType::kBool ? "bool" : "enum";
      entry.members = info.members;
      if (info.type == FactType::kBool) entry.members = {"false", "true"};
    }
    entries.push_back(std::move(entry));
  };
  for (FactId id : format.user_entries()) {
    const FactPlace& place = format.layout().places[id];
    add("user", id, int64_t{place.word} * 32 + place.shift);
  }
  for (FactId id : format.relations()) add("pair", id, format.layout().places[id].shift);
  return entries;
}

Result<std::vector<StoredEntry>> ReadEntries(Connection& db) {
  Statement select;
  Status status = db.Prepare(
      "SELECT e.block, e.name, e.first_bit, e.width_bits, e.type, e.symmetric,"
      " coalesce(e.lowest, 0), coalesce(e.highest, 0), v.code, v.value FROM entries AS e"
      " LEFT JOIN entry_values AS v ON v.block = e.block AND v.name = e.name"
      " ORDER BY e.block, e.name, v.code",
      &select);
  if (!status.ok()) return status;
  std::vector<StoredEntry> entries;
  int rc = 0;
  while ((rc = select.Step()) == SQLITE_ROW) {
    const bool another = entries.empty() || entries.back().block != select.Text(0) ||
                         entries.back().name != select.Text(1);
    if (another) {
      StoredEntry entry;
      entry.block = select.Text(0);
      entry.name = select.Text(1);
      entry.first_bit = select.Int(2);
      entry.width_bits = select.Int(3);
      entry.type = select.Text(4);
      entry.symmetric = select.Int(5) != 0;
      entry.lowest = select.Int(6);
      entry.highest = select.Int(7);
      entries.push_back(std::move(entry));
    }
    std::vector<std::string>& members = entries.back().members;
    if (select.IsNull(8)) continue;
    if (select.Int(8) != static_cast<int64_t>(members.size())) {
      return Status(StatusCode::kCorrupt,
                    "the store's values of '" + entries.back().name + "' have a gap");
    }
    members.emplace_back(select.Text(9));
  }
  if (rc != SQLITE_DONE) return db.Error(rc, "read the store");
  return entries;
}

Result<std::vector<StoredEntry>> MissingEntries(std::span<const StoredEntry> ours,
                                                std::span<const StoredEntry> file) {
  std::vector<StoredEntry> missing;
  for (const StoredEntry& our : ours) {
    StoredEntry wanted = our;
    bool found = false;
    for (const StoredEntry& their : file) {
      if (their.block != our.block) continue;
      if (their.name != our.name) {
        if (Overlap(our, their)) return Contradiction(our, their);
        continue;
      }
      found = true;
      const bool same_place = their.first_bit == our.first_bit &&
                              their.width_bits == our.width_bits && their.type == our.type;
      if (!same_place || their.symmetric != our.symmetric || their.lowest != our.lowest ||
          !OneContinuesOther(our.members, their.members)) {
        return Contradiction(our, their);
      }
      // Of two that continue each other the longer is kept: a catalog only grows.
      if (their.members.size() > our.members.size()) wanted.members = their.members;
      wanted.highest = std::max(our.highest, their.highest);
      if (wanted != their) missing.push_back(wanted);
    }
    if (!found) missing.push_back(wanted);
  }
  return missing;
}

std::vector<std::string> NamesNotIn(std::span<const StoredEntry> ours,
                                    std::span<const StoredEntry> file) {
  std::vector<std::string> names;
  for (const StoredEntry& their : file) {
    const auto is_it = [&](const StoredEntry& our) {
      return our.block == their.block && our.name == their.name;
    };
    if (std::none_of(ours.begin(), ours.end(), is_it)) names.push_back(their.name);
  }
  return names;
}

Status UpdateEntries(Connection& db, const RowFormat& format) {
  const std::vector<StoredEntry> ours = EntriesOf(format);
  Result<std::vector<StoredEntry>> file = ReadEntries(db);
  if (!file.ok()) return file.status();
  Result<std::vector<StoredEntry>> missing = MissingEntries(ours, *file);
  if (!missing.ok()) return missing.status();
  if (missing->empty()) return Status();
  if (Status status = db.Execute("BEGIN IMMEDIATE", "write the store"); !status.ok()) {
    return status;
  }
  // Read again under the lock: two programs with different catalogs may be opening the file.
  Status status;
  file = ReadEntries(db);
  if (!file.ok()) status = file.status();
  if (status.ok()) {
    missing = MissingEntries(ours, *file);
    status = missing.ok() ? WriteEntries(db, *missing) : missing.status();
  }
  if (status.ok()) {
    status = db.Execute("UPDATE meta SET revision = revision + 1; COMMIT", "write the store");
  }
  db.Rollback();
  return status;
}

Result<std::pair<int, int>> MigrateFile(const std::string& path,
                                        std::span<const MigrationStep> steps) {
  Result<Connection> db = Connection::Open(path, Connection::Access::kWrite, kMigrateTimeoutMs);
  if (!db.ok()) return db.status();
  Result<std::pair<int, int>> header = ReadHeader(*db);
  if (!header.ok()) return header.status();
  const int newest = steps.empty() ? kStoreSchemaVersion : steps.back().version;
  const int before = header->second;
  if (header->first != kStoreApplicationId || before > newest) {
    if (Status status = CheckSchema(*db, SchemaUse::kWrite, newest); !status.ok()) return status;
    return std::pair<int, int>(before, before);
  }
  if (Status status = db->Execute("PRAGMA synchronous=FULL", "migrate"); !status.ok()) {
    return status;
  }
  int version = before;
  for (const MigrationStep& step : steps) {
    if (step.version <= version) continue;
    CHECK(step.version == version + 1);
    Status status = db->Execute("BEGIN IMMEDIATE", "migrate");
    if (status.ok()) {
      header = ReadHeader(*db);
      status = header.status();
      // Another process may have taken this step since.
      if (status.ok() && header->second < step.version) status = ApplyStep(*db, step);
      if (status.ok()) status = db->Execute("COMMIT", "migrate");
    }
    db->Rollback();
    if (!status.ok()) return status;
    version = step.version;
  }
  return std::pair<int, int>(before, version);
}

Result<std::pair<int, int>> MigrateSqliteStore(const std::string& path) {
  return MigrateFile(path, Migrations());
}

}  // namespace ringfence
