// Gates of `ringfence replay`.
#include "cli/replay_gates.h"

#include <algorithm>
#include <charconv>

#include "cli/log_input.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr double kWhole = 100;
constexpr uint64_t kMostEntries = 1000000000000000;  // a double holds each of them

Result<std::optional<uint64_t>> CountOption(const Arguments& arguments, std::string_view option,
                                            ReplayMode mode) {
  if (!arguments.Has(option)) return std::optional<uint64_t>();
  if (mode == ReplayMode::kReproduce) {
    return Status(StatusCode::kInvalidArgument,
                  Cat({"--", option,
                       " is for --policy and --shadow: under the recorded policy nothing may "
                       "change at all"}));
  }
  auto number = NumberOption(arguments, option, 0, kMostEntries, 0);
  if (!number.ok()) return number.status();
  return std::optional<uint64_t>(*number);
}

Result<double> ParsePercent(std::string_view text, std::string_view option) {
  double percent = 0;
  const bool digits_only = text.find_first_not_of("0123456789.") == std::string_view::npos;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (digits_only && error == std::errc() && end == text.data() + text.size() &&
      percent <= kWhole) {
    return percent;
  }
  constexpr std::string_view kExpected = "expected a percentage from 0 to 100, like 99.9";
  return Status(StatusCode::kInvalidArgument,
                Cat({"--", option, " '", Printable(text), "': ", kExpected}));
}

GateResult AtMost(std::string_view name, uint64_t limit, uint64_t value,
                  const ReplayReport& report) {
  GateResult result;
  result.name = name;
  result.limit = static_cast<double>(limit);
  result.value = static_cast<double>(value);
  result.blind = report.entries > 0 && report.covered() == 0;
  result.holds = !result.blind && value <= limit;
  return result;
}

}  // namespace

Result<ReplayGates> GatesFrom(const Arguments& arguments, ReplayMode mode) {
  ReplayGates gates;
  auto gained = CountOption(arguments, "max-gained", mode);
  if (!gained.ok()) return gained.status();
  gates.max_gained = *gained;
  auto lost = CountOption(arguments, "max-lost", mode);
  if (!lost.ok()) return lost.status();
  gates.max_lost = *lost;
  if (!arguments.Has("min-coverage")) return gates;
  auto percent = ParsePercent(arguments.Get("min-coverage"), "min-coverage");
  if (!percent.ok()) return percent.status();
  gates.min_coverage = *percent;
  return gates;
}

std::vector<OptionSpec> GateOptions() {
  return {{"max-gained", "N",
           "Gate: exit 1 if more than N calls that were refused would be let through. With "
           "--policy or --shadow."},
          {"max-lost", "N",
           "Gate: exit 1 if more than N calls that were let through would be refused. With "
           "--policy or --shadow."},
          {"min-coverage", "PERCENT",
           "Gate: exit 1 if fewer of the entries could be decided again: 99.9. The other gates "
           "count only what was; of a range where nothing was they do not hold either. A range "
           "without decisions has a coverage of 0."}};
}

std::vector<GateResult> CheckGates(const ReplayGates& gates, const ReplayReport& report) {
  std::vector<GateResult> results;
  if (gates.max_gained) {
    results.push_back(AtMost("max_gained", *gates.max_gained, report.changes.gained, report));
  }
  if (gates.max_lost) {
    results.push_back(AtMost("max_lost", *gates.max_lost, report.changes.lost, report));
  }
  if (gates.min_coverage) {
    GateResult result{"min_coverage", *gates.min_coverage, CoveragePercent(report), true};
    result.holds = result.value >= result.limit;
    results.push_back(result);
  }
  return results;
}

bool AllHold(const std::vector<GateResult>& gates) {
  return std::all_of(gates.begin(), gates.end(), [](const GateResult& gate) { return gate.holds; });
}

double CoveragePercent(const ReplayReport& report) {
  if (report.entries == 0) return 0;
  // Both are exact, so that 999 of 1,000 is the 99.9 that somebody typed.
  return static_cast<double>(report.covered()) * kWhole / static_cast<double>(report.entries);
}

}  // namespace ringfence::cli
