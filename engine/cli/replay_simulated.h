// What a replay's report, as text or as a page, says of attempts that were simulated.
#pragma once

#include <ringfence/replay.h>

#include <string>

namespace ringfence::cli {

/// "simulated (an estimate: ...)", of a report whose attempts are.
std::string SimulatedText(const ReplayReport& report);

}  // namespace ringfence::cli
