// When a user wants to be left alone: now, for a while; and every week, by their local time.
// Takes what a user asks for; gives the facts callee.quiet(caller), callee.quiet_hours,
// callee.local_minute and callee.local_weekday to policies, which decide what comes of them.
#pragma once

#include <ringfence/export.h>
#include <ringfence/status.h>
#include <ringfence/store.h>
#include <ringfence/time_zones.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence {

/// "Nobody, until then": callee.quiet(caller) is true before `until_s`, Unix time.
struct QuietPeriod {
  int64_t until_s = 0;
  /// Not for callers whom the user's own list names and lets call: of its entries about persons and
  /// groups the first that matches says always or bypass. What the list says of domains, or of
  /// everybody, excepts nobody here.
  bool except_listed = false;

  friend bool operator==(const QuietPeriod&, const QuietPeriod&) = default;
};

/// Quiet every week from `start` to `end`, minutes since midnight of the local time. It begins on
/// the given days; where `end` is not after `start`, it ends on the day after.
struct QuietInterval {
  uint8_t weekdays = 0;  ///< bit 0 Monday .. bit 6 Sunday; at least one
  uint16_t start = 0;    ///< 0..1439
  uint16_t end = 0;      ///< 1..1440; not `start`

  friend bool operator==(const QuietInterval&, const QuietInterval&) = default;
};

/// A user's place in time. Quiet is what the clock on the wall says, minute by minute: on the day
/// on which clocks go from 02:00 to 03:00, quiet from 02:00 to 03:00 does not happen, and on the
/// day on which they go back, it happens twice. (RFC 5545, and so CPL, would shift and not repeat
/// it.) "The day after" and "the day before" are those of the week, also where a calendar skips
/// one.
struct QuietSchedule {
  std::string zone;  ///< IANA name, "Europe/Berlin"
  std::vector<QuietInterval> intervals;

  friend bool operator==(const QuietSchedule&, const QuietSchedule&) = default;
};

/// "mon-fri 22:00-07:00", "sat,sun 00:00-24:00", "daily 13:00-14:30"; days wrap ("fri-mon").
/// kInvalidArgument: says what was expected.
RINGFENCE_API Result<QuietInterval> ParseQuietInterval(std::string_view text);
/// As ParseQuietInterval takes it.
RINGFENCE_API std::string ToString(const QuietInterval& interval);

/// Cheap to copy, thread-safe as the store is. Each write is one transaction and one revision; once
/// it has returned, no decision of this process rings across it. Users become known. A failed write
/// changes nothing. Users who have asked for nothing cost decisions nothing.
class RINGFENCE_API QuietTimes {
 public:
  explicit QuietTimes(Store store) : store_(std::move(store)) {}

  /// kInvalidArgument: `until_s` is not in 1..kMaxQuietUntil.
  Result<uint64_t> SetQuiet(std::string_view user, const QuietPeriod& period);
  /// No error where there is nothing to end.
  Result<uint64_t> EndQuiet(std::string_view user);
  /// The period asked for last, also when it is over; none: never, or ended. kNotFound: the user is
  /// not known.
  Result<std::optional<QuietPeriod>> ShowQuiet(std::string_view user) const;

  /// Replaces what there was. kNotFound: `zones` has no such zone (the message has the nearest
  /// name). kInvalidArgument: an interval, by its number from 1. kLimit: more than
  /// kMaxQuietIntervals. Where the zone vanishes later (other zones in a server, older data), the
  /// facts of local time are unavailable.
  Result<uint64_t> SetSchedule(std::string_view user, const QuietSchedule& schedule,
                               const TimeZones& zones);
  Result<uint64_t> ClearSchedule(std::string_view user);
  Result<std::optional<QuietSchedule>> ShowSchedule(std::string_view user) const;

 private:
  Store store_;
};

}  // namespace ringfence
