// Policies and conditions as tests write them. Takes the part a test is about; gives the parsed
// thing, or the diagnostics it earned.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/cel.h"
#include "policy/document.h"
#include "policy/places.h"

namespace ringfence {

struct ParsedCondition {
  std::optional<Condition> condition;
  std::string diagnostics;  // rendered
  size_t errors = 0;

  // The canonical text, or the diagnostics.
  std::string text() const { return condition ? condition->text : diagnostics; }
};

inline ParsedCondition ParseConditionText(std::string_view text) {
  Diagnostics diagnostics;
  ParsedCondition parsed;
  parsed.condition = ParseCondition(Catalog::Standard(), text, TextPlaces(text), "when", nullptr,
                                    nullptr, &diagnostics);
  parsed.diagnostics = diagnostics.Render(text);
  parsed.errors = diagnostics.errors();
  return parsed;
}

struct ParsedPolicy {
  std::optional<Document> document;
  std::string diagnostics;
  size_t errors = 0;
};

inline ParsedPolicy ParsePolicyText(std::string_view text) {
  Diagnostics diagnostics;
  ParsedPolicy parsed;
  parsed.document = ParsePolicy(Catalog::Standard(), text, "policy.json", &diagnostics);
  parsed.diagnostics = diagnostics.Render(text);
  parsed.errors = diagnostics.errors();
  return parsed;
}

// A policy whose rules (and, if given, outcomes with a final comma) are `rules`.
inline std::string PolicyWith(const std::string& rules, const std::string& outcomes = {},
                              const std::string& more = {}) {
  return R"({ "policy": "test", "catalog": 1, )" +
         (outcomes.empty() ? "" : R"("outcomes": { )" + outcomes + " }, ") +
         R"("unknown_callee": "refuse", "decisions": { "ring": { "rules": [ )" + rules +
         R"( ], "otherwise": "refuse", "on_unavailable": "refuse" })" + more + " } }";
}

}  // namespace ringfence
