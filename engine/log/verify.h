// Verifying a whole log: the work behind LogReader::Verify. Takes a folder nobody trusts; gives
// findings.
#pragma once

#include <ringfence/log.h>
#include <ringfence/status.h>

#include <optional>
#include <string>
#include <vector>

#include "log/companion.h"
#include "log/files.h"
#include "log/note.h"

namespace ringfence {

struct VerifyRequest {
  LogFiles* files = nullptr;
  std::string log;
  LogProgress progress;
  int threads = 0;                ///< 0: one a core
  std::vector<VerifierKey> keys;  ///< none: the log.vkey files are believed
  std::vector<VerifierKey> witnesses;
  std::vector<std::string> trusted;    ///< notes
  std::optional<CheckpointCopy> copy;  ///< read before the log is
};

/// A Status only for what keeps it from looking.
Result<LogVerification> VerifyLog(const VerifyRequest& request);

}  // namespace ringfence
