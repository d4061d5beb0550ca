// The rows of contact sync in the file, account by account.
#include "store/sqlite_contacts.h"

#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "store/sqlite_contact_rows.h"

namespace ringfence {

Status SqliteContacts::Usable(Use use) const {
  if (write_.has_value()) return write_->Usable();
  if (use == Use::kWrite) {
    return Status(StatusCode::kReadOnly, "this transaction over contact rows is for reading");
  }
  return failure_;
}

Status SqliteContacts::Fail(Status status) {
  if (write_.has_value()) return write_->Fail(std::move(status));
  failure_ = status;
  return status;
}

Status SqliteContacts::Damaged(std::string_view what, int64_t number) {
  return Fail(Status(StatusCode::kCorrupt, std::string(what) + " " + std::to_string(number) +
                                               " is damaged: run the doctor"));
}

Status SqliteContacts::Open(Use use, std::string_view sql, Statement* statement) {
  if (Status status = Usable(use); !status.ok()) return status;
  Status status = db().Prepare(sql, statement);
  return status.ok() ? status : Fail(std::move(status));
}

Status SqliteContacts::Next(Statement* statement, bool* has_row) {
  const int rc = statement->Step();
  *has_row = rc == SQLITE_ROW;
  if (rc == SQLITE_ROW || rc == SQLITE_DONE) return Status();
  return Fail(db().Error(rc, write_.has_value() ? "write the store" : "read the store"));
}

Status SqliteContacts::Run(Statement* statement, int64_t* changes) {
  if (const int rc = statement->Run(); rc != SQLITE_OK) {
    return Fail(db().Error(rc, "write the store"));
  }
  if (changes != nullptr) *changes = sqlite3_changes64(db().get());
  return Status();
}

Status SqliteContacts::RunWith(std::string_view sql, int64_t number, int64_t* changes) {
  Statement statement;
  if (Status status = Open(Use::kWrite, sql, &statement); !status.ok()) return status;
  statement.Bind(1, number);
  return Run(&statement, changes);
}

template <class Row>
Result<std::optional<Row>> SqliteContacts::One(std::string_view columns, std::string_view rest,
                                               std::string_view what, int64_t number) {
  Result<std::vector<Row>> rows = All<Row>(columns, rest, what, number);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Row>();
  return std::optional<Row>(std::move(rows->front()));
}

template <class Row>
Result<std::vector<Row>> SqliteContacts::All(std::string_view columns, std::string_view rest,
                                             std::string_view what, int64_t number) {
  Statement select;
  const std::string sql = "SELECT " + std::string(columns) + " FROM " + std::string(rest);
  if (Status status = Open(Use::kRead, sql, &select); !status.ok()) return status;
  select.Bind(1, number);
  std::vector<Row> rows;
  for (bool has_row = true; has_row;) {
    if (Status status = Next(&select, &has_row); !status.ok()) return status;
    if (has_row && !ReadRow(select, &rows.emplace_back())) return Damaged(what, number);
  }
  return rows;
}

// --- Users

Result<int64_t> SqliteContacts::FindUser(std::string_view user) {
  if (Status status = Usable(Use::kRead); !status.ok()) return status;
  if (Status status = CheckId(user); !status.ok()) return status;
  Statement select;
  Status status = Open(Use::kRead, "SELECT id FROM users WHERE name = ?1", &select);
  if (!status.ok()) return status;
  select.Bind(1, user);
  bool has_row = false;
  if (status = Next(&select, &has_row); !status.ok()) return status;
  if (!has_row) return NotKnown(user);
  return select.Int(0);
}

Result<int64_t> SqliteContacts::InternUser(std::string_view user) {
  if (Status status = Usable(Use::kWrite); !status.ok()) return status;
  if (Status status = CheckId(user); !status.ok()) return status;
  int64_t id = 0;
  if (Status status = write_->Intern(user, &id); !status.ok()) return status;
  return id;
}

// --- Epochs and keys

Result<std::vector<ContactEpoch>> SqliteContacts::Epochs() {
  return All<ContactEpoch>(kEpochColumns, "contact_epochs WHERE epoch > ?1 ORDER BY epoch",
                           "an epoch above", std::numeric_limits<int64_t>::min());
}

Status SqliteContacts::PutEpoch(const ContactEpoch& epoch) {
  Statement put;
  Status status = Open(Use::kWrite,
                       "INSERT INTO contact_epochs (epoch, public_key, state, created_at_s,"
                       " retired_at_s) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (epoch) DO UPDATE"
                       " SET public_key = ?2, state = ?3, created_at_s = ?4, retired_at_s = ?5",
                       &put);
  if (!status.ok()) return status;
  put.Bind(1, epoch.number);
  put.Bind(2, std::span<const uint8_t>(epoch.public_key));
  put.Bind(3, EpochStateNames()[static_cast<size_t>(epoch.state)]);
  put.Bind(4, epoch.created_at_s);
  put.Bind(5, epoch.retired_at_s);
  return Run(&put);
}

Result<std::vector<RowKeyRow>> SqliteContacts::RowKeys() {
  return All<RowKeyRow>(kKeyColumns, "contact_keys WHERE number > ?1 ORDER BY number",
                        "a key above", std::numeric_limits<int64_t>::min());
}

Status SqliteContacts::PutRowKey(const RowKeyRow& row) {
  Statement put;
  Status status = Open(Use::kWrite,
                       "INSERT INTO contact_keys (number, check_value) VALUES (?1, ?2)"
                       " ON CONFLICT (number) DO UPDATE SET check_value = ?2",
                       &put);
  if (!status.ok()) return status;
  put.Bind(1, row.number);
  put.Bind(2, std::span<const uint8_t>(row.check));
  return Run(&put);
}

Status SqliteContacts::DeleteRowKey(int64_t number) {
  return RunWith("DELETE FROM contact_keys WHERE number = ?1", number);
}

// --- Books

Result<std::optional<BookRow>> SqliteContacts::Book(int64_t callee) {
  return One<BookRow>(kBookColumns, "contact_books WHERE callee = ?1", "the book of user", callee);
}

Result<std::vector<std::string>> SqliteContacts::Chunks(int64_t callee) {
  Result<std::optional<BookRow>> book = Book(callee);
  if (!book.ok()) return book.status();
  if (!book->has_value()) return std::vector<std::string>();
  const auto count = int64_t{1} << (*book)->bucket_bits;
  Statement select;
  Status status = Open(Use::kRead,
                       "SELECT id, sealed FROM contact_chunks WHERE id BETWEEN ?1 AND ?2"
                       " ORDER BY id",
                       &select);
  if (!status.ok()) return status;
  select.Bind(1, ChunkId(callee, 0));
  select.Bind(2, ChunkId(callee + 1, 0) - 1);
  std::vector<std::string> chunks;
  for (bool has_row = true; has_row;) {
    if (status = Next(&select, &has_row); !status.ok()) return status;
    if (!has_row) break;
    RowReader row(select);
    const int64_t id = row.Int(ChunkId(1, 0));
    const std::span<const uint8_t> sealed = ReadChunk(&row);
    if (sealed.empty() || id != ChunkId(callee, static_cast<int64_t>(chunks.size()))) {
      return Damaged("the book of user", callee);
    }
    chunks.emplace_back(sealed.begin(), sealed.end());
  }
  if (static_cast<int64_t>(chunks.size()) != count) return Damaged("the book of user", callee);
  return chunks;
}

Status SqliteContacts::PutBook(const BookRow& book, const std::vector<std::string>& chunks) {
  CHECK(chunks.size() == size_t{1} << book.bucket_bits);
  Result<bool> replaced = DeleteBook(book.callee);
  if (!replaced.ok()) return replaced.status();
  Statement put;
  Status status = Open(Use::kWrite,
                       "INSERT INTO contact_books (" + std::string(kBookColumns) +
                           ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                       &put);
  if (!status.ok()) return status;
  put.Bind(1, book.callee);
  put.Bind(2, book.epoch);
  put.Bind(3, book.generation);
  put.Bind(4, int64_t{book.bucket_bits});
  put.Bind(5, book.row_key);
  put.Bind(6, book.synced_at_s);
  put.Bind(7, book.expires_at_s);
  put.Bind(8, book.entries);
  put.Bind(9, book.norm);
  put.Bind(10, book.region);
  put.Bind(11, book.erased_at_s);
  put.Bind(12, book.duplicates);
  put.Bind(13, book.rejected);
  if (status = Run(&put); !status.ok()) return status;
  Statement chunk;
  status = Open(Use::kWrite, "INSERT INTO contact_chunks (id, sealed) VALUES (?1, ?2)", &chunk);
  for (size_t bucket = 0; status.ok() && bucket < chunks.size(); ++bucket) {
    chunk.Bind(1, ChunkId(book.callee, static_cast<int64_t>(bucket)));
    chunk.BindBlob(2, chunks[bucket]);
    status = Run(&chunk);
  }
  return status;
}

Result<bool> SqliteContacts::DeleteBook(int64_t callee) {
  int64_t books = 0;
  Status status =
      RunWith("DELETE FROM contact_chunks WHERE id BETWEEN ?1 << 12 AND (?1 << 12) + 4095", callee);
  if (status.ok()) status = RunWith("DELETE FROM contact_books WHERE callee = ?1", callee, &books);
  if (!status.ok()) return status;
  return books != 0;
}

// --- Uploads

Result<std::optional<UploadRow>> SqliteContacts::Upload(int64_t account) {
  return One<UploadRow>(kUploadColumns, "contact_uploads WHERE account = ?1", "the upload of user",
                        account);
}

Result<int64_t> SqliteContacts::PutUpload(const UploadRow& upload) {
  Statement put;
  Status status = Open(
      Use::kWrite,
      "INSERT INTO contact_uploads (" + std::string(kUploadColumns) +
          ") VALUES (iif(?1 = 0, NULL, ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
          " ON CONFLICT (id) DO UPDATE SET account = ?2, mode = ?3, epoch = ?4,"
          " base_generation = ?5, norm = ?6, region = ?7, entries = ?8, digest = ?9,"
          " next_sequence = ?10, tokens = ?11, row_key = ?12, opened_at_s = ?13",
      &put);
  if (!status.ok()) return status;
  const SyncManifest& manifest = upload.manifest;
  put.Bind(1, upload.id);
  put.Bind(2, upload.account);
  put.Bind(3, SyncModeNames()[static_cast<size_t>(manifest.mode)]);
  put.Bind(4, manifest.epoch);
  put.Bind(5, manifest.base_generation);
  put.Bind(6, manifest.norm);
  put.Bind(7, manifest.region);
  put.Bind(8, manifest.entries);
  put.Bind(9, std::span<const uint8_t>(manifest.digest));
  put.Bind(10, upload.next_sequence);
  put.Bind(11, upload.tokens);
  put.Bind(12, upload.row_key);
  put.Bind(13, upload.opened_at_s);
  if (status = Run(&put); !status.ok()) return status;
  return upload.id != 0 ? upload.id : int64_t{sqlite3_last_insert_rowid(db().get())};
}

Result<bool> SqliteContacts::DeleteUpload(int64_t account) {
  int64_t uploads = 0;
  Status status = RunWith(
      "DELETE FROM contact_parts WHERE upload IN"
      " (SELECT id FROM contact_uploads WHERE account = ?1)",
      account);
  if (status.ok()) {
    status = RunWith("DELETE FROM contact_uploads WHERE account = ?1", account, &uploads);
  }
  if (!status.ok()) return status;
  return uploads != 0;
}

Result<std::vector<PartRow>> SqliteContacts::Parts(int64_t upload) {
  Result<std::vector<PartRow>> parts = All<PartRow>(
      kPartColumns, "contact_parts WHERE upload = ?1 ORDER BY sequence", "upload", upload);
  if (!parts.ok()) return parts;
  for (size_t i = 0; i < parts->size(); ++i) {
    if ((*parts)[i].sequence != static_cast<int64_t>(i)) return Damaged("upload", upload);
  }
  return parts;
}

Status SqliteContacts::PutPart(int64_t upload, const PartRow& part) {
  Statement put;
  Status status = Open(Use::kWrite,
                       "INSERT INTO contact_parts (upload, sequence, added, removed, sealed)"
                       " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (upload, sequence) DO UPDATE"
                       " SET added = ?3, removed = ?4, sealed = ?5",
                       &put);
  if (!status.ok()) return status;
  put.Bind(1, upload);
  put.Bind(2, part.sequence);
  put.Bind(3, part.added);
  put.Bind(4, part.removed);
  put.BindBlob(5, part.sealed);
  return Run(&put);
}

// --- Identifiers

Result<std::optional<IdentifiersRow>> SqliteContacts::Identifiers(int64_t account) {
  return One<IdentifiersRow>(kIdentifiersColumns, "contact_identifiers WHERE account = ?1",
                             "the identifiers of user", account);
}

Status SqliteContacts::PutIdentifiers(const IdentifiersRow& row) {
  Statement put;
  Status status = Open(Use::kWrite,
                       "INSERT INTO contact_identifiers (account, row_key, sealed)"
                       " VALUES (?1, ?2, ?3) ON CONFLICT (account) DO UPDATE"
                       " SET row_key = ?2, sealed = ?3",
                       &put);
  if (!status.ok()) return status;
  put.Bind(1, row.account);
  put.Bind(2, row.row_key);
  put.BindBlob(3, row.sealed);
  return Run(&put);
}

Status SqliteContacts::DeleteIdentifiers(int64_t account) {
  return RunWith("DELETE FROM contact_identifiers WHERE account = ?1", account);
}

Result<std::optional<OwnerRow>> SqliteContacts::Owner(const Tag& tag) {
  Statement select;
  const std::string sql =
      "SELECT " + std::string(kOwnerColumns) + " FROM contact_owners WHERE tag = ?1";
  Status status = Open(Use::kRead, sql, &select);
  if (!status.ok()) return status;
  select.Bind(1, std::span<const uint8_t>(tag));
  bool has_row = false;
  if (status = Next(&select, &has_row); !status.ok()) return status;
  if (!has_row) return std::optional<OwnerRow>();
  OwnerRow owner;
  if (!ReadRow(select, &owner)) {
    return Fail(Status(StatusCode::kCorrupt, "an owner's row is damaged: run the doctor"));
  }
  return std::optional<OwnerRow>(owner);
}

Status SqliteContacts::PutOwner(const OwnerRow& row) {
  Statement put;
  Status status = Open(Use::kWrite,
                       "INSERT INTO contact_owners (tag, account, moved_at_s, erased_at_s)"
                       " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (tag) DO UPDATE"
                       " SET account = ?2, moved_at_s = ?3, erased_at_s = ?4",
                       &put);
  if (!status.ok()) return status;
  put.Bind(1, std::span<const uint8_t>(row.tag));
  put.Bind(2, row.account);
  put.Bind(3, row.moved_at_s);
  put.Bind(4, row.erased_at_s);
  return Run(&put);
}

Result<bool> SqliteContacts::IsSuppressed(const Tag& tag) {
  Statement select;
  Status status = Open(Use::kRead, "SELECT 1 FROM contact_suppressed WHERE tag = ?1", &select);
  if (!status.ok()) return status;
  select.Bind(1, std::span<const uint8_t>(tag));
  bool has_row = false;
  if (status = Next(&select, &has_row); !status.ok()) return status;
  return has_row;
}

Status SqliteContacts::PutSuppressed(const Tag& tag, int64_t now_s) {
  Statement put;
  Status status = Open(Use::kWrite,
                       "INSERT INTO contact_suppressed (tag, added_at_s) VALUES (?1, ?2)"
                       " ON CONFLICT (tag) DO NOTHING",
                       &put);
  if (!status.ok()) return status;
  put.Bind(1, std::span<const uint8_t>(tag));
  put.Bind(2, now_s);
  return Run(&put);
}

Result<bool> SqliteContacts::DeleteSuppressed(const Tag& tag) {
  Statement remove;
  Status status = Open(Use::kWrite, "DELETE FROM contact_suppressed WHERE tag = ?1", &remove);
  if (!status.ok()) return status;
  remove.Bind(1, std::span<const uint8_t>(tag));
  int64_t removed = 0;
  if (status = Run(&remove, &removed); !status.ok()) return status;
  return removed != 0;
}

// --- Quotas

Result<QuotaRow> SqliteContacts::Quota(int64_t account) {
  Result<std::optional<QuotaRow>> row = One<QuotaRow>(
      kQuotaColumns, "contact_quotas WHERE account = ?1", "the quota of user", account);
  if (!row.ok()) return row.status();
  if (row->has_value()) return **row;
  QuotaRow none;
  none.account = account;
  return none;
}

Status SqliteContacts::PutQuota(const QuotaRow& row) {
  Statement put;
  Status status =
      Open(Use::kWrite,
           "INSERT INTO contact_quotas (" + std::string(kQuotaColumns) +
               ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
               " ON CONFLICT (account) DO UPDATE SET evaluations = ?2, evaluations_at = ?3,"
               " full_syncs = ?4, full_syncs_at = ?5, delta_syncs = ?6, delta_syncs_at = ?7,"
               " identifiers = ?8, identifiers_at = ?9, credit_at_s = ?10, credit_epoch = ?11",
           &put);
  if (!status.ok()) return status;
  int index = 0;
  put.Bind(++index, row.account);
  for (const Bucket* bucket :
       {&row.evaluations, &row.full_syncs, &row.delta_syncs, &row.identifiers}) {
    put.Bind(++index, bucket->used);
    put.Bind(++index, bucket->at_s);
  }
  put.Bind(++index, row.credit_at_s);
  put.Bind(++index, row.credit_epoch);
  return Run(&put);
}

Status SqliteContacts::CountErasure() {
  if (Status status = Usable(Use::kWrite); !status.ok()) return status;
  return write_->CountErasure();
}

Result<uint64_t> SqliteContacts::Commit(bool revises) {
  if (Status status = Usable(Use::kWrite); !status.ok()) return status;
  return write_->Commit(revises ? SqliteWrite::Revises::kYes : SqliteWrite::Revises::kNo);
}

Result<std::unique_ptr<ContactTables>> SqliteStore::BeginContacts(Use use) {
#if !RINGFENCE_CONTACTS
  return Status(StatusCode::kInvalidArgument, "this Ringfence was built without contact sync");
#endif
  if (use == Use::kRead) {
    Result<Connection> db = TakeReader();
    if (!db.ok()) return db.status();
    return std::unique_ptr<ContactTables>(std::make_unique<SqliteContacts>(this, std::move(*db)));
  }
  if (Status status = AcquireWriter(); !status.ok()) return status;
  auto rows = std::make_unique<SqliteContacts>(this);
  if (Status status = rows->Start(); !status.ok()) return status;
  return std::unique_ptr<ContactTables>(std::move(rows));
}

}  // namespace ringfence
