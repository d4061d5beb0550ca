// The sentences of a catalog entry: what a value means, and how to bring it about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facts/catalog_internal.h"

namespace ringfence {

/// `says` or `change` of an entry whose type is known. By value code; an int has one sentence for
/// all its values, with {value}. `says` must have every value, `change` those it can be changed to.
std::vector<std::string> ReadCatalogSentences(const CatalogEntry& entry, std::string_view key,
                                              const JsonValue& json, CatalogErrors* errors);

}  // namespace ringfence
