// What Contacts holds: the store it works on, the keys of the hour, and how its calls run.
#pragma once

#include <ringfence/contacts.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "api/store_impl.h"
#include "contacts/quota.h"
#include "contacts/tables.h"
#include "contacts/vault.h"

namespace ringfence {

struct Contacts::Impl : std::enable_shared_from_this<Contacts::Impl> {
  Impl(Store opened, ContactOptions given, bool may_write)
      : store(std::move(opened)), options(std::move(given)), writes(may_write) {}

  int64_t NowInSeconds() const;
  StoreBackend& backend() const { return *store.impl()->backend; }

  /// From the file or the provider; not published.
  Result<std::shared_ptr<const Keyring>> LoadKeys() const;
  /// Loads the keys, checks them against the store (registers them there if it may write) and gives
  /// them to whoever opens rows. Nothing changes when they do not fit.
  Status TakeKeys();
  /// Publishes newer keys of the same seed, if there are any and nobody has looked within a second.
  /// Touches no store and waits for nobody.
  void RefreshKeys();

  /// `work(rows, keyring)` (Status) in one transaction of reading.
  template <class Work>
  Status Read(const Work& work);
  /// The same in a writing one, committed durably if the work was ok; `revision` may be null. The
  /// keys are those at the time of the writer's lock: nobody can have rotated them since.
  template <class Work>
  Status Write(bool revises, uint64_t* revision, const Work& work);

  /// Takes evaluations out of what the process gives to all accounts. kBusy.
  Status TakeBudget(size_t evaluations);
  /// Charges an account and the process, or neither.
  Status Charge(std::string_view user, int64_t epoch, size_t evaluations);

  /// The steps of RotateRowKey; each leaves a state from which the whole can begin again.
  Status BeginRotation();
  Status RekeyRows(const std::function<void(uint64_t, uint64_t)>& progress, RotationReport* report);
  Status EndRotation(RotationReport* report);

  Store store;
  const ContactOptions options;
  const bool writes;
  std::shared_ptr<ContactVault> vault;
  std::mutex rotation;  ///< one at a time; held throughout
  std::mutex keys;      ///< between loading and publishing; taken after `rotation`

 private:
  void Publish(std::shared_ptr<const Keyring> keyring);
  Status TakeKeysForReading();
  template <class Work>
  Status ReadOnce(const Work& work) const;
  template <class Work>
  Status WriteOnce(bool revises, uint64_t* revision, const Work& work);
  Result<std::unique_ptr<ContactTables>> BeginWriting() const;

  std::atomic<int64_t> next_refresh_ns_{0};  ///< of the steady clock
  std::mutex budget_mutex_;
  Bucket budget_;
};

template <class Work>
Status Contacts::Impl::Read(const Work& work) {
  Status read = ReadOnce(work);
  if (read.code() != StatusCode::kStale) return read;
  RefreshKeys();  // another process has rotated
  return ReadOnce(work);
}

template <class Work>
Status Contacts::Impl::ReadOnce(const Work& work) const {
  Result<std::unique_ptr<ContactTables>> rows = backend().BeginContacts(StoreBackend::Use::kRead);
  if (!rows.ok()) return rows.status();
  const std::shared_ptr<const Keyring> keyring = vault->keyring();
  return work(**rows, *keyring);
}

template <class Work>
Status Contacts::Impl::Write(bool revises, uint64_t* revision, const Work& work) {
  Status written = WriteOnce(revises, revision, work);
  if (written.code() != StatusCode::kStale) return written;
  RefreshKeys();
  return WriteOnce(revises, revision, work);
}

template <class Work>
Status Contacts::Impl::WriteOnce(bool revises, uint64_t* revision, const Work& work) {
  Result<std::unique_ptr<ContactTables>> rows = BeginWriting();
  if (!rows.ok()) return rows.status();
  const std::shared_ptr<const Keyring> keyring = vault->keyring();
  if (Status worked = work(**rows, *keyring); !worked.ok()) return worked;
  Result<uint64_t> committed = (*rows)->Commit(revises);
  if (!committed.ok()) return committed.status();
  if (revision != nullptr) *revision = *committed;
  return Status();
}

}  // namespace ringfence
