// Conditions against the public CEL conformance suite: the boolean, comparison and logic cases that
// lie inside the subset, rewritten as cel_conformance.json, some of them also over facts. Parsed by
// the engine, evaluated by the reference evaluator.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "base/json.h"
#include "policy/cel.h"
#include "policy/places.h"
#include "reference/reference.h"

namespace ringfence {
namespace {

JsonValue ReadSuite() {
  std::ifstream stream(RINGFENCE_SOURCE_DIR "/tests/reference/cel_conformance.json",
                       std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  JsonValue root;
  Diagnostics diagnostics;
  REQUIRE_MESSAGE(ParseJson(text, "cel_conformance.json", diagnostics, &root),
                  diagnostics.Render(text));
  return root;
}

std::string ValueText(const JsonValue& value) {
  if (value.type == JsonValue::Type::kBool) return value.boolean ? "true" : "false";
  if (value.type == JsonValue::Type::kInt) return std::to_string(value.integer);
  return value.string;
}

reference::Assignment AssignmentOf(const JsonValue* facts) {
  reference::Assignment assignment;
  if (facts == nullptr) return assignment;
  for (const JsonValue::Member& member : facts->members) {
    const Result<Fact> fact = Catalog::Standard().MakeFact(member.key, ValueText(member.value));
    REQUIRE_MESSAGE(fact.ok(), fact.status().message());
    assignment[fact->id] = fact->code;
  }
  return assignment;
}

// "true", "false" or "error".
std::string Answer(const std::string& expr, const JsonValue* facts) {
  const Catalog& catalog = Catalog::Standard();
  Diagnostics diagnostics;
  const std::optional<Condition> condition =
      ParseCondition(catalog, expr, TextPlaces(expr), "expr", nullptr, nullptr, &diagnostics);
  CHECK(condition.has_value() == !diagnostics.HasErrors());
  if (!condition) return "error";
  const Document document;  // no defaults of its own
  return reference::Holds(catalog, document, *condition, AssignmentOf(facts)) ? "true" : "false";
}

TEST_CASE("the cases of the CEL conformance suite that apply") {
  const JsonValue suite = ReadSuite();
  std::map<std::string, std::set<std::string>> refs;
  size_t over_facts = 0;
  size_t errors = 0;
  for (const JsonValue& item : suite.Find("cases")->items) {
    const std::string& ref = item.Find("ref")->string;
    const std::string& expr = item.Find("expr")->string;
    CAPTURE(ref);
    CAPTURE(expr);
    const std::string expected = ValueText(*item.Find("expect"));
    CHECK(Answer(expr, item.Find("facts")) == expected);
    refs[ref.substr(0, ref.find('/'))].insert(ref);
    over_facts += item.Find("facts") != nullptr ? 1 : 0;
    errors += expected == "error" ? 1 : 0;
  }
  // What the file says of itself is what it has.
  for (const JsonValue::Member& file : suite.Find("files")->members) {
    CAPTURE(file.key);
    CHECK(static_cast<int64_t>(refs[file.key].size()) == file.value.Find("apply")->integer);
    CHECK(file.value.Find("apply")->integer < file.value.Find("in_suite")->integer);
  }
  CHECK(refs.size() == suite.Find("files")->members.size());
  CHECK(over_facts >= 40);
  CHECK(errors >= 10);
}

}  // namespace
}  // namespace ringfence
