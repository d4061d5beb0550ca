// Every diagnostic a policy can earn, word for word: tests/golden/diagnostics/NAME.json gives
// NAME.txt. Policies beyond the limits are made here. --update=diagnostics writes the texts anew.
#include <doctest/doctest.h>
#include <ringfence/limits.h>
#include <ringfence/lint.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "golden/files.h"
#include "policy/document.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = kSource / "tests/golden";

// A catalog of its own, so that a fact added to the standard one changes no advice here.
const Catalog& GoldenCatalog() {
  static const Catalog catalog = [] {
    Result<Catalog> parsed = Catalog::Parse(ReadFile(kGolden / "catalog.json"));
    REQUIRE_MESSAGE(parsed.ok(), parsed.status().message());
    return *parsed;
  }();
  return catalog;
}

// "a, b, c" of `count` things.
template <class Make>
std::string Repeat(size_t count, const std::string& between, const Make& make) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : between) + make(std::to_string(i));
  return text;
}

std::string WithRules(const std::string& rules) {
  return R"({ "policy": "example", "catalog": 1, "unknown_callee": "refuse",
  "decisions": { "ring": { "rules": [
)" + rules +
         R"(
  ], "otherwise": "refuse", "on_unavailable": "refuse" } } }
)";
}
std::string WithCondition(const std::string& condition) {
  return WithRules(R"({ "id": "r", "when": ")" + condition + R"(", "then": "ring" })");
}

