// What a replay counts in bounded memory: different parties, those with most changes, time.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "replay/counts.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

Pseudonym RandomPseudonym(std::mt19937_64& random) {
  Pseudonym pseudonym{};
  for (uint8_t& byte : pseudonym) byte = static_cast<uint8_t>(random());
  return pseudonym;
}

TEST_CASE("distinct parties: exact up to the limit, near it beyond") {
  std::mt19937_64 random(Seed());
  DistinctCounter counter;
  std::vector<Pseudonym> all;
  for (size_t i = 0; i < DistinctCounter::kMost; ++i) {
    all.push_back(RandomPseudonym(random));
    counter.Add(all.back());
    counter.Add(all[random() % all.size()]);
  }
  CHECK(counter.Count().count == DistinctCounter::kMost);
  CHECK(counter.Count().exact);
  for (size_t i = all.size(); i < 200000; ++i) counter.Add(RandomPseudonym(random));
  const ReplayDistinct many = counter.Count();
  CHECK_FALSE(many.exact);
  // Five standard errors: one seed of a million fails.
  CHECK(many.count > 192000);
  CHECK(many.count < 208000);
}

TEST_CASE("distinct parties: the order does not matter") {
  std::mt19937_64 random(Seed());
  std::vector<Pseudonym> all;
  for (size_t i = 0; i < 40000; ++i) all.push_back(RandomPseudonym(random));
  DistinctCounter first, second;
  for (const Pseudonym& one : all) first.Add(one);
  std::shuffle(all.begin(), all.end(), random);
  for (const Pseudonym& one : all) second.Add(one);
  CHECK(first.Count().count == second.Count().count);
  CHECK(DistinctCounter().Count().count == 0);
}

TEST_CASE("movers: exact while there are few, and heavy ones are found among many") {
  std::mt19937_64 random(Seed());
  TopMovers movers;
  std::map<Pseudonym, uint64_t> counts;
  const ReplayChanges gained{1, 0, 0};
  for (size_t i = 0; i < 1000; ++i) {
    const Pseudonym one = RandomPseudonym(random);
    for (size_t times = random() % 20; times > 0; --times) {
      movers.Add(one, gained);
      ++counts[one];
    }
  }
  uint64_t most = 0;
  for (const auto& [pseudonym, count] : counts) most = std::max(most, count);
  REQUIRE(movers.Top(10).size() == 10);
  CHECK(movers.Top(10)[0].changes.gained == most);
  CHECK(movers.Top(10)[0].at_most_missed == 0);
  const Pseudonym heavy = RandomPseudonym(random);
  for (size_t i = 0; i < 5 * TopMovers::kMost; ++i) {
    movers.Add(RandomPseudonym(random), gained);
    if (i % 4 == 0) movers.Add(heavy, {0, 1, 0});
  }
  const std::vector<ReplayMover> top = movers.Top(1);
  REQUIRE(top.size() == 1);
  CHECK(top[0].changes.lost + top[0].at_most_missed >= 5 * TopMovers::kMost / 4);
  CHECK(top[0].changes.gained == 0);
}

TEST_CASE("timeline: as wide as needed, nothing is lost, the order does not matter") {
  std::mt19937_64 random(Seed());
  std::vector<uint64_t> times;
  const uint64_t base = 1'760'000'000'000'000'000u;
  for (size_t i = 0; i < 5000; ++i) times.push_back(base + random() % (40ull * 86400 * 1000000000));
  const auto fill = [&](Timeline* timeline) {
    for (const uint64_t time : times) ++timeline->At(time).was[1];
  };
  Timeline first, second;
  fill(&first);
  std::shuffle(times.begin(), times.end(), random);
  fill(&second);
  CHECK(first.width_s() == second.width_s());
  CHECK(first.width_s() == 21600);
  const std::vector<ReplayPeriod> periods = first.Periods(), others = second.Periods();
  REQUIRE(periods.size() == others.size());
  CHECK(periods.size() <= Timeline::kMost);
  uint64_t sum = 0;
  for (size_t i = 0; i < periods.size(); ++i) {
    CHECK(periods[i].from_ns == others[i].from_ns);
    CHECK(periods[i].was[1] == others[i].was[1]);
    CHECK(periods[i].from_ns % (first.width_s() * 1000000000) == 0);
    sum += periods[i].was[1];
  }
  CHECK(sum == times.size());
  Timeline extremes;
  extremes.At(0);
  extremes.At(UINT64_MAX);
  CHECK(extremes.Periods().size() == 2);
}

}  // namespace
}  // namespace ringfence
