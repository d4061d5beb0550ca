// Cases: a policy's behaviour as data, run by `ringfence test`, by our tests and by users' own.
// Takes a cases file and a policy; gives what failed, why, and what the cases did not reach.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// One case that did not come out as expected.
struct CaseFailure {
  std::string name;
  std::string ref;                       ///< the case's source; may be empty
  std::vector<std::string> differences;  ///< "effect: expected ring, got refuse"; at least one
  std::string explanation;               ///< lines: facts with values, rules up to the deciding one
};

/// What the cases reached.
struct Coverage {
  /// How often one rule decided. Reserved rules (unknown_callee, otherwise, on_unavailable) count.
  struct RuleCoverage {
    std::string decision;
    std::string rule;
    uint64_t decided = 0;
  };
  /// One leaf test of one rule's condition, such as "callee.follows(caller)": in how many cases it
  /// was true and false. Counted in each case whose deciding rule is this one or a later one, if
  /// the test's own facts could be read, whether or not the rest of the condition settled it.
  struct ConditionCoverage {
    std::string decision;
    std::string rule;
    std::string text;
    uint64_t seen_true = 0;
    uint64_t seen_false = 0;
  };
  std::vector<RuleCoverage> rules;            ///< by decision, in effective order
  std::vector<ConditionCoverage> conditions;  ///< likewise, from left to right

  /// Every rule decided at least once and every condition was seen both ways.
  /// O(rules + conditions).
  RINGFENCE_API bool Complete() const;
};

/// One case, in the order of the file.
struct CaseOutcome {
  std::string name;
  std::string ref;
  bool passed = false;
};

/// What became of one cases file.
struct CasesReport {
  std::string file;         ///< as given to RunCases
  std::string policy_file;  ///< as the file names it
  std::string policy_name;  ///< of the policy that was run
  std::vector<CaseOutcome> cases;
  std::vector<CaseFailure> failures;  ///< empty: all passed
  Coverage coverage;                  ///< of all cases, failed ones included
};

/// Runs one cases file (format: schema/cases.schema.json) against `policy`, whatever policy the
/// file names. A bad file is a kParse status with all diagnostics: unknown facts and values, two
/// cases of one name, two cases that state the same and expect different things. A case that fails
/// is no error but in the report. Thread-safe; O(text + cases * (facts + rules)).
RINGFENCE_API Result<CasesReport> RunCases(std::string_view text, std::string_view file_name,
                                           const Policy& policy);

/// The policy path a cases file names: relative to that file, unless absolute. Errors: kParse. The
/// cases themselves are not looked at.
RINGFENCE_API Result<std::string> CasesPolicyPath(std::string_view text, std::string_view file_name,
                                                  const Catalog& catalog = Catalog::Standard());

/// A cases file that reaches all of a policy that can be reached.
struct GeneratedCases {
  std::string text;  ///< as schema/cases.schema.json; passes with the policy
  size_t cases = 0;  ///< in it
  /// No file of fewer cases reaches as much. What is sure of the least: where it is equal to
  /// `cases`, that is the least.
  size_t at_least = 0;
  /// What no case can reach, because no situation does: "ring: followed never decides",
  /// "ring: followed: callee.follows(caller) is never true".
  std::vector<std::string> unreachable;
};

/// Few cases, the least or near it, that together let every rule of every decision decide and see
/// every test of a condition true and false, as Coverage counts, where that is possible at all.
/// What they expect is what `policy` decides now: a start for cases of one's own, and a record of
/// what must not change. `policy_path` goes into the file. The same on every machine. Thread-safe.
/// Errors: kLimit, diagrams over the budget of nodes. Time grows with the diagrams and the square
/// of the number of tests.
RINGFENCE_API Result<GeneratedCases> GenerateCases(const Policy& policy,
                                                   std::string_view policy_path = "policy.json");

}  // namespace ringfence
