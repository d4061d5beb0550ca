// One stretch of a log: what becomes of each of its entries. Takes bytes nobody trusts; gives items
// in the log's order. Runs in several threads, each with a worker of its own.
#pragma once

#include <ringfence/replay.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "log/crypto.h"
#include "log/entry.h"
#include "log/facts_keys.h"
#include "log/folder.h"
#include "log/open_facts.h"
#include "replay/attempts.h"
#include "replay/derive.h"
#include "replay/recorded.h"
#include "replay/stretch.h"

namespace ringfence {

/// What a replay is about; shared by its workers.
struct ReplayJob {
  LogFiles* files = nullptr;
  std::string log;
  ReplayMode mode = ReplayMode::kReproduce;
  uint64_t from_ns = 0;
  uint64_t to_ns = UINT64_MAX;
  RecordedPolicies* policies = nullptr;
  const RecordedPolicy* other = nullptr;  ///< kWhatIf
  /// kWhatIf: whose answers the other's are held against; null: the recorded ones.
  const RecordedPolicy* against = nullptr;
  std::vector<std::vector<DiffCondition>> situations;
  FactsKeyRing* keys = nullptr;  ///< may be null
  bool simulate = false;         ///< kWhatIf: attempts that were not recorded
  AttemptIds attempt_ids;        ///< of the other policy's catalog
};

/// What an entry is to the report.
struct ReplayItem {
  enum class Bin : uint8_t {
    kReproduced,
    kChanged,
    kIndeterminate,
    kNotReplayable,
    kSealed,
    kNoKey,     ///< sealed or erased: what comes later in the log tells
    kPassedBy,  ///< a shadow evaluation where only decisions count
    kErasure,   ///< no decision: an ERASURE entry
    kCommit,    ///< no decision: the KEYCOMMIT of the very keys that are there
  };
  Bin bin = Bin::kPassedBy;
  NotReplayable reason = NotReplayable::kDamaged;
  bool shadow = false;
  EffectSet effects = 0;  ///< kIndeterminate: those that could be
  FactId fact = 0;        ///< kIndeterminate: the first that is missing
  uint32_t epoch = 0;     ///< kNoKey, kCommit
  uint64_t count = 1;     ///< of decisions: a GAP stands for many
  uint64_t index = 0;
  uint64_t time_ns = 0;
  const RecordedPolicy* from = nullptr;   ///< of `was`; null: there is none
  const RecordedPolicy* under = nullptr;  ///< what was in force, where `from` is another
  size_t situation = SIZE_MAX;            ///< kChanged: of ReplayJob::situations
  const RecordedPolicy* to = nullptr;     ///< of `now`
  RecordedAnswer was, now;
  Pseudonym caller{}, callee{};
  SimulatedAttempts attempts;
  bool simulated = false;  ///< `now` depends on these
};

/// Not thread-safe.
class ReplayWorker {
 public:
  explicit ReplayWorker(const ReplayJob& job) : job_(job), stretch_(job.files, job.log) {}

  /// Entries `first` to `first + count` of a month into `items`. `attempts`: of each of them where
  /// these are simulated, else empty. kIo only.
  Status Run(const std::string& month, uint64_t first, uint64_t count,
             std::span<const SimulatedAttempts> attempts, std::vector<ReplayItem>* items);

  /// For an example: the facts that either decision of entry `index` tested, by name, and its
  /// request id. Empty where it cannot be opened.
  struct Closer {
    std::string request_id;
    std::vector<std::string> facts;
  };
  Result<Closer> LookCloser(const std::string& month, uint64_t index,
                            const SimulatedAttempts& attempts);

 private:
  using Bin = ReplayItem::Bin;
  /// A decision with its DETAILs.
  struct Group {
    uint64_t index = 0;
    Entry entry;
    std::array<Entry, 3> details;
    size_t detail_count = 0;
  };

  Status AddDecision(const Group& group, std::vector<ReplayItem>* items);
  Status AddShadow(const Group& group, ReplayItem* item);
  void AddOwn(const Entry& entry, uint64_t index, std::vector<ReplayItem>* items);
  Status FindPolicy(const Group& group, const RecordedPolicy** policy);
  /// False: `item` says why.
  bool Open(const Group& group, ReplayItem* item);
  void Judge(const Group& group, ReplayItem* item);
  /// Puts the opened facts, and the current decision's attempts where nobody collected those, into
  /// `simulated_`. False: there is nothing to put.
  bool Simulate(const Layout& layout, const FactSet& unknown);
  void Prepare(Deriver* deriver, const RecordedPolicy** prepared, const RecordedPolicy* policy);
  /// `was` becomes what the policy to compare with decides. False: `item` says that it is open.
  bool JudgeAgainst(const OpenedFacts& facts, const FactSet& unknown, ReplayItem* item);
  size_t SituationOf(const Layout& layout, const OpenedFacts& facts, const FactSet& unknown) const;
  Bin BinOf(const ReplayItem& item);
  bool InRange(uint64_t time_ns) const { return time_ns >= job_.from_ns && time_ns < job_.to_ns; }

  const ReplayJob& job_;
  StretchReader stretch_;
  CtrCipher cipher_;
  OpenedFacts facts_;
  SimulatedAttempts attempts_;  ///< of the decision at hand
  struct {
    OpenedFacts facts;
    FactSet unknown;
    FactSet filled;  ///< what was simulated
  } simulated_;
  Deriver recorded_, other_, against_;
  const RecordedPolicy* recorded_for_ = nullptr;
  const RecordedPolicy* other_for_ = nullptr;
  const RecordedPolicy* against_for_ = nullptr;
  DerivedAnswer derived_;
  ReadDigests digests_;
  const EpochFactsKeys* epoch_keys_ = nullptr;
  uint64_t last_ref_ = UINT64_MAX;
  const RecordedPolicy* last_policy_ = nullptr;
  /// The decision being put together, and the one before it, for the shadow that may follow.
  std::array<Group, 2> groups_;
  size_t current_ = 0;
  const Group* last_decision_ = nullptr;
  const SameAnswers* same_ = nullptr;  ///< of these two
  const RecordedPolicy* same_from_ = nullptr;
  const RecordedPolicy* same_to_ = nullptr;
};

/// The first thing in which two answers of one policy differ; empty: in none.
std::string_view FirstDifference(const RecordedAnswer& recorded, const RecordedAnswer& derived);
/// What an entry says of its decision. The digest is sealed: it is left 0.
RecordedAnswer AnswerOf(const Entry& decision);

}  // namespace ringfence
