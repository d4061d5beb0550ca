// Earlier calls of one user to another: row kPairCalls (callee, caller), and what facts say of it.
// Takes packed bytes and events; gives packed bytes, when they may be swept, and counts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "derived/events.h"

namespace ringfence {

/// What one event of a pair is.
enum class CallEvent : uint8_t {
  kAttempt,     ///< the caller tried
  kConnected,   ///< the callee answered
  kUnanswered,  ///< the callee did not
  kCalled,      ///< the callee tried to call the caller
};

/// As many events as facts can say. Facts are those of schema/catalog.json.
struct PairCalls {
  NewestIds<15> attempts;
  NewestIds<7> connected;
  NewestIds<7> unanswered;
  NewestIds<1> reset;   ///< the newest call that was answered, or consent given; begins anew
  NewestIds<1> called;  ///< the newest attempt in the other direction

  static constexpr int64_t kAttemptsMs = kHourMs;
  static constexpr int64_t kConnectedMs = 24 * kHourMs;
  /// Consent looks back further: a connected call is when asking for it begins anew.
  static constexpr int64_t kConnectedKeptMs = 7 * kDayMs;
  /// Silence so long, and unanswered calls are forgotten; since_called_d counts no further.
  static constexpr int64_t kLongestMs = 127 * kDayMs;

  void Add(CallEvent event, EventId id, int64_t now_ms);

  int64_t SinceAttemptMs(int64_t now_ms) const;  ///< at most an hour, which stands for never too
  int64_t Attempts1h(int64_t now_ms) const;
  int64_t Connected24h(int64_t now_ms) const;
  int64_t Unanswered(int64_t now_ms) const;  ///< since the newest reset
  int64_t SinceCalledDays(int64_t now_ms) const;

  /// Drops what no fact will ask about again, whatever the clock does within kSlackMs.
  void Prune(int64_t now_ms);
  bool empty() const {
    return attempts.empty() && connected.empty() && unanswered.empty() && reset.empty() &&
           called.empty();
  }
  /// Unix seconds from which all is pruned.
  int64_t ExpiresS(int64_t now_ms) const;

  std::string Pack() const;
  /// False: these are not the bytes of such a row.
  static bool Unpack(std::span<const uint8_t> bytes, PairCalls* calls);
};

/// Most bytes Pack gives.
inline constexpr size_t kMaxPairCallsBytes = 6 + 8 * (15 + 7 + 7 + 1 + 1);

/// The row (callee, caller) after the callee has given the caller consent at `now_ms`: unanswered
/// calls up to now do not count any more. Empty `row`: there is none. False: the row is damaged.
/// For StoreTransaction::PutRow(kPairCalls, callee, caller, *after, *expires_s).
bool ResetUnanswered(std::string_view row, int64_t now_ms, std::string* after, int64_t* expires_s);

}  // namespace ringfence
