// Who may ring, and who can be rung: plans, lists candidates in one snapshot, and decides each as
// any other question is decided, but for address books, which are not there.
#include <ringfence/who.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "analyze/who_plan.h"
#include "api/engine_impl.h"
#include "api/policy_impl.h"
#include "api/store_impl.h"
#include "api/who_sets.h"
#include "base/check.h"
#include "eval/evaluate.h"

namespace ringfence {
namespace {

constexpr EffectSet kRefuses = 1u << static_cast<unsigned>(Effect::kRefuse);
constexpr uint64_t kProgressEvery = 1024;

bool IsContact(Group group) { return group == Group::kContact || group == Group::kCallerContact; }

/// Answers for address books that they cannot be read; remembers that it was asked.
class NoBooks final : public FactSource {
 public:
  explicit NoBooks(FactSource* next) : next_(next) {}
  ReadState Read(Group group, const Question& question, GroupWriter& out) noexcept override {
    if (!IsContact(group)) {
      return next_ == nullptr ? ReadState::kNotMine : next_->Read(group, question, out);
    }
    asked_ = true;
    return answer_;
  }
  /// At first kUnavailable.
  void Answer(ReadState answer) { answer_ = answer; }
  bool asked() const { return asked_; }
  void Forget() { asked_ = false; }

 private:
  FactSource* next_;
  ReadState answer_ = ReadState::kUnavailable;
  bool asked_ = false;
};

/// Handles of several sorted lists, each once.
class Candidates {
 public:
  void Add(std::unique_ptr<UserCursor> cursor) { heads_.push_back({std::move(cursor), 0}); }
  /// 0 at the end. Of a single list nothing is read ahead: what its cursor has just read is about
  /// the handle.
  Status Next(int64_t* handle) {
    for (Head& head : heads_) {
      if (head.handle != last_) continue;
      if (Status status = head.cursor->Next(&head.handle); !status.ok()) return status;
    }
    std::erase_if(heads_, [](const Head& head) { return head.handle == 0; });
    last_ = 0;
    for (const Head& head : heads_) {
      if (last_ == 0 || head.handle < last_) last_ = head.handle;
    }
    *handle = last_;
    return Status();
  }

 private:
  struct Head {
    std::unique_ptr<UserCursor> cursor;
    int64_t handle = 0;
  };
  std::vector<Head> heads_;
  int64_t last_ = 0;
};

/// Ends the snapshot whatever happens; cursors go before.
class Snapshot {
 public:
  explicit Snapshot(StoreSession* session) : session_(*session) { session_.BeginSnapshot(); }
  ~Snapshot() { session_.EndSnapshot(); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  StoreSession& session_;
};

class WhoSearch {
 public:
  WhoSearch(Engine::Impl& engine, StoreSession& session, const WhoOptions& options)
      : engine_(engine), session_(session), options_(options), for_lists_(&session) {
    session_.UseContext(engine.derived);
    session_.UseFacts(&for_lists_);
  }

  Result<WhoSummary> Run(std::string_view user, bool is_callee) {
    const Snapshot snapshot(&session_);
    if (Status status = Prepare(user, is_callee); !status.ok()) return status;
    const Layout& layout = policy_->impl()->layout;
    const bool pending = engine_.attempts.has_value();
    Result<WhoSets> sets =
        CollectWhoSets(layout, question_, subject_, AllSources(), session_, pending);
    if (!sets.ok()) return sets.status();
    Candidates candidates;
    if (Status status = Plan(*sets, &candidates); !status.ok()) return status;
    frame_ = sets->frame;
    if (Status status = DecideAll(&candidates); !status.ok()) return status;
    if (Status status = CountOutside(); !status.ok()) return status;
    Finish();
    return std::move(summary_);
  }

 private:
  Sources AllSources() const { return {sources_, 0}; }
  Party& other() { return subject_.is_callee ? question_.caller : question_.callee; }

