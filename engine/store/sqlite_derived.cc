// Listings of the rows of derived facts.
#include "base/utf8.h"
#include "store/sqlite_store.h"

namespace ringfence {

Result<std::vector<NamedRow>> SqliteStore::Rows(RowKind kind, std::string_view user, bool as_b) {
  std::vector<NamedRow> rows;
  Status status = WithReader([&](Connection& db) -> Status {
    Statement find, select;
    int64_t id = 0;
    if (!user.empty()) {
      if (Status bad = CheckId(user); !bad.ok()) return bad;
      if (Status bad = db.Prepare("SELECT id FROM users WHERE name = ?1", &find); !bad.ok()) {
        return bad;
      }
      find.Bind(1, user);
      const int rc = find.Step();
      if (rc == SQLITE_DONE) {
        return Status(StatusCode::kNotFound, "user '" + Printable(user, 32) + "' is not known");
      }
      if (rc != SQLITE_ROW) return db.Error(rc, "read the store");
      id = find.Int(0);
    }
    std::string sql =
        "SELECT d.a, d.b, coalesce(u.name, ''), coalesce(v.name, ''), d.data, d.expires_s"
        " FROM derived AS d LEFT JOIN users AS u ON u.id = d.a LEFT JOIN users AS v ON v.id = d.b"
        " WHERE d.kind = ?1";
    if (id != 0) sql += as_b ? " AND d.b = ?2 AND d.b <> 0" : " AND d.a = ?2";
    Status status_of_read = db.Prepare(sql + " ORDER BY d.a, d.b", &select);
    if (!status_of_read.ok()) return status_of_read;
    select.Bind(1, static_cast<int64_t>(kind));
    if (id != 0) select.Bind(2, id);
    int rc = 0;
    while ((rc = select.Step()) == SQLITE_ROW) {
      const std::span<const uint8_t> data = select.Blob(4);
      rows.push_back({select.Int(0), select.Int(1), std::string(select.Text(2)),
                      std::string(select.Text(3)), std::string(data.begin(), data.end()),
                      select.Int(5)});
    }
    return rc == SQLITE_DONE ? Status() : db.Error(rc, "read the store");
  });
  if (!status.ok()) return status;
  return rows;
}

}  // namespace ringfence
