// cases.json: what is read, and every way in which it can be wrong.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "cases/cases.h"

namespace ringfence {
namespace {

constexpr std::string_view kPolicy = R"json({
  "policy": "small", "catalog": 1, "unknown_callee": "refuse",
  "decisions": {
    "ring": {
      "rules": [ { "id": "followed", "when": "callee.follows(caller)", "then": "ring" } ],
      "otherwise": "refuse", "on_unavailable": "refuse" },
    "quality": { "values": ["low", "high"], "rules": [],
      "otherwise": "low", "on_unavailable": "low" } } })json";

const Document& SmallPolicy() {
  static const Document document = [] {
    Diagnostics diagnostics;
    auto parsed = ParsePolicy(Catalog::Standard(), kPolicy, "small.json", &diagnostics);
    REQUIRE_MESSAGE(parsed.has_value(), diagnostics.Render(kPolicy));
    return *parsed;
  }();
  return document;
}

/// The file with this list of cases.
std::string FileWith(std::string_view cases) {
  return "{\n  \"policy\": \"p.json\",\n  \"cases\": [\n" + std::string(cases) + "\n] }";
}

CaseFile Read(const std::string& text) {
  Diagnostics diagnostics;
  auto file = ParseCases(Catalog::Standard(), SmallPolicy(), text, "c.json", &diagnostics);
  REQUIRE_MESSAGE(file.has_value(), diagnostics.Render(text));
  return *file;
}

std::string Errors(const std::string& text) {
  Diagnostics diagnostics;
  CHECK(!ParseCases(Catalog::Standard(), SmallPolicy(), text, "c.json", &diagnostics));
  return diagnostics.Render(text);
}

FactCode CodeOf(const Case& one, std::string_view fact) {
  return one.codes[*Catalog::Standard().Find(fact)];
}

TEST_CASE("facts, attributes of the call and expectations become codes and texts") {
  const CaseFile file = Read(FileWith(R"json({
    "name": "all kinds", "ref": "a source",
    "facts": { "callee.follows(caller)": true, "callee.allow_contacts": false,
               "callee.premium": "unset", "callee.contact(caller)": "match",
               "caller.cohort": 4711, "caller.verified": "unavailable" },
    "call": { "media": "video" },
    "expect": {
  "effect": "ring", "rule": "followed", "sip": 180, "path": null, "quality": "low" } })json"));
  CHECK(file.policy == "p.json");
  REQUIRE(file.cases.size() == 1);
  const Case& one = file.cases[0];
  CHECK(one.name == "all kinds");
  CHECK(one.ref == "a source");
  CHECK(CodeOf(one, "callee.follows(caller)") == 1);
  CHECK(CodeOf(one, "callee.allow_contacts") == 1);  // 0 is unset
  CHECK(CodeOf(one, "callee.premium") == 0);
  CHECK(CodeOf(one, "callee.contact(caller)") == 2);
  CHECK(CodeOf(one, "caller.cohort") == 4711);
  CHECK(CodeOf(one, "caller.verified") == kUnavailableCode);
  CHECK(CodeOf(one, "call.media") == 2);
  REQUIRE(one.expect.size() == 5);
  CHECK(one.expect[0].value == "ring");
  CHECK(one.expect[2].value == "180");
  CHECK(!one.expect[3].value.has_value());
  CHECK(one.expect[4].field == "quality");
}

TEST_CASE("what is not stated: known parties, nothing chosen, nothing related") {
  const CaseFile file =
      Read(FileWith(R"json({ "name": "a", "expect": { "effect": "refuse" } })json"));
  const Case& one = file.cases[0];
  CHECK(CodeOf(one, "callee.known") == 1);
  CHECK(CodeOf(one, "caller.known") == 1);
  CHECK(CodeOf(one, "callee.calls_enabled") == 0);
  CHECK(CodeOf(one, "callee.blocks(caller)") == 0);
  CHECK(CodeOf(one, "call.media") == 0);
  const FactId contact = *Catalog::Standard().Find("callee.contact(caller)");
  CHECK(one.codes[contact] == Catalog::Standard().fact(contact).absent_code);
}

