// The rows of contact sync in the file: one transaction of the writer, or one of reading on a
// connection of its own.
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "store/sqlite_contact_rows.h"
#include "store/sqlite_store.h"
#include "store/sqlite_write.h"

namespace ringfence {

class SqliteContacts final : public ContactTables {
 public:
  /// Takes over the writer's gate.
  explicit SqliteContacts(SqliteStore* store) : store_(store) { write_.emplace(store); }
  /// Takes over a connection in a read transaction.
  SqliteContacts(SqliteStore* store, Connection db) : store_(store), read_(std::move(db)) {}
  ~SqliteContacts() override {
    if (!write_.has_value()) store_->ReturnReader(std::move(read_), failure_.ok());
  }

  Status Start() { return write_->Start(); }

  Result<int64_t> FindUser(std::string_view user) override;
  Result<int64_t> InternUser(std::string_view user) override;

  Result<std::vector<ContactEpoch>> Epochs() override;
  Status PutEpoch(const ContactEpoch& epoch) override;
  Result<std::vector<RowKeyRow>> RowKeys() override;
  Status PutRowKey(const RowKeyRow& row) override;
  Status DeleteRowKey(int64_t number) override;

  Result<std::optional<BookRow>> Book(int64_t callee) override;
  Result<std::vector<std::string>> Chunks(int64_t callee) override;
  Status PutBook(const BookRow& book, const std::vector<std::string>& chunks) override;
  Result<bool> DeleteBook(int64_t callee) override;

  Result<std::optional<UploadRow>> Upload(int64_t account) override;
  Result<int64_t> PutUpload(const UploadRow& upload) override;
  Result<bool> DeleteUpload(int64_t account) override;
  Result<std::vector<PartRow>> Parts(int64_t upload) override;
  Status PutPart(int64_t upload, const PartRow& part) override;

  Result<std::optional<IdentifiersRow>> Identifiers(int64_t account) override;
  Status PutIdentifiers(const IdentifiersRow& row) override;
  Status DeleteIdentifiers(int64_t account) override;

  Result<std::optional<OwnerRow>> Owner(const Tag& tag) override;
  Status PutOwner(const OwnerRow& row) override;
  Result<bool> IsSuppressed(const Tag& tag) override;
  Status PutSuppressed(const Tag& tag, int64_t now_s) override;
  Result<bool> DeleteSuppressed(const Tag& tag) override;

  Result<QuotaRow> Quota(int64_t account) override;
  Status PutQuota(const QuotaRow& row) override;

  Result<std::vector<int64_t>> AccountsNotUnder(int64_t row_key, int64_t after,
                                                size_t limit) override;
  Result<uint64_t> CountNotUnder(int64_t row_key) override;
  Result<std::vector<int64_t>> AccountsWithIdentifiers(int64_t after, size_t limit) override;
  Result<SweepReport> DeleteDue(int64_t now_s, int64_t uploads_before_s, size_t limit) override;

  Status CountErasure() override;
  Result<uint64_t> Commit(bool revises) override;

 private:
  using Use = StoreBackend::Use;

  Connection& db() { return write_.has_value() ? write_->db() : read_; }
  Status Usable(Use use) const;
  Status Fail(Status status);
  Status Damaged(std::string_view what, int64_t number);
  /// A statement, if this transaction may run it.
  Status Open(Use use, std::string_view sql, Statement* statement);
  /// The next row, if there is one.
  Status Next(Statement* statement, bool* has_row);
  /// Runs one that gives no rows; `*changes`, if not null, is how many rows it changed.
  Status Run(Statement* statement, int64_t* changes = nullptr);
  /// One statement with one number for its parameter.
  Status RunWith(std::string_view sql, int64_t number, int64_t* changes = nullptr);
  /// The only row of a query for `number`, or nothing.
  template <class Row>
  Result<std::optional<Row>> One(std::string_view columns, std::string_view rest,
                                 std::string_view what, int64_t number);
  template <class Row>
  Result<std::vector<Row>> All(std::string_view columns, std::string_view rest,
                               std::string_view what, int64_t number);
  Result<std::vector<int64_t>> Accounts(Statement* select);

  SqliteStore* store_;
  std::optional<SqliteWrite> write_;
  Connection read_;
  Status failure_;  ///< of a reading one
};

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
  if (!has_row) {
    return Status(StatusCode::kNotFound, "user '" + Printable(user, 32) + "' is not known");
  }
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
    int64_t id = 0;
    const std::span<const uint8_t> sealed = ReadChunk(select, &id);
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
  Status status =
      Open(Use::kWrite,
           "INSERT INTO contact_books (" + std::string(kBookColumns) +
               ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
  put.Bind(11, std::span<const uint8_t>(book.digest));
  put.Bind(12, book.erased_at_s);
  put.Bind(13, book.upload);
  put.Bind(14, book.duplicates);
  put.Bind(15, book.rejected);
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

// --- Work over all accounts

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

Status SqliteContacts::CountErasure() {
  if (Status status = Usable(Use::kWrite); !status.ok()) return status;
  return write_->CountErasure();
}

Result<uint64_t> SqliteContacts::Commit(bool revises) {
  if (Status status = Usable(Use::kWrite); !status.ok()) return status;
  return write_->Commit(revises);
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
