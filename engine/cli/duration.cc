// Lengths of time as people write them.
#include "cli/duration.h"

#include <charconv>
#include <string>

#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr int64_t kLongestMs = int64_t{36525} * 24 * 3600 * kMsPerSecond;

}  // namespace

Result<int64_t> ParseDurationMs(std::string_view text, std::string_view option) {
  constexpr std::string_view kExpected =
      "expected a length of time like 30s, 90m, 24h or 7d, at most 100 years";
  const auto refuse = [&] {
    return Status(StatusCode::kInvalidArgument,
                  Cat({"--", option, " '", Printable(text), "': ", kExpected}));
  };
  const size_t unit =
      text.empty() ? std::string_view::npos : std::string_view("smhd").find(text.back());
  if (unit == std::string_view::npos) return refuse();
  constexpr int64_t kSeconds[] = {1, 60, 3600, 86400};
  const std::string_view digits = text.substr(0, text.size() - 1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
  const int64_t unit_ms = kSeconds[unit] * kMsPerSecond;
  if (!is_whole || number <= 0 || number > kLongestMs / unit_ms) return refuse();
  return number * unit_ms;
}

std::string TimeMsText(int64_t time_ms) { return TimeText(time_ms / kMsPerSecond); }

}  // namespace ringfence::cli
