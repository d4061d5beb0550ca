// All entries of a log as far as they can be read: what is damaged is told and passed over. Takes a
// folder nobody trusts; gives decisions as headers, other entries whole. For audits: `read.h` is
// for who wants entries or an error.
#pragma once

#include <ringfence/log.h>
#include <ringfence/status.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "log/entry.h"
#include "log/files.h"
#include "log/read.h"

namespace ringfence {

struct ScanSink {
  /// A month whose checkpoint was read; before its entries.
  std::function<void(const LogReader::Month& month)> month;
  /// A decision; nothing but its header was looked at.
  std::function<void(const EntryHeader& header)> decision;
  /// An entry that is neither a decision nor a DETAIL.
  std::function<void(const RawEntry& entry)> own;
  /// Something that cannot be read.
  std::function<void(std::string_view month, std::optional<uint64_t> index, std::string why)>
      unread;
};

/// Everything under checkpoints, in order. kIo; what is wrong with the log goes to `unread`.
Status ScanEntries(LogFiles* files, const std::string& log, const ScanSink& sink,
                   const LogProgress& progress);

}  // namespace ringfence
