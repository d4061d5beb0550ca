// A replay's report for people: what it covers first, then where every entry is, what changed, and
// examples. Takes the report and gates; gives text of at most 96 columns where names allow.
#pragma once

#include <ringfence/replay.h>

#include <string>
#include <vector>

#include "cli/output.h"
#include "cli/replay_gates.h"

namespace ringfence::cli {

/// What the text needs to know besides the report.
struct ReplayTextOptions {
  bool has_keys = false;  ///< some were given
  size_t examples = 0;    ///< print the first so many
};

std::string ReplayText(const Output& out, const ReplayReport& report,
                       const ReplayTextOptions& options);
/// A line each: held or not, and by what figure.
std::string GatesText(const Output& out, const std::vector<GateResult>& gates);

}  // namespace ringfence::cli
