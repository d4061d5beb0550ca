// What a store must do, whatever it is made of: writes, sessions that read facts, listings.
// Two implementations: sqlite (file) and memory. One contract suite runs on both.
#pragma once

#include <ringfence/fact_source.h>
#include <ringfence/status.h>
#include <ringfence/store.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/siphash.h"
#include "contacts/tables.h"
#include "contacts/vault.h"
#include "derived/context.h"
#include "derived/rows.h"
#include "facts/frame.h"
#include "store/user_sets.h"

namespace ringfence {

/// What a snapshot says about itself.
struct SnapshotInfo {
  uint64_t revision = 0;
  int64_t policy_number = 0;  ///< 0: none in force
  /// Grows with every user forgotten (and every other removal that must leave the files): what was
  /// kept of users, a log's keys above all, is good for snapshots of the same number only.
  int64_t forgets = 0;
};

// The decision log's rows (schema/decision_log.md), plain.

/// What everything a log can say of a user hangs on: random, made with the user.
using SeedBytes = std::array<uint8_t, 32>;
struct LogSeedRow {
  int64_t handle = 0;
  std::string name;
  SeedBytes seed{};
};

/// The second copy of a log's newest checkpoint.
struct LogCheckpointRow {
  std::string origin;  ///< NAME/yyyy-mm: of one log a later month compares greater
  uint64_t size = 0;
  uint16_t boot = 0;  ///< the log's last opening
  std::string note;
};
/// An entry that waits to be logged: its kind and bytes 34..161.
inline constexpr size_t kLogPayloadBytes = 128;
struct LogOutboxRow {
  int64_t id = 0;
  uint8_t kind = 0;
  std::array<uint8_t, kLogPayloadBytes> payload{};
};

/// A replay's report that waits to be logged.
struct LogReportRow {
  int64_t id = 0;
  std::string report;
};

/// A row of derived facts as a listing gives it. A key that is no user's has no name.
struct NamedRow {
  int64_t a = 0, b = 0;
  std::string a_name, b_name;
  std::string bytes;
  int64_t expires_s = 0;
};

/// One Reader's view: a connection, its statements and at most one open snapshot. One thread at a
/// time; it keeps what it needs of its store alive.
class StoreSession : public FactSource {
 public:
  /// What derived facts are read with, from the next snapshot on. Without it: the system's clock.
  virtual void UseContext(std::shared_ptr<const DerivedContext> context) = 0;
  /// What predicates of lists take their facts from: it asks this session last. It must outlive the
  /// session. Without it: this session alone.
  virtual void UseFacts(FactSource* facts) = 0;
  /// Opens a snapshot lazily: nothing is read until a group or Info is asked for.
  virtual void BeginSnapshot() = 0;
  virtual void EndSnapshot() = 0;
  /// Revision and policy of the snapshot. Cheap (no table read) when nothing was written since the
  /// last snapshot of this session. kBusy, kIo or kCorrupt when it cannot be read; kSchema when the
  /// file was migrated beyond what this program reads (every group is unavailable then).
  virtual Status Info(SnapshotInfo* info) = 0;
  /// The policy of that number, in this snapshot. kNotFound: there is none. Allocates.
  virtual Status PolicyText(int64_t number, PolicyRecord* record) = 0;
  /// The handle of a known user, in the snapshot if one is open. kNotFound: not known.
  virtual Result<int64_t> Resolve(std::string_view user) = 0;
  /// How kContact or kCallerContact came about in this snapshot: "kind tel, generation 12, epoch
  /// 3". Empty where it was not read, or no book exists. For people: allocates.
  virtual std::string DescribeContact(Group group) const = 0;
  /// The handle of the question's callee or caller in this snapshot. Runs no statement for a party
  /// a group was read of; kAbsent: not known. A party given by handle is taken for known where
  /// nothing was read of it: LogSeed tells. Allocates nothing, as LogSeed.
  virtual ReadState LogHandle(const Party& party, bool callee, int64_t* handle) noexcept = 0;
  /// The seed of the user with that handle, in this snapshot. kAbsent: nobody's. kUnavailable: it
  /// could not be read, or a user has none, which is damage.
  virtual ReadState LogSeed(int64_t handle, std::span<uint8_t, 32> seed) noexcept = 0;
  /// Lists a set of users in this snapshot, which lasts at least as long as the cursor. The next
  /// question is about the user listed last, as caller or (else) callee: what listing has read of
  /// them is not read again.
  virtual Result<std::unique_ptr<UserCursor>> ListUsers(const UserSet& set, bool callers) = 0;
  /// How many users are known in this snapshot. O(users), and cheap for each.
  virtual Status CountUsers(uint64_t* users) = 0;
  /// Whether there is such a row of derived facts: kRead, kAbsent, or kUnavailable.
  virtual ReadState FindRow(RowKind kind, int64_t a, int64_t b) noexcept = 0;
  /// The external id of a user, in this snapshot. kNotFound: nobody's handle.
  virtual Status ReadName(int64_t handle, std::string* name) = 0;
};

/// Writes that are applied together or not at all. kInvalidArgument leaves the transaction usable;
/// any other failure dooms it: every later call, Commit too, repeats that status.
class StoreTransaction {
 public:
  virtual ~StoreTransaction() = default;  ///< rolls back unless committed
  virtual Status AddUser(std::string_view user) = 0;
  virtual Status SetUser(std::string_view user, FactId fact, FactCode code) = 0;
  virtual Status Relate(std::string_view subject, FactId relation, std::string_view object,
                        FactCode code) = 0;
  /// A user nobody knows is no error: `existed` is false. Leaves `purged` alone. Identifiers become
  /// tombstones of `now_s`. Where a log has a checkpoint here, an ERASURE entry of `now_s` is left
  /// for it, under the report's random case_id.
  virtual Status Forget(std::string_view user, int64_t now_s, ForgetReport* report) = 0;
  /// Puts a policy in force; gives `number`.
  virtual Status AddPolicy(PolicyRecord* record) = 0;

