// Mutation of a policy against a cases file.
#include "analyze/mutate.h"

#include <ringfence/mutate.h>

#include "api/analysis.h"
#include "api/policy_impl.h"
#include "base/diagnostic.h"
#include "cases/cases.h"

namespace ringfence {
namespace {

PolicyMutant Public(SourceSpan span, std::string what) {
  return {span.line, span.column, std::move(what), {}};
}

}  // namespace

Result<MutationReport> MutatePolicy(const Policy& policy, std::string_view cases_text,
                                    std::string_view cases_file,
                                    const std::function<void(size_t, size_t)>& progress) {
  const Policy::Impl& impl = *policy.impl();
  Diagnostics diagnostics;
  const std::optional<CaseFile> file =
      ParseCases(impl.layout.catalog, impl.document, cases_text, cases_file, &diagnostics);
  if (!file.has_value()) return Status(StatusCode::kParse, diagnostics.Render(cases_text));
  MutationReport report;
  for (const CaseFailure& failure : RunCaseFile(impl.layout, impl.program, *file).failures) {
    report.failing.push_back(failure.name);
  }
  if (!report.failing.empty()) return report;
  const Result<std::vector<Condition>> constraints = AnalysisConstraints(impl.layout);
  if (!constraints.ok()) return constraints.status();
  const Mutations found =
      Mutate(impl.layout, impl.document, impl.program, *file, *constraints, progress);
  report.mutants = found.mutants;
  report.killed = found.killed;
  report.equivalent = found.equivalent;
  for (const Survivor& survivor : found.survivors) {
    report.survivors.push_back(Public(survivor.span, survivor.what));
    report.survivors.back().kills = PrintCase(impl.layout, survivor.kills);
  }
  for (const Mutant& mutant : found.undecided) {
    report.undecided.push_back(Public(mutant.span, mutant.what));
  }
  return report;
}

}  // namespace ringfence
