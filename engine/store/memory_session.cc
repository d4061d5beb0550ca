// One Reader's view of the store in memory.
#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "derived/read.h"
#include "store/memory_world.h"

namespace ringfence::memory {
namespace {

class MemorySession final : public StoreSession, private DerivedRows {
 public:
  explicit MemorySession(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  void UseContext(std::shared_ptr<const DerivedContext> context) override {
    context_ = std::move(context);
  }
  void UseFacts(FactSource* facts) override { facts_ = facts; }
  void BeginSnapshot() override { EndSnapshot(); }
  void EndSnapshot() override {
    world_.reset();
    now_ms_ = 0;
  }

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
        return ReadState::kAbsent;
      case Group::kList:
      case Group::kGrant:
      case Group::kAttempts:
      case Group::kTime:
        return ReadDerived(group, question, out);
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
  Result<std::unique_ptr<UserCursor>> ListUsers(const UserSet& set, bool /*callers*/) override {
    return ListUsersOf(Current(), set);
  }
  Status CountUsers(uint64_t* users) override {
    *users = 0;
    for (size_t i = 0; i < kShards; ++i) *users += Current().users.Of(i).size();
    return Status();
  }
  ReadState FindRow(RowKind kind, int64_t a, int64_t b) noexcept override {
    return Current().Row({kind, a, b}) == nullptr ? ReadState::kAbsent : ReadState::kRead;
  }
  Status ReadName(int64_t handle, std::string* name) override {
    const MemoryUser* user = Current().User(handle);
    if (user == nullptr) {
      return Status(StatusCode::kNotFound, "the store knows no user of such a handle");
    }
    *name = user->name;
    return Status();
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
  ReadState ReadDerived(Group group, const Question& question, GroupWriter& out) {
    const auto words_of = [&](int64_t* handle) {
      const MemoryUser* user = Current().User(*handle);
      if (user == nullptr) *handle = 0;
      return user == nullptr ? UserWords{} : user->words;
    };
    int64_t callee = HandleOf(question.callee);
    int64_t caller = question.caller_without_account ? 0 : HandleOf(question.caller);
    const UserWords callee_words = words_of(&callee);
    const UserWords caller_words = words_of(&caller);
    if (now_ms_ == 0) now_ms_ = context_->now_ms();
    DerivedRows& rows = *this;
    const DerivedReading reading{shared_->format->derived_ids(),
                                 *context_,
                                 question,
                                 PartiesOf(callee, callee_words, caller, caller_words),
                                 now_ms_,
                                 rows,
                                 *facts_};
    return ReadDerivedGroup(group, reading, out);
  }
  ReadState GetRow(RowKind kind, int64_t a, int64_t b, std::span<uint8_t> to,
                   size_t* size) noexcept override {
    const MemoryRow* row = Current().Row({kind, a, b});
    if (row == nullptr) return ReadState::kAbsent;
    if (row->bytes.size() > to.size()) return ReadState::kUnavailable;
    std::copy(row->bytes.begin(), row->bytes.end(), to.begin());
    *size = row->bytes.size();
    return ReadState::kRead;
  }
  ReadState GetName(int64_t handle, std::span<char> to, size_t* size) noexcept override {
    const MemoryUser* user = Current().User(handle);
    if (user == nullptr) return ReadState::kAbsent;
    std::copy(user->name.begin(), user->name.end(), to.begin());
    *size = user->name.size();
    return ReadState::kRead;
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<const World> world_;
  std::shared_ptr<const DerivedContext> context_ = SystemContext();
  FactSource* facts_ = this;
  int64_t now_ms_ = 0;  // of this snapshot; 0: the clock was not asked yet
};

}  // namespace

std::unique_ptr<StoreSession> NewMemorySession(std::shared_ptr<Shared> shared) {
  return std::make_unique<MemorySession>(std::move(shared));
}

}  // namespace ringfence::memory
