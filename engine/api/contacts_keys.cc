// Contacts' keys: loaded, checked against the store, published; and the rotation of row keys.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "api/contacts_impl.h"
#include "contacts/rotation.h"
#include "contacts/sealed_rows.h"

namespace ringfence {
namespace {

/// More than any machine computes.
constexpr int64_t kMaxEvaluationsPerS = 1'000'000'000;

/// Accounts looked up at once while rows are re-encrypted.
constexpr size_t kAccountsAtOnce = 1000;

/// A clock that is off by any amount must not overflow a time that is worked out from it: rows have
/// room for 32 bits.
constexpr int64_t kLatestSecond = (int64_t{1} << 32) - 1 - 1000 * int64_t{86400};

int64_t SecondsOf(const std::function<int64_t()>& clock_s) {
  if (clock_s) return std::clamp<int64_t>(clock_s(), 0, kLatestSecond);
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count();
}

Status CheckOptions(const ContactOptions& options) {
  const bool file = !options.key_file.empty();
  const bool provider = static_cast<bool>(options.key_provider);
  if (file == provider) {
    return Status(StatusCode::kInvalidArgument,
                  "contact sync needs a key file or a key provider, and not both");
  }
  if (options.evaluations_per_s < 0 || options.evaluations_per_s > kMaxEvaluationsPerS) {
    return Status(StatusCode::kInvalidArgument,
                  "evaluations_per_s is 0 to " + std::to_string(kMaxEvaluationsPerS));
  }
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  const std::string& tenant = options.tenant;
  if (tenant.empty() || tenant.size() > 64 || !std::all_of(tenant.begin(), tenant.end(), allowed)) {
    return Status(StatusCode::kInvalidArgument, "a tenant is 1 to 64 of a-z, 0-9, _ and -");
  }
  return Status();
}

}  // namespace

int64_t Contacts::Impl::NowInSeconds() const { return SecondsOf(options.clock_s); }

Result<std::unique_ptr<ContactTables>> Contacts::Impl::BeginWriting() const {
  if (!writes) {
    return Status(StatusCode::kReadOnly, "contact sync was opened for reading only");
  }
  return backend().BeginContacts(StoreBackend::Use::kWrite);
}

Result<std::shared_ptr<const Keyring>> Contacts::Impl::LoadKeys() const {
  if (!options.key_provider) return Keyring::Load(options.key_file, options.tenant);
  try {
    Result<std::string> text = options.key_provider();
    if (!text.ok()) return text.status();
    return Keyring::Parse(std::move(*text), options.tenant);
  } catch (...) {  // of the host's
    return Status(StatusCode::kIo, "the key provider threw an exception");
  }
}

void Contacts::Impl::Publish(std::shared_ptr<const Keyring> keyring) {
  if (vault != nullptr) return vault->Replace(std::move(keyring));
  vault = std::make_shared<ContactVault>(
      std::move(keyring), [clock_s = options.clock_s] { return SecondsOf(clock_s); });
  // A provider may be a network away: not from a decision.
  if (options.key_provider) return;
  vault->set_refresh([weak = weak_from_this()] {
    if (const std::shared_ptr<Impl> impl = weak.lock()) impl->RefreshKeys();
  });
}

void Contacts::Impl::RefreshKeys() {
  constexpr int64_t kSecond = 1'000'000'000;
  const int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
  int64_t next = next_refresh_ns_.load(std::memory_order_relaxed);
  if (now < next || !next_refresh_ns_.compare_exchange_strong(next, now + kSecond)) return;
  const std::unique_lock<std::mutex> lock(keys, std::try_to_lock);
  if (!lock.owns_lock()) return;
  Result<std::shared_ptr<const Keyring>> keyring = LoadKeys();
  // What is wrong with them ReloadKeys says; here the old ones go on.
  if (!keyring.ok() || (*keyring)->seed_check() != vault->keyring()->seed_check()) return;
  Publish(std::move(*keyring));
}

Status Contacts::Impl::TakeKeys() {
  if (Status fine = CheckOptions(options); !fine.ok()) return fine;
  const std::lock_guard<std::mutex> lock(keys);
  if (!writes) {
    // Between file and rows another process may rotate: then the second look agrees.
    Status same = TakeKeysForReading();
    return same.ok() ? same : TakeKeysForReading();
  }
  Result<std::unique_ptr<ContactTables>> rows = BeginWriting();
  if (!rows.ok()) return rows.status();
  Result<std::shared_ptr<const Keyring>> keyring = LoadKeys();
  if (!keyring.ok()) return keyring.status();
  bool changed = false;
  Status adopted = AdoptKeys(**rows, **keyring, NowInSeconds(), &changed);
  if (!adopted.ok()) return adopted;
  if (changed) {
    if (Result<uint64_t> committed = (*rows)->Commit(true); !committed.ok()) {
      return committed.status();
    }
  }
  Publish(std::move(*keyring));
  return Status();
}

Status Contacts::Impl::TakeKeysForReading() {
  Result<std::shared_ptr<const Keyring>> keyring = LoadKeys();
  if (!keyring.ok()) return keyring.status();
  Result<std::unique_ptr<ContactTables>> rows = backend().BeginContacts(StoreBackend::Use::kRead);
  if (!rows.ok()) return rows.status();
  if (Status same = CheckKeys(**rows, **keyring); !same.ok()) return same;
  Publish(std::move(*keyring));
  return Status();
}

// The file is changed under the writer's lock of the store, which keeps other processes that rotate
// from changing it too.
Status Contacts::Impl::BeginRotation() {
  const std::lock_guard<std::mutex> lock(keys);
  Result<std::unique_ptr<ContactTables>> rows = BeginWriting();
  if (!rows.ok()) return rows.status();
  Result<std::shared_ptr<const Keyring>> keyring = LoadKeys();
  if (!keyring.ok()) return keyring.status();
  bool changed = false;
  Status adopted = AdoptKeys(**rows, **keyring, NowInSeconds(), &changed);
  if (!adopted.ok()) return adopted;
  Result<uint64_t> left = (*rows)->CountNotUnder((*keyring)->newest_row_key().number);
  if (!left.ok()) return left.status();
  const bool interrupted = (*keyring)->row_keys().size() > 1 || *left > 0;
  if (!interrupted && !options.key_provider) {
    if (Status added = AddRowKeyToFile(options.key_file); !added.ok()) return added;
    keyring = LoadKeys();
    if (!keyring.ok()) return keyring.status();
    adopted = AdoptKeys(**rows, **keyring, NowInSeconds(), &changed);
    if (!adopted.ok()) return adopted;
  }
  // Published before the first row can be under the new key, so that no decision meets a key it
  // does not have.
  Publish(std::move(*keyring));
  Result<uint64_t> committed = (*rows)->Commit(false);
  return committed.ok() ? Status() : committed.status();
}

Status Contacts::Impl::RekeyRows(const std::function<void(uint64_t, uint64_t)>& progress,
                                 RotationReport* report) {
  report->row_key = vault->keyring()->newest_row_key().number;
  uint64_t all = 0;
  std::string damaged;
  for (int64_t after = 0;;) {
    std::vector<int64_t> accounts;
    Status listed = Read([&](ContactTables& rows, const Keyring&) {
      if (after == 0) {
        Result<uint64_t> left = rows.CountNotUnder(report->row_key);
        if (!left.ok()) return left.status();
        all = *left;
      }
      Result<std::vector<int64_t>> found =
          rows.AccountsNotUnder(report->row_key, after, kAccountsAtOnce);
      if (found.ok()) accounts = std::move(*found);
      return found.status();
    });
    if (!listed.ok()) return listed;
    if (accounts.empty()) break;
    after = accounts.back();
    for (int64_t account : accounts) {
      Status rekeyed = Write(false, nullptr, [&](ContactTables& rows, const Keyring& keyring) {
        Result<uint64_t> changed = RekeyAccount(rows, keyring, account);
        if (changed.ok()) report->rows_changed += *changed;
        return changed.status();
      });
      if (rekeyed.code() == StatusCode::kCorrupt) {
        damaged += (damaged.empty() ? "" : ", ") + std::to_string(account);
        continue;
      }
      if (!rekeyed.ok()) return rekeyed;
      if (progress) progress(report->rows_changed, std::max(all, report->rows_changed));
    }
  }
  if (damaged.empty()) return Status();
  return Status(StatusCode::kCorrupt,
                "rows of the users with handles " + damaged +
                    " do not open and stay under the old key: remove their books, or forget them, "
                    "and rotate again");
}

Status Contacts::Impl::EndRotation(RotationReport* report) {
  Status forgotten = Write(false, nullptr, [](ContactTables& rows, const Keyring& keyring) {
    Result<bool> done = ForgetOldRowKeys(rows, keyring);
    if (!done.ok()) return done.status();
    if (!*done) {
      return Status(StatusCode::kConflict,
                    "rows were written under an old key meanwhile: rotate again to go on");
    }
    // Whoever has an old key must not find what it opened in free pages.
    return rows.CountErasure();
  });
  if (!forgotten.ok()) return forgotten;
  if (!options.key_provider) {
    const std::lock_guard<std::mutex> lock(keys);
    Result<std::unique_ptr<ContactTables>> rows = BeginWriting();
    if (!rows.ok()) return rows.status();
    // Not if another process has begun the next rotation: its new key is in the file.
    const std::shared_ptr<const Keyring> ours = vault->keyring();
    Result<const RowKey*> newest = SealingKey(**rows, *ours);
    if (!newest.ok()) return newest.status();
    Status kept = KeepOnlyRowKeyInFile(options.key_file, (*newest)->number);
    if (!kept.ok()) return kept;
    Result<std::shared_ptr<const Keyring>> keyring = LoadKeys();
    if (!keyring.ok()) return keyring.status();
    if (Status same = CheckKeys(**rows, **keyring); !same.ok()) return same;
    Publish(std::move(*keyring));
  }
  // What is left goes with the next one.
  if (Result<bool> purged = backend().Purge(); purged.ok()) report->purged = *purged;
  return Status();
}

}  // namespace ringfence
