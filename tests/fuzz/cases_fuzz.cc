// Any bytes as a cases file: it is refused with a reason, or every case is decided and compared.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cases/cases.h"
#include "compile/compile.h"

namespace ringfence {
namespace {

constexpr std::string_view kPolicy = R"json({
  "policy": "fuzzed", "catalog": 1, "unknown_callee": "refuse",
  "decisions": {
    "ring": {
      "floor": [ { "id": "blocked", "when": "callee.blocks(caller)", "then": "refuse" } ],
      "rules": [
        { "id": "tenant", "when": "call.tenant in [3, 7] && callee.cohort < 100", "then": "ring" },
        { "id": "followed", "when": "callee.follows(caller) || callee.contact(caller) == 'match'",
          "then": "ring" } ],
      "otherwise": "refuse", "on_unavailable": "refuse" },
    "path": { "values": ["direct", "relay"],
      "rules": [ { "id": "asked", "when": "callee.relay_calls", "then": "relay" } ],
      "otherwise": "direct", "on_unavailable": "relay" } } })json";

void Require(bool condition) {
  if (!condition) std::abort();
}

struct World {
  Layout layout{Catalog::Standard()};
  Document document;
  Program program;

  World() {
    Diagnostics diagnostics;
    auto parsed = ParsePolicy(layout.catalog, kPolicy, "policy.json", &diagnostics);
    Require(parsed.has_value());
    document = *parsed;
    auto compiled = Compile(layout, document, CompileOptions{}, "policy.json", &diagnostics);
    Require(compiled.has_value());
    program = *compiled;
  }
};

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringfence;
  static const World world;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const auto file =
      ParseCases(world.layout.catalog, world.document, text, "cases.json", &diagnostics);
  Require(file.has_value() != diagnostics.HasErrors());
  if (!file.has_value()) {
    Require(!diagnostics.Render(text).empty());
    return 0;
  }
  Diagnostics path_diagnostics;
  Require(ParsePolicyPath(text, "cases.json", &path_diagnostics) == file->policy);
  const CasesReport report = RunCaseFile(world.layout, world.program, *file);
  Require(report.cases.size() == file->cases.size());
  for (const CaseFailure& failure : report.failures) Require(!failure.differences.empty());
  return 0;
}
