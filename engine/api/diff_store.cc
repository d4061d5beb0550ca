// Differences of policies on a store: pairs with a relation one by one, others by kinds of users.
#include <ringfence/diff_store.h>
#include <ringfence/engine.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "api/diff_answers.h"
#include "api/policy_impl.h"
#include "eval/evaluate.h"
#include "facts/fact_set.h"
#include "facts/frame.h"

namespace ringfence {
namespace {

constexpr size_t kPairsAtOnce = 256;
/// Decisions that stand for all pairs of users: a second or two.
constexpr uint64_t kMostKinds = 2'000'000;

/// What both policies decide, as one of the changes; or none.
class Changes {
 public:
  explicit Changes(StoreDiff* out) : out_(*out) {}

  /// nullptr: the same answer.
  DiffPairs* Find(const Decision& before, const Decision& after) {
    DiffAnswer was = AnswerOf(before), now = AnswerOf(after);
    if (was == now) return nullptr;
    DropValues(&was, &now);
    for (DiffPairs& one : out_.changes) {
      if (one.was == was && one.now == now) return &one;
    }
    DiffPairs& one = out_.changes.emplace_back();
    one.kind = KindOf(was, now);
    one.parts = PartsOf(was, now);
    one.was = std::move(was);
    one.now = std::move(now);
    return &one;
  }

 private:
  StoreDiff& out_;
};

/// Nothing but accounts: pairs have no relation, and nothing is known of them.
class AccountsOnly final : public FactSource {
 public:
  ReadState Read(Group group, const Question&, GroupWriter&) noexcept override {
    const bool account = group == Group::kCallee || group == Group::kCaller;
    return account ? ReadState::kNotMine : ReadState::kAbsent;
  }
};

/// Two Readers that are asked the same.
class Both {
 public:
  static Result<Both> Open(const Store& store, const Policy& older, const Policy& newer,
                           const DiffStoreOptions& options, std::span<FactSource* const> hosts) {
    std::vector<Reader> readers;
    for (const Policy* policy : {&older, &newer}) {
      EngineOptions engine_options;
      engine_options.store = store;
      engine_options.policy = *policy;
      engine_options.contacts = options.contacts;
      engine_options.clock_ms = options.clock_ms;
      engine_options.time_zones = options.time_zones;
      Result<Engine> engine = Engine::Open(std::move(engine_options));
      if (!engine.ok()) return engine.status();
      Result<Reader> reader = engine->NewReader(hosts);
      if (!reader.ok()) return reader.status();
      readers.push_back(*std::move(reader));
    }
    return Both(std::move(readers[0]), std::move(readers[1]));
  }

  Status Decide(std::span<const Question> questions) {
    Status status = older_.DecideBatch(questions, std::span(was_).first(questions.size()));
    if (!status.ok()) return status;
    return newer_.DecideBatch(questions, std::span(now_).first(questions.size()));
  }
  const Decision& was(size_t i) const { return was_[i]; }
  const Decision& now(size_t i) const { return now_[i]; }

 private:
  Both(Reader older, Reader newer) : older_(std::move(older)), newer_(std::move(newer)) {}
  Reader older_, newer_;
  std::array<Decision, kPairsAtOnce> was_, now_;
};

/// Names of facts that decide between the policies and are known of a pair alone.
std::string PairFactsThatMatter(const Catalog& catalog, const PolicyDiff& diff) {
  FactSet seen;
  std::string names;
  for (const std::vector<DiffChange>* list : {&diff.changes, &diff.unavailable}) {
    for (const DiffChange& change : *list) {
      for (const DiffSituations& one : change.situations) {
        // What accounts and relations are a store always says.
        const auto never = [&](const DiffCondition& condition) {
          const FactInfo& fact = catalog.fact(condition.fact);
          const bool stored = fact.group == Group::kCallee || fact.group == Group::kCaller ||
                              fact.group == Group::kPair || fact.group == Group::kCall;
          return stored && condition.codes[0].first == fact.code_count();
        };
        if (std::any_of(one.conditions.begin(), one.conditions.end(), never)) continue;
        for (const DiffCondition& condition : one.conditions) {
          const Group group = catalog.fact(condition.fact).group;
          const bool derived = group != Group::kCallee && group != Group::kCaller &&
                               group != Group::kPair && group != Group::kCall;
          if (!derived || seen.Contains(condition.fact)) continue;
          seen.Insert(condition.fact);
          names += (names.empty() ? "" : ", ") + catalog.fact(condition.fact).name;
        }
      }
    }
  }
  return names;
}

/// Users by the codes of what either policy asks of them.
class Kinds {
 public:
  Kinds(const Layout& layout, const FactSet& tested) : layout_(layout) {
    for (const FactInfo& fact : layout.catalog.facts()) {
      if (!tested.Contains(fact.id) || !fact.can_be_unset) continue;
      if (fact.group == Group::kCallee) callee_.facts.push_back(fact.id);
      if (fact.group == Group::kCaller) caller_.facts.push_back(fact.id);
    }
  }

