// What consent has to know of earlier calls, from the rows of attempts and from what pends: the one
// place where the two meet.
#include <algorithm>
#include <array>

#include "derived/consent.h"
#include "derived/pair_calls.h"

namespace ringfence {
namespace {

/// False: it could not be read, or is damaged.
bool ReadPair(DerivedRows& rows, const PendingCalls* pending, int64_t callee, int64_t caller,
              int64_t now_ms, PairCalls* calls) {
  std::array<uint8_t, kMaxPairCallsBytes> buffer;
  size_t size = 0;
  const ReadState state = rows.GetRow(RowKind::kPairCalls, callee, caller, buffer, &size);
  if (state == ReadState::kUnavailable) return false;
  if (state == ReadState::kRead && !PairCalls::Unpack({buffer.data(), size}, calls)) return false;
  if (pending == nullptr) return true;
  if (pending->IsIncomplete(caller, now_ms)) return false;
  const PendingCalls::View view = pending->Of(caller);
  view.Each(PendingKind::kConnected, callee, caller, [&](const PendingEvent& event) {
    calls->Add(CallEvent::kConnected, event.id, now_ms);
  });
  view.Each(PendingKind::kUnanswered, callee, caller, [&](const PendingEvent& event) {
    calls->Add(CallEvent::kUnanswered, event.id, now_ms);
  });
  return true;
}

}  // namespace

ReadState GetCallTimes(DerivedRows& rows, const PendingCalls* pending, int64_t callee,
                       int64_t caller, int64_t now_ms, CallTimes* times) noexcept {
  PairCalls to_callee;
  PairCalls to_caller;
  if (!ReadPair(rows, pending, callee, caller, now_ms, &to_callee) ||
      !ReadPair(rows, pending, caller, callee, now_ms, &to_caller)) {
    return ReadState::kUnavailable;
  }
  const int64_t connected_ms = TimeOf(to_callee.connected.Newest(now_ms));
  times->connected_ms = std::max(connected_ms, TimeOf(to_caller.connected.Newest(now_ms)));
  // Connected calls are dropped after a week, what begins anew not before a consent for one call
  // can have ended (kMaxOneCallDays). That consent itself begins anew does no harm: not after it
  // was given.
  times->reported_ms = std::max({connected_ms, TimeOf(to_callee.unanswered.Newest(now_ms)),
                                 TimeOf(to_callee.reset.Newest(now_ms))});
  return times->connected_ms == 0 && times->reported_ms == 0 ? ReadState::kAbsent
                                                             : ReadState::kRead;
}

}  // namespace ringfence
