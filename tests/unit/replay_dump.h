// A replay report as text, all of it, a line each: two reports are the same if their texts are.
#pragma once

#include <ringfence/replay.h>

#include <string>

namespace ringfence {

std::string DumpReport(const ReplayReport& report);

}  // namespace ringfence
