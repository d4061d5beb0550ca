// Doctor: looks for what a healthy file never holds. Takes a connection; gives findings.
#include "store/sqlite_doctor.h"

#include <utility>

#include "base/sha256.h"
#include "base/utf8.h"
#include "derived/whole.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"

namespace ringfence {
void Examination::Find(const std::string& check, std::string detail, bool error) {
  if (++counts_[check] <= kMaxFindingsPerCheck) {
    findings_.push_back({check, std::move(detail), error});
  }
}

std::vector<DoctorFinding> Examination::TakeFindings() {
  for (const auto& [check, count] : counts_) {
    if (count <= kMaxFindingsPerCheck) continue;
    findings_.push_back({check, std::to_string(count - kMaxFindingsPerCheck) + " more", true});
  }
  return std::move(findings_);
}

Status Examination::Judge(const char* check, int rc) {
  Status status = db_.Error(rc, "examine the store");
  // SQLITE_ERROR: a table or a column that is missing.
  if (!IsCorruption(rc) && (rc & 0xFF) != SQLITE_ERROR) return status;
  Find(check, status.message());
  return Status();
}

Status Examination::CheckIntegrity() {
  return ForEach("integrity", "PRAGMA integrity_check(20)", [&](const Statement& row) {
    if (row.Text(0) != "ok") Find("integrity", Printable(row.Text(0), 200));
  });
}

// Tables and views must be, word for word, what this version makes.
Status Examination::CheckSchemaObjects() {
  Result<int64_t> version = db_.QueryInt("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version != kStoreSchemaVersion) return Status();  // A newer one, which we do not know.
  constexpr std::string_view kObjects =
      "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema";
  std::map<std::string, std::string> expected;
  Result<Connection> fresh = Connection::OpenMemory();
  if (!fresh.ok()) return fresh.status();
  Status status = fresh->Execute(std::string(StoreSql()).c_str(), "make a schema to compare with");
  if (!status.ok()) return status;
  Statement select;
  if (status = fresh->Prepare(kObjects, &select); !status.ok()) return status;
  while (select.Step() == SQLITE_ROW) {
    expected.emplace(std::string(select.Text(0)), std::string(select.Text(1)));
  }
  status = ForEach("schema", kObjects, [&](const Statement& row) {
    const std::string name(row.Text(0));
    const auto found = expected.find(name);
    if (found == expected.end()) {
      Find("schema", Printable(name, 80) + " is not part of this schema", false);
      return;
    }
    if (found->second != row.Text(1)) Find("schema", name + " is not as this version makes it");
    expected.erase(found);
  });
  for (const auto& [name, sql] : expected) Find("schema", name + " is missing");
  return status;
}

Status Examination::CheckEntries() {
  Result<std::vector<StoredEntry>> file = ReadEntries(db_);
  if (!file.ok()) {
    const StatusCode code = file.status().code();
    if (code == StatusCode::kBusy || code == StatusCode::kIo) return file.status();
    Find("entries", file.status().message());
    return Status();
  }
  Result<std::vector<StoredEntry>> missing = MissingEntries(EntriesOf(format_), *file);
  if (!missing.ok()) Find("entries", missing.status().message());
  if (missing.ok() && !missing->empty()) {
    Find("entries",
         std::to_string(missing->size()) +
             " entries of the catalog are not listed yet: the views do not show them",
         false);
  }
  for (const std::string& name : NamesNotIn(EntriesOf(format_), *file)) {
    Find("entries",
         "'" + Printable(name, 80) + "' is of a newer catalog or an extension that was not given",
         false);
  }
  return Status();
}

Status Examination::CheckWal() {
  return ForEach("wal", "PRAGMA journal_mode", [&](const Statement& row) {
    if (row.Text(0) == "wal") return;
    Find("wal", "journal mode is '" + Printable(row.Text(0), 20) +
                    "', not 'wal': writers and decisions block each other");
  });
}

Status Examination::CheckMeta() {
  Result<Meta> meta = ReadMeta(db_);
  if (!meta.ok()) {
    if (meta.status().code() == StatusCode::kBusy || meta.status().code() == StatusCode::kIo) {
      return meta.status();
    }
    Find("meta", meta.status().message());
    return Status();
  }
  if (meta->forgets_purged < meta->forgets) {
    Find("purge",
         std::to_string(meta->forgets - meta->forgets_purged) +
             " removals may still be found in free space or in the log: purge",
         false);
  }
  return ForEach(
      "policy", "SELECT coalesce(max(number), 0) FROM policies", [&](const Statement& row) {
        if (row.Int(0) == meta->policy_number) return;
        Find("policy", "policy " + std::to_string(meta->policy_number) +
                           " is in force and the latest is " + std::to_string(row.Int(0)));
      });
}

Status Examination::CheckUsers() {
  std::vector<std::string> wrong;
  return ForEach("user", "SELECT id, name, settings FROM users", [&](const Statement& row) {
    const std::string user = "user " + std::to_string(row.Int(0)) + ": ";
    if (Status status = CheckId(row.Text(1)); !status.ok()) {
      Find("user", user + status.message());
    }
    UserWords words;
    if (!UnpackUser(row.Blob(2), &words)) {
      Find("corrupt-value", user + "the settings are no block of a known user");
      return;
    }
    wrong.clear();
    format_.FindCorruptUser(words, &wrong);
    for (const std::string& sentence : wrong) Find("corrupt-value", user + sentence);
  });
}

// A handle that is given again would hand one user's pairs, held by hosts, to another.
Status Examination::CheckHandles() {
  return ForEach("handles",
                 "SELECT coalesce((SELECT max(id) FROM users), 0),"
                 " coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'users'), 0)",
                 [&](const Statement& row) {
                   if (row.Int(0) <= row.Int(1)) return;
                   Find("handles", "the highest handle given is " + std::to_string(row.Int(0)) +
                                       ", recorded is " + std::to_string(row.Int(1)));
                 });
}

namespace {

std::string PairName(const Statement& row) {
  return "pair (" + std::to_string(row.Int(0)) + ", " + std::to_string(row.Int(1)) + "): ";
}

}  // namespace

Status Examination::CheckPairs() {
  std::vector<std::string> wrong;
  Status status = ForEach("corrupt-value", "SELECT callee, caller, forward, reverse FROM pairs",
                          [&](const Statement& row) {
                            if (((row.Int(2) | row.Int(3)) >> 32) != 0) {
                              Find("corrupt-value", PairName(row) + "a half has more than 32 bits");
                              return;
                            }
                            const PairWords pair = {static_cast<uint32_t>(row.Int(2)),
                                                    static_cast<uint32_t>(row.Int(3))};
                            if (pair.empty())
                              Find("corrupt-value", PairName(row) + "holds no relation", false);
                            wrong.clear();
                            format_.FindCorruptPair(pair, &wrong);
                            for (const std::string& sentence : wrong)
                              Find("corrupt-value", PairName(row) + sentence);
                          });
  if (!status.ok()) return status;
  return ForEach(
      "orphan",
      "SELECT callee, caller FROM pairs WHERE callee NOT IN (SELECT id FROM users)"
      " OR caller NOT IN (SELECT id FROM users) OR callee = caller",
      [&](const Statement& row) { Find("orphan", PairName(row) + "not two known users"); });
}

Status Examination::CheckMirror() {
  return ForEach("mirror",
                 "SELECT p.callee, p.caller, q.callee IS NULL FROM pairs AS p LEFT JOIN pairs AS q"
                 " ON q.callee = p.caller AND q.caller = p.callee"
                 " WHERE q.callee IS NULL OR q.forward <> p.reverse OR q.reverse <> p.forward",
                 [&](const Statement& row) {
                   Find("mirror", PairName(row) + (row.Int(2) != 0 ? "has no mirrored row"
                                                                   : "differs from its mirror"));
                 });
}

// Who has no seed cannot be erased from a log; a seed of nobody is somebody not wholly forgotten.
// (What CHECK constraints say too is not looked at where SQLite opened the file for reading.)
Status Examination::CheckLog() {
  const std::pair<std::string_view, const char*> wrong[] = {
      {"SELECT id FROM users WHERE id NOT IN (SELECT user FROM log_seeds)",
       "there is no seed of user "},
      {"SELECT user FROM log_seeds WHERE user NOT IN (SELECT id FROM users)",
       "of no user is the seed of handle "},
      {"SELECT user FROM log_seeds WHERE length(seed) <> 32", "damaged is the seed of user "},
      {"SELECT id FROM log_outbox WHERE length(payload) <> 128 OR kind NOT BETWEEN 1 AND 255",
       "damaged is, of the entries that wait for the log, "},
      {"SELECT id FROM log_reports WHERE length(report) NOT BETWEEN 1 AND 8388608",
       "damaged is, of the reports that wait for a log, "},
      {"SELECT size FROM log_checkpoints WHERE size < 0 OR boot NOT BETWEEN 0 AND 65535",
       "damaged is the copy of a checkpoint of size "},
  };
  for (const auto& [sql, what] : wrong) {
    Status status = ForEach("log", sql, [&, text = what](const Statement& row) {
      Find("log", text + std::to_string(row.Int(0)));
    });
    if (!status.ok()) return status;
  }
  return Status();
}

// A list its owner's flag does not tell of is a list nobody reads.
Status Examination::CheckDerived() {
  const auto name_of = [](const Statement& row) {
    return "derived row (" + std::to_string(row.Int(0)) + ", " + std::to_string(row.Int(1)) + ", " +
           std::to_string(row.Int(2)) + "): ";
  };
  Status status = ForEach(
      "orphan",
      "SELECT kind, a, b FROM derived WHERE"
      " (a > 0 AND a NOT IN (SELECT id FROM users))"
      " OR (b > 0 AND b NOT IN (SELECT id FROM users))",
      [&](const Statement& row) { Find("orphan", name_of(row) + "of a user who is not known"); });
  if (!status.ok()) return status;
  status = ForEach(
      "corrupt-value", "SELECT kind, a, b FROM derived WHERE length(data) NOT BETWEEN 1 AND 32768",
      [&](const Statement& row) { Find("corrupt-value", name_of(row) + "has no such size"); });
  if (!status.ok()) return status;
  status = ForEach(
      "flag", "SELECT d.kind, d.a, d.b, u.settings FROM derived AS d JOIN users AS u ON u.id = d.a",
      [&](const Statement& row) {
        const std::optional<UserFlag> flag = FlagOf(static_cast<RowKind>(row.Int(0)));
        UserWords words;
        if (!flag || !UnpackUser(row.Blob(3), &words) || HasFlag(words, *flag)) return;
        Find("flag", name_of(row) + "the user's row does not tell of it");
      });
  if (!status.ok()) return status;
  return ForEach("corrupt-value", "SELECT kind, a, b, data FROM derived",
                 [&](const Statement& row) {
                   if (IsWholeRow(static_cast<RowKind>(row.Int(0)), row.Blob(3))) return;
                   Find("corrupt-value", name_of(row) + "is not what such a row looks like");
                 });
}

Status Examination::CheckPolicies() {
  return ForEach(
      "policy", "SELECT number, text, text_sha256 FROM policies", [&](const Statement& row) {
        if (Sha256Hex(row.Text(1)) == row.Text(2)) return;
        Find("policy",
             "the text of policy " + std::to_string(row.Int(0)) + " is not what was activated");
      });
}

Status Examination::Run() {
  for (const auto check :
       {&Examination::CheckIntegrity, &Examination::CheckSchemaObjects, &Examination::CheckEntries,
        &Examination::CheckWal, &Examination::CheckMeta, &Examination::CheckUsers,
        &Examination::CheckHandles, &Examination::CheckPairs, &Examination::CheckMirror,
        &Examination::CheckLog, &Examination::CheckDerived, &Examination::CheckPolicies,
        &Examination::CheckBooks, &Examination::CheckUploads, &Examination::CheckIdentifiers,
        &Examination::CheckContactKeys}) {
    if (Status status = (this->*check)(); !status.ok()) return status;
  }
  return Status();
}

Result<std::vector<DoctorFinding>> SqliteStore::Doctor() {
  std::vector<DoctorFinding> findings;
  Status status = WithReader([&](Connection& db) -> Status {
    Examination examination(db, *format_);
    Status examined = examination.Run();
    findings = examination.TakeFindings();
    return examined;
  });
  // A file so damaged that not even its header can be read.
  if (status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kSchema) {
    findings.push_back({"integrity", status.message(), true});
    status = Status();
  }
  if (!status.ok()) return status;
  return findings;
}

}  // namespace ringfence
