// Doctor's examination of a file: what both of its parts share.
#pragma once

#include <ringfence/store.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/rows.h"
#include "store/sqlite_db.h"

namespace ringfence {

class Examination {
 public:
  Examination(Connection& db, const RowFormat& format) : db_(db), format_(format) {}

  /// A Status only when the file could not be examined (busy, I/O); damage is a finding.
  Status Run();
  std::vector<DoctorFinding> TakeFindings();

 private:
  /// Kept of one check; a file damaged through and through need not be listed row by row.
  static constexpr size_t kMaxFindingsPerCheck = 20;

  Status CheckIntegrity();
  Status CheckSchemaObjects();
  Status CheckEntries();
  Status CheckWal();
  Status CheckMeta();
  Status CheckUsers();
  Status CheckHandles();
  Status CheckPairs();
  Status CheckMirror();
  Status CheckLog();
  Status CheckDerived();
  Status CheckPolicies();
  // sqlite_doctor_contacts.cc
  Status CheckBooks();
  Status CheckUploads();
  Status CheckIdentifiers();
  Status CheckContactKeys();
  template <class Row>
  Status CheckRows(std::string_view columns, std::string_view table);

  void Find(const std::string& check, std::string detail, bool error = true);
  /// Calls `row` for each row; SQLite's own complaint about damage becomes a finding.
  template <class Row>
  Status ForEach(const char* check, std::string_view sql, Row row);
  Status Judge(const char* check, int rc);

  Connection& db_;
  const RowFormat& format_;
  std::vector<DoctorFinding> findings_;
  struct Count {
    size_t found = 0;
    bool error = false;  ///< of those beyond the first ones
  };
  std::map<std::string, Count> counts_;
};

template <class Row>
Status Examination::ForEach(const char* check, std::string_view sql, Row row) {
  Statement select;
  if (Status status = db_.Prepare(sql, &select); !status.ok()) {
    const int rc = sqlite3_extended_errcode(db_.get());
    return rc == SQLITE_OK ? status : Judge(check, rc);
  }
  int rc = 0;
  while ((rc = select.Step()) == SQLITE_ROW) row(select);
  return rc == SQLITE_DONE ? Status() : Judge(check, rc);
}

}  // namespace ringfence
