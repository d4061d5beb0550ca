// A stretch of a month's entries from the disk. Takes where it is; gives entries, damaged ones
// among them.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "log/entry.h"
#include "log/folder.h"

namespace ringfence {

/// Not thread-safe.
class StretchReader {
 public:
  StretchReader(LogFiles* files, std::string log) : files_(files), log_(std::move(log)) {}

  /// Entries `first` to `first + count` of a month, until the next call. kIo only: where the files
  /// end before, what is missing is damaged.
  Status Read(const std::string& month, uint64_t first, uint64_t count);
  /// 0 <= i < count. kCorrupt: damaged.
  Result<Entry> At(uint64_t i) const;
  const std::string& month() const { return month_; }

 private:
  LogFiles* files_;
  std::string log_, month_;
  std::optional<MonthReader> reader_;
  std::vector<uint8_t> buffer_;
  uint64_t readable_ = 0;
};

}  // namespace ringfence
