// The constraints of a catalog as conditions: which combinations of facts can occur at all.
// Takes a catalog, which has them as text; gives what analysis leaves the rest out by.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/status.h>

#include <vector>

#include "facts/condition.h"

namespace ringfence {

/// One condition for each of catalog.constraints(), in their order. kParse: as CheckConstraints.
Result<std::vector<Condition>> ParseConstraints(const Catalog& catalog);

}  // namespace ringfence
