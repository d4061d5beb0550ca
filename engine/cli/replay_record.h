// A replay's report into the log it is about: who was told what, as an entry of its own.
// Takes the report; gives its hash, and whether the entry is there or on its way.
#pragma once

#include <ringfence/replay.h>

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/replay_gates.h"

namespace ringfence::cli {

struct RecordedReport {
  std::string hash;     ///< of what was recorded, hexadecimal: it is LOG/MONTH/blobs/HASH
  bool logged = false;  ///< else it waits in the database for who has the log open
};

/// The JSON that `--json` prints, but for facts: the log keeps them sealed. Through the database
/// where there is one, else into the log itself, which nobody may have open then (kBusy).
Result<RecordedReport> RecordReport(const Context& context, const LogReader& reader,
                                    const ReplayReport& report, bool verified,
                                    const std::vector<GateResult>& gates);

/// "report HASH is in the log"
std::string RecordedText(const RecordedReport& recorded);

}  // namespace ringfence::cli
