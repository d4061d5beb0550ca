// Leaky buckets in integers that cannot overflow.
#include "contacts/quota.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace ringfence {
namespace {

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();

int64_t Full(const BucketLimit& limit) {
  CHECK(limit.capacity > 0 && limit.refill > 0 && limit.refill_per_s > 0);
  CHECK(limit.capacity <= kLargest / limit.refill_per_s);
  return limit.capacity * limit.refill_per_s;
}

// later - earlier for later > earlier, whatever they are.
uint64_t Seconds(int64_t earlier, int64_t later) {
  return static_cast<uint64_t>(later) - static_cast<uint64_t>(earlier);
}

// What is used once the refill up to now has come. A stored level outside the limit (which may have
// been another when it was stored) counts as the nearest inside.
int64_t UsedNow(const BucketLimit& limit, const Bucket& bucket, int64_t now_s) {
  const int64_t used = std::clamp(bucket.used, int64_t{0}, Full(limit));
  if (now_s <= bucket.at_s) return used;
  const uint64_t elapsed_s = Seconds(bucket.at_s, now_s);
  if (elapsed_s > static_cast<uint64_t>(used / limit.refill)) return 0;
  return used - limit.refill * static_cast<int64_t>(elapsed_s);
}

}  // namespace

int64_t Left(const BucketLimit& limit, const Bucket& bucket, int64_t now_s) {
  return (Full(limit) - UsedNow(limit, bucket, now_s)) / limit.refill_per_s;
}

bool Take(const BucketLimit& limit, int64_t amount, int64_t now_s, Bucket* bucket,
          int64_t* wait_s) {
  CHECK(amount >= 0);
  *wait_s = 0;
  if (amount > limit.capacity) {
    *wait_s = -1;
    return false;
  }
  const int64_t used = UsedNow(limit, *bucket, now_s);
  const int64_t cost = amount * limit.refill_per_s;
  const int64_t free = Full(limit) - used;
  if (cost <= free) {
    bucket->used = used + cost;
    bucket->at_s = std::max(bucket->at_s, now_s);
    return true;
  }
  const int64_t missing = cost - free;
  const int64_t refill_s = missing / limit.refill + (missing % limit.refill != 0 ? 1 : 0);
  const uint64_t behind_s = now_s < bucket->at_s ? Seconds(now_s, bucket->at_s) : 0;
  const uint64_t wait = behind_s + static_cast<uint64_t>(refill_s);
  const bool overflow = wait < behind_s || wait > static_cast<uint64_t>(kLargest);
  *wait_s = overflow ? kLargest : static_cast<int64_t>(wait);
  return false;
}

}  // namespace ringfence
