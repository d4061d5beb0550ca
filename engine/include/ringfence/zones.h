// Time zones from the system's files, of the library ringfence::zones (ringfence_zones), which
// links cctz. Gives what EngineOptions::time_zones and QuietTimes::SetSchedule take.
#pragma once

#include <ringfence/export.h>
#include <ringfence/status.h>
#include <ringfence/time_zones.h>

#include <memory>

namespace ringfence {

/// The zones in the folder that the environment variable TZDIR names, else /usr/share/zoneinfo (of
/// the package tzdata). A zone's file is read when it is first asked for, and kept: a process sees
/// new rules of a zone when it starts again. Leap seconds are not counted, as in Unix time: the
/// last second of a day happens twice. Errors: kNotFound, there is no such folder or no zone in it.
RINGFENCE_API Result<std::shared_ptr<const TimeZones>> SystemTimeZones();

}  // namespace ringfence
