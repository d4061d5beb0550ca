// Earlier calls as each store's session reads them: none, stored, about nobody known, damaged, and
// what pends in this process.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "contract/subjects.h"
#include "derived/pair_calls.h"
#include "derived/pending.h"
#include "derived/recent.h"

namespace ringfence {
namespace {

constexpr int64_t kNowMs = kNow * 1000;

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

void PutRow(StoreBackend& store, RowKind kind, int64_t a, int64_t b, const std::string& bytes) {
  auto transaction = store.Begin();
  Require(transaction.status());
  Require((*transaction)->PutRow(kind, a, b, bytes, 0));
  Require((*transaction)->CommitCounters());
}

/// Handles 1 (ann) and 2 (bob).
void MakeUsers(StoreBackend& store) {
  Require(Write(store, [](StoreTransaction& t) {
    Status status = t.AddUser("ann");
    return status.ok() ? t.AddUser("bob") : status;
  }));
}

Answer AskAt(StoreBackend& store, std::string_view caller, std::string_view callee,
             std::shared_ptr<const PendingCalls> pending = nullptr) {
  auto session = store.NewSession(nullptr);
  Require(session.status());
  DerivedContext context = *SystemContext();
  context.now_ms = [] { return kNowMs; };
  context.pending = std::move(pending);
  (*session)->UseContext(std::make_shared<const DerivedContext>(std::move(context)));
  (*session)->BeginSnapshot();
  const Answer answer = AskSource(**session, caller, callee);
  (*session)->EndSnapshot();
  return answer;
}

TEST_CASE("earlier calls: nothing held") {
  OnEachStore([](StoreBackend& store) {
    MakeUsers(store);
    for (const char* caller : {"ann", "nobody"}) {
      const Answer answer = AskAt(store, caller, "bob");
      CHECK(answer.Absent(Group::kAttempts));
      CHECK(answer.Get("callee.since_attempt_ms(caller)") == "3600000");
      CHECK(answer.Get("callee.since_called_d(caller)") == "127");
      CHECK(answer.Get("callee.unanswered(caller)") == "0");
    }
  });
}

TEST_CASE("earlier calls: rows, at the session's time, in their direction") {
  OnEachStore([](StoreBackend& store) {
    MakeUsers(store);
    PairCalls calls;
    calls.Add(CallEvent::kAttempt, MakeEventId(kNowMs - 7, 0), kNowMs);
    calls.Add(CallEvent::kCalled, MakeEventId(kNowMs - 3 * kDayMs, 0), kNowMs);
    PutRow(store, RowKind::kPairCalls, 2, 1, calls.Pack());
    UnknownCalls unknown;
    unknown.calls.Add(MakeEventId(kNowMs - kHourMs, 0), kNowMs);
    PutRow(store, RowKind::kUnknownCalls, 2, 0, unknown.Pack());
    RecentUsers users;
    users.Add(77, MakeEventId(kNowMs, 0), kNowMs);
    PutRow(store, RowKind::kPreviews, 1, 0, users.Pack());
    const Answer answer = AskAt(store, "ann", "bob");
    CHECK(answer.Get("callee.since_attempt_ms(caller)") == "7");
    CHECK(answer.Get("callee.attempts_1h(caller)") == "1");
    CHECK(answer.Get("callee.since_called_d(caller)") == "3");
    CHECK(answer.Get("callee.unknown_calls_1h") == "1");
    CHECK(answer.Get("caller.previews_1h") == "1");
    CHECK(answer.Get("caller.callees_1h") == "0");
    CHECK(AskAt(store, "bob", "ann").Absent(Group::kAttempts));
    CHECK(AskAt(store, "nobody", "bob").Get("callee.unknown_calls_1h") == "1");
  });
}

TEST_CASE("earlier calls: any damaged row makes the group unavailable") {
  OnEachStore([](StoreBackend& store) {
    MakeUsers(store);
    const std::tuple<RowKind, int64_t, int64_t> keys[] = {{RowKind::kPairCalls, 2, 1},
                                                          {RowKind::kUnknownCalls, 2, 0},
                                                          {RowKind::kCallees, 1, 0},
                                                          {RowKind::kPreviews, 1, 0}};
    for (const auto& [kind, a, b] : keys) {
      CHECK(!AskAt(store, "ann", "bob").Failed(Group::kAttempts));
      // Longer than any of these rows; and too short for one.
      for (const std::string& bytes : {std::string(4000, '\1'), std::string("\1")}) {
        PutRow(store, kind, a, b, bytes);
        CHECK(AskAt(store, "ann", "bob").Failed(Group::kAttempts));
      }
      Require(Write(store, [&](StoreTransaction& t) { return t.DeleteRow(kind, a, b); }));
    }
  });
}

TEST_CASE("earlier calls: what pends and what is stored, the same event once") {
  OnEachStore([](StoreBackend& store) {
    MakeUsers(store);
    const auto pending = std::make_shared<PendingCalls>(64);
    pending->CountAttempt({2, 1, 77}, kNowMs - 5);
    std::vector<PendingEvent> events;
    pending->Take(100, &events);  // committed, and not yet gone from here
    PairCalls calls;
    for (const PendingEvent& event : events) {
      if (event.kind == PendingKind::kAttempt) {
        calls.Add(CallEvent::kAttempt, event.id, kNowMs);
      }
    }
    calls.Add(CallEvent::kAttempt, MakeEventId(kNowMs - 9, 0), kNowMs);
    PutRow(store, RowKind::kPairCalls, 2, 1, calls.Pack());
    CHECK(AskAt(store, "ann", "bob", pending).Get("callee.attempts_1h(caller)") == "2");
    CHECK(AskAt(store, "ann", "bob", pending).Get("caller.callees_1h") == "1");
    CHECK(AskAt(store, "bob", "ann", pending).Get("callee.since_called_d(caller)") == "0");
    pending->Settle(true);
    CHECK(AskAt(store, "ann", "bob", pending).Get("callee.attempts_1h(caller)") == "2");
  });
}

}  // namespace
}  // namespace ringfence
