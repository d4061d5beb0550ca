// See replay_simulated.h.
#include "cli/replay_simulated.h"

#include <string_view>

#include "cli/text.h"

namespace ringfence::cli {

std::string SimulatedText(const ReplayReport& report) {
  std::string text =
      Cat({"simulated (an estimate: ", Count(report.simulated, "decision", "decisions"),
           " asked about attempts that were not recorded"});
  if (report.simulated == 0) return text + ")";
  text += Cat(
      {", ", report.burn_in() == 0 ? "none" : Thousands(report.burn_in()), " of these in burn-in"});
  std::string_view before = ": ";
  for (const ReplayReason& one : report.burn_in_by_reason) {
    text += Cat({before, one.reason, " ", Thousands(one.entries)});
    before = ", ";
  }
  return text + ")";
}

}  // namespace ringfence::cli
