// What benchmark programs share: failures that end the program, a folder that goes away, two things
// measured in turns. Whoever measures in turns links unit/allocations.cc.
#pragma once

#include <benchmark/benchmark.h>
#include <ringfence/engine.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "bench/report.h"
#include "unit/allocations.h"

namespace ringfence::bench {

[[noreturn]] inline void Fail(const std::string& what) {
  std::fprintf(stderr, "benchmark: %s\n", what.c_str());
  std::exit(1);
}

template <class T>
T Must(Result<T> result) {
  if (!result.ok()) Fail(result.status().message());
  return std::move(result).value();
}

inline void MustOk(const Status& status) {
  if (!status.ok()) Fail(status.message());
}

/// Removed at the end.
class Folder {
 public:
  Folder() {
    const char* const base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr ? base : "/tmp") + "/ringfence-bench-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) Fail("cannot make " + path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// Decides each; a failure ends the program.
inline void DecideAll(Reader& reader, std::span<const Question> questions) {
  for (const Question& question : questions) {
    Result<Decision> decision = reader.Decide(question);
    if (!decision.ok()) Fail(decision.status().message());
    benchmark::DoNotOptimize(decision);
  }
}

/// One turn, by its number from 0.
using Turn = std::function<void(size_t number)>;

/// Measures `work` and, unless it is empty, `baseline` in turns, now the one first and now the
/// other, so that what else happens on the machine hits both alike. A turn of either does `items`
/// things. Counters "ns", "baseline" and "allocs", which are those of `work`: for one thing.
inline void MeasureInTurns(benchmark::State& state, size_t items, const Turn& work,
                           const Turn& baseline) {
  double work_ns = 0, baseline_ns = 0;
  uint64_t allocations = 0;
  size_t turns = 0;
  const auto time = [&](const Turn& turn, double* sum_ns) {
    const double start = ThreadNs();
    turn(turns);
    *sum_ns += ThreadNs() - start;
  };
  const auto time_work = [&] {
    const uint64_t before = Allocations();
    time(work, &work_ns);
    allocations += Allocations() - before;
  };
  for ([[maybe_unused]] auto _ : state) {
    const bool work_first = turns % 2 == 0;
    if (work_first) time_work();
    if (baseline) time(baseline, &baseline_ns);
    if (!work_first) time_work();
    ++turns;
  }
  const auto all = static_cast<double>(turns * items);
  state.counters["ns"] = work_ns / all;
  if (baseline) state.counters["baseline"] = baseline_ns / all;
  state.counters["allocs"] = static_cast<double>(allocations) / all;
}

}  // namespace ringfence::bench