TEST_CASE("an unknown account has absent values, not defaults") {
  const CaseFile file = Read(FileWith(
      R"json({ "name": "a", "facts": { "callee.known": false },
              "expect": { "effect": "refuse" } })json"));
  const FactId enabled = *Catalog::Standard().Find("callee.calls_enabled");
  CHECK(file.cases[0].codes[enabled] == Catalog::Standard().fact(enabled).absent_code + 1);
  CHECK(CodeOf(file.cases[0], "caller.calls_enabled") == 0);
}

TEST_CASE("a caller without an account is not known and has no cohort") {
  const CaseFile file = Read(FileWith(R"json({ "name": "a", "caller_without_account": true,
    "facts": { "callee.contact(caller)": "match" }, "expect": { "effect": "ring" } },
    { "name": "b", "caller_without_account": false, "expect": { "effect": "ring" } })json"));
  CHECK(file.cases[0].caller_without_account);
  CHECK(CodeOf(file.cases[0], "caller.known") == 0);
  CHECK(CodeOf(file.cases[0], "caller.cohort") == kUnavailableCode);
  CHECK(CodeOf(file.cases[0], "callee.contact(caller)") == 2);
  CHECK(!file.cases[1].caller_without_account);
  CHECK(CodeOf(file.cases[1], "caller.known") == 1);
}

TEST_CASE("one side of a symmetric relation states the other") {
  const CaseFile file = Read(FileWith(R"json({ "name": "a",
    "facts": { "caller.friend(callee)": true }, "expect": {
  "effect": "ring" } })json"));
  CHECK(CodeOf(file.cases[0], "callee.friend(caller)") == 1);
  CHECK(CodeOf(file.cases[0], "caller.friend(callee)") == 1);
}

TEST_CASE("a misspelt fact is shown with its place and the nearest name") {
  CHECK(Errors(FileWith(R"json({ "name": "a", "facts": { "callee.folows(caller)": true },)json"
                        R"json( "expect": { "effect": "ring" } })json")) ==
        "c.json:4:27: error: unknown fact 'callee.folows(caller)'\n"
        "{ \"name\": \"a\", \"facts\": { \"callee.folows(caller)\": true }, "
        "\"expect\": { \"effect\": \"ring\" } }\n"
        "                          ^~~~~~~~~~~~~~~~~~~~~~~\n"
        "  expected: a fact of the catalog\n"
        "  hint: did you mean 'callee.follows(caller)'?\n");
}

/// One thing that is wrong with a case, and a part of what is said about it.
struct Wrong {
  const char* text;
  const char* said;
};

TEST_CASE("everything wrong with a case is said") {
  constexpr const char* kEnd = R"json(, "expect": { "effect": "ring" } })json";
  const Wrong facts[] = {
      {R"json("facts": { "callee.known": 1 })json", "this is no value of callee.known"},
      {R"json("facts": { "callee.known": "unset" })json",
       "expected: true, false or \"unavailable\""},
      {R"json("facts": { "callee.premium": "yes" })json",
       "expected: true, false, \"unset\" or \"unavailable\""},
      {R"json("facts": { "callee.premium": null })json", "this is no value of callee.premium"},
      {R"json("facts": { "callee.premium": "unavailble" })json", "did you mean 'unavailable'?"},
      {R"json("facts": { "callee.contact(caller)": "mach" })json", "did you mean 'match'?"},
      {R"json("facts": { "caller.cohort": 10000 })json",
       "expected: an integer from 0 to 9999 or \"unavailable\""},
      {R"json("facts": { "caller.cohort": -1 })json", "this is no value of caller.cohort"},
      {R"json("facts": { "call.media": "video" })json", "'call.media' is an attribute of the call"},
      {R"json("facts": [])json", "\"facts\" is an array"},
      {R"json("call": { "medai": "video" })json", "unknown attribute of the call 'medai'"},
      {R"json("call": { "media": "radio" })json", "this is no value of call.media"},
      {R"json("call": true)json", "\"call\" is a boolean"},
      {R"json("fact": {})json", "did you mean 'facts'?"},
      {R"json("ref": 5)json", "\"ref\" is an integer"},
      {R"json("facts": { "callee.known": false, "callee.premium": true })json",
       "'callee.premium' contradicts callee.known, which is false"},
      {R"json("facts": { "caller.known": false, "callee.follows(caller)": true })json",
       "'callee.follows(caller)' contradicts caller.known, which is false"},
      {R"json("caller_without_account": 1)json", "\"caller_without_account\" is an integer"},
      {R"json("caller_without_account": true, "facts": { "caller.known": true })json",
       "'caller.known' contradicts \"caller_without_account\""},
      {R"json("caller_without_account": true, "facts": { "caller.cohort": 3 })json",
       "'caller.cohort' contradicts \"caller_without_account\""},
      {R"json("caller_without_account": true, "facts": { "caller.contact(callee)": "match" })json",
       "'caller.contact(callee)' contradicts \"caller_without_account\""},
      {R"json("caller_without_account": true, "call": { "same_account": true })json",
       "'call.same_account' contradicts \"caller_without_account\""},
      {R"json("caller_without_account": true, "facts": { "caller.premium": true })json",
       "'caller.premium' contradicts caller.known, which is false"},
      {R"json("facts": { "callee.friend(caller)": true, "caller.friend(callee)": false })json",
       "'callee.friend(caller)' contradicts 'caller.friend(callee)'"},
  };
  for (const Wrong& wrong : facts) {
    const std::string errors =
        Errors(FileWith(R"json({ "name": "a", )json" + std::string(wrong.text) + kEnd));
    CHECK_MESSAGE(errors.find(wrong.said) != std::string::npos, wrong.text, "\n", errors);
    CHECK(errors.find("c.json:4:") == 0);
  }
}

