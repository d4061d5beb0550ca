// Quiet periods and schedules: texts and names on the outside, rows on the inside.
#include <ringfence/quiet.h>

#include <algorithm>
#include <array>

#include "api/store_impl.h"
#include "api/write_once.h"
#include "base/bytes.h"
#include "base/diagnostic.h"
#include "base/utf8.h"
#include "derived/events.h"
#include "derived/quiet_rows.h"
#include "derived/schedule.h"

namespace ringfence {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/// A clock that was fast for an hour must not have swept a period that lasts by the right one.
constexpr int64_t kSlackS = kSlackMs / kSecondMs;

Status BadInterval(std::string_view text) {
  return Status(StatusCode::kInvalidArgument,
                "'" + Printable(text, 48) +
                    "' is no quiet time: expected days and two different times, "
                    "\"mon-fri 22:00-07:00\", \"sat,sun 00:00-24:00\" or \"daily 13:00-14:30\"");
}

bool ParseDay(std::string_view text, size_t* day) {
  const auto* found = std::find(kDays.begin(), kDays.end(), text);
  *day = static_cast<size_t>(found - kDays.begin());
  return found != kDays.end();
}

/// "fri-mon" or "sun".
bool ParseDayRange(std::string_view text, uint8_t* weekdays) {
  const size_t dash = text.find('-');
  size_t first = 0;
  size_t last = 0;
  if (!ParseDay(text.substr(0, dash), &first)) return false;
  last = first;
  if (dash != std::string_view::npos && !ParseDay(text.substr(dash + 1), &last)) return false;
  for (size_t day = first;; day = (day + 1) % 7) {
    *weekdays = static_cast<uint8_t>(*weekdays | 1u << day);
    if (day == last) return true;
  }
}

bool ParseDays(std::string_view text, uint8_t* weekdays) {
  if (text == "daily") {
    *weekdays = kAllDays;
    return true;
  }
  for (;;) {
    const size_t comma = text.find(',');
    if (!ParseDayRange(text.substr(0, comma), weekdays)) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

bool ParseMinute(std::string_view text, uint16_t* minute) {
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return false;
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return false;
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (minutes > 59) return false;
  *minute = static_cast<uint16_t>(hours * 60 + minutes);
  return true;
}

std::string MinuteText(int minute) {
  const auto two = [](int number) {
    return std::string(number < 10 ? "0" : "") + std::to_string(number);
  };
  return two(minute / 60) + ":" + two(minute % 60);
}

std::string DaysText(uint8_t weekdays) {
  if (weekdays == kAllDays) return "daily";
  std::string text;
  for (size_t day = 0; day < kDays.size(); ++day) {
    if (((weekdays >> day) & 1) == 0) continue;
    size_t last = day;
    while (last + 1 < kDays.size() && ((weekdays >> (last + 1)) & 1) != 0) ++last;
    text += (text.empty() ? "" : ",") + std::string(kDays[day]);
    if (last > day) text += (last == day + 1 ? "," : "-") + std::string(kDays[last]);
    day = last;
  }
  return text;
}

/// Writes or, where `bytes` is empty, deletes a user's row, and says so in the user's.
Result<uint64_t> PutOwn(const Store& store, std::string_view user, RowKind kind, UserFlag flag,
                        std::string_view bytes, int64_t expires_s) {
  return WriteOnce(*store.impl()->backend, [&](StoreTransaction& transaction) -> Status {
    int64_t handle = 0;
    if (Status status = transaction.Intern(user, &handle); !status.ok()) return status;
    Status status = bytes.empty() ? transaction.DeleteRow(kind, handle, 0)
                                  : transaction.PutRow(kind, handle, 0, bytes, expires_s);
    return status.ok() ? transaction.SetFlag(handle, flag, !bytes.empty()) : status;
  });
}

/// The row's bytes; empty: none.
Result<std::string> OwnRow(const Store& store, std::string_view user, RowKind kind) {
  Result<std::vector<NamedRow>> rows = store.impl()->backend->RowsOf(kind, kind, Party(user));
  if (!rows.ok()) return rows.status();
  return rows->empty() ? std::string() : std::move(rows->front().bytes);
}

}  // namespace

Result<QuietInterval> ParseQuietInterval(std::string_view text) {
  const size_t space = text.find(' ');
  if (space == std::string_view::npos) return BadInterval(text);
  const std::string_view times = text.substr(space + 1);
  const size_t dash = times.find('-');
  QuietInterval interval;
  if (dash == std::string_view::npos || !ParseDays(text.substr(0, space), &interval.weekdays) ||
      !ParseMinute(times.substr(0, dash), &interval.start) ||
      !ParseMinute(times.substr(dash + 1), &interval.end)) {
    return BadInterval(text);
  }
  // Until midnight, written as the day's first minute.
  if (interval.end == 0) interval.end = kDayMinutes;
  if (!IsGoodInterval(interval)) return BadInterval(text);
  return interval;
}

std::string ToString(const QuietInterval& interval) {
  return DaysText(interval.weekdays) + " " + MinuteText(interval.start) + "-" +
         MinuteText(interval.end);
}

Result<uint64_t> QuietTimes::SetQuiet(std::string_view user, const QuietPeriod& period) {
  if (period.until_s < 1 || period.until_s > kMaxQuietUntil) {
    return Status(StatusCode::kInvalidArgument,
                  "quiet ends at a Unix time from 1 to " + std::to_string(kMaxQuietUntil));
  }
  return PutOwn(store_, user, RowKind::kQuiet, UserFlag::kHasQuiet,
                PackQuiet({period.until_s, period.except_listed}), period.until_s + kSlackS);
}

Result<uint64_t> QuietTimes::EndQuiet(std::string_view user) {
  return PutOwn(store_, user, RowKind::kQuiet, UserFlag::kHasQuiet, {}, 0);
}

Result<std::optional<QuietPeriod>> QuietTimes::ShowQuiet(std::string_view user) const {
  Result<std::string> bytes = OwnRow(store_, user, RowKind::kQuiet);
  if (!bytes.ok()) return bytes.status();
  if (bytes->empty()) return std::optional<QuietPeriod>();
  QuietRow row;
  if (!UnpackQuiet(AsBytes(*bytes), &row)) {
    return Status(StatusCode::kCorrupt, "the row of a quiet period is damaged");
  }
  return std::optional(QuietPeriod{row.until_s, row.except_listed});
}

Result<uint64_t> QuietTimes::SetSchedule(std::string_view user, const QuietSchedule& schedule,
                                         const TimeZones& zones) {
  if (Status bad = CheckSchedule(schedule); !bad.ok()) return bad;
  LocalTime ignored;
  if (!zones.ToLocal(schedule.zone, 0, &ignored)) {
    std::vector<std::string> names = zones.Names();
    std::erase(names, schedule.zone);  // a file of that name which is no zone, or damaged
    const std::string hint = DidYouMean(schedule.zone, {names.begin(), names.end()});
    return Status(StatusCode::kNotFound, "there is no time zone '" + schedule.zone + "'" +
                                             (hint.empty() ? "" : ": " + hint));
  }
  return PutOwn(store_, user, RowKind::kSchedule, UserFlag::kHasSchedule, PackSchedule(schedule),
                0);
}

Result<uint64_t> QuietTimes::ClearSchedule(std::string_view user) {
  return PutOwn(store_, user, RowKind::kSchedule, UserFlag::kHasSchedule, {}, 0);
}

Result<std::optional<QuietSchedule>> QuietTimes::ShowSchedule(std::string_view user) const {
  Result<std::string> bytes = OwnRow(store_, user, RowKind::kSchedule);
  if (!bytes.ok()) return bytes.status();
  if (bytes->empty()) return std::optional<QuietSchedule>();
  ScheduleView view;
  if (!ViewSchedule(AsBytes(*bytes), &view)) {
    return Status(StatusCode::kCorrupt, "the row of a schedule is damaged");
  }
  QuietSchedule schedule;
  schedule.zone = view.zone;
  for (size_t i = 0; i < view.intervals.size() / kIntervalBytes; ++i) {
    schedule.intervals.push_back(IntervalAt(view, i));
  }
  return std::optional(std::move(schedule));
}

}  // namespace ringfence
