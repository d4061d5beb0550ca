// Pending events: hash chains in shards, of nodes from a pool each.
#include "derived/pending.h"

#include <unistd.h>

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "derived/pair_calls.h"
#include "derived/recent.h"

namespace ringfence {
namespace {

// Enough that threads rarely meet; a shard that is full makes facts of its users unavailable, not
// everybody's.
constexpr size_t kMostShards = 32;
constexpr size_t kLeastNodes = 64;

/// SplitMix64's finish: every bit of the input changes about half of the output's.
uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

size_t MostOf(PendingKind kind) {
  switch (kind) {
    case PendingKind::kAttempt:
      return decltype(PairCalls::attempts)::kMost;
    case PendingKind::kConnected:
    case PendingKind::kUnanswered:
      return decltype(PairCalls::connected)::kMost;
    case PendingKind::kUnknownCall:
      return decltype(UnknownCalls::calls)::kMost;
    case PendingKind::kCallee:
    case PendingKind::kPreview:
      return RecentUsers::kMost;
  }
  return 0;
}

}  // namespace

PendingCalls::PendingCalls(size_t capacity)
    : shards_(std::bit_floor(std::clamp<size_t>(capacity / kLeastNodes, 1, kMostShards))) {
  CHECK(getentropy(&hash_seed_, sizeof hash_seed_) == 0);
  const size_t nodes = std::max<size_t>(1, capacity / shards_.size());
  uint64_t number = hash_seed_;
  for (Shard& shard : shards_) {
    // Another process counts calls of the same pair in the same millisecond.
    shard.number = static_cast<uint16_t>(number = Mix(number + 1));
    shard.buckets.assign(std::bit_ceil(nodes), kNone);
    shard.nodes.resize(nodes);
    shard.open.reserve(nodes);
    shard.taken.reserve(nodes);
    for (size_t i = nodes; i-- > 0;) {
      shard.nodes[i].next = shard.free;
      shard.free = static_cast<uint32_t>(i);
    }
  }
}

size_t PendingCalls::ShardOf(int64_t user) const {
  return Mix(hash_seed_ ^ static_cast<uint64_t>(user)) & (shards_.size() - 1);
}

size_t PendingCalls::BucketOf(const Shard& shard, PendingKind kind, int64_t a, int64_t b) const {
  uint64_t hash = Mix(hash_seed_ + static_cast<uint64_t>(a));
  if (!HasUserKeys(kind)) hash = Mix(hash ^ static_cast<uint64_t>(b));
  return Mix(hash + static_cast<uint64_t>(kind)) & (shard.buckets.size() - 1);
}

EventId PendingCalls::NextId(Shard* shard, EventTime time) {
  return MakeEventId(time.happened_ms, shard->number++);
}

bool PendingCalls::CountAttempt(const PendingParties& parties, EventTime time) {
  const auto [callee, caller, key] = parties;
  if (caller == 0 && callee == 0) return true;
  Shard& shard = shards_[ShardOf(caller == 0 ? callee : caller)];
  const std::lock_guard lock(shard.mutex);
  const EventId id = NextId(&shard, time);
  if (caller == 0) return Put(&shard, {PendingKind::kUnknownCall, callee, 0, id}, time.now_ms);
  const bool kept =
      callee == 0 || Put(&shard, {PendingKind::kAttempt, callee, caller, id}, time.now_ms);
  return Put(&shard, {PendingKind::kCallee, caller, static_cast<int64_t>(key), id}, time.now_ms) &&
         kept;
}

bool PendingCalls::CountPreview(const PendingParties& parties, EventTime time) {
  if (parties.caller == 0) return true;
  Shard& shard = shards_[ShardOf(parties.caller)];
  const std::lock_guard lock(shard.mutex);
  const auto key = static_cast<int64_t>(parties.callee_key);
  return Put(&shard, {PendingKind::kPreview, parties.caller, key, NextId(&shard, time)},
             time.now_ms);
}

bool PendingCalls::CountEnd(PendingKind kind, const PendingParties& parties, EventTime time) {
  DCHECK(kind == PendingKind::kConnected || kind == PendingKind::kUnanswered);
  Shard& shard = shards_[ShardOf(parties.caller)];
  const std::lock_guard lock(shard.mutex);
  return Put(&shard, {kind, parties.callee, parties.caller, NextId(&shard, time)}, time.now_ms);
}

PendingCalls::View::View(const PendingCalls* pending, int64_t user)
    : pending_(pending), shard_(pending->ShardOf(user)) {
  const Shard& shard = pending->shards_[shard_];
  // Whoever reads 0 after an event has gone also sees the epoch that its commit has moved.
  if (shard.used.load(std::memory_order_acquire) == 0) return;
  lock_ = std::unique_lock(shard.mutex);
}

void PendingCalls::Overwrite(Shard* shard, uint32_t index, const PendingEvent& event) {
  Node& node = shard->nodes[index];
  node.event = event;
  if (node.state != State::kTaken) return;
  node.state = State::kOpen;
  shard->open.push_back(index);
}

bool PendingCalls::Put(Shard* shard, const PendingEvent& event, int64_t now_ms) {
  std::vector<Node>& nodes = shard->nodes;
  uint32_t& first = shard->buckets[BucketOf(*shard, event.kind, event.a, event.b)];
  uint32_t worst = kNone;
  size_t count = 0;
  for (uint32_t i = first; i != kNone; i = nodes[i].next) {
    const PendingEvent& other = nodes[i].event;
    if (other.kind != event.kind || other.a != event.a) continue;
    if (HasUserKeys(event.kind) && other.b == event.b) {
      if (IsWorthMore(event.id, other.id, now_ms)) Overwrite(shard, i, event);
      return true;
    }
    if (!HasUserKeys(event.kind) && other.b != event.b) continue;
    ++count;
    if (worst == kNone || IsWorthMore(nodes[worst].event.id, other.id, now_ms)) worst = i;
  }
  if (count >= MostOf(event.kind)) {
    if (IsWorthMore(event.id, nodes[worst].event.id, now_ms)) Overwrite(shard, worst, event);
    return true;
  }
  if (shard->free == kNone) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    const int64_t until_ms = std::max(shard->incomplete_until_ms.load(), now_ms + kHourMs + 1);
    shard->incomplete_until_ms.store(until_ms, std::memory_order_release);
    return false;
  }
  const uint32_t index = shard->free;
  shard->free = nodes[index].next;
  nodes[index] = {event, first, kNone, State::kOpen};
  if (first != kNone) nodes[first].previous = index;
  first = index;
  shard->open.push_back(index);
  shard->used.fetch_add(1, std::memory_order_release);
  return true;
}

