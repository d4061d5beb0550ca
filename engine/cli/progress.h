// A progress bar on standard error, on a terminal only: share, rate, time left.
// Takes counts as they grow; draws at most ten times a second and clears itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ringfence::cli {

class Progress {
 public:
  /// `total_bytes` 0: not known; then there is no share and no time left.
  Progress(std::string label, uint64_t total_bytes, bool quiet);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(uint64_t lines, uint64_t bytes);
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  uint64_t total_bytes_;
  bool shown_;  ///< standard error is a terminal and nobody asked for quiet
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point next_;
};

/// The line the bar shows: "follows.tsv [=====>    ]  53%  1,234,567 lines  210,000/s  0:12 left".
std::string ProgressLine(const std::string& label, uint64_t lines, uint64_t bytes,
                         uint64_t total_bytes, double seconds);

}  // namespace ringfence::cli
