// What tests of the store's file need: catalogs made for one test, plain SQL on the file, raw
// bytes.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "contract/subjects.h"
#include "store/sqlite_db.h"
#include "store/sqlite_schema.h"

namespace ringfence {

/// A catalog of what every catalog needs and the entries given, as in schema/catalog.json.
inline Catalog MiniCatalog(const std::string& user_entries, const std::string& relations = "") {
  const std::string cohort =
      R"("entry":"cohort","group":"cohort","type":"int","range":[0,9999],"unit":"","absent":0,
      "known_to":["operator"],"changeable":"nobody","enumerable":false,"replay":true,"doc":"D.")";
  const std::string text =
      R"({"catalog":1,"user":[{"name":"known","kind":"derived","type":"bool","absent":false,"bit":0,
      "known_to":["operator"],"changeable":"nobody","enumerable":false,"replay":true,"doc":"D."})" +
      user_entries + R"(],"relations":[)" + relations +
      R"(],"call":[{"name":"same_account","type":"bool","absent":false,"bit":0,
      "known_to":["operator"],"changeable":"nobody","enumerable":false,"replay":true,"doc":"D."}],
      "derived":[{"name":"callee.cohort","bit":0,)" +
      cohort + R"(},{"name":"caller.cohort","bit":14,)" + cohort + "}]}";
  const Result<Catalog> catalog = Catalog::Parse(text);
  REQUIRE_MESSAGE(catalog.ok(), catalog.status().message());
  return *catalog;
}

/// One entry: `what` is its type, values and place.
inline std::string UserEntry(const std::string& name, const std::string& what) {
  return R"(,{"name":")" + name + R"(","kind":"setting",)" + what +
         R"(,"known_to":["owner","operator"],"changeable":"owner","enumerable":false,"replay":true,
         "doc":"D."})";
}

inline std::string RelationEntry(const std::string& name, const std::string& what) {
  return R"({"name":")" + name + R"(",)" + what +
         R"(,"known_to":["subject","operator"],"changeable":"subject","enumerable":false,
         "replay":true,"doc":"D."})";
}

inline Result<std::unique_ptr<StoreBackend>> OpenFile(const std::string& path,
                                                      StoreOptions::Mode mode,
                                                      const Layout& layout = StandardLayout(),
                                                      int busy_timeout_ms = 100) {
  StoreOptions options;
  options.path = path;
  options.mode = mode;
  options.busy_timeout_ms = busy_timeout_ms;
  return OpenSqliteStore(options, layout);
}

inline Connection OpenPlain(const std::string& path) {
  Result<Connection> db = Connection::Open(path, Connection::Access::kCreate, 1000);
  REQUIRE_MESSAGE(db.ok(), db.status().message());
  return std::move(*db);
}

/// Statements of somebody with sqlite3, past every check of ours.
inline void Sql(const std::string& path, const std::string& sql) {
  Connection db = OpenPlain(path);
  const Status status = db.Execute(sql.c_str(), "run the test's SQL");
  REQUIRE_MESSAGE(status.ok(), status.message());
}

/// Each row as "a|b|c".
inline std::vector<std::string> Rows(Connection& db, const std::string& sql) {
  Statement statement;
  const Status status = db.Prepare(sql, &statement);
  REQUIRE_MESSAGE(status.ok(), status.message());
  std::vector<std::string> rows;
  while (statement.Step() == SQLITE_ROW) {
    std::string row;
    for (int i = 0; i < statement.columns(); ++i) {
      if (i > 0) row += "|";
      row += statement.Text(i);
    }
    rows.push_back(row);
  }
  return rows;
}

inline std::vector<std::string> Rows(const std::string& path, const std::string& sql) {
  Connection db = OpenPlain(path);
  return Rows(db, sql);
}

inline std::string FileBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

inline std::vector<DoctorFinding> Findings(StoreBackend& store) {
  const Result<std::vector<DoctorFinding>> findings = store.Doctor();
  REQUIRE_MESSAGE(findings.ok(), findings.status().message());
  return *findings;
}

}  // namespace ringfence
