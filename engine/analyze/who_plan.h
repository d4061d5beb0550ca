// Whom "who may ring bob?" must look at: takes the diagram of `ring`, what is known before the other
// party is, and the sets of users a store can list; gives the fewest of these sets outside of which
// nobody can be let through, whatever the facts that nobody knows are.
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

struct WhoPlan {
  /// True: somebody in none of the sets may be let through, so that all users must be decided.
  bool everyone = false;
  /// Else positions of the sets whose union holds everybody who can be; none: nobody can.
  std::vector<size_t> sets;
};

/// `fixed` has the code of each fact (by id) that is the same for every other party; the rest is
/// free. `sets` in the order in which they are done without where possible: the dearest first. No
/// set of the answer can be left out. The program has passed VerifyProgram. O(sets * edges).
WhoPlan PlanWho(const Program& program, std::span<const std::optional<FactCode>> fixed,
                std::span<const Enumerable> sets);

}  // namespace ringfence
