// A replay as a page for people: one HTML file that needs nothing beside it.
// Takes a ReplayReport; gives the file's contents. Nothing of a log is trusted to be harmless.
#pragma once

#include <ringfence/replay.h>

#include <string>

namespace ringfence::cli {

/// Coverage first, then what differs, over time, by outcome, rule and party, and examples. UTF-8.
/// At most some 3 MB, whatever is in the report.
std::string ReplayHtml(const ReplayReport& report);

}  // namespace ringfence::cli
