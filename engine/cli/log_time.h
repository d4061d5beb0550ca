// Times of the decision log: nanoseconds of Unix time, as people write and read them.
// Takes "2026-11-29T12:00:00Z", "2026-11-29" or "-24h"; gives nanoseconds or spans of them, and RFC
// 3339 back.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::cli {

inline constexpr int64_t kMsPerSecond = 1000;
inline constexpr uint64_t kNsPerMs = 1000000;
inline constexpr uint64_t kNsPerSecond = 1000000000;
inline constexpr uint64_t kNsPerDay = 86400 * kNsPerSecond;

uint64_t NowNs();
int64_t NowMs();

/// A time as it was written: it says where it begins, and by its last digit how long it is.
struct TimeSpan {
  uint64_t from_ns = 0;
  uint64_t to_ns = 0;  ///< exclusive
};

/// "24h": a whole number and one of s, m, h, d, its unit. No value for another text.
struct TimeLength {
  uint64_t number = 0;
  uint64_t unit_s = 0;
};
std::optional<TimeLength> ParseTimeLength(std::string_view text);

/// RFC 3339 with Z or an offset, which may end with the minute or the hour, a date alone (UTC), or
/// a time before `now_ns`: a minus and a TimeLength, which is as long as its unit. kInvalidArgument
/// names the option.
Result<TimeSpan> ParseTimeSpan(std::string_view text, std::string_view option, uint64_t now_ns);
/// Where that begins.
Result<uint64_t> ParseTime(std::string_view text, std::string_view option, uint64_t now_ns);

/// "2026-11-22T15:04:05Z"
std::string TimeText(int64_t unix_seconds);
/// "2026-11-29T12:00:00.123456789Z"
std::string TimeNsText(uint64_t time_ns);

}  // namespace ringfence::cli
