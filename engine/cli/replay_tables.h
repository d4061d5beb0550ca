// The tables of a replay's report, for people. Each takes its part of the report and gives lines,
// none where there is nothing to say.
#pragma once

#include <ringfence/replay.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"

namespace ringfence::cli {

/// Columns of names and of numbers, in all sections of the report.
inline constexpr size_t kReplayNameColumns = 30;
inline constexpr size_t kReplayNumberColumns = 13;
inline constexpr size_t kReplayColumns = 96;

/// "  name            1,234"
std::string ReplayRow(std::string_view name, uint64_t number);

/// Outcomes that were, down, and that would be, across; a list where the table would be too wide.
std::string MatrixText(const Output& out, const std::vector<ReplayFlow>& flows);
/// Rules with the entries they decided and what became of these; then those never reached.
std::string RulesText(const ReplayReport& report);
std::string MoversText(std::string_view title, const std::vector<ReplayMover>& movers);
std::string ExamplesText(const Output& out, const std::vector<ReplayExample>& examples,
                         size_t most);
std::string DivergencesText(const Output& out, const ReplayReport& report);
std::string PoliciesText(const ReplayReport& report);

}  // namespace ringfence::cli
