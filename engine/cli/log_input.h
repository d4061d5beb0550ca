// What the log commands read from their command lines: which entries, whose keys.
// Takes arguments; gives selections, secrets and numbers, or what was expected.
#pragma once

#include <ringfence/log.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/context.h"

namespace ringfence::cli {

/// A whole number, `least` to `most`. kInvalidArgument names it as `what`.
Result<uint64_t> ParseNumber(std::string_view text, std::string_view what, uint64_t least,
                             uint64_t most);
/// The value of an option, or `otherwise` where it is not given.
Result<uint64_t> NumberOption(const Arguments& arguments, std::string_view option, uint64_t least,
                              uint64_t most, uint64_t otherwise);

/// --month, a month the log has; empty where it is not given.
Result<std::string> MonthOption(const Arguments& arguments, const LogReader& reader);
/// The months with an option of its name, and "2026-11" as help says it.
OptionSpec MonthOptionSpec();

/// --threads: 0 where it is not given, which is one a core.
Result<int> ThreadsOption(const Arguments& arguments);
OptionSpec ThreadsOptionSpec();

/// --from and --to; the second is exclusive. All of time where they are not given.
struct TimeRange {
  uint64_t from_ns = 0;
  uint64_t to_ns = UINT64_MAX;
};
Result<TimeRange> TimesFrom(const Arguments& arguments);

/// The contents of a file that `ringfence log keys` made.
Result<std::string> ReadFactsKeys(std::string_view path);

/// Which entries to list, and with whose keys.
struct LogSelection {
  LogFilter filter;
  LogSecrets secrets;
  bool opens_facts = false;       ///< --facts; the key file alone only finds people
  std::optional<uint64_t> index;  ///< this entry alone
  uint64_t limit = UINT64_MAX;    ///< the first so many
  uint64_t tail = UINT64_MAX;     ///< the last so many
};

/// The options of a selection, for the specifications of show and export.
std::vector<OptionSpec> SelectionOptions();
/// Opens the store and reads the facts keys where they are asked for.
Result<LogSelection> SelectionFrom(const Context& context, const Arguments& arguments,
                                   const LogReader& reader);

/// The entries selected, in order; the sink returns false to stop. Gives how many there were.
Result<uint64_t> EachSelected(const LogReader& reader, const LogSelection& selection, bool quiet,
                              const std::function<bool(const LogEntry&)>& sink);

}  // namespace ringfence::cli
