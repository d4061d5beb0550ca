// The group `attempts`: rows of earlier calls, and what pends about the same users, to counts.
#include <array>
#include <optional>
#include <utility>

#include "derived/pair_calls.h"
#include "derived/pending.h"
#include "derived/read.h"
#include "derived/recent.h"

namespace ringfence {
namespace {

/// What the group is made of, as read and as pending.
struct EarlierCalls {
  PairCalls pair;
  UnknownCalls unknown;
  RecentUsers callees, previews;
};

/// False: the rows could not be read, or are damaged. `*any`: there are some.
class RowReader {
 public:
  explicit RowReader(DerivedRows* rows) : rows_(*rows) {}

  template <class Row>
  bool Read(RowKind kind, int64_t a, int64_t b, Row* row) {
    size_t size = 0;
    const ReadState state = rows_.GetRow(kind, a, b, bytes_, &size);
    if (state == ReadState::kAbsent) return true;
    any_ = true;
    return state == ReadState::kRead && Row::Unpack({bytes_.data(), size}, row);
  }
  bool any() const { return any_; }

 private:
  DerivedRows& rows_;
  bool any_ = false;
  std::array<uint8_t, kMaxRecentBytes> bytes_;
};
static_assert(kMaxPairCallsBytes <= kMaxRecentBytes);

bool ReadRows(const DerivedParties& parties, RowReader* rows, EarlierCalls* calls) {
  const auto [callee, caller] = std::pair(parties.callee, parties.caller);
  if (callee != 0 && caller != 0 &&
      !rows->Read(RowKind::kPairCalls, callee, caller, &calls->pair)) {
    return false;
  }
  if (callee != 0 && !rows->Read(RowKind::kUnknownCalls, callee, 0, &calls->unknown)) return false;
  if (caller == 0) return true;
  return rows->Read(RowKind::kCallees, caller, 0, &calls->callees) &&
         rows->Read(RowKind::kPreviews, caller, 0, &calls->previews);
}

/// Adds what pends. True: something does.
bool AddPending(const PendingCalls& pending, const DerivedParties& parties, int64_t now_ms,
                EarlierCalls* calls) {
  bool any = false;
  const auto [callee, caller] = std::pair(parties.callee, parties.caller);
  const auto to_pair = [&](CallEvent kind) {
    return [&any, calls, now_ms, kind](const PendingEvent& event) {
      any = true;
      calls->pair.Add(kind, event.id, now_ms);
    };
  };
  const auto to_users = [&](RecentUsers* users) {
    return [&any, users, now_ms](const PendingEvent& event) {
      any = true;
      users->Add(static_cast<uint64_t>(event.b), event.id, now_ms);
    };
  };
  if (caller != 0) {
    const PendingCalls::View view = pending.Of(caller);
    view.Each(PendingKind::kCallee, caller, 0, to_users(&calls->callees));
    view.Each(PendingKind::kPreview, caller, 0, to_users(&calls->previews));
    if (callee != 0) {
      view.Each(PendingKind::kAttempt, callee, caller, to_pair(CallEvent::kAttempt));
      view.Each(PendingKind::kConnected, callee, caller, to_pair(CallEvent::kConnected));
      view.Each(PendingKind::kUnanswered, callee, caller, to_pair(CallEvent::kUnanswered));
    }
  }
  if (callee != 0) {
    const PendingCalls::View view = pending.Of(callee);
    view.Each(PendingKind::kUnknownCall, callee, 0, [&](const PendingEvent& event) {
      any = true;
      calls->unknown.calls.Add(event.id, now_ms);
    });
    if (caller != 0) {
      view.Each(PendingKind::kAttempt, caller, callee, to_pair(CallEvent::kCalled));
    }
  }
  return any;
}

void Say(const DerivedIds& ids, const EarlierCalls& calls, int64_t now_ms, GroupWriter& out) {
  const auto set = [&](const std::optional<FactId>& id, int64_t value) {
    if (id) out.Set(*id, static_cast<FactCode>(value));
  };
  set(ids.since_attempt_ms, calls.pair.SinceAttemptMs(now_ms));
  set(ids.attempts_1h, calls.pair.Attempts1h(now_ms));
  set(ids.unanswered, calls.pair.Unanswered(now_ms));
  set(ids.connected_24h, calls.pair.Connected24h(now_ms));
  set(ids.since_called_d, calls.pair.SinceCalledDays(now_ms));
  set(ids.unknown_calls_1h, calls.unknown.Count(now_ms));
  set(ids.callees_1h, calls.callees.Count(now_ms));
  set(ids.previews_1h, calls.previews.Count(now_ms));
}

}  // namespace

ReadState ReadAttempts(const DerivedReading& reading, GroupWriter& out) noexcept {
  const DerivedParties& parties = reading.parties;
  const PendingCalls* pending = reading.context.pending.get();
  if (pending != nullptr) {
    for (const int64_t user : {parties.callee, parties.caller}) {
      if (user != 0 && pending->IsIncomplete(user, reading.now_ms)) return ReadState::kUnavailable;
    }
  }
  EarlierCalls calls;
  RowReader rows(&reading.rows);
  if (!ReadRows(parties, &rows, &calls)) return ReadState::kUnavailable;
  const bool pends = pending != nullptr && AddPending(*pending, parties, reading.now_ms, &calls);
  if (!rows.any() && !pends) return ReadState::kAbsent;
  Say(reading.ids, calls, reading.now_ms, out);
  return ReadState::kRead;
}

}  // namespace ringfence
