// What derived facts are read with, besides rows: the time, time zones, attempts on their way to
// the store. One of an engine, shared by its Readers' sessions.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/time_zones.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace ringfence {

class PendingCalls;

struct DerivedContext {
  std::function<int64_t()> now_ms;                   ///< Unix time; never empty
  std::shared_ptr<const PendingCalls> pending;       ///< attempts; null: none are counted here
  std::shared_ptr<const TimeZones> zones = nullptr;  ///< null: nobody knows local times
};

/// The system's clock and nothing else.
std::shared_ptr<const DerivedContext> SystemContext();

/// Facts that predicates of lists test, as an owner of a list asks them about the other.
enum class TestedFact : uint8_t {
  kKnown,
  kVerified,
  kBot,
  kFollows,
  kFollowedBy,
  kFriend,
  kFavorite,
  kAdded,
  kSubscription,
  kContact,
};
inline constexpr size_t kTestedFacts = 10;

/// Where such a fact is, and what it is worth where nothing is held.
struct TestedPlace {
  bool exists = false;  ///< the catalog has it
  bool is_known = false;
  bool can_be_unset = false;
  uint8_t shift = 0;
  uint16_t word = 0;  ///< of its group's block
  Group group = Group::kPair;
  FactId id = 0;
  FactId other_half = 0;  ///< of a symmetric relation, else the same
  uint32_t mask = 0;
  FactCode count = 0;       ///< of codes
  FactCode empty = 0;       ///< an account that holds nothing
  FactCode absent = 0;      ///< no account; in the code that a source gives
  FactCode when_unset = 0;  ///< the value of a setting nobody chose
  FactCode wanted = 0;      ///< of an address book: the member 'match'
};
using TestedPlaces = std::array<TestedPlace, kTestedFacts>;

/// Ids of derived facts; those a catalog does not have are empty.
struct DerivedIds {
  explicit DerivedIds(const Catalog& catalog);

  std::optional<FactId> list, subscribed_list, caller_list, quiet;                 // kList
  std::optional<FactId> grant, requests_24h, requests_7d;                          // kGrant
  std::optional<FactId> since_attempt_ms, attempts_1h, unanswered, connected_24h;  // kAttempts
  std::optional<FactId> since_called_d, unknown_calls_1h, callees_1h, previews_1h;
  std::optional<FactId> local_minute, local_weekday, quiet_hours;  // kTime
  std::optional<FactId> callee_known, caller_known;
  TestedPlaces tested_by_callee, tested_by_caller;
};

}  // namespace ringfence
