// What a verification of the decision log found, as `log verify` and `replay` print it.
// Takes a LogVerification; gives lines for people, an object for programs.
#pragma once

#include <ringfence/log.h>

#include <vector>

#include "cli/json_out.h"
#include "cli/output.h"

namespace ringfence::cli {

/// Notes, what is wrong, and how much of it: nothing where there is neither.
void PrintFindings(Output& out, const LogVerification& seen);

/// A list of objects.
void WriteFindings(JsonOut& json, const std::vector<LogFinding>& findings);
/// All of it, one object.
void WriteVerification(JsonOut& json, const LogVerification& seen);

}  // namespace ringfence::cli
