// Whom "who may ring bob?" must look at: takes the diagram of `ring`, what is known before the
// other party is, and the sets of users a store can list; gives as few of these sets as are needed
// to say of everybody outside them what becomes of their calls, whatever the facts nobody knows
// are.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "program/program.h"

namespace ringfence {

/// What is true of every user outside a set that can be listed: of one fact.
struct OutsideSet {
  FactId fact = 0;
  FactCode code = 0;
  bool has_code = true;  ///< the fact has the code; false: it has any other valid one
};

/// A set of users a store can list: those who have a row of one kind, or chose one value.
using Enumerable = std::vector<OutsideSet>;

/// What becomes of everybody outside the sets of a plan.
enum class Outside : uint8_t {
  kRefused,   ///< refused, whatever the free facts are
  kPossibly,  ///< let through or not by an address book, and by nothing else
  kUnknown,   ///< one cannot say: all users must be decided
};

struct WhoPlan {
  Outside outside = Outside::kUnknown;
  std::vector<size_t> sets;  ///< positions; none of them can be left out. Empty where kUnknown.
};

/// `fixed` has the code of each fact (by id) that is the same for every other party; the rest is
/// free. `books` are the facts of address books, which nobody reads. `sets` in the order in which
/// they are done without where possible: the dearest first. The program has passed VerifyProgram.
/// O(sets * edges).
WhoPlan PlanWho(const Program& program, std::span<const std::optional<FactCode>> fixed,
                const FactSet& books, std::span<const Enumerable> sets);

}  // namespace ringfence
