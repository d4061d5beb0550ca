// Rows of consent: packing, and what they say at a given moment.
#include "derived/consent.h"

#include <algorithm>

#include "base/bytes.h"

namespace ringfence {
namespace {

constexpr size_t kTimeBytes = 8;

void PutTime(int64_t time_ms, std::string* bytes) {
  AppendUint(static_cast<uint64_t>(time_ms), kTimeBytes, bytes);
}

int64_t TimeAt(std::span<const uint8_t> bytes, size_t offset) {
  return static_cast<int64_t>(ReadUint(bytes.subspan(offset, kTimeBytes)));
}

bool IsTime(int64_t time_ms) { return time_ms > 0 && time_ms <= kLastTimeMs; }

template <class Row, size_t kBytes>
ReadState Get(DerivedRows& rows, RowKind kind, int64_t a, int64_t b, Row* row) noexcept {
  std::array<uint8_t, kBytes> buffer;
  size_t size = 0;
  const ReadState state = rows.GetRow(kind, a, b, buffer, &size);
  if (state != ReadState::kRead) return state;
  return Unpack(std::span<const uint8_t>(buffer).first(size), row) ? ReadState::kRead
                                                                   : ReadState::kUnavailable;
}

}  // namespace

std::string_view ToString(GrantState state) {
  constexpr std::string_view kNames[] = {"none",     "temporary", "permanent",
                                         "declined", "revoked",   "expired"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view ToString(GrantSource source) {
  constexpr std::string_view kNames[] = {"user", "operator", "knock"};
  return kNames[static_cast<size_t>(source) - 1];
}

std::string Pack(const GrantRow& row) {
  std::string bytes = {static_cast<char>(row.state), static_cast<char>(row.source),
                       static_cast<char>(row.one_call ? 1 : 0)};
  PutTime(row.given_at_ms, &bytes);
  PutTime(row.until_ms, &bytes);
  return bytes;
}

bool Unpack(std::span<const uint8_t> bytes, GrantRow* row) {
  if (bytes.size() != kGrantRowBytes) return false;
  const auto in = [](uint8_t value, auto from, auto to) {
    return value >= static_cast<uint8_t>(from) && value <= static_cast<uint8_t>(to);
  };
  if (!in(bytes[0], GrantState::kTemporary, GrantState::kRevoked)) return false;
  if (!in(bytes[1], GrantSource::kUser, GrantSource::kKnock) || bytes[2] > 1) return false;
  row->state = static_cast<GrantState>(bytes[0]);
  row->source = static_cast<GrantSource>(bytes[1]);
  row->one_call = bytes[2] != 0;
  row->given_at_ms = TimeAt(bytes, 3);
  row->until_ms = TimeAt(bytes, 3 + kTimeBytes);
  const bool ends = row->state == GrantState::kTemporary || row->state == GrantState::kDeclined;
  if (!IsTime(row->given_at_ms) || (row->one_call && row->state != GrantState::kTemporary)) {
    return false;
  }
  return ends ? IsTime(row->until_ms) && row->until_ms >= row->given_at_ms : row->until_ms == 0;
}

int64_t ExpiresS(const GrantRow& row) {
  if (row.until_ms == 0) return 0;
  const bool is_remembered = row.state == GrantState::kTemporary;
  return SecondsUp(row.until_ms + (is_remembered ? kExpiredGrantDays * kDayMs : 0));
}

std::string Pack(const AskedRow& row) {
  std::string bytes;
  for (size_t i = 0; i < row.count; ++i) PutTime(row.at_ms[i], &bytes);
  return bytes;
}

bool Unpack(std::span<const uint8_t> bytes, AskedRow* row) {
  if (bytes.empty() || bytes.size() > kMaxAskedRowBytes || bytes.size() % kTimeBytes != 0) {
    return false;
  }
  row->count = bytes.size() / kTimeBytes;
  for (size_t i = 0; i < row->count; ++i) {
    row->at_ms[i] = TimeAt(bytes, i * kTimeBytes);
    if (!IsTime(row->at_ms[i]) || (i > 0 && row->at_ms[i] < row->at_ms[i - 1])) return false;
  }
  return true;
}

int64_t ExpiresS(const AskedRow& row) { return SecondsUp(row.at_ms[row.count - 1] + 7 * kDayMs); }

std::string Pack(const KnockRow& row) {
  std::string bytes(1, static_cast<char>(row.declined ? 1 : 0));
  PutTime(row.asked_at_ms, &bytes);
  PutTime(row.until_ms, &bytes);
  return bytes;
}

bool Unpack(std::span<const uint8_t> bytes, KnockRow* row) {
  if (bytes.size() != kKnockRowBytes || bytes[0] > 1) return false;
  row->declined = bytes[0] != 0;
  row->asked_at_ms = TimeAt(bytes, 1);
  row->until_ms = TimeAt(bytes, 1 + kTimeBytes);
  return IsTime(row->asked_at_ms) && IsTime(row->until_ms) && row->until_ms >= row->asked_at_ms;
}

int64_t ExpiresS(const KnockRow& row) { return SecondsUp(row.until_ms); }

ReadState GetGrant(DerivedRows& rows, int64_t callee, int64_t caller, GrantRow* row) noexcept {
  return Get<GrantRow, kGrantRowBytes>(rows, RowKind::kGrant, callee, caller, row);
}

ReadState GetAsked(DerivedRows& rows, int64_t caller, int64_t callee, AskedRow* row) noexcept {
  return Get<AskedRow, kMaxAskedRowBytes>(rows, RowKind::kRequests, caller, callee, row);
}

ReadState GetKnock(DerivedRows& rows, int64_t callee, int64_t caller, KnockRow* row) noexcept {
  return Get<KnockRow, kKnockRowBytes>(rows, RowKind::kKnock, callee, caller, row);
}

GrantState StateAt(const GrantRow& row, const CallTimes& calls, int64_t now_ms) {
  switch (row.state) {
    case GrantState::kTemporary: {
      if (now_ms >= row.until_ms + kExpiredGrantDays * kDayMs) return GrantState::kNone;
      const bool is_used = row.one_call && calls.reported_ms > row.given_at_ms;
      return now_ms < row.until_ms && !is_used ? GrantState::kTemporary : GrantState::kExpired;
    }
    case GrantState::kDeclined:
      return now_ms < row.until_ms ? GrantState::kDeclined : GrantState::kNone;
    default:
      return row.state;
  }
}

int CountAsked(const AskedRow& row, int64_t connected_ms, int64_t window_ms, int64_t now_ms) {
  const auto counts = [&](int64_t at_ms) {
    return at_ms > connected_ms && at_ms > now_ms - window_ms;
  };
  const auto end = row.at_ms.begin() + static_cast<std::ptrdiff_t>(row.count);
  return static_cast<int>(std::count_if(row.at_ms.begin(), end, counts));
}

int64_t WaitMs(const AskedRow& row, int64_t connected_ms, const AskLimits& limits, int64_t now_ms) {
  int64_t wait_ms = 0;
  const auto hold_to = [&](int limit, int64_t window_ms) {
    const auto allowed = static_cast<size_t>(limit);
    if (row.count < allowed) return;
    // Once this one does not count any more, one fewer than allowed do.
    const int64_t at_ms = row.at_ms[row.count - allowed];
    if (at_ms <= connected_ms) return;
    wait_ms = std::max(wait_ms, std::min(at_ms, now_ms) + window_ms - now_ms);
  };
  hold_to(limits.per_24h, kDayMs);
  hold_to(limits.per_7d, 7 * kDayMs);
  return wait_ms;
}

void AddAsked(int64_t now_ms, AskedRow* row) {
  AskedRow kept;
  const auto keep = [&](int64_t at_ms) { kept.at_ms[kept.count++] = at_ms; };
  const size_t first = row->count == kMaxAskedIn7Days ? 1 : 0;
  for (size_t i = first; i < row->count; ++i) {
    if (row->at_ms[i] > now_ms - 7 * kDayMs) keep(row->at_ms[i]);
  }
  keep(kept.count == 0 ? now_ms : std::max(now_ms, kept.at_ms[kept.count - 1]));
  *row = kept;
}

}  // namespace ringfence
