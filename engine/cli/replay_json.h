// A replay's report as one JSON object, for programs and to be kept.
// Takes the report, whether the log was verified first, and gates; gives the text.
#pragma once

#include <ringfence/replay.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/json_out.h"
#include "cli/replay_gates.h"

namespace ringfence::cli {

/// "reproduce", "what_if", "shadow".
std::string_view ModeName(ReplayMode mode);

/// One object on a line.
std::string ReplayJson(const ReplayReport& report, bool verified,
                       const std::vector<GateResult>& gates);

/// The member "gates".
void WriteGates(JsonOut& json, const std::vector<GateResult>& gates);

/// The names of its members, for the manual page.
std::string_view ReplayJsonMembers();

}  // namespace ringfence::cli
