// The store in memory: for tests, and for hosts without a file. Same rules, same answers as the
// file; nothing outlives the process.
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "store/backend.h"
#include "store/log_rows.h"
#include "store/memory_world.h"
#include "store/random_pool.h"
#include "store/writer_gate.h"

namespace ringfence::memory {
namespace {

constexpr int kGateTimeoutMs = 5000;

Status GateShut() {
  return Status(StatusCode::kBusy, "another transaction of this process is open");
}

NamedRow Named(const World& world, const RowKey& key, const MemoryRow& row) {
  const auto name_of = [&](int64_t handle) {
    const MemoryUser* user = world.User(handle);
    return user == nullptr ? std::string() : user->name;
  };
  return {key.a, key.b, name_of(key.a), name_of(key.b), row.bytes, row.expires_s};
}

class MemoryStore final : public StoreBackend {
 public:
  explicit MemoryStore(std::shared_ptr<const RowFormat> format)
      : shared_(std::make_shared<Shared>()) {
    shared_->format = std::move(format);
    shared_->world = std::make_shared<const World>();
    CHECK(getentropy(shared_->cohort_key.data(), shared_->cohort_key.size()) == 0);
  }

  Result<std::unique_ptr<StoreSession>> NewSession(
      std::shared_ptr<const ContactVault> /*vault*/) override {
    return NewMemorySession(shared_);
  }
  Result<std::unique_ptr<StoreTransaction>> Begin() override;
  Result<std::unique_ptr<ContactTables>> BeginContacts(Use /*use*/) override {
    return Status(StatusCode::kInvalidArgument,
                  "contact sync needs a database file: a store in memory has no rows for it");
  }
  Result<uint64_t> Revision() override { return shared_->Now()->revision; }
  Result<SipHashKey> CohortKey() override { return shared_->cohort_key; }
  Result<UserInfo> ShowUser(std::string_view user) override;
  Result<std::vector<RelationInfo>> Relations(std::string_view user) override;
  Status EachUser(const std::function<bool(const UserInfo&)>& sink) override;
  Status EachRelation(const std::function<bool(const RelationInfo&)>& sink) override;
  Status EachPair(const std::function<bool(std::string_view, std::string_view)>& sink) override;
  Result<std::vector<NamedRow>> Rows(RowKind kind, std::string_view user, bool as_b) override;
  Result<std::vector<NamedRow>> RowsOf(RowKind one, RowKind other, const Party& owner) override;
  Result<PolicyRecord> PolicyInForce() override;
  Result<std::vector<PolicyRecord>> Policies() override;
  // Freed memory is not searched: there is no file to hold an old copy.
  Result<std::vector<std::string>> UnknownEntries() override { return std::vector<std::string>(); }
  Result<bool> Purge() override { return true; }
  Result<bool> PurgeDue() override { return false; }
  Result<std::vector<DoctorFinding>> Doctor() override { return std::vector<DoctorFinding>(); }
  Status EachLogSeed(const std::function<bool(const LogSeedRow&)>& sink) override;
  Result<LogSeedRow> FindLogSeed(std::string_view user) override;
  Result<std::optional<LogCheckpointRow>> LoadLogCheckpoint(std::string_view log) override;
  Status SaveLogCheckpoint(std::string_view log, const LogCheckpointRow& copy) override;
  Result<std::vector<LogOutboxRow>> LogOutbox() override { return shared_->Now()->log_outbox; }
  Result<int64_t> AddToLogOutbox(uint8_t kind,
                                 std::span<const uint8_t, kLogPayloadBytes> payload) override;
  Status RemoveFromLogOutbox(std::span<const int64_t> ids) override;
  Result<std::vector<LogReportRow>> LogReports(std::string_view log) override {
    return shared_->Now()->log_reports.Of(log);
  }
  Result<int64_t> AddLogReport(std::string_view log, std::string_view report) override;
  Status RemoveLogReports(std::span<const int64_t> ids) override;

 private:
  friend class MemoryTransaction;

  /// Publishes what `change` makes of the world, which is no revision; unless it fails.
  Status Change(const std::function<Status(World&)>& change);

