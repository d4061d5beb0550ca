// The store in memory: for tests, and for hosts without a file. Same rules, same answers as the
// file; nothing outlives the process.
//
// A world is immutable once published and made of shards; a transaction copies the shards it
// touches and publishes a new world. So a snapshot is one pointer, and nobody waits for a reader.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "store/backend.h"
#include "store/log_rows.h"
#include "store/random_pool.h"
#include "store/rows.h"
#include "store/writer_gate.h"

namespace ringfence {
namespace {

// With a million users a write copies a few thousand entries; without any, 768 pointers.
constexpr size_t kShards = 256;
constexpr int kGateTimeoutMs = 5000;

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

struct MemoryUser {
  std::string name;
  UserWords words{};
  SeedBytes seed{};
};

using NameShard = std::unordered_map<std::string, int64_t, StringHash, std::equal_to<>>;
using UserShard = std::unordered_map<int64_t, MemoryUser>;
using PairShard = std::map<std::pair<int64_t, int64_t>, PairWords>;  // (callee, caller)

template <class Shard>
class Shards {
 public:
  const Shard& Of(size_t hash) const {
    static const Shard empty;
    const std::shared_ptr<Shard>& shard = shards_[hash % kShards];
    return shard == nullptr ? empty : *shard;
  }
  /// A shard that is this world's alone.
  Shard& Own(size_t hash) {
    const size_t index = hash % kShards;
    if (!owned_[index]) {
      shards_[index] = shards_[index] == nullptr ? std::make_shared<Shard>()
                                                 : std::make_shared<Shard>(*shards_[index]);
      owned_[index] = true;
    }
    return *shards_[index];
  }
  /// From now on every shard is shared.
  void Publish() { owned_.fill(false); }

 private:
  std::array<std::shared_ptr<Shard>, kShards> shards_;
  std::array<bool, kShards> owned_{};
};

struct World {
  uint64_t revision = 0;
  int64_t last_handle = 0;
  int64_t policy_number = 0;
  int64_t forgets = 0;
  Shards<NameShard> names;                                    // by hash of the name
  Shards<UserShard> users;                                    // by handle
  Shards<PairShard> pairs;                                    // by callee's handle
  std::vector<std::shared_ptr<const PolicyRecord>> policies;  // oldest first
  std::map<std::string, LogCheckpointRow, std::less<>> log_checkpoints;
  std::vector<LogOutboxRow> log_outbox;  // oldest first
  int64_t last_outbox_id = 0;
  WaitingReports log_reports;

  /// 0: not known.
  int64_t Find(std::string_view name) const {
    const NameShard& shard = names.Of(StringHash()(name));
    const auto found = shard.find(name);
    return found == shard.end() ? 0 : found->second;
  }
  const MemoryUser* User(int64_t handle) const {
    const UserShard& shard = users.Of(static_cast<size_t>(handle));
    const auto found = shard.find(handle);
    return found == shard.end() ? nullptr : &found->second;
  }
  PairWords Pair(int64_t callee, int64_t caller) const {
    const PairShard& shard = pairs.Of(static_cast<size_t>(callee));
    const auto found = shard.find({callee, caller});
    return found == shard.end() ? PairWords() : found->second;
  }
  void PutPair(int64_t callee, int64_t caller, const PairWords& pair) {
    PairShard& shard = pairs.Own(static_cast<size_t>(callee));
    if (pair.empty()) {
      shard.erase({callee, caller});
    } else {
      shard[{callee, caller}] = pair;
    }
  }
  /// Callers of the pairs in which `callee` stands, with their words, by handle.
  std::vector<std::pair<int64_t, PairWords>> PairsOf(int64_t callee) const {
    std::vector<std::pair<int64_t, PairWords>> found;
    const PairShard& shard = pairs.Of(static_cast<size_t>(callee));
    for (auto it = shard.lower_bound({callee, 0}); it != shard.end(); ++it) {
      if (it->first.first != callee) break;
      found.emplace_back(it->first.second, it->second);
    }
    return found;
  }
  int64_t AddToLogOutbox(LogOutboxRow row) {
    row.id = ++last_outbox_id;
    log_outbox.push_back(row);
    return row.id;
  }
  void Publish() {
    names.Publish();
    users.Publish();
    pairs.Publish();
  }
};

/// What a store and its sessions share.
struct Shared {
  std::shared_ptr<const RowFormat> format;
  SipHashKey cohort_key{};
  std::mutex mutex;  // of `world`, the pointer
  std::shared_ptr<const World> world;

