// The rows of contact sync, and what a store does with them: read and write, in one transaction.
// Implemented in store/; everything above it is protocol and knows no SQL.
#pragma once

#include <ringfence/contacts.h>
#include <ringfence/limits.h>
#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contacts/keyring.h"
#include "contacts/quota.h"

namespace ringfence {

/// How long it is remembered that an identifier had an account that is gone.
inline constexpr int64_t kTombstoneS = kTombstoneDays * 24 * 3600;

struct RowKeyRow {
  int64_t number = 0;  ///< 0: the seed
  KeyCheck check{};
};

struct BookRow {
  int64_t callee = 0;
  int64_t epoch = 0;
  int64_t generation = 0;  ///< the upload that made it
  int bucket_bits = 0;
  int64_t entries = 0;
  int64_t row_key = 0;
  std::string norm;
  std::string region;
  int64_t synced_at_s = 0;
  int64_t expires_at_s = 0;
  int64_t erased_at_s = 0;
  int64_t duplicates = 0;  ///< of its receipt
  int64_t rejected = 0;
};

struct UploadRow {
  int64_t id = 0;  ///< given by PutUpload when 0
  int64_t account = 0;
  SyncManifest manifest;  ///< its digest bound: Keyring::BindDigest
  int64_t next_sequence = 0;
  int64_t tokens = 0;  ///< so far, added and removed
  int64_t row_key = 0;
  int64_t opened_at_s = 0;
};

struct PartRow {
  int64_t sequence = 0;
  int64_t added = 0;
  int64_t removed = 0;
  std::string sealed;  ///< tokens added, then tokens removed
};

struct IdentifiersRow {
  int64_t account = 0;
  int64_t row_key = 0;
  std::string sealed;
};

struct OwnerRow {
  Tag tag{};
  int64_t account = 0;      ///< 0: nobody has it any more
  int64_t moved_at_s = 0;   ///< when it last changed or lost its account; 0: never
  int64_t erased_at_s = 0;  ///< of a row without account
};

struct QuotaRow {
  int64_t account = 0;
  Bucket evaluations;
  Bucket full_syncs;
  Bucket delta_syncs;
  Bucket identifiers;
  int64_t credit_at_s = 0;   ///< when an extra full book was last credited; 0: never
  int64_t credit_epoch = 0;  ///< and for which epoch
};

/// One transaction over the rows. The reading one sees one committed state; every Put and Delete of
/// it fails with kReadOnly. Errors: those of the store; they doom a writing transaction, kNotFound
/// and kInvalidArgument (a name no user can have) do not.
class ContactTables {
 public:
  virtual ~ContactTables() = default;  ///< rolls back unless committed

  virtual Result<int64_t> FindUser(std::string_view user) = 0;    ///< kNotFound: not known
  virtual Result<int64_t> InternUser(std::string_view user) = 0;  ///< makes it known

  virtual Result<std::vector<ContactEpoch>> Epochs() = 0;  ///< by number
  virtual Status PutEpoch(const ContactEpoch& epoch) = 0;
  virtual Result<std::vector<RowKeyRow>> RowKeys() = 0;  ///< by number, the seed's first
  virtual Status PutRowKey(const RowKeyRow& row) = 0;
  virtual Status DeleteRowKey(int64_t number) = 0;

  virtual Result<std::optional<BookRow>> Book(int64_t callee) = 0;
  /// The newest synced_at_s of all books and opened_at_s of all uploads; 0: there are none.
  virtual Result<int64_t> LatestSync() = 0;
  /// All chunks of a book, by bucket.
  virtual Result<std::vector<std::string>> Chunks(int64_t callee) = 0;
  /// Replaces book and chunks.
  virtual Status PutBook(const BookRow& book, const std::vector<std::string>& chunks) = 0;
  virtual Result<bool> DeleteBook(int64_t callee) = 0;  ///< with its chunks; whether there was one

  virtual Result<std::optional<UploadRow>> Upload(int64_t account) = 0;
  /// Its id: a new one, never used before, where the row has 0; else the row of that id is
  /// replaced.
  virtual Result<int64_t> PutUpload(const UploadRow& upload) = 0;
  virtual Result<bool> DeleteUpload(int64_t account) = 0;           ///< with its parts
  virtual Result<std::vector<PartRow>> Parts(int64_t upload) = 0;   ///< by sequence
  virtual Status PutPart(int64_t upload, const PartRow& part) = 0;  ///< replaces one of its number

  virtual Result<std::optional<IdentifiersRow>> Identifiers(int64_t account) = 0;
  virtual Status PutIdentifiers(const IdentifiersRow& row) = 0;
  virtual Status DeleteIdentifiers(int64_t account) = 0;

  virtual Result<std::optional<OwnerRow>> Owner(const Tag& tag) = 0;
  virtual Status PutOwner(const OwnerRow& row) = 0;
  virtual Result<bool> IsSuppressed(const Tag& tag) = 0;
  virtual Status PutSuppressed(const Tag& tag, int64_t now_s) = 0;
  virtual Result<bool> DeleteSuppressed(const Tag& tag) = 0;

  virtual Result<QuotaRow> Quota(int64_t account) = 0;  ///< all zero when there is none
  virtual Status PutQuota(const QuotaRow& row) = 0;

  /// Accounts above `after` whose book, identifiers or upload is under another row key, in order,
  /// at most `limit`: what rotation has left to do.
  virtual Result<std::vector<int64_t>> AccountsNotUnder(int64_t row_key, int64_t after,
                                                        size_t limit) = 0;
  virtual Result<uint64_t> CountNotUnder(int64_t row_key) = 0;
  /// Accounts with identifiers, above `after`, in order.
  virtual Result<std::vector<int64_t>> AccountsWithIdentifiers(int64_t after, size_t limit) = 0;
  /// Deletes what is due: uploads opened before a time, books and tombstones to be erased by now
  /// (erased_at_s <= now_s), at most `limit` of each kind, so that no transaction gets long.
  virtual Result<SweepReport> DeleteDue(int64_t now_s, int64_t uploads_before_s, size_t limit) = 0;

  /// Deletes everything, keys' checks and epochs too.
  virtual Status EraseAll() = 0;
  /// Counts a removal that a purge must follow (as forgetting a user does).
  virtual Status CountErasure() = 0;
  /// Durable when it returns. `revises`: decisions may change, so the revision grows; else 0 is
  /// given. Ends the use of this object.
  virtual Result<uint64_t> Commit(bool revises) = 0;
};

}  // namespace ringfence
