// Listings of the rows of derived facts.
#include "base/utf8.h"
#include "store/sqlite_store.h"

namespace ringfence {
namespace {

constexpr std::string_view kSelect =
    "SELECT d.a, d.b, coalesce(u.name, ''), coalesce(v.name, ''), d.data, d.expires_s"
    " FROM derived AS d LEFT JOIN users AS u ON u.id = d.a LEFT JOIN users AS v ON v.id = d.b";

Status Collect(Connection& db, Statement& select, std::vector<NamedRow>* rows) {
  int rc = 0;
  while ((rc = select.Step()) == SQLITE_ROW) {
    const std::span<const uint8_t> data = select.Blob(4);
    rows->push_back({select.Int(0), select.Int(1), std::string(select.Text(2)),
                     std::string(select.Text(3)), std::string(data.begin(), data.end()),
                     select.Int(5)});
  }
  return rc == SQLITE_DONE ? Status() : db.Error(rc, "read the store");
}

}  // namespace

Result<std::vector<NamedRow>> SqliteStore::Rows(RowKind kind, std::string_view user, bool as_b) {
  if (!user.empty()) {
    if (Status status = CheckId(user); !status.ok()) return status;
  }
  std::vector<NamedRow> rows;
  Status status = WithReader([&](Connection& db) -> Status {
    int64_t id = 0;
    if (!user.empty()) {
      if (Status bad = FindUser(db, user, &id); !bad.ok()) return bad;
    }
    std::string sql = std::string(kSelect) + " WHERE d.kind = ?1";
    if (id != 0) sql += as_b ? " AND d.b = ?2 AND d.b <> 0" : " AND d.a = ?2";
    Statement select;
    if (Status bad = db.Prepare(sql + " ORDER BY d.a, d.b", &select); !bad.ok()) return bad;
    select.Bind(1, static_cast<int64_t>(kind));
    if (id != 0) select.Bind(2, id);
    return Collect(db, select, &rows);
  });
  if (!status.ok()) return status;
  return rows;
}

Result<std::vector<NamedRow>> SqliteStore::RowsOf(RowKind one, RowKind other, const Party& owner) {
  if (owner.handle == 0) {
    if (Status status = CheckId(owner.id); !status.ok()) return status;
  }
  std::vector<NamedRow> rows;
  Status status = WithReader([&](Connection& db) -> Status {
    int64_t id = owner.handle;
    if (id == 0) {
      if (Status bad = FindUser(db, owner.id, &id); !bad.ok()) return bad;
    }
    const std::string sql =
        std::string(kSelect) + " WHERE d.kind IN (?1, ?2) AND d.a = ?3 ORDER BY d.b";
    Statement select;
    if (Status bad = db.Prepare(sql, &select); !bad.ok()) return bad;
    select.Bind(1, static_cast<int64_t>(one));
    select.Bind(2, static_cast<int64_t>(other));
    select.Bind(3, id);
    return Collect(db, select, &rows);
  });
  if (!status.ok()) return status;
  return rows;
}

}  // namespace ringfence
