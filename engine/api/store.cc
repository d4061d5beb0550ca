// Store: names and texts on the outside, a backend with facts and codes on the inside.
#include <ringfence/policy.h>
#include <ringfence/store.h>

#include <chrono>
#include <utility>

#include "api/store_impl.h"
#include "api/write_once.h"
#include "base/check.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

int64_t NowInSeconds() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count();
}

Status CheckNote(std::string_view note) {
  if (note.size() > kMaxNoteBytes) {
    return Status(StatusCode::kLimit, "the note has " + std::to_string(note.size()) +
                                          " bytes; at most " + std::to_string(kMaxNoteBytes) +
                                          " are kept");
  }
  if (!IsValidUtf8(note) || note.find('\0') != std::string_view::npos) {
    return Status(StatusCode::kInvalidArgument, "the note must be UTF-8 without NUL");
  }
  return Status();
}

PolicyRecord RecordOf(const Policy& policy, std::string_view note) {
  PolicyRecord record;
  record.name = policy.name();
  record.digest = policy.digest();
  record.text = policy.canonical();
  record.note = note;
  record.activated_at_s = NowInSeconds();
  return record;
}

Result<PolicyRecord> Activate(StoreTransaction& transaction, PolicyRecord record) {
  if (Status status = transaction.AddPolicy(&record); !status.ok()) return status;
  if (Result<uint64_t> revision = transaction.Commit(); !revision.ok()) return revision.status();
  return record;
}

// A value that can be stored: everything but "unavailable".
Result<FactCode> ParseStored(const Catalog& catalog, FactId fact, std::string_view value) {
  Result<FactCode> code = catalog.ParseValue(fact, value);
  if (code.ok() && *code == kUnavailableCode) {
    return Status(
        StatusCode::kInvalidArgument,
        "'" + catalog.fact(fact).entry + "' cannot be stored as '" + Printable(value, 32) + "'");
  }
  return code;
}

}  // namespace

struct Store::Transaction::Impl {
  // The transaction goes before its store.
  std::shared_ptr<Store::Impl> store;
  std::unique_ptr<StoreTransaction> transaction;
};

