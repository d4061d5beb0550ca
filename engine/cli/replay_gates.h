// Gates of `ringfence replay`: what a report must not exceed, for who proposes a policy.
// Takes --max-gained, --max-lost and --min-coverage; gives which of them hold, with the figures.
#pragma once

#include <ringfence/replay.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"

namespace ringfence::cli {

struct ReplayGates {
  std::optional<uint64_t> max_gained, max_lost;
  std::optional<double> min_coverage;  ///< percent
};

/// One gate and the figure it was held against.
struct GateResult {
  std::string_view name;  ///< "max_gained"
  double limit = 0;
  double value = 0;
  bool percent = false;  ///< else both are whole numbers
  bool blind = false;    ///< there is no figure: it does not hold
  std::string_view why_blind = "nothing was decided";
  bool holds = false;
};

/// kInvalidArgument: no number, or a gate on changes where nothing can change (kReproduce).
Result<ReplayGates> GatesFrom(const Arguments& arguments, ReplayMode mode);
std::vector<OptionSpec> GateOptions();

/// Those that were asked for.
std::vector<GateResult> CheckGates(const ReplayGates& gates, const ReplayReport& report);
bool AllHold(const std::vector<GateResult>& gates);

/// 0 where there is no decision: what saw nothing covers nothing.
double CoveragePercent(const ReplayReport& report);

}  // namespace ringfence::cli
