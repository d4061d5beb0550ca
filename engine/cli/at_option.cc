// The option --at: commands as if it were another time. Takes arguments; gives a clock.
#include <functional>

#include "cli/duration.h"
#include "cli/log_time.h"

namespace ringfence::cli {
namespace {

constexpr uint64_t kNsPerMs = 1000000;

}  // namespace

OptionSpec AtOption() {
  return {"at", "TIME",
          "As if it were that time (2026-11-29T12:00:00Z, or -24h), for trials. Default: now."};
}

Result<std::function<int64_t()>> ClockFromArguments(const Arguments& arguments) {
  if (!arguments.Has("at")) return std::function<int64_t()>();
  auto time_ns = ParseTime(arguments.Get("at"), "at", NowNs());
  if (!time_ns.ok()) return time_ns.status();
  const auto time_ms = static_cast<int64_t>(*time_ns / kNsPerMs);
  return std::function<int64_t()>([time_ms] { return time_ms; });
}

}  // namespace ringfence::cli
