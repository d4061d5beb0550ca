// JUnit XML of case runs, as continuous integration systems read it.
#pragma once

#include <ringfence/cases.h>

#include <string>
#include <vector>

namespace ringfence::cli {

/// One <testsuite> for each report; a file that could not be run is a suite with one error.
struct JunitSuite {
  std::string name;
  const CasesReport* report = nullptr;  ///< null: see error
  std::string error;
};
std::string JunitXml(const std::vector<JunitSuite>& suites);

}  // namespace ringfence::cli
