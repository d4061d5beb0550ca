// What the file holds, for people and exports: users, relations, policies. Each listing is one read
// transaction on a connection of its own.
#include <utility>

#include "base/utf8.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_store.h"

namespace ringfence {
namespace {

Status DamagedUser(int64_t id) {
  return Status(StatusCode::kCorrupt,
                "the settings of user " + std::to_string(id) + " are damaged: run the doctor");
}

// Steps to the next row. False at the end, or with `*status` not ok.
bool Next(Connection& db, Statement& statement, Status* status) {
  const int rc = statement.Step();
  if (rc == SQLITE_ROW) return true;
  if (rc != SQLITE_DONE) *status = db.Error(rc, "read the store");
  return false;
}

PairWords PairOf(const Statement& statement, int first_column) {
  return {static_cast<uint32_t>(statement.Int(first_column)),
          static_cast<uint32_t>(statement.Int(first_column + 1))};
}

constexpr std::string_view kPolicyColumns =
    "SELECT number, name, digest, text, note, activated_at_s,"
    " number = (SELECT policy_number FROM meta) FROM policies ";

PolicyRecord PolicyOf(const Statement& statement) {
  PolicyRecord record;
  record.number = statement.Int(0);
  record.name = statement.Text(1);
  record.digest = statement.Text(2);
  record.text = statement.Text(3);
  record.note = statement.Text(4);
  record.activated_at_s = statement.Int(5);
  record.in_force = statement.Int(6) != 0;
  return record;
}

}  // namespace

Result<uint64_t> SqliteStore::Revision() {
  uint64_t revision = 0;
  Status status = WithReader([&](Connection& db) -> Status {
    Result<Meta> meta = ReadMeta(db);
    if (!meta.ok()) return meta.status();
    revision = meta->revision;
    return Status();
  });
  if (!status.ok()) return status;
  return revision;
}

Result<SipHashKey> SqliteStore::CohortKey() {
  SipHashKey key{};
  Status status = WithReader([&](Connection& db) -> Status {
    Result<Meta> meta = ReadMeta(db);
    if (!meta.ok()) return meta.status();
    key = meta->cohort_key;
    return Status();
  });
  if (!status.ok()) return status;
  return key;
}

Status SqliteStore::FindUser(Connection& db, std::string_view user, int64_t* id) {
  Statement find;
  Status read = db.Prepare("SELECT id FROM users WHERE name = ?1", &find);
  if (!read.ok()) return read;
  find.Bind(1, user);
  if (!Next(db, find, &read)) return read.ok() ? NotKnown(user) : read;
  *id = find.Int(0);
  return Status();
}

Result<UserInfo> SqliteStore::ShowUser(std::string_view user) {
  if (Status status = CheckId(user); !status.ok()) return status;
  UserInfo info;
  Status status = WithReader([&](Connection& db) -> Status {
    Statement select;
    Status read = db.Prepare("SELECT id, settings FROM users WHERE name = ?1", &select);
    if (!read.ok()) return read;
    select.Bind(1, user);
    if (!Next(db, select, &read)) return read.ok() ? NotKnown(user) : read;
    UserWords words;
    if (!UnpackUser(select.Blob(1), &words)) return DamagedUser(select.Int(0));
    info = format_->DescribeUser(user, words);
    return Status();
  });
  if (!status.ok()) return status;
  return info;
}

Result<std::vector<RelationInfo>> SqliteStore::Relations(std::string_view user) {
  if (Status status = CheckId(user); !status.ok()) return status;
  std::vector<RelationInfo> relations;
  Status status = WithReader([&](Connection& db) -> Status {
    int64_t id = 0;
    if (Status found = FindUser(db, user, &id); !found.ok()) return found;
    Statement select;
    Status read = db.Prepare(
        "SELECT o.name, p.forward, p.reverse FROM pairs AS p JOIN users AS o ON o.id = p.caller"
        " WHERE p.callee = ?1 ORDER BY p.caller",
        &select);
    if (!read.ok()) return read;
    select.Bind(1, id);
    while (Next(db, select, &read)) {
      const PairWords pair = PairOf(select, 1);
      format_->DescribeHalf(user, select.Text(0), pair.forward, true, &relations);
      format_->DescribeHalf(select.Text(0), user, pair.reverse, false, &relations);
    }
    return read;
  });
  if (!status.ok()) return status;
  return relations;
}

Status SqliteStore::EachUser(const std::function<bool(const UserInfo&)>& sink) {
  return WithReader([&](Connection& db) -> Status {
    Statement select;
    Status read = db.Prepare("SELECT name, settings, id FROM users ORDER BY name", &select);
    if (!read.ok()) return read;
    UserWords words;
    while (Next(db, select, &read)) {
      if (!UnpackUser(select.Blob(1), &words)) return DamagedUser(select.Int(2));
      if (!sink(format_->DescribeUser(select.Text(0), words))) return Status();
    }
    return read;
  });
}

Status SqliteStore::EachRelation(const std::function<bool(const RelationInfo&)>& sink) {
  return WithReader([&](Connection& db) -> Status {
    Statement select;
    // CROSS JOIN fixes the order of the loops: along the pairs, which are in the order wanted.
    Status read = db.Prepare(
        "SELECT s.name, o.name, p.forward, p.callee < p.caller FROM pairs AS p"
        " CROSS JOIN users AS s ON s.id = p.callee CROSS JOIN users AS o ON o.id = p.caller"
        " ORDER BY p.callee, p.caller",
        &select);
    if (!read.ok()) return read;
    std::vector<RelationInfo> relations;
    while (Next(db, select, &read)) {
      relations.clear();
      format_->DescribeHalf(select.Text(0), select.Text(1), static_cast<uint32_t>(select.Int(2)),
                            select.Int(3) != 0, &relations);
      for (const RelationInfo& relation : relations) {
        if (!sink(relation)) return Status();
      }
    }
    return read;
  });
}

Status SqliteStore::EachPair(const std::function<bool(std::string_view, std::string_view)>& sink) {
  return WithReader([&](Connection& db) -> Status {
    Statement select;
    Status read = db.Prepare(
        "SELECT s.name, o.name FROM pairs AS p"
        " CROSS JOIN users AS s ON s.id = p.callee CROSS JOIN users AS o ON o.id = p.caller"
        " WHERE p.forward != 0 OR p.reverse != 0 ORDER BY p.callee, p.caller",
        &select);
    if (!read.ok()) return read;
    while (Next(db, select, &read)) {
      if (!sink(select.Text(0), select.Text(1))) return Status();
    }
    return read;
  });
}

Result<PolicyRecord> SqliteStore::PolicyInForce() {
  PolicyRecord record;
  Status status = WithReader([&](Connection& db) -> Status {
    Statement select;
    const std::string sql =
        std::string(kPolicyColumns) + "WHERE number = (SELECT policy_number FROM meta)";
    Status read = db.Prepare(sql, &select);
    if (!read.ok()) return read;
    if (Next(db, select, &read)) {
      record = PolicyOf(select);
    } else if (read.ok()) {
      return Status(StatusCode::kNotFound, "no policy is in force");
    }
    return read;
  });
  if (!status.ok()) return status;
  return record;
}

Result<std::vector<PolicyRecord>> SqliteStore::Policies() {
  std::vector<PolicyRecord> records;
  Status status = WithReader([&](Connection& db) -> Status {
    Statement select;
    Status read = db.Prepare(std::string(kPolicyColumns) + "ORDER BY number DESC", &select);
    if (!read.ok()) return read;
    while (Next(db, select, &read)) records.push_back(PolicyOf(select));
    return read;
  });
  if (!status.ok()) return status;
  return records;
}

}  // namespace ringfence
