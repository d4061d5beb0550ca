// Situations as cases: decided by the evaluator that hosts use, and written as cases.json has them.
#include <string>

#include "base/check.h"
#include "base/json_writer.h"
#include "cases/cases.h"

namespace ringfence {
namespace {

std::string Quoted(std::string_view text) { return JsonWriter().String(text).Finish(); }

/// A value as a case writes it: true, "video", 42, "unset", "unavailable".
std::string ValueText(const FactInfo& fact, FactCode code) {
  if (code == kUnavailableCode) return "\"unavailable\"";
  if (fact.can_be_unset && code == 0) return "\"unset\"";
  const FactCode value = fact.can_be_unset ? code - 1 : code;
  switch (fact.type) {
    case FactType::kBool:
      return value == 0 ? "false" : "true";
    case FactType::kEnum:
      return Quoted(fact.members[value]);
    case FactType::kInt:
      return std::to_string(fact.lowest + int64_t{value});
  }
  return {};
}

/// What the case has to say of a fact; nothing where it would have that value anyway.
bool MustBeStated(const Layout& layout, const Case& one, const FactInfo& fact) {
  const FactCode code = one.codes[fact.id];
  if (fact.id == layout.callee_known || fact.id == layout.caller_known) {
    return code != 1 && !(one.caller_without_account && fact.id == layout.caller_known);
  }
  if (one.caller_without_account && fact.id == layout.caller_cohort) return false;
  // Of an account that is not known a case cannot say more.
  if (fact.group == Group::kCallee && one.codes[layout.callee_known] == 0) return false;
  if (fact.group == Group::kCaller && one.codes[layout.caller_known] == 0) return false;
  if (fact.symmetric && fact.reverse < fact.id && one.codes[fact.reverse] == code) return false;
  return code != (fact.can_be_unset ? 0 : fact.absent_code);
}

std::string ObjectText(const std::string& members) { return "{ " + members + " }"; }

void Append(std::string* members, std::string_view key, const std::string& value) {
  *members += (members->empty() ? "" : ", ") + Quoted(key) + ": " + value;
}

bool IsNumber(std::string_view field) { return field == "sip" || field == "retry_after"; }

}  // namespace

std::string PrintCase(const Layout& layout, const Case& one) {
  CHECK(one.codes.size() == layout.catalog.size());
  std::string facts, call, expect;
  for (const FactInfo& fact : layout.catalog.facts()) {
    if (!MustBeStated(layout, one, fact)) continue;
    const std::string value = ValueText(fact, one.codes[fact.id]);
    if (fact.group == Group::kCall) {
      Append(&call, fact.entry, value);
    } else {
      Append(&facts, fact.name, value);
    }
  }
  for (const Expectation& expectation : one.expect) {
    const std::string value = !expectation.value            ? "null"
                              : IsNumber(expectation.field) ? *expectation.value
                                                            : Quoted(*expectation.value);
    Append(&expect, expectation.field, value);
  }
  std::string text = "    {\n      \"name\": " + Quoted(one.name) + ",\n";
  if (!one.ref.empty()) text += "      \"ref\": " + Quoted(one.ref) + ",\n";
  if (one.caller_without_account) text += "      \"caller_without_account\": true,\n";
  if (!facts.empty()) text += "      \"facts\": " + ObjectText(facts) + ",\n";
  if (!call.empty()) text += "      \"call\": " + ObjectText(call) + ",\n";
  return text + "      \"expect\": " + ObjectText(expect) + "\n    }";
}

}  // namespace ringfence
