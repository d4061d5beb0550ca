// Policies: the document a text gives, bad input, and every limit at it and one past it. The words
// of the errors are in tests/golden/diagnostics.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "unit/policy_text.h"

namespace ringfence {
namespace {

template <class Make>
std::string Repeated(size_t count, const Make& make) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + make(std::to_string(i));
  return text;
}

std::string RuleText(const std::string& id, const std::string& when = "callee.premium",
                     const std::string& more = "") {
  return R"({ "id": ")" + id + R"(", "when": ")" + when + R"(", "then": "ring")" + more + " }";
}

void CheckLimit(const std::string& at, const std::string& past, const std::string& message) {
  const ParsedPolicy most = ParsePolicyText(at);
  CHECK_MESSAGE(most.document.has_value(), most.diagnostics);
  const ParsedPolicy more = ParsePolicyText(past);
  CHECK_FALSE(more.document.has_value());
  CHECK_MESSAGE(more.diagnostics.find(message) != std::string::npos, more.diagnostics);
}

TEST_CASE("a document has what its text says") {
  const ParsedPolicy parsed = ParsePolicyText(R"json({
    "policy": "example", "catalog": 1,
    "defaults": { "premium": true, "call_audience": "friends", "country": 44 },
    "outcomes": { "busy": { "effect": "refuse", "signal": "busy", "record": "missed", "rank": -3 },
                  "later": { "effect": "refuse", "signal": "retry_later", "retry_after": 60,
                             "told": "soon" } },
    "unknown_callee": "busy",
    "decisions": {
      "path": { "values": ["direct", "relay"], "combine": "highest", "rules": [],
                "otherwise": "direct", "on_unavailable": "relay" },
      "ring": { "combine": "deny-overrides",
        "floor": [ { "id": "a", "when": "callee.blocks(caller)", "then": "busy" } ],
        "rules": [ { "id": "b", "when": "true", "then": "ring", "reason": "because" } ],
        "otherwise": { "then": "later", "reason": "wait" }, "on_unavailable": "refuse" } },
    "invariants": [
      { "id": "i", "that": "ring.rule in ['b', 'a'] || path.outcome != 'relay'" } ],
    "discloses": [ { "fact": "callee.blocks(caller)", "why": "it is said so" } ] })json");
  REQUIRE_MESSAGE(parsed.document.has_value(), parsed.diagnostics);
  const Document& document = *parsed.document;
  CHECK(document.name == "example");
  CHECK(document.file == "policy.json");
  REQUIRE(document.outcomes.size() == 4);
  CHECK(document.outcomes[0].name == "ring");
  CHECK(document.outcomes[0].effect == Effect::kRing);
  CHECK(document.outcomes[0].sip_status == 180);
  CHECK(document.outcomes[0].record == Record::kMissed);
  CHECK(document.outcomes[1].name == "refuse");
  CHECK(document.outcomes[1].signal == Signal::kOffline);
  CHECK(document.outcomes[1].told == DefaultTold(Signal::kOffline));
  CHECK(document.outcomes[1].built_in);
  CHECK(document.outcomes[2].sip_status == 486);
  CHECK(document.outcomes[2].rank == -3);
  CHECK(document.outcomes[3].retry_after_s == 60);
  CHECK(document.outcomes[3].told == "soon");
  CHECK(document.unknown_callee == 2);
  REQUIRE(document.decisions.size() == 2);
  const DecisionRules& ring = document.decisions[0];
  CHECK(ring.name == "ring");
  CHECK(ring.combine == Combine::kDenyOverrides);
  CHECK(ring.floor[0].then == 2);
  CHECK(ring.floor[0].reason == "a");
  CHECK(ring.rules[0].reason == "because");
  CHECK(ring.otherwise.id == "otherwise");
  CHECK(ring.otherwise.then == 3);
  CHECK(ring.otherwise.reason == "wait");
  CHECK(ring.otherwise.when.text == "true");
  CHECK(document.decisions[1].values == std::vector<std::string>{"direct", "relay"});
  CHECK(document.decisions[1].on_unavailable.then == 1);
  REQUIRE(document.invariants.size() == 1);
  const Invariant& invariant = document.invariants[0];
  REQUIRE(invariant.terms.size() == 2);
  CHECK(invariant.terms[0].texts == std::vector<std::string>{"a", "b"});
  CHECK(invariant.terms[1].decision == 1);
  CHECK_FALSE(invariant.terms[1].equal);
  CHECK(invariant.that.nodes[1].fact == Invariant::kTermFact + 1);
  CHECK(invariant.that.text == "ring.rule in ['a', 'b'] || path.outcome != 'relay'");
  REQUIRE(document.discloses.size() == 1);
  CHECK(document.discloses[0].fact == *Catalog::Standard().Find("callee.blocks(caller)"));
  CHECK(document.discloses[0].why == "it is said so");
}