  const RowFormat& format() const { return *shared_->format; }

  std::shared_ptr<Shared> shared_;
  WriterGate gate_;
  RandomPool random_;  ///< used by whoever holds the gate
  size_t swept_ = 0;   ///< shards so far; the same
};

class MemoryTransaction final : public StoreTransaction {
 public:
  /// Takes over the writer's gate.
  explicit MemoryTransaction(MemoryStore* store)
      : store_(store), draft_(std::make_shared<World>(*store->shared_->Now())) {}
  ~MemoryTransaction() override {
    if (draft_ != nullptr) store_->gate_.Release();
  }
  MemoryTransaction(const MemoryTransaction&) = delete;
  MemoryTransaction& operator=(const MemoryTransaction&) = delete;

  Status AddUser(std::string_view user) override {
    if (Status status = Usable(); !status.ok()) return status;
    if (Status status = CheckId(user); !status.ok()) return status;
    Intern(user);
    return Status();
  }

  Status SetUser(std::string_view user, FactId fact, FactCode code) override {
    if (Status status = Usable(); !status.ok()) return status;
    Status status = store_->format().CheckSetUser(user, fact, code);
    if (!status.ok()) return status;
    const int64_t handle = Intern(user);
    store_->format().PutUser(fact, code,
                             &draft_->users.Own(static_cast<size_t>(handle))[handle].words);
    return Status();
  }

  Status Relate(std::string_view subject, FactId relation, std::string_view object,
                FactCode code) override {
    if (Status status = Usable(); !status.ok()) return status;
    Status status = store_->format().CheckRelate(subject, relation, object, code);
    if (!status.ok()) return status;
    const int64_t from = Intern(subject);
    const int64_t to = Intern(object);
    PairWords pair = draft_->Pair(from, to);
    store_->format().PutRelation(relation, code, &pair);
    draft_->PutPair(from, to, pair);
    draft_->PutPair(to, from, pair.Mirrored());
    return Status();
  }

  Status Forget(std::string_view user, int64_t now_s, ForgetReport* report) override {
    if (Status status = Usable(); !status.ok()) return status;
    if (Status status = CheckId(user); !status.ok()) return status;
    const int64_t handle = draft_->Find(user);
    report->existed = handle != 0;
    if (handle == 0) return Status();
    const auto pairs = draft_->PairsOf(handle);
    for (const auto& [other, pair] : pairs) {
      draft_->PutPair(handle, other, {});
      draft_->PutPair(other, handle, {});
    }
    report->pairs_removed = pairs.size();
    draft_->ForgetRows(handle);
    draft_->users.Own(static_cast<size_t>(handle)).erase(handle);
    NameShard& names = draft_->names.Own(StringHash()(user));
    names.erase(names.find(user));
    ++draft_->forgets;
    if (draft_->log_checkpoints.empty()) return Status();
    LogOutboxRow row;
    CHECK(MakeErasure(&store_->random_, now_s, &row, &report->case_id));
    draft_->AddToLogOutbox(row);
    return Status();
  }

  Status AddPolicy(PolicyRecord* record) override {
    if (Status status = Usable(); !status.ok()) return status;
    record->number = static_cast<int64_t>(draft_->policies.size()) + 1;
    record->in_force = true;
    draft_->policies.push_back(std::make_shared<const PolicyRecord>(*record));
    draft_->policy_number = record->number;
    return Status();
  }

