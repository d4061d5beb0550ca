// The option --at: commands as if it were another time. Takes arguments; gives that time, or a
// clock that stands there.
#include <functional>

#include "cli/duration.h"
#include "cli/log_time.h"

namespace ringfence::cli {

OptionSpec AtOption() {
  return {"at", "TIME",
          "As if it were that time (2026-11-29T12:00:00Z, or -24h), for trials. Default: now."};
}

Result<std::function<int64_t()>> ClockFromArguments(const Arguments& arguments) {
  if (!arguments.Has("at")) return std::function<int64_t()>();
  auto time_ms = TimeMsFromArguments(arguments);
  if (!time_ms.ok()) return time_ms.status();
  return std::function<int64_t()>([time_ms = *time_ms] { return time_ms; });
}

Result<int64_t> TimeMsFromArguments(const Arguments& arguments) {
  if (!arguments.Has("at")) return NowMs();
  auto time_ns = ParseTime(arguments.Get("at"), "at", NowNs());
  if (!time_ns.ok()) return time_ns.status();
  return static_cast<int64_t>(*time_ns / kNsPerMs);
}

}  // namespace ringfence::cli
