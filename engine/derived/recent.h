// What one user did, or had to bear, in the last hour: rows kCallees and kPreviews (whom the user
// tried to call, of whom they saw a call button), row kUnknownCalls (calls of strangers).
// Takes packed bytes and events; gives packed bytes, when they may be swept, and counts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/siphash.h"
#include "derived/events.h"

namespace ringfence {

inline constexpr int64_t kRecentMs = kHourMs;

/// Stands for a user in these rows, 63 bits. One nobody knows is told apart too, without being
/// stored: trying one id after another is what the count is to show. `handle` 0: by `id`.
uint64_t UserKey(const SipHashKey& key, int64_t handle, std::string_view id);

/// Different users with the newest time of each; the newest kMost of them.
class RecentUsers {
 public:
  static constexpr size_t kMost = 255;

  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  void Add(uint64_t user, EventId id, int64_t now_ms);
  int64_t Count(int64_t now_ms) const;  ///< in the last hour
  void Prune(int64_t now_ms);
  int64_t ExpiresS(int64_t now_ms) const;
  std::string Pack() const;
  static bool Unpack(std::span<const uint8_t> bytes, RecentUsers* users);

 private:
  struct Entry {
    uint64_t user;
    EventId id;  ///< its time; the other bits are 0
  };
  void Remove(size_t at);

  std::array<Entry, kMost> entries_;  ///< by user
  size_t count_ = 0;
};

/// Calls of callers nobody knows.
struct UnknownCalls {
  NewestIds<31> calls;

  bool empty() const { return calls.empty(); }
  int64_t Count(int64_t now_ms) const {
    return static_cast<int64_t>(calls.CountWithin(now_ms, kRecentMs));
  }
  void Prune(int64_t now_ms) { calls.DropBefore(now_ms - kRecentMs - kSlackMs); }
  int64_t ExpiresS(int64_t now_ms) const;
  std::string Pack() const;
  static bool Unpack(std::span<const uint8_t> bytes, UnknownCalls* unknown);
};

/// Most bytes Pack of either gives.
inline constexpr size_t kMaxRecentBytes = 2 + 14 * RecentUsers::kMost;

}  // namespace ringfence
