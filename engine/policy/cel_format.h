// How a formatter writes a condition: as its author meant it, spelt one way. Takes the text of a
// condition that compiles; gives one that means the same.
#pragma once

#include <ringfence/catalog.h>

#include <string>
#include <string_view>

namespace ringfence {

/// One blank around operators, single quotes, parentheses only where they are needed, facts on the
/// left of a comparison and lists in the catalog's order. Durations and the order of && and ||
/// stay, where FormatCondition, which is for digests, gives numbers. A condition with a comment in
/// it is left as it is. O(text).
std::string RespellCondition(const Catalog& catalog, std::string_view text);

}  // namespace ringfence
