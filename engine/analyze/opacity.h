// What a caller learns of the callee by being refused. Takes a policy of a space; gives every value
// of a fact that some refusal gives away to a caller who knows what IsKnownToCaller says, and no
// more. Exact: a value is given away where no other value of its fact lets the caller's side see
// the same. Who calls themselves learns nothing of anybody.
#pragma once

#include <ringfence/decision.h>
#include <ringfence/prove.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyze/answers.h"
#include "analyze/space.h"
#include "program/program.h"

namespace ringfence {

/// All that the caller's side sees of a decision. Effects that signal ringing look alike.
struct Observable {
  Signal signal = Signal::kOffline;
  uint16_t sip_status = 0;
  uint32_t retry_after_s = 0;
  std::string told;
  std::string path;  ///< Decision::pretended_path of a refusal; empty: none

  friend auto operator<=>(const Observable&, const Observable&) = default;
};
Observable ObservableOf(const Answer& answer);
/// "offline 480, told 'unavailable'", with the retry time and the path where there are any.
std::string Format(const Observable& seen);

struct Leak {
  FactId fact = 0;
  FactCode value = 0;  ///< of a value, as FactInfo::default_code: never unset, not shifted
  Observable seen;
  /// One in which it is given away. What the caller knows in it is why: its other facts are one
  /// example of many.
  Situation witness;
  bool listed = false;  ///< in the policy's `discloses`
};

struct Opacity {
  /// By fact, value and observable, in the catalog's order.
  std::vector<Leak> leaks;
  /// The same of calls that are let through, which no policy can hide: that a call rings says that
  /// nothing forbids it.
  std::vector<Leak> told_by_ringing;
  std::vector<FactId> unneeded;  ///< of `discloses`: no refusal tells anything of them
  /// Some refusal is none that a callee without account gives.
  bool tells_account = false;
  std::vector<FactId> tested;  ///< that the caller does not know, in the catalog's order
};

/// Facts are given away by refusals in situations where every fact can be read. nullopt: the space
/// is exhausted.
std::optional<Opacity> FindLeaks(Space* space, const PolicyDiagrams& policy);

/// The same as claims of the only policy of `space`, which `program` was compiled from: kOpacity
/// for each fact that the policy tests and the caller does not know, unless it is listed;
/// kDisclosure for each that is. Fills told_by_ringing and tells_account, too. Worthless once the
/// space is exhausted.
void AddOpacityClaims(Space* space, const Program& program, ProofReport* report);

}  // namespace ringfence
