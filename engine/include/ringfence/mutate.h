// Would a policy's cases notice a small mistake in it? Takes a policy and a cases file; gives the
// mistakes no case notices, each with a case that would.
#pragma once

#include <ringfence/export.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// A small change of a policy: a rule taken out, moved or leading elsewhere, a test negated, ...
struct PolicyMutant {
  /// Place in the policy's text, from 1; 0 where nothing stands there, such as a default that the
  /// policy leaves to the catalog.
  uint32_t line = 0;
  uint32_t column = 0;
  std::string what;  ///< "rule 'followed': '!' put before callee.follows(caller)"
  /// A case that passes with the policy and fails with the mutant, as an element of "cases" in a
  /// cases file, several lines without a line feed at the end. That of an earlier mutant where it
  /// kills this one too. Empty where nobody knows.
  std::string kills;
};

struct MutationReport {
  /// Names of cases that fail with the policy itself. If there is one, no mutant was tried: what a
  /// case notices means nothing then.
  std::vector<std::string> failing;
  size_t mutants = 0;  ///< all
  size_t killed = 0;   ///< a case fails
  /// Decide like the policy whatever the facts, so no case could fail. The path that a refusal
  /// pretends, told as ringing (Decision::pretended_path), is nothing a case can state: not looked
  /// at.
  size_t equivalent = 0;
  std::vector<PolicyMutant> survivors;  ///< by place; no case fails, and one could
  std::vector<PolicyMutant> undecided;  ///< whose diagrams are over the budget
};

/// Tries the cases of `cases_text` (schema/cases.schema.json; whatever policy the file names) on
/// every mutant of `policy`. Errors: kParse, a bad cases file, with all diagnostics. `progress`, if
/// any, is called in this thread. Thread-safe. O(mutants * (compiling + cases)); there are some ten
/// mutants a rule.
RINGFENCE_API Result<MutationReport> MutatePolicy(
    const Policy& policy, std::string_view cases_text, std::string_view cases_file,
    const std::function<void(size_t done, size_t all)>& progress = {});

}  // namespace ringfence
