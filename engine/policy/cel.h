// The CEL (Common Expression Language) subset: text -> untyped syntax tree -> typed Condition.
// Source: github.com/google/cel-spec, doc/langdef.md (grammar, operators, literals).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "facts/condition.h"
#include "policy/document.h"

namespace ringfence {

/// Where a condition stands in a file: maps byte positions of the decoded text to places in the
/// file.
class PlaceMapper {
 public:
  virtual ~PlaceMapper() = default;
  virtual SourceSpan Place(size_t begin, size_t length) const = 0;
};

/// Parses and type-checks one condition. All errors found go to `diagnostics` (several per
/// condition where the parser can go on). `terms` non-null: an invariant, D.effect, D.outcome,
/// D.rule and D.signal of `document`'s decisions are allowed and appended to it.
std::optional<Condition> ParseCondition(const Catalog& catalog, std::string_view text,
                                        const PlaceMapper& places, std::string_view file,
                                        const Document* document, std::vector<DecisionTerm>* terms,
                                        Diagnostics* diagnostics);

}  // namespace ringfence