  void Add(const UserInfo& user) {
    std::vector<FactCode> by_fact(layout_.catalog.size());
    for (const UserValue& value : user.values) {
      by_fact[value.fact] = value.code;
      by_fact[layout_.catalog.fact(value.fact).reverse] = value.code;
    }
    ++selves_[{Count(&callee_, by_fact), Count(&caller_, by_fact)}];
  }

  uint64_t size() const { return uint64_t{callee_.kinds.size()} * caller_.kinds.size(); }

  /// visit(frame, pairs): every two kinds, and how many pairs of two users these are.
  template <class Visit>
  void Each(const Visit& visit) const {
    for (const auto& [callee_codes, callee] : callee_.kinds) {
      for (const auto& [caller_codes, caller] : caller_.kinds) {
        Frame frame = Usual();
        Put(callee_.facts, callee_codes, &frame);
        Put(caller_.facts, caller_codes, &frame);
        const auto self = selves_.find({callee.number, caller.number});
        const uint64_t selves = self == selves_.end() ? 0 : self->second;
        visit(frame, callee.users * caller.users - selves);
      }
    }
  }

 private:
  struct Kind {
    size_t number = 0;
    uint64_t users = 0;
  };
  struct Side {
    std::vector<FactId> facts;
    std::map<std::vector<FactCode>, Kind> kinds;
  };

  static size_t Count(Side* side, const std::vector<FactCode>& by_fact) {
    std::vector<FactCode> codes;
    codes.reserve(side->facts.size());
    for (FactId fact : side->facts) codes.push_back(by_fact[fact]);
    const size_t next = side->kinds.size();
    Kind& kind = side->kinds.try_emplace(std::move(codes), Kind{next, 0}).first->second;
    ++kind.users;
    return kind.number;
  }

  /// Two known users who have chosen nothing and have nothing to do with each other.
  Frame Usual() const {
    Frame frame;
    frame.words = layout_.empty_image;
    frame.loaded = static_cast<GroupSet>((1u << kGroupCount) - 1);
    return frame;
  }

  void Put(const std::vector<FactId>& facts, const std::vector<FactCode>& codes,
           Frame* frame) const {
    for (size_t i = 0; i < facts.size(); ++i) frame->Put(layout_.places[facts[i]], codes[i]);
  }

  const Layout& layout_;
  Side callee_, caller_;
  std::map<std::pair<size_t, size_t>, uint64_t> selves_;
};

class Counter {
 public:
  Counter(const Store& store, const Policy& older, const Policy& newer, const PolicyDiff& diff,
          const DiffStoreOptions& options)
      : store_(store), older_(older), newer_(newer), options_(options), changes_(&out_) {
    const Catalog& catalog = older.catalog();
    const std::string names = PairFactsThatMatter(catalog, diff);
    const auto incomplete = [](const DiffChange& change) { return !change.complete; };
    if (!names.empty()) {
      out_.not_counted = "it matters what is known of a pair alone: " + names;
    } else if (std::any_of(diff.changes.begin(), diff.changes.end(), incomplete) ||
               std::any_of(diff.unavailable.begin(), diff.unavailable.end(), incomplete)) {
      out_.not_counted = "there are too many sets of situations to see what matters";
    }
  }

  Result<StoreDiff> Run() {
    if (Status status = CountKinds(); !status.ok()) return status;
    if (Status status = CountRelated(); !status.ok()) return status;
    out_.unrelated = out_.users * (out_.users - (out_.users > 0 ? 1 : 0)) - out_.related;
    std::erase_if(out_.changes,
                  [](const DiffPairs& one) { return one.related == 0 && one.unrelated == 0; });
    std::stable_sort(out_.changes.begin(), out_.changes.end(),
                     [](const DiffPairs& a, const DiffPairs& b) {
                       const uint64_t all_a = a.related + a.unrelated;
                       const uint64_t all_b = b.related + b.unrelated;
                       return std::tie(a.kind, all_b) < std::tie(b.kind, all_a);
                     });
    return std::move(out_);
  }

 private:
  const Layout& layout() const { return older_.impl()->layout; }

