// Rows of earlier calls: bounded sets of events, at their edges and merged in any order.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "derived/pair_calls.h"
#include "derived/recent.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr int64_t kNowMs = 1750000000000;

EventId At(int64_t time_ms, uint16_t number = 0) { return MakeEventId(time_ms, number); }

TEST_CASE("events: times keep their milliseconds, out of range they stay at the ends") {
  CHECK(TimeOf(At(kNowMs, 65535)) == kNowMs);
  CHECK(TimeOf(At(0)) == 0);
  CHECK(TimeOf(At(-5)) == 0);
  CHECK(TimeOf(At(INT64_MAX)) == (int64_t{1} << 48) - 1);
  CHECK(At(kNowMs, 65535) < At(kNowMs + 1, 0));
}

TEST_CASE("events: just at the edge of the window counts, one millisecond earlier does not") {
  CHECK(IsWithin(At(kNowMs - kHourMs), kNowMs, kHourMs));
  CHECK(!IsWithin(At(kNowMs - kHourMs - 1), kNowMs, kHourMs));
  // So far ahead has happened now; further has not happened.
  CHECK(IsWithin(At(kNowMs + kAheadMs), kNowMs, kHourMs));
  CHECK(!IsWithin(At(kNowMs + kAheadMs + 1), kNowMs, kHourMs));
}

TEST_CASE("a set keeps the newest, each once, and of those ahead only where there is room") {
  NewestIds<3> set;
  for (const int64_t ms : {10, 30, 20, 30}) set.Add(At(kNowMs - ms), kNowMs);
  CHECK(set.size() == 3);
  set.Add(At(kNowMs - 40), kNowMs);  // older than all
  CHECK(std::vector(set.ids().begin(), set.ids().end()) ==
        std::vector{At(kNowMs - 10), At(kNowMs - 20), At(kNowMs - 30)});
  set.Add(At(kNowMs + kHourMs), kNowMs);  // ahead, and the set is full
  CHECK(set.Newest(kNowMs) == At(kNowMs - 10));
  CHECK(set.size() == 3);
  CHECK(set.ids().back() == At(kNowMs - 30));

  NewestIds<3> ahead;
  for (const int64_t hours : {3, 1, 2}) ahead.Add(At(kNowMs + hours * kHourMs), kNowMs);
  CHECK(ahead.Newest(kNowMs) == 0);
  ahead.Add(At(kNowMs - 5), kNowMs);  // the furthest ahead goes
  CHECK(ahead.Newest(kNowMs) == At(kNowMs - 5));
  CHECK(ahead.ids().front() == At(kNowMs + 2 * kHourMs));
  // Once their time has come they count.
  CHECK(ahead.CountWithin(kNowMs + 2 * kHourMs, kHourMs) == 2);
}

template <class Set>
void Scatter(std::mt19937_64* random, const std::vector<EventId>& events, std::vector<Set>* sets) {
  for (const EventId id : events) {
    // To one set at least, to several often.
    const uint64_t where = (*random)() % 7 + 1;
    for (size_t i = 0; i < sets->size(); ++i) {
      if ((where >> i & 1) != 0) (*sets)[i].Add(id, kNowMs);
    }
  }
}

TEST_CASE("sets merged in any order, and with what they have, are the set of all events") {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 2000; ++round) {
    std::vector<EventId> events;
    for (uint64_t count = random() % 12; events.size() < count;) {
      events.push_back(At(kNowMs - 50 + static_cast<int64_t>(random() % 100) * 100,
                          static_cast<uint16_t>(random() % 2)));
    }
    NewestIds<4> whole;
    for (const EventId id : events) whole.Add(id, kNowMs);
    std::shuffle(events.begin(), events.end(), random);
    std::vector<NewestIds<4>> parts(3);
    Scatter(&random, events, &parts);
    NewestIds<4> merged;
    for (const size_t part : {2u, 0u, 1u, 0u, 2u}) {
      for (const EventId id : parts[part].ids()) merged.Add(id, kNowMs);
    }
    REQUIRE(std::equal(merged.ids().begin(), merged.ids().end(), whole.ids().begin(),
                       whole.ids().end()));
    // The worth of the reference: sorted by worth, without doubles, the first four.
    std::sort(events.begin(), events.end(),
              [](EventId a, EventId b) { return IsWorthMore(a, b, kNowMs); });
    events.erase(std::unique(events.begin(), events.end()), events.end());
    events.resize(std::min<size_t>(events.size(), 4));
    REQUIRE(std::set(events.begin(), events.end()) ==
            std::set(whole.ids().begin(), whole.ids().end()));
  }
}

