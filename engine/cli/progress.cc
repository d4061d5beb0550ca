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

std::string ProgressLine(const std::string& label, std::string_view counted, uint64_t count,
                         double share, double seconds) {
  std::string line = label;
  if (share >= 0) {
    const auto filled = static_cast<size_t>(share * static_cast<double>(kBarColumns));
    std::string bar(filled, '=');
    if (filled < kBarColumns) bar += '>';
    const std::string percent = std::to_string(static_cast<int>(share * 100));
    line += Cat(
        {" [", Pad(bar, kBarColumns), "] ", std::string(3 - percent.size(), ' '), percent, "%"});
  }
  line += Cat({"  ", counted});
  if (seconds > 0) {
    const auto rate = static_cast<uint64_t>(static_cast<double>(count) / seconds);
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

Progress::Progress(std::string label, std::string_view things, bool quiet)
    : Progress(std::move(label), 0, quiet) {
  things_ = things;
}

void Progress::Update(uint64_t lines, uint64_t bytes) {
  if (lines % kLinesPerLook == 0) Draw(Count(lines, "line", "lines"), lines, bytes, total_bytes_);
}

void Progress::Work(uint64_t done, uint64_t total) {
  Draw(Cat({Thousands(done), " ", things_}), done, done, total);
}

void Progress::Draw(std::string_view counted, uint64_t count, uint64_t part, uint64_t whole) {
  if (!shown_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  const double share =
      whole == 0 ? -1 : std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string line = ProgressLine(label_, counted, count, share, seconds);
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
