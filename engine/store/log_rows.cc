// What both stores do with the decision log's rows.
#include "store/log_rows.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/sha256.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr uint8_t kErasureKind = 7;
constexpr size_t kCaseIdBytes = 16;

std::string ToText(const LogCheckpointRow& row) {
  return std::to_string(row.size) + " entries of '" + Printable(row.origin, 100) + "', opening " +
         std::to_string(row.boot);
}

}  // namespace

Status CheckCheckpoint(const LogCheckpointRow* stored, const LogCheckpointRow& copy) {
  if (copy.size > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return Status(StatusCode::kInvalidArgument, "a log of that size cannot be");
  }
  if (stored == nullptr) return Status();
  const bool ahead = stored->boot > copy.boot ||
                     std::tie(stored->origin, stored->size) > std::tie(copy.origin, copy.size);
  if (!ahead) return Status();
  return Status(StatusCode::kConflict, "the store knows a later checkpoint of this log (" +
                                           ToText(*stored) + ") than " + ToText(copy));
}

Status CheckLogKind(uint8_t kind) {
  if (kind != 0) return Status();
  return Status(StatusCode::kInvalidArgument, "no entry of a log is of kind 0");
}

Status CheckReport(std::string_view report, size_t waiting) {
  if (report.empty()) {
    return Status(StatusCode::kInvalidArgument, "the report of a replay is empty");
  }
  if (report.size() > kMaxLogBlobBytes) {
    return Status(StatusCode::kLimit, "the report of a replay has at most " +
                                          std::to_string(kMaxLogBlobBytes) + " bytes");
  }
  if (waiting < kMaxLogReports) return Status();
  return Status(StatusCode::kLimit, std::to_string(waiting) +
                                        " reports wait for the log, and nothing takes them: who "
                                        "has it open?");
}

std::vector<LogReportRow> WaitingReports::Of(std::string_view log) const {
  std::vector<LogReportRow> rows;
  for (const Report& report : reports_) {
    if (report.log == log) rows.push_back({report.id, *report.text});
  }
  return rows;
}

Result<int64_t> WaitingReports::Add(std::string_view log, std::string_view report) {
  const auto same = [&](const Report& waiting) { return waiting.log == log; };
  const auto waiting = static_cast<size_t>(std::count_if(reports_.begin(), reports_.end(), same));
  if (Status status = CheckReport(report, waiting); !status.ok()) return status;
  reports_.push_back({++last_id_, std::string(log), std::make_shared<const std::string>(report)});
  return last_id_;
}

void WaitingReports::Remove(std::span<const int64_t> ids) {
  std::erase_if(reports_, [&](const Report& report) {
    return std::find(ids.begin(), ids.end(), report.id) != ids.end();
  });
}

bool MakeErasure(RandomPool* random, int64_t now_s, LogOutboxRow* row, std::string* case_id) {
  row->kind = kErasureKind;
  row->payload.fill(0);
  const std::span<uint8_t> id(row->payload.data(), kCaseIdBytes);
  if (!random->Fill(id)) return false;
  const auto time = static_cast<uint64_t>(now_s);
  for (size_t i = 0; i < 8; ++i) {
    row->payload[kCaseIdBytes + i] = static_cast<uint8_t>(time >> (56 - 8 * i));
  }
  *case_id = ToHex(id);
  return true;
}

}  // namespace ringfence
