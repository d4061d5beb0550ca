// Finds the conditions of a policy's text, and lays the rest out as any JSON.
#include "policy/format.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "base/json_format.h"
#include "base/json_writer.h"
#include "policy/cel_format.h"
#include "policy/document.h"

namespace ringfence {
namespace {

std::string Quoted(std::string_view text) {
  JsonWriter out;
  out.String(text);
  return out.Finish();
}

class Conditions {
 public:
  explicit Conditions(const Catalog& catalog) : catalog_(catalog) {}

  std::vector<JsonEdit> In(const JsonValue& policy) {
    if (const JsonValue* decisions = policy.Find("decisions")) {
      for (const JsonValue::Member& decision : decisions->members) {
        EachOf(decision.value.Find("floor"), "when");
        EachOf(decision.value.Find("rules"), "when");
      }
    }
    EachOf(policy.Find("invariants"), "that");
    std::ranges::sort(edits_, {}, &JsonEdit::offset);
    return std::move(edits_);
  }

 private:
  void EachOf(const JsonValue* list, std::string_view key) {
    if (list == nullptr) return;
    for (const JsonValue& item : list->items) {
      const JsonValue* condition = item.Find(key);
      CHECK(condition != nullptr);
      const std::string respelt = RespellCondition(catalog_, condition->string);
      // Blanks around its operators may make a condition too long to be one.
      if (respelt == condition->string || respelt.size() > kMaxConditionBytes) continue;
      edits_.push_back({condition->span.offset, Quoted(respelt)});
    }
  }

  const Catalog& catalog_;
  std::vector<JsonEdit> edits_;
};

}  // namespace

std::optional<std::string> FormatPolicyText(const Catalog& catalog, std::string_view text,
                                            std::string_view file, Diagnostics* diagnostics) {
  const std::optional<Document> document = ParsePolicy(catalog, text, file, diagnostics);
  if (!document.has_value()) return std::nullopt;
  JsonValue root;
  CHECK(ParseJson(text, file, *diagnostics, &root));
  std::optional<std::string> formatted =
      LayOut(text, Conditions(catalog).In(root), file, diagnostics);
  if (!formatted.has_value()) return std::nullopt;
  Diagnostics of_result;
  const std::optional<Document> again = ParsePolicy(catalog, *formatted, file, &of_result);
  CHECK_MSG(again.has_value(), "what was laid out is a policy");
  CHECK_MSG(PolicyDigest(catalog, *again) == PolicyDigest(catalog, *document),
            "a layout changes no decision");
  return formatted;
}

}  // namespace ringfence
