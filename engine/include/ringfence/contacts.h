// Contact sync: "people in my address book may call me", without the address book.
// Takes tokens that clients made without showing us an identifier, and identifiers that the host
// has verified; gives the fact `callee.contact(caller)`. schema/contact_sync.md is the protocol.
#pragma once

#include <ringfence/export.h>
#include <ringfence/status.h>
#include <ringfence/store.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// The first 16 bytes of an RFC 9497 VOPRF(ristretto255, SHA-512) output over a canonical
/// identifier: what a book consists of.
using ContactToken = std::array<uint8_t, 16>;
/// A ristretto255 element as RFC 9496 encodes it: blinded or evaluated.
using ContactElement = std::array<uint8_t, 32>;
/// BLAKE2b-256 of a book's distinct tokens, sorted, one after the other.
using ContactDigest = std::array<uint8_t, 32>;

/// What an identifier is. The numbers are part of the protocol.
enum class IdentifierKind : uint8_t { kPhone = 1, kEmail = 2, kHandle = 3 };
RINGFENCE_API std::string_view ToString(IdentifierKind kind);  ///< "tel", "email", "handle"

/// An identifier in canonical form cpn1 (contacts_client.h makes it): "+14155550123",
/// "ann@example.com". The engine checks the form and refuses others; it never repairs.
struct CanonicalIdentifier {
  IdentifierKind kind = IdentifierKind::kPhone;
  std::string_view bytes;
};

/// A key of the tokens lives as long as an epoch: announced, used, still honoured, gone.
enum class EpochState : uint8_t { kNext, kCurrent, kPrevious, kRetired };
RINGFENCE_API std::string_view ToString(EpochState state);  ///< "next", "current", ...

struct ContactEpoch {
  int64_t number = 0;
  ContactElement public_key{};  ///< for clients: VerifyProof, RFC 9497 section 3.3.2
  EpochState state = EpochState::kNext;
  int64_t created_at_s = 0;  ///< Unix time, as all times here
  int64_t retired_at_s = 0;  ///< 0: not retired
};

/// What a client must know before it blinds. Nothing in it depends on anybody's contacts.
struct ContactParameters {
  std::string norm;                  ///< "cpn1"
  std::string suite;                 ///< "ristretto255-SHA512"
  std::vector<ContactEpoch> epochs;  ///< not the retired ones
  size_t max_batch = 0;              ///< elements of one Evaluate, tokens of one put
  size_t max_entries = 0;            ///< of a book
  int64_t evaluations_left = 0;      ///< now, for this account
  int64_t evaluations_per_hour = 0;  ///< refill
};

/// Answer to a batch: in the order asked, with one DLEQ proof (c || s) over all of it.
struct ContactEvaluation {
  int64_t epoch = 0;
  std::vector<ContactElement> evaluated;
  std::array<uint8_t, 64> proof{};
};

/// What a device says it is about to upload. One upload is open per account; a later one replaces
/// it.
struct SyncManifest {
  enum class Mode : uint8_t { kFull, kDelta };
  Mode mode = Mode::kFull;
  int64_t epoch = 0;            ///< `current`; kDelta: that of the book
  int64_t base_generation = 0;  ///< of the book the device knows; 0: there is none
  std::string norm = "cpn1";
  std::string region;      ///< the region national numbers were read with, "DE"; "ZZ": none
  int64_t entries = 0;     ///< distinct tokens of the book afterwards
  ContactDigest digest{};  ///< of them
};

/// Answer to a commit. It says nothing about who has an account.
struct SyncReceipt {
  int64_t generation = 0;  ///< the upload's id: no number ever stands for two books of a user
  int64_t accepted = 0;    ///< distinct tokens in the book now
  int64_t duplicates = 0;  ///< uploaded more than once, or there already
  int64_t rejected = 0;    ///< to be removed, but not in the book
};

/// A user's own book, without its contents.
struct ContactBook {
  bool exists = false;
  int64_t generation = 0;
  int64_t entries = 0;
  int64_t epoch = 0;
  EpochState epoch_state = EpochState::kCurrent;
  std::string norm;
  std::string region;
  int64_t synced_at_s = 0;   ///< when its upload began: the device read its address book before
  int64_t expires_at_s = 0;  ///< matches nobody from then on
  int64_t erased_at_s = 0;   ///< is deleted by the next Sweep after that
};

/// What RemoveBook did.
struct BookRemoval {
  bool existed = false;  ///< there was a book, or an upload
  bool purged = false;   ///< as ForgetReport::purged
};

