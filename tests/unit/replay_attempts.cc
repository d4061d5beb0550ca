// Attempts counted from a log's decisions: against a model that looks at all earlier decisions each
// time, at the edges of the hour, and with a clock that goes back.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "replay/attempts.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr uint64_t kMs = 1'000'000;
constexpr uint64_t kSecond = 1000 * kMs;
constexpr uint64_t kMinute = 60 * kSecond;
constexpr uint64_t kHour = 60 * kMinute;
constexpr uint64_t kDay = 24 * kHour;
constexpr uint64_t kNoon = 20'000 * kDay + 12 * kHour;

Pseudonym Name(int number) {
  Pseudonym name{};
  name[0] = static_cast<uint8_t>(number);
  name[1] = static_cast<uint8_t>(number >> 8);
  name[15] = 1;
  return name;
}

struct Call {
  int caller = 0, callee = 0;
  uint64_t time_ns = 0;
};

/// Looks at every earlier call. What lies more than an hour, by the minute, before or after a call
/// is forgotten at that call.
SimulatedAttempts Modelled(const std::vector<Call>& calls, size_t at) {
  SimulatedAttempts out;
  const Call& now = calls[at];
  uint64_t attempts = 0;
  std::set<int> callees;
  uint64_t least = now.time_ns / kMinute, most = least;  // minutes of calls since
  for (size_t i = at; i-- > 0;) {
    const Call& before = calls[i];
    const uint64_t minute = before.time_ns / kMinute;
    const bool forgotten = most > minute + 60 || minute > least + 60;
    least = std::min(least, minute);
    most = std::max(most, minute);
    if (forgotten || before.caller != now.caller || before.time_ns > now.time_ns) continue;
    const uint64_t age_ns = now.time_ns - before.time_ns;
    if (age_ns > kHour) continue;
    callees.insert(before.callee);
    if (before.callee != now.callee) continue;
    ++attempts;
    out.since_attempt_ms = std::min(out.since_attempt_ms, static_cast<uint32_t>(age_ns / kMs));
  }
  out.attempts_1h = static_cast<uint8_t>(std::min<uint64_t>(attempts, 15));
  out.callees_1h = static_cast<uint8_t>(std::min<size_t>(callees.size(), 255));
  return out;
}