  Status CountKinds() {
    FactSet tested;
    for (const Policy* policy : {&older_, &newer_}) {
      for (const ProgramDecision& decision : policy->impl()->program.decisions) {
        for (FactId fact : decision.order) tested.Insert(fact);
      }
    }
    Kinds kinds(layout(), tested);
    Status status = store_.EachUser([&](const UserInfo& user) {
      ++out_.users;
      if (out_.not_counted.empty()) kinds.Add(user);
      if (kinds.size() > kMostKinds) {
        out_.not_counted = "there are too many kinds of users: more than " +
                           std::to_string(kMostKinds) + " pairs of such";
      }
      return true;
    });
    if (!status.ok() || !out_.not_counted.empty()) return status;
    EvalScratch was_scratch, now_scratch;
    was_scratch.Prepare(older_.impl()->program);
    now_scratch.Prepare(newer_.impl()->program);
    kinds.Each([&](const Frame& frame, uint64_t pairs) {
      Decision was, now;
      was_scratch.frame = now_scratch.frame = frame;
      Evaluate(older_.impl()->program, layout(), Question(), Sources(), &was_scratch, &was);
      Evaluate(newer_.impl()->program, layout(), Question(), Sources(), &now_scratch, &now);
      if (DiffPairs* const change = changes_.Find(was, now)) change->unrelated += pairs;
    });
    return Status();
  }

  Status CountRelated() {
    Result<Both> real = Both::Open(store_, older_, newer_, options_, {});
    if (!real.ok()) return real.status();
    FactSource* const hosts[] = {&accounts_only_};
    Result<Both> apart = Both::Open(store_, older_, newer_, options_, hosts);
    if (!apart.ok()) return apart.status();
    std::vector<std::pair<std::string, std::string>> pairs;  // callee, caller
    Status decided;
    Status read = store_.EachPair([&](std::string_view callee, std::string_view caller) {
      pairs.emplace_back(callee, caller);
      if (pairs.size() == kPairsAtOnce) decided = CountPairs(&pairs, &*real, &*apart);
      return decided.ok();
    });
    if (read.ok() && decided.ok() && !pairs.empty()) decided = CountPairs(&pairs, &*real, &*apart);
    return read.ok() ? decided : read;
  }

  Status CountPairs(std::vector<std::pair<std::string, std::string>>* pairs, Both* real,
                    Both* apart) {
    std::vector<Question> questions(pairs->size());
    for (size_t i = 0; i < questions.size(); ++i) {
      questions[i].callee = (*pairs)[i].first;
      questions[i].caller = (*pairs)[i].second;
    }
    if (Status status = real->Decide(questions); !status.ok()) return status;
    for (size_t i = 0; i < questions.size(); ++i) {
      DiffPairs* const change = changes_.Find(real->was(i), real->now(i));
      if (change == nullptr) continue;
      ++change->related;
      if (change->examples.size() < options_.max_examples) {
        change->examples.push_back({(*pairs)[i].second, (*pairs)[i].first,
                                    std::string(real->was(i).rule),
                                    std::string(real->now(i).rule)});
      }
    }
    out_.related += pairs->size();
    if (out_.not_counted.empty()) {
      // Among those that two kinds of users are they were counted as if no relation joined them.
      if (Status status = apart->Decide(questions); !status.ok()) return status;
      for (size_t i = 0; i < questions.size(); ++i) {
        DiffPairs* const change = changes_.Find(apart->was(i), apart->now(i));
        if (change != nullptr && change->unrelated > 0) --change->unrelated;
      }
    }
    pairs->clear();
    if (options_.progress) options_.progress(out_.related);
    return Status();
  }

  const Store& store_;
  const Policy& older_;
  const Policy& newer_;
  const DiffStoreOptions& options_;
  AccountsOnly accounts_only_;
  StoreDiff out_;
  Changes changes_;
};

}  // namespace

uint64_t StoreDiff::Count(DiffKind kind) const {
  uint64_t count = 0;
  for (const DiffPairs& one : changes) {
    if (one.kind == kind) count += one.related + one.unrelated;
  }
  return count;
}

Result<StoreDiff> DiffOnStore(const Store& store, const Policy& older, const Policy& newer,
                              const PolicyDiff& diff, const DiffStoreOptions& options) {
  if (diff.old_digest != older.digest() || diff.new_digest != newer.digest()) {
    return Status(StatusCode::kInvalidArgument, "the differences are those of other policies");
  }
  return Counter(store, older, newer, diff, options).Run();
}

}  // namespace ringfence
