// The rows of contact sync in the file: one transaction of the writer, or one of reading on a
// connection of its own. Takes and gives the plain rows of contacts/tables.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contacts/tables.h"
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
  Result<int64_t> LatestSync() override;
  Status EraseAll() override;
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

}  // namespace ringfence
