// Is a catalog that a log was written with the one of this engine, or an older one of it?
#pragma once

#include <ringfence/catalog.h>

#include <optional>
#include <string_view>

namespace ringfence {

/// Facts of `catalog` that the recorded canonical catalog does not have, because they were appended
/// later; nullopt where it is another vocabulary: a fact that is not the same here.
std::optional<FactSet> FactsNotIn(std::string_view recorded, const Catalog& catalog);

}  // namespace ringfence
