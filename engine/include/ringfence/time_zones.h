// Time zones, as the engine asks for them: the library itself knows none. ringfence/zones.h has one
// implementation, of a library of its own; a host may bring another.
#pragma once

#include <ringfence/export.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// What clocks and calendars on a wall say.
struct LocalTime {
  int minute = 0;   ///< since midnight, 0..1439
  int weekday = 1;  ///< 1 Monday .. 7 Sunday
};

/// Thread-safe: all Readers of an engine share one.
class RINGFENCE_API TimeZones {
 public:
  virtual ~TimeZones() = default;
  /// The local time in an IANA zone ("Europe/Berlin") at a Unix time. False: there is no such zone,
  /// or no such time. Called by decisions: it should not allocate or block once a zone was used.
  virtual bool ToLocal(std::string_view zone, int64_t unix_s, LocalTime* local) const noexcept = 0;
  /// Names of zones, to suggest one for a misspelt name.
  virtual std::vector<std::string> Names() const = 0;
};

}  // namespace ringfence
