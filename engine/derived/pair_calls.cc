// The bytes of row kPairCalls, and what facts say of it.
//
// Byte 0 is the format, 1; bytes 1 to 5 say how many ids of each set follow: attempts, connected,
// unanswered, reset, called. An id is 8 bytes, little-endian; those of a set fall.
#include "derived/pair_calls.h"

#include "base/bytes.h"

namespace ringfence {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kHeaderBytes = 6;

template <size_t N>
void AppendIds(const NewestIds<N>& set, std::string* out) {
  for (const EventId id : set.ids()) AppendUint(id, 8, out);
}

template <size_t N>
bool ReadIds(size_t count, std::span<const uint8_t>* bytes, NewestIds<N>* set) {
  if (count > N || bytes->size() < count * 8) return false;
  EventId before = 0;
  for (size_t i = 0; i < count; ++i) {
    const EventId id = ReadUint(bytes->first(8));
    if (i > 0 && id >= before) return false;
    before = id;
    // There is room, so it does not matter what the present is.
    set->Add(id, 0);
    *bytes = bytes->subspan(8);
  }
  return true;
}

/// From when `set` says nothing any more; what is ahead is taken for the present.
template <size_t N>
int64_t EndMs(const NewestIds<N>& set, int64_t now_ms, int64_t window_ms) {
  if (set.empty()) return 0;
  return std::min(TimeOf(set.ids().front()), now_ms) + window_ms + kSlackMs;
}

}  // namespace

void PairCalls::Add(CallEvent event, EventId id, int64_t now_ms) {
  switch (event) {
    case CallEvent::kAttempt:
      return attempts.Add(id, now_ms);
    case CallEvent::kConnected:
      connected.Add(id, now_ms);
      return reset.Add(id, now_ms);
    case CallEvent::kUnanswered:
      return unanswered.Add(id, now_ms);
    case CallEvent::kCalled:
      return called.Add(id, now_ms);
  }
}

int64_t PairCalls::SinceAttemptMs(int64_t now_ms) const {
  const EventId newest = attempts.Newest(now_ms);
  return newest == 0 ? kHourMs : std::clamp<int64_t>(now_ms - TimeOf(newest), 0, kHourMs);
}

int64_t PairCalls::Attempts1h(int64_t now_ms) const {
  return static_cast<int64_t>(attempts.CountWithin(now_ms, kAttemptsMs));
}

int64_t PairCalls::Connected24h(int64_t now_ms) const {
  return static_cast<int64_t>(connected.CountWithin(now_ms, kConnectedMs));
}

int64_t PairCalls::Unanswered(int64_t now_ms) const {
  const EventId since = reset.Newest(now_ms);
  return std::count_if(unanswered.ids().begin(), unanswered.ids().end(),
                       [&](EventId id) { return id > since && IsWithin(id, now_ms, kLongestMs); });
}

int64_t PairCalls::SinceCalledDays(int64_t now_ms) const {
  const EventId newest = called.Newest(now_ms);
  constexpr int64_t kDays = kLongestMs / kDayMs;
  if (newest == 0) return kDays;
  return std::clamp<int64_t>((now_ms - TimeOf(newest)) / kDayMs, 0, kDays);
}

void PairCalls::Prune(int64_t now_ms) {
  attempts.DropBefore(now_ms - kAttemptsMs - kSlackMs);
  connected.DropBefore(now_ms - kConnectedKeptMs - kSlackMs);
  // A reset within the slack may yet be undone by a clock that goes back.
  const EventId since = reset.Newest(now_ms - kSlackMs - kAheadMs);
  unanswered.DropIf([&](EventId id) { return id < since; });
  unanswered.DropBefore(now_ms - kLongestMs - kSlackMs);
  // As long as an unanswered call before it could count: one may be reported late, or wait in a
  // process whose disk does not answer.
  reset.DropBefore(now_ms - kLongestMs - kSlackMs);
  called.DropBefore(now_ms - kLongestMs - kSlackMs);
}

int64_t PairCalls::ExpiresS(int64_t now_ms) const {
  const int64_t end_ms =
      std::max({EndMs(attempts, now_ms, kAttemptsMs), EndMs(connected, now_ms, kConnectedKeptMs),
                EndMs(unanswered, now_ms, kLongestMs), EndMs(reset, now_ms, kLongestMs),
                EndMs(called, now_ms, kLongestMs)});
  return end_ms / kSecondMs + 1;
}

std::string PairCalls::Pack() const {
  std::string out;
  out.push_back(kFormat);
  for (const size_t count :
       {attempts.size(), connected.size(), unanswered.size(), reset.size(), called.size()}) {
    out.push_back(static_cast<char>(count));
  }
  AppendIds(attempts, &out);
  AppendIds(connected, &out);
  AppendIds(unanswered, &out);
  AppendIds(reset, &out);
  AppendIds(called, &out);
  return out;
}

bool PairCalls::Unpack(std::span<const uint8_t> bytes, PairCalls* calls) {
  *calls = PairCalls();
  if (bytes.size() < kHeaderBytes || bytes[0] != kFormat) return false;
  std::span<const uint8_t> rest = bytes.subspan(kHeaderBytes);
  return ReadIds(bytes[1], &rest, &calls->attempts) &&
         ReadIds(bytes[2], &rest, &calls->connected) &&
         ReadIds(bytes[3], &rest, &calls->unanswered) && ReadIds(bytes[4], &rest, &calls->reset) &&
         ReadIds(bytes[5], &rest, &calls->called) && rest.empty();
}

bool ResetUnanswered(std::string_view row, int64_t now_ms, std::string* after, int64_t* expires_s) {
  PairCalls calls;
  if (!row.empty() && !PairCalls::Unpack(AsBytes(row), &calls)) return false;
  // The last id of this millisecond: all that happened in it came before.
  calls.reset.Add(MakeEventId(now_ms, UINT16_MAX), now_ms);
  calls.Prune(now_ms);
  *after = calls.Pack();
  *expires_s = calls.ExpiresS(now_ms);
  return true;
}

}  // namespace ringfence
