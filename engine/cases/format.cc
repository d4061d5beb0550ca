// A cases file, laid out. It stands for itself: the policy it names need not be at hand, so any
// name under "expect" may be that of a decision.
#include <ringfence/limits.h>

#include "base/check.h"
#include "base/json.h"
#include "base/json_format.h"
#include "base/names.h"
#include "cases/cases.h"

namespace ringfence {
namespace {

Document WithDecisionsOf(const JsonValue& root) {
  Document document;
  document.decisions.emplace_back().name = "ring";
  const JsonValue* cases = root.Find("cases");
  if (cases == nullptr) return document;
  for (const JsonValue& one : cases->items) {
    const JsonValue* expect = one.Find("expect");
    if (expect == nullptr) continue;
    for (const JsonValue::Member& member : expect->members) {
      if (IsNameLike(member.key) && member.key.size() <= kMaxNameBytes) {
        document.decisions.emplace_back().name = member.key;
      }
    }
  }
  return document;
}

bool IsSame(const Expectation& a, const Expectation& b) {
  return a.field == b.field && a.value == b.value;
}

bool IsSame(const CaseFile& a, const CaseFile& b) {
  if (a.policy != b.policy || a.cases.size() != b.cases.size()) return false;
  for (size_t i = 0; i < a.cases.size(); ++i) {
    const Case &one = a.cases[i], &other = b.cases[i];
    if (one.name != other.name || one.ref != other.ref || one.codes != other.codes ||
        one.caller_without_account != other.caller_without_account ||
        one.expect.size() != other.expect.size()) {
      return false;
    }
    for (size_t j = 0; j < one.expect.size(); ++j) {
      if (!IsSame(one.expect[j], other.expect[j])) return false;
    }
  }
  return true;
}

std::optional<CaseFile> Read(const Catalog& catalog, std::string_view text, std::string_view file,
                             Diagnostics* diagnostics) {
  JsonValue root;
  if (!ParseJson(text, file, *diagnostics, &root)) return std::nullopt;
  return ParseCases(catalog, WithDecisionsOf(root), text, file, diagnostics);
}

}  // namespace

std::optional<std::string> FormatCasesText(const Catalog& catalog, std::string_view text,
                                           std::string_view file, Diagnostics* diagnostics) {
  const std::optional<CaseFile> cases = Read(catalog, text, file, diagnostics);
  if (!cases.has_value()) return std::nullopt;
  std::optional<std::string> formatted = LayOut(text, {}, file, diagnostics);
  if (!formatted.has_value()) return std::nullopt;
  Diagnostics of_result;
  const std::optional<CaseFile> again = Read(catalog, *formatted, file, &of_result);
  CHECK_MSG(again.has_value() && IsSame(*cases, *again), "a layout changes no case");
  return formatted;
}

}  // namespace ringfence
