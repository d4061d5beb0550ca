// Formatting as the library offers it: which reader a text is for, what stays the same, and errors;
// and findings of lint as data.
#include <doctest/doctest.h>
#include <ringfence/cases.h>
#include <ringfence/format.h>
#include <ringfence/lint.h>
#include <ringfence/policy.h>

#include <algorithm>
#include <set>
#include <string>

namespace ringfence {
namespace {

constexpr std::string_view kExtension =
    R"({"extension":"acme","$schema":"x","version":1,"catalog":1,"call":[)"
    R"({"name":"x_a","type":"bool","absent":false,"bit":60,)"
    R"("known_to":["caller"],"changeable":"caller","doc":"One."}]})";

TEST_CASE("every shipped policy keeps its digest, and is laid out as it is shipped") {
  for (const std::string& name : Policy::ShippedNames()) {
    const std::string text = *Policy::ShippedText(name);
    CHECK(*FormatPolicy(text, name) == text);
    CHECK(*FormatFile(text, name) == text);
    const std::string canonical = Policy::Shipped(name)->canonical();
    const auto formatted = FormatFile(canonical, name);
    REQUIRE(formatted.ok());
    CHECK(Policy::Compile(*formatted)->digest() == Policy::Shipped(name)->digest());
  }
}

TEST_CASE("a cases file is laid out without its policy") {
  const auto formatted = FormatFile(
      R"({"policy":"none.json","cases":[{"name":"a","expect":{"effect":"ring","my_own":"x"}}]})",
      "c.json");
  REQUIRE_MESSAGE(formatted.ok(), formatted.status().message());
  CHECK(*formatted ==
        "{\n  \"policy\": \"none.json\",\n"
        "  \"cases\": [{ \"name\": \"a\", \"expect\": { \"effect\": \"ring\", \"my_own\": \"x\" } "
        "}]\n"
        "}\n");
  const auto wrong = FormatFile(R"({"policy":"p","cases":[{"name":"a","facts":{"x":1},)"
                                R"("expect":{"effect":"rings"}}]})",
                                "c.json");
  REQUIRE(wrong.status().code() == StatusCode::kParse);
  CHECK(wrong.status().message().find("c.json:1:45: error: unknown fact 'x'") == 0);
  CHECK(wrong.status().message().find("no value of \"effect\"") != std::string::npos);
}

TEST_CASE("a catalog extension is laid out, and read before it is") {
  const auto formatted = FormatFile(kExtension, "e.json");
  REQUIRE_MESSAGE(formatted.ok(), formatted.status().message());
  CHECK(Catalog::Extend(Catalog::Standard(), *formatted)->digest_hex() ==
        Catalog::Extend(Catalog::Standard(), kExtension)->digest_hex());
  CHECK(*FormatExtension(*formatted) == *formatted);
  CHECK(FormatFile(R"({"extension":"acme"})", "e.json").status().code() == StatusCode::kParse);
}

TEST_CASE("what is none of the three is told what a policy has") {
  CHECK(FormatFile("{}", "x.json").status().message().find("the policy has no 'policy'") !=
        std::string::npos);
  CHECK(FormatFile("{", "x.json").status().code() == StatusCode::kParse);
  CHECK(FormatFile("", "x.json").status().code() == StatusCode::kParse);
}

TEST_CASE("\"$schema\" is for editors: it changes no digest, and is a text") {
  const std::string text = *Policy::ShippedText("default");
  const std::string with = R"({ "$schema": "../schema/policy.schema.json",)" + text.substr(1);
  REQUIRE(Policy::Compile(with).ok());
  CHECK(Policy::Compile(with)->digest() == Policy::Compile(text)->digest());
  CHECK(Policy::Compile(with)->canonical() == Policy::Compile(text)->canonical());
  CHECK(!Policy::Compile(R"({ "$schema": 7,)" + text.substr(1)).ok());
  CHECK(!CasesPolicyPath("{}", "c.json").ok());
  const std::string cases = R"("policy":"p","cases":[{"name":"a","expect":{"effect":"ring"}}]})";
  CHECK(FormatCases(R"({"$schema":"x",)" + cases).ok());
  CHECK(!FormatCases(R"({"$schema":false,)" + cases).ok());
  CHECK(!FormatExtension(R"({"$schema":false,)" + std::string(kExtension.substr(1))).ok());
  // Only at the top: elsewhere it is a mistake like any other key.
  const size_t rule = text.find("\"id\"");
  CHECK(!Policy::Compile(text.substr(0, rule) + R"("$schema": "x", )" + text.substr(rule)).ok());
}

std::string PolicyWith(const std::string& otherwise, const std::string& when) {
  return R"({ "policy": "p", "catalog": 1, "unknown_callee": "refuse", "decisions": { "ring": {
  "rules": [ { "id": "é", "when": ")" +
         when + R"(", "then": "refuse" } ],
  "otherwise": ")" +
         otherwise + R"(", "on_unavailable": "refuse" } } })";
}

TEST_CASE("lint gives findings with their sort and place") {
  std::string text = PolicyWith("ring", "callee.known");
  text.replace(text.find("é"), 2, "e");
  const LintReport report = LintPolicy(text, "p.json");
  REQUIRE(report.findings.size() == 1);
  CHECK(report.errors == 0);
  CHECK(report.warnings == 1);
  const LintFinding& finding = report.findings[0];
  CHECK(finding.rule == "rings-without-rule");
  CHECK(!finding.error);
  CHECK(finding.line == 3);
  CHECK(text.substr(finding.offset_bytes, finding.length_bytes) == "\"ring\"");
  CHECK(report.text == *Policy::Lint(text, "p.json"));
}

TEST_CASE("errors are findings too, by the part that found them") {
  const LintReport report = LintPolicy(PolicyWith("rings", "calle.known && 'a'"), "p.json");
  std::multiset<std::string_view> rules;
  for (const LintFinding& finding : report.findings) {
    CHECK(finding.error);
    rules.insert(finding.rule);
  }
  CHECK(rules == std::multiset<std::string_view>{"condition", "condition", "policy", "policy"});
  CHECK(report.errors == 4);
  CHECK(Policy::Lint(PolicyWith("rings", "calle.known"), "p.json").status().code() ==
        StatusCode::kParse);
  const LintReport broken = LintPolicy("{ \"policy\": ", "p.json");
  REQUIRE(broken.findings.size() == 1);
  CHECK(broken.findings[0].rule == "json");
  const LintReport empty = LintPolicy("", "p.json");
  REQUIRE(empty.findings.size() == 1);
  CHECK(empty.findings[0].line == 0);
}

TEST_CASE("ids of lint rules are words that differ, and every one says what to do") {
  std::set<std::string_view> ids;
  for (const LintRule& rule : LintRules()) {
    CHECK(ids.insert(rule.id).second);
    CHECK(rule.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
    CHECK(rule.brief.ends_with('.'));
    CHECK(rule.help.size() > 10);
  }
}

}  // namespace
}  // namespace ringfence
