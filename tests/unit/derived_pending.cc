// Pending events: who sees them, what a flush takes, what a full table drops.
#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>
#include <tuple>
#include <vector>

#include "derived/pending.h"
#include "unit/allocations.h"

namespace ringfence {
namespace {

constexpr int64_t kNowMs = 1750000000000;

std::vector<PendingEvent> All(const PendingCalls& pending, PendingKind kind, int64_t user,
                              int64_t a, int64_t b) {
  std::vector<PendingEvent> events;
  pending.Of(user).Each(kind, a, b, [&](const PendingEvent& event) { events.push_back(event); });
  return events;
}

size_t Attempts(const PendingCalls& pending, int64_t callee, int64_t caller) {
  return All(pending, PendingKind::kAttempt, caller, callee, caller).size();
}

TEST_CASE("an attempt is seen for the pair and among the caller's callees") {
  PendingCalls pending(1024);
  CHECK(pending.CountAttempt({1, 2, 77}, kNowMs));
  CHECK(Attempts(pending, 1, 2) == 1);
  CHECK(Attempts(pending, 2, 1) == 0);
  const auto callees = All(pending, PendingKind::kCallee, 2, 2, 0);
  REQUIRE(callees.size() == 1);
  CHECK(callees[0].b == 77);
  CHECK(TimeOf(callees[0].id) == kNowMs);
  CHECK(pending.size() == 2);
  // To somebody unknown; by somebody unknown; neither known.
  CHECK(pending.CountAttempt({0, 2, 78}, kNowMs));
  CHECK(All(pending, PendingKind::kCallee, 2, 2, 0).size() == 2);
  CHECK(pending.CountAttempt({1, 0, 77}, kNowMs));
  CHECK(All(pending, PendingKind::kUnknownCall, 1, 1, 0).size() == 1);
  CHECK(pending.CountAttempt({0, 0, 78}, kNowMs));
  CHECK(pending.size() == 4);
  CHECK(pending.CountPreview({1, 2, 77}, kNowMs));
  CHECK(pending.CountPreview({1, 0, 77}, kNowMs));
  CHECK(All(pending, PendingKind::kPreview, 2, 2, 0).size() == 1);
  CHECK(pending.CountEnd(PendingKind::kConnected, {1, 2, 77}, kNowMs));
  CHECK(All(pending, PendingKind::kConnected, 2, 1, 2).size() == 1);
  CHECK(All(pending, PendingKind::kUnanswered, 2, 1, 2).empty());
}

TEST_CASE("a flush takes each event once; committed they go, otherwise they wait") {
  PendingCalls pending(1024);
  for (int64_t callee = 1; callee <= 50; ++callee) {
    pending.CountAttempt({callee, 100 + callee, static_cast<uint64_t>(callee)}, kNowMs);
  }
  std::vector<PendingEvent> events;
  std::set<std::pair<int64_t, EventId>> seen;
  size_t taken = 0;
  pending.Take(30, &events);
  CHECK(events.size() == 30);
  CHECK(pending.size() == 100);
  pending.Settle(false);
  do {
    pending.Take(30, &events);
    for (const PendingEvent& event : events) seen.insert({event.a, event.id});
    taken += events.size();
    CHECK(pending.size() == 100 - taken + events.size());
    pending.Settle(true);
  } while (!events.empty());
  CHECK(taken == 100);
  CHECK(seen.size() == 100);
  CHECK(pending.size() == 0);
  CHECK(Attempts(pending, 1, 101) == 0);
}

TEST_CASE("what is counted while a flush commits waits for the next") {
  PendingCalls pending(1024);
  pending.CountAttempt({1, 2, 77}, kNowMs);
  std::vector<PendingEvent> events;
  pending.Take(100, &events);
  CHECK(events.size() == 2);
  // Another attempt, to the same callee: the pair has two, the callee's time is replaced.
  pending.CountAttempt({1, 2, 77}, kNowMs + 5);
  CHECK(Attempts(pending, 1, 2) == 2);
  pending.Settle(true);
  CHECK(Attempts(pending, 1, 2) == 1);
  const auto callees = All(pending, PendingKind::kCallee, 2, 2, 0);
  REQUIRE(callees.size() == 1);
  CHECK(TimeOf(callees[0].id) == kNowMs + 5);
  pending.Take(100, &events);
  CHECK(events.size() == 2);
  pending.Settle(true);
  CHECK(pending.size() == 0);
}

TEST_CASE("a million attempts of one pair take the room of fifteen, and no memory") {
  PendingCalls pending(256);
  const uint64_t before = Allocations();
  for (int i = 0; i < 1000000; ++i) pending.CountAttempt({1, 2, 77}, kNowMs + i);
  CHECK(Allocations() == before);
  CHECK(pending.size() == 16);
  CHECK(pending.dropped() == 0);
  for (const PendingEvent& event : All(pending, PendingKind::kAttempt, 2, 1, 2)) {
    CHECK(TimeOf(event.id) >= kNowMs + 1000000 - 15);
  }
}

TEST_CASE("a full table drops, says so for an hour to whom it concerns, and recovers") {
  PendingCalls pending(4096);
  for (int64_t callee = 1; callee <= 5000; ++callee) {
    pending.CountAttempt({callee, 9999, static_cast<uint64_t>(callee)}, kNowMs);
  }
  CHECK(pending.dropped() > 0);
  CHECK(pending.IsIncomplete(9999, kNowMs));
  CHECK(pending.IsIncomplete(9999, kNowMs + kHourMs));
  CHECK(!pending.IsIncomplete(9999, kNowMs + kHourMs + 1));
  int others = 0;
  for (int64_t user = 1; user <= 320; ++user) others += pending.IsIncomplete(user, kNowMs) ? 1 : 0;
  CHECK(others < 60);  // a thirty-second part of them
  std::vector<PendingEvent> events;
  pending.Take(100000, &events);
  pending.Settle(true);
  CHECK(pending.size() == 0);
  CHECK(pending.CountAttempt({1, 9999, 1}, kNowMs));
}

TEST_CASE("threads count, one flushes, others look: nothing is lost, doubled or seen to go early") {
  PendingCalls pending(65536);
  constexpr int kThreads = 3;
  constexpr int kCalls = 4000;
  std::atomic<int> counting{kThreads};
  std::map<std::tuple<PendingKind, int64_t, int64_t>, std::set<EventId>> committed;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        // Each pair four times: fewer than it holds; callers enough for every shard.
        const int64_t callee = 1 + i / 4;
        const int64_t caller = 10000 + t * 1000 + callee % 200;
        const auto key = static_cast<uint64_t>(callee);
        if (!pending.CountAttempt({callee, caller, key}, kNowMs + i)) ++wrong;
      }
      --counting;
    });
  }
  std::vector<PendingEvent> events;
  bool last = false;
  for (int round = 0;; ++round) {
    pending.Take(500, &events);
    for (const PendingEvent& event : events) {
      const auto found =
          All(pending, event.kind, HasUserKeys(event.kind) ? event.a : event.b, event.a, event.b);
      if (found.empty()) ++wrong;  // not settled, so it is still to be seen
    }
    const bool good = round % 3 != 0;
    pending.Settle(good);
    if (good) {
      for (const PendingEvent& event : events) {
        committed[{event.kind, event.a, event.b}].insert(event.id);
      }
    }
    if (last && pending.size() == 0) break;
    last = counting.load() == 0;
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong.load() == 0);
  size_t attempts = 0;
  for (const auto& [key, ids] : committed) {
    if (std::get<0>(key) == PendingKind::kAttempt) attempts += ids.size();
  }
  CHECK(attempts == size_t{kThreads} * kCalls);
}

}  // namespace
}  // namespace ringfence
