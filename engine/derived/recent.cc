// The bytes of rows kCallees, kPreviews and kUnknownCalls.
//
// Byte 0 is the format, 1; byte 1 the number of entries. Those of users are by rising key: 8 bytes
// of key, 6 of Unix milliseconds. Those of unknown calls are ids of 8 bytes, falling. All
// little-endian.
#include "derived/recent.h"

#include <algorithm>

#include "base/bytes.h"

namespace ringfence {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kHeaderBytes = 2;
constexpr size_t kUserBytes = 8;
constexpr size_t kTimeBytes = 6;
constexpr size_t kEntryBytes = kUserBytes + kTimeBytes;

bool IsRow(std::span<const uint8_t> bytes, size_t entry_bytes) {
  return bytes.size() >= kHeaderBytes && bytes[0] == kFormat &&
         bytes.size() == kHeaderBytes + bytes[1] * entry_bytes;
}

int64_t EndS(int64_t newest_ms) { return (newest_ms + kRecentMs + kSlackMs) / kSecondMs + 1; }

}  // namespace

uint64_t UserKey(const SipHashKey& key, int64_t handle, std::string_view id) {
  std::string_view text = id;
  std::array<char, 9> bytes;
  if (handle != 0) {
    bytes[0] = '\0';  // begins no id
    for (size_t i = 0; i < 8; ++i) {
      bytes[i + 1] = static_cast<char>(static_cast<uint64_t>(handle) >> (8 * i) & 0xff);
    }
    text = {bytes.data(), bytes.size()};
  }
  return SipHash24(key, text) >> 1;
}

void RecentUsers::Remove(size_t at) {
  std::copy(entries_.begin() + static_cast<ptrdiff_t>(at) + 1,
            entries_.begin() + static_cast<ptrdiff_t>(count_),
            entries_.begin() + static_cast<ptrdiff_t>(at));
  --count_;
}

void RecentUsers::Add(uint64_t user, EventId id, int64_t now_ms) {
  id = MakeEventId(TimeOf(id), 0);
  const auto begin = entries_.begin();
  const auto place = [&] {
    return std::lower_bound(begin, begin + static_cast<ptrdiff_t>(count_), user,
                            [](const Entry& entry, uint64_t key) { return entry.user < key; });
  };
  auto found = place();
  if (found != begin + static_cast<ptrdiff_t>(count_) && found->user == user) {
    if (IsWorthMore(id, found->id, now_ms)) found->id = id;
    return;
  }
  if (count_ == kMost) {
    const auto worst = std::max_element(begin, entries_.end(), [&](const Entry& a, const Entry& b) {
      return IsWorthMore(a.id, b.id, now_ms);
    });
    if (!IsWorthMore(id, worst->id, now_ms)) return;
    Remove(static_cast<size_t>(worst - begin));
    found = place();
  }
  std::copy_backward(found, begin + static_cast<ptrdiff_t>(count_),
                     begin + static_cast<ptrdiff_t>(count_) + 1);
  *found = {user, id};
  ++count_;
}

int64_t RecentUsers::Count(int64_t now_ms) const {
  return std::count_if(entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(count_),
                       [&](const Entry& entry) { return IsWithin(entry.id, now_ms, kRecentMs); });
}

void RecentUsers::Prune(int64_t now_ms) {
  const int64_t oldest_ms = now_ms - kRecentMs - kSlackMs;
  const auto end =
      std::remove_if(entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(count_),
                     [&](const Entry& entry) { return TimeOf(entry.id) < oldest_ms; });
  count_ = static_cast<size_t>(end - entries_.begin());
}

int64_t RecentUsers::ExpiresS(int64_t now_ms) const {
  int64_t newest_ms = 0;
  for (size_t i = 0; i < count_; ++i) newest_ms = std::max(newest_ms, TimeOf(entries_[i].id));
  return EndS(std::min(newest_ms, now_ms));
}

std::string RecentUsers::Pack() const {
  std::string out;
  out.push_back(kFormat);
  out.push_back(static_cast<char>(count_));
  for (size_t i = 0; i < count_; ++i) {
    AppendUint(entries_[i].user, kUserBytes, &out);
    AppendUint(static_cast<uint64_t>(TimeOf(entries_[i].id)), kTimeBytes, &out);
  }
  return out;
}

bool RecentUsers::Unpack(std::span<const uint8_t> bytes, RecentUsers* users) {
  users->count_ = 0;
  if (!IsRow(bytes, kEntryBytes)) return false;
  const size_t count = bytes[1];
  for (size_t i = 0; i < count; ++i) {
    const std::span<const uint8_t> entry = bytes.subspan(kHeaderBytes + i * kEntryBytes);
    const uint64_t user = ReadUint(entry.first(kUserBytes));
    if (i > 0 && user <= users->entries_[i - 1].user) return false;
    users->entries_[i] = {user, ReadUint(entry.subspan(kUserBytes, kTimeBytes)) << 16};
  }
  users->count_ = count;
  return true;
}

int64_t UnknownCalls::ExpiresS(int64_t now_ms) const {
  return calls.empty() ? 0 : EndS(std::min(TimeOf(calls.ids().front()), now_ms));
}

std::string UnknownCalls::Pack() const {
  std::string out;
  out.push_back(kFormat);
  out.push_back(static_cast<char>(calls.size()));
  for (const EventId id : calls.ids()) AppendUint(id, sizeof(EventId), &out);
  return out;
}

bool UnknownCalls::Unpack(std::span<const uint8_t> bytes, UnknownCalls* unknown) {
  *unknown = UnknownCalls();
  if (!IsRow(bytes, sizeof(EventId)) || bytes[1] > NewestIds<31>::kMost) return false;
  EventId before = UINT64_MAX;
  for (size_t i = 0; i < bytes[1]; ++i) {
    const EventId id = ReadUint(bytes.subspan(kHeaderBytes + i * sizeof(EventId), sizeof(EventId)));
    if (id >= before) return false;
    before = id;
    unknown->calls.Add(id, 0);  // there is room, whatever the present is
  }
  return true;
}

}  // namespace ringfence
