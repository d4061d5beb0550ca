// Counted events into rows of the store.
// Takes what a flush has taken, and a transaction; changes each row once.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <span>

#include "derived/pending.h"
#include "store/backend.h"

namespace ringfence {

/// Merges the events into their rows: in whatever order processes do so, and however often, a row
/// becomes the same. Events of users who were forgotten meanwhile are left out, and those of a
/// damaged row, which stays as it is: unavailable until it expires.
Status WriteEvents(std::span<const PendingEvent> events, int64_t now_ms,
                   StoreTransaction* transaction);

}  // namespace ringfence
