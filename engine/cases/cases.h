// A cases file, read and checked, and what its cases reach. Takes cases.json, a policy's document
// and program; gives typed cases, a report and coverage. <ringfence/cases.h> is the public face of
// this.
#pragma once

#include <ringfence/cases.h>
#include <ringfence/catalog.h>
#include <ringfence/decision.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/span.h"
#include "eval/explain.h"
#include "facts/frame.h"
#include "policy/document.h"
#include "program/program.h"

namespace ringfence {

/// One field of a decision and what it must be. Numbers are in decimal; no value is null: a
/// decision such as `path` that gives nothing because `ring` refuses.
struct Expectation {
  std::string field;  ///< "effect", "rule", "sip", "path", ...
  std::optional<std::string> value;
  SourceSpan span;
};

struct Case {
  std::string name;
  std::string ref;
  /// Per fact: the code as it lies in a frame, or kUnavailableCode. Both parties are known unless
  /// the case says otherwise; what it does not state is unset, or the catalog's absent value.
  std::vector<FactCode> codes;
  bool caller_without_account = false;
  std::vector<Expectation> expect;  ///< at least one
  SourceSpan span;
};

struct CaseFile {
  std::string policy;  ///< as the file writes it: a path relative to the file
  std::vector<Case> cases;
};

/// Reads a cases file. Everything wrong with it goes to `diagnostics`; nullopt when anything is.
/// Other decisions than `ring` may be expected by name: those of `document`, and always `path`, so
/// that a file can be run against a policy that has none. O(text).
std::optional<CaseFile> ParseCases(const Catalog& catalog, const Document& document,
                                   std::string_view text, std::string_view file,
                                   Diagnostics* diagnostics);

/// The file laid out as FormatJson does it: the same cases, every comment. Errors as ParseCases,
/// but that no policy is at hand: under "expect" any name may be a decision's.
std::optional<std::string> FormatCasesText(const Catalog& catalog, std::string_view text,
                                           std::string_view file, Diagnostics* diagnostics);

/// The path under "policy" alone; the rest is only looked at as JSON.
std::optional<std::string> ParsePolicyPath(std::string_view text, std::string_view file,
                                           Diagnostics* diagnostics);

/// Decides every case with the evaluator that hosts use and compares. `file` was parsed with the
/// layout's catalog. The report's `file` is left empty.
CasesReport RunCaseFile(const Layout& layout, const Program& program, const CaseFile& file);

/// Whether every case passes: RunCaseFile without a report, up to the first that fails.
bool AllPass(const Layout& layout, const Program& program, const CaseFile& file);

/// A case that states a situation, `codes` as in Case::codes, and expects what the program decides
/// there: effect, rule, and what other decisions give.
Case CaseOf(const Layout& layout, const Program& program, std::string name,
            std::vector<FactCode> codes);

/// A case as cases.json has it, indented as an element of "cases", without a line feed behind it.
/// Facts are stated that it would not have anyway.
std::string PrintCase(const Layout& layout, const Case& one);

/// Counts what decisions reach: deciding rules, and both sides of the leaf tests of every rule up
/// to the deciding one. A test counts where its own facts could be read, whether or not the rest of
/// the condition had settled the matter; where `on_unavailable` decides, no test counts.
class CoverageCounter {
 public:
  CoverageCounter(const Catalog& catalog, const Program& program);

  /// `context` is of the program given to the constructor, with the groups of all its facts loaded.
  void Count(const ExplainContext& context, const Decision& decision);

  const Coverage& coverage() const { return coverage_; }

 private:
  struct RuleLeaves {
    size_t rule = 0;  ///< in coverage_.rules
    /// Node of the condition, index into coverage_.conditions. A test written twice counts once.
    std::vector<std::pair<uint32_t, size_t>> leaves;
  };
  std::vector<std::vector<RuleLeaves>> decisions_;  ///< per decision, per rule in effective order
  Coverage coverage_;
};

}  // namespace ringfence