TEST_CASE("a default is the same on both sides of a call") {
  const Catalog& catalog = Catalog::Standard();
  const ParsedPolicy parsed = ParsePolicyText(
      R"({ "policy": "p", "catalog": 1, "defaults": { "country": 44, "calls_enabled": false },
           "unknown_callee": "refuse", "decisions": { "ring": {
           "rules": [], "otherwise": "refuse", "on_unavailable": "refuse" } } })");
  REQUIRE_MESSAGE(parsed.document.has_value(), parsed.diagnostics);
  for (const char* party : {"callee.", "caller."}) {
    const auto value = [&](const std::string& entry) {
      return DefaultValue(catalog, *parsed.document, *catalog.Find(party + entry));
    };
    CHECK(value("country") == 44);
    CHECK(value("calls_enabled") == 0);
    CHECK(value("allow_followed") == 1);  // the catalog's
  }
}

TEST_CASE("texts that are no policy") {
  const std::string good = PolicyWith(RuleText("a"));
  REQUIRE(ParsePolicyText(good).document.has_value());
  const std::vector<std::string> bad = {
      "",
      " ",
      "null",
      "\"policy\"",
      "[]",
      "{}",
      "{} {}",
      good + "x",
      good + std::string(1, '\0'),
      "\xEF\xBB\xBF" + good,
      "// \xFF\n" + good,
      std::string(kMaxJsonBytes + 1, ' '),
      std::string(70, '[') + std::string(70, ']'),
      PolicyWith(RuleText("a", "call.media == 'vid\xC3'")),
      PolicyWith(R"({ "id": "a", "id": "b", "when": "true", "then": "ring" })"),
      PolicyWith(RuleText("a"), R"("x": { "effect": "refuse" }, "x": { "effect": "refuse" })"),
      PolicyWith(R"({ "id": "a", "when": null, "then": "ring" })"),
      PolicyWith(R"({ "id": "a", "when": "true", "then": 1.5 })"),
      PolicyWith(RuleText("a", "callee.premium\\u0000")),
  };
  for (const std::string& text : bad) {
    CAPTURE(text.substr(0, 100));
    const ParsedPolicy parsed = ParsePolicyText(text);
    CHECK_FALSE(parsed.document.has_value());
    CHECK(parsed.errors >= 1);
  }
  for (size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(ParsePolicyText(good.substr(0, size)).document.has_value());
  }
}

TEST_CASE("errors beyond the limit are counted, and cost no guessing") {
  const std::string text = PolicyWith(Repeated(4096, [](const std::string& i) {
    return RuleText("a" + i, "callee.premum && callee.bott");
  }));
  const ParsedPolicy parsed = ParsePolicyText(text);
  CHECK(parsed.errors == 2 * 4096);
  CHECK(parsed.diagnostics.find("8092 more errors not shown") != std::string::npos);
}

TEST_CASE("rules: at the limit and one past it, floor and others together") {
  const auto rules = [](size_t count) {
    return Repeated(count, [](const std::string& i) { return RuleText("r" + i, "caller.bot"); });
  };
  CheckLimit(PolicyWith(rules(kMaxRules)), PolicyWith(rules(kMaxRules + 1)), "at most 4096 rules");
  const auto with_floor = [&](size_t count) {
    std::string text = PolicyWith(rules(count));
    return text.insert(text.find("\"rules\""), R"("floor": [ )" + RuleText("floor") + " ], ");
  };
  CheckLimit(with_floor(kMaxRules - 1), with_floor(kMaxRules), "at most 4096 rules");
}

