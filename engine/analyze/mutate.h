// Would the cases notice a small mistake in the policy? Takes a policy and its cases; gives how
// many of its mutants no case kills, and for each of those a case that would.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analyze/mutants.h"
#include "cases/cases.h"
#include "facts/condition.h"
#include "policy/document.h"
#include "program/program.h"

namespace ringfence {

/// A mutant that passes all cases.
struct Survivor {
  SourceSpan span;
  std::string what;
  /// Passes with the policy, fails with the mutant. That of an earlier survivor, where it kills
  /// this one too; its name is the first one's `what`.
  Case kills;
};

struct Mutations {
  size_t mutants = 0;     ///< all
  size_t killed = 0;      ///< a case fails
  size_t equivalent = 0;  ///< pass all cases, and no possible case could fail
  std::vector<Survivor> survivors;
  std::vector<Mutant> undecided;  ///< over the budget of nodes
};

/// Tries the cases, which all pass with `program`, on every mutant of `document`. `progress` may be
/// empty. O(mutants * (compiling + cases)), and a comparison of diagrams for each that passes.
Mutations Mutate(const Layout& layout, const Document& document, const Program& program,
                 const CaseFile& cases, std::span<const Condition> constraints,
                 const std::function<void(size_t done, size_t all)>& progress);

}  // namespace ringfence
