// What a store in memory holds, and who shares it.
// A world is immutable once published and made of shards; a transaction copies the shards it
// touches and publishes a new world. So a snapshot is one pointer, and nobody waits for a reader.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/siphash.h"
#include "derived/rows.h"
#include "store/backend.h"
#include "store/log_rows.h"
#include "store/rows.h"

namespace ringfence::memory {

// With a million users a write copies a few thousand entries; without any, 768 pointers.
inline constexpr size_t kShards = 256;

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

struct MemoryUser {
  std::string name;
  UserWords words{};
  SeedBytes seed{};
};

using NameShard = std::unordered_map<std::string, int64_t, StringHash, std::equal_to<>>;
using UserShard = std::unordered_map<int64_t, MemoryUser>;
using PairShard = std::map<std::pair<int64_t, int64_t>, PairWords>;  // (callee, caller)

struct RowKey {
  RowKind kind = RowKind::kPairCalls;
  int64_t a = 0, b = 0;
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};
struct MemoryRow {
  std::string bytes;
  int64_t expires_s = 0;
};
using RowShard = std::map<RowKey, MemoryRow>;

template <class Shard>
class Shards {
 public:
  const Shard& Of(size_t hash) const {
    static const Shard empty;
    const std::shared_ptr<Shard>& shard = shards_[hash % kShards];
    return shard == nullptr ? empty : *shard;
  }
  /// A shard that is this world's alone.
  Shard& Own(size_t hash) {
    const size_t index = hash % kShards;
    if (!owned_[index]) {
      shards_[index] = shards_[index] == nullptr ? std::make_shared<Shard>()
                                                 : std::make_shared<Shard>(*shards_[index]);
      owned_[index] = true;
    }
    return *shards_[index];
  }
  /// From now on every shard is shared.
  void Publish() { owned_.fill(false); }

 private:
  std::array<std::shared_ptr<Shard>, kShards> shards_;
  std::array<bool, kShards> owned_{};
};

struct World {
  uint64_t revision = 0;
  int64_t last_handle = 0;
  int64_t policy_number = 0;
  int64_t forgets = 0;
  Shards<NameShard> names;                                    // by hash of the name
  Shards<UserShard> users;                                    // by handle
  Shards<PairShard> pairs;                                    // by callee's handle
  Shards<RowShard> rows;                                      // by first key
  std::vector<std::shared_ptr<const PolicyRecord>> policies;  // oldest first
  std::map<std::string, LogCheckpointRow, std::less<>> log_checkpoints;
  std::vector<LogOutboxRow> log_outbox;  // oldest first
  int64_t last_outbox_id = 0;
  WaitingReports log_reports;

  /// 0: not known.
  int64_t Find(std::string_view name) const {
    const NameShard& shard = names.Of(StringHash()(name));
    const auto found = shard.find(name);
    return found == shard.end() ? 0 : found->second;
  }
  const MemoryUser* User(int64_t handle) const {
    const UserShard& shard = users.Of(static_cast<size_t>(handle));
    const auto found = shard.find(handle);
    return found == shard.end() ? nullptr : &found->second;
  }
  PairWords Pair(int64_t callee, int64_t caller) const {
    const PairShard& shard = pairs.Of(static_cast<size_t>(callee));
    const auto found = shard.find({callee, caller});
    return found == shard.end() ? PairWords() : found->second;
  }
  void PutPair(int64_t callee, int64_t caller, const PairWords& pair) {
    PairShard& shard = pairs.Own(static_cast<size_t>(callee));
    if (pair.empty()) {
      shard.erase({callee, caller});
    } else {
      shard[{callee, caller}] = pair;
    }
  }
  const MemoryRow* Row(const RowKey& key) const {
    const RowShard& shard = rows.Of(static_cast<size_t>(key.a));
    const auto found = shard.find(key);
    return found == shard.end() ? nullptr : &found->second;
  }
  /// Of a user, and about them.
  void ForgetRows(int64_t user) {
    const auto is_theirs = [&](const auto& row) {
      return row.first.a == user || row.first.b == user;
    };
    for (size_t i = 0; i < kShards; ++i) {
      const RowShard& shard = rows.Of(i);
      if (std::any_of(shard.begin(), shard.end(), is_theirs)) std::erase_if(rows.Own(i), is_theirs);
    }
  }
  /// Callers of the pairs in which `callee` stands, with their words, by handle.
  std::vector<std::pair<int64_t, PairWords>> PairsOf(int64_t callee) const {
    std::vector<std::pair<int64_t, PairWords>> found;
    const PairShard& shard = pairs.Of(static_cast<size_t>(callee));
    for (auto it = shard.lower_bound({callee, 0}); it != shard.end(); ++it) {
      if (it->first.first != callee) break;
      found.emplace_back(it->first.second, it->second);
    }
    return found;
  }
  int64_t AddToLogOutbox(LogOutboxRow row) {
    row.id = ++last_outbox_id;
    log_outbox.push_back(row);
    return row.id;
  }
  void Publish() {
    names.Publish();
    users.Publish();
    pairs.Publish();
    rows.Publish();
  }
};

/// What a store and its sessions share.
struct Shared {
  std::shared_ptr<const RowFormat> format;
  SipHashKey cohort_key{};
  std::mutex mutex;  // of `world`, the pointer
  std::shared_ptr<const World> world;

  std::shared_ptr<const World> Now() {
    const std::lock_guard lock(mutex);
    return world;
  }
  void Publish(std::shared_ptr<World> next) {
    next->Publish();
    std::shared_ptr<const World> old = std::move(next);
    // The old world goes when `old` does, outside the lock.
    const std::lock_guard lock(mutex);
    world.swap(old);
  }
};

/// A Reader's view of what is published when its snapshot begins.
std::unique_ptr<StoreSession> NewMemorySession(std::shared_ptr<Shared> shared);

/// O(users) but for those related to somebody.
std::unique_ptr<UserCursor> ListUsersOf(const World& world, const UserSet& set);

}  // namespace ringfence::memory
