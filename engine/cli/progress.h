// A progress bar on standard error, on a terminal only: share, rate, time left.
// Takes counts as they grow, of lines or of other things; draws at most ten times a second and
// clears itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::cli {

class Progress {
 public:
  /// `total_bytes` 0: not known; then there is no share and no time left.
  Progress(std::string label, uint64_t total_bytes, bool quiet);
  /// For Work: things that are counted, "entries", and whose total is told with every step.
  Progress(std::string label, std::string_view things, bool quiet);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(uint64_t lines, uint64_t bytes);
  void Work(uint64_t done, uint64_t total);
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  void Draw(std::string_view counted, uint64_t count, uint64_t part, uint64_t whole);

  std::string label_;
  uint64_t total_bytes_;
  std::string_view things_ = "lines";
  bool shown_;  ///< standard error is a terminal and nobody asked for quiet
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point next_;
};

/// The line the bar shows, without a bar where the share is negative (not known):
/// "follows.tsv [=====>    ]  53%  1,234,567 lines  210,000/s  0:12 left".
std::string ProgressLine(const std::string& label, std::string_view counted, uint64_t count,
                         double share, double seconds);

}  // namespace ringfence::cli
