// The group `grant` on both stores: what its facts say of the rows, at which millisecond, of
// damaged rows, without allocation.
#include <doctest/doctest.h>

#include <memory>

#include "base/bytes.h"
#include "contract/subjects.h"
#include "derived/consent.h"
#include "derived/list_rows.h"
#include "derived/pair_calls.h"
#include "derived/quiet_rows.h"
#include "derived/schedule.h"
#include "unit/allocations.h"

namespace ringfence {
namespace {

constexpr int64_t kNowMs = kNow * 1000;
const std::string kDamaged = "damaged";

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

/// bob and alice, a session, and a clock that is set by hand.
class GrantFacts {
 public:
  explicit GrantFacts(StoreBackend* store) : store_(*store) {
    auto session = store_.NewSession(nullptr);
    REQUIRE_MESSAGE(session.ok(), session.status().message());
    session_ = std::move(*session);
    DerivedContext context;
    context.now_ms = [this] { return now_ms; };
    session_->UseContext(std::make_shared<const DerivedContext>(std::move(context)));
    Require(Write(store_, [&](StoreTransaction& t) {
      Require(t.Intern("bob", &bob));
      return t.Intern("alice", &alice);
    }));
  }

  void Put(RowKind kind, int64_t a, int64_t b, const std::string& bytes) {
    Require(Write(store_, [&](StoreTransaction& t) { return t.PutRow(kind, a, b, bytes, 0); }));
  }
  template <class Row>
  void Put(RowKind kind, int64_t a, int64_t b, const Row& row) {
    Put(kind, a, b, Pack(row));
  }
  /// "temporary 1 2": grant, requests_24h, requests_7d.
  std::string Ask(const char* caller = "alice", const char* callee = "bob") {
    session_->BeginSnapshot();
    const Answer answer = AskSource(*session_, caller, callee);
    session_->EndSnapshot();
    return answer.Get("callee.grant(caller)") + " " + answer.Get("callee.requests_24h(caller)") +
           " " + answer.Get("callee.requests_7d(caller)");
  }
  /// Allocations of one reading.
  uint64_t Allocated() {
    Frame frame;
    Question question;
    question.caller = "alice";
    question.callee = "bob";
    FactSource* const sources[] = {session_.get()};
    const uint64_t before = Allocations();
    session_->BeginSnapshot();
    const bool ok = BeginFrame(StandardLayout(), question, &frame).ok();
    LoadGroup(StandardLayout(), Group::kGrant, question, sources, 0, &frame);
    session_->EndSnapshot();
    const uint64_t after = Allocations();
    REQUIRE(ok);
    return after - before;
  }

  int64_t now_ms = kNowMs;
  int64_t bob = 0, alice = 0;

