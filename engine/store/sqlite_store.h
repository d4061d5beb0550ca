// The store in an SQLite file: connections and who may use them. Writing, listing, purging and
// checking are in files of their own.
#pragma once

#include <ringfence/store.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/backend.h"
#include "store/random_pool.h"
#include "store/rows.h"
#include "store/sqlite_db.h"
#include "store/sqlite_rows.h"
#include "store/writer_gate.h"

namespace ringfence {

/// The one connection that writes, and its statements. Used by whoever holds the gate.
struct SqliteWriter {
  Connection db;
  Statement begin, commit, min_writer, bump;
  Statement find_user, insert_user, update_user, delete_user;
  Statement find_pair, put_pair, delete_pair, delete_mirrors, delete_pairs;
  Statement count_forget, insert_policy, set_policy;
  Statement delete_book, delete_chunks, delete_parts, delete_upload;
  Statement delete_identifiers, delete_quota, bury_owner;
  Statement insert_seed, delete_seed, add_erasure;
  DerivedStatements derived;
  RandomPool random;

  Status Prepare();
};

class SqliteStore final : public StoreBackend {
 public:
  static Result<std::unique_ptr<StoreBackend>> Open(const StoreOptions& options,
                                                    const Layout& layout);

  Result<std::unique_ptr<StoreSession>> NewSession(
      std::shared_ptr<const ContactVault> vault) override;
  Result<std::unique_ptr<StoreTransaction>> Begin() override;              // sqlite_writer.cc
  Result<std::unique_ptr<ContactTables>> BeginContacts(Use use) override;  // sqlite_contacts.cc
  Result<std::vector<NamedRow>> Rows(RowKind kind, std::string_view user,
                                     bool as_b) override;  // sqlite_derived.cc
  Result<std::vector<NamedRow>> RowsOf(RowKind one, RowKind other, const Party& owner) override;
  // sqlite_listings.cc
  Result<uint64_t> Revision() override;
  Result<SipHashKey> CohortKey() override;
  Result<UserInfo> ShowUser(std::string_view user) override;
  Result<std::vector<RelationInfo>> Relations(std::string_view user) override;
  Status EachUser(const std::function<bool(const UserInfo&)>& sink) override;
  Status EachRelation(const std::function<bool(const RelationInfo&)>& sink) override;
  Status EachPair(const std::function<bool(std::string_view, std::string_view)>& sink) override;
  Result<PolicyRecord> PolicyInForce() override;
  Result<std::vector<PolicyRecord>> Policies() override;
  Result<std::vector<std::string>> UnknownEntries() override;
  Result<bool> Purge() override;  // sqlite_purge.cc
  Result<bool> PurgeDue() override;
  Result<std::vector<DoctorFinding>> Doctor() override;  // sqlite_doctor.cc
  // sqlite_log.cc
  Status EachLogSeed(const std::function<bool(const LogSeedRow&)>& sink) override;
  Result<LogSeedRow> FindLogSeed(std::string_view user) override;
  Result<std::optional<LogCheckpointRow>> LoadLogCheckpoint(std::string_view log) override;
  Status SaveLogCheckpoint(std::string_view log, const LogCheckpointRow& copy) override;
  Result<std::vector<LogOutboxRow>> LogOutbox() override;
  Result<int64_t> AddToLogOutbox(uint8_t kind,
                                 std::span<const uint8_t, kLogPayloadBytes> payload) override;
  Status RemoveFromLogOutbox(std::span<const int64_t> ids) override;
  Result<std::vector<LogReportRow>> LogReports(std::string_view log) override;
  Result<int64_t> AddLogReport(std::string_view log, std::string_view report) override;
  Status RemoveLogReports(std::span<const int64_t> ids) override;

 private:
  friend class SqliteWrite;
  friend class SqliteContacts;

  SqliteStore(StoreOptions options, std::shared_ptr<const RowFormat> format)
      : options_(std::move(options)), format_(std::move(format)) {}

  Status OpenWriter();
  Status OpenReadOnly();
  /// The gate, or why not: kReadOnly, kBusy.
  Status AcquireWriter();
  void ReleaseWriter() { gate_.Release(); }

  /// A connection nobody else uses meanwhile, in a read transaction; to be given back. It is kept
  /// for others if nothing was wrong with it.
  Result<Connection> TakeReader();
  void ReturnReader(Connection db, bool healthy);
  /// kNotFound: nobody of that name is known.
  static Status FindUser(Connection& db, std::string_view user, int64_t* id);
  /// Runs `work` in one read transaction on a connection nobody else uses meanwhile.
  Status WithReader(const std::function<Status(Connection&)>& work);
  /// Runs `work` in a write transaction that is no revision, and commits it unless `work` fails.
  Status WithWriter(const std::function<Status(Connection&)>& work);

  const StoreOptions options_;
  const std::shared_ptr<const RowFormat> format_;
  WriterGate gate_;
  std::unique_ptr<SqliteWriter> writer_;  ///< null: read-only
  std::mutex readers_mutex_;
  std::vector<Connection> readers_;  ///< open and idle, for listings
};

}  // namespace ringfence
