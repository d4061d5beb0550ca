// A user's weekly quiet times and zone as they lie in their row, and whether it is quiet now.
#pragma once

#include <ringfence/limits.h>
#include <ringfence/quiet.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ringfence {

inline constexpr int kDayMinutes = 1440;
inline constexpr uint8_t kAllDays = 0x7f;  ///< of QuietInterval::weekdays

inline constexpr size_t kIntervalBytes = 5;
inline constexpr size_t kMaxScheduleBytes = 1 + kMaxZoneBytes + kMaxQuietIntervals * kIntervalBytes;

/// `schedule` has passed CheckSchedule.
std::string PackSchedule(const QuietSchedule& schedule);

/// A row read in place.
struct ScheduleView {
  std::string_view zone;
  std::span<const uint8_t> intervals;  ///< kIntervalBytes each
};
/// False: it is no such row, or what it says is out of range.
bool ViewSchedule(std::span<const uint8_t> bytes, ScheduleView* view);
QuietInterval IntervalAt(const ScheduleView& view, size_t index);

bool IsGoodInterval(const QuietInterval& interval);
/// kInvalidArgument: the zone's name could be none, or an interval; kLimit: there are too many.
Status CheckSchedule(const QuietSchedule& schedule);

/// Whether the clock on the wall is within one of the intervals.
bool IsQuiet(const ScheduleView& view, const LocalTime& local);

}  // namespace ringfence