TEST_CASE("a pair without calls says what the catalog says of none") {
  const PairCalls none;
  CHECK(none.SinceAttemptMs(kNowMs) == kHourMs);
  CHECK(none.Attempts1h(kNowMs) == 0);
  CHECK(none.Unanswered(kNowMs) == 0);
  CHECK(none.Connected24h(kNowMs) == 0);
  CHECK(none.SinceCalledDays(kNowMs) == 127);
  CHECK(none.empty());
}

TEST_CASE("attempts: at the edges of an hour, saturating") {
  PairCalls calls;
  for (int i = 0; i < 40; ++i) {
    calls.Add(CallEvent::kAttempt, At(kNowMs - kHourMs, static_cast<uint16_t>(i)), kNowMs);
  }
  CHECK(calls.Attempts1h(kNowMs) == 15);
  CHECK(calls.SinceAttemptMs(kNowMs) == kHourMs);
  CHECK(calls.Attempts1h(kNowMs + 1) == 0);
  calls.Add(CallEvent::kAttempt, At(kNowMs), kNowMs);
  CHECK(calls.SinceAttemptMs(kNowMs) == 0);
  CHECK(calls.SinceAttemptMs(kNowMs + 180000) == 180000);
  CHECK(calls.SinceAttemptMs(kNowMs + kHourMs - 1) == kHourMs - 1);
  CHECK(calls.SinceAttemptMs(kNowMs + 2 * kHourMs) == kHourMs);
}

TEST_CASE("unanswered calls: those after the newest answer or consent, for 127 days") {
  PairCalls calls;
  for (int i = 1; i <= 9; ++i) {
    calls.Add(CallEvent::kUnanswered, At(kNowMs + i), kNowMs + i);
  }
  CHECK(calls.Unanswered(kNowMs + 9) == 7);
  calls.Add(CallEvent::kConnected, At(kNowMs + 7), kNowMs + 9);
  CHECK(calls.Unanswered(kNowMs + 9) == 2);
  CHECK(calls.Connected24h(kNowMs + 9) == 1);
  std::string after;
  int64_t expires_s = 0;
  REQUIRE(ResetUnanswered(calls.Pack(), kNowMs + 9, &after, &expires_s));
  PairCalls reset;
  REQUIRE(PairCalls::Unpack(AsBytes(after), &reset));
  CHECK(reset.Unanswered(kNowMs + 9) == 0);
  CHECK(reset.Connected24h(kNowMs + 9) == 1);
  reset.Add(CallEvent::kUnanswered, At(kNowMs + 10), kNowMs + 10);
  CHECK(reset.Unanswered(kNowMs + 10) == 1);
  CHECK(reset.Unanswered(kNowMs + 10 + 127 * kDayMs) == 1);
  CHECK(reset.Unanswered(kNowMs + 11 + 127 * kDayMs) == 0);
}

TEST_CASE("consent without earlier calls resets what comes to the store later") {
  std::string row;
  int64_t expires_s = 0;
  REQUIRE(ResetUnanswered("", kNowMs, &row, &expires_s));
  CHECK(expires_s > kNowMs / 1000);
  PairCalls calls;
  REQUIRE(PairCalls::Unpack(AsBytes(row), &calls));
  // On its way when consent was given, in the very millisecond.
  calls.Add(CallEvent::kUnanswered, At(kNowMs, 12), kNowMs);
  CHECK(calls.Unanswered(kNowMs) == 0);
  CHECK(!ResetUnanswered("\x07xyz", kNowMs, &row, &expires_s));
}

