// Cases: reads a cases file against a policy and runs it; makes one for a policy.
#include "cases/cases.h"

#include <ringfence/cases.h>
#include <ringfence/format.h>
#include <ringfence/limits.h>

#include "analyze/case_cover.h"
#include "api/analysis.h"
#include "api/policy_impl.h"
#include "base/diagnostic.h"
#include "base/json_writer.h"

namespace ringfence {

Result<CasesReport> RunCases(std::string_view text, std::string_view file_name,
                             const Policy& policy) {
  const Policy::Impl& impl = *policy.impl();
  Diagnostics diagnostics;
  const std::optional<CaseFile> file =
      ParseCases(impl.layout.catalog, impl.document, text, file_name, &diagnostics);
  if (!file.has_value()) return Status(StatusCode::kParse, diagnostics.Render(text));
  CasesReport report = RunCaseFile(impl.layout, impl.program, *file);
  report.file = file_name;
  return report;
}

Result<std::string> CasesPolicyPath(std::string_view text, std::string_view file_name,
                                    const Catalog&) {
  Diagnostics diagnostics;
  std::optional<std::string> path = ParsePolicyPath(text, file_name, &diagnostics);
  if (!path.has_value()) return Status(StatusCode::kParse, diagnostics.Render(text));
  return std::move(*path);
}

Result<GeneratedCases> GenerateCases(const Policy& policy, std::string_view policy_path) {
  const Policy::Impl& impl = *policy.impl();
  const Result<std::vector<Condition>> constraints = AnalysisConstraints(impl.layout);
  if (!constraints.ok()) return constraints.status();
  Cover cover = CoverPolicy(impl.layout, impl.document, impl.program, *constraints);
  if (cover.over_budget) return OverBudget("finding the cases");
  GeneratedCases made{{}, cover.cases.size(), cover.at_least, std::move(cover.unreachable)};
  made.text =
      "{\n  \"policy\": " + JsonWriter().String(policy_path).Finish() + ",\n  \"cases\": [\n";
  for (size_t i = 0; i < cover.cases.size(); ++i) {
    made.text += PrintCase(impl.layout, cover.cases[i]);
    made.text += i + 1 < cover.cases.size() ? ",\n" : "\n";
  }
  made.text += "  ]\n}\n";
  Result<std::string> laid_out = FormatCases(made.text, "cases.json", impl.layout.catalog);
  if (!laid_out.ok()) return laid_out.status();
  made.text = *std::move(laid_out);
  return made;
}

}  // namespace ringfence
