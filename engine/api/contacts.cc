// Contacts: the calls of contact sync, each one transaction (or a few) on the store's rows.
#include <ringfence/contacts.h>

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
  int64_t wait_s = 0;
  const std::lock_guard<std::mutex> lock(budget_mutex_);
  const BucketLimit limit{kSecondsAtOnce * rate, rate, 1};
  if (Take(limit, static_cast<int64_t>(evaluations), NowInSeconds(), &budget_, &wait_s)) {
    return Status();
  }
  return Status(StatusCode::kBusy,
                "this process evaluates as much as it may; " +
                    (wait_s < 0 ? std::string("so large a batch it never takes")
                                : "try again in " + std::to_string(wait_s) + " seconds"));
}

Result<ContactEvaluation> Contacts::Evaluate(std::string_view user, int64_t epoch,
                                             std::span<const ContactElement> blinded) {
  if (Status elements = CheckElements(blinded); !elements.ok()) return elements;
  if (Status budget = impl_->TakeBudget(blinded.size()); !budget.ok()) return budget;
  Status charged = impl_->Write(false, nullptr, [&](ContactTables& rows, const Keyring&) {
    return ChargeEvaluations(rows, user, epoch, blinded.size(), impl_->NowInSeconds());
  });
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
  if (Status budget = impl_->TakeBudget(identifiers.size()); !budget.ok()) return budget;
  Status charged = impl_->Write(false, nullptr, [&](ContactTables& rows, const Keyring&) {
    return ChargeEvaluations(rows, user, epoch, identifiers.size(), impl_->NowInSeconds());
  });
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

Result<BookRemoval> Contacts::RemoveBook(std::string_view user) {
  BookRemoval removal;
  Status removed = impl_->Write(true, nullptr, [&](ContactTables& rows, const Keyring&) {
    Status gone = Keep(RemoveBookAndUploads(rows, user), &removal.existed);
    return gone.ok() && removal.existed ? rows.CountErasure() : gone;
  });
  if (!removed.ok()) return removed;
  // The book is gone whatever becomes of this; Store::Purge can be called again.
  if (Result<bool> purged = impl_->backend().Purge(); purged.ok()) removal.purged = *purged;
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
  if (done.ok()) done = impl_->EndRotation();
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
  // Deleted whatever becomes of this; what is left in the files goes with the next purge.
  if (report.uploads + report.books + report.tombstones > 0) (void)impl_->backend().Purge();
  return report;
}

}  // namespace ringfence