/// One verified identifier of an account, without its value.
struct VerifiedIdentifier {
  IdentifierKind kind = IdentifierKind::kPhone;
  int64_t verified_at_s = 0;
  int64_t expires_at_s = 0;     ///< counts for nothing from then on: verify again
  int64_t moved_at_s = 0;       ///< taken over from another account; 0: never
  std::vector<int64_t> epochs;  ///< in which it can match
  bool suppressed = false;      ///< its owner has objected: it never matches
};

/// Progress of work over all books and accounts.
struct RotationReport {
  bool purged = false;        ///< what the old key opened has left the files: ForgetReport::purged
  int64_t row_key = 0;        ///< the row key everything is under now
  uint64_t rows_changed = 0;  ///< books, accounts and uploads re-encrypted by this call
};

/// What Sweep deleted.
struct SweepReport {
  bool purged = false;      ///< as ForgetReport::purged
  uint64_t uploads = 0;     ///< abandoned
  uint64_t books = 0;       ///< long expired
  uint64_t tombstones = 0;  ///< of identifiers nobody has
};

/// Where keys come from, and the exceptions a host may make.
struct ContactOptions {
  /// The key file: a regular file (no link) of mode 0600 or stricter, owned by the effective user.
  std::string key_file;
  /// Instead of a file: gives the text a key file has, from a key service. Called by Open and
  /// ReloadKeys.
  std::function<Result<std::string>()> key_provider;
  /// Separates the tokens of tenants that share a seed. 1-64 bytes of [a-z0-9_-].
  std::string tenant = "default";
  /// Thin clients: EvaluateRaw is refused unless this is set, because it shows us identifiers.
  bool allow_raw = false;
  /// Evaluations a second that this process gives to all accounts together (with four seconds'
  /// worth at once); what goes beyond is kBusy and charged to nobody. 0: no limit.
  int64_t evaluations_per_s = 0;
  /// Unix time; for tests. Empty: the system's clock.
  std::function<int64_t()> clock_s;
};

/// The service behind a sync endpoint, and the key that decisions need. Thread-safe. Copies share
/// one state. Every write is durable when acknowledged. No message, log or error contains an
/// identifier, a token or an element.
//
/// Errors of all calls: kInvalidArgument (form; the element's position, never its bytes), kLimit,
/// kNotFound (user, upload, epoch), kConflict (says what stands now: generation, epoch), kQuota
/// (says in how many seconds), kStale (rows are under a row key that is not to be had: ReloadKeys),
/// kBusy (evaluations_per_s), kCorrupt (a row does not open), and those of the
/// store. Only AddIdentifier makes a user known; to the other calls an unknown one is kNotFound.
//
/// Quotas, per user (limits.h): 12,000 evaluations, refilled by 20 an hour, and all of them again
/// when a device has to read a whole book anew: where the user has no book, 30 days after the last
/// time (the first bucket counts as one); where the book is of an older epoch, once an epoch. 4
/// whole books a day, 60 deltas an hour; 8 new identifiers, then 3 a week.
class RINGFENCE_API Contacts {
 public:
  /// Makes a key file with a new seed and row key 1. kInvalidArgument when the file exists.
  static Status CreateKeyFile(const std::string& path);

  /// Refuses to start (kInvalidArgument, kNotFound, kIo) for a key file others may read, a link, a
  /// damaged file, or keys that are not those the store was used with. A store without an epoch
  /// gets its first. The store must be a file (kInvalidArgument) opened for writing (kReadOnly).
  static Result<Contacts> Open(Store store, const ContactOptions& options);
  /// The same for deciding only: nothing is written, the store may be read-only, and every call
  /// that writes is refused with kReadOnly.
  static Result<Contacts> OpenForReading(Store store, const ContactOptions& options);

  /// Reads key file or provider again. After a rotation by another process this happens by itself
  /// when a decision or a call first meets the new key, at most once a second; where the new key is
  /// not to be had, contact facts of rows under it are unavailable and no row is sealed (kStale).
  /// Keys that do not fit the store change nothing.
  Status ReloadKeys();

  // --- The protocol, for endpoints. `user` is the authenticated account.

