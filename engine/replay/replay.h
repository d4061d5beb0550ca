// The work behind ringfence::Replay. Takes a log's folder, keys and policies; gives the report.
#pragma once

#include <ringfence/replay.h>
#include <ringfence/status.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/facts_keys.h"
#include "log/files.h"
#include "replay/recorded.h"

namespace ringfence {

struct ReplayRequest {
  LogFiles* files = nullptr;
  std::string log;
  Catalog catalog = Catalog::Standard();  ///< what its facts are read with
  ReplayMode mode = ReplayMode::kReproduce;
  ReplayAttempts attempts = ReplayAttempts::kRecorded;
  std::string month;  ///< empty: all
  uint64_t from_ns = 0;
  uint64_t to_ns = UINT64_MAX;
  int threads = 0;
  size_t max_examples = 60;
  bool proofs = true;
  LogProgress progress;
  CompilePolicy compile;
  std::optional<CompiledPolicy> other;  ///< kWhatIf
  std::string other_digest;             ///< hexadecimal
  /// kWhatIf: in place of the recorded decisions.
  std::optional<CompiledPolicy> against;
  std::string against_digest;
  std::vector<std::vector<DiffCondition>> situations;
  std::unique_ptr<FactsKeyRing> keys;  ///< null: none
};

Result<ReplayReport> ReplayLog(const ReplayRequest& request);

}  // namespace ringfence
