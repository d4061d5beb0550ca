// Lengths of time as people write them: "30s", "90m", "24h", "7d". Takes the text; gives
// milliseconds.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <functional>
#include <string_view>

#include "cli/arguments.h"

namespace ringfence::cli {

/// A whole number above 0 and one of s, m, h, d, at most 100 years. kInvalidArgument names the
/// option.
Result<int64_t> ParseDurationMs(std::string_view text, std::string_view option);

/// The specification of --at, for commands that can be shown at another time.
OptionSpec AtOption();
/// The clock that --at asks for: it stands still at that time. Empty where it was not given.
Result<std::function<int64_t()>> ClockFromArguments(const Arguments& arguments);
/// That time, in Unix milliseconds; now where it was not given.
Result<int64_t> TimeMsFromArguments(const Arguments& arguments);

/// "2026-11-29T12:00:00Z" of a Unix time in milliseconds; the rest of the second is left out.
std::string TimeMsText(int64_t time_ms);

}  // namespace ringfence::cli
