// Pseudonyms and facts keys of the users a deciding thread meets, so that a decision computes none.
#pragma once

#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "log/keys.h"

namespace ringfence {

/// One thread's. Bounded: a user who is met rarely makes room for one who is met now. Wiped when
/// cleared or destroyed.
class NameCache {
 public:
  static constexpr size_t kWays = 4;
  static constexpr size_t kSets = 2048;  ///< 0.8 MB a thread

  struct Names {
    Pseudonym callee{};
    Pseudonym caller{};
    Hash facts_key{};
  };

  explicit NameCache(const LogKeys& keys) : keys_(keys), sets_(kSets) {}
  ~NameCache() { Clear(); }
  NameCache(const NameCache&) = delete;
  NameCache& operator=(const NameCache&) = delete;

  /// The names of that moment from now on. kNotFound: its epoch's key was destroyed, or the clock
  /// is before the log's first.
  Status SetTime(uint64_t time_ns);
  /// Null: not there. Good until the next call.
  const Names* Find(int64_t handle) const;
  const Names* Put(int64_t handle, const Hash& seed);
  /// Of somebody the store does not know; computed each time.
  Names OfUnknown(std::string_view id) const;
  void Clear();

 private:
  /// Users whose handles meet in one place; the oldest makes room.
  struct Set {
    std::array<int64_t, kWays> handles{};
    std::array<uint32_t, kWays> days{};
    uint32_t next = 0;
    std::array<Names, kWays> names;
  };
  static size_t IndexOf(int64_t handle) {
    return static_cast<size_t>(static_cast<uint64_t>(handle) * 0x9E3779B97F4A7C15u >> 53);
  }
  static_assert(kSets == size_t{1} << (64 - 53));
  Names Compute(const PartySecret& party) const;

  const LogKeys& keys_;
  uint32_t day_ = 0;
  std::optional<EpochNames> names_;
  std::vector<Set> sets_;
};

}  // namespace ringfence
