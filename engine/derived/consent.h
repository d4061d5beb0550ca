// Rows of consent: what was granted, when was asked, which knock waits; packed, and what they say
// at a given moment. Takes a snapshot's rows; gives states and waits.
#pragma once

#include <ringfence/grants.h>
#include <ringfence/limits.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "derived/events.h"
#include "derived/pending.h"
#include "derived/rows.h"

namespace ringfence {

/// kGrant (callee, caller). Bytes: state, source, one_call, then both times, little-endian.
struct GrantRow {
  GrantState state = GrantState::kRevoked;  ///< kTemporary to kRevoked
  GrantSource source = GrantSource::kUser;
  bool one_call = false;  ///< kTemporary only
  int64_t given_at_ms = 0;
  int64_t until_ms = 0;  ///< kTemporary, kDeclined; else 0
};
inline constexpr size_t kGrantRowBytes = 19;

/// kRequests (caller, callee): when the caller asked, the oldest first. Bytes: the times.
struct AskedRow {
  std::array<int64_t, kMaxAskedIn7Days> at_ms{};
  size_t count = 0;
};
inline constexpr size_t kMaxAskedRowBytes = 8 * kMaxAskedIn7Days;

/// kKnock (callee, caller). Bytes: 1 where it was declined, else 0, then both times.
struct KnockRow {
  bool declined = false;  ///< until `until_ms` no knock of this caller is shown
  int64_t asked_at_ms = 0;
  int64_t until_ms = 0;
};
inline constexpr size_t kKnockRowBytes = 17;

std::string Pack(const GrantRow& row);
std::string Pack(const AskedRow& row);
std::string Pack(const KnockRow& row);
/// False: damaged.
bool Unpack(std::span<const uint8_t> bytes, GrantRow* row);
bool Unpack(std::span<const uint8_t> bytes, AskedRow* row);
bool Unpack(std::span<const uint8_t> bytes, KnockRow* row);
/// The second from which the row says nothing any more; 0: never.
int64_t ExpiresS(const GrantRow& row);
int64_t ExpiresS(const AskedRow& row);
int64_t ExpiresS(const KnockRow& row);

/// kUnavailable: damaged, too. Allocates nothing.
ReadState GetGrant(DerivedRows& rows, int64_t callee, int64_t caller, GrantRow* row) noexcept;
/// `callee` may be another key, which stands for somebody.
ReadState GetAsked(DerivedRows& rows, int64_t caller, int64_t callee, AskedRow* row) noexcept;
ReadState GetKnock(DerivedRows& rows, int64_t callee, int64_t caller, KnockRow* row) noexcept;

/// What consent has to know of earlier calls. Unix time in milliseconds; 0: there was none.
struct CallTimes {
  int64_t connected_ms = 0;  ///< the last connected call of the two, whoever made it
  /// The last call of the caller that was answered, or was not, or when consent was last given.
  int64_t reported_ms = 0;
};
/// `pending` (may be null) holds what is on its way into the rows. kAbsent: both are 0.
ReadState GetCallTimes(DerivedRows& rows, const PendingCalls* pending, int64_t callee,
                       int64_t caller, int64_t now_ms, CallTimes* times) noexcept;

GrantState StateAt(const GrantRow& row, const CallTimes& calls, int64_t now_ms);
inline bool Holds(GrantState state) {
  return state == GrantState::kTemporary || state == GrantState::kPermanent;
}

/// How often was asked within `window_ms`, leaving out what was asked before the last connected
/// call.
int CountAsked(const AskedRow& row, int64_t connected_ms, int64_t window_ms, int64_t now_ms);
/// Milliseconds until the caller may ask again; 0: now. Times in the future, which a clock that was
/// set back leaves behind, count as now.
int64_t WaitMs(const AskedRow& row, int64_t connected_ms, const AskLimits& limits, int64_t now_ms);
/// Adds one; forgets what no count can need any more.
void AddAsked(int64_t now_ms, AskedRow* row);

}  // namespace ringfence