  // Rows of derived facts. Empty bytes: no row.
  /// 0: nobody of that name is known.
  virtual Status FindHandle(std::string_view user, int64_t* handle) = 0;
  /// Makes the account known.
  virtual Status Intern(std::string_view user, int64_t* handle) = 0;
  /// The external id behind a handle; empty: nobody's.
  virtual Status NameOf(int64_t handle, std::string* name) = 0;
  virtual Status GetRow(RowKind kind, int64_t a, int64_t b, std::string* bytes) = 0;
  /// At most kMaxRowBytes. Kept until `expires_s` at least, 0: until deleted.
  virtual Status PutRow(RowKind kind, int64_t a, int64_t b, std::string_view bytes,
                        int64_t expires_s) = 0;
  virtual Status DeleteRow(RowKind kind, int64_t a, int64_t b) = 0;
  /// The rows of `a`, by `b`; `sink` returns false to stop, and must not write.
  virtual Status EachRow(RowKind kind, int64_t a,
                         const std::function<bool(int64_t b, std::string_view bytes)>& sink) = 0;
  virtual Status SetFlag(int64_t user, UserFlag flag, bool on) = 0;
  /// Looks at the next `limit` rows, round and round, and deletes those that have expired.
  virtual Status SweepRows(int64_t now_s, int limit) = 0;