TEST_CASE("everything wrong with what is expected is said") {
  const Wrong expectations[] = {
      {R"json({ "effect": "rings" })json", "did you mean 'ring'?"},
      {R"json({ "signal": "busi" })json", "did you mean 'busy'?"},
      {R"json({ "record": 1 })json", "this is no value of \"record\""},
      {R"json({ "basis": "sure" })json", "complete, partial or on_unavailable"},
      {R"json({ "rule": "" })json", "a text that is not empty"},
      {R"json({ "rule": null })json", "a text that is not empty"},
      {R"json({ "sip": "480" })json", "an integer from 0"},
      {R"json({ "retry_after": -1 })json", "an integer from 0"},
      {R"json({ "path": 1 })json", "a text, or null where the call is refused"},
      {R"json({ "qualiti": "low" })json", "did you mean 'quality'?"},
      {R"json({})json", "a case that expects nothing"},
      {R"json([])json", "\"expect\" is an array"},
  };
  for (const Wrong& wrong : expectations) {
    const std::string errors =
        Errors(FileWith(R"json({ "name": "a", "expect": )json" + std::string(wrong.text) + " }"));
    CHECK_MESSAGE(errors.find(wrong.said) != std::string::npos, wrong.text, "\n", errors);
  }
}

TEST_CASE("everything wrong with the file is said") {
  const std::string long_name(kMaxReasonBytes + 1, 'n');
  const std::string fits(kMaxReasonBytes, 'n');
  const std::pair<std::string, const char*> files[] = {
      {"", "error"},
      {"[]", "a cases file is an array"},
      {R"json({ "cases": [ { "name": "a", "expect": { "effect": "ring" } } ] })json",
       "\"policy\" is missing"},
      {R"json({ "policy": "" })json", "\"policy\" cannot be this text"},
      {R"json({ "policy": "p.json" })json", "\"cases\" is missing"},
      {R"json({ "policy": "p.json", "cases": {} })json", "\"cases\" is an object"},
      {R"json({ "policy": "p.json", "cases": [] })json", "there is no case"},
      {FileWith("5"), "a case is an integer"},
      {FileWith(R"json({ "expect": { "effect": "ring" } })json"), "a case without a name"},
      {FileWith(R"json({ "name": "a" })json"), "a case that expects nothing"},
      {FileWith(R"json({ "name": "\u001b[2J", "expect": { "effect": "ring" } })json"),
       "\"name\" cannot be this text"},
      {FileWith("{ \"name\": \"" + long_name + "\", \"expect\": { \"effect\": \"ring\" } }"),
       "\"name\" cannot be this text"},
      {FileWith(R"json({ "name": "a", "name": "b", "expect": { "effect": "ring" } })json"),
       "error"},
  };
  for (const auto& [text, said] : files) {
    const std::string errors = Errors(text);
    CHECK_MESSAGE(errors.find(said) != std::string::npos, text, "\n", errors);
  }
  CHECK(Read(FileWith("{ \"name\": \"" + fits + "\", \"expect\": { \"effect\": \"ring\" } }"))
            .cases.size() == 1);
}

TEST_CASE("all errors of a file come in one run") {
  const std::string errors = Errors(FileWith(
      R"json({ "name": "a", "facts": { "x": 1 }, "expect": { "effect": "x" } },
              { "nam": "b" })json"));
  CHECK(errors.find("unknown fact 'x'") != std::string::npos);
  CHECK(errors.find("no value of \"effect\"") != std::string::npos);
  CHECK(errors.find("unknown key 'nam'") != std::string::npos);
  CHECK(errors.find("a case without a name") != std::string::npos);
}

TEST_CASE("two cases of one name are an error that names the other's line") {
  const std::string errors =
      Errors(FileWith("{ \"name\": \"a\", \"expect\": { \"effect\": \"ring\" } },\n"
                      "{ \"name\": \"a\", \"expect\": { \"rule\": \"followed\" } }"));
  CHECK(errors.find("c.json:5:11: error: two cases have the name 'a'") != std::string::npos);
  CHECK(errors.find("the other case is in line 4") != std::string::npos);
}

TEST_CASE("cases that contradict each other are an error that names both") {
  const std::string same = R"json("facts": { "callee.follows(caller)": true }, )json";
  const std::string errors =
      Errors(FileWith("{ \"name\": \"one\", " + same +
                      "\"expect\": { \"effect\": \"ring\", \"path\": null } },\n"
                      "{ \"name\": \"two\", " +
                      same +
                      "\"expect\": { \"effect\": \"refuse\" } },\n"
                      "{ \"name\": \"three\", " +
                      same + "\"expect\": { \"path\": \"relay\" } }"));
  CHECK(errors.find("case 'two' contradicts case 'one': the same facts, but effect 'refuse' here "
                    "and 'ring' in line 4") != std::string::npos);
  CHECK(errors.find("case 'three' contradicts case 'one': the same facts, but path 'relay' here "
                    "and null in line 4") != std::string::npos);
}

TEST_CASE("the same facts with answers that go together are no contradiction") {
  const CaseFile file = Read(FileWith(R"json({ "name": "one", "expect": { "effect": "refuse" } },
                       { "name": "two",
                         "facts": { "callee.known": true, "callee.premium": "unset" },
                         "expect": { "effect": "refuse", "rule": "otherwise" } },
                       { "name": "three", "facts": { "callee.premium": false },
                         "expect": { "effect": "ring" } })json"));
  CHECK(file.cases.size() == 3);
}

TEST_CASE("a hostile file of unknown names is answered at once") {
  std::string facts;
  for (int i = 0; i < 20000; ++i) facts += "\"callee.calls_enable" + std::to_string(i) + "\": 1,";
  Diagnostics diagnostics;
  const std::string text =
      FileWith("{ \"name\": \"a\", \"facts\": {" + facts + "}, \"expect\": {} }");
  CHECK(!ParseCases(Catalog::Standard(), SmallPolicy(), text, "c.json", &diagnostics));
  CHECK(diagnostics.errors() > 20000);
  CHECK(diagnostics.items().size() == kMaxDiagnostics);
}

TEST_CASE("the policy's path is found without reading the cases") {
  Diagnostics diagnostics;
  CHECK(ParsePolicyPath(R"json({ "policy": "../p.json", "cases": 5 })json", "c.json",
                        &diagnostics) == "../p.json");
  CHECK(!diagnostics.HasErrors());
  for (const char* text :
       {"", "{}", R"json({ "policy": "" })json", R"json({ "policy": 5 })json", "[]"}) {
    Diagnostics errors;
    CHECK(!ParsePolicyPath(text, "c.json", &errors));
    CHECK(errors.HasErrors());
  }
}

}  // namespace
}  // namespace ringfence
