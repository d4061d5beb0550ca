// See vocabulary.h.
#include "replay/vocabulary.h"

#include <ringfence/limits.h>

#include "base/check.h"
#include "base/diagnostic.h"
#include "base/json.h"

namespace ringfence {
namespace {

constexpr size_t kMostCatalogBytes = size_t{8} << 20;

bool SameValue(const JsonValue& a, const JsonValue& b) {
  if (a.type != b.type || a.boolean != b.boolean || a.integer != b.integer ||
      a.string != b.string || a.items.size() != b.items.size() ||
      a.members.size() != b.members.size()) {
    return false;
  }
  for (size_t i = 0; i < a.items.size(); ++i) {
    if (!SameValue(a.items[i], b.items[i])) return false;
  }
  for (const JsonValue::Member& member : a.members) {
    const JsonValue* const other = b.Find(member.key);
    if (other == nullptr || !SameValue(member.value, *other)) return false;
  }
  return true;
}

const JsonValue* FactsOf(const JsonValue& catalog) {
  const JsonValue* const facts = catalog.Find("facts");
  return facts != nullptr && facts->type == JsonValue::Type::kArray ? facts : nullptr;
}

const JsonValue* Named(const JsonValue& facts, std::string_view name) {
  for (const JsonValue& fact : facts.items) {
    const JsonValue* const its_name = fact.Find("name");
    if (its_name != nullptr && its_name->string == name) return &fact;
  }
  return nullptr;
}

}  // namespace

std::optional<FactSet> FactsNotIn(std::string_view recorded, const Catalog& catalog) {
  const std::string own = catalog.Canonical();
  if (recorded == own) return FactSet();
  Diagnostics diagnostics;
  JsonValue old_json, new_json;
  if (!ParseJson(recorded, "catalog", diagnostics, &old_json, kMostCatalogBytes)) {
    return std::nullopt;
  }
  CHECK(ParseJson(own, "catalog", diagnostics, &new_json, kMostCatalogBytes));
  const JsonValue* const old_facts = FactsOf(old_json);
  const JsonValue* const new_facts = FactsOf(new_json);
  CHECK(new_facts != nullptr && new_facts->items.size() == catalog.size());
  if (old_facts == nullptr || old_facts->items.size() > kMaxFacts) return std::nullopt;
  FactSet missing;
  size_t found = 0;
  for (const FactInfo& fact : catalog.facts()) {
    const JsonValue* const old_fact = Named(*old_facts, fact.name);
    if (old_fact == nullptr) {
      missing.Insert(fact.id);
    } else if (SameValue(*old_fact, new_facts->items[fact.id])) {
      ++found;
    } else {
      return std::nullopt;
    }
  }
  // What this engine does not know has bits that mean nothing here.
  if (found != old_facts->items.size()) return std::nullopt;
  return missing;
}

}  // namespace ringfence
