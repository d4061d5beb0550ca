// The store of settings, relations and policies: an SQLite file, or memory.
// Takes writes from the parts of a host that own the facts; gives listings, and sessions to
// Readers.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/status.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// What to open, and how.
struct StoreOptions {
  enum class Mode {
    kReadOnly,   ///< writes are refused with kReadOnly; works on a file that cannot be written
    kReadWrite,  ///< the file must exist
    kCreate,     ///< made if missing; an existing store is opened
  };
  std::string path;  ///< of the SQLite file; empty: in memory, for tests and hosts without a file
  Mode mode = Mode::kReadWrite;
  int busy_timeout_ms = 5000;  ///< >= 0; how long writers wait for another process's lock. Reads of
                               ///< a decision never wait.
};

/// A setting or attribute of a user as `user show` prints it.
struct UserValue {
  std::string name;
  FactId fact = 0;    ///< callee's side
  FactCode code = 0;  ///< 0: unset
};
/// One user's settings and attributes. Relations are listed by Store::Relations.
struct UserInfo {
  std::string user;               ///< external id
  std::vector<UserValue> values;  ///< every entry of the catalog, in its order
};

/// One stored relation, subject relation object: "subject follows object".
struct RelationInfo {
  std::string subject;   ///< external id
  std::string relation;  ///< entry name, "follows"
  std::string object;    ///< external id
  std::string value;     ///< "true", or the choice's member
};

/// One policy that is or was in force.
struct PolicyRecord {
  int64_t number = 0;          ///< grows with every activation
  std::string name;            ///< of the policy, not of its file
  std::string digest;          ///< 64 hexadecimal digits
  std::string text;            ///< canonical JSON
  std::string note;            ///< the operator's, at most kMaxNoteBytes
  int64_t activated_at_s = 0;  ///< Unix time
  bool in_force = false;
};

/// What Store::Forget found and did.
struct ForgetReport {
  bool existed = false;        ///< false: the user was not known, nothing was written
  uint64_t pairs_removed = 0;  ///< pairs the user stood in
  /// True once WAL and free pages hold nothing of the user any more; false while another process
  /// keeps an old snapshot open: call Purge() later.
  bool purged = false;
  /// Under which the erasure stands in the decision log: 32 hexadecimal digits, random. Empty where
  /// no log belongs to this store, or the user was not known.
  std::string case_id;
};

/// One thing that is wrong with a store, or (error == false) worth knowing.
struct DoctorFinding {
  std::string check;  ///< "integrity", "mirror", "corrupt-value", "wal", "policy"...
  std::string detail;
  bool error = true;
};

/// Thread-safe: one writer at a time (a mutex), reads go through their own connections. Every
/// acknowledged write is durable (WAL, synchronous=FULL) and is one revision.
class RINGFENCE_API Store {
 public:
  /// Errors: kNotFound (no file), kSchema (another application's file, an older schema: run
  /// Migrate; a newer one: which version is needed), kReadOnly, kBusy, kCorrupt, kIo.
  static Result<Store> Open(const StoreOptions& options,
                            const Catalog& catalog = Catalog::Standard());

  /// Writes that are applied together or not at all. Holds the writer's lock; keep it short or
  /// bulk.
  class RINGFENCE_API Transaction {
   public:
    Transaction(Transaction&&) noexcept;
    Transaction& operator=(Transaction&&) noexcept;
    /// Rolls back unless committed, and lets the next writer in.
    ~Transaction();
    /// Makes the account known without choosing anything.
    Status AddUser(std::string_view user);
    /// `fact`: callee's side of a user entry (Catalog::FindUserEntry); `code` 0 is unset.
    Status SetUser(std::string_view user, FactId fact, FactCode code);
    /// `relation`: callee's direction (Catalog::FindRelation). Code 0 (false, or the absent choice)
    /// removes it. Both users become known. A relation to oneself is refused (kInvalidArgument).
    Status Relate(std::string_view subject, FactId relation, std::string_view object,
                  FactCode code);
    /// The new revision; when it returns, the writes are on disk. After it, or after any call that
    /// failed with other than kInvalidArgument, the transaction is over.
    /// Errors: kFull, kIo, kBusy, kReadOnly; then nothing was applied.
    Result<uint64_t> Commit();

   private:
    friend class Store;
    struct Impl;
    explicit Transaction(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };
  /// Waits for the writer before it: of this process without limit, of another for
  /// busy_timeout_ms (kBusy).
  Result<Transaction> Begin();

  /// Single writes, by names: SetUser("bob", "allow_everyone", "true" or "unset"),
  /// Relate("bob", "blocks", "mallory"). Each returns the new revision.
  Result<uint64_t> SetUser(std::string_view user, std::string_view entry, std::string_view value);
  Result<uint64_t> Relate(std::string_view subject, std::string_view relation,
                          std::string_view object, std::string_view value = "true");
  Result<uint64_t> Unrelate(std::string_view subject, std::string_view relation,
                            std::string_view object);
  /// Relate(subject, "blocks", object): after it returns no decision of this process rings across
  /// it.
  Result<uint64_t> Block(std::string_view subject, std::string_view object);

  /// The number of the newest committed write; 0 for a store nothing was written to. O(1).
  Result<uint64_t> Revision() const;
  /// kNotFound for a user no write ever named. O(entries of the catalog).
  Result<UserInfo> ShowUser(std::string_view user) const;
  /// Relations in which the user is subject or object. O(their number).
  Result<std::vector<RelationInfo>> Relations(std::string_view user) const;
  /// Whether contact sync holds a book, an upload, identifiers or used limits of the user: Contacts
  /// shows them.
  /// kNotFound: not known. Always false in memory.
  Result<bool> HoldsContacts(std::string_view user) const;
  /// Streams every user or every relation (each once, subject's side); the callback returns false
  /// to stop. One read transaction.
  Status EachUser(const std::function<bool(const UserInfo&)>& sink) const;
  Status EachRelation(const std::function<bool(const RelationInfo&)>& sink) const;
  /// Two users whom some stored relation joins, in either direction, as a call could have them:
  /// each two come twice, once as callee and caller, once as caller and callee.
  Status EachPair(
      const std::function<bool(std::string_view callee, std::string_view caller)>& sink) const;

  /// Entries the file lists and catalog() does not have, by name: of a newer catalog or of an
  /// extension that was not given. What is stored in them stays as it is, and is not shown, listed
  /// or decided by. Always empty in memory.
  Result<std::vector<std::string>> UnknownEntries() const;

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
  /// Brings an older file to this version's schema, one step a transaction. The versions
  /// before/after.
  static Result<std::pair<int, int>> Migrate(const std::string& path);

  /// The catalog given at Open; the file must agree with it.
  const Catalog& catalog() const;
  /// As given at Open; empty for a store in memory.
  const std::string& path() const;

  struct Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  explicit Store(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace ringfence
