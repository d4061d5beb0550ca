// What is wrong with a policy's text, and what it probably does not mean, as data: for editors,
// continuous integration and logs of findings. Policy::Lint gives the same as text for people.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/export.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// One sort of finding.
struct LintRule {
  std::string_view id;     ///< "unused-outcome": never changed, never used for something else
  bool error = false;      ///< the policy does not compile; otherwise a warning
  std::string_view brief;  ///< one sentence
  std::string_view help;   ///< what comes of it, and what to do
};

/// Every sort there is, warnings first. The view is good for ever.
RINGFENCE_API std::span<const LintRule> LintRules();

struct LintFinding {
  std::string_view rule;      ///< id of one of LintRules()
  bool error = false;         ///< as the rule says
  uint32_t line = 0;          ///< from 1; 0: about the file as a whole
  uint32_t column = 0;        ///< from 1, in code points
  uint32_t offset_bytes = 0;  ///< of the text
  uint32_t length_bytes = 0;  ///< may be 0; may reach into later lines
  std::string message;        ///< "unknown fact 'callee.contakt(caller)'"
  std::string expected;       ///< "a fact of the catalog"; may be empty
  std::string hint;           ///< "did you mean ...?"; may be empty
};

struct LintReport {
  /// By place in the text; at most kMaxDiagnostics, errors before warnings where there are more.
  std::vector<LintFinding> findings;
  size_t errors = 0;  ///< those not kept included
  size_t warnings = 0;
  std::string text;  ///< all of them for people, with file name, source line, caret and advice
};

/// Reads, compiles and looks over a policy. Warnings come with those of a policy that compiles; one
/// that does not has errors. Thread-safe; O(nodes created), as Policy::Compile.
RINGFENCE_API LintReport LintPolicy(std::string_view text,
                                    std::string_view file_name = "policy.json",
                                    const Catalog& catalog = Catalog::Standard());

}  // namespace ringfence
