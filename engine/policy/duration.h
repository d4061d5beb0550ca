// Durations as CEL writes them: "1h30m", "90s", "250ms", "1.5s", "-3m".
// Source: cel-spec doc/langdef.md, "duration" (the format of Go's time.ParseDuration).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ringfence {

/// Nanoseconds; nullopt for anything else, and for what does not fit 64 bits or is no whole number
/// of nanoseconds. There is no unit longer than the hour, since days differ in length.
std::optional<int64_t> ParseDurationNs(std::string_view text);

/// The length of a catalog's unit ("ms", "s", "min", "h", "d" of 24 h) in nanoseconds; 0: no unit
/// of time.
int64_t UnitNs(std::string_view unit);

}  // namespace ringfence
