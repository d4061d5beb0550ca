// Counting what may be too many to remember: different parties, those with most changes, effects
// over time. What they give depends on what was added in which order, on nothing else.
#pragma once

#include <ringfence/replay.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "log/entry.h"

namespace ringfence {

/// How many different pseudonyms there are: exact up to kMost, then an estimate from the smallest
/// ones (k minimum values: Bar-Yossef et al., "Counting distinct elements in a data stream", 2002).
/// Pseudonyms are outputs of a MAC, hence uniform.
class DistinctCounter {
 public:
  void Add(const Pseudonym& pseudonym);
  ReplayDistinct Count() const;
  static constexpr size_t kMost = 16384;  ///< standard error 0.8 %

 private:
  std::set<Pseudonym> smallest_;
  bool exact_ = true;
};

struct PseudonymHash {
  size_t operator()(const Pseudonym& pseudonym) const;
};

/// Those with most changes: exact while there are fewer than 2 * kMost, then the rarest are
/// forgotten, and it is known how many changes anybody may have had unseen (lossy counting: Manku
/// and Motwani, "Approximate frequency counts over data streams", 2002).
class TopMovers {
 public:
  void Add(const Pseudonym& pseudonym, const ReplayChanges& changes);
  std::vector<ReplayMover> Top(size_t count) const;
  static constexpr size_t kMost = 32768;

 private:
  struct Count {
    ReplayChanges changes;
    uint64_t missed = 0;
  };
  void Forget();
  std::unordered_map<Pseudonym, Count, PseudonymHash> counts_;
  uint64_t floor_ = 0;  ///< most changes of anybody who was forgotten
};

/// Effects in stretches of time, as wide as needed for at most kMost of them.
class Timeline {
 public:
  /// The stretch of a moment; good until the next call.
  ReplayPeriod& At(uint64_t time_ns);
  uint64_t width_s() const;
  std::vector<ReplayPeriod> Periods() const;
  static constexpr size_t kMost = 240;

 private:
  void Widen();
  size_t width_ = 0;
  std::map<uint64_t, ReplayPeriod> periods_;
};

}  // namespace ringfence