  Result<ContactParameters> Parameters(std::string_view user) const;
  /// Checks every element, charges the account durably, then computes. At most kMaxContactBatch.
  Result<ContactEvaluation> Evaluate(std::string_view user, int64_t epoch,
                                     std::span<const ContactElement> blinded);
  /// For thin clients: the same tokens from identifiers in clear, charged alike. The caller erases
  /// what it passed.
  Result<std::vector<ContactToken>> EvaluateRaw(std::string_view user, int64_t epoch,
                                                std::span<const CanonicalIdentifier> identifiers);
  /// The upload's id, good for 15 minutes. kConflict unless base_generation is the book's and the
  /// epoch takes uploads: `current` for a whole book, for a delta the book's own if it is current
  /// or previous. Costs nothing: a whole book or a delta is charged when it is committed.
  Result<int64_t> BeginSync(std::string_view user, const SyncManifest& manifest);
  /// Part `sequence` = 0, 1, 2, ... Sending the last part again changes nothing (kConflict if it is
  /// another one). `remove` only in a delta. Together 1 to kMaxContactBatch tokens, none of zeros,
  /// and kMaxUploadTokens in all parts. kConflict when another device has begun meanwhile.
  Status PutSync(std::string_view user, int64_t upload, int64_t sequence,
                 std::span<const ContactToken> add, std::span<const ContactToken> remove = {});
  /// Replaces the book in one transaction if count, digest and base generation agree; readers see
  /// the old book or the new one. A delta gives (book without `remove`) with `add`, in whatever
  /// order they came. A whole book that does not agree with its manifest is kInvalidArgument; a
  /// delta that does not is kConflict: send the book whole. That is so too when somebody in the
  /// book has objected (Suppress), whose token is not kept. Committing the same upload again gives
  /// the same receipt.
  Result<SyncReceipt> CommitSync(std::string_view user, int64_t upload);
  Result<ContactBook> BookOf(std::string_view user) const;
  /// Deletes book and uploads. Quota stays, or it could be filled up by removing. `purge`: rebuilds
  /// the file at once, in time proportional to it, so that no byte is left (for tools); an endpoint
  /// leaves that to the next Sweep, and asking again says when it has happened.
  Result<BookRemoval> RemoveBook(std::string_view user, bool purge = false);

  // --- Identifiers, for the part of the host that verifies them.

  /// The account has shown now that the identifier is its own. It leaves the account that had it
  /// (then it matches as `stale` until a callee syncs again). Adding again renews it and adds the
  /// tokens of new epochs. At most kMaxIdentifiers, of them kMaxPhoneIdentifiers phones. The new
  /// revision.
  Result<uint64_t> AddIdentifier(std::string_view user, const CanonicalIdentifier& identifier);
  /// kNotFound when the account does not have it. Whoever adds it within 180 days, the same account
  /// too, has taken it over: nobody can tell who had a number in between.
  Result<uint64_t> RemoveIdentifier(std::string_view user, const CanonicalIdentifier& identifier);
  Result<std::vector<VerifiedIdentifier>> Identifiers(std::string_view user) const;
  /// Somebody's objection, user or not: the identifier matches in no book from now on, whoever has
  /// it. Stored as keyed hashes. Books go on holding its token, sealed: taking it out would show
  /// in the counts of the next upload that somebody has objected.
  Result<uint64_t> Suppress(const CanonicalIdentifier& identifier);
  Result<uint64_t> Unsuppress(const CanonicalIdentifier& identifier);

  // --- Keys and time, for the operator.

  Result<std::vector<ContactEpoch>> Epochs() const;  ///< retired ones too, oldest first
  Result<ContactEpoch> AddEpoch();                   ///< `next`; one at a time
  /// next becomes current, current becomes previous. kConflict while there is another previous one.
  Result<ContactEpoch> PromoteEpoch();
  /// Books of the epoch match nobody any more (`expired`). Only a previous epoch can retire
  /// (kConflict).
  Result<ContactEpoch> RetireEpoch(int64_t number);
  /// Accounts with an identifier that counts and has no token of the epoch: wait for 0 before
  /// promoting.
  Result<uint64_t> AccountsWithout(int64_t epoch) const;
  /// Adds a row key to the key file (with a provider: takes the newest it gives) and re-encrypts
  /// every row under it, one account a transaction; then removes old keys from the file and what
  /// they opened from the database's free pages. After an interruption, call it again: it goes on
  /// (an interrupted one is all it does then). Other processes on the same file follow by
  /// themselves; with a provider they must ReloadKeys. A row that does not open is left as it is
  /// and the old keys are kept: kCorrupt, with the handles of its owners, once all others are done.
  /// A copy of the database needs a copy of the key file: rotating one makes the other unreadable
  /// with the file that has lost the old key. `progress` gets rows done and rows in all.
  Result<RotationReport> RotateRowKey(
      const std::function<void(uint64_t done, uint64_t all)>& progress = {});
  /// Deletes abandoned uploads (15 minutes), expired books (180 days) and old tombstones, and
  /// purges what was deleted so far. Call it daily: nothing is deleted by itself.
  Result<SweepReport> Sweep();
  /// For a key file that is lost or stolen: deletes all that contact sync holds, of everybody, so
  /// that Open can begin with a new one. Needs no keys. True once it has left the files too.
  static Result<bool> EraseAll(Store& store);

  struct Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }

 private:
  explicit Contacts(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace ringfence