  Status FindHandle(std::string_view user, int64_t* handle) override {
    if (Status status = Usable(); !status.ok()) return status;
    *handle = draft_->Find(user);
    return CheckId(user);
  }
  Status Intern(std::string_view user, int64_t* handle) override {
    if (Status status = Usable(); !status.ok()) return status;
    if (Status status = CheckId(user); !status.ok()) return status;
    *handle = Intern(user);
    return Status();
  }
  Status NameOf(int64_t handle, std::string* name) override {
    if (Status status = Usable(); !status.ok()) return status;
    const MemoryUser* user = draft_->User(handle);
    *name = user == nullptr ? std::string() : user->name;
    return Status();
  }
  Status GetRow(RowKind kind, int64_t a, int64_t b, std::string* bytes) override {
    if (Status status = Usable(); !status.ok()) return status;
    const MemoryRow* row = draft_->Row({kind, a, b});
    *bytes = row == nullptr ? std::string() : row->bytes;
    return Status();
  }
  Status PutRow(RowKind kind, int64_t a, int64_t b, std::string_view bytes,
                int64_t expires_s) override {
    if (Status status = Usable(); !status.ok()) return status;
    draft_->rows.Own(static_cast<size_t>(a))[{kind, a, b}] = {std::string(bytes), expires_s};
    return Status();
  }
  Status DeleteRow(RowKind kind, int64_t a, int64_t b) override {
    if (Status status = Usable(); !status.ok()) return status;
    const RowKey key{kind, a, b};
    if (draft_->Row(key) != nullptr) draft_->rows.Own(static_cast<size_t>(a)).erase(key);
    return Status();
  }
  Status EachRow(RowKind kind, int64_t a,
                 const std::function<bool(int64_t b, std::string_view bytes)>& sink) override {
    if (Status status = Usable(); !status.ok()) return status;
    const RowShard& shard = draft_->rows.Of(static_cast<size_t>(a));
    for (auto it = shard.lower_bound({kind, a, INT64_MIN}); it != shard.end(); ++it) {
      if (it->first.kind != kind || it->first.a != a) break;
      if (!sink(it->first.b, it->second.bytes)) break;
    }
    return Status();
  }
  Status SetFlag(int64_t user, UserFlag flag, bool on) override {
    if (Status status = Usable(); !status.ok()) return status;
    PutFlag(flag, on, &draft_->users.Own(static_cast<size_t>(user))[user].words);
    return Status();
  }
  Status SweepRows(int64_t now_s, int /*limit*/) override {
    if (Status status = Usable(); !status.ok()) return status;
    const auto expired = [&](const auto& row) {
      return row.second.expires_s != 0 && row.second.expires_s <= now_s;
    };
    const size_t i = store_->swept_++;
    const RowShard& shard = draft_->rows.Of(i);
    if (std::any_of(shard.begin(), shard.end(), expired)) {
      std::erase_if(draft_->rows.Own(i), expired);
    }
    return Status();
  }

  Result<uint64_t> Commit() override {
    if (Status status = Usable(); !status.ok()) return status;
    const uint64_t revision = ++draft_->revision;
    Publish();
    return revision;
  }
  Status CommitCounters() override {
    if (Status status = Usable(); !status.ok()) return status;
    Publish();
    return Status();
  }

 private:
  void Publish() {
    store_->shared_->Publish(std::move(draft_));
    store_->write_epoch_.fetch_add(1);
    store_->gate_.Release();
  }
  Status Usable() const {
    if (draft_ != nullptr) return Status();
    return Status(StatusCode::kClosed, "the transaction was committed before");
  }
  int64_t Intern(std::string_view name) {
    int64_t handle = draft_->Find(name);
    if (handle != 0) return handle;
    handle = ++draft_->last_handle;
    draft_->names.Own(StringHash()(name)).emplace(name, handle);
    MemoryUser& user = draft_->users.Own(static_cast<size_t>(handle))[handle];
    user = {std::string(name), kNewUser, {}};
    CHECK(store_->random_.Fill(user.seed));
    return handle;
  }

