// Who may ring bob, and whom can alice ring: all of a store's users, without asking about each.
// Takes an engine with a store and one user; gives names as they are found, and counts.
//
// For who owns the database, not for callers or callees: it lists what each Preview would hide.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>
#include <ringfence/engine.h>
#include <ringfence/export.h>
#include <ringfence/status.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// A set of effects: bit i is Effect i. "ring", or "ring or silence".
using Effects = uint8_t;
RINGFENCE_API std::string FormatEffects(Effects effects);

/// Somebody who gets through, whatever address books say.
struct WhoFound {
  std::string_view user;  ///< external id; until the callback returns
  Effects effects = 0;    ///< never with refuse; several where the rest depends on what is not read
  std::string_view rule;  ///< that decides where no address book has the other; "on_unavailable"
                          ///< where several rules with different outcomes could
};

/// How many get through in the same way.
struct WhoCount {
  Effects effects = 0;
  std::string rule;
  uint64_t users = 0;
};

struct WhoSummary {
  uint64_t certain = 0;      ///< users handed to `found`
  uint64_t possibly = 0;     ///< users who get through or not, depending on an address book: all of
                             ///< whom a match would let through, not those who match
  uint64_t cannot_tell = 0;  ///< or on facts that could not be read: no zones, "?", damaged rows
  std::vector<WhoCount> counts;   ///< of the certain ones; the most first, then by rule
  std::vector<std::string> plan;  ///< whom it looked at: "users related to bob", "all users";
                                  ///< empty: nobody's facts could let a call through
  uint64_t decided = 0;           ///< users looked at
  bool stopped = false;           ///< by `found`: the counts are those so far
  uint64_t revision = 0;
  std::string policy_name, policy_digest;
};

struct WhoOptions {
  /// Attributes of the call and facts carried by every question, as Question::facts. Facts of
  /// address books are refused: kInvalidArgument.
  std::span<const Fact> facts;
  /// Called for each user found, in the order of their handles, which is that in which users became
  /// known; returns false to stop. May be empty.
  std::function<bool(const WhoFound&)> found;
  /// Called now and then with the number of users decided. May be empty.
  std::function<void(uint64_t decided)> progress;
};

/// Every known user other than the callee whose call the engine's policy lets through now: exactly
/// those for whom Decide, with both facts of address books unavailable, could give no refusal. What
/// they could say about somebody shows only as WhoSummary::possibly: books are not read, so that
/// nobody can turn them round. Neither counts attempts nor logs.
/// Facts are the store's and those of WhoOptions::facts; sources of a host are not asked.
///
/// All in one read transaction: writes go on beside it, are not seen, and lengthen the WAL until it
/// ends. Looks only at users whom the policy's diagram could let through for a relation, a row of
/// consent, earlier calls or the callee's list, or a value that is indexed (schema/store.sql);
/// where that is not enough, at all. Users whom nothing but a match in an address book could let
/// through are counted without looking at each. O(users looked at) decisions. Exact for a store
/// that `doctor` finds whole.
///
/// Errors: kInvalidArgument (no store; facts that contradict each other), kNotFound (the user is
/// not known), those of a policy in force that does not compile, of reading. Thread-safe.
RINGFENCE_API Result<WhoSummary> WhoMayRing(Engine& engine, std::string_view callee,
                                            const WhoOptions& options);
/// The same for one caller: every other known user whom the caller can ring.
RINGFENCE_API Result<WhoSummary> WhoCanBeRungBy(Engine& engine, std::string_view caller,
                                                const WhoOptions& options);

}  // namespace ringfence
