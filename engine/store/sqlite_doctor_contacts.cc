// Doctor on the rows of contact sync: what can be said of them without the keys.
#include <string>

#include "store/sqlite_contact_rows.h"
#include "store/sqlite_doctor.h"

namespace ringfence {

template <class Row>
Status Examination::CheckRows(std::string_view columns, std::string_view table) {
  const std::string sql = "SELECT " + std::string(columns) + " FROM " + std::string(table);
  return ForEach("corrupt-value", sql, [&](const Statement& statement) {
    Row row;
    if (ReadRow(statement, &row)) return;
    const bool numbered = statement.Type(0) == SQLITE_INTEGER;
    Find("corrupt-value", "a row of " + std::string(table) +
                              (numbered ? ", " + std::to_string(statement.Int(0)) + "," : "") +
                              " holds what is never written there");
  });
}

Status Examination::CheckBooks() {
  Status status = CheckRows<BookRow>(kBookColumns, "contact_books");
  if (!status.ok()) return status;
  status =
      ForEach("corrupt-value", "SELECT id, sealed FROM contact_chunks", [&](const Statement& row) {
        RowReader in(row);
        static_cast<void>(in.Int(ChunkId(1, 0)));
        if (!ReadChunk(&in).empty()) return;
        Find("corrupt-value",
             "chunk " + std::to_string(row.Int(0)) + " has a size that no chunk has");
      });
  if (!status.ok()) return status;
  status = ForEach("book",
                   "SELECT callee, bucket_bits, count(c.id)"
                   " FROM contact_books LEFT JOIN contact_chunks AS c"
                   " ON c.id BETWEEN callee << 12 AND (callee << 12) + (1 << bucket_bits) - 1"
                   " GROUP BY callee HAVING count(c.id) <> 1 << bucket_bits",
                   [&](const Statement& row) {
                     Find("book", "the book of user " + std::to_string(row.Int(0)) + " has " +
                                      std::to_string(row.Int(2)) + " of its " +
                                      std::to_string(int64_t{1} << (row.Int(1) & 15)) + " chunks");
                   });
  if (!status.ok()) return status;
  return ForEach("book",
                 "SELECT c.id >> 12, count(*), b.callee IS NULL FROM contact_chunks AS c"
                 " LEFT JOIN contact_books AS b ON b.callee = c.id >> 12"
                 " WHERE b.callee IS NULL OR c.id & 4095 >= 1 << b.bucket_bits GROUP BY 1",
                 [&](const Statement& row) {
                   const std::string user = std::to_string(row.Int(0));
                   Find("book", std::to_string(row.Int(1)) + " chunks of user " + user +
                                    (row.Int(2) != 0 ? " have no book" : " are beyond the book"));
                 });
}

Status Examination::CheckUploads() {
  Status status = CheckRows<UploadRow>(kUploadColumns, "contact_uploads");
  if (status.ok()) status = CheckRows<PartRow>(kPartColumns, "contact_parts");
  if (status.ok()) status = CheckRows<QuotaRow>(kQuotaColumns, "contact_quotas");
  if (!status.ok()) return status;
  status = ForEach("upload",
                   "SELECT upload, count(*) FROM contact_parts"
                   " WHERE upload NOT IN (SELECT id FROM contact_uploads) GROUP BY upload",
                   [&](const Statement& row) {
                     Find("upload", std::to_string(row.Int(1)) + " parts of upload " +
                                        std::to_string(row.Int(0)) + ", which there is not");
                   });
  if (!status.ok()) return status;
  return ForEach("upload",
                 "SELECT u.id, u.next_sequence, count(p.sequence) FROM contact_uploads AS u"
                 " LEFT JOIN contact_parts AS p ON p.upload = u.id AND p.sequence < u.next_sequence"
                 " GROUP BY u.id HAVING count(p.sequence) <> u.next_sequence",
                 [&](const Statement& row) {
                   Find("upload", "upload " + std::to_string(row.Int(0)) + " has " +
                                      std::to_string(row.Int(2)) + " of " +
                                      std::to_string(row.Int(1)) + " parts");
                 });
}

// Who owns what: every account exists, and whoever owns an identifier has a row of them.
Status Examination::CheckIdentifiers() {
  Status status = CheckRows<IdentifiersRow>(kIdentifiersColumns, "contact_identifiers");
  if (status.ok()) status = CheckRows<OwnerRow>(kOwnerColumns, "contact_owners");
  if (!status.ok()) return status;
  status = ForEach("owner",
                   "SELECT account, count(*) FROM contact_owners WHERE account <> 0"
                   " AND account NOT IN (SELECT account FROM contact_identifiers) GROUP BY account",
                   [&](const Statement& row) {
                     Find("owner", "user " + std::to_string(row.Int(0)) +
                                       " owns identifiers and has no row of them");
                   });
  if (!status.ok()) return status;
  return ForEach("orphan",
                 "SELECT name, account FROM"
                 " (SELECT 'contact_books' AS name, callee AS account FROM contact_books"
                 " UNION ALL SELECT 'contact_uploads', account FROM contact_uploads"
                 " UNION ALL SELECT 'contact_identifiers', account FROM contact_identifiers"
                 " UNION ALL SELECT DISTINCT 'contact_owners', account FROM contact_owners"
                 " WHERE account <> 0"
                 " UNION ALL SELECT 'contact_quotas', account FROM contact_quotas)"
                 " WHERE account NOT IN (SELECT id FROM users)",
                 [&](const Statement& row) {
                   Find("orphan", std::string(row.Text(0)) + " has user " +
                                      std::to_string(row.Int(1)) + ", who is not known");
                 });
}

// One epoch in each state that is one's own, and no row under an epoch or key nobody knows.
Status Examination::CheckContactKeys() {
  Status status = CheckRows<ContactEpoch>(kEpochColumns, "contact_epochs");
  if (status.ok()) status = CheckRows<RowKeyRow>(kKeyColumns, "contact_keys");
  if (!status.ok()) return status;
  status = ForEach("epoch",
                   "SELECT state, count(*) FROM contact_epochs WHERE state <> 'retired'"
                   " GROUP BY state HAVING count(*) > 1",
                   [&](const Statement& row) {
                     Find("epoch", std::to_string(row.Int(1)) + " epochs are '" +
                                       std::string(row.Text(0)) + "'");
                   });
  if (!status.ok()) return status;
  status = ForEach("epoch",
                   "SELECT epoch, count(*) FROM contact_books"
                   " WHERE epoch NOT IN (SELECT epoch FROM contact_epochs) GROUP BY epoch",
                   [&](const Statement& row) {
                     Find("epoch", std::to_string(row.Int(1)) + " books are of epoch " +
                                       std::to_string(row.Int(0)) + ", which there is not");
                   });
  if (!status.ok()) return status;
  return ForEach("row-key",
                 "SELECT row_key, count(*) FROM (SELECT row_key FROM contact_books"
                 " UNION ALL SELECT row_key FROM contact_identifiers"
                 " UNION ALL SELECT row_key FROM contact_uploads)"
                 " WHERE row_key NOT IN (SELECT number FROM contact_keys) GROUP BY row_key",
                 [&](const Statement& row) {
                   Find("row-key", std::to_string(row.Int(1)) + " rows are under row key " +
                                       std::to_string(row.Int(0)) + ", which is not listed");
                 });
}

}  // namespace ringfence
