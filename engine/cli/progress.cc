// A progress bar on standard error.
#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr uint64_t kBarColumns = 24;
// The clock is asked once in so many lines.
constexpr uint64_t kLinesPerLook = 256;

std::string Minutes(double seconds) {
  const auto whole = static_cast<uint64_t>(std::llround(seconds));
  std::string rest = std::to_string(whole % 60);
  if (rest.size() < 2) rest.insert(0, "0");
  return Cat({std::to_string(whole / 60), ":", rest});
}

}  // namespace

std::string ProgressLine(const std::string& label, uint64_t lines, uint64_t bytes,
                         uint64_t total_bytes, double seconds) {
  std::string line = label;
  const double share =
      total_bytes == 0
          ? 0
          : std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total_bytes));
  if (total_bytes > 0) {
    const auto filled = static_cast<size_t>(share * static_cast<double>(kBarColumns));
    std::string bar(filled, '=');
    if (filled < kBarColumns) bar += '>';
    const std::string percent = std::to_string(static_cast<int>(share * 100));
    line += Cat(
        {" [", Pad(bar, kBarColumns), "] ", std::string(3 - percent.size(), ' '), percent, "%"});
  }
  line += Cat({"  ", Count(lines, "line", "lines")});
  if (seconds > 0) {
    const auto rate = static_cast<uint64_t>(static_cast<double>(lines) / seconds);
    line += Cat({"  ", Thousands(rate), "/s"});
    if (share > 0) line += Cat({"  ", Minutes(seconds / share - seconds), " left"});
  }
  return line;
}

Progress::Progress(std::string label, uint64_t total_bytes, bool quiet)
    : label_(std::move(label)),
      total_bytes_(total_bytes),
      shown_(!quiet && isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      next_(start_ + kInterval) {}

void Progress::Update(uint64_t lines, uint64_t bytes) {
  if (!shown_ || lines % kLinesPerLook != 0) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string line = ProgressLine(label_, lines, bytes, total_bytes_, seconds);
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::Clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace ringfence::cli
