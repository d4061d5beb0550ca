// Sets of users in a store in memory: collected, sorted, and then listed.
#include <algorithm>

#include "store/memory_world.h"
#include "store/user_sets.h"

namespace ringfence::memory {
namespace {

class ListCursor final : public UserCursor {
 public:
  explicit ListCursor(std::vector<int64_t> handles) : handles_(std::move(handles)) {}
  Status Next(int64_t* handle) override {
    *handle = next_ < handles_.size() ? handles_[next_++] : 0;
    return Status();
  }

 private:
  std::vector<int64_t> handles_;
  size_t next_ = 0;
};

/// What the entry's bits of a row are, whoever reads them.
FactCode CodeOf(const IndexedEntry& entry, const UserWords& words) {
  return (words[entry.first_bit / 32] >> (entry.first_bit % 32)) & ((1u << entry.width_bits) - 1);
}

bool IsIndexed(const IndexedEntry& entry, const UserWords& words) {
  const FactCode code = CodeOf(entry, words);
  return code == entry.code || code >= (entry.width_bits == 2 ? 3u : 8u);
}

}  // namespace

std::unique_ptr<UserCursor> ListUsersOf(const World& world, const UserSet& set) {
  std::vector<int64_t> handles;
  const auto add_users = [&](const auto& holds) {
    for (size_t i = 0; i < kShards; ++i) {
      for (const auto& [handle, user] : world.users.Of(i)) {
        if (holds(user)) handles.push_back(handle);
      }
    }
  };
  const auto add_rows = [&](const RowShard& shard) {
    const bool of = set.kind == UserSet::Kind::kRowsOf;
    for (const auto& [key, row] : shard) {
      if (key.kind != set.row || (of ? key.a : key.b) != set.user) continue;
      const int64_t other = of ? key.b : key.a;
      if (other > 0) handles.push_back(other);
    }
  };
  switch (set.kind) {
    case UserSet::Kind::kAll:
      add_users([](const MemoryUser&) { return true; });
      break;
    case UserSet::Kind::kRelated:
      for (const auto& [caller, pair] : world.PairsOf(set.user)) handles.push_back(caller);
      break;
    case UserSet::Kind::kRowsOf:
      add_rows(world.rows.Of(static_cast<size_t>(set.user)));
      break;
    case UserSet::Kind::kRowsAbout:
      for (size_t i = 0; i < kShards; ++i) add_rows(world.rows.Of(i));
      break;
    case UserSet::Kind::kIndexed: {
      const IndexedEntry& entry = IndexedEntries()[set.index];
      add_users([&](const MemoryUser& user) { return IsIndexed(entry, user.words); });
      break;
    }
  }
  std::sort(handles.begin(), handles.end());
  return std::make_unique<ListCursor>(std::move(handles));
}

}  // namespace ringfence::memory