void PendingCalls::Take(size_t most, std::vector<PendingEvent>* events) {
  events->clear();
  for (size_t i = 0; i < shards_.size() && events->size() < most; ++i) {
    Shard& shard = shards_[(first_shard_ + i) & (shards_.size() - 1)];
    const std::lock_guard lock(shard.mutex);
    const size_t count = std::min(most - events->size(), shard.open.size());
    for (size_t k = 0; k < count; ++k) {
      Node& node = shard.nodes[shard.open[k]];
      node.state = State::kTaken;
      shard.taken.push_back(shard.open[k]);
      events->push_back(node.event);
    }
    shard.open.erase(shard.open.begin(), shard.open.begin() + static_cast<ptrdiff_t>(count));
  }
  ++first_shard_;
}

void PendingCalls::Settle(bool committed) {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const uint32_t index : shard.taken) {
      Node& node = shard.nodes[index];
      if (node.state != State::kTaken) continue;  // another event has its place meanwhile
      if (!committed) {
        node.state = State::kOpen;
        shard.open.push_back(index);
        continue;
      }
      const PendingEvent& event = node.event;
      Unlink(&shard, BucketOf(shard, event.kind, event.a, event.b), index);
    }
    shard.taken.clear();
  }
}

void PendingCalls::Unlink(Shard* shard, size_t bucket, uint32_t index) {
  Node& node = shard->nodes[index];
  if (node.previous == kNone) {
    shard->buckets[bucket] = node.next;
  } else {
    shard->nodes[node.previous].next = node.next;
  }
  if (node.next != kNone) shard->nodes[node.next].previous = node.previous;
  node = Node();
  node.next = shard->free;
  shard->free = index;
  shard->used.fetch_sub(1, std::memory_order_release);
}

size_t PendingCalls::size() const {
  size_t size = 0;
  for (const Shard& shard : shards_) size += shard.used.load(std::memory_order_acquire);
  return size;
}

}  // namespace ringfence
