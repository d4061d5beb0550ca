// Whether the bytes of a row are what its kind says, for who examines a store.
// Takes a kind and bytes; gives yes or no.
#pragma once

#include <cstdint>
#include <span>

#include "derived/rows.h"

namespace ringfence {

/// Of consent, lists, quiet and schedules, which stay until somebody changes them; true for other
/// kinds: a damaged row of earlier calls is gone once it would have expired.
bool IsWholeRow(RowKind kind, std::span<const uint8_t> bytes);

}  // namespace ringfence
