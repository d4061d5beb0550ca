// Texts of constraints to conditions, with errors at their places in the catalog's files.
#include "policy/constraints.h"

#include "policy/cel.h"
#include "policy/places.h"

namespace ringfence {
namespace {

/// The JSON string of a constraint as a text of its own, which knows where in the file it stands.
JsonValue AsJson(const CatalogConstraint& constraint) {
  JsonValue json;
  json.type = JsonValue::Type::kString;
  json.string = constraint.that;
  json.span.line = constraint.line;
  json.span.column = constraint.column;
  json.span.length = static_cast<uint32_t>(constraint.written.size());
  return json;
}

}  // namespace

Result<std::vector<Condition>> ParseConstraints(const Catalog& catalog) {
  std::vector<Condition> conditions;
  std::string errors;
  for (const CatalogConstraint& constraint : catalog.constraints()) {
    Diagnostics diagnostics;
    const JsonPlaces places(AsJson(constraint), constraint.written);
    std::optional<Condition> condition = ParseCondition(
        catalog, constraint.that, places, constraint.file, nullptr, nullptr, &diagnostics);
    if (condition) {
      conditions.push_back(*std::move(condition));
    } else {
      errors += diagnostics.Render(constraint.written);
    }
  }
  if (!errors.empty()) return Status(StatusCode::kParse, errors);
  return conditions;
}

Status CheckConstraints(const Catalog& catalog) { return ParseConstraints(catalog).status(); }

}  // namespace ringfence