TEST_CASE("an unanswered call that arrives weeks late does not count past a newer answer") {
  PairCalls calls;
  calls.Add(CallEvent::kConnected, At(kNowMs), kNowMs);
  const int64_t later = kNowMs + 30 * kDayMs;
  calls.Prune(later);
  calls.Add(CallEvent::kUnanswered, At(kNowMs - 1), later);
  CHECK(calls.Unanswered(later) == 0);
  CHECK(calls.ExpiresS(later) * 1000 > kNowMs - 1 + 127 * kDayMs);
}

TEST_CASE("since_called_d: whole days") {
  PairCalls calls;
  calls.Add(CallEvent::kCalled, At(kNowMs), kNowMs);
  CHECK(calls.SinceCalledDays(kNowMs) == 0);
  CHECK(calls.SinceCalledDays(kNowMs + kDayMs - 1) == 0);
  CHECK(calls.SinceCalledDays(kNowMs + kDayMs) == 1);
  CHECK(calls.SinceCalledDays(kNowMs + 126 * kDayMs) == 126);
  CHECK(calls.SinceCalledDays(kNowMs + 500 * kDayMs) == 127);
  // A later attempt replaces it, an earlier one does not.
  calls.Add(CallEvent::kCalled, At(kNowMs - kDayMs), kNowMs);
  CHECK(calls.SinceCalledDays(kNowMs) == 0);
}

TEST_CASE("a clock set back an hour: what is ahead waits, and makes room for what happens") {
  PairCalls calls;
  for (int i = 0; i < 15; ++i) calls.Add(CallEvent::kAttempt, At(kNowMs + i), kNowMs + i);
  const int64_t back = kNowMs - kHourMs;
  CHECK(calls.Attempts1h(back) == 0);
  calls.Add(CallEvent::kAttempt, At(back), back);
  CHECK(calls.Attempts1h(back) == 1);
  CHECK(calls.SinceAttemptMs(back + 10) == 10);
  // The clock comes forth again: of the fifteen one has gone.
  CHECK(calls.Attempts1h(kNowMs + 20) == 14);

  calls.Add(CallEvent::kConnected, At(kNowMs), kNowMs);
  calls.Add(CallEvent::kUnanswered, At(back + 5), back + 5);
  CHECK(calls.Unanswered(back + 5) == 1);
  calls.Add(CallEvent::kConnected, At(back + 6), back + 6);
  CHECK(calls.Unanswered(back + 6) == 0);
}

TEST_CASE("a leap second: Unix time repeats one, and nothing that happened in it is lost") {
  PairCalls calls;
  const int64_t end = kNowMs + 900;
  calls.Add(CallEvent::kAttempt, At(end), end);
  const int64_t again = kNowMs + 100;  // 200 ms later
  CHECK(calls.Attempts1h(again) == 1);
  CHECK(calls.SinceAttemptMs(again) == 0);
  calls.Add(CallEvent::kAttempt, At(again, 1), again);
  CHECK(calls.Attempts1h(again) == 2);
}

TEST_CASE(
    "pruning changes no fact, now or an hour back, and ends in an empty row when it says so") {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 500; ++round) {
    PairCalls calls;
    const int64_t spans[] = {kHourMs, 3 * kHourMs, kDayMs, 3 * kDayMs, 140 * kDayMs};
    for (uint64_t i = random() % 20; i > 0; --i) {
      const auto span = static_cast<uint64_t>(spans[random() % 5]);
      const int64_t when = kNowMs - static_cast<int64_t>(random() % span);
      calls.Add(static_cast<CallEvent>(random() % 4), At(when, static_cast<uint16_t>(i)), kNowMs);
    }
    PairCalls pruned = calls;
    pruned.Prune(kNowMs);
    for (const int64_t now : {kNowMs, kNowMs - kHourMs, kNowMs + 1, kNowMs + kDayMs}) {
      CAPTURE(now - kNowMs);
      REQUIRE(pruned.Attempts1h(now) == calls.Attempts1h(now));
      REQUIRE(pruned.SinceAttemptMs(now) == calls.SinceAttemptMs(now));
      REQUIRE(pruned.Connected24h(now) == calls.Connected24h(now));
      REQUIRE(pruned.SinceCalledDays(now) == calls.SinceCalledDays(now));
      REQUIRE(pruned.Unanswered(now) == calls.Unanswered(now));
    }
    const int64_t end_ms = pruned.ExpiresS(kNowMs) * 1000;
    pruned.Prune(end_ms);
    REQUIRE(pruned.empty());
  }
}

