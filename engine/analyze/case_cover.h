// The smallest set of cases that reaches all of a policy that can be reached: every rule, and both
// sides of every test of a condition. Takes a policy; gives cases, and what nothing reaches.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "cases/cases.h"
#include "facts/condition.h"
#include "policy/document.h"
#include "program/program.h"

namespace ringfence {

struct Cover {
  bool over_budget = false;  ///< too many nodes: there are no cases
  std::vector<Case> cases;   ///< by the rule of `ring` that decides, in effective order
  /// So many cases are needed: each of so many things excludes all the others.
  size_t at_least = 0;
  /// "ring: rule 'followed' never decides", "ring: rule 'x': callee.verified is never true".
  std::vector<std::string> unreachable;
};

/// Reached is what CoverageCounter counts. The same on every machine. The number of cases is the
/// least or near it (finding the least takes time exponential in the size of the policy).
Cover CoverPolicy(const Layout& layout, const Document& document, const Program& program,
                  std::span<const Condition> constraints);

}  // namespace ringfence
