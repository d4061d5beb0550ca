// The mutants of one policy that has every shape a condition can have, word for word with their
// lines; and that each of them is a policy.
#include "analyze/mutants.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "compile/compile.h"

namespace ringfence {
namespace {

constexpr std::string_view kPolicy = R"json({
  "policy": "shapes", "catalog": 1,
  "defaults": { "calls_enabled": false, "call_audience": "contacts" },
  "outcomes": { "busy": { "effect": "refuse", "signal": "busy", "rank": 1 },
                "same": { "effect": "refuse", "signal": "offline", "rank": 2 } },
  "unknown_callee": "refuse",
  "decisions": {
    "ring": {
      "floor": [
        { "id": "blocked", "when": "callee.blocks(caller)", "then": "busy" },
        { "id": "constant", "when": "true", "then": "refuse" }
      ],
      "rules": [
        { "id": "chain", "when": "callee.calls_enabled && caller.verified && !callee.minor", "then": "busy" },
        { "id": "numbers", "when": "call.age_s < 9 || callee.attempts_1h(caller) in [1, 2]", "then": "same" },
        { "id": "members", "when": "call.media in ['unspecified', 'audio'] ? callee.call_audience == 'nobody' : caller.minor == callee.minor", "then": "same" },
        { "id": "negated", "when": "!(callee.follows(caller) || caller.premium)", "then": "busy" }
      ],
      "otherwise": "refuse", "on_unavailable": "busy"
    },
    "path": {
      "values": ["direct", "relay"],
      "rules": [{ "id": "asked", "when": "callee.relay_calls", "then": "relay" }],
      "otherwise": "direct", "on_unavailable": "relay"
    }
  }
})json";

const std::vector<std::string> kExpected = {
};

struct Parsed {
  Layout layout{Catalog::Standard()};
  Document document;
};

Parsed Read() {
  Parsed parsed;
  Diagnostics diagnostics;
  auto document = ParsePolicy(parsed.layout.catalog, kPolicy, "shapes", &diagnostics);
  REQUIRE_MESSAGE(document.has_value(), diagnostics.Render(kPolicy));
  parsed.document = *std::move(document);
  return parsed;
}

TEST_CASE("the mutants of a policy that has everything") {
  const Parsed parsed = Read();
  std::vector<std::string> found;
  for (const Mutant& mutant : MutantsOf(parsed.layout.catalog, parsed.document)) {
    found.push_back(std::to_string(mutant.span.line) + ": " + mutant.what);
  }
  CHECK(found.size() == kExpected.size());
  for (size_t i = 0; i < std::max(found.size(), kExpected.size()); ++i) {
    CHECK((i < found.size() ? found[i] : "none") ==
          (i < kExpected.size() ? kExpected[i] : "none"));
  }
}

TEST_CASE("a mutant is another policy, which reads and compiles as it stands") {
  const Parsed parsed = Read();
  const std::string before = PrintDocument(parsed.layout.catalog, parsed.document);
  for (const Mutant& mutant : MutantsOf(parsed.layout.catalog, parsed.document)) {
    CAPTURE(mutant.what);
    Document changed = parsed.document;
    mutant.change(&changed);
    const std::string text = PrintDocument(parsed.layout.catalog, changed);
    CHECK(text != before);
    Diagnostics diagnostics;
    const auto read = ParsePolicy(parsed.layout.catalog, text, "mutant", &diagnostics);
    REQUIRE_MESSAGE(read.has_value(), diagnostics.Render(text));
    CHECK(PrintDocument(parsed.layout.catalog, *read) == text);
    CHECK(Compile(parsed.layout, changed, {.sift = false}, "mutant", &diagnostics).has_value());
  }
}

TEST_CASE("changes of a condition: none for a constant, none twice, none that is false") {
  const Parsed parsed = Read();
  for (const DecisionRules& decision : parsed.document.decisions) {
    for (const Rule& rule : decision.rules) {
      std::vector<std::string> texts = {rule.when.text, "false"};
      for (const ConditionChange& change : ChangesOf(parsed.layout.catalog, rule.when)) {
        CHECK(std::find(texts.begin(), texts.end(), change.made.text) == texts.end());
        texts.push_back(change.made.text);
      }
    }
  }
  CHECK(ChangesOf(parsed.layout.catalog, parsed.document.decisions[0].floor[1].when).empty());
}

}  // namespace
}  // namespace ringfence
