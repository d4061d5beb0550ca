// JUnit XML of case runs.
#include "cli/junit.h"

#include "cli/text.h"

namespace ringfence::cli {
namespace {

/// XML 1.0 has no way to write most control characters: they are made printable first.
std::string Xml(std::string_view text) {
  std::string out;
  for (char byte : PrintableLines(text)) {
    switch (byte) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += byte;
    }
  }
  return out;
}

std::string FailureXml(const CasesReport& report, const CaseOutcome& outcome) {
  std::string differences;
  std::string explanation;
  for (const CaseFailure& failure : report.failures) {
    if (failure.name != outcome.name) continue;
    for (const std::string& difference : failure.differences) {
      differences += Cat({differences.empty() ? "" : "; ", difference});
    }
    explanation = failure.explanation;
    break;
  }
  return Cat(
      {"      <failure message=\"", Xml(differences), "\">", Xml(explanation), "</failure>\n"});
}

std::string SuiteXml(const JunitSuite& suite) {
  if (suite.report == nullptr) {
    return Cat({"  <testsuite name=\"", Xml(suite.name),
                "\" tests=\"1\" failures=\"0\" errors=\"1\">\n    <testcase classname=\"",
                Xml(suite.name), "\" name=\"file\">\n      <error message=\"", Xml(suite.error),
                "\"/>\n    </testcase>\n  </testsuite>\n"});
  }
  const CasesReport& report = *suite.report;
  std::string out = Cat({"  <testsuite name=\"", Xml(suite.name), "\" tests=\"",
                         std::to_string(report.cases.size()), "\" failures=\"",
                         std::to_string(report.failures.size()), "\" errors=\"0\">\n"});
  for (const CaseOutcome& outcome : report.cases) {
    out += Cat({"    <testcase classname=\"", Xml(report.policy_name), "\" name=\"",
                Xml(outcome.name), "\""});
    out += outcome.passed ? "/>\n" : Cat({">\n", FailureXml(report, outcome), "    </testcase>\n"});
  }
  return out + "  </testsuite>\n";
}

}  // namespace

std::string JunitXml(const std::vector<JunitSuite>& suites) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const JunitSuite& suite : suites) out += SuiteXml(suite);
  return out + "</testsuites>\n";
}

}  // namespace ringfence::cli