 private:
  StoreBackend& store_;
  std::unique_ptr<StoreSession> session_;
};

AskedRow AskedAt(std::initializer_list<int64_t> times) {
  AskedRow row;
  for (const int64_t time : times) row.at_ms[row.count++] = time;
  return row;
}

TEST_CASE("facts of consent: every state, to the millisecond") {
  OnEachStore([](StoreBackend& store) {
    GrantFacts facts(&store);
    CHECK(facts.Ask() == "none 0 0");
    CHECK(facts.Ask("nobody") == "none 0 0");
    CHECK(facts.Ask("alice", "nobody") == "none 0 0");
    GrantRow row{GrantState::kTemporary, GrantSource::kUser, false, kNowMs, kNowMs + 7 * kDayMs};
    facts.Put(RowKind::kGrant, facts.bob, facts.alice, row);
    CHECK(facts.Ask() == "temporary 0 0");
    CHECK(facts.Ask("bob", "alice") == "none 0 0");
    facts.now_ms = row.until_ms - 1;
    CHECK(facts.Ask() == "temporary 0 0");
    facts.now_ms = row.until_ms;
    CHECK(facts.Ask() == "expired 0 0");
    facts.now_ms = row.until_ms + 30 * kDayMs;
    CHECK(facts.Ask() == "none 0 0");
    row.state = GrantState::kDeclined;
    facts.Put(RowKind::kGrant, facts.bob, facts.alice, row);
    CHECK(facts.Ask() == "none 0 0");
    facts.now_ms = row.until_ms - 1;
    CHECK(facts.Ask() == "declined 0 0");
    row.until_ms = 0;
    for (const GrantState state : {GrantState::kPermanent, GrantState::kRevoked}) {
      row.state = state;
      facts.Put(RowKind::kGrant, facts.bob, facts.alice, row);
      CHECK(facts.Ask() == std::string(ToString(state)) + " 0 0");
    }
  });
}

TEST_CASE("facts of asking: counted since the last connected call of either, and no further") {
  OnEachStore([](StoreBackend& store) {
    GrantFacts facts(&store);
    facts.Put(RowKind::kRequests, facts.alice, facts.bob,
              AskedAt({kNowMs - 3 * kDayMs, kNowMs - kDayMs, kNowMs - 5}));
    CHECK(facts.Ask() == "none 1 3");
    facts.now_ms -= 1;
    CHECK(facts.Ask() == "none 2 3");
    facts.now_ms = kNowMs;
    PairCalls calls;
    calls.Add(CallEvent::kConnected, MakeEventId(kNowMs - 2 * kDayMs, 1), kNowMs);
    facts.Put(RowKind::kPairCalls, facts.alice, facts.bob, calls.Pack());  // bob called
    CHECK(facts.Ask() == "none 1 2");
    calls.Add(CallEvent::kConnected, MakeEventId(kNowMs - 5, 1), kNowMs);
    facts.Put(RowKind::kPairCalls, facts.bob, facts.alice, calls.Pack());
    CHECK(facts.Ask() == "none 0 0");
    facts.Put(RowKind::kRequests, facts.alice, facts.bob,
              AskedAt({kNowMs - 4, kNowMs - 3, kNowMs - 2, kNowMs - 1, kNowMs}));
    CHECK(facts.Ask() == "none 3 5");
  });
}

TEST_CASE("a consent for one call is over once a call is reported") {
  OnEachStore([](StoreBackend& store) {
    GrantFacts facts(&store);
    facts.Put(
        RowKind::kGrant, facts.bob, facts.alice,
        GrantRow{GrantState::kTemporary, GrantSource::kKnock, true, kNowMs, kNowMs + kHourMs});
    facts.now_ms = kNowMs + 20;
    CHECK(facts.Ask() == "temporary 0 0");
    PairCalls calls;
    calls.Add(CallEvent::kUnanswered, MakeEventId(kNowMs + 10, 1), facts.now_ms);
    facts.Put(RowKind::kPairCalls, facts.alice, facts.bob, calls.Pack());  // bob's own call
    CHECK(facts.Ask() == "temporary 0 0");
    facts.Put(RowKind::kPairCalls, facts.bob, facts.alice, calls.Pack());
    CHECK(facts.Ask() == "expired 0 0");
  });
}

TEST_CASE("damaged rows make what they say unavailable, and no more") {
  OnEachStore([](StoreBackend& store) {
    GrantFacts facts(&store);
    const GrantRow once{GrantState::kTemporary, GrantSource::kKnock, true, kNowMs - 5,
                        kNowMs + kHourMs};
    facts.Put(RowKind::kGrant, facts.bob, facts.alice, kDamaged);
    facts.Put(RowKind::kRequests, facts.alice, facts.bob, AskedAt({kNowMs}));
    CHECK(facts.Ask() == "unavailable 1 1");
    facts.Put(RowKind::kGrant, facts.bob, facts.alice, once);
    facts.Put(RowKind::kRequests, facts.alice, facts.bob, std::string(100, 'x'));
    CHECK(facts.Ask() == "temporary unavailable unavailable");
    facts.Put(RowKind::kRequests, facts.alice, facts.bob, AskedAt({kNowMs}));
    CHECK(facts.Ask() == "temporary 1 1");
    for (const auto& [a, b] : {std::pair(facts.bob, facts.alice), {facts.alice, facts.bob}}) {
      facts.Put(RowKind::kPairCalls, a, b, kDamaged);
      CHECK(facts.Ask() == "unavailable unavailable unavailable");
      facts.Put(RowKind::kPairCalls, a, b, PairCalls().Pack());
    }
    CHECK(facts.Ask() == "temporary 1 1");
  });
}

TEST_CASE("the doctor finds damaged rows of consent") {
  const TemporaryFolder folder;
  const auto store = NewSqliteStore(folder.file("world.db"));
  GrantFacts facts(store.get());
  facts.Put(RowKind::kRequests, facts.alice, -5, AskedAt({kNowMs}));
  facts.Put(RowKind::kKnock, facts.bob, facts.alice, KnockRow{false, kNowMs, kNowMs + kDayMs});
  CHECK(store->Doctor()->empty());
  for (const RowKind kind : {RowKind::kGrant, RowKind::kRequests, RowKind::kKnock}) {
    facts.Put(kind, facts.bob, facts.alice, kDamaged);
  }
  const Result<std::vector<DoctorFinding>> findings = store->Doctor();
  REQUIRE(findings.ok());
  CHECK(findings->size() == 3);
  for (const DoctorFinding& finding : *findings) CHECK(finding.check == "corrupt-value");
}

TEST_CASE("the doctor finds damaged rows of lists and quiet times") {
  const TemporaryFolder folder;
  const auto store = NewSqliteStore(folder.file("world.db"));
  GrantFacts facts(store.get());
  Require(Write(*store, [&](StoreTransaction& t) {
    for (const UserFlag flag : {UserFlag::kHasList, UserFlag::kHasQuiet, UserFlag::kHasSchedule}) {
      Require(t.SetFlag(facts.bob, flag, true));
    }
    return Status();
  }));
  std::string others;
  OtherItem everyone;
  everyone.rank = 1;
  AppendOther(everyone, &others);
  const QuietSchedule schedule{"Europe/Berlin", {{1, 0, 60}}};
  facts.Put(RowKind::kListPerson, facts.bob, facts.alice, PackPerson({2, ListAction::kNever}));
  facts.Put(RowKind::kListOther, facts.bob, 0, others);
  facts.Put(RowKind::kQuiet, facts.bob, 0, PackQuiet({1, false}));
  facts.Put(RowKind::kSchedule, facts.bob, 0, PackSchedule(schedule));
  CHECK(store->Doctor()->empty());
  facts.Put(RowKind::kListPerson, facts.bob, facts.alice, kDamaged);
  for (const RowKind kind : {RowKind::kListOther, RowKind::kQuiet, RowKind::kSchedule}) {
    facts.Put(kind, facts.bob, 0, kDamaged);
  }
  const Result<std::vector<DoctorFinding>> findings = store->Doctor();
  REQUIRE(findings.ok());
  CHECK(findings->size() == 4);
  for (const DoctorFinding& finding : *findings) CHECK(finding.check == "corrupt-value");
}

TEST_CASE("reading consent allocates nothing") {
  OnEachStore([](StoreBackend& store) {
    GrantFacts facts(&store);
    facts.Put(
        RowKind::kGrant, facts.bob, facts.alice,
        GrantRow{GrantState::kTemporary, GrantSource::kKnock, true, kNowMs - 5, kNowMs + kHourMs});
    facts.Put(RowKind::kRequests, facts.alice, facts.bob, AskedAt({kNowMs - kDayMs, kNowMs}));
    PairCalls calls;
    calls.Add(CallEvent::kConnected, MakeEventId(kNowMs - 9, 1), kNowMs);
    facts.Put(RowKind::kPairCalls, facts.bob, facts.alice, calls.Pack());
    CHECK(facts.Ask() == "temporary 1 1");
    for (int round = 0; round < 3; ++round) CHECK(facts.Allocated() == 0);
  });
}

}  // namespace
}  // namespace ringfence
