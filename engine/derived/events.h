// Events of earlier calls as ids, and bounded sets of them. An id says when something happened, and
// is its own and nobody else's, so that a set may be merged with another or with itself in any
// order: the same event counts once, whoever knows of it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringfence {

/// Unix time in milliseconds, 48 bits, then 16 bits that differ between events of one millisecond.
using EventId = uint64_t;

inline constexpr int64_t kSecondMs = 1000;
inline constexpr int64_t kHourMs = 3600 * kSecondMs;
inline constexpr int64_t kDayMs = 24 * kHourMs;

/// `ms` >= 0 as seconds, rounded up.
inline int64_t SecondsUp(int64_t ms) { return ms / kSecondMs + (ms % kSecondMs != 0 ? 1 : 0); }

/// A clock may be set back by seconds (a leap second, NTP) under running calls: events up to so far
/// ahead of the present have happened just now. What is further ahead has not happened: it counts
/// for nothing until its time has come.
inline constexpr int64_t kAheadMs = 5 * kSecondMs;

/// Events are kept so much longer than a fact looks back, so that a clock that was an hour fast
/// (whoever set it took local time for UTC) has forgotten nothing when it is put right.
inline constexpr int64_t kSlackMs = kHourMs;

inline EventId MakeEventId(int64_t time_ms, uint16_t number) {
  constexpr int64_t kLast = (int64_t{1} << 48) - 1;
  return static_cast<EventId>(std::clamp<int64_t>(time_ms, 0, kLast)) << 16 | number;
}
inline int64_t TimeOf(EventId id) { return static_cast<int64_t>(id >> 16); }

inline bool IsAhead(EventId id, int64_t now_ms) { return TimeOf(id) > now_ms + kAheadMs; }

/// Happened, and not more than `window_ms` ago; just so long ago counts.
inline bool IsWithin(EventId id, int64_t now_ms, int64_t window_ms) {
  return !IsAhead(id, now_ms) && TimeOf(id) >= now_ms - window_ms;
}

/// Which of two events a full set keeps: one that has happened before one that has not, then the
/// newer of those that have, the less far ahead of those that have not.
inline bool IsWorthMore(EventId a, EventId b, int64_t now_ms) {
  const bool a_ahead = IsAhead(a, now_ms);
  if (a_ahead != IsAhead(b, now_ms)) return !a_ahead;
  return a_ahead ? a < b : a > b;
}

/// The newest `N` events it was given, by falling id.
template <size_t N>
class NewestIds {
 public:
  static constexpr size_t kMost = N;

  std::span<const EventId> ids() const { return {ids_.data(), count_}; }
  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }

  void Add(EventId id, int64_t now_ms) {
    size_t at = 0;
    while (at < count_ && ids_[at] > id) ++at;
    if (at < count_ && ids_[at] == id) return;
    if (count_ == N) {
      // By falling id those ahead come first, the furthest at the front.
      const size_t worst = IsAhead(ids_[0], now_ms) ? 0 : N - 1;
      if (!IsWorthMore(id, ids_[worst], now_ms)) return;
      Remove(worst);
      if (worst < at) --at;
    }
    std::copy_backward(ids_.begin() + static_cast<ptrdiff_t>(at),
                       ids_.begin() + static_cast<ptrdiff_t>(count_),
                       ids_.begin() + static_cast<ptrdiff_t>(count_) + 1);
    ids_[at] = id;
    ++count_;
  }
  /// Of those that have happened; 0: none has.
  EventId Newest(int64_t now_ms) const {
    for (const EventId id : ids()) {
      if (!IsAhead(id, now_ms)) return id;
    }
    return 0;
  }
  size_t CountWithin(int64_t now_ms, int64_t window_ms) const {
    return static_cast<size_t>(std::count_if(
        ids().begin(), ids().end(), [&](EventId id) { return IsWithin(id, now_ms, window_ms); }));
  }
  template <class Drop>
  void DropIf(const Drop& drop) {
    size_t kept = 0;
    for (size_t i = 0; i < count_; ++i) {
      if (!drop(ids_[i])) ids_[kept++] = ids_[i];
    }
    count_ = kept;
  }
  void DropBefore(int64_t time_ms) {
    DropIf([&](EventId id) { return TimeOf(id) < time_ms; });
  }

 private:
  void Remove(size_t at) {
    std::copy(ids_.begin() + static_cast<ptrdiff_t>(at) + 1,
              ids_.begin() + static_cast<ptrdiff_t>(count_),
              ids_.begin() + static_cast<ptrdiff_t>(at));
    --count_;
  }

  std::array<EventId, N> ids_{};
  size_t count_ = 0;
};

}  // namespace ringfence
