// Replaying a decision log: does it follow from its facts and policies, and what would another
// policy have done? Takes a log and the keys to its facts; gives a report that accounts for every
// entry (schema/decision_log.md, "Replay").
#pragma once

#include <ringfence/decision.h>
#include <ringfence/diff.h>
#include <ringfence/export.h>
#include <ringfence/log.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ringfence {

enum class ReplayMode : uint8_t {
  kReproduce,  ///< every decision again, under the policy that is recorded with it
  kWhatIf,     ///< every decision under another policy
  kShadow,     ///< shadow evaluations against the decisions they stand beside; needs no keys
};

/// Where counters of earlier attempts to call come from, if the other policy asks about them.
enum class ReplayAttempts : uint8_t {
  kRecorded,  ///< the entry's facts: exact; what was not collected could have any value
  /// Those first, else worked out from the log's earlier decisions: since_attempt_ms, attempts_1h
  /// and callees_1h. An estimate, see schema/decision_log.md.
  kSimulated,
};

struct ReplayOptions {
  ReplayMode mode = ReplayMode::kReproduce;
  std::optional<Policy> policy;  ///< kWhatIf: the other one
  /// kWhatIf: `policy` is compared with what this one decides from the recorded facts, not with the
  /// recorded decisions. Rules and outcomes of "old" and "from" are then its.
  std::optional<Policy> against;
  /// kWhatIf: sets of situations, such as DiffPolicies gives. Changed entries are counted by the
  /// first that their facts fit; facts that were not collected fit all.
  std::vector<std::vector<DiffCondition>> situations;
  ReplayAttempts attempts = ReplayAttempts::kRecorded;  ///< kSimulated: kWhatIf only
  std::string month;                                    ///< empty: all
  uint64_t from_ns = 0;
  uint64_t to_ns = UINT64_MAX;  ///< exclusive
  /// Facts are opened with these; without any, decisions are `sealed`.
  LogSecrets secrets;
  int threads = 0;  ///< 0: one a core. The report does not depend on it.
  size_t max_examples = 60;
  bool proofs = true;  ///< a .tlog-proof for each example
  LogProgress progress;
};

/// One answer, as it is recorded or as it was derived.
struct ReplayAnswer {
  Effect effect = Effect::kRefuse;
  std::string outcome, rule, path;  ///< path empty: none
  Basis basis = Basis::kComplete;
};

/// The first thing in which a derived decision is not the recorded one.
struct ReplayDivergence {
  std::string month;
  uint64_t index = 0;
  std::string stage;  ///< "effect", "outcome", "path", "basis", "rule", "facts read"
  ReplayAnswer recorded, derived;
};

/// Why entries are in a bin: a fact's name, or "erased", "policy_missing", ...
struct ReplayReason {
  std::string reason;
  uint64_t entries = 0;
};

/// How a changed answer differs.
struct ReplayChanges {
  uint64_t gained = 0;  ///< refused, and would be let through
  uint64_t lost = 0;    ///< let through, and would be refused
  uint64_t kind = 0;    ///< another effect, told, signal or path, neither gained nor lost
  uint64_t all() const { return gained + lost + kind; }
};

/// One cell of the outcome matrix; those that did not change are there too.
struct ReplayFlow {
  std::string from, to;  ///< names of outcomes
  Effect from_effect = Effect::kRefuse, to_effect = Effect::kRefuse;
  uint64_t entries = 0;
  ReplayChanges changes;
};

/// One rule of `ring` and the entries it decided, or decides.
struct ReplayRule {
  std::string id;
  uint64_t entries = 0;  ///< 0 in `new_rules`: no recorded decision reaches it
  ReplayChanges changes;
};

/// One party of changed answers. Pseudonyms of callers last a day, of callees 30 days.
struct ReplayMover {
  std::string pseudonym;  ///< hexadecimal
  ReplayChanges changes;
  uint64_t at_most_missed = 0;  ///< 0: exact; there were too many parties to count each otherwise
};

/// How many different ones there are.
struct ReplayDistinct {
  uint64_t count = 0;
  bool exact = true;  ///< else within about 1 %
};

/// Effects over time: decisions from `from_ns` on, for `width_s` of the report.
struct ReplayPeriod {
  uint64_t from_ns = 0;
  std::array<uint64_t, 5> was{};  ///< by Effect, as recorded
  std::array<uint64_t, 5> now{};  ///< by Effect, as derived; less where nothing could be derived
  ReplayChanges changes;
};

struct ReplayExample {
  std::string month;
  uint64_t index = 0;
  uint64_t time_ns = 0;
  std::string request_id, caller, callee;  ///< hexadecimal
  ReplayAnswer was, now;
  std::string change;              ///< "gained", "lost", "kind"
  std::vector<std::string> facts;  ///< "callee.verified=true": those either decision tested
  std::string proof;               ///< c2sp.org/tlog-proof; empty without `proofs`
};

