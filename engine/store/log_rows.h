// What both stores do with the decision log's rows (schema/decision_log.md), so that they cannot
// differ.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "store/backend.h"
#include "store/random_pool.h"

namespace ringfence {

/// kConflict: `copy` would take the log back. kInvalidArgument: no file holds such a size.
Status CheckCheckpoint(const LogCheckpointRow* stored, const LogCheckpointRow& copy);

/// kInvalidArgument: no entry is of that kind.
Status CheckLogKind(uint8_t kind);

/// An ERASURE of that time under a new case id, which is given as 32 hexadecimal digits too. False:
/// there are no random bytes.
bool MakeErasure(RandomPool* random, int64_t now_s, LogOutboxRow* row, std::string* case_id);

}  // namespace ringfence
