// What Contacts holds: the store it works on, the keys of the hour, and how its calls run.
#pragma once

#include <ringfence/contacts.h>

#include <memory>
#include <mutex>
#include <utility>

#include "api/store_impl.h"
#include "contacts/tables.h"
#include "contacts/vault.h"

namespace ringfence {

struct Contacts::Impl {
  Impl(Store opened, ContactOptions given, bool may_write)
      : store(std::move(opened)), options(std::move(given)), writes(may_write) {}

  int64_t NowInSeconds() const;
  StoreBackend& backend() const { return *store.impl()->backend; }

  /// From the file or the provider; not published.
  Result<std::shared_ptr<const Keyring>> LoadKeys() const;
  /// Loads the keys, checks them against the store (registers them there if it may write) and gives
  /// them to whoever opens rows. Nothing changes when they do not fit.
  Status TakeKeys();

  /// `work(rows, keyring)` (Status) in one transaction of reading.
  template <class Work>
  Status Read(const Work& work) const;
  /// The same in a writing one, committed durably if the work was ok; `revision` may be null. The
  /// keys are those at the time of the writer's lock: nobody can have rotated them since.
  template <class Work>
  Status Write(bool revises, uint64_t* revision, const Work& work);

  /// The steps of RotateRowKey; each leaves a state from which the whole can begin again.
  Status BeginRotation();
  Status RekeyRows(const std::function<void(uint64_t, uint64_t)>& progress, RotationReport* report);
  Status EndRotation();

  Store store;
  const ContactOptions options;
  const bool writes;
  std::shared_ptr<ContactVault> vault;
  std::mutex rotation;  ///< one at a time; held throughout
  std::mutex keys;      ///< between loading and publishing; taken after `rotation`

 private:
  void Publish(std::shared_ptr<const Keyring> keyring);
  Result<std::unique_ptr<ContactTables>> BeginWriting() const;
};

template <class Work>
Status Contacts::Impl::Read(const Work& work) const {
  Result<std::unique_ptr<ContactTables>> rows = backend().BeginContacts(StoreBackend::Use::kRead);
  if (!rows.ok()) return rows.status();
  const std::shared_ptr<const Keyring> keyring = vault->keyring();
  return work(**rows, *keyring);
}

template <class Work>
Status Contacts::Impl::Write(bool revises, uint64_t* revision, const Work& work) {
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