/// A policy that recorded decisions were made under, in the order of its first.
struct ReplayPolicyUse {
  std::string name;    ///< empty where the blob is missing
  std::string digest;  ///< hexadecimal, of the POLICY entry
  uint64_t decisions = 0;
  uint64_t first_ns = 0, last_ns = 0;
  bool shadow = false;
};
/// A stretch of the log under one policy, in the log's order. Those of a second that come between
/// two of the same policy are threads that had not noticed yet, and belong to it.
struct ReplayPolicyPeriod {
  std::string digest;
  uint64_t from_ns = 0, to_ns = 0;  ///< of the first and last decision
  uint64_t decisions = 0;
};

/// entries == reproduced + changed + indeterminate + not_replayable + sealed, always.
struct ReplayReport {
  std::string log;  ///< its name
  ReplayMode mode = ReplayMode::kReproduce;
  std::string policy_name, policy_digest;  ///< kWhatIf
  /// Decisions of the range: recorded ones, and those that GAP entries count. Shadow evaluations
  /// are entries in kReproduce and kShadow, and left out of kWhatIf.
  uint64_t entries = 0;
  uint64_t reproduced = 0;     ///< the same answer
  uint64_t changed = 0;        ///< another one; in kReproduce: divergent
  uint64_t indeterminate = 0;  ///< depends on a fact that was not collected
  uint64_t not_replayable = 0;
  uint64_t sealed = 0;  ///< there is no key to its facts
  uint64_t covered() const { return reproduced + changed; }

  std::vector<ReplayReason> indeterminate_by_fact;  ///< by name
  /// "erased", "policy_missing", "catalog", "gap", "damaged", "wrong_key", "diverges" (kWhatIf: the
  /// recorded policy does not give the recorded answer), "engine" (the recorded policy compiles to
  /// other rules here), "alone" (a shadow evaluation without its decision). By name.
  std::vector<ReplayReason> not_replayable_by_reason;
  uint64_t maybe_gained = 0, maybe_lost = 0;  ///< of the indeterminate ones

  ReplayAttempts attempts = ReplayAttempts::kRecorded;
  /// Decisions for which the other policy asked about attempts that were simulated.
  uint64_t simulated = 0;
  /// Of these, such that attempts of the hour before may be missing: "start" (the log had just
  /// begun), "pseudonyms" (callers had just got others), "lost" (decisions are), "clock" (it had
  /// gone back by more than an hour). By name.
  std::vector<ReplayReason> burn_in_by_reason;
  uint64_t burn_in() const {
    uint64_t sum = 0;
    for (const ReplayReason& one : burn_in_by_reason) sum += one.entries;
    return sum;
  }

  std::vector<ReplayDivergence> divergences;  ///< kReproduce: the first kMaxDiagnostics

  // kWhatIf and kShadow:
  ReplayChanges changes;
  std::vector<uint64_t> situations;  ///< changed entries, by ReplayOptions::situations
  uint64_t other_rule = 0;  ///< of the reproduced: the same answer by a rule of another name
  std::vector<ReplayFlow> flows;
  std::vector<ReplayRule> old_rules;  ///< by id
  std::vector<ReplayRule> new_rules;  ///< in the policy's order, those never reached too
  ReplayDistinct callers, callees;    ///< of changed answers
  uint64_t first_change_ns = 0, last_change_ns = 0;
  std::vector<ReplayMover> top_callees, top_callers;  ///< most changes first, at most 10
  std::vector<ReplayExample> examples;

  // All modes:
  uint64_t shadow = 0;  ///< shadow evaluations seen
  uint64_t width_s = 0;
  std::vector<ReplayPeriod> periods;   ///< in time's order, those without decisions left out
  uint64_t first_ns = 0, last_ns = 0;  ///< of the decisions
  std::vector<ReplayPolicyUse> policies;
  std::vector<ReplayPolicyPeriod> policy_periods;
  std::vector<std::string> notes;  ///< what a reader should know: keys that were never committed...
};

/// Decides every decision of the log again. A Status only for what keeps it from looking: kIo, a
/// folder that is no log, keys of another log, a checkpoint that is not signed (kCorrupt), no
/// policy for kWhatIf, what is for kWhatIf without it (kInvalidArgument). Everything else ends in
/// a bin. Verify the log first: a replay believes what it reads. Reads what is under checkpoints,
/// never writes, may run while the log is written. O(entries); memory depends on neither their
/// number nor that of the parties, but for the keys, and for the decisions of an hour where
/// attempts are simulated. Thread-safe.
RINGFENCE_API Result<ReplayReport> Replay(const LogReader& log, const ReplayOptions& options);

}  // namespace ringfence