  Status Prepare(std::string_view user, bool is_callee) {
    SnapshotInfo info;
    if (Status status = session_.Info(&info); !status.ok()) return status;
    if (engine_.follows_store) {
      Result<Policy> in_force = engine_.PolicyNumber(info.policy_number, session_);
      if (!in_force.ok()) return in_force.status();
      policy_ = *std::move(in_force);
    } else {
      policy_ = engine_.Published();
    }
    summary_.revision = info.revision;
    summary_.policy_name = policy_->name();
    summary_.policy_digest = policy_->digest();
    Result<int64_t> handle = session_.Resolve(user);
    if (!handle.ok()) return handle.status();
    subject_ = {std::string(user), *handle, is_callee};
    question_.facts = options_.facts;
    question_.callee = Party::Handle(is_callee ? *handle : kNobodysHandle);
    question_.caller = Party::Handle(is_callee ? kNobodysHandle : *handle);
    ring_ = policy_->impl()->program;
    ring_.decisions.resize(1);
    scratch_.Prepare(ring_);
    return CheckFacts();
  }

  Status CheckFacts() const {
    const Catalog& catalog = policy_->catalog();
    for (const Fact& fact : options_.facts) {
      if (fact.id >= catalog.size() || !IsContact(catalog.fact(fact.id).group)) continue;
      return Status(StatusCode::kInvalidArgument,
                    "'" + catalog.fact(fact.id).name +
                        "' is of an address book, which is taken for unknown here");
    }
    return Status();
  }

  Status Plan(const WhoSets& sets, Candidates* candidates) {
    FactSet books;
    for (const FactInfo& info : policy_->catalog().facts()) {
      if (IsContact(info.group)) books.Insert(info.id);
    }
    const WhoPlan plan = PlanWho(ring_, sets.fixed, books, sets.sets);
    outside_ = plan.outside;
    const auto add = [&](const UserSet& set) -> Status {
      Result<std::unique_ptr<UserCursor>> cursor = session_.ListUsers(set, subject_.is_callee);
      if (!cursor.ok()) return cursor.status();
      candidates->Add(*std::move(cursor));
      return Status();
    };
    if (plan.outside == Outside::kUnknown) {
      summary_.plan.emplace_back("all users");
      return add(UserSet());
    }
    for (const size_t i : plan.sets) {
      summary_.plan.push_back(sets.says[i]);
      for (const UserSet& set : sets.listed[i]) {
        if (Status status = add(set); !status.ok()) return status;
      }
    }
    return Status();
  }

  Status DecideAll(Candidates* candidates) {
    int64_t handle = 0;
    for (;;) {
      if (Status status = candidates->Next(&handle); !status.ok()) return status;
      if (handle == 0) return Status();
      if (handle == subject_.handle) continue;
      if (Status status = DecideOne(handle); !status.ok()) return status;
      if (summary_.stopped) return Status();
    }
  }

  EffectSet WalkRing(FactSet* tested) {
    scratch_.frame = frame_;
    for_lists_.Forget();
    return Walk(ring_, policy_->impl()->layout, question_, AllSources(), &scratch_, tested);
  }

  Status DecideOne(int64_t handle) {
    other() = Party::Handle(handle);
    FactSet tested;
    const EffectSet effects = WalkRing(&tested);
    if (++summary_.decided % kProgressEvery == 0 && options_.progress) {
      options_.progress(summary_.decided);
    }
    if (effects == kRefuses) return Status();
    if ((effects & kRefuses) == 0) return Found(handle, effects);
    ++(DependsOnBooksAlone(tested) ? summary_.possibly : summary_.cannot_tell);
    return Status();
  }

  Status Found(int64_t handle, EffectSet effects) {
    const ProgramDecision& ring = ring_.decisions.front();
    uint16_t rule = scratch_.deciding[0];
    if (scratch_.bases[0] == Basis::kPartial) {
      // Several rules let them through, the first perhaps by a book: it is not said that it does.
      for (NoBooks* books : {&books_, &for_lists_}) books->Answer(ReadState::kAbsent);
      FactSet tested;
      static_cast<void>(WalkRing(&tested));
      for (NoBooks* books : {&books_, &for_lists_}) books->Answer(ReadState::kUnavailable);
      rule = scratch_.deciding[0];
    }
    ++summary_.certain;
    ++counts_[{effects, rule}];
    if (!options_.found) return Status();
    if (Status status = session_.ReadName(handle, &name_); !status.ok()) return status;
    summary_.stopped = !options_.found({name_, effects, ring.rules[rule].id});
    return Status();
  }

