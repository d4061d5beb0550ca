// The rule sets of rules/, read, compiled and ready to be asked. Takes the source tree; gives each
// set with its document, program and cases. A set that does not read or compile fails the test that
// asks.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "cases/cases.h"
#include "facts/frame.h"
#include "policy/document.h"
#include "program/program.h"

namespace ringfence::test {

struct RuleSet {
  std::string name;
  Layout layout{Catalog::Standard()};
  Document document;
  Program program;
  CaseFile cases;
  std::string warnings;  ///< of parser and lint; empty for a set that may be shipped
};

/// All of rules/, by name.
const std::vector<std::unique_ptr<RuleSet>>& ShippedRuleSets();

/// The text of a file of the tree; fails the test when it cannot be read.
std::string ReadSource(const std::string& path);

}  // namespace ringfence::test
