// See attempts_walk.h.
#include "replay/attempts_walk.h"

#include "base/check.h"

namespace ringfence {
namespace {

/// Whether decisions were made that are not in the log.
bool SaysLost(const Entry& entry) {
  if (entry.header.kind == EntryKind::kGap) return true;
  if (entry.header.kind != EntryKind::kBoot) return false;
  BootPayload boot;
  Get(entry, &boot);
  return boot.rings == RingsState::kLost;
}

}  // namespace

Status AttemptsWalk::Run(const std::string& month, uint64_t first, uint64_t count,
                         std::vector<SimulatedAttempts>* out) {
  CHECK(out != nullptr);
  out->assign(count, SimulatedAttempts());
  if (Status status = stretch_.Read(month, first, count); !status.ok()) return status;
  for (uint64_t i = 0; i < count; ++i) {
    const Result<Entry> entry = stretch_.At(i);
    if (!entry.ok()) {
      counter_.LoseUnread();
      continue;
    }
    const EntryHeader& header = entry->header;
    const bool is_shadow = (header.flags & entry_flags::kShadow) != 0;
    if (header.kind == EntryKind::kDecision && !is_shadow) {
      (*out)[i] = counter_.Decide(entry->decision.caller, entry->decision.callee, header.time_ns);
    } else if (SaysLost(*entry)) {
      counter_.Pass(header.time_ns);
      counter_.Lose(header.time_ns);
    } else {
      counter_.Pass(header.time_ns);
    }
  }
  return Status();
}

}  // namespace ringfence
