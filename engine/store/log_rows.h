// What both stores do with the decision log's rows (schema/decision_log.md), so that they cannot
// differ.
#pragma once

#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/backend.h"
#include "store/random_pool.h"

namespace ringfence {

/// kConflict: `copy` would take the log back. kInvalidArgument: no file holds such a size.
Status CheckCheckpoint(const LogCheckpointRow* stored, const LogCheckpointRow& copy);

/// kInvalidArgument: no entry is of that kind.
Status CheckLogKind(uint8_t kind);

/// As StoreBackend::AddLogReport; `waiting` are that log's now.
Status CheckReport(std::string_view report, size_t waiting);

/// Reports that wait, in memory. A copy shares their texts.
class WaitingReports {
 public:
  std::vector<LogReportRow> Of(std::string_view log) const;
  Result<int64_t> Add(std::string_view log, std::string_view report);
  void Remove(std::span<const int64_t> ids);

 private:
  struct Report {
    int64_t id;
    std::string log;
    std::shared_ptr<const std::string> text;
  };
  std::vector<Report> reports_;  ///< oldest first
  int64_t last_id_ = 0;
};

/// An ERASURE of that time under a new case id, which is given as 32 hexadecimal digits too. False:
/// there are no random bytes.
bool MakeErasure(RandomPool* random, int64_t now_s, LogOutboxRow* row, std::string* case_id);

}  // namespace ringfence
