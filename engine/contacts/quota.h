// Leaky buckets: how much of something an account may do in a while. Exact integers, no clock.
#pragma once

#include <cstdint>

namespace ringfence {

struct BucketLimit {
  int64_t capacity = 0;      ///< at once
  int64_t refill = 0;        ///< so many ...
  int64_t refill_per_s = 1;  ///< ... in so many seconds
};

/// What is used of a bucket. `used` counts capacity times refill_per_s, so that it is exact.
struct Bucket {
  int64_t used = 0;
  int64_t at_s = 0;  ///< of the last change; never goes back
};

/// What may be taken now. A clock set back refills nothing until it has caught up.
int64_t Left(const BucketLimit& limit, const Bucket& bucket, int64_t now_s);
/// Takes `amount` if there is as much; else changes nothing and gives the seconds to wait (-1: more
/// than the capacity, never).
bool Take(const BucketLimit& limit, int64_t amount, int64_t now_s, Bucket* bucket, int64_t* wait_s);

}  // namespace ringfence