Store::Transaction::Transaction(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Transaction::Transaction(Transaction&&) noexcept = default;
Store::Transaction& Store::Transaction::operator=(Transaction&&) noexcept = default;
Store::Transaction::~Transaction() = default;

Status Store::Transaction::AddUser(std::string_view user) {
  CHECK(impl_ != nullptr);
  return impl_->transaction->AddUser(user);
}

Status Store::Transaction::SetUser(std::string_view user, FactId fact, FactCode code) {
  CHECK(impl_ != nullptr);
  return impl_->transaction->SetUser(user, fact, code);
}

Status Store::Transaction::Relate(std::string_view subject, FactId relation,
                                  std::string_view object, FactCode code) {
  CHECK(impl_ != nullptr);
  return impl_->transaction->Relate(subject, relation, object, code);
}

Result<uint64_t> Store::Transaction::Commit() {
  CHECK(impl_ != nullptr);
  return impl_->transaction->Commit();
}

Result<Store> Store::Open(const StoreOptions& options, const Catalog& catalog) {
  const Layout layout(catalog);
  Result<std::unique_ptr<StoreBackend>> backend =
      options.path.empty() ? OpenMemoryStore(layout) : OpenSqliteStore(options, layout);
  if (!backend.ok()) return backend.status();
  auto impl = std::make_shared<Impl>(Impl{catalog, options.path, std::move(*backend)});
  return Store(std::move(impl));
}

Result<Store::Transaction> Store::Begin() {
  Result<std::unique_ptr<StoreTransaction>> transaction = impl_->backend->Begin();
  if (!transaction.ok()) return transaction.status();
  return Transaction(
      std::unique_ptr<Transaction::Impl>(new Transaction::Impl{impl_, std::move(*transaction)}));
}

Result<uint64_t> Store::SetUser(std::string_view user, std::string_view entry,
                                std::string_view value) {
  Result<FactId> fact = impl_->catalog.FindUserEntry(entry);
  if (!fact.ok()) return fact.status();
  Result<FactCode> code = ParseStored(impl_->catalog, *fact, value);
  if (!code.ok()) return code.status();
  return WriteOnce(*impl_->backend, [&](StoreTransaction& transaction) {
    return transaction.SetUser(user, *fact, *code);
  });
}

Result<uint64_t> Store::Relate(std::string_view subject, std::string_view relation,
                               std::string_view object, std::string_view value) {
  Result<FactId> fact = impl_->catalog.FindRelation(relation);
  if (!fact.ok()) return fact.status();
  Result<FactCode> code = ParseStored(impl_->catalog, *fact, value);
  if (!code.ok()) return code.status();
  return WriteOnce(*impl_->backend, [&](StoreTransaction& transaction) {
    return transaction.Relate(subject, *fact, object, *code);
  });
}

Result<uint64_t> Store::Unrelate(std::string_view subject, std::string_view relation,
                                 std::string_view object) {
  Result<FactId> fact = impl_->catalog.FindRelation(relation);
  if (!fact.ok()) return fact.status();
  return WriteOnce(*impl_->backend, [&](StoreTransaction& transaction) {
    return transaction.Relate(subject, *fact, object, 0);
  });
}

Result<uint64_t> Store::Block(std::string_view subject, std::string_view object) {
  return Relate(subject, "blocks", object);
}

Result<uint64_t> Store::Revision() const { return impl_->backend->Revision(); }

Result<UserInfo> Store::ShowUser(std::string_view user) const {
  return impl_->backend->ShowUser(user);
}

Result<std::vector<RelationInfo>> Store::Relations(std::string_view user) const {
  return impl_->backend->Relations(user);
}

Result<bool> Store::HoldsContacts(std::string_view user) const {
  if (impl_->path.empty()) return false;
  Result<std::unique_ptr<ContactTables>> rows =
      impl_->backend->BeginContacts(StoreBackend::Use::kRead);
  if (!rows.ok()) return rows.status();
  Result<int64_t> account = (*rows)->FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::optional<BookRow>> book = (*rows)->Book(*account);
  if (!book.ok()) return book.status();
  Result<std::optional<UploadRow>> upload = (*rows)->Upload(*account);
  if (!upload.ok()) return upload.status();
  Result<std::optional<IdentifiersRow>> identifiers = (*rows)->Identifiers(*account);
  if (!identifiers.ok()) return identifiers.status();
  Result<QuotaRow> quota = (*rows)->Quota(*account);
  if (!quota.ok()) return quota.status();
  // Of every kind there is a time once it was used.
  const bool used = quota->evaluations.at_s != 0 || quota->full_syncs.at_s != 0 ||
                    quota->delta_syncs.at_s != 0 || quota->identifiers.at_s != 0;
  return book->has_value() || upload->has_value() || identifiers->has_value() || used;
}

Status Store::EachUser(const std::function<bool(const UserInfo&)>& sink) const {
  return impl_->backend->EachUser(sink);
}

Status Store::EachRelation(const std::function<bool(const RelationInfo&)>& sink) const {
  return impl_->backend->EachRelation(sink);
}

Status Store::EachPair(
    const std::function<bool(std::string_view callee, std::string_view caller)>& sink) const {
  return impl_->backend->EachPair(sink);
}

Result<ForgetReport> Store::Forget(std::string_view user) {
  ForgetReport report;
  {
    Result<std::unique_ptr<StoreTransaction>> transaction = impl_->backend->Begin();
    if (!transaction.ok()) return transaction.status();
    Status forgotten = (*transaction)->Forget(user, NowInSeconds(), &report);
    if (!forgotten.ok()) return forgotten;
    if (report.existed) {
      Result<uint64_t> revision = (*transaction)->Commit();
      if (!revision.ok()) return revision.status();
    }
  }
  // The user is forgotten whatever becomes of this; Purge() can be called again.
  if (Result<bool> purged = impl_->backend->Purge(); purged.ok()) report.purged = *purged;
  return report;
}

Result<std::vector<std::string>> Store::UnknownEntries() const {
  return impl_->backend->UnknownEntries();
}

Result<bool> Store::Purge() { return impl_->backend->Purge(); }

Result<PolicyRecord> Store::PolicyInForce() const { return impl_->backend->PolicyInForce(); }

Result<std::vector<PolicyRecord>> Store::PolicyHistory() const {
  return impl_->backend->Policies();
}

Result<PolicyRecord> Store::ActivatePolicy(std::string_view text, std::string_view file_name,
                                           std::string_view note) {
  if (Status status = CheckNote(note); !status.ok()) return status;
  Result<Policy> policy = Policy::Compile(text, file_name, impl_->catalog);
  if (!policy.ok()) return policy.status();
  Result<std::unique_ptr<StoreTransaction>> transaction = impl_->backend->Begin();
  if (!transaction.ok()) return transaction.status();
  return Activate(**transaction, RecordOf(*policy, note));
}

Result<PolicyRecord> Store::RollbackPolicy() {
  // The writer's lock first, so that nobody activates another policy between look and write.
  Result<std::unique_ptr<StoreTransaction>> transaction = impl_->backend->Begin();
  if (!transaction.ok()) return transaction.status();
  Result<std::vector<PolicyRecord>> history = impl_->backend->Policies();
  if (!history.ok()) return history.status();
  const std::vector<PolicyRecord>& records = *history;
  size_t before = 0;
  // The same policy activated twice in a row is one policy in force.
  while (before < records.size() && records[before].digest == records[0].digest) ++before;
  if (before == records.size()) {
    return Status(StatusCode::kNotFound, "no other policy was in force before");
  }
  const PolicyRecord& earlier = records[before];
  const std::string file_name = "policy " + std::to_string(earlier.number);
  Result<Policy> policy = Policy::Compile(earlier.text, file_name, impl_->catalog);
  if (!policy.ok()) return policy.status();
  return Activate(**transaction,
                  RecordOf(*policy, "rollback to policy " + std::to_string(earlier.number)));
}

Result<std::vector<DoctorFinding>> Store::Doctor() const {
  Result<std::vector<DoctorFinding>> findings = impl_->backend->Doctor();
  if (!findings.ok()) return findings;
  Result<PolicyRecord> record = impl_->backend->PolicyInForce();
  if (!record.ok()) {
    if (record.status().code() == StatusCode::kNotFound) return findings;
    findings->push_back({"policy", record.status().message(), true});
    return findings;
  }
  const std::string name = "policy " + std::to_string(record->number);
  Result<Policy> policy = Policy::Compile(record->text, name, impl_->catalog);
  if (!policy.ok()) {
    findings->push_back({"policy", name + " is in force and does not compile", true});
  } else if (policy->digest() != record->digest) {
    findings->push_back(
        {"policy", name + " is in force and does not have its stored digest", true});
  }
  return findings;
}

Result<std::pair<int, int>> Store::Migrate(const std::string& path) {
  return MigrateSqliteStore(path);
}

const Catalog& Store::catalog() const { return impl_->catalog; }

const std::string& Store::path() const { return impl_->path; }

}  // namespace ringfence
