// Local times from the system's zone files: gaps and folds, odd offsets, changes at midnight, a
// skipped day; and quiet intervals on such days.
#include <doctest/doctest.h>
#include <ringfence/quiet.h>
#include <ringfence/zones.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "derived/schedule.h"
#include "unit/allocations.h"

namespace ringfence {
namespace {

std::shared_ptr<const TimeZones> Zones() {
  Result<std::shared_ptr<const TimeZones>> zones = SystemTimeZones();
  REQUIRE_MESSAGE(zones.ok(), zones.status().message());
  return *zones;
}

/// "6 01:59": weekday, hours, minutes; "-": no such zone.
std::string Local(const TimeZones& zones, std::string_view zone, int64_t unix_s) {
  LocalTime local;
  if (!zones.ToLocal(zone, unix_s, &local)) return "-";
  const auto two = [](int n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
  return std::to_string(local.weekday) + " " + two(local.minute / 60) + ":" +
         two(local.minute % 60);
}

/// The minutes, of those from `from_s` on, in which the intervals ask for quiet: "60+30" are 60
/// minutes, then after a pause 30.
std::string QuietMinutes(const TimeZones& zones, const char* zone, const char* interval,
                         int64_t from_s, int hours) {
  QuietSchedule schedule;
  schedule.zone = zone;
  const Result<QuietInterval> parsed = ParseQuietInterval(interval);
  REQUIRE_MESSAGE(parsed.ok(), parsed.status().message());
  schedule.intervals.push_back(*parsed);
  REQUIRE(CheckSchedule(schedule).ok());
  const std::string bytes = PackSchedule(schedule);
  ScheduleView view;
  REQUIRE(ViewSchedule(AsBytes(bytes), &view));
  std::string text;
  int run = 0;
  for (int minute = 0; minute <= hours * 60; ++minute) {
    LocalTime local;
    REQUIRE(zones.ToLocal(view.zone, from_s + minute * 60, &local));
    if (minute < hours * 60 && IsQuiet(view, local)) {
      ++run;
      continue;
    }
    if (run > 0) text += (text.empty() ? "" : "+") + std::to_string(run);
    run = 0;
  }
  return text;
}

TEST_CASE("zones: clocks go forward and back") {
  const auto zones = Zones();
  // Berlin, 31 March 2024: after 01:59 comes 03:00. 27 October 2024: 02:59, then 02:00 again.
  CHECK(Local(*zones, "Europe/Berlin", 1711846799) == "7 01:59");
  CHECK(Local(*zones, "Europe/Berlin", 1711846800) == "7 03:00");
  CHECK(Local(*zones, "Europe/Berlin", 1729990799) == "7 02:59");
  CHECK(Local(*zones, "Europe/Berlin", 1729990800) == "7 02:00");
  // Half an hour: Lord Howe, 7 April 2024, from +11:00 to +10:30.
  CHECK(Local(*zones, "Australia/Lord_Howe", 1712415599) == "7 01:59");
  CHECK(Local(*zones, "Australia/Lord_Howe", 1712415600) == "7 01:30");
  // The rules go on where the file's table ends: 10 July 2460.
  CHECK(Local(*zones, "Europe/Berlin", 15479424000) == "6 02:00");
}

TEST_CASE("zones: offsets that are no whole hours") {
  const auto zones = Zones();
  const int64_t noon = 1704110400;  // Monday, 1 January 2024, 12:00 UTC
  CHECK(Local(*zones, "UTC", noon) == "1 12:00");
  CHECK(Local(*zones, "Asia/Kolkata", noon) == "1 17:30");
  CHECK(Local(*zones, "Asia/Kathmandu", noon) == "1 17:45");
  CHECK(Local(*zones, "Pacific/Chatham", noon) == "2 01:45");
  CHECK(Local(*zones, "America/St_Johns", noon) == "1 08:30");
  CHECK(Local(*zones, "Pacific/Kiritimati", noon) == "2 02:00");
}

TEST_CASE("zones: changes at midnight, and a day that was not") {
  const auto zones = Zones();
  // Sao Paulo, 4 November 2018: the day began at 01:00. 16 February 2019: 23:00 twice.
  CHECK(Local(*zones, "America/Sao_Paulo", 1541300399) == "6 23:59");
  CHECK(Local(*zones, "America/Sao_Paulo", 1541300400) == "7 01:00");
  CHECK(Local(*zones, "America/Sao_Paulo", 1550368799) == "6 23:59");
  CHECK(Local(*zones, "America/Sao_Paulo", 1550368800) == "6 23:00");
  // Cairo, 26 April 2024: the Friday began at 01:00.
  CHECK(Local(*zones, "Africa/Cairo", 1714082399) == "4 23:59");
  CHECK(Local(*zones, "Africa/Cairo", 1714082400) == "5 01:00");
  // Apia went from Thursday, 29 December 2011, to Saturday, the 31st.
  CHECK(Local(*zones, "Pacific/Apia", 1325239199) == "4 23:59");
  CHECK(Local(*zones, "Pacific/Apia", 1325239200) == "6 00:00");
}

TEST_CASE("zones: a leap second is no minute of its own") {
  const auto zones = Zones();
  // 31 December 2016 had a second 23:59:60; Unix time has none.
  CHECK(Local(*zones, "UTC", 1483228799) == "6 23:59");
  CHECK(Local(*zones, "UTC", 1483228800) == "7 00:00");
  CHECK(Local(*zones, "Europe/Berlin", 1483228800) == "7 01:00");
}

TEST_CASE("zones: what is no zone") {
  const auto zones = Zones();
  for (const char* name :
       {"", "Europe/Berli", "europe/berlin", "Europe", "../etc/passwd", "/etc/passwd",
        "file:/etc/passwd", "localtime", "right/Europe/Berlin", "posix/Europe/Berlin",
        "Fixed/UTC+01:00:00", "zone.tab", "leapseconds", "Europe/Berlin/"}) {
    CAPTURE(name);
    CHECK(Local(*zones, name, 0) == "-");
  }
  const std::vector<std::string> names = zones->Names();
  CHECK(names.size() > 300);
  CHECK(std::find(names.begin(), names.end(), "America/Argentina/Ushuaia") != names.end());
  for (const std::string& name : names) CHECK(name.size() <= kMaxZoneBytes);
}

TEST_CASE("quiet intervals are what the clock on the wall says") {
  const auto zones = Zones();
  const int64_t gap = 1711839600;   // Berlin, 31 March 2024, 00:00
  const int64_t fold = 1729980000;  // Berlin, 27 October 2024, 00:00
  const auto berlin = [&](const char* interval, int64_t from_s, int hours) {
    return QuietMinutes(*zones, "Europe/Berlin", interval, from_s, hours);
  };
  // The hour that does not happen, and the one that happens twice: its clocks say the same.
  CHECK(berlin("daily 02:00-03:00", gap, 23).empty());
  CHECK(berlin("daily 02:00-03:00", fold, 25) == "120");
  CHECK(berlin("daily 02:30-03:30", gap, 23) == "30");
  CHECK(berlin("daily 02:30-03:30", fold, 25) == "30+60");
  CHECK(berlin("daily 01:00-04:00", gap, 23) == "120");
  CHECK(berlin("daily 01:00-04:00", fold, 25) == "240");
  // A night is an hour shorter or longer. From the Saturday's noon.
  CHECK(berlin("sat 22:00-07:00", gap - 12 * 3600, 35) == "480");
  CHECK(berlin("sat 22:00-07:00", fold - 12 * 3600, 37) == "600");
  // Whole days: 23 and 25 hours.
  CHECK(berlin("sun 00:00-24:00", gap - 3600, 26) == std::to_string(23 * 60));
  CHECK(berlin("sun 00:00-24:00", fold - 3600, 28) == std::to_string(25 * 60));
  // Sao Paulo's missing midnight; Lord Howe's half hour twice.
  CHECK(QuietMinutes(*zones, "America/Sao_Paulo", "sun 00:00-02:00", 1541300400 - 7200, 12) ==
        "60");
  CHECK(QuietMinutes(*zones, "Australia/Lord_Howe", "sun 01:30-02:00", 1712415600 - 7200, 12) ==
        "60");
}

TEST_CASE("quiet intervals: days are those on which they begin; a skipped day skips them") {
  const auto zones = Zones();
  const int64_t monday = 1704067200;  // 1 January 2024, UTC
  const auto utc = [&](const char* interval) {
    return QuietMinutes(*zones, "UTC", interval, monday, 7 * 24);
  };
  CHECK(utc("mon-fri 22:00-07:00") == "540+540+540+540+540");
  // The night of Sunday to Monday is cut in two by the week's end.
  CHECK(utc("sun 22:00-07:00") == "420+120");
  CHECK(utc("daily 22:00-07:00") == "420+540+540+540+540+540+540+120");
  CHECK(utc("sat,sun 00:00-24:00") == "2880");
  CHECK(utc("fri-mon 12:00-13:00") == "60+60+60+60");
  CHECK(utc("wed 23:59-00:00") == "1");
  // Apia's Friday, 30 December 2011, did not happen: nor did its quiet hours, nor the end of
  // Thursday's, as the day before a Saturday is a Friday. From Thursday noon, 36 hours.
  const int64_t thursday = 1325239200 - 12 * 3600;
  const auto apia = [&](const char* interval) {
    return QuietMinutes(*zones, "Pacific/Apia", interval, thursday, 36);
  };
  CHECK(apia("fri 09:00-17:00").empty());
  CHECK(apia("thu 22:00-07:00") == "120");
  CHECK(apia("fri 22:00-07:00") == "420");
  CHECK(apia("daily 22:00-07:00") == "540+120");
}

TEST_CASE("quiet intervals: text and back") {
  for (const char* text : {"mon-fri 22:00-07:00", "daily 00:00-24:00", "sat,sun 09:30-09:29",
                           "mon,wed,fri-sun 12:00-12:01", "sun 23:59-24:00"}) {
    const Result<QuietInterval> interval = ParseQuietInterval(text);
    REQUIRE_MESSAGE(interval.ok(), interval.status().message());
    CHECK(ToString(*interval) == text);
  }
  CHECK(ToString(*ParseQuietInterval("fri-mon 08:00-00:00")) == "mon,fri-sun 08:00-24:00");
  for (const char* text :
       {"", "mon", "mon 22:00", "mon 22:00-22:00", "mon 24:00-07:00", "mon 22:60-07:00",
        "mon 22:00-24:01", "Mon 22:00-07:00", "mon- 22:00-07:00", "mon, 22:00-07:00",
        "mon  22:00-07:00", "mon 9:00-17:00", "mon 22:00-07:00 ", "weekdays 22:00-07:00",
        "mon 00:00-00:00x", "mon -1:00-07:00"}) {
    CAPTURE(text);
    CHECK(ParseQuietInterval(text).status().code() == StatusCode::kInvalidArgument);
  }
}

TEST_CASE("a schedule's row: every damaged byte is refused or means something in range") {
  QuietSchedule schedule;
  schedule.zone = "Europe/Berlin";
  schedule.intervals = {{0x1f, 1320, 420}, {0x60, 0, 1440}};
  const std::string good = PackSchedule(schedule);
  for (size_t size = 0; size < good.size(); ++size) {
    ScheduleView view;
    const std::string cut = good.substr(0, size);
    const bool whole = size == 14 || size == 19;  // after the zone, after the first interval
    CHECK(ViewSchedule(AsBytes(cut), &view) == whole);
  }
  for (size_t i = 0; i < good.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string bytes = good;
      bytes[i] = static_cast<char>(byte);
      ScheduleView view;
      if (!ViewSchedule(AsBytes(bytes), &view)) continue;
      for (size_t k = 0; k < view.intervals.size() / kIntervalBytes; ++k) {
        CHECK(IsGoodInterval(IntervalAt(view, k)));
      }
    }
  }
}

TEST_CASE("zones: many threads, and no allocation once a zone was used") {
  const auto zones = Zones();
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (int& bad : wrong) {
    threads.emplace_back([&zones, &bad] {
      for (int i = 0; i < 200; ++i) {
        for (const char* name : {"Europe/Berlin", "Asia/Kolkata", "America/New_York", "No/Where"}) {
          LocalTime local;
          const bool found = zones->ToLocal(name, 1704110400 + i * 86400, &local);
          if (found != (std::string_view(name) != "No/Where")) ++bad;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int bad : wrong) CHECK(bad == 0);
  LocalTime local;
  const uint64_t before = Allocations();
  for (int i = 0; i < 100; ++i) zones->ToLocal("Europe/Berlin", 1704110400 + i * 99999, &local);
  CHECK(Allocations() == before);
}

}  // namespace
}  // namespace ringfence