  /// Of the facts that were looked at and could not be read: are all an address book's, or a list's
  /// that asks for one?
  bool DependsOnBooksAlone(const FactSet& tested) const {
    const Layout& layout = policy_->impl()->layout;
    const Frame& frame = scratch_.frame;
    for (const FactInfo& info : layout.catalog.facts()) {
      if (!tested.Contains(info.id) || IsContact(info.group)) continue;
      const bool readable = !frame.unavailable.Contains(info.id) &&
                            frame.Get(layout.places[info.id]) < layout.code_counts[info.id];
      const bool asks_books = info.group == Group::kList && for_lists_.asked() &&
                              (frame.failed & Bit(Group::kList)) == 0;
      if (!readable && !asks_books) return false;
    }
    return true;
  }

  /// Those nobody had to look at, where their calls depend on address books.
  Status CountOutside() {
    if (outside_ != Outside::kPossibly || summary_.stopped) return Status();
    uint64_t users = 0;
    if (Status status = session_.CountUsers(&users); !status.ok()) return status;
    CHECK(users > summary_.decided);  // the subject is one more
    summary_.possibly += users - 1 - summary_.decided;
    return Status();
  }

  void Finish() {
    for (const auto& [key, users] : counts_) {
      summary_.counts.push_back({key.first, ring_.decisions.front().rules[key.second].id, users});
    }
    std::sort(summary_.counts.begin(), summary_.counts.end(),
              [](const WhoCount& one, const WhoCount& other) {
                if (one.users != other.users) return one.users > other.users;
                return std::tie(one.rule, one.effects) < std::tie(other.rule, other.effects);
              });
  }

  Engine::Impl& engine_;
  StoreSession& session_;
  const WhoOptions& options_;
  NoBooks books_{nullptr};
  NoBooks for_lists_;
  const std::vector<FactSource*> sources_{&books_, &session_};
  std::optional<Policy> policy_;
  Program ring_;  ///< without the decisions that only follow one that lets through
  WhoSubject subject_;
  Question question_;
  Outside outside_ = Outside::kUnknown;
  Frame frame_;  ///< that every decision starts from
  EvalScratch scratch_;
  std::string name_;
  std::map<std::pair<Effects, uint16_t>, uint64_t> counts_;  ///< by effects and rule
  WhoSummary summary_;
};

Result<WhoSummary> Ask(Engine& engine, std::string_view user, bool is_callee,
                       const WhoOptions& options) {
  if (!engine.has_store()) {
    return Status(StatusCode::kInvalidArgument,
                  "the engine has no store whose users it could list");
  }
  // Without the keys of address books: nothing here can open one.
  Result<std::unique_ptr<StoreSession>> session =
      engine.store().impl()->backend->NewSession(nullptr);
  if (!session.ok()) return session.status();
  return WhoSearch(*engine.impl(), **session, options).Run(user, is_callee);
}

}  // namespace

std::string FormatEffects(Effects effects) {
  std::string text;
  for (const Effect effect :
       {Effect::kRefuse, Effect::kRing, Effect::kSilence, Effect::kScreen, Effect::kVoicemail}) {
    if (((effects >> static_cast<unsigned>(effect)) & 1) == 0) continue;
    if (!text.empty()) text += " or ";
    text += ToString(effect);
  }
  return text;
}

Result<WhoSummary> WhoMayRing(Engine& engine, std::string_view callee, const WhoOptions& options) {
  return Ask(engine, callee, true, options);
}

Result<WhoSummary> WhoCanBeRungBy(Engine& engine, std::string_view caller,
                                  const WhoOptions& options) {
  return Ask(engine, caller, false, options);
}

}  // namespace ringfence
