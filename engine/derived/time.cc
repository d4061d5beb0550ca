// The group `time` of derived facts: the callee's local time, and their weekly quiet times.
#include "derived/read.h"
#include "derived/schedule.h"

namespace ringfence {
namespace {

/// Whole seconds, also before 1970.
int64_t Seconds(int64_t ms) { return ms / 1000 - (ms % 1000 < 0 ? 1 : 0); }

/// False: the zone, the schedule or who knows zones is missing or damaged.
bool ReadLocal(const DerivedReading& reading, LocalTime* local, bool* quiet) {
  uint8_t row[kMaxScheduleBytes];
  size_t size = 0;
  const ReadState state =
      reading.rows.GetRow(RowKind::kSchedule, reading.parties.callee, 0, row, &size);
  ScheduleView schedule;
  if (state != ReadState::kRead ||
      !ViewSchedule(std::span<const uint8_t>(row).first(size), &schedule)) {
    return false;
  }
  const TimeZones* zones = reading.context.zones.get();
  const bool told =
      zones != nullptr && zones->ToLocal(schedule.zone, Seconds(reading.now_ms), local);
  // Who implements zones is a host.
  if (!told || local->minute < 0 || local->minute >= kDayMinutes || local->weekday < 1 ||
      local->weekday > 7) {
    return false;
  }
  *quiet = IsQuiet(schedule, *local);
  return true;
}

}  // namespace

ReadState ReadTime(const DerivedReading& reading, GroupWriter& out) noexcept {
  const DerivedIds& ids = reading.ids;
  LocalTime local;
  bool quiet = false;
  const bool scheduled = reading.parties.callee_has_schedule;
  if (scheduled && !ReadLocal(reading, &local, &quiet)) return ReadState::kUnavailable;
  // Nobody knows the hour for who has not said where they are; nor did they ask for quiet.
  if (ids.quiet_hours.has_value()) out.Set(*ids.quiet_hours, quiet ? 1 : 0);
  if (ids.local_minute.has_value()) {
    scheduled ? out.Set(*ids.local_minute, static_cast<FactCode>(local.minute))
              : out.SetUnavailable(*ids.local_minute);
  }
  if (ids.local_weekday.has_value()) {
    scheduled ? out.Set(*ids.local_weekday, static_cast<FactCode>(local.weekday - 1))
              : out.SetUnavailable(*ids.local_weekday);
  }
  return ReadState::kRead;
}

}  // namespace ringfence
