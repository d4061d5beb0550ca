// Reads rules/*/{policy.json,cases.json,README.md}.
#include "cases/shipped.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "compile/compile.h"

namespace ringfence::test {
namespace {

std::unique_ptr<RuleSet> ReadRuleSet(const std::string& name) {
  auto set = std::make_unique<RuleSet>();
  set->name = name;
  const std::string folder = "rules/" + name + "/";
  REQUIRE(ReadSource(folder + "README.md").size() > 500);
  const std::string policy = ReadSource(folder + "policy.json");
  const Catalog& catalog = set->layout.catalog;
  Diagnostics diagnostics;
  std::optional<Document> document =
      ParsePolicy(catalog, policy, folder + "policy.json", &diagnostics);
  REQUIRE_MESSAGE(document.has_value(), diagnostics.Render(policy));
  set->document = std::move(*document);
  std::optional<Program> program =
      Compile(set->layout, set->document, CompileOptions{}, folder + "policy.json", &diagnostics);
  REQUIRE_MESSAGE(program.has_value(), diagnostics.Render(policy));
  set->program = std::move(*program);
  LintDocument(catalog, set->document, &diagnostics);
  set->warnings = diagnostics.Render(policy);

  const std::string cases = ReadSource(folder + "cases.json");
  Diagnostics of_cases;
  std::optional<CaseFile> file =
      ParseCases(catalog, set->document, cases, folder + "cases.json", &of_cases);
  REQUIRE_MESSAGE(file.has_value(), of_cases.Render(cases));
  set->cases = std::move(*file);
  return set;
}

}  // namespace

std::string ReadSource(const std::string& path) {
  std::ifstream stream(std::string(RINGFENCE_SOURCE_DIR) + "/" + path, std::ios::binary);
  REQUIRE_MESSAGE(stream.good(), path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

const std::vector<std::unique_ptr<RuleSet>>& ShippedRuleSets() {
  static const auto sets = [] {
    std::vector<std::string> names;
    const std::filesystem::path rules = std::string(RINGFENCE_SOURCE_DIR) + "/rules";
    for (const auto& entry : std::filesystem::directory_iterator(rules)) {
      if (entry.is_directory()) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    std::vector<std::unique_ptr<RuleSet>> read;
    read.reserve(names.size());
    for (const std::string& name : names) read.push_back(ReadRuleSet(name));
    return read;
  }();
  REQUIRE(sets.size() >= 3);
  return sets;
}

}  // namespace ringfence::test
