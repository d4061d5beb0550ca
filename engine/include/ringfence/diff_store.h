// How many people does a change of policy concern? Takes a store and what DiffPolicies found; gives
// pairs of users whose calls would be answered otherwise, counted, with examples.
#pragma once

#include <ringfence/contacts.h>
#include <ringfence/diff.h>
#include <ringfence/export.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>
#include <ringfence/store.h>
#include <ringfence/time_zones.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ringfence {

/// How the store is asked.
struct DiffStoreOptions {
  /// With the keys of contact sync address books can be asked; without, the contact facts of those
  /// who have one are unavailable.
  std::optional<Contacts> contacts;
  /// Without it the facts of local time are unavailable for users who have a schedule.
  std::shared_ptr<const TimeZones> time_zones;
  std::function<int64_t()> clock_ms;  ///< empty: the system's
  size_t max_examples = 3;            ///< of each change
  /// Called now and then with the pairs that were decided so far.
  std::function<void(uint64_t pairs)> progress;
};

/// A call from one user to another that would be answered otherwise.
struct DiffPairExample {
  std::string caller, callee;      ///< external ids
  std::string was_rule, now_rule;  ///< the rules of `ring` that decide
};

/// One change, and the pairs it concerns: caller and callee, so that two users are two pairs.
struct DiffPairs {
  DiffKind kind = DiffKind::kOther;
  DiffAnswer was, now;
  std::vector<std::string> parts;  ///< as DiffChange
  uint64_t related = 0;            ///< pairs that a stored relation joins, in either direction
  uint64_t unrelated = 0;          ///< others; 0 where these were not counted
  std::vector<DiffPairExample> examples;  ///< related ones, the first
};

/// What a change of policy means for the users of one store.
struct StoreDiff {
  uint64_t users = 0;      ///< known to the store
  uint64_t related = 0;    ///< all pairs that a relation joins
  uint64_t unrelated = 0;  ///< all others of two users
  /// Gained, lost, others; most pairs first.
  std::vector<DiffPairs> changes;
  /// Why pairs without a relation were not counted; empty: they were, exactly.
  std::string not_counted;

  /// Pairs of that kind, whether a relation joins them or not.
  RINGFENCE_API uint64_t Count(DiffKind kind) const;
};

/// Decides a call of every two users of the store under both policies, with call attributes that
/// are not specified, now. Pairs that a relation joins are decided one by one; of others those of
/// users with the same settings and attributes at once, which is only possible where nothing
/// matters that is known of a pair alone (address books, lists, grants, earlier calls, ...). `diff`
/// is what DiffPolicies gave for these policies. Reads one state after the other: writes meanwhile
/// may show. Errors: those of reading; kInvalidArgument where store, policies or contacts do not
/// belong together. O(pairs with a relation + kinds of users squared).
RINGFENCE_API Result<StoreDiff> DiffOnStore(const Store& store, const Policy& older,
                                            const Policy& newer, const PolicyDiff& diff,
                                            const DiffStoreOptions& options = {});

}  // namespace ringfence
