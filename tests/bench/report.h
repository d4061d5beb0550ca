// The table a benchmark program prints: medians over all rounds, ratios to a baseline of the same
// run, targets. Takes Google Benchmark's runs.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ringfence::bench {

/// CPU time of this thread, the kernel's for it included: others on the machine cost less of it
/// than of the clock on the wall.
double ThreadNs();

/// One line of the table: a benchmark. It gives what it measured as counters: "ns" and, when it is
/// compared with something, "baseline"; each for one item, of this round.
struct Row {
  std::string name;
  std::optional<double> ratio_at_most;  ///< ns / baseline
  bool ratio_below = false;             ///< it must be below, not at most
  std::optional<double> ns_at_most;
  bool no_allocation = false;
};

/// Collects the counters of every round; prints nothing while running.
class Rounds : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;

  /// Median over the rounds; 0: no such counter.
  double Median(const std::string& name, const std::string& counter) const;
  /// ns / baseline: median and half the distance of its quartiles.
  std::optional<double> Ratio(const std::string& name) const;
  double RatioSpread(const std::string& name) const;
  /// The highest of any round; nothing: no such counter.
  std::optional<double> Highest(const std::string& name, const std::string& counter) const;
  bool has(const std::string& name) const { return counters_.count(name) > 0; }
  bool failed() const { return failed_; }

 private:
  using Values = std::vector<double>;  ///< one per round
  const Values& Of(const std::string& name, const std::string& counter) const;
  Values Ratios(const std::string& name) const;

  std::map<std::string, std::map<std::string, Values>> counters_;
  bool failed_ = false;
};

/// Prints the rows that were run, with the given counters as columns. `unit_ns` and `unit`: 1,
/// "ns".
void PrintTable(const Rounds& rounds, const std::vector<Row>& rows,
                const std::vector<std::string>& counters, double unit_ns, const char* unit);

/// The exit code of a program: 1 if a benchmark failed, or one allocated that must not, which it
/// prints.
int ExitCode(const Rounds& rounds, const std::vector<Row>& rows);

/// Runs what is registered: 15 rounds, unless --benchmark_repetitions says otherwise, in random
/// order. Takes Google Benchmark's flags out of the arguments.
void RunRounds(int* argc, char** argv, Rounds* rounds);

}  // namespace ringfence::bench
