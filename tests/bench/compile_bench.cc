// Time to compile policies of growing size, and policies that must be refused for growing too
// large.
//   compile_bench [--benchmark_...]
#include <benchmark/benchmark.h>
#include <ringfence/policy.h>

#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "api/policy_impl.h"
#include "bench/policies.h"
#include "bench/report.h"

namespace ringfence::bench {
namespace {

constexpr double kMs = 1e6;

void AddTenants(int n, std::optional<double> ms_at_most, std::vector<Row>* rows) {
  const std::string name = "tenants, " + std::to_string(n) + " rules";
  Row row{name, {}, false, {}, false};
  if (ms_at_most) row.ns_at_most = *ms_at_most * kMs;
  rows->push_back(row);
  benchmark::RegisterBenchmark(name.c_str(), [text = Tenants(n)](benchmark::State& state) {
    size_t nodes = 0;
    uint32_t created = 0;
    const double start = ThreadNs();
    for ([[maybe_unused]] auto _ : state) {
      const Result<Policy> policy = Policy::Compile(text);
      if (!policy.ok()) return state.SkipWithError(policy.status().message().c_str());
      const ProgramDecision& ring = policy->impl()->program.decisions[0];
      nodes = ring.nodes.size();
      created = ring.nodes_created;
    }
    state.counters["ns"] = (ThreadNs() - start) / static_cast<double>(state.iterations());
    state.counters["nodes"] = static_cast<double>(nodes);
    state.counters["created"] = created;
  });
}

void AddHostile(const Hostile& hostile, std::vector<Row>* rows) {
  const std::string name = "refused: " + hostile.name;
  Row row{name, {}, false, {}, false};
  row.ns_at_most = 2000 * kMs;
  rows->push_back(row);
  benchmark::RegisterBenchmark(name.c_str(),
                               [text = hostile.text](benchmark::State& state) {
                                 const double start = ThreadNs();
                                 for ([[maybe_unused]] auto _ : state) {
                                   const Result<Policy> policy = Policy::Compile(text);
                                   if (policy.ok())
                                     return state.SkipWithError("compiles, and should not");
                                   if (policy.status().code() != StatusCode::kLimit) {
                                     return state.SkipWithError(policy.status().message().c_str());
                                   }
                                 }
                                 state.counters["ns"] =
                                     (ThreadNs() - start) / static_cast<double>(state.iterations());
                               })
      ->Iterations(1)
      ->Repetitions(3);
}

int Main(int argc, char** argv) {
  std::vector<Row> rows;
  AddTenants(10, {}, &rows);
  AddTenants(100, 50, &rows);
  AddTenants(1000, {}, &rows);
  AddTenants(4000, {}, &rows);
  for (const Hostile& hostile : HostilePolicies()) AddHostile(hostile, &rows);
  Rounds rounds;
  RunRounds(&argc, argv, &rounds);
  PrintTable(rounds, rows, {"nodes", "created"}, kMs, "ms");
  return rounds.failed() ? 1 : 0;
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