  /// The new revision, durable and counted in write_epoch(). Ends the use of this object.
  virtual Result<uint64_t> Commit() = 0;
  /// The same, but no revision: only counters have changed, which decisions read as they come.
  virtual Status CommitCounters() = 0;
};

/// Thread-safe. Listings see one committed state each and never wait for the writer.
class StoreBackend {
 public:
  virtual ~StoreBackend() = default;
  /// `vault` (may be null) opens the contact facts; without it those of a user who has a book are
  /// unavailable.
  virtual Result<std::unique_ptr<StoreSession>> NewSession(
      std::shared_ptr<const ContactVault> vault) = 0;
  /// Waits for another writer, of this process or another, as long as the busy timeout.
  virtual Result<std::unique_ptr<StoreTransaction>> Begin() = 0;
  /// The rows of contact sync: in the writer's transaction, or in one of reading. kInvalidArgument
  /// where the store has no such rows (memory).
  enum class Use : uint8_t { kRead, kWrite };
  virtual Result<std::unique_ptr<ContactTables>> BeginContacts(Use use) = 0;
  virtual Result<uint64_t> Revision() = 0;
  /// The store's own, random: for hashes nobody can predict who does not have the file.
  virtual Result<SipHashKey> CohortKey() = 0;
  virtual Result<UserInfo> ShowUser(std::string_view user) = 0;
  /// By the other user's handle, then in the catalog's order; the user's own relations first.
  /// A symmetric one once. kNotFound: not known.
  virtual Result<std::vector<RelationInfo>> Relations(std::string_view user) = 0;
  virtual Status EachUser(const std::function<bool(const UserInfo&)>& sink) = 0;  ///< by name
  /// By subject's handle, then as Relations.
  virtual Status EachRelation(const std::function<bool(const RelationInfo&)>& sink) = 0;
  /// By callee's handle, then by caller's.
  virtual Status EachPair(
      const std::function<bool(std::string_view callee, std::string_view caller)>& sink) = 0;
  /// Rows of derived facts of that kind with the user as first key, or (`as_b`) as second one; of
  /// all users where `user` is empty. By the keys. kNotFound: not known.
  virtual Result<std::vector<NamedRow>> Rows(RowKind kind, std::string_view user, bool as_b) = 0;
  /// Rows of both kinds with the first key of `owner`: a user, or by its key a group (a handle
  /// below 0). By second key, in one committed state. kNotFound: no user of that id is known.
  virtual Result<std::vector<NamedRow>> RowsOf(RowKind one, RowKind other, const Party& owner) = 0;
  virtual Result<PolicyRecord> PolicyInForce() = 0;          ///< kNotFound: none
  virtual Result<std::vector<PolicyRecord>> Policies() = 0;  ///< newest first
  /// Stored entries that the file lists and this program's catalog does not have, by name: of a
  /// newer catalog or an extension. Their bits are kept, and not read.
  virtual Result<std::vector<std::string>> UnknownEntries() = 0;
  virtual Result<bool> Purge() = 0;
  /// Whether something deleted may be left in the files. Cheap.
  virtual Result<bool> PurgeDue() = 0;
  virtual Result<std::vector<DoctorFinding>> Doctor() = 0;

  /// Every user's seed, by handle; `sink` returns false to stop. kCorrupt: a user has none.
  virtual Status EachLogSeed(const std::function<bool(const LogSeedRow&)>& sink) = 0;
  virtual Result<LogSeedRow> FindLogSeed(std::string_view user) = 0;  ///< kNotFound: not known
  // What a log keeps here. Each write is a transaction of its own, durable when it returns, but no
  // revision: no decision depends on it.
  virtual Result<std::optional<LogCheckpointRow>> LoadLogCheckpoint(std::string_view log) = 0;
  /// kConflict: the stored one is of a later month or opening, or larger, and stands.
  virtual Status SaveLogCheckpoint(std::string_view log, const LogCheckpointRow& copy) = 0;
  virtual Result<std::vector<LogOutboxRow>> LogOutbox() = 0;  ///< oldest first
  /// Its id, never given again. `kind` > 0.
  virtual Result<int64_t> AddToLogOutbox(uint8_t kind,
                                         std::span<const uint8_t, kLogPayloadBytes> payload) = 0;
  /// Ids that are not there are no error.
  virtual Status RemoveFromLogOutbox(std::span<const int64_t> ids) = 0;
  /// Of the log of that name, oldest first.
  virtual Result<std::vector<LogReportRow>> LogReports(std::string_view log) = 0;
  /// Its id, never given again. kLimit: kMaxLogReports of that log wait, or it has more than
  /// kMaxLogBlobBytes; kInvalidArgument: it is empty.
  virtual Result<int64_t> AddLogReport(std::string_view log, std::string_view report) = 0;
  virtual Status RemoveLogReports(std::span<const int64_t> ids) = 0;

  /// Grows with every commit of this process, after it and before the committing call returns. A
  /// decision during which it has not moved saw every write acknowledged before the decision ended.
  const std::atomic<uint64_t>& write_epoch() const { return write_epoch_; }

 protected:
  std::atomic<uint64_t> write_epoch_{0};
};

/// `options.path` must not be empty. Errors: as Store::Open.
Result<std::unique_ptr<StoreBackend>> OpenSqliteStore(const StoreOptions& options,
                                                      const Layout& layout);
Result<std::unique_ptr<StoreBackend>> OpenMemoryStore(const Layout& layout);
Result<std::pair<int, int>> MigrateSqliteStore(const std::string& path);

}  // namespace ringfence