TEST_CASE("outcomes: at the limit and one past it") {
  const auto outcomes = [](size_t count) {
    return PolicyWith(RuleText("a"), Repeated(count, [](const std::string& i) {
                        return "\"o" + i + R"(": { "effect": "refuse" })";
                      }));
  };
  CheckLimit(outcomes(kMaxOutcomes - 2), outcomes(kMaxOutcomes - 1), "at most 62 outcomes");
}

TEST_CASE("decisions and their values: at the limit and one past it") {
  const auto decision = [](const std::string& name, size_t values) {
    return R"(, ")" + name + R"(": { "values": [ )" +
           Repeated(values, [](const std::string& i) { return "\"v" + i + "\""; }) +
           R"( ], "rules": [], "otherwise": "v0", "on_unavailable": "v0" })";
  };
  const auto decisions = [&](size_t count) {
    std::string more;
    for (size_t i = 1; i < count; ++i) more += decision("d" + std::to_string(i), 1);
    return PolicyWith(RuleText("a"), "", more);
  };
  CheckLimit(decisions(kMaxDecisions), decisions(kMaxDecisions + 1), "at most 8 decisions");
  const auto values = [&](size_t count) {
    return PolicyWith(RuleText("a"), "", decision("path", count));
  };
  CheckLimit(values(kMaxPathValues), values(kMaxPathValues + 1), "at most 16 values");
  CHECK_FALSE(ParsePolicyText(values(0)).document.has_value());
}

TEST_CASE("invariants: at the limit and one past it") {
  const auto invariants = [](size_t count) {
    std::string text = PolicyWith(RuleText("a"));
    text.pop_back();
    return text + R"(, "invariants": [ )" +
           Repeated(count,
                    [](const std::string& i) {
                      return R"({ "id": "i)" + i + R"(", "that": "ring.effect == 'ring'" })";
                    }) +
           " ] }";
  };
  CheckLimit(invariants(kMaxInvariants), invariants(kMaxInvariants + 1), "at most 256 invariants");
}

TEST_CASE("names, reasons and notes: at the limit and one past it") {
  const auto name = [](size_t size) { return PolicyWith(RuleText(std::string(size, 'a'))); };
  CheckLimit(name(kMaxNameBytes), name(kMaxNameBytes + 1), "a name of 65 bytes");
  const auto reason = [](size_t size) {
    return PolicyWith(
        RuleText("a", "callee.premium", R"(, "reason": ")" + std::string(size, 'x') + "\""));
  };
  CheckLimit(reason(kMaxReasonBytes), reason(kMaxReasonBytes + 1), "'reason' has 257 bytes");
  const auto doc = [](size_t size) {
    return PolicyWith(
        RuleText("a", "callee.premium", R"(, "doc": ")" + std::string(size, 'x') + "\""));
  };
  CheckLimit(doc(kMaxNoteBytes), doc(kMaxNoteBytes + 1), "'doc' has 1025 bytes");
}

TEST_CASE("the whole text: at the limit and one past it") {
  std::string text = PolicyWith(RuleText("a"));
  text += std::string(kMaxJsonBytes - text.size(), '\n');
  CHECK(ParsePolicyText(text).document.has_value());
  CHECK_FALSE(ParsePolicyText(text + "\n").document.has_value());
}

TEST_CASE("the shipped policies are clean") {
  for (const std::string name : {"default", "x-2023", "x-2024"}) {
    CAPTURE(name);
    std::ifstream stream(RINGFENCE_SOURCE_DIR "/rules/" + name + "/policy.json", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const ParsedPolicy parsed = ParsePolicyText(text);
    REQUIRE_MESSAGE(parsed.document.has_value(), parsed.diagnostics);
    CHECK(parsed.document->name == name);
    Diagnostics warnings;
    LintDocument(Catalog::Standard(), *parsed.document, &warnings);
    CHECK(warnings.Render(text) == "");
  }
}

}  // namespace
}  // namespace ringfence
