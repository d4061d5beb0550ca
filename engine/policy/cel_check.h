// Types of a condition. Takes the syntax tree; gives a typed Condition, or every type error in it.
#pragma once

#include <ringfence/catalog.h>

#include <optional>
#include <vector>

#include "policy/cel_parser.h"
#include "policy/document.h"

namespace ringfence {

/// `terms` non-null: parts of `document`'s decisions are allowed and appended to it. The
/// condition's text is left empty.
std::optional<Condition> CheckCel(const Catalog& catalog, const CelTree& tree,
                                  const Document* document, std::vector<DecisionTerm>* terms,
                                  CelErrors* errors);

}  // namespace ringfence
