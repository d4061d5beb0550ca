// Cases: reads a cases file against a policy and runs it.
#include "cases/cases.h"

#include <ringfence/cases.h>

#include "api/policy_impl.h"
#include "base/diagnostic.h"

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

}  // namespace ringfence