std::string WithTooMuch() {
  const std::string closed = R"("rules": [], "otherwise": "a", "on_unavailable": "a" })";
  return R"({ "policy": "example", "catalog": 1, "unknown_callee": "refuse",
  "outcomes": { )" +
         Repeat(kMaxOutcomes - 1, ", ",
                [](const std::string& i) { return "\"o" + i + R"(": { "effect": "refuse" })"; }) +
         R"( },
  "decisions": {
    "ring": { "rules": [], "otherwise": "refuse", "on_unavailable": "refuse" },
    "values": { "values": [ "a", )" +
         Repeat(kMaxPathValues, ", ", [](const std::string& i) { return "\"v" + i + "\""; }) +
         " ], " + closed + ",\n" +
         Repeat(kMaxDecisions - 1, ",\n",
                [&](const std::string& i) {
                  return "    \"d" + i + R"(": { "values": [ "a" ], )" + closed;
                }) +
         R"(
  },
  "invariants": [ )" +
         Repeat(
             kMaxInvariants + 1, ", ",
             [](const std::string& i) { return R"({ "id": "i)" + i + R"(", "that": "true" })"; }) +
         " ] }\n";
}

// Too long to read and to keep.
struct Made {
  std::string name;
  std::string text;
};
std::vector<Made> MadePolicies() {
  const auto word = [](const std::string&) { return std::string("true"); };
  const auto rule = [](const std::string& i) {
    return "{ \"id\": \"r" + i + "\", \"when\": \"call.tenant == " + i + "\", \"then\": \"ring\" }";
  };
  return {{"limit_of_bytes", WithCondition(std::string(kMaxConditionBytes + 1, ' '))},
          {"limit_of_tests", WithCondition(Repeat(kMaxConditionTerms + 1, " || ", word))},
          {"limit_of_rules", WithRules(Repeat(kMaxRules + 1, ",\n", rule))},
          {"limit_of_lists", WithTooMuch()}};
}

Diagnostics DiagnosticsOf(const std::string& text, const std::string& file) {
  Diagnostics diagnostics;
  const std::optional<Document> document = ParsePolicy(GoldenCatalog(), text, file, &diagnostics);
  CHECK(document.has_value() == !diagnostics.HasErrors());
  if (document) LintDocument(GoldenCatalog(), *document, &diagnostics);
  return diagnostics;
}

// The literal patterns of Say("...") in one source file, adjacent literals joined.
std::vector<std::string> PatternsOf(const std::string& source) {
  std::vector<std::string> patterns;
  for (size_t at = source.find("Say("); at != std::string::npos; at = source.find("Say(", at + 1)) {
    std::string pattern;
    size_t next = source.find_first_not_of(" \n", at + 4);
    while (next != std::string::npos && source[next] == '"') {
      for (++next; source[next] != '"'; ++next) {
        if (source[next] == '\\') ++next;
        pattern += source[next];
      }
      next = source.find_first_not_of(" \n", next + 1);
    }
    if (!pattern.empty()) patterns.push_back(pattern);
  }
  return patterns;
}

// The first call that reports something in words not written with Say, which PatternsOf would miss.
std::string FirstBareMessage(const std::string& source) {
  for (const std::string name : {"Error(", "Warning(", "Warn(", "Fail(", "LeftOut("}) {
    for (size_t at = source.find(name); at != std::string::npos; at = source.find(name, at + 1)) {
      size_t end = at + name.size();
      for (int depth = 1; depth > 0 && end < source.size(); ++end) {
        if (source[end] == '(') ++depth;
        if (source[end] == ')') --depth;
      }
      std::string call = source.substr(at, end - at);
      const size_t quote = call.find('"');
      if (quote == std::string::npos) continue;
      const size_t before = call.find_last_not_of(" \n", quote - 1);
      if (before < 3 || call.compare(before - 3, 4, "Say(") != 0) return call;
    }
  }
  return {};
}

// Whether a line holds the pieces between the pattern's {} in order.
bool Matches(const std::string& line, const std::string& pattern) {
  size_t at = 0;
  for (size_t begin = 0; begin <= pattern.size();) {
    const size_t end = std::min(pattern.find("{}", begin), pattern.size());
    const size_t found = line.find(pattern.substr(begin, end - begin), at);
    if (found == std::string::npos) return false;
    at = found + (end - begin);
    begin = end + 2;
  }
  return true;
}

TEST_CASE("every policy earns its diagnostics word for word") {
  const bool update = Argument("update") == "diagnostics";
  std::vector<Made> policies = MadePolicies();
  for (const fs::path& path : FilesOf(kGolden / "diagnostics", ".json")) {
    policies.push_back({path.stem().string(), ReadFile(path)});
  }
  CHECK(policies.size() >= 25);
  std::set<std::string_view> rules = {"limit", "json"};  // of the compiler, and of other tests
  for (const Made& policy : policies) {
    CAPTURE(policy.name);
    const Diagnostics diagnostics = DiagnosticsOf(policy.text, policy.name + ".json");
    const std::string found = diagnostics.Render(policy.text);
    for (const Diagnostic& item : diagnostics.items()) {
      const auto rule = std::ranges::find(LintRules(), item.id, &LintRule::id);
      REQUIRE_MESSAGE(rule != LintRules().end(), item.message);
      CHECK(rule->error == (item.severity == Diagnostic::Severity::kError));
      rules.insert(item.id);
    }
    const fs::path expected = kGolden / "diagnostics" / (policy.name + ".txt");
    if (update) std::ofstream(expected, std::ios::binary) << found;
    CHECK(found == ReadFile(expected));
  }
  CHECK(rules.size() == LintRules().size());
  // No text without its policy.
  CHECK(FilesOf(kGolden / "diagnostics", ".txt").size() == policies.size());
}

TEST_CASE("every message in the sources is shown by some golden text") {
  std::vector<std::string> lines;
  for (const fs::path& path : FilesOf(kGolden / "diagnostics", ".txt")) {
    std::ifstream stream(path);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
  }
  size_t count = 0;
  for (const fs::path& path : FilesOf(kSource / "engine/policy", ".cc")) {
    const std::string source = ReadFile(path);
    for (const std::string& pattern : PatternsOf(source)) {
      ++count;
      CHECK_MESSAGE(std::any_of(lines.begin(), lines.end(),
                                [&](const std::string& line) { return Matches(line, pattern); }),
                    path.filename().string() << ": no golden text shows \"" << pattern << '"');
    }
    CHECK_MESSAGE(FirstBareMessage(source).empty(), path.filename().string());
  }
  CHECK(count > 80);
}

TEST_CASE("the list of messages can fail") {
  const std::vector<std::string> patterns =
      PatternsOf("Error(x, Say(\"a {} of \"\n  \"'{}'\", y));  Say(name)");
  REQUIRE(patterns.size() == 1);
  CHECK(patterns[0] == "a {} of '{}'");
  CHECK(Matches("error: a rule of 'ring'", patterns[0]));
  CHECK_FALSE(Matches("error: a rule for 'ring'", patterns[0]));
  CHECK_FALSE(Matches("error: of 'ring' a rule", patterns[0]));
  CHECK(FirstBareMessage("Error(f(x), Say(\n \"a\"), \"b\"); Warn(s, Say(\"c\"))").empty());
  CHECK(FirstBareMessage("Error(f(x), \"a\")") == "Error(f(x), \"a\")");
}

}  // namespace
}  // namespace ringfence
