// What a decision log says about one pair at one time.
// Takes a log, two people and a span of time; gives the decisions, or what stands around them.
#pragma once

#include <ringfence/log.h>
#include <ringfence/replay.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/log_time.h"

namespace ringfence::cli {

struct RecordedQuestion {
  std::string caller;  ///< external id; empty: without an account
  std::string callee;
  TimeSpan span;
  LogSecrets secrets;        ///< store and key file: pseudonyms are found by them
  bool shows_facts = false;  ///< with facts keys
};

/// A policy decisions were made under, and when by the log.
struct RecordedPolicy {
  std::string name;  ///< empty where the log has not got its text
  std::string digest;
  uint64_t first_ns = 0, last_ns = 0;
};

struct RecordedAnswer {
  std::vector<LogEntry> decisions;  ///< within the span, in the log's order
  std::vector<LogEntry> shadows;    ///< evaluations beside decisions, within it
  // Where there is no decision:
  std::optional<LogEntry> before, after;  ///< the pair's nearest ones
  uint64_t not_recorded = 0;              ///< decisions of anybody that GAPs of that time count
  uint64_t log_first_ns = 0, log_last_ns = 0;  ///< decisions of anybody; 0: none
  /// Of the decisions; else those that decided around that time: the one in force, or the last
  /// before and the first after.
  std::vector<RecordedPolicy> policies;
};

/// Reads the span, and where nothing is there the whole log. O(entries read).
Result<RecordedAnswer> FindRecorded(const LogReader& reader, const RecordedQuestion& question,
                                    const LogProgress& progress);

}  // namespace ringfence::cli
