// Any bytes as a condition, of a rule and of an invariant: it is refused with a reason, or has a
// canonical text that parses to itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/cel.h"
#include "policy/document.h"
#include "policy/places.h"

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

const Document& Policy() {
  static const Document document = [] {
    Diagnostics diagnostics;
    auto parsed = ParsePolicy(Catalog::Standard(), R"json({
      "policy": "fuzzed", "catalog": 1, "unknown_callee": "refuse",
      "decisions": {
        "ring": { "rules": [ { "id": "a", "when": "callee.premium", "then": "ring" } ],
                  "otherwise": "refuse", "on_unavailable": "refuse" },
        "path": { "values": ["direct", "relay"], "rules": [],
                  "otherwise": "direct", "on_unavailable": "relay" } } })json",
                              "policy.json", &diagnostics);
    Require(parsed.has_value());
    return *parsed;
  }();
  return document;
}

// The canonical text, or "" with errors.
std::string Canonical(std::string_view text, bool invariant) {
  Diagnostics diagnostics;
  Invariant parsed;
  const std::optional<Condition> condition = ParseCondition(
      Catalog::Standard(), text, TextPlaces(text), "when", invariant ? &Policy() : nullptr,
      invariant ? &parsed.terms : nullptr, &diagnostics);
  Require(condition.has_value() != diagnostics.HasErrors());
  Require(diagnostics.Render(text).empty() == diagnostics.items().empty());
  if (!condition) return {};
  Require(!condition->nodes.empty());
  for (uint32_t i = 0; i < condition->nodes.size(); ++i) {
    const ConditionNode& node = condition->nodes[i];
    Require(i == 0 || (node.a <= i && node.b <= i && node.c <= i));
  }
  parsed.that = *condition;
  return invariant ? FormatInvariant(Catalog::Standard(), Policy(), parsed) : condition->text;
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringfence;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool invariant : {false, true}) {
    const std::string canonical = Canonical(text, invariant);
    if (!canonical.empty()) Require(Canonical(canonical, invariant) == canonical);
  }
  return 0;
}