template <class Row>
void CheckBytes(const Row& row) {
  const std::string bytes = row.Pack();
  Row again;
  REQUIRE(Row::Unpack(AsBytes(bytes), &again));
  CHECK(again.Pack() == bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    CHECK(!Row::Unpack(AsBytes(bytes.substr(0, size)), &again));
  }
  CHECK(!Row::Unpack(AsBytes(bytes + '\0'), &again));
  CHECK(!Row::Unpack(AsBytes('\2' + bytes.substr(1)), &again));
}

TEST_CASE("rows of bytes: read as written; cut, lengthened, out of order they are damage") {
  PairCalls calls;
  CheckBytes(calls);
  for (uint16_t i = 0; i < 20; ++i) {
    for (uint8_t event = 0; event < 4; ++event) {
      calls.Add(static_cast<CallEvent>(event), At(kNowMs - i, i), kNowMs);
    }
  }
  CheckBytes(calls);
  CHECK(calls.Pack().size() == kMaxPairCallsBytes);
  std::string swapped = calls.Pack();
  std::swap_ranges(swapped.begin() + 6, swapped.begin() + 14, swapped.begin() + 14);
  CHECK(!PairCalls::Unpack(AsBytes(swapped), &calls));

  UnknownCalls unknown;
  CheckBytes(unknown);
  for (uint16_t i = 0; i < 40; ++i) unknown.calls.Add(At(kNowMs - i, i), kNowMs);
  CheckBytes(unknown);
  CHECK(unknown.Count(kNowMs) == 31);

  RecentUsers users;
  CheckBytes(users);
  for (uint64_t i = 0; i < 300; ++i) {
    users.Add(i * 0x9E3779B97F4A7C15 >> 1, At(kNowMs - static_cast<int64_t>(i), 1), kNowMs);
  }
  CheckBytes(users);
  CHECK(users.Pack().size() == kMaxRecentBytes);
}

TEST_CASE("users of an hour: each once, the newest 255, at the edge of the hour") {
  RecentUsers users;
  for (int time = 0; time < 3; ++time) {
    for (uint64_t user = 1; user <= 300; ++user) {
      users.Add(user, At(kNowMs + static_cast<int64_t>(user)), kNowMs + 300);
    }
  }
  CHECK(users.size() == 255);
  CHECK(users.Count(kNowMs + 300) == 255);
  CHECK(users.Count(kNowMs + 300 + kHourMs) == 1);
  CHECK(users.Count(kNowMs + 301 + kHourMs) == 0);
  users.Add(300, At(kNowMs), kNowMs + 300);  // an older event of one that is there
  CHECK(users.Count(kNowMs + 300 + kHourMs) == 1);
  users.Prune(kNowMs + 300 + 2 * kHourMs);
  CHECK(users.size() == 1);
  users.Prune(users.ExpiresS(kNowMs + 300) * 1000);
  CHECK(users.empty());
}

TEST_CASE("keys of users: known by handle, unknown by id, never the same, 63 bits") {
  const SipHashKey key{1, 2, 3};
  std::set<uint64_t> keys;
  for (int64_t handle = 1; handle <= 100; ++handle) keys.insert(UserKey(key, handle, "same"));
  for (int i = 1; i <= 100; ++i) keys.insert(UserKey(key, 0, std::to_string(i)));
  CHECK(keys.size() == 200);
  CHECK((*keys.rbegin() >> 63) == 0);
  CHECK(UserKey(key, 7, "") == UserKey(key, 7, "whoever"));
  CHECK(UserKey(SipHashKey{}, 7, "") != UserKey(key, 7, ""));
}

}  // namespace
}  // namespace ringfence
