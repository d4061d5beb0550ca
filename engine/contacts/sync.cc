// Uploads: begin, put, commit; books: describe, remove.
#include "contacts/sync.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "contacts/sealed_rows.h"

namespace ringfence {
namespace {

/// Tokens that a delta may bring whatever the size of the book: a page of new contacts.
constexpr int64_t kSmallDelta = 200;

using Mode = SyncManifest::Mode;

constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 24 * kHour;
constexpr BucketLimit kFullSyncs{kFullSyncsPerDay, kFullSyncsPerDay, kDay};
constexpr BucketLimit kDeltaSyncs{kDeltaSyncsPerHour, kDeltaSyncsPerHour, kHour};

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

Status Conflict(std::string message) { return Status(StatusCode::kConflict, std::move(message)); }

int64_t GenerationOf(const std::optional<BookRow>& book) {
  return book.has_value() ? book->generation : 0;
}

std::string NowAt(const std::optional<BookRow>& book) {
  if (!book.has_value()) return "there is no book (generation 0)";
  return "the book is at generation " + std::to_string(book->generation);
}

Status CheckForm(const SyncManifest& manifest) {
  if (manifest.norm != kCanonicalForm) return Invalid("the norm of an upload must be cpn1");
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (manifest.region.size() != 2 || !capital(manifest.region[0]) || !capital(manifest.region[1])) {
    return Invalid("the region of an upload must be two capitals, or ZZ for none");
  }
  if (manifest.mode != Mode::kFull && manifest.mode != Mode::kDelta) {
    return Invalid("an upload is full or a delta");
  }
  if (manifest.entries < 0 || manifest.entries > static_cast<int64_t>(kMaxBookEntries)) {
    return Status(StatusCode::kLimit, "a book has 0 to " + std::to_string(kMaxBookEntries) +
                                          " entries, not " + std::to_string(manifest.entries));
  }
  return Status();
}

/// Whether an upload may begin on this book, in these epochs.
Status CheckBase(const SyncManifest& manifest, const std::optional<BookRow>& book,
                 const std::vector<ContactEpoch>& epochs) {
  if (manifest.base_generation != GenerationOf(book)) {
    return Conflict("the upload is based on generation " +
                    std::to_string(manifest.base_generation) + ", but " + NowAt(book));
  }
  const ContactEpoch* epoch = FindEpoch(epochs, manifest.epoch);
  if (epoch == nullptr) {
    return Status(StatusCode::kNotFound, "there is no epoch " + std::to_string(manifest.epoch));
  }
  const bool delta = manifest.mode == Mode::kDelta;
  const bool open =
      epoch->state == EpochState::kCurrent || (delta && epoch->state == EpochState::kPrevious);
  if (!open) {
    const ContactEpoch* current = FindEpoch(epochs, EpochState::kCurrent);
    return Conflict("epoch " + std::to_string(manifest.epoch) + " is " +
                    std::string(ToString(epoch->state)) + "; the current one is " +
                    std::to_string(current == nullptr ? 0 : current->number));
  }
  if (!delta) return Status();
  if (!book.has_value()) return Conflict("a delta needs a book, and " + NowAt(book));
  if (book->epoch != manifest.epoch) {
    return Conflict("a delta has the epoch of the book, which is " + std::to_string(book->epoch) +
                    "; " + NowAt(book));
  }
  if (book->norm != manifest.norm || book->region != manifest.region) {
    return Invalid(
        "a delta has the norm and the region of the book; send the whole book to change "
        "them");
  }
  return Status();
}

/// The upload if it is open. kConflict where a later upload of the account took its place.
Result<UploadRow> FindUpload(ContactTables& rows, int64_t account,
                             const std::optional<BookRow>& book, int64_t upload, int64_t now_s) {
  Result<std::optional<UploadRow>> row = rows.Upload(account);
  if (!row.ok()) return row.status();
  if (row->has_value() && (*row)->id == upload) {
    if (now_s - (*row)->opened_at_s <= kUploadLifetimeS) return std::move(**row);
    return Status(StatusCode::kNotFound, "the upload was begun more than " +
                                             std::to_string(kUploadMinutes) +
                                             " minutes ago: begin again");
  }
  const bool replaced =
      (row->has_value() && (*row)->id > upload) || (book.has_value() && book->generation > upload);
  if (replaced) return Conflict("a later upload took the place of this one; " + NowAt(book));
  return Status(StatusCode::kNotFound, "there is no such upload, or it is over: begin again");
}

Status CheckTokens(std::span<const ContactToken> tokens, const char* list) {
  constexpr ContactToken kZero{};
  const auto found = std::find(tokens.begin(), tokens.end(), kZero);
  if (found == tokens.end()) return Status();
  return Invalid("token " + std::to_string(found - tokens.begin()) + " of " + list +
                 " is all zero");
}

Status CheckPart(int64_t sequence, std::span<const ContactToken> add,
                 std::span<const ContactToken> remove) {
  const size_t count = add.size() + remove.size();
  if (count == 0 || count > kMaxContactBatch) {
    return Status(StatusCode::kLimit, "a part has 1 to " + std::to_string(kMaxContactBatch) +
                                          " tokens, not " + std::to_string(count));
  }
  if (sequence < 0) return Invalid("parts are numbered 0, 1, 2, ...");
  if (Status added = CheckTokens(add, "those to add"); !added.ok()) return added;
  return CheckTokens(remove, "those to remove");
}

/// Whether the part that is there is the one that was sent again.
Result<bool> SamePart(ContactTables& rows, const Keyring& keyring, const UploadRow& upload,
                      int64_t sequence, std::span<const ContactToken> add,
                      std::span<const ContactToken> remove) {
  Result<std::vector<PartRow>> parts = rows.Parts(upload.id);
  if (!parts.ok()) return parts.status();
  const auto is_it = [&](const PartRow& part) { return part.sequence == sequence; };
  const auto part = std::find_if(parts->begin(), parts->end(), is_it);
  if (part == parts->end()) return Status(StatusCode::kCorrupt, "an upload lacks a part");
  if (part->added != static_cast<int64_t>(add.size()) ||
      part->removed != static_cast<int64_t>(remove.size())) {
    return false;
  }
  Result<const RowKey*> key = OpeningKey(keyring, upload.row_key);
  if (!key.ok()) return key.status();
  Result<TokenBuffer> stored = OpenPart(**key, upload.account, upload.id, *part);
  if (!stored.ok()) return stored.status();
  const std::span<const Token> tokens = stored->tokens();
  return std::equal(add.begin(), add.end(), tokens.begin()) &&
         std::equal(remove.begin(), remove.end(), tokens.begin() + part->added);
}

/// What the parts of an upload say, in locked memory.
struct Collected {
  explicit Collected(size_t added_count, size_t removed_count)
      : added(added_count), removed(removed_count) {}
  TokenBuffer added;
  TokenBuffer removed;
};

Result<Collected> CollectParts(ContactTables& rows, const Keyring& keyring,
                               const UploadRow& upload) {
  Result<std::vector<PartRow>> parts = rows.Parts(upload.id);
  if (!parts.ok()) return parts.status();
  Result<const RowKey*> key = OpeningKey(keyring, upload.row_key);
  if (!key.ok()) return key.status();
  size_t added = 0, removed = 0;
  for (const PartRow& part : *parts) {
    added += static_cast<size_t>(std::max<int64_t>(part.added, 0));
    removed += static_cast<size_t>(std::max<int64_t>(part.removed, 0));
  }
  const bool whole = static_cast<int64_t>(parts->size()) == upload.next_sequence &&
                     added + removed == static_cast<size_t>(upload.tokens);
  if (!whole) return Status(StatusCode::kCorrupt, "an upload lacks a part");
  Collected collected(added, removed);
  for (const PartRow& part : *parts) {
    Result<TokenBuffer> tokens = OpenPart(**key, upload.account, upload.id, part);
    if (!tokens.ok()) return tokens.status();
    collected.added.Append(tokens->tokens().first(static_cast<size_t>(part.added)));
    collected.removed.Append(tokens->tokens().last(static_cast<size_t>(part.removed)));
  }
  return collected;
}

/// The set of the new book: (old without removed) with added, in whatever order they were sent.
Result<TokenBuffer> Apply(ContactTables& rows, const Keyring& keyring,
                          const std::optional<BookRow>& book, const UploadRow& upload,
                          Collected* collected, SyncReceipt* receipt) {
  TokenBuffer old(0);
  if (upload.manifest.mode == Mode::kDelta) {
    Result<TokenBuffer> opened = OpenBook(rows, keyring, *book);
    if (!opened.ok()) return opened.status();
    old = std::move(*opened);
    old.MakeSet();
  }
  const size_t uploaded = collected->added.size();
  const size_t to_remove = collected->removed.size();
  collected->added.MakeSet();
  collected->removed.MakeSet();
  TokenBuffer fresh(collected->added.size());
  fresh.AssignDifference(collected->added.tokens(), old.tokens());
  TokenBuffer left(old.size());
  left.AssignDifference(old.tokens(), collected->removed.tokens());
  TokenBuffer all(left.size() + collected->added.size());
  all.AssignUnion(left.tokens(), collected->added.tokens());
  receipt->duplicates = static_cast<int64_t>(uploaded - fresh.size());
  receipt->rejected = static_cast<int64_t>(to_remove - (old.size() - left.size()));
  receipt->accepted = static_cast<int64_t>(all.size());
  return all;
}

Status CheckOutcome(const Keyring& keyring, int64_t account, const SyncManifest& manifest,
                    std::span<const Token> tokens) {
  const bool agrees = manifest.entries == static_cast<int64_t>(tokens.size()) &&
                      manifest.digest == keyring.BindDigest(account, DigestOf(tokens));
  if (agrees) return Status();
  if (manifest.mode == Mode::kDelta) {
    return Conflict(
        "the book does not come to the count and digest of the manifest: send it "
        "whole");
  }
  if (manifest.entries != static_cast<int64_t>(tokens.size())) {
    return Invalid("the upload has " + std::to_string(tokens.size()) +
                   " distinct tokens, the manifest says " + std::to_string(manifest.entries));
  }
  return Invalid("the digest of the upload is not that of the manifest");
}

/// A delta that exchanges more than half of a book is a whole book.
Mode ChargedAs(const UploadRow& upload) {
  const bool large = upload.tokens > std::max<int64_t>(kSmallDelta, upload.manifest.entries / 2);
  return large ? Mode::kFull : upload.manifest.mode;
}

Status ChargeSync(ContactTables& rows, int64_t account, Mode mode, int64_t now_s) {
  Result<QuotaRow> quota = rows.Quota(account);
  if (!quota.ok()) return quota.status();
  quota->account = account;
  const bool full = mode == Mode::kFull;
  int64_t wait_s = 0;
  if (!Take(full ? kFullSyncs : kDeltaSyncs, 1, now_s,
            full ? &quota->full_syncs : &quota->delta_syncs, &wait_s)) {
    return Status(StatusCode::kQuota, std::string("no more ") + (full ? "whole books" : "deltas") +
                                          " now: try again in " + std::to_string(wait_s) +
                                          " seconds");
  }
  return rows.PutQuota(*quota);
}

SyncReceipt ReceiptOf(const BookRow& book) {
  return {book.generation, book.entries, book.duplicates, book.rejected};
}

/// An epoch may be promoted while devices upload, and what they made is good all the same.
Status CheckEpochHolds(ContactTables& rows, int64_t number) {
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  const ContactEpoch* epoch = FindEpoch(*epochs, number);
  if (epoch != nullptr && epoch->state != EpochState::kRetired) return Status();
  return Conflict("epoch " + std::to_string(number) + " was retired meanwhile");
}

BookRow NewBook(const UploadRow& upload, const SyncReceipt& receipt) {
  BookRow book;
  book.callee = upload.account;
  book.epoch = upload.manifest.epoch;
  book.generation = upload.id;
  book.entries = receipt.accepted;
  book.norm = upload.manifest.norm;
  book.region = upload.manifest.region;
  // The device read its address book before it began: whoever took over a number since then is not
  // the person in it.
  book.synced_at_s = upload.opened_at_s;
  book.expires_at_s = book.synced_at_s + kBookExpiresDays * kDay;
  book.erased_at_s = book.synced_at_s + kBookErasedDays * kDay;
  book.duplicates = receipt.duplicates;
  book.rejected = receipt.rejected;
  return book;
}

}  // namespace

Result<int64_t> BeginUpload(ContactTables& rows, const Keyring& keyring, std::string_view user,
                            const SyncManifest& manifest, int64_t now_s) {
  if (Status form = CheckForm(manifest); !form.ok()) return form;
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::optional<BookRow>> book = rows.Book(*account);
  if (!book.ok()) return book.status();
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  if (Status base = CheckBase(manifest, *book, *epochs); !base.ok()) return base;
  Result<const RowKey*> key = SealingKey(rows, keyring);
  if (!key.ok()) return key.status();
  if (Result<bool> replaced = rows.DeleteUpload(*account); !replaced.ok()) return replaced.status();
  UploadRow upload;
  upload.account = *account;
  upload.manifest = manifest;
  upload.manifest.digest = keyring.BindDigest(upload.account, manifest.digest);
  upload.row_key = (*key)->number;
  upload.opened_at_s = now_s;
  return rows.PutUpload(upload);
}

Status PutTokens(ContactTables& rows, const Keyring& keyring, std::string_view user,
                 int64_t upload_id, int64_t sequence, std::span<const ContactToken> add,
                 std::span<const ContactToken> remove, int64_t now_s) {
  if (Status part = CheckPart(sequence, add, remove); !part.ok()) return part;
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::optional<BookRow>> book = rows.Book(*account);
  if (!book.ok()) return book.status();
  Result<UploadRow> upload = FindUpload(rows, *account, *book, upload_id, now_s);
  if (!upload.ok()) return upload.status();
  if (upload->manifest.mode == Mode::kFull && !remove.empty()) {
    return Invalid("a full upload replaces the book: it has nothing to remove");
  }
  if (sequence + 1 == upload->next_sequence) {
    Result<bool> same = SamePart(rows, keyring, *upload, sequence, add, remove);
    if (!same.ok()) return same.status();
    if (*same) return Status();
  }
  if (sequence != upload->next_sequence) {
    return Conflict("part " + std::to_string(upload->next_sequence) + " is next, not " +
                    std::to_string(sequence) + "; " + NowAt(*book));
  }
  upload->tokens += static_cast<int64_t>(add.size() + remove.size());
  if (upload->tokens > static_cast<int64_t>(kMaxUploadTokens)) {
    return Status(StatusCode::kLimit,
                  "an upload has at most " + std::to_string(kMaxUploadTokens) + " tokens");
  }
  // All parts stay under the key the upload began with; rotation takes them along.
  Result<const RowKey*> newest = SealingKey(rows, keyring);
  if (!newest.ok()) return newest.status();
  Result<const RowKey*> key = OpeningKey(keyring, upload->row_key);
  if (!key.ok()) return key.status();
  Status put =
      rows.PutPart(upload->id, SealPart(**key, *account, upload->id, sequence, add, remove));
  if (!put.ok()) return put;
  upload->next_sequence = sequence + 1;
  Result<int64_t> kept = rows.PutUpload(*upload);
  return kept.ok() ? Status() : kept.status();
}

Result<SyncReceipt> CommitUpload(ContactTables& rows, const Keyring& keyring, std::string_view user,
                                 int64_t upload_id, int64_t now_s) {
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::optional<BookRow>> book = rows.Book(*account);
  if (!book.ok()) return book.status();
  if (book->has_value() && (*book)->generation == upload_id) return ReceiptOf(**book);
  Result<UploadRow> upload = FindUpload(rows, *account, *book, upload_id, now_s);
  if (!upload.ok()) return upload.status();
  const SyncManifest& manifest = upload->manifest;
  if (manifest.base_generation != GenerationOf(*book)) {
    return Conflict("the upload is based on generation " +
                    std::to_string(manifest.base_generation) + ", but " + NowAt(*book));
  }
  if (Status holds = CheckEpochHolds(rows, manifest.epoch); !holds.ok()) return holds;
  Result<const RowKey*> key = SealingKey(rows, keyring);
  if (!key.ok()) return key.status();
  if (Status charged = ChargeSync(rows, *account, ChargedAs(*upload), now_s); !charged.ok()) {
    return charged;
  }
  Result<Collected> collected = CollectParts(rows, keyring, *upload);
  if (!collected.ok()) return collected.status();
  SyncReceipt receipt;
  receipt.generation = upload->id;
  Result<TokenBuffer> tokens = Apply(rows, keyring, *book, *upload, &*collected, &receipt);
  if (!tokens.ok()) return tokens.status();
  if (Status agrees = CheckOutcome(keyring, upload->account, manifest, tokens->tokens());
      !agrees.ok())
    return agrees;
  Status put = PutSealedBook(rows, **key, tokens->tokens(), NewBook(*upload, receipt));
  if (!put.ok()) return put;
  if (Result<bool> done = rows.DeleteUpload(*account); !done.ok()) return done.status();
  return receipt;
}

Result<ContactBook> DescribeBook(ContactTables& rows, std::string_view user) {
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::optional<BookRow>> row = rows.Book(*account);
  if (!row.ok()) return row.status();
  ContactBook book;
  if (!row->has_value()) return book;
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  const ContactEpoch* epoch = FindEpoch(*epochs, (*row)->epoch);
  book.exists = true;
  book.generation = (*row)->generation;
  book.entries = (*row)->entries;
  book.epoch = (*row)->epoch;
  book.epoch_state = epoch == nullptr ? EpochState::kRetired : epoch->state;
  book.norm = (*row)->norm;
  book.region = (*row)->region;
  book.synced_at_s = (*row)->synced_at_s;
  book.expires_at_s = (*row)->expires_at_s;
  book.erased_at_s = (*row)->erased_at_s;
  return book;
}

Result<bool> RemoveBookAndUploads(ContactTables& rows, std::string_view user) {
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<bool> book = rows.DeleteBook(*account);
  if (!book.ok()) return book;
  Result<bool> upload = rows.DeleteUpload(*account);
  if (!upload.ok()) return upload;
  return *book || *upload;
}

}  // namespace ringfence
