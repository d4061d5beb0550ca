// One and the same log for two builds of the evaluator, of which one is wrong on purpose. Takes a
// number; gives the log, with what the build that made it answered.
#pragma once

#include <memory>
#include <string>

#include "differential/replay_log.h"

namespace ringfence::differential {

/// Questions, worlds and policies depend on the number alone; answers on who makes it.
std::unique_ptr<ReplayLog> MakeTwin(Random& random);

/// Copies the log into a folder, with the facts keys beside it: all that a replay needs.
void HandOver(const ReplayLog& log, const std::string& folder);

/// The replay of what was handed over.
ReplayReport ReplayHandedOver(const std::string& folder);

}  // namespace ringfence::differential
