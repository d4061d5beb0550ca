// Leaky buckets: exact at their limits, whatever clock and amounts do.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <random>

#include "contacts/quota.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kNow = 1'700'000'000;
constexpr BucketLimit kEvaluations = {12000, 20, 3600};
constexpr BucketLimit kIdentifiers = {8, 3, 7 * 86400};

TEST_CASE("a bucket holds exactly its capacity") {
  Bucket bucket;
  int64_t wait_s = 99;
  CHECK(Left(kEvaluations, bucket, kNow) == 12000);
  for (int i = 0; i < 12; ++i) CHECK(Take(kEvaluations, 1000, kNow, &bucket, &wait_s));
  CHECK(wait_s == 0);
  CHECK(Left(kEvaluations, bucket, kNow) == 0);
  const Bucket full = bucket;
  CHECK_FALSE(Take(kEvaluations, 1, kNow, &bucket, &wait_s));
  CHECK(wait_s == 180);
  CHECK_FALSE(Take(kEvaluations, 1000, kNow, &bucket, &wait_s));
  CHECK(wait_s == 180 * 1000);
  CHECK_FALSE(Take(kEvaluations, 12000, kNow, &bucket, &wait_s));
  CHECK(wait_s == 180 * 12000);
  CHECK(bucket.used == full.used);
  CHECK(bucket.at_s == full.at_s);
  CHECK(Take(kEvaluations, 0, kNow, &bucket, &wait_s));
}

TEST_CASE("the wait is exact: one second earlier is too early") {
  Bucket bucket;
  int64_t wait_s = 0;
  REQUIRE(Take(kEvaluations, 12000, kNow, &bucket, &wait_s));
  REQUIRE_FALSE(Take(kEvaluations, 7, kNow + 10, &bucket, &wait_s));
  CHECK(wait_s == 7 * 180 - 10);
  int64_t again_s = 0;
  CHECK_FALSE(Take(kEvaluations, 7, kNow + 10 + wait_s - 1, &bucket, &again_s));
  CHECK(again_s == 1);
  CHECK(Left(kEvaluations, bucket, kNow + 10 + wait_s - 1) == 6);
  CHECK(Take(kEvaluations, 7, kNow + 10 + wait_s, &bucket, &again_s));
  CHECK(Left(kEvaluations, bucket, kNow + 10 + wait_s) == 0);
}

TEST_CASE("fractions are kept: three a week is three a week however often one asks") {
  Bucket bucket;
  int64_t wait_s = 0, taken = 0;
  const int64_t weeks = 20;
  for (int64_t t = 0; t <= weeks * 7 * 86400; t += 977) {
    taken += Take(kIdentifiers, 1, kNow + t, &bucket, &wait_s) ? 1 : 0;
  }
  CHECK(taken >= 8 + 3 * weeks - 1);
  CHECK(taken <= 8 + 3 * weeks);
}

TEST_CASE("more than the capacity is never there") {
  Bucket bucket;
  int64_t wait_s = 0;
  for (const int64_t amount : {int64_t{12001}, kMax, kMax / 3600, kMax / 2}) {
    CHECK_FALSE(Take(kEvaluations, amount, kNow, &bucket, &wait_s));
    CHECK(wait_s == -1);
  }
  CHECK(bucket.used == 0);
  CHECK(bucket.at_s == 0);
}

TEST_CASE("a clock set back refills nothing until it has caught up") {
  Bucket bucket;
  int64_t wait_s = 0;
  REQUIRE(Take(kEvaluations, 12000, kNow, &bucket, &wait_s));
  const int64_t back = kNow - 86400;
  CHECK(Left(kEvaluations, bucket, back) == 0);
  CHECK_FALSE(Take(kEvaluations, 1, back, &bucket, &wait_s));
  CHECK(wait_s == 86400 + 180);
  CHECK(Take(kEvaluations, 0, back, &bucket, &wait_s));
  CHECK(bucket.at_s == kNow);
  CHECK(Left(kEvaluations, bucket, kNow) == 0);
  CHECK(Left(kEvaluations, bucket, kNow + 180) == 1);
  // Forward and back again wins nothing but what the time forward refilled.
  REQUIRE(Take(kEvaluations, 20, kNow + 3600, &bucket, &wait_s));
  CHECK(Left(kEvaluations, bucket, kNow) == 0);
  CHECK(Left(kEvaluations, bucket, kNow + 3600) == 0);
  CHECK(Left(kEvaluations, bucket, kNow + 7200) == 20);
}

TEST_CASE("times at the ends of their type") {
  for (const int64_t at : {kMin, int64_t{-1}, int64_t{0}, kNow, kMax}) {
    for (const int64_t now : {kMin, int64_t{-1}, int64_t{0}, kNow, kMax}) {
      Bucket bucket = {12000 * 3600, at};
      const int64_t left = Left(kEvaluations, bucket, now);
      CHECK(left == (now > at && now != at + 1 ? 12000 : 0));
      int64_t wait_s = 0;
      if (Take(kEvaluations, 12000, now, &bucket, &wait_s)) {
        CHECK(left == 12000);
        CHECK(bucket.at_s == now);
      } else {
        CHECK(left == 0);
        CHECK(wait_s > 0);
        CHECK(bucket.at_s == at);
      }
    }
  }
  int64_t wait_s = 0;
  Bucket bucket = {12000 * 3600, kMax};
  CHECK_FALSE(Take(kEvaluations, 1, kMin, &bucket, &wait_s));
  CHECK(wait_s == kMax);
}

TEST_CASE("limits at the ends of their type") {
  const BucketLimit wide = {kMax / 7, kMax, 7};
  Bucket bucket;
  int64_t wait_s = 0;
  CHECK(Take(wide, kMax / 7, kNow, &bucket, &wait_s));
  CHECK_FALSE(Take(wide, 1, kNow, &bucket, &wait_s));
  CHECK(wait_s == 1);
  CHECK(Left(wide, bucket, kNow + 1) == kMax / 7);
}

TEST_CASE("a stored level outside the limit counts as the nearest inside") {
  CHECK(Left(kEvaluations, {-5, kNow}, kNow) == 12000);
  CHECK(Left(kEvaluations, {kMin, kNow}, kNow) == 12000);
  CHECK(Left(kEvaluations, {kMax, kNow}, kNow) == 0);
  CHECK(Left(kEvaluations, {kMax, kNow}, kNow + 180) == 1);
}

TEST_CASE("against a model in real numbers") {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 200; ++round) {
    const BucketLimit limit = {1 + static_cast<int64_t>(random() % 50),
                               1 + static_cast<int64_t>(random() % 20),
                               1 + static_cast<int64_t>(random() % 100)};
    Bucket bucket;
    // The model counts in units of 1 / refill_per_s, second by second.
    int64_t used = 0, now = 0;
    for (int step = 0; step < 200; ++step) {
      for (int64_t s = static_cast<int64_t>(random() % 30); s > 0; --s, ++now) {
        used = used > limit.refill ? used - limit.refill : 0;
      }
      const int64_t amount = static_cast<int64_t>(random() % 20);
      const int64_t free = limit.capacity * limit.refill_per_s - used;
      CHECK(Left(limit, bucket, now) == free / limit.refill_per_s);
      const bool expected = amount * limit.refill_per_s <= free;
      int64_t wait_s = 0;
      REQUIRE(Take(limit, amount, now, &bucket, &wait_s) == expected);
      if (expected) used += amount * limit.refill_per_s;
    }
  }
}

}  // namespace
}  // namespace ringfence
