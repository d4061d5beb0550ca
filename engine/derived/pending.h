// Events of earlier calls on their way to the store: what deciding threads have counted and a flush
// has not committed yet. Takes events from any thread; gives them to readings of facts at once, and
// to the flush in groups.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "derived/events.h"

namespace ringfence {

enum class PendingKind : uint8_t {
  kAttempt,      ///< a: callee, b: caller; and the next two
  kConnected,    ///< the callee answered
  kUnanswered,   ///< the callee did not
  kUnknownCall,  ///< a: callee, b: 0
  kCallee,       ///< a: caller, b: UserKey of the callee
  kPreview,      ///< the same
};

struct PendingEvent {
  PendingKind kind = PendingKind::kAttempt;
  int64_t a = 0, b = 0;
  EventId id = 0;
};

/// What happened to whom, as handles; 0: not known.
struct PendingParties {
  int64_t callee = 0, caller = 0;
  uint64_t callee_key = 0;  ///< UserKey
};

/// When something is counted, and when it happened: hosts may report late.
struct EventTime {
  EventTime(int64_t now) : now_ms(now), happened_ms(now) {}  // NOLINT: implicit on purpose
  EventTime(int64_t now, int64_t happened) : now_ms(now), happened_ms(happened) {}

  int64_t now_ms, happened_ms;
};

/// Thread-safe. All memory is taken when it is made. Of each pair, or user, and kind as many events
/// are kept as the row holds, so that one pair fills nothing up; what is beyond the capacity is
/// dropped and counted.
//
/// A decision sees every event of this process once. It reads, in this order, the store's write
/// epoch, a snapshot, this; an event leaves this after its commit has moved the epoch. So where the
/// decision misses an event here that its snapshot does not hold, the commit lies between, the
/// epoch has moved, and the decision is made again (Reader::Impl::InSnapshot). Where it finds the
/// event in both, they are the same id, which counts once.
class PendingCalls {
 public:
  explicit PendingCalls(size_t capacity);

  /// The caller tried. An unknown caller's attempt counts for the callee, one to an unknown callee
  /// for the caller. False: something was dropped.
  bool CountAttempt(const PendingParties& parties, EventTime time);
  /// The caller was shown a call button.
  bool CountPreview(const PendingParties& parties, EventTime time);
  /// kConnected or kUnanswered. False: dropped.
  bool CountEnd(PendingKind kind, const PendingParties& parties, EventTime time);

  /// What pends about X as a caller, or as a callee of callers nobody knows, is in one shard, so
  /// that a reading takes a lock a user. Chains of the shard live as long as the view.
  class View {
   public:
    /// Calls `use(event)` for each event that pends of this kind; `b` only for kinds of a pair.
    template <class Use>
    void Each(PendingKind kind, int64_t a, int64_t b, const Use& use) const;

   private:
    friend class PendingCalls;
    View(const PendingCalls* pending, int64_t user);
    const PendingCalls* pending_;
    size_t shard_;
    std::unique_lock<std::mutex> lock_;
  };
  /// `user` > 0. While it lives counting for the user waits: keep it short, and have one at a time.
  View Of(int64_t user) const { return {this, user}; }

  /// Something was dropped less than an hour ago about this user, or another of the shard: what
  /// facts would say is too little.
  bool IsIncomplete(int64_t user, int64_t now_ms) const {
    const Shard& shard = shards_[ShardOf(user)];
    return now_ms < shard.incomplete_until_ms.load(std::memory_order_acquire);
  }

  /// Takes about `most` events to commit them. One flush at a time, each ended by Settle.
  void Take(size_t most, std::vector<PendingEvent>* events);
  /// Committed, they go; otherwise they wait for the next flush.
  void Settle(bool committed);

  size_t size() const;
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  enum class State : uint8_t { kFree, kOpen, kTaken };
  struct Node {
    PendingEvent event;
    uint32_t next = kNone, previous = kNone;  ///< in its bucket; `next` also among the free
    State state = State::kFree;
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::atomic<uint32_t> used{0};
    std::atomic<int64_t> incomplete_until_ms{INT64_MIN};
    uint16_t number = 0;  ///< of the next event
    uint32_t free = kNone;
    std::vector<uint32_t> buckets;
    std::vector<Node> nodes;
    std::vector<uint32_t> open, taken;  ///< nodes to be committed, and being so
  };

  size_t ShardOf(int64_t user) const;
  size_t BucketOf(const Shard& shard, PendingKind kind, int64_t a, int64_t b) const;
  static EventId NextId(Shard* shard, EventTime time);
  bool Put(Shard* shard, const PendingEvent& event, int64_t now_ms);
  static void Overwrite(Shard* shard, uint32_t index, const PendingEvent& event);
  static void Unlink(Shard* shard, size_t bucket, uint32_t index);

  std::vector<Shard> shards_;
  uint64_t hash_seed_ = 0;  ///< random: nobody chooses who shares a shard with whom
  size_t first_shard_ = 0;  ///< of the next Take
  std::atomic<uint64_t> dropped_{0};
};

/// A row of users has no second key, and its events differ by it.
inline bool HasUserKeys(PendingKind kind) {
  return kind == PendingKind::kCallee || kind == PendingKind::kPreview;
}

template <class Use>
void PendingCalls::View::Each(PendingKind kind, int64_t a, int64_t b, const Use& use) const {
  if (!lock_.owns_lock()) return;
  const Shard& shard = pending_->shards_[shard_];
  for (uint32_t i = shard.buckets[pending_->BucketOf(shard, kind, a, b)]; i != kNone;
       i = shard.nodes[i].next) {
    const PendingEvent& event = shard.nodes[i].event;
    const bool mine = event.kind == kind && event.a == a && (HasUserKeys(kind) || event.b == b);
    if (mine) use(event);
  }
}

}  // namespace ringfence
