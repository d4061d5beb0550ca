// Gates of `ringfence diff`: how much may change, for who proposes a policy.
// Takes --max-gained, --max-lost and what was counted; gives which of them hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/json_out.h"
#include "cli/output.h"
#include "cli/replay_gates.h"

namespace ringfence::cli {

struct DiffGates {
  std::optional<uint64_t> max_gained, max_lost;
};

/// What gates are held against: sets of situations, or what a database or a log has of them.
struct DiffCounts {
  std::string_view of;  ///< "situations", "pairs", "entries"
  uint64_t gained = 0, lost = 0;
  std::string_view why_blind = {};  ///< not empty: there is more than was counted, no gate holds
};

Result<DiffGates> DiffGatesFrom(const Arguments& arguments);
std::vector<OptionSpec> DiffGateOptions();
/// Those that were asked for.
std::vector<GateResult> CheckDiffGates(const DiffGates& gates, const DiffCounts& counts);
/// A line a gate; empty without any.
std::string DiffGatesText(const Output& out, const DiffCounts& counts,
                          const std::vector<GateResult>& gates);
/// The members "counts" and "gates".
void WriteDiffGates(JsonOut& json, const DiffCounts& counts, const std::vector<GateResult>& gates);

}  // namespace ringfence::cli
