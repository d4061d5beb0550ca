// Work over the contact rows of all accounts: what a rotation has left, what is due to be deleted.
#include "store/sqlite_contacts.h"

namespace ringfence {

Result<std::vector<int64_t>> SqliteContacts::Accounts(Statement* select) {
  std::vector<int64_t> accounts;
  for (bool has_row = true; has_row;) {
    if (Status status = Next(select, &has_row); !status.ok()) return status;
    if (has_row) accounts.push_back(select->Int(0));
  }
  return accounts;
}

Result<std::vector<int64_t>> SqliteContacts::AccountsNotUnder(int64_t row_key, int64_t after,
                                                              size_t limit) {
  Statement select;
  // Each part runs along its primary key or index, so the union is a merge and stops at the limit.
  Status status = Open(Use::kRead,
                       "SELECT callee FROM contact_books WHERE callee > ?2 AND row_key <> ?1"
                       " UNION SELECT account FROM contact_identifiers"
                       " WHERE account > ?2 AND row_key <> ?1"
                       " UNION SELECT account FROM contact_uploads"
                       " WHERE account > ?2 AND row_key <> ?1 ORDER BY 1 LIMIT ?3",
                       &select);
  if (!status.ok()) return status;
  select.Bind(1, row_key);
  select.Bind(2, after);
  select.Bind(3, static_cast<int64_t>(limit));
  return Accounts(&select);
}

Result<uint64_t> SqliteContacts::CountNotUnder(int64_t row_key) {
  Statement select;
  Status status = Open(Use::kRead,
                       "SELECT (SELECT count(*) FROM contact_books WHERE row_key <> ?1)"
                       " + (SELECT count(*) FROM contact_identifiers WHERE row_key <> ?1)"
                       " + (SELECT count(*) FROM contact_uploads WHERE row_key <> ?1)",
                       &select);
  if (!status.ok()) return status;
  select.Bind(1, row_key);
  bool has_row = false;
  if (status = Next(&select, &has_row); !status.ok()) return status;
  return has_row ? static_cast<uint64_t>(select.Int(0)) : 0;
}

Result<int64_t> SqliteContacts::LatestSync() {
  Statement select;
  Status status = Open(Use::kRead,
                       "SELECT max(coalesce((SELECT max(synced_at_s) FROM contact_books), 0),"
                       " coalesce((SELECT max(opened_at_s) FROM contact_uploads), 0))",
                       &select);
  if (!status.ok()) return status;
  bool has_row = false;
  if (status = Next(&select, &has_row); !status.ok()) return status;
  return has_row ? select.Int(0) : 0;
}

Status SqliteContacts::EraseAll() {
  for (const char* table : {"contact_books", "contact_chunks", "contact_uploads", "contact_parts",
                            "contact_identifiers", "contact_owners", "contact_suppressed",
                            "contact_quotas", "contact_epochs", "contact_keys"}) {
    Statement erase;
    Status status = Open(Use::kWrite, std::string("DELETE FROM ") + table, &erase);
    if (status.ok()) status = Run(&erase);
    if (!status.ok()) return status;
  }
  return Status();
}

Result<std::vector<int64_t>> SqliteContacts::AccountsWithIdentifiers(int64_t after, size_t limit) {
  Statement select;
  Status status = Open(Use::kRead,
                       "SELECT account FROM contact_identifiers WHERE account > ?1"
                       " ORDER BY account LIMIT ?2",
                       &select);
  if (!status.ok()) return status;
  select.Bind(1, after);
  select.Bind(2, static_cast<int64_t>(limit));
  return Accounts(&select);
}

Result<SweepReport> SqliteContacts::DeleteDue(int64_t now_s, int64_t uploads_before_s,
                                              size_t limit) {
  const auto due = [&](std::string_view sql, int64_t time_s) -> Result<std::vector<int64_t>> {
    Statement select;
    if (Status status = Open(Use::kWrite, sql, &select); !status.ok()) return status;
    select.Bind(1, time_s);
    select.Bind(2, static_cast<int64_t>(limit));
    return Accounts(&select);
  };
  SweepReport report;
  Result<std::vector<int64_t>> accounts =
      due("SELECT account FROM contact_uploads WHERE opened_at_s < ?1 LIMIT ?2", uploads_before_s);
  if (!accounts.ok()) return accounts.status();
  for (int64_t account : *accounts) {
    if (Result<bool> deleted = DeleteUpload(account); !deleted.ok()) return deleted.status();
    ++report.uploads;
  }
  accounts = due("SELECT callee FROM contact_books WHERE erased_at_s <= ?1 LIMIT ?2", now_s);
  if (!accounts.ok()) return accounts.status();
  for (int64_t callee : *accounts) {
    if (Result<bool> deleted = DeleteBook(callee); !deleted.ok()) return deleted.status();
    ++report.books;
  }
  Statement remove;
  Status status = Open(Use::kWrite,
                       "DELETE FROM contact_owners WHERE tag IN (SELECT tag FROM contact_owners"
                       " WHERE account = 0 AND erased_at_s <= ?1 LIMIT ?2)",
                       &remove);
  if (!status.ok()) return status;
  remove.Bind(1, now_s);
  remove.Bind(2, static_cast<int64_t>(limit));
  int64_t removed = 0;
  if (status = Run(&remove, &removed); !status.ok()) return status;
  report.tombstones = static_cast<uint64_t>(removed);
  return report;
}

}  // namespace ringfence
