// The spelling of conditions and the layout of policies: what is made alike, what stays, and that
// no digest changes, on fixed and on random conditions.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "policy/cel_format.h"
#include "policy/format.h"
#include "unit/policy_text.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

std::string Spelt(const std::string& condition) {
  REQUIRE_MESSAGE(ParseConditionText(condition).condition.has_value(),
                  ParseConditionText(condition).diagnostics);
  std::string spelt = RespellCondition(Catalog::Standard(), condition);
  CHECK(RespellCondition(Catalog::Standard(), spelt) == spelt);
  CHECK(ParseConditionText(spelt).text() == ParseConditionText(condition).text());
  return spelt;
}

TEST_CASE("blanks, quotes and needless parentheses") {
  CHECK(Spelt("(callee.known)&&((caller.known))") == "callee.known && caller.known");
  CHECK(Spelt("call.media==\"video\"") == "call.media == 'video'");
  CHECK(Spelt("callee.known&&(caller.known||callee.minor)") ==
        "callee.known && (caller.known || callee.minor)");
  CHECK(Spelt("callee.known || (caller.known && callee.minor)") ==
        "callee.known || caller.known && callee.minor");
  CHECK(Spelt("!( callee.known )") == "!callee.known");
  CHECK(Spelt("!(call.media == 'video')") == "!(call.media == 'video')");
  CHECK(Spelt("!(!(!callee.known))") == "!callee.known");
  CHECK(Spelt("(callee.known ? caller.known : callee.minor) ? true : false") ==
        "(callee.known ? caller.known : callee.minor) ? true : false");
  CHECK(Spelt("callee . follows ( caller )") == "callee.follows(caller)");
  CHECK(Spelt("callee.known\n  && caller.known") == "callee.known && caller.known");
}

TEST_CASE("facts stand on the left, lists in order") {
  CHECK(Spelt("'video' == call.media") == "call.media == 'video'");
  CHECK(Spelt("5 < callee.attempts_1h(caller)") == "callee.attempts_1h(caller) > 5");
  CHECK(Spelt("call.media in ['video', 'audio',]") == "call.media in ['audio', 'video']");
  CHECK(Spelt("call.tenant in [7, 0x10, 3]") == "call.tenant in [3, 7, 16]");
  CHECK(Spelt("call.media in []") == "call.media in []");
  CHECK(Spelt("callee.dnd == caller.dnd") == "callee.dnd == caller.dnd");
}

TEST_CASE("durations, constants and comments stay") {
  CHECK(Spelt("duration( \"15m\" )>=callee.since_attempt_ms(caller)") ==
        "callee.since_attempt_ms(caller) <= duration('15m')");
  CHECK(Spelt("true&&callee.known") == "true && callee.known");
  CHECK(Spelt("call.tenant in [7, 3, 7]") == "call.tenant in [3, 7, 7]");  // lint warns of it
  CHECK(Spelt("callee.known&&true // for now") == "callee.known&&true // for now");
  CHECK(Spelt("call.tenant>- 0") == "call.tenant > 0");
}

std::optional<std::string> Formatted(const std::string& text, std::string* diagnostics = nullptr) {
  Diagnostics found;
  auto formatted = FormatPolicyText(Catalog::Standard(), text, "p.json", &found);
  CHECK(formatted.has_value() != found.HasErrors());
  CAPTURE(found.Render(text));
  if (diagnostics != nullptr) *diagnostics = found.Render(text);
  return formatted;
}

TEST_CASE("a policy is laid out with its conditions, wherever they are") {
  const auto formatted = Formatted(
      R"json({"policy":"p","$schema":"x","catalog":1,"unknown_callee":"refuse",)json"
      R"json("decisions":{"ring":{)json"
      R"json("floor":[{"id":"a","when":"(callee.minor)","then":"refuse"}],"rules":[)json"
      R"json({"id":"b","when":"callee.known // \"why\"","then":"ring"}],"otherwise":"refuse",)json"
      R"json("on_unavailable":"refuse"}},)json"
      R"json("invariants":[{"id":"i","that":"\"a\"!=ring.rule"}]})json");
  REQUIRE(formatted.has_value());
  CHECK(*formatted ==
        R"({
  "policy": "p",
  "$schema": "x",
  "catalog": 1,
  "unknown_callee": "refuse",
  "decisions": {
    "ring": {
      "floor": [{ "id": "a", "when": "callee.minor", "then": "refuse" }],
      "rules": [{ "id": "b", "when": "callee.known // \"why\"", "then": "ring" }],
      "otherwise": "refuse",
      "on_unavailable": "refuse"
    }
  },
  "invariants": [{ "id": "i", "that": "ring.rule != 'a'" }]
}
)");
}

