// What both stores do with the decision log's rows.
#include "store/log_rows.h"

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
