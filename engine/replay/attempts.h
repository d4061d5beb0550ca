// What a log's own decisions say about earlier attempts to call, where their facts do not. Takes
// decisions in the log's order; gives the facts since_attempt_ms, attempts_1h and callees_1h of
// each (schema/decision_log.md, "Attempts that were not recorded").
#pragma once

#include <ringfence/catalog.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "log/entry.h"
#include "replay/counts.h"

namespace ringfence {

/// Why attempts may be missing from a count.
enum class BurnIn : uint8_t {
  kNone,
  kStart,       ///< the log began less than an hour before
  kPseudonyms,  ///< callers got other pseudonyms less than an hour before
  kLost,        ///< decisions of the last hour were lost, or are damaged
  kClock,       ///< the clock went back by more than an hour, less than an hour before
};
inline constexpr size_t kBurnIns = 5;
/// "start", "pseudonyms"...; the name of a reason in reports.
const char* ToString(BurnIn why);

/// The facts of a catalog that are simulated; those it does not have are empty.
struct AttemptIds {
  AttemptIds() = default;
  explicit AttemptIds(const Catalog& catalog);
  std::optional<FactId> since_attempt_ms, attempts_1h, callees_1h;
};

/// Of one decision, without itself.
struct SimulatedAttempts {
  bool known = false;  ///< there is a caller to count for
  BurnIn burn_in = BurnIn::kNone;
  uint8_t attempts_1h = 0;  ///< saturating, as in the catalog
  uint8_t callees_1h = 0;
  uint32_t since_attempt_ms = kHourMs;
  static constexpr uint32_t kHourMs = 3'600'000;
  static constexpr uint8_t kMostAttempts = 15;
  static constexpr uint8_t kMostCallees = 255;
};

struct CallerAndCallee {
  Pseudonym caller, callee;
  friend bool operator==(const CallerAndCallee&, const CallerAndCallee&) = default;
};
struct CallerAndCalleeHash {
  size_t operator()(const CallerAndCallee& pair) const;
};

/// Counts attempts of the last hour by pseudonyms. What is older is forgotten by the minute, and so
/// is what lies more than an hour in the future: memory is that of the decisions of an hour. Not
/// thread-safe.
class AttemptCounter {
 public:
  AttemptCounter() = default;
  AttemptCounter(const AttemptCounter&) = delete;
  AttemptCounter& operator=(const AttemptCounter&) = delete;

  /// An entry that is no decision, or a shadow's.
  void Pass(uint64_t time_ns);
  /// Decisions are missing, or may be, before this time.
  void Lose(uint64_t time_ns);
  /// An entry that nobody can read: it may have been a decision.
  void LoseUnread() { unread_ = true; }
  /// A decision: what came before it, and then it is an attempt itself. O(log n) in the attempts of
  /// the pair, and O(kMostCallees).
  SimulatedAttempts Decide(const Pseudonym& caller, const Pseudonym& callee, uint64_t time_ns);

  size_t remembered() const { return remembered_; }  ///< attempts

 private:
  struct Attempts {
    std::vector<uint64_t> times_ns;  ///< ascending
    size_t position = 0;             ///< in callers_
  };
  using Pairs = std::unordered_map<CallerAndCallee, Attempts, CallerAndCalleeHash>;
  using Pair = Pairs::value_type;

  void ForgetMinute(uint64_t minute);
  void Forget(Pair* pair);
  BurnIn WhyMissing(uint64_t time_ns) const;
  void Count(const CallerAndCallee& who, uint64_t time_ns, SimulatedAttempts* out) const;
  void Add(const CallerAndCallee& who, uint64_t time_ns);

  Pairs pairs_;
  std::unordered_map<Pseudonym, std::vector<Pair*>, PseudonymHash> callers_;
  std::map<uint64_t, std::vector<CallerAndCallee>> minutes_;  ///< whose attempts are of a minute
  size_t remembered_ = 0;
  bool any_ = false, unread_ = false, lost_ = false, went_back_ = false;
  uint64_t start_ns_ = 0, lost_ns_ = 0, went_back_ns_ = 0;
};

}  // namespace ringfence