TEST_CASE("a policy with errors is not laid out, and all of them are told") {
  std::string diagnostics;
  CHECK(!Formatted(PolicyWith(R"({"id":"a","when":"callee.x","then":"y"})"), &diagnostics));
  CHECK(diagnostics.find("unknown fact") != std::string::npos);
  CHECK(diagnostics.find("unknown outcome") != std::string::npos);
}

TEST_CASE("a condition that blanks would make too long stays as it is") {
  std::string condition = "callee.relay_calls";
  while (condition.size() + 20 <= kMaxConditionBytes) condition += "&&callee.relay_calls";
  const auto formatted =
      Formatted(PolicyWith(R"({"id":"a","when":")" + condition + R"(","then":"ring"})"));
  REQUIRE(formatted.has_value());
  CHECK(formatted->find(condition) != std::string::npos);
}

TEST_CASE("a policy that its layout makes too large is refused") {
  std::string rules;
  for (int i = 0; i < 4096; ++i) {
    rules += (i == 0 ? "" : ",") + std::string(R"({"id":"r)") + std::to_string(i) +
             R"(","when":"callee.known","doc":")" + std::string(150, 'x') + R"(","then":"ring"})";
  }
  std::string diagnostics;
  const std::string text = PolicyWith(rules);
  REQUIRE(text.size() < kMaxJsonBytes);
  REQUIRE(ParsePolicyText(text).document.has_value());
  CHECK(!Formatted(text, &diagnostics));
  CHECK(diagnostics.find("laid out, the text has") != std::string::npos);
}

class RandomCondition {
 public:
  explicit RandomCondition(uint64_t seed) : random_(seed) {}

  std::string Make(size_t depth = 0) {
    const size_t kind = Below(depth < 4 ? 8 : 4);
    const std::string open = Below(3) == 0 ? "((" : "(", close = open.size() == 2 ? "))" : ")";
    const std::string b = Below(2) == 0 ? " " : "";
    if (kind < 4) return Leaf(b);
    if (kind == 4) return open + Make(depth + 1) + close + b + "&&" + b + Make(depth + 1);
    if (kind == 5) return open + Make(depth + 1) + b + "||" + b + Make(depth + 1) + close;
    if (kind == 6) return "!" + b + open + Make(depth + 1) + close;
    return open + Make(depth + 1) + "?" + b + Make(depth + 1) + ":" + b + Make(depth + 1) + close;
  }

 private:
  size_t Below(size_t count) { return random_() % count; }

  std::string Leaf(const std::string& b) {
    static const std::vector<std::string> leaves = {
        "callee.known",
        "!!callee.minor",
        "true",
        "call.media==\"audio\"",
        "'video'!=call.media",
        "call.media in ['video', \"audio\"]",
        "0x5<=callee.attempts_1h(caller)",
        "callee.since_attempt_ms(caller)<duration('90s')",
        "call.tenant in[9,1]",
        "(callee.known)==(caller.known)",
        "callee . follows ( caller )"};
    return b + leaves[Below(leaves.size())];
  }

  std::mt19937_64 random_;
};

TEST_CASE("however a condition is written, its spelling means the same and is its own spelling") {
  RandomCondition conditions(Seed());
  for (int i = 0; i < 3000; ++i) {
    const std::string condition = conditions.Make();
    CAPTURE(condition);
    const std::string spelt = Spelt(condition);
    CHECK(spelt.find('"') == std::string::npos);
  }
}

}  // namespace
}  // namespace ringfence
