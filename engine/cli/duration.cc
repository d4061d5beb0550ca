// Lengths of time as people write them.
#include "cli/duration.h"

#include <optional>
#include <string>

#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr uint64_t kLongestS = uint64_t{36525} * 24 * 3600;

}  // namespace

Result<int64_t> ParseDurationMs(std::string_view text, std::string_view option) {
  const std::optional<TimeLength> length = ParseTimeLength(text);
  if (length && length->number > 0 && length->number <= kLongestS / length->unit_s) {
    return static_cast<int64_t>(length->number * length->unit_s) * kMsPerSecond;
  }
  constexpr std::string_view kExpected =
      "expected a length of time like 30s, 90m, 24h or 7d, at most 100 years";
  return Status(StatusCode::kInvalidArgument,
                Cat({"--", option, " '", Printable(text), "': ", kExpected}));
}

std::string TimeMsText(int64_t time_ms) { return TimeText(time_ms / kMsPerSecond); }

}  // namespace ringfence::cli
