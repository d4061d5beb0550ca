// Findings about policies as SARIF 2.1.0 (OASIS), which code hosts and editors show at their lines.
// Takes reports of LintPolicy; gives one log with one run.
// Source: docs.oasis-open.org/sarif/sarif/v2.1.0, sections 3.14 (run), 3.27 (result), 3.30
// (region).
#pragma once

#include <ringfence/lint.h>

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::cli {

/// What was found in one file; or that it could not be read, and then why.
struct LintedFile {
  std::string path;
  std::string text;
  LintReport report;
  std::string unread;
};

/// Columns are counted in UTF-16 code units, as every reader of SARIF can.
std::string SarifLog(const std::vector<LintedFile>& files, std::string_view version);

}  // namespace ringfence::cli