  std::shared_ptr<const World> Now() {
    const std::lock_guard lock(mutex);
    return world;
  }
  void Publish(std::shared_ptr<World> next) {
    next->Publish();
    std::shared_ptr<const World> old = std::move(next);
    // The old world goes when `old` does, outside the lock.
    const std::lock_guard lock(mutex);
    world.swap(old);
  }
};

Status NotKnown(std::string_view user) {
  return Status(StatusCode::kNotFound, "user '" + Printable(user, 32) + "' is not known");
}

Status GateShut() {
  return Status(StatusCode::kBusy, "another transaction of this process is open");
}

class MemorySession final : public StoreSession {
 public:
  explicit MemorySession(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  void BeginSnapshot() override { EndSnapshot(); }
  void EndSnapshot() override { world_.reset(); }

  ReadState Read(Group group, const Question& question, GroupWriter& out) noexcept override {
    switch (group) {
      case Group::kCallee:
        return ReadUser(question.callee, out);
      case Group::kCaller:
        return question.caller_without_account ? ReadState::kAbsent
                                               : ReadUser(question.caller, out);
      case Group::kPair:
        return question.caller_without_account ? ReadState::kAbsent : ReadPair(question, out);
      case Group::kCohort:
        return shared_->format->ReadCohorts(
            shared_->cohort_key,
            question.caller_without_account ? std::nullopt : NameOf(question.caller),
            NameOf(question.callee), out);
      case Group::kContact:
      case Group::kCallerContact:
      case Group::kList:
      case Group::kGrant:
      case Group::kAttempts:
        return ReadState::kAbsent;
      case Group::kTime:
        return ReadState::kUnavailable;
      case Group::kCall:
        break;
    }
    return ReadState::kNotMine;
  }

  Status Info(SnapshotInfo* info) override {
    info->revision = Current().revision;
    info->policy_number = Current().policy_number;
    info->forgets = Current().forgets;
    return Status();
  }

  Status PolicyText(int64_t number, PolicyRecord* record) override {
    const World& world = Current();
    for (const auto& policy : world.policies) {
      if (policy->number != number) continue;
      *record = *policy;
      record->in_force = number == world.policy_number;
      return Status();
    }
    return Status(StatusCode::kNotFound, "the store has no policy " + std::to_string(number));
  }

  Result<int64_t> Resolve(std::string_view user) override {
    if (Status status = CheckId(user); !status.ok()) return status;
    const bool own_snapshot = world_ == nullptr;
    const int64_t handle = Current().Find(user);
    if (own_snapshot) EndSnapshot();
    if (handle == 0) return NotKnown(user);
    return handle;
  }

  std::string DescribeContact(Group /*group*/) const override { return {}; }

  ReadState LogHandle(const Party& party, bool /*callee*/, int64_t* handle) noexcept override {
    *handle = HandleOf(party);
    return Current().User(*handle) == nullptr ? ReadState::kAbsent : ReadState::kRead;
  }
  ReadState LogSeed(int64_t handle, std::span<uint8_t, 32> seed) noexcept override {
    const MemoryUser* user = Current().User(handle);
    if (user == nullptr) return ReadState::kAbsent;
    std::copy(user->seed.begin(), user->seed.end(), seed.begin());
    return ReadState::kRead;
  }

 private:
  const World& Current() {
    if (world_ == nullptr) world_ = shared_->Now();
    return *world_;
  }
  int64_t HandleOf(const Party& party) {
    if (party.handle != 0) return party.handle;
    return party.id.empty() ? 0 : Current().Find(party.id);
  }
  std::optional<std::string_view> NameOf(const Party& party) {
    if (party.handle == 0) {
      if (party.id.empty()) return std::nullopt;
      return party.id;
    }
    const MemoryUser* user = Current().User(party.handle);
    if (user == nullptr) return std::nullopt;
    return user->name;
  }
  ReadState ReadUser(const Party& party, GroupWriter& out) {
    const MemoryUser* user = Current().User(HandleOf(party));
    if (user == nullptr) return ReadState::kAbsent;
    out.SetPacked(shared_->format->ForFrame(user->words));
    return ReadState::kRead;
  }
  ReadState ReadPair(const Question& question, GroupWriter& out) {
    const PairWords pair = Current().Pair(HandleOf(question.callee), HandleOf(question.caller));
    if (pair.empty()) return ReadState::kAbsent;
    const uint32_t words[] = {pair.forward, pair.reverse};
    out.SetPacked(words);
    return ReadState::kRead;
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<const World> world_;
};

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
    return std::unique_ptr<StoreSession>(std::make_unique<MemorySession>(shared_));
  }
  Result<std::unique_ptr<StoreTransaction>> Begin() override;
  Result<std::unique_ptr<ContactTables>> BeginContacts(Use /*use*/) override {
    return Status(StatusCode::kInvalidArgument,
                  "contact sync needs a database file: a store in memory has no rows for it");
  }
  Result<uint64_t> Revision() override { return shared_->Now()->revision; }
  Result<UserInfo> ShowUser(std::string_view user) override;
  Result<std::vector<RelationInfo>> Relations(std::string_view user) override;
  Status EachUser(const std::function<bool(const UserInfo&)>& sink) override;
  Status EachRelation(const std::function<bool(const RelationInfo&)>& sink) override;
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

  Result<uint64_t> Commit() override {
    if (Status status = Usable(); !status.ok()) return status;
    const uint64_t revision = ++draft_->revision;
    store_->shared_->Publish(std::move(draft_));
    store_->write_epoch_.fetch_add(1);
    store_->gate_.Release();
    return revision;
  }

 private:
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

Result<std::unique_ptr<StoreBackend>> OpenMemoryStore(const Layout& layout) {
  return std::unique_ptr<StoreBackend>(
      std::make_unique<MemoryStore>(std::make_shared<const RowFormat>(layout)));
}

}  // namespace ringfence
