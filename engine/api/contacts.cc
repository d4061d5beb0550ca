// Contacts: the calls of contact sync, each one transaction (or a few) on the store's rows.
#include <ringfence/contacts.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "api/contacts_impl.h"
#include "contacts/identifiers.h"
#include "contacts/rotation.h"
#include "contacts/sync.h"

namespace ringfence {
namespace {

/// Rows of each kind that one transaction of Sweep deletes: milliseconds, in which no other writer
/// gets on.
constexpr size_t kSweepAtOnce = 100;

/// The value that work on rows put in place, or why there is none.
template <class T>
Result<T> Outcome(Status status, T value) {
  if (!status.ok()) return status;
  return value;
}

/// Puts the value of a Result in place.
template <class T>
Status Keep(Result<T> result, T* value) {
  if (result.ok()) *value = std::move(*result);
  return result.status();
}

}  // namespace

Status Contacts::CreateKeyFile(const std::string& path) { return ringfence::CreateKeyFile(path); }

Result<Contacts> Contacts::Open(Store store, const ContactOptions& options) {
  auto impl = std::make_shared<Impl>(std::move(store), options, true);
  if (Status taken = impl->TakeKeys(); !taken.ok()) return taken;
  return Contacts(std::move(impl));
}

Result<Contacts> Contacts::OpenForReading(Store store, const ContactOptions& options) {
  auto impl = std::make_shared<Impl>(std::move(store), options, false);
  if (Status taken = impl->TakeKeys(); !taken.ok()) return taken;
  return Contacts(std::move(impl));
}

Result<bool> Contacts::EraseAll(Store& store) {
  StoreBackend& backend = *store.impl()->backend;
  {
    Result<std::unique_ptr<ContactTables>> rows = backend.BeginContacts(StoreBackend::Use::kWrite);
    if (!rows.ok()) return rows.status();
    if (Status erased = (*rows)->EraseAll(); !erased.ok()) return erased;
    if (Status counted = (*rows)->CountErasure(); !counted.ok()) return counted;
    if (Result<uint64_t> done = (*rows)->Commit(true); !done.ok()) return done.status();
  }
  return backend.Purge();
}

Status Contacts::ReloadKeys() { return impl_->TakeKeys(); }

Result<ContactParameters> Contacts::Parameters(std::string_view user) const {
  ContactParameters parameters;
  Status read = impl_->Read([&](ContactTables& rows, const Keyring&) {
    return Keep(ParametersFor(rows, user, impl_->NowInSeconds()), &parameters);
  });
  return Outcome(std::move(read), std::move(parameters));
}

Status Contacts::Impl::TakeBudget(size_t evaluations) {
  if (options.evaluations_per_s == 0) return Status();
  constexpr int64_t kSecondsAtOnce = 4;
  const int64_t rate = options.evaluations_per_s;
  const BucketLimit limit{std::max<int64_t>(kSecondsAtOnce * rate, kMaxContactBatch), rate, 1};
  // Not the clock on the wall, which may be set back.
  const auto up = std::chrono::steady_clock::now().time_since_epoch();
  const int64_t now_s = options.clock_s
                            ? NowInSeconds()
                            : std::chrono::duration_cast<std::chrono::seconds>(up).count();
  int64_t wait_s = 0;
  const std::lock_guard<std::mutex> lock(budget_mutex_);
  if (Take(limit, static_cast<int64_t>(evaluations), now_s, &budget_, &wait_s)) return Status();
  return Status(StatusCode::kBusy, "this process evaluates as much as it may: try again in " +
                                       std::to_string(wait_s) + " seconds");
}

Status Contacts::Impl::Charge(std::string_view user, int64_t epoch, size_t evaluations) {
  return Write(false, nullptr, [&](ContactTables& rows, const Keyring&) {
    Status charged = ChargeEvaluations(rows, user, epoch, evaluations, NowInSeconds());
    // Last: what is charged to nobody must not use up what others may have.
    return charged.ok() ? TakeBudget(evaluations) : charged;
  });
}

Result<ContactEvaluation> Contacts::Evaluate(std::string_view user, int64_t epoch,
                                             std::span<const ContactElement> blinded) {
  if (Status elements = CheckElements(blinded); !elements.ok()) return elements;
  Status charged = impl_->Charge(user, epoch, blinded.size());
  if (!charged.ok()) return charged;
  return EvaluateBatch(*impl_->vault->keyring(), epoch, blinded);
}

Result<std::vector<ContactToken>> Contacts::EvaluateRaw(
    std::string_view user, int64_t epoch, std::span<const CanonicalIdentifier> identifiers) {
  if (!impl_->options.allow_raw) {
    return Status(StatusCode::kInvalidArgument,
                  "identifiers in clear are not taken here: ContactOptions::allow_raw is not set");
  }
  if (Status form = CheckIdentifiers(identifiers); !form.ok()) return form;
  Status charged = impl_->Charge(user, epoch, identifiers.size());
  if (!charged.ok()) return charged;
  return EvaluateIdentifiers(*impl_->vault->keyring(), epoch, identifiers);
}

Result<int64_t> Contacts::BeginSync(std::string_view user, const SyncManifest& manifest) {
  int64_t upload = 0;
  Status begun = impl_->Write(false, nullptr, [&](ContactTables& rows, const Keyring& keyring) {
    return Keep(BeginUpload(rows, keyring, user, manifest, impl_->NowInSeconds()), &upload);
  });
  return Outcome(std::move(begun), upload);
}

Status Contacts::PutSync(std::string_view user, int64_t upload, int64_t sequence,
                         std::span<const ContactToken> add, std::span<const ContactToken> remove) {
  return impl_->Write(false, nullptr, [&](ContactTables& rows, const Keyring& keyring) {
    return PutTokens(rows, keyring, user, upload, sequence, add, remove, impl_->NowInSeconds());
  });
}

Result<SyncReceipt> Contacts::CommitSync(std::string_view user, int64_t upload) {
  SyncReceipt receipt;
  Status committed = impl_->Write(true, nullptr, [&](ContactTables& rows, const Keyring& keyring) {
    return Keep(CommitUpload(rows, keyring, user, upload, impl_->NowInSeconds()), &receipt);
  });
  return Outcome(std::move(committed), receipt);
}

Result<ContactBook> Contacts::BookOf(std::string_view user) const {
  ContactBook book;
  Status read = impl_->Read(
      [&](ContactTables& rows, const Keyring&) { return Keep(DescribeBook(rows, user), &book); });
  return Outcome(std::move(read), std::move(book));
}

Result<BookRemoval> Contacts::RemoveBook(std::string_view user, bool purge) {
  BookRemoval removal;
  Status removed = impl_->Write(true, nullptr, [&](ContactTables& rows, const Keyring&) {
    Status gone = Keep(RemoveBookAndUploads(rows, user), &removal.existed);
    return gone.ok() && removal.existed ? rows.CountErasure() : gone;
  });
  if (!removed.ok()) return removed;
  // The book is gone whatever becomes of this; Sweep and Store::Purge try again.
  Result<bool> left = purge ? impl_->backend().Purge() : impl_->backend().PurgeDue();
  if (left.ok()) removal.purged = purge ? *left : !*left;
  return removal;
}

Result<uint64_t> Contacts::AddIdentifier(std::string_view user,
                                         const CanonicalIdentifier& identifier) {
  uint64_t revision = 0;
  Status added = impl_->Write(true, &revision, [&](ContactTables& rows, const Keyring& keyring) {
    return AddVerified(rows, keyring, user, identifier, impl_->NowInSeconds());
  });
  return Outcome(std::move(added), revision);
}

Result<uint64_t> Contacts::RemoveIdentifier(std::string_view user,
                                            const CanonicalIdentifier& identifier) {
  uint64_t revision = 0;
  Status removed = impl_->Write(true, &revision, [&](ContactTables& rows, const Keyring& keyring) {
    return RemoveVerified(rows, keyring, user, identifier, impl_->NowInSeconds());
  });
  return Outcome(std::move(removed), revision);
}

Result<std::vector<VerifiedIdentifier>> Contacts::Identifiers(std::string_view user) const {
  std::vector<VerifiedIdentifier> identifiers;
  Status read = impl_->Read([&](ContactTables& rows, const Keyring& keyring) {
    return Keep(ListVerified(rows, keyring, user), &identifiers);
  });
  return Outcome(std::move(read), std::move(identifiers));
}

Result<uint64_t> Contacts::Suppress(const CanonicalIdentifier& identifier) {
  uint64_t revision = 0;
  Status done = impl_->Write(true, &revision, [&](ContactTables& rows, const Keyring& keyring) {
    bool changed = false;
    return SetSuppressed(rows, keyring, identifier, true, impl_->NowInSeconds(), &changed);
  });
  return Outcome(std::move(done), revision);
}

Result<uint64_t> Contacts::Unsuppress(const CanonicalIdentifier& identifier) {
  uint64_t revision = 0;
  Status done = impl_->Write(true, &revision, [&](ContactTables& rows, const Keyring& keyring) {
    bool changed = false;
    return SetSuppressed(rows, keyring, identifier, false, impl_->NowInSeconds(), &changed);
  });
  return Outcome(std::move(done), revision);
}

Result<std::vector<ContactEpoch>> Contacts::Epochs() const {
  std::vector<ContactEpoch> epochs;
  Status read = impl_->Read(
      [&](ContactTables& rows, const Keyring&) { return Keep(rows.Epochs(), &epochs); });
  return Outcome(std::move(read), std::move(epochs));
}

Result<ContactEpoch> Contacts::AddEpoch() {
  ContactEpoch epoch;
  Status added = impl_->Write(true, nullptr, [&](ContactTables& rows, const Keyring& keyring) {
    return Keep(AddNextEpoch(rows, keyring, impl_->NowInSeconds()), &epoch);
  });
  return Outcome(std::move(added), epoch);
}

Result<ContactEpoch> Contacts::PromoteEpoch() {
  ContactEpoch epoch;
  Status promoted = impl_->Write(true, nullptr, [&](ContactTables& rows, const Keyring&) {
    return Keep(PromoteNextEpoch(rows), &epoch);
  });
  return Outcome(std::move(promoted), epoch);
}

Result<ContactEpoch> Contacts::RetireEpoch(int64_t number) {
  ContactEpoch epoch;
  Status retired = impl_->Write(true, nullptr, [&](ContactTables& rows, const Keyring&) {
    return Keep(RetirePreviousEpoch(rows, number, impl_->NowInSeconds()), &epoch);
  });
  return Outcome(std::move(retired), epoch);
}

Result<uint64_t> Contacts::AccountsWithout(int64_t epoch) const {
  uint64_t accounts = 0;
  Status read = impl_->Read([&](ContactTables& rows, const Keyring& keyring) {
    return Keep(CountWithoutEpoch(rows, keyring, epoch, impl_->NowInSeconds()), &accounts);
  });
  return Outcome(std::move(read), accounts);
}

Result<RotationReport> Contacts::RotateRowKey(
    const std::function<void(uint64_t done, uint64_t all)>& progress) {
  const std::lock_guard<std::mutex> lock(impl_->rotation);
  RotationReport report;
  Status done = impl_->BeginRotation();
  if (done.ok()) done = impl_->RekeyRows(progress, &report);
  if (done.ok()) done = impl_->EndRotation(&report);
  return Outcome(std::move(done), report);
}

Result<SweepReport> Contacts::Sweep() {
  SweepReport report;
  const int64_t now_s = impl_->NowInSeconds();
  for (bool more = true; more;) {
    SweepReport step;
    Status swept = impl_->Write(true, nullptr, [&](ContactTables& rows, const Keyring&) {
      Status deleted = Keep(rows.DeleteDue(now_s, now_s - kUploadLifetimeS, kSweepAtOnce), &step);
      const bool any = step.uploads + step.books + step.tombstones > 0;
      return deleted.ok() && any ? rows.CountErasure() : deleted;
    });
    if (!swept.ok()) return swept;
    report.uploads += step.uploads;
    report.books += step.books;
    report.tombstones += step.tombstones;
    more = step.uploads >= kSweepAtOnce || step.books >= kSweepAtOnce ||
           step.tombstones >= kSweepAtOnce;
  }
  // Deleted whatever becomes of this; what is left in the files goes with the next one.
  if (Result<bool> purged = impl_->backend().Purge(); purged.ok()) report.purged = *purged;
  return report;
}

}  // namespace ringfence