  MemoryStore* store_;
  std::shared_ptr<World> draft_;
};

Result<std::unique_ptr<StoreTransaction>> MemoryStore::Begin() {
  if (!gate_.Acquire(kGateTimeoutMs)) return GateShut();
  return std::unique_ptr<StoreTransaction>(std::make_unique<MemoryTransaction>(this));
}

Result<UserInfo> MemoryStore::ShowUser(std::string_view user) {
  if (Status status = CheckId(user); !status.ok()) return status;
  const std::shared_ptr<const World> world = shared_->Now();
  const MemoryUser* found = world->User(world->Find(user));
  if (found == nullptr) return NotKnown(user);
  return format().DescribeUser(found->name, found->words);
}

Result<std::vector<RelationInfo>> MemoryStore::Relations(std::string_view user) {
  if (Status status = CheckId(user); !status.ok()) return status;
  const std::shared_ptr<const World> world = shared_->Now();
  const int64_t handle = world->Find(user);
  if (handle == 0) return NotKnown(user);
  std::vector<RelationInfo> relations;
  for (const auto& [other, pair] : world->PairsOf(handle)) {
    const std::string& name = world->User(other)->name;
    format().DescribeHalf(user, name, pair.forward, true, &relations);
    format().DescribeHalf(name, user, pair.reverse, false, &relations);
  }
  return relations;
}

Status MemoryStore::EachUser(const std::function<bool(const UserInfo&)>& sink) {
  const std::shared_ptr<const World> world = shared_->Now();
  std::vector<const MemoryUser*> users;
  for (size_t i = 0; i < kShards; ++i) {
    for (const auto& [handle, user] : world->users.Of(i)) users.push_back(&user);
  }
  std::sort(users.begin(), users.end(),
            [](const MemoryUser* a, const MemoryUser* b) { return a->name < b->name; });
  for (const MemoryUser* user : users) {
    if (!sink(format().DescribeUser(user->name, user->words))) break;
  }
  return Status();
}

Status MemoryStore::EachRelation(const std::function<bool(const RelationInfo&)>& sink) {
  const std::shared_ptr<const World> world = shared_->Now();
  std::vector<RelationInfo> relations;
  for (int64_t callee = 1; callee <= world->last_handle; ++callee) {
    for (const auto& [caller, pair] : world->PairsOf(callee)) {
      relations.clear();
      format().DescribeHalf(world->User(callee)->name, world->User(caller)->name, pair.forward,
                            callee < caller, &relations);
      for (const RelationInfo& relation : relations) {
        if (!sink(relation)) return Status();
      }
    }
  }
  return Status();
}

Status MemoryStore::EachPair(const std::function<bool(std::string_view, std::string_view)>& sink) {
  const std::shared_ptr<const World> world = shared_->Now();
  for (int64_t callee = 1; callee <= world->last_handle; ++callee) {
    for (const auto& [caller, pair] : world->PairsOf(callee)) {
      if ((pair.forward | pair.reverse) == 0) continue;
      if (!sink(world->User(callee)->name, world->User(caller)->name)) return Status();
    }
  }
  return Status();
}

Result<std::vector<NamedRow>> MemoryStore::Rows(RowKind kind, std::string_view user, bool as_b) {
  const std::shared_ptr<const World> world = shared_->Now();
  int64_t handle = 0;
  if (!user.empty()) {
    if (Status status = CheckId(user); !status.ok()) return status;
    handle = world->Find(user);
    if (handle == 0) return NotKnown(user);
  }
  std::vector<NamedRow> rows;
  for (size_t i = 0; i < kShards; ++i) {
    for (const auto& [key, row] : world->rows.Of(i)) {
      if (key.kind != kind || (handle != 0 && (as_b ? key.b : key.a) != handle)) continue;
      rows.push_back(Named(*world, key, row));
    }
  }
  std::sort(rows.begin(), rows.end(), [](const NamedRow& x, const NamedRow& y) {
    return std::pair(x.a, x.b) < std::pair(y.a, y.b);
  });
  return rows;
}

Result<std::vector<NamedRow>> MemoryStore::RowsOf(RowKind one, RowKind other, const Party& owner) {
  const std::shared_ptr<const World> world = shared_->Now();
  int64_t handle = owner.handle;
  if (handle == 0) {
    if (Status status = CheckId(owner.id); !status.ok()) return status;
    handle = world->Find(owner.id);
    if (handle == 0) return NotKnown(owner.id);
  }
  std::vector<NamedRow> rows;
  for (const auto& [key, row] : world->rows.Of(static_cast<size_t>(handle))) {
    if (key.a != handle || (key.kind != one && key.kind != other)) continue;
    rows.push_back(Named(*world, key, row));
  }
  std::sort(rows.begin(), rows.end(),
            [](const NamedRow& x, const NamedRow& y) { return x.b < y.b; });
  return rows;
}

Result<PolicyRecord> MemoryStore::PolicyInForce() {
  const std::shared_ptr<const World> world = shared_->Now();
  if (world->policies.empty()) return Status(StatusCode::kNotFound, "no policy is in force");
  return *world->policies.back();
}

Result<std::vector<PolicyRecord>> MemoryStore::Policies() {
  const std::shared_ptr<const World> world = shared_->Now();
  std::vector<PolicyRecord> records;
  for (auto it = world->policies.rbegin(); it != world->policies.rend(); ++it) {
    records.push_back(**it);
    records.back().in_force = (*it)->number == world->policy_number;
  }
  return records;
}

Status MemoryStore::Change(const std::function<Status(World&)>& change) {
  if (!gate_.Acquire(kGateTimeoutMs)) return GateShut();
  auto draft = std::make_shared<World>(*shared_->Now());
  Status status = change(*draft);
  if (status.ok()) shared_->Publish(std::move(draft));
  gate_.Release();
  return status;
}

Status MemoryStore::EachLogSeed(const std::function<bool(const LogSeedRow&)>& sink) {
  const std::shared_ptr<const World> world = shared_->Now();
  for (int64_t handle = 1; handle <= world->last_handle; ++handle) {
    const MemoryUser* user = world->User(handle);
    if (user != nullptr && !sink({handle, user->name, user->seed})) break;
  }
  return Status();
}

Result<LogSeedRow> MemoryStore::FindLogSeed(std::string_view user) {
  if (Status status = CheckId(user); !status.ok()) return status;
  const std::shared_ptr<const World> world = shared_->Now();
  const int64_t handle = world->Find(user);
  if (handle == 0) return NotKnown(user);
  return LogSeedRow{handle, std::string(user), world->User(handle)->seed};
}

Result<std::optional<LogCheckpointRow>> MemoryStore::LoadLogCheckpoint(std::string_view log) {
  const std::shared_ptr<const World> world = shared_->Now();
  const auto found = world->log_checkpoints.find(log);
  if (found == world->log_checkpoints.end()) return std::optional<LogCheckpointRow>();
  return std::optional<LogCheckpointRow>(found->second);
}

Status MemoryStore::SaveLogCheckpoint(std::string_view log, const LogCheckpointRow& copy) {
  return Change([&](World& world) {
    const auto found = world.log_checkpoints.find(log);
    Status status =
        CheckCheckpoint(found == world.log_checkpoints.end() ? nullptr : &found->second, copy);
    if (status.ok()) world.log_checkpoints.insert_or_assign(std::string(log), copy);
    return status;
  });
}

Result<int64_t> MemoryStore::AddToLogOutbox(uint8_t kind,
                                            std::span<const uint8_t, kLogPayloadBytes> payload) {
  if (Status status = CheckLogKind(kind); !status.ok()) return status;
  LogOutboxRow row;
  row.kind = kind;
  std::copy(payload.begin(), payload.end(), row.payload.begin());
  int64_t id = 0;
  Status status = Change([&](World& world) {
    id = world.AddToLogOutbox(row);
    return Status();
  });
  if (!status.ok()) return status;
  return id;
}

Status MemoryStore::RemoveFromLogOutbox(std::span<const int64_t> ids) {
  return Change([&](World& world) {
    std::erase_if(world.log_outbox, [&](const LogOutboxRow& row) {
      return std::find(ids.begin(), ids.end(), row.id) != ids.end();
    });
    return Status();
  });
}

Result<int64_t> MemoryStore::AddLogReport(std::string_view log, std::string_view report) {
  Result<int64_t> id = 0;
  Status status = Change([&](World& world) {
    id = world.log_reports.Add(log, report);
    return id.status();
  });
  return status.ok() ? id : status;
}

Status MemoryStore::RemoveLogReports(std::span<const int64_t> ids) {
  return Change([&](World& world) {
    world.log_reports.Remove(ids);
    return Status();
  });
}

}  // namespace
}  // namespace ringfence::memory

namespace ringfence {

Result<std::unique_ptr<StoreBackend>> OpenMemoryStore(const Layout& layout) {
  return std::unique_ptr<StoreBackend>(
      std::make_unique<memory::MemoryStore>(std::make_shared<const RowFormat>(layout)));
}

}  // namespace ringfence
