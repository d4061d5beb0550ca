// Running cases: what passes, what fails and how a failure reads, and what is counted as covered.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "cases/cases.h"
#include "compile/compile.h"

namespace ringfence {
namespace {

constexpr std::string_view kPolicy = R"json({
  "policy": "small", "catalog": 1,
  "outcomes": {
    "later": { "effect": "refuse", "signal": "retry_later", "retry_after": 180 } },
  "unknown_callee": "refuse",
  "decisions": {
    "ring": {
      "floor": [ { "id": "blocked", "when": "callee.blocks(caller)", "then": "refuse" } ],
      "rules": [
        { "id": "night", "when": "call.media == 'video' && callee.premium", "then": "later" },
        { "id": "followed", "when": "callee.follows(caller) || callee.allow_everyone",
          "then": "ring" } ],
      "otherwise": "refuse", "on_unavailable": "refuse" },
    "path": { "values": ["direct", "relay"],
      "rules": [ { "id": "asked", "when": "callee.relay_calls", "then": "relay" } ],
      "otherwise": "direct", "on_unavailable": "relay" } } })json";

struct World {
  Layout layout{Catalog::Standard()};
  Document document;
  Program program;
};

const World& Small() {
  static const World* const world = [] {
    auto* made = new World;
    Diagnostics diagnostics;
    auto document = ParsePolicy(made->layout.catalog, kPolicy, "small.json", &diagnostics);
    REQUIRE_MESSAGE(document.has_value(), diagnostics.Render(kPolicy));
    made->document = *document;
    auto program =
        Compile(made->layout, made->document, CompileOptions{}, "small.json", &diagnostics);
    REQUIRE_MESSAGE(program.has_value(), diagnostics.Render(kPolicy));
    made->program = *program;
    return made;
  }();
  return *world;
}

CasesReport Run(const std::string& cases) {
  const World& world = Small();
  const std::string text = "{ \"policy\": \"p.json\", \"cases\": [" + cases + "] }";
  Diagnostics diagnostics;
  auto file = ParseCases(world.layout.catalog, world.document, text, "c.json", &diagnostics);
  REQUIRE_MESSAGE(file.has_value(), diagnostics.Render(text));
  return RunCaseFile(world.layout, world.program, *file);
}

/// The differences of a single case, a line each.
std::string Differences(const std::string& inside) {
  const CasesReport report = Run("{ \"name\": \"a\", " + inside + " }");
  std::string lines;
  if (report.failures.empty()) return lines;
  for (const std::string& difference : report.failures[0].differences) lines += difference + "\n";
  return lines;
}

