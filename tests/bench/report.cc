// Medians, ratios and the table.
#include "bench/report.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace ringfence::bench {
namespace {

double Quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(place);
  const size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (place - static_cast<double>(low)) * (values[high] - values[low]);
}

std::string Target(const Row& row, double unit_ns, const char* unit) {
  char text[64] = "";
  if (row.ratio_at_most) {
    std::snprintf(text, sizeof text, "%s %.2f", row.ratio_below ? "<" : "<=", *row.ratio_at_most);
  } else if (row.ns_at_most) {
    std::snprintf(text, sizeof text, "<= %.0f %s", *row.ns_at_most / unit_ns, unit);
  }
  return text;
}

std::string Met(const Row& row, double ns, std::optional<double> ratio) {
  std::optional<bool> met;
  if (row.ratio_at_most && ratio) {
    met = row.ratio_below ? *ratio < *row.ratio_at_most : *ratio <= *row.ratio_at_most;
  } else if (row.ns_at_most) {
    met = ns <= *row.ns_at_most;
  }
  return !met ? "" : (*met ? "met" : "MISSED");
}

}  // namespace

double ThreadNs() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

bool Rounds::ReportContext(const Context& /*context*/) { return true; }

void Rounds::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration) continue;
    const std::string& name = run.run_name.function_name;
    if (run.error_occurred) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), run.error_message.c_str());
      failed_ = true;
      continue;
    }
    for (const auto& [counter, value] : run.counters) {
      counters_[name][counter].push_back(value.value);
    }
  }
}

const Rounds::Values& Rounds::Of(const std::string& name, const std::string& counter) const {
  static const Values none;
  const auto found = counters_.find(name);
  if (found == counters_.end()) return none;
  const auto values = found->second.find(counter);
  return values == found->second.end() ? none : values->second;
}

Rounds::Values Rounds::Ratios(const std::string& name) const {
  const Values& ns = Of(name, "ns");
  const Values& baseline = Of(name, "baseline");
  Values ratios;
  for (size_t i = 0; i < std::min(ns.size(), baseline.size()); ++i) {
    if (baseline[i] > 0) ratios.push_back(ns[i] / baseline[i]);
  }
  return ratios;
}

double Rounds::Median(const std::string& name, const std::string& counter) const {
  return Quantile(Of(name, counter), 0.5);
}

std::optional<double> Rounds::Ratio(const std::string& name) const {
  const Values ratios = Ratios(name);
  if (ratios.empty()) return std::nullopt;
  return Quantile(ratios, 0.5);
}

double Rounds::RatioSpread(const std::string& name) const {
  const Values ratios = Ratios(name);
  return (Quantile(ratios, 0.75) - Quantile(ratios, 0.25)) / 2;
}

std::optional<double> Rounds::Highest(const std::string& name, const std::string& counter) const {
  const Values& values = Of(name, counter);
  if (values.empty()) return std::nullopt;
  return Quantile(values, 1);
}

void PrintTable(const Rounds& rounds, const std::vector<Row>& rows,
                const std::vector<std::string>& counters, double unit_ns, const char* unit) {
  const auto compared = [&](const Row& row) { return rounds.Ratio(row.name).has_value(); };
  const bool ratios = std::any_of(rows.begin(), rows.end(), compared);
  std::printf("%-34s %9s", "", unit);
  if (ratios) std::printf(" %9s %7s %7s", "baseline", "ratio", "+-");
  std::printf(" %10s %-6s", "target", "");
  for (const std::string& counter : counters) std::printf(" %8s", counter.c_str());
  std::printf("\n");
  const int digits = unit_ns > 1 ? 2 : 0;
  for (const Row& row : rows) {
    if (!rounds.has(row.name)) continue;
    const double ns = rounds.Median(row.name, "ns");
    const std::optional<double> ratio = rounds.Ratio(row.name);
    std::printf("%-34s %9.*f", row.name.c_str(), digits, ns / unit_ns);
    if (ratio) {
      const double baseline = rounds.Median(row.name, "baseline");
      std::printf(" %9.*f %7.3f %7.3f", digits, baseline / unit_ns, *ratio,
                  rounds.RatioSpread(row.name));
    } else if (ratios) {
      std::printf(" %9s %7s %7s", "", "", "");
    }
    std::printf(" %10s %-6s", Target(row, unit_ns, unit).c_str(), Met(row, ns, ratio).c_str());
    for (const std::string& counter : counters) {
      const std::optional<double> value = rounds.Highest(row.name, counter);
      value ? std::printf(" %8.5g", *value) : std::printf(" %8s", "");
    }
    std::printf("\n");
  }
}

int ExitCode(const Rounds& rounds, const std::vector<Row>& rows) {
  int code = rounds.failed() ? 1 : 0;
  for (const Row& row : rows) {
    if (!row.no_allocation || rounds.Highest(row.name, "allocs").value_or(0) == 0) continue;
    std::printf("%s allocates: a decision must not\n", row.name.c_str());
    code = 1;
  }
  return code;
}

void RunRounds(int* argc, char** argv, Rounds* rounds) {
  std::vector<std::string> texts(argv, argv + *argc);
  texts.insert(texts.begin() + 1,
               {"--benchmark_repetitions=15", "--benchmark_enable_random_interleaving=true",
                "--benchmark_min_time=0.05"});
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) std::exit(2);
  benchmark::RunSpecifiedBenchmarks(rounds);
}

}  // namespace ringfence::bench
