// Predicates of lists as tests of facts: those the question carries first, else those of the same
// snapshot. Takes one reading; gives true, false or unavailable.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/fact_source.h>

#include <array>
#include <cstdint>
#include <optional>

#include "derived/list_rows.h"
#include "derived/read.h"

namespace ringfence {

/// Whether an entry matches.
enum class Matching : uint8_t { kNo, kYes, kUnavailable };

/// One side's predicates in one decision: of the callee's list about the caller, or the other way
/// about. Reads a group at most once, when its first predicate is tested.
class ListFacts {
 public:
  ListFacts(const DerivedReading& reading, bool owner_is_callee);

  /// Each predicate is asked for at most once, and in the list's order: what an earlier one of
  /// subscription left open decides a later one.
  Matching Test(ListPredicate predicate);

 private:
  /// No value: unavailable.
  using Value = std::optional<FactCode>;
  Value Get(TestedFact fact);
  bool Carried(const TestedPlace& place, Value* value) const;
  /// What the question says settles the group: a party has no account.
  bool SaysNobody(Group group) const;
  void Load(Group group);
  Matching IsTrue(TestedFact fact);
  Matching InContacts();
  Matching Subscribed(FactCode value);

  const DerivedReading& reading_;
  const bool owner_is_callee_;
  const TestedPlaces& places_;
  uint16_t loaded_ = 0;  ///< groups, by bit
  std::array<Value, kTestedFacts> values_{};
  uint8_t subscriptions_ = 0xff;  ///< members still possible; used where it is unavailable
};

}  // namespace ringfence