TEST_CASE("every field that can be expected is compared") {
  CHECK(Differences(R"json("facts": { "callee.follows(caller)": true, "callee.relay_calls": true },
      "expect": { "effect": "ring", "outcome": "ring", "rule": "followed", "reason": "followed",
                  "signal": "ringing", "record": "missed", "basis": "complete", "sip": 180,
                  "retry_after": 0, "path": "relay" })json") == "");
  CHECK(Differences(R"json("facts": { "callee.premium": true }, "call": { "media": "video" },
      "expect": { "effect": "ring", "outcome": "ring", "rule": "followed", "reason": "because",
                  "signal": "ringing", "told": "hello", "record": "missed", "basis": "partial",
                  "sip": 181, "retry_after": 1, "path": "direct" })json") ==
        "effect: expected ring, got refuse\n"
        "outcome: expected ring, got later\n"
        "rule: expected followed, got night\n"
        "reason: expected because, got night\n"
        "signal: expected ringing, got retry_later\n"
        "told: expected hello, got retry_later\n"
        "record: expected missed, got nothing\n"
        "basis: expected partial, got complete\n"
        "sip: expected 181, got 480\n"
        "retry_after: expected 1, got 180\n"
        "path: expected direct, got null\n");
}

TEST_CASE("null is a value: a path where none is expected, and none where one is") {
  const std::string ring = R"json("facts": { "callee.follows(caller)": true }, )json";
  CHECK(Differences(ring + R"json("expect": { "path": null })json") ==
        "path: expected null, got direct\n");
  CHECK(Differences(R"json("expect": { "path": null })json") == "");
}

TEST_CASE("a name the policy does not have is told apart from a wrong one") {
  CHECK(Differences(R"json("expect": { "rule": "folowed" })json") ==
        "rule: expected folowed, got otherwise (the policy has no rule 'folowed'; did you "
        "mean 'followed'?)\n");
  CHECK(Differences(R"json("expect": { "outcome": "sooner" })json") ==
        "outcome: expected sooner, got refuse (the policy has no outcome 'sooner')\n");
  CHECK(
      Differences(
          R"json("facts": { "callee.follows(caller)": true }, "expect": { "path": "rely" })json") ==
      "path: expected rely, got direct (the policy has no value of 'path' 'rely'; did you "
      "mean 'relay'?)\n");
}

TEST_CASE("unset, false, absent and unavailable are four things") {
  CHECK(
      Differences(R"json("facts": { "callee.relay_calls": "unset", "callee.follows(caller)": true },
      "expect": { "path": "direct" })json") == "");
  CHECK(Differences(R"json("facts": { "callee.relay_calls": "unavailable",
                                  "callee.follows(caller)": true },
      "expect": { "path": "relay", "basis": "complete" })json") == "");
  CHECK(Differences(R"json("facts": { "callee.known": false },
      "expect": { "rule": "unknown_callee" })json") == "");
  CHECK(
      Differences(R"json("facts": { "callee.known": "unavailable", "callee.follows(caller)": true },
      "expect": { "rule": "on_unavailable", "basis": "on_unavailable" })json") == "");
  CHECK(Differences(R"json("facts": { "callee.follows(caller)": "unavailable",
                                  "callee.allow_everyone": true },
      "expect": { "rule": "followed", "basis": "complete" })json") == "");
  CHECK(Differences(R"json("facts": { "callee.follows(caller)": "unavailable" },
      "expect": { "rule": "on_unavailable" })json") == "");
  CHECK(Differences(R"json("facts": { "callee.premium": true }, "call": { "media": "unavailable" },
      "expect": { "rule": "on_unavailable" })json") == "");
}

TEST_CASE("caller and callee can be one account, or the caller none") {
  CHECK(Differences(R"json("call": { "same_account": true },
      "expect": { "rule": "otherwise" })json") == "");
  CHECK(Differences(R"json("caller_without_account": true,
      "facts": { "callee.allow_everyone": true },
      "expect": { "effect": "ring", "basis": "complete" })json") == "");
}

TEST_CASE("a failure is explained by facts and rules up to the deciding one") {
  const CasesReport report = Run(R"json({ "name": "a", "ref": "r",
      "facts": { "callee.follows(caller)": true },
      "expect": { "effect": "refuse" } })json");
  REQUIRE(report.failures.size() == 1);
  CHECK(report.failures[0].name == "a");
  CHECK(report.failures[0].ref == "r");
  CHECK(report.failures[0].explanation ==
        "followed: callee follows caller\n"
        "facts:\n"
        "  callee.known = true\n"
        "  callee.allow_everyone = false (default)\n"
        "  callee.relay_calls = false (default)\n"
        "  callee.premium = false (default)\n"
        "  callee.follows(caller) = true\n"
        "  callee.blocks(caller) = false\n"
        "  call.media = unspecified\n"
        "ring:\n"
        "  unknown_callee: false: !callee.known\n"
        "  blocked: false: callee.blocks(caller)\n"
        "  night: false: call.media == 'video' && callee.premium\n"
        "  followed: true: callee.follows(caller) || callee.allow_everyone -> ring\n"
        "path:\n"
        "  asked: false: callee.relay_calls\n"
        "  otherwise -> direct\n");
}

TEST_CASE("a report names the cases in order, passed or not") {
  const CasesReport report = Run(R"json({ "name": "a", "expect": { "effect": "refuse" } },
      { "name": "b", "ref": "r", "facts": { "callee.premium": true },
        "expect": { "effect": "ring" } })json");
  CHECK(report.policy_name == "small");
  CHECK(report.policy_file == "p.json");
  REQUIRE(report.cases.size() == 2);
  CHECK(report.cases[0].passed);
  CHECK(!report.cases[1].passed);
  CHECK(report.cases[1].ref == "r");
  CHECK(report.failures.size() == 1);
}

uint64_t Decided(const Coverage& coverage, std::string_view decision, std::string_view rule) {
  for (const Coverage::RuleCoverage& one : coverage.rules) {
    if (one.decision == decision && one.rule == rule) return one.decided;
  }
  FAIL("no rule " << rule);
  return 0;
}

/// "true/false" counts of one test.
std::string Sides(const Coverage& coverage, std::string_view rule, std::string_view text) {
  for (const Coverage::ConditionCoverage& one : coverage.conditions) {
    if (one.rule == rule && one.text == text) {
      return std::to_string(one.seen_true) + "/" + std::to_string(one.seen_false);
    }
  }
  return "none";
}

TEST_CASE("coverage counts deciding rules and both sides of tests up to them") {
  const Coverage one = Run(R"json({ "name": "a", "facts": { "callee.follows(caller)": true },
                                "expect": { "effect": "ring" } })json")
                           .coverage;
  CHECK(!one.Complete());
  CHECK(one.rules.size() == 9);  // six of ring, three of path
  CHECK(Decided(one, "ring", "followed") == 1);
  CHECK(Decided(one, "ring", "blocked") == 0);
  CHECK(Decided(one, "path", "otherwise") == 1);
  CHECK(Decided(one, "path", "on_unavailable") == 0);
  CHECK(Sides(one, "unknown_callee", "callee.known") == "1/0");
  CHECK(Sides(one, "blocked", "callee.blocks(caller)") == "0/1");
  CHECK(Sides(one, "night", "call.media == 'video'") == "0/1");
  CHECK(Sides(one, "night", "callee.premium") == "0/1");
  // Both sides of an || count, though the first settles it.
  CHECK(Sides(one, "followed", "callee.follows(caller)") == "1/0");
  CHECK(Sides(one, "followed", "callee.allow_everyone") == "0/1");
  CHECK(Sides(one, "asked", "callee.relay_calls") == "0/1");

  // A rule after the deciding one is not reached, nor any of a decision that is not made.
  const Coverage blocked = Run(R"json({ "name": "a", "facts": { "callee.blocks(caller)": true },
           "expect": { "effect": "refuse" } })json")
                               .coverage;
  CHECK(Sides(blocked, "blocked", "callee.blocks(caller)") == "1/0");
  CHECK(Sides(blocked, "night", "callee.premium") == "0/0");
  CHECK(Sides(blocked, "asked", "callee.relay_calls") == "0/0");
}

TEST_CASE("a test whose fact could not be read counts for neither side") {
  const Coverage some = Run(R"json({ "name": "a", "facts": { "callee.blocks(caller)": "unavailable",
                                                         "callee.premium": true },
                                 "call": { "media": "video" },
                                 "expect": { "rule": "on_unavailable" } })json")
                            .coverage;
  CHECK(Decided(some, "ring", "on_unavailable") == 1);
  CHECK(Sides(some, "blocked", "callee.blocks(caller)") == "0/0");
  CHECK(Sides(some, "night", "callee.premium") == "0/0");
  const Coverage partial =
      Run(R"json({ "name": "a", "facts": { "callee.blocks(caller)": "unavailable" },
           "expect": { "rule": "blocked", "basis": "partial" } })json")
          .coverage;
  CHECK(Sides(partial, "blocked", "callee.blocks(caller)") == "0/0");
  CHECK(Sides(partial, "unknown_callee", "callee.known") == "1/0");
}

TEST_CASE("coverage is complete when nothing is missing, and only then") {
  const std::vector<std::string> cases = {
      R"json({ "name": "unknown", "facts": { "callee.known": false },
           "expect": { "effect": "refuse" } })json",
      R"json({ "name": "blocked", "facts": { "callee.blocks(caller)": true },
           "expect": { "effect": "refuse" } })json",
      R"json({ "name": "night", "facts": { "callee.premium": true }, "call": { "media": "video" },
           "expect": { "rule": "night" } })json",
      R"json({ "name": "followed", "facts": { "callee.follows(caller)": true },
           "expect": { "path": "direct" } })json",
      R"json({ "name": "everyone", "facts": { "callee.allow_everyone": true,
           "callee.relay_calls": true }, "expect": { "path": "relay" } })json",
      R"json({ "name": "otherwise", "expect": { "rule": "otherwise" } })json",
      R"json({ "name": "unreadable", "facts": { "callee.blocks(caller)": "unavailable",
           "callee.follows(caller)": true }, "expect": { "rule": "on_unavailable" } })json",
      R"json({ "name": "path unreadable", "facts": { "callee.relay_calls": "unavailable",
           "callee.follows(caller)": true }, "expect": { "path": "relay" } })json",
  };
  for (size_t without = 0; without <= cases.size(); ++without) {
    std::string text;
    for (size_t i = 0; i < cases.size(); ++i) {
      if (i != without) text += (text.empty() ? "" : ",") + cases[i];
    }
    const CasesReport report = Run(text);
    CHECK(report.failures.empty());
    const bool needed = without < cases.size();
    CAPTURE(without);
    CHECK(report.coverage.Complete() == !needed);
  }
}

}  // namespace
}  // namespace ringfence