void CheckAgainstModel(const std::vector<Call>& calls) {
  AttemptCounter counter;
  size_t wrong = 0;
  for (size_t i = 0; i < calls.size(); ++i) {
    const SimulatedAttempts counted =
        counter.Decide(Name(calls[i].caller), Name(calls[i].callee), calls[i].time_ns);
    const SimulatedAttempts modelled = Modelled(calls, i);
    const bool same = counted.known && counted.since_attempt_ms == modelled.since_attempt_ms &&
                      counted.attempts_1h == modelled.attempts_1h &&
                      counted.callees_1h == modelled.callees_1h;
    wrong += same ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("random calls, as a model that remembers everything counts them") {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 60; ++round) {
    const uint64_t callers = 1 + random() % 4;
    const uint64_t callees = 1 + random() % (round % 3 == 0 ? 400 : 6);
    const uint64_t step = round % 2 == 0 ? 10 * kSecond : 4 * kMinute;
    std::vector<Call> calls;
    uint64_t time_ns = kNoon + random() % kDay;
    for (int i = 0; i < 500; ++i) {
      switch (random() % 200) {
        case 0:
          time_ns += random() % (3 * kHour);  // a quiet night
          break;
        case 1:
          time_ns -= random() % (3 * kHour);  // a clock that was wrong
          break;
        default:
          time_ns += random() % step;
      }
      const uint64_t skew = random() % 4 == 0 ? random() % (2 * kMinute) : 0;  // threads
      calls.push_back({static_cast<int>(random() % callers), static_cast<int>(random() % callees),
                       time_ns - skew});
    }
    CheckAgainstModel(calls);
  }
}

TEST_CASE("edges of the hour") {
  const Pseudonym caller = Name(1), callee = Name(2);
  const auto after = [&](uint64_t wait_ns) {
    AttemptCounter counter;
    const SimulatedAttempts first = counter.Decide(caller, callee, kNoon);
    CHECK(first.since_attempt_ms == 3'600'000);
    CHECK(first.attempts_1h == 0);
    CHECK(first.callees_1h == 0);
    return counter.Decide(caller, callee, kNoon + wait_ns);
  };
  CHECK(after(0).since_attempt_ms == 0);
  CHECK(after(0).attempts_1h == 1);
  CHECK(after(1).since_attempt_ms == 0);
  CHECK(after(kMs).since_attempt_ms == 1);
  CHECK(after(kHour - 1).since_attempt_ms == 3'599'999);
  CHECK(after(kHour - 1).attempts_1h == 1);
  CHECK(after(kHour).since_attempt_ms == 3'600'000);
  CHECK(after(kHour).attempts_1h == 1);
  CHECK(after(kHour).callees_1h == 1);
  CHECK(after(kHour + 1).since_attempt_ms == 3'600'000);
  CHECK(after(kHour + 1).attempts_1h == 0);
  CHECK(after(kHour + 1).callees_1h == 0);
}

TEST_CASE("counts end where the catalog's do") {
  AttemptCounter counter;
  for (int i = 0; i < 300; ++i) counter.Decide(Name(1), Name(1000 + i), kNoon);
  for (int i = 0; i < 20; ++i) counter.Decide(Name(1), Name(2), kNoon);
  const SimulatedAttempts last = counter.Decide(Name(1), Name(2), kNoon + kSecond);
  CHECK(last.attempts_1h == 15);
  CHECK(last.callees_1h == 255);
  CHECK(counter.Decide(Name(3), Name(2), kNoon + kSecond).callees_1h == 0);
}

TEST_CASE("a caller without an account has no attempts, and makes none") {
  AttemptCounter counter;
  CHECK_FALSE(counter.Decide(Pseudonym{}, Name(2), kNoon).known);
  CHECK_FALSE(counter.Decide(Pseudonym{}, Name(2), kNoon + 1).known);
  CHECK(counter.remembered() == 0);
}

TEST_CASE("an hour of calls is remembered, and no more") {
  AttemptCounter counter;
  for (uint64_t minute = 0; minute < 1000; ++minute) {
    for (int i = 0; i < 7; ++i) counter.Decide(Name(i), Name(50 + i), kNoon + minute * kMinute);
    CHECK(counter.remembered() <= 7 * 61);
  }
  counter.Decide(Name(1), Name(2), kNoon);  // the clock went back: all of it is in the future
  CHECK(counter.remembered() == 1);
}

BurnIn Why(AttemptCounter* counter, uint64_t time_ns) {
  return counter->Decide(Name(1), Name(2), time_ns).burn_in;
}

TEST_CASE("when attempts may be missing") {
  AttemptCounter counter;
  counter.Pass(kNoon);  // the log begins
  CHECK(Why(&counter, kNoon + kHour) == BurnIn::kStart);
  CHECK(Why(&counter, kNoon + kHour + 1) == BurnIn::kNone);
  const uint64_t midnight = kNoon + 12 * kHour;
  CHECK(Why(&counter, midnight - 1) == BurnIn::kNone);
  CHECK(Why(&counter, midnight) == BurnIn::kPseudonyms);
  CHECK(Why(&counter, midnight + kHour - 1) == BurnIn::kPseudonyms);
  CHECK(Why(&counter, midnight + kHour) == BurnIn::kNone);
  uint64_t now = midnight + 2 * kHour;
  counter.Lose(now);
  CHECK(Why(&counter, now + kHour) == BurnIn::kLost);
  CHECK(Why(&counter, now + kHour + 1) == BurnIn::kNone);
  counter.LoseUnread();
  now += 2 * kHour;
  CHECK(Why(&counter, now) == BurnIn::kLost);
  CHECK(Why(&counter, now + kHour + 1) == BurnIn::kNone);
  now += 4 * kHour;
  CHECK(Why(&counter, now) == BurnIn::kNone);
  now -= 2 * kHour;
  CHECK(Why(&counter, now) == BurnIn::kClock);
  CHECK(Why(&counter, now + kHour) == BurnIn::kClock);
  CHECK(Why(&counter, now + kHour + 1) == BurnIn::kNone);
  std::set<std::string> names;
  for (size_t i = 0; i < kBurnIns; ++i) names.insert(ToString(static_cast<BurnIn>(i)));
  CHECK(names == std::set<std::string>{"", "clock", "lost", "pseudonyms", "start"});
}

TEST_CASE("times nobody can have meant do no harm") {
  AttemptCounter counter;
  for (const uint64_t time_ns : {uint64_t{0}, UINT64_MAX, uint64_t{1}, UINT64_MAX - 1, kNoon}) {
    counter.Decide(Name(1), Name(2), time_ns);
    counter.Lose(time_ns);
  }
  CHECK(counter.remembered() == 1);
}

}  // namespace
}  // namespace ringfence
