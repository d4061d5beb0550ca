// The group `grant` of derived facts: what was granted, and how often was asked.
#include <algorithm>

#include "derived/consent.h"
#include "derived/read.h"

namespace ringfence {
namespace {

constexpr int kMaxCounted24h = 3, kMaxCounted7d = 7;  // the catalog's ranges

}  // namespace

ReadState ReadGrant(const DerivedReading& reading, GroupWriter& out) noexcept {
  const auto [callee, caller] = std::pair(reading.parties.callee, reading.parties.caller);
  if (callee == 0 || caller == 0) return ReadState::kAbsent;
  GrantRow row;
  AskedRow asked;
  ReadState granted = GetGrant(reading.rows, callee, caller, &row);
  ReadState counted = GetAsked(reading.rows, caller, callee, &asked);
  if (granted == ReadState::kAbsent && counted == ReadState::kAbsent) return ReadState::kAbsent;
  CallTimes calls;
  const bool depends = (granted == ReadState::kRead && row.one_call) || asked.count > 0;
  const PendingCalls* pending = reading.context.pending.get();
  if (depends && GetCallTimes(reading.rows, pending, callee, caller, reading.now_ms, &calls) ==
                     ReadState::kUnavailable) {
    if (row.one_call) granted = ReadState::kUnavailable;
    if (asked.count > 0) counted = ReadState::kUnavailable;
  }
  // Each by itself, so that one damaged row does not take the other's facts along.
  const auto give = [&](std::optional<FactId> id, ReadState state, FactCode code) {
    if (!id.has_value() || state == ReadState::kAbsent) return;
    state == ReadState::kRead ? out.Set(*id, code) : out.SetUnavailable(*id);
  };
  const auto asked_within = [&](int64_t window_ms, int highest) {
    const int count = CountAsked(asked, calls.connected_ms, window_ms, reading.now_ms);
    return static_cast<FactCode>(std::min(count, highest));
  };
  give(reading.ids.grant, granted, static_cast<FactCode>(StateAt(row, calls, reading.now_ms)));
  give(reading.ids.requests_24h, counted, asked_within(kDayMs, kMaxCounted24h));
  give(reading.ids.requests_7d, counted, asked_within(7 * kDayMs, kMaxCounted7d));
  return ReadState::kRead;
}

}  // namespace ringfence
