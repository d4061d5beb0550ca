// Gates of `ringfence diff`.
#include "cli/diff_gates.h"

#include "cli/log_input.h"
#include "cli/replay_json.h"
#include "cli/replay_text.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr uint64_t kMost = 1000000000000000;  // a double holds each of them

Result<std::optional<uint64_t>> CountOption(const Arguments& arguments, std::string_view option) {
  if (!arguments.Has(option)) return std::optional<uint64_t>();
  auto number = NumberOption(arguments, option, 0, kMost, 0);
  if (!number.ok()) return number.status();
  return std::optional<uint64_t>(*number);
}

GateResult AtMost(std::string_view name, uint64_t limit, uint64_t value,
                  std::string_view why_blind) {
  GateResult result;
  result.name = name;
  result.limit = static_cast<double>(limit);
  result.value = static_cast<double>(value);
  result.blind = !why_blind.empty();
  if (result.blind) result.why_blind = why_blind;
  result.holds = !result.blind && value <= limit;
  return result;
}

}  // namespace

Result<DiffGates> DiffGatesFrom(const Arguments& arguments) {
  DiffGates gates;
  auto gained = CountOption(arguments, "max-gained");
  if (!gained.ok()) return gained.status();
  gates.max_gained = *gained;
  auto lost = CountOption(arguments, "max-lost");
  if (!lost.ok()) return lost.status();
  gates.max_lost = *lost;
  return gates;
}

std::vector<OptionSpec> DiffGateOptions() {
  return {{"max-gained", "N",
           "Gate: exit 1 only if more than N would be let through that were refused. With --log N "
           "counts decisions of the log, else with --db pairs of users, else sets of situations as "
           "they are listed, those while facts are unavailable too."},
          {"max-lost", "N",
           "Gate: exit 1 only if more than N would be refused that were let through."}};
}

std::vector<GateResult> CheckDiffGates(const DiffGates& gates, const DiffCounts& counts) {
  std::vector<GateResult> results;
  if (gates.max_gained) {
    results.push_back(AtMost("max_gained", *gates.max_gained, counts.gained, counts.why_blind));
  }
  if (gates.max_lost)
    results.push_back(AtMost("max_lost", *gates.max_lost, counts.lost, counts.why_blind));
  return results;
}

std::string DiffGatesText(const Output& out, const DiffCounts& counts,
                          const std::vector<GateResult>& gates) {
  if (gates.empty()) return {};
  return Cat({"\ngates count ", counts.of, "\n", GatesText(out, gates)});
}

void WriteDiffGates(JsonOut& json, const DiffCounts& counts, const std::vector<GateResult>& gates) {
  json.Key("counts").Object().Key("of").Text(counts.of);
  json.Key("gained").Number(counts.gained).Key("lost").Number(counts.lost).EndObject();
  WriteGates(json, gates);
}

}  // namespace ringfence::cli
