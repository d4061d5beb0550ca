// The store of settings, relations and policies: an SQLite file, or memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/status.h>

namespace ringfence {

struct StoreOptions {
  enum class Mode { kReadOnly, kReadWrite, kCreate };
  std::string path;  ///< of the SQLite file; empty: in memory, for tests and hosts without a file
  Mode mode = Mode::kReadWrite;
  int busy_timeout_ms = 5000;  ///< for writers; reads of a decision never wait
};

/// A setting or attribute of a user as `user show` prints it.
struct UserValue {
  std::string name;
  FactId fact = 0;    ///< callee's side
  FactCode code = 0;  ///< 0: unset
};
struct UserInfo {
  std::string user;
  std::vector<UserValue> values;  ///< every entry of the catalog, in its order
};

/// One stored relation, subject relation object: "subject follows object".
struct RelationInfo {
  std::string subject, relation, object;
  std::string value;  ///< "true", or the choice's member
};

/// One policy that is or was in force.
struct PolicyRecord {
  int64_t number = 0;  ///< grows with every activation
  std::string name, digest, text, note;
  int64_t activated_at_s = 0;  ///< Unix time
  bool in_force = false;
};

struct ForgetReport {
  bool existed = false;
  uint64_t relations_removed = 0;  ///< pairs the user stood in
  /// True once WAL and free pages hold nothing of the user any more; false while another process
  /// keeps an old snapshot open: call Purge() later.
  bool purged = false;
};

struct DoctorFinding {
  std::string check;   ///< "integrity", "mirror", "corrupt-value", "wal", "policy"...
  std::string detail;
  bool error = true;
};

/// The fate of a bulk import, and its progress.
struct ImportProgress {
  uint64_t lines = 0;
  uint64_t bytes = 0;
};

/// Thread-safe: one writer at a time (a mutex), reads go through their own connections. Every
/// acknowledged write is durable (WAL, synchronous=FULL) and is one revision.
class RINGFENCE_API Store {
 public:
  /// Errors: kNotFound (no file), kSchema (another application's file, an older schema: run Migrate;
  /// a newer one: which version is needed), kReadOnly, kBusy, kCorrupt, kIo.
  static Result<Store> Open(const StoreOptions& options,
                            const Catalog& catalog = Catalog::Standard());

  /// Writes that are applied together or not at all. Holds the writer's lock; keep it short or bulk.
  class RINGFENCE_API Transaction {
   public:
    Transaction(Transaction&&) noexcept;
    Transaction& operator=(Transaction&&) noexcept;
    ~Transaction();  ///< rolls back unless committed
    /// Makes the account known without choosing anything.
    Status AddUser(std::string_view user);
    /// `fact`: callee's side of a user entry (Catalog::FindUserEntry); `code` 0 is unset.
    Status SetUser(std::string_view user, FactId fact, FactCode code);
    /// `relation`: callee's direction (Catalog::FindRelation). Code 0 (false, or the absent choice)
    /// removes it. Both users become known. A relation to oneself is refused (kInvalidArgument).
    Status Relate(std::string_view subject, FactId relation, std::string_view object, FactCode code);
    /// The new revision; when it returns, the writes are on disk.
    Result<uint64_t> Commit();

   private:
    friend class Store;
    struct Impl;
    explicit Transaction(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };
  Result<Transaction> Begin();

  /// Single writes, by names: SetUser("bob", "allow_everyone", "true" or "unset"),
  /// Relate("bob", "blocks", "mallory"). Each returns the new revision.
  Result<uint64_t> SetUser(std::string_view user, std::string_view entry, std::string_view value);
  Result<uint64_t> Relate(std::string_view subject, std::string_view relation,
                          std::string_view object, std::string_view value = "true");
  Result<uint64_t> Unrelate(std::string_view subject, std::string_view relation,
                            std::string_view object);
  /// Relate(subject, "blocks", object): after it returns no decision of this process rings across it.
  Result<uint64_t> Block(std::string_view subject, std::string_view object);

  Result<uint64_t> Revision() const;
  Result<UserInfo> ShowUser(std::string_view user) const;  ///< kNotFound: not known
  /// Relations in which the user is subject or object. O(their number).
  Result<std::vector<RelationInfo>> Relations(std::string_view user) const;
  /// Streams every user or every relation (each once, subject's side); the callback returns false to
  /// stop. One read transaction.
  Status EachUser(const std::function<bool(const UserInfo&)>& sink) const;
  Status EachRelation(const std::function<bool(const RelationInfo&)>& sink) const;

  /// Removes everything held about a user, as callee and as caller. The handle is never reused.
  Result<ForgetReport> Forget(std::string_view user);
  /// Truncates WAL and overwrites free pages; true once nothing deleted is left in the files.
  Result<bool> Purge();

  /// The policy in force. kNotFound where none was activated.
  Result<PolicyRecord> PolicyInForce() const;
  Result<std::vector<PolicyRecord>> PolicyHistory() const;  ///< newest first
  /// The text must compile (kParse otherwise); it is stored canonical, with digest, time and note.
  Result<PolicyRecord> ActivatePolicy(std::string_view text, std::string_view file_name,
                                      std::string_view note);
  /// Activates again what was in force before the policy now in force.
  Result<PolicyRecord> RollbackPolicy();

  /// Checks file, schema, mirror of the pair rows, values, policies. Empty: healthy.
  Result<std::vector<DoctorFinding>> Doctor() const;
  /// Brings an older file to this version's schema, one step a transaction. The versions before/after.
  static Result<std::pair<int, int>> Migrate(const std::string& path);

  const Catalog& catalog() const;
  const std::string& path() const;

  struct Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  explicit Store(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace ringfence
