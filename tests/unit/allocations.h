// Counts calls of operator new: linked into the programs that prove that something makes none. In a
// file of its own, where no compiler pairs an inlined new with another's delete. What SQLite takes
// comes from malloc and is not counted.
#pragma once

#include <cstdint>

namespace ringfence {

/// Calls of any operator new by the calling thread so far.
uint64_t Allocations();

}  // namespace ringfence
