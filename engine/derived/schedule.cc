// A user's weekly quiet times and zone: a byte that says how long the zone's name is, the name,
// then of each interval its days (1 byte), start and end (2 bytes each, little-endian).
#include "derived/schedule.h"

#include "base/bytes.h"
#include "base/check.h"

namespace ringfence {
namespace {

/// No IANA name has other characters, and no name of these leaves a folder of zones.
bool IsZoneName(std::string_view name) {
  if (name.empty() || name.size() > kMaxZoneBytes) return false;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
  };
  for (const char c : name) {
    if (!plain(c)) return false;
  }
  return name.front() != '/' && name.back() != '/';
}

bool Contains(const QuietInterval& interval, const LocalTime& local) {
  const int today = local.weekday - 1;
  const int yesterday = (today + 6) % 7;
  const bool begins_today = ((interval.weekdays >> today) & 1) != 0;
  const bool began_yesterday = ((interval.weekdays >> yesterday) & 1) != 0;
  if (interval.start < interval.end) {
    return begins_today && local.minute >= interval.start && local.minute < interval.end;
  }
  return (begins_today && local.minute >= interval.start) ||
         (began_yesterday && local.minute < interval.end);
}

}  // namespace

bool IsGoodInterval(const QuietInterval& interval) {
  return interval.weekdays != 0 && interval.weekdays <= kAllDays && interval.start < kDayMinutes &&
         interval.end > 0 && interval.end <= kDayMinutes && interval.start != interval.end;
}

Status CheckSchedule(const QuietSchedule& schedule) {
  if (!IsZoneName(schedule.zone)) {
    return Status(StatusCode::kInvalidArgument,
                  "a time zone is an IANA name such as Europe/Berlin, of at most " +
                      std::to_string(kMaxZoneBytes) + " bytes");
  }
  if (schedule.intervals.size() > kMaxQuietIntervals) {
    return Status(StatusCode::kLimit,
                  "a schedule has at most " + std::to_string(kMaxQuietIntervals) +
                      " intervals, this one has " + std::to_string(schedule.intervals.size()));
  }
  for (size_t i = 0; i < schedule.intervals.size(); ++i) {
    if (IsGoodInterval(schedule.intervals[i])) continue;
    return Status(StatusCode::kInvalidArgument,
                  "interval " + std::to_string(i + 1) +
                      ": it has days, a start of 0 to 1439 minutes and another end of 1 to 1440");
  }
  return Status();
}

std::string PackSchedule(const QuietSchedule& schedule) {
  DCHECK(CheckSchedule(schedule).ok());
  std::string bytes;
  bytes.push_back(static_cast<char>(schedule.zone.size()));
  bytes += schedule.zone;
  for (const QuietInterval& interval : schedule.intervals) {
    bytes.push_back(static_cast<char>(interval.weekdays));
    AppendUint(interval.start, 2, &bytes);
    AppendUint(interval.end, 2, &bytes);
  }
  return bytes;
}

bool ViewSchedule(std::span<const uint8_t> bytes, ScheduleView* view) {
  if (bytes.empty()) return false;
  const size_t zone_bytes = bytes[0];
  if (bytes.size() < 1 + zone_bytes) return false;
  view->zone = {reinterpret_cast<const char*>(bytes.data()) + 1, zone_bytes};
  view->intervals = bytes.subspan(1 + zone_bytes);
  if (!IsZoneName(view->zone) || view->intervals.size() % kIntervalBytes != 0) return false;
  if (view->intervals.size() > kMaxQuietIntervals * kIntervalBytes) return false;
  for (size_t i = 0; i < view->intervals.size() / kIntervalBytes; ++i) {
    if (!IsGoodInterval(IntervalAt(*view, i))) return false;
  }
  return true;
}

QuietInterval IntervalAt(const ScheduleView& view, size_t index) {
  const std::span<const uint8_t> bytes =
      view.intervals.subspan(index * kIntervalBytes, kIntervalBytes);
  return {bytes[0], static_cast<uint16_t>(ReadUint(bytes.subspan(1, 2))),
          static_cast<uint16_t>(ReadUint(bytes.subspan(3, 2)))};
}

bool IsQuiet(const ScheduleView& view, const LocalTime& local) {
  for (size_t i = 0; i < view.intervals.size() / kIntervalBytes; ++i) {
    if (Contains(IntervalAt(view, i), local)) return true;
  }
  return false;
}

}  // namespace ringfence
