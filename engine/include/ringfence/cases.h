// Cases: a policy's behaviour as data, run by `ringfence test`, by our tests and by users' own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>

namespace ringfence {

/// One case that did not come out as expected.
struct CaseFailure {
  std::string name;
  std::string ref;
  std::vector<std::string> differences;  ///< "effect: expected ring, got refuse"
  std::string explanation;               ///< rules and facts, as `explain` prints them
};

/// What the cases reached.
struct Coverage {
  struct RuleCoverage {
    std::string decision, rule;
    uint64_t decided = 0;
  };
  /// One leaf test of one rule's condition: how often it was true and false.
  struct ConditionCoverage {
    std::string decision, rule, text;
    uint64_t seen_true = 0, seen_false = 0;
  };
  std::vector<RuleCoverage> rules;
  std::vector<ConditionCoverage> conditions;
  /// Every rule decided at least once and every condition was seen both ways.
  bool Complete() const;
};

struct CaseOutcome {
  std::string name, ref;
  bool passed = false;
};

struct CasesReport {
  std::string file, policy_file, policy_name;
  std::vector<CaseOutcome> cases;
  std::vector<CaseFailure> failures;
  Coverage coverage;
};

/// Runs one cases file (format: schema/cases.schema.json) against its policy. The policy's path in the
/// file is relative to it; `policy` replaces it. A bad file is a kParse status with diagnostics.
RINGFENCE_API Result<CasesReport> RunCases(std::string_view text, std::string_view file_name,
                                           const Policy& policy);
/// The policy path a cases file names.
RINGFENCE_API Result<std::string> CasesPolicyPath(std::string_view text, std::string_view file_name,
                                                  const Catalog& catalog = Catalog::Standard());

}  // namespace ringfence
