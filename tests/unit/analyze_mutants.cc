// The mutants of one policy that has every shape a condition can have, word for word with their
// lines; and that each of them is a policy.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analyze/mutants.h"
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
        { "id": "chain", "then": "busy",
          "when": "callee.calls_enabled && caller.verified && !callee.minor" },
        { "id": "numbers", "then": "same",
          "when": "call.age_s < 9 || caller.callees_1h in [1, 2]" },
        { "id": "members", "then": "same",
          "when": "call.media in ['audio', 'video'] ? caller.bot : caller.minor == callee.minor" },
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
    "3: default of 'calls_enabled': false made true",
    "3: default of 'call_audience': 'contacts' made 'everyone'",
    "3: default of 'call_audience': 'contacts' made 'community'",
    "3: default of 'call_audience': 'contacts' made 'friends_of_friends'",
    "3: default of 'call_audience': 'contacts' made 'friends'",
    "3: default of 'call_audience': 'contacts' made 'favorites'",
    "3: default of 'call_audience': 'contacts' made 'nobody'",
    "0: default of 'verified', the catalog's: false made true",
    "0: default of 'minor', the catalog's: false made true",
    "0: default of 'bot', the catalog's: false made true",
    "0: default of 'premium', the catalog's: false made true",
    "0: default of 'relay_calls', the catalog's: false made true",
    "0: unknown_callee: 'refuse' made 'busy'",
    "8: rules: combined by 'deny-overrides' instead of 'first-applicable'",
    "8: rules: combined by 'permit-overrides' instead of 'first-applicable'",
    "8: rules: combined by 'highest' instead of 'first-applicable'",
    "10: rule 'blocked': taken out",
    "10: rule 'blocked': 'busy' made 'ring'",
    "10: rule 'blocked': 'busy' made 'refuse'",
    "10: rule 'blocked': 'busy' made 'same'",
    "10: rule 'blocked': moved out of the floor, behind all rules",
    "10: rule 'blocked': '!' put before callee.blocks(caller)",
    "10: rule 'blocked': callee.blocks(caller) made true",
    "11: rule 'constant': taken out",
    "11: rule 'constant': 'refuse' made 'ring'",
    "11: rule 'constant': 'refuse' made 'busy'",
    "11: rule 'constant': moved before rule 'blocked'",
    "11: rule 'constant': moved out of the floor, behind all rules",
    "14: rule 'chain': taken out",
    "14: rule 'chain': 'busy' made 'ring'",
    "14: rule 'chain': 'busy' made 'refuse'",
    "14: rule 'chain': 'busy' made 'same'",
    "15: rule 'chain': '!' put before callee.calls_enabled",
    "15: rule 'chain': callee.calls_enabled made true",
    "15: rule 'chain': '!' put before caller.verified",
    "15: rule 'chain': caller.verified made true",
    "15: rule 'chain': '!' taken from callee.minor",
    "15: rule 'chain': callee.minor made false",
    "15: rule 'chain': '&&' made '||' between callee.calls_enabled and caller.verified",
    "15: rule 'chain': '&&' made '||' between caller.verified and !callee.minor",
    "16: rule 'numbers': taken out",
    "16: rule 'numbers': 'same' made 'ring'",
    "16: rule 'numbers': 'same' made 'busy'",
    "16: rule 'numbers': moved before rule 'chain'",
    "17: rule 'numbers': '!' put before call.age_s < 9",
    "17: rule 'numbers': call.age_s < 9 made true",
    "17: rule 'numbers': call.age_s < 9 made false",
    "17: rule 'numbers': call.age_s < 9 made <=",
    "17: rule 'numbers': '!' put before caller.callees_1h in [1, 2]",
    "17: rule 'numbers': caller.callees_1h in [1, 2] made false",
    "17: rule 'numbers': 1 taken out of caller.callees_1h in [1, 2]",
    "17: rule 'numbers': 2 taken out of caller.callees_1h in [1, 2]",
    "17: rule 'numbers': '||' made '&&' between call.age_s < 9 and caller.callees_1h in [1, 2]",
    "18: rule 'members': taken out",
    "18: rule 'members': 'same' made 'ring'",
    "18: rule 'members': 'same' made 'busy'",
    "18: rule 'members': moved before rule 'numbers'",
    "19: rule 'members': '!' put before call.media in ['audio', 'video']",
    "19: rule 'members': call.media in ['audio', 'video'] made true",
    "19: rule 'members': call.media in ['audio', 'video'] made false",
    "19: rule 'members': 'audio' taken out of call.media in ['audio', 'video']",
    "19: rule 'members': 'video' taken out of call.media in ['audio', 'video']",
    "19: rule 'members': '!' put before caller.bot",
    "19: rule 'members': caller.bot made true",
    "19: rule 'members': caller.bot made false",
    "19: rule 'members': '!' put before caller.minor == callee.minor",
    "19: rule 'members': caller.minor == callee.minor made true",
    "19: rule 'members': caller.minor == callee.minor made false",
    "19: rule 'members': the sides of ':' exchanged after call.media in ['audio', 'video']",
    "20: rule 'negated': taken out",
    "20: rule 'negated': 'busy' made 'ring'",
    "20: rule 'negated': 'busy' made 'refuse'",
    "20: rule 'negated': 'busy' made 'same'",
    "20: rule 'negated': moved before rule 'members'",
    "20: rule 'negated': '!' put before callee.follows(caller)",
    "20: rule 'negated': callee.follows(caller) made false",
    "20: rule 'negated': '!' put before caller.premium",
    "20: rule 'negated': caller.premium made false",
    "20: rule 'negated': '||' made '&&' between callee.follows(caller) and caller.premium",
    "20: rule 'negated': '!' taken from callee.follows(caller) || caller.premium",
    "22: otherwise: 'refuse' made 'ring'",
    "22: otherwise: 'refuse' made 'busy'",
    "22: on_unavailable: 'busy' made 'ring'",
    "22: on_unavailable: 'busy' made 'refuse'",
    "22: on_unavailable: 'busy' made 'same'",
    "24: rules of 'path': combined by 'highest' instead of 'first-applicable'",
    "26: rule 'asked' of 'path': taken out",
    "26: rule 'asked' of 'path': 'relay' made 'direct'",
    "26: rule 'asked' of 'path': '!' put before callee.relay_calls",
    "26: rule 'asked' of 'path': callee.relay_calls made true",
    "27: otherwise of 'path': 'direct' made 'relay'",
    "27: on_unavailable of 'path': 'relay' made 'direct'",
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
    CHECK((i < found.size() ? found[i] : "none") == (i < kExpected.size() ? kExpected[i] : "none"));
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
