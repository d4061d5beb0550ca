// The session on SQLite: no allocation on the hot path, and a store that cannot be read is
// unavailable, not empty.
#include <doctest/doctest.h>

#include "store/sqlite_session.h"
#include "unit/allocations.h"
#include "unit/store_file.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

std::unique_ptr<StoreSession> NewSession(StoreBackend& store) {
  Result<std::unique_ptr<StoreSession>> session = store.NewSession(nullptr);
  REQUIRE_MESSAGE(session.ok(), session.status().message());
  return std::move(*session);
}

TEST_CASE("a session allocates nothing of its own, also when it notices writes") {
  OnEachStore([](StoreBackend& store) {
    Require(Write(store, [](StoreTransaction& t) {
      Require(t.SetUser("bob", Setting("verified"), 2));
      return t.Relate("bob", Relation("follows"), "alice", 1);
    }));
    const auto session = NewSession(store);
    const Result<int64_t> bob = session->Resolve("bob");
    REQUIRE(bob.ok());
    constexpr Group kGroups[] = {Group::kPair, Group::kCallee, Group::kCaller, Group::kCohort,
                                 Group::kTime};
    FactSource* const sources[] = {session.get()};
    Frame frame;
    for (int round = 0; round < 4; ++round) {
      for (const Party& callee : {Party("bob"), Party::Handle(*bob), Party("nobody")}) {
        Question question;
        question.caller = "alice";
        question.callee = callee;
        SnapshotInfo info;
        const uint64_t before = Allocations();
        session->BeginSnapshot();
        bool ok = BeginFrame(StandardLayout(), question, &frame).ok();
        for (Group group : kGroups) {
          LoadGroup(StandardLayout(), group, question, sources, 0, &frame);
        }
        int64_t handle = 0;
        SeedBytes seed;
        for (bool of_callee : {true, false}) {
          const Party& party = of_callee ? question.callee : question.caller;
          if (session->LogHandle(party, of_callee, &handle) != ReadState::kRead) continue;
          ok = session->LogSeed(handle, seed) == ReadState::kRead && ok;
        }
        ok = session->Info(&info).ok() && ok;
        session->EndSnapshot();
        const uint64_t after = Allocations();
        CHECK(ok);
        CHECK(after == before);
      }
      Require(Write(store, [](StoreTransaction& t) { return t.AddUser("carol"); }));
    }
  });
  const uint64_t before = Allocations();
  void* volatile memory = ::operator new(8);
  ::operator delete(memory);
  CHECK(Allocations() == before + 1);  // the count counts
}

/// Counts the statements begun on connections that are opened while this lives.
class StatementCounter {
 public:
  StatementCounter() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&Attach)); }
  ~StatementCounter() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&Attach)); }
  StatementCounter(const StatementCounter&) = delete;
  StatementCounter& operator=(const StatementCounter&) = delete;

  static int& Count() {
    static int count = 0;
    return count;
  }

 private:
  static int Attach(sqlite3* db, char** /*error*/, const void* /*api*/) {
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, &Begun, nullptr);
  }
  static int Begun(unsigned /*event*/, void* /*context*/, void* /*statement*/, void* /*sql*/) {
    ++Count();
    return 0;
  }
};

TEST_CASE("the log's handles of parties whose groups were read cost no statement") {
  const TemporaryFolder folder;
  const auto store = NewSqliteStore(folder.file("store.db"));
  Require(Write(*store, [](StoreTransaction& t) {
    return t.Relate("bob", Relation("follows"), "alice", 1);
  }));
  const int64_t alice = store->FindLogSeed("alice")->handle;
  const int64_t bob = store->FindLogSeed("bob")->handle;
  const StatementCounter counter;
  const auto session = NewSession(*store);
  Question question;
  question.caller = "alice";
  FactSource* const sources[] = {session.get()};
  Frame frame;
  for (const Party& callee : {Party("bob"), Party::Handle(bob)}) {
    question.callee = callee;
    for (Group group : {Group::kPair, Group::kCallee}) {
      CAPTURE(static_cast<int>(group));
      session->BeginSnapshot();
      Require(BeginFrame(StandardLayout(), question, &frame));
      const int begin = StatementCounter::Count();
      LoadGroup(StandardLayout(), group, question, sources, 0, &frame);
      const int read = StatementCounter::Count();
      CHECK(read > begin);  // the count counts
      int64_t handle = 0;
      CHECK(session->LogHandle(question.callee, true, &handle) == ReadState::kRead);
      CHECK(handle == bob);
      CHECK(StatementCounter::Count() == read);
      CHECK(session->LogHandle(question.caller, false, &handle) == ReadState::kRead);
      CHECK(handle == alice);
      // A policy that reads only the callee has not looked for the caller.
      const int looked = group == Group::kPair ? 0 : 1;
      CHECK(StatementCounter::Count() == read + looked);
      CHECK(session->LogHandle(question.caller, false, &handle) == ReadState::kRead);
      CHECK(StatementCounter::Count() == read + looked);
      SeedBytes seed;
      CHECK(session->LogSeed(handle, seed) == ReadState::kRead);
      CHECK(StatementCounter::Count() == read + looked + 1);
      session->EndSnapshot();
    }
  }
}

TEST_CASE("a seed that is damaged or missing is unavailable; its user is not taken for unknown") {
  for (const char* damage :
       {"DELETE FROM log_seeds WHERE user = 1", "DROP TABLE log_seeds",
        "PRAGMA ignore_check_constraints = ON; UPDATE log_seeds SET seed = zeroblob(31)"}) {
    CAPTURE(std::string(damage));
    const TemporaryFolder folder;
    const auto store = NewSqliteStore(folder.file("store.db"));
    Require(Write(*store, [](StoreTransaction& t) { return t.AddUser("bob"); }));
    const auto session = NewSession(*store);
    Sql(folder.file("store.db"), damage);
    int64_t handle = 0;
    SeedBytes seed;
    session->BeginSnapshot();
    CHECK(session->LogHandle("bob", true, &handle) == ReadState::kRead);
    CHECK(session->LogSeed(handle, seed) == ReadState::kUnavailable);
    session->EndSnapshot();
    CHECK_FALSE(store->FindLogSeed("bob").ok());
    CHECK_FALSE(store->EachLogSeed([](const LogSeedRow&) { return true; }).ok());
  }
}

// One question under one kind of damage, made past our own checks.
struct Case {
  const char* sql;
  const char* callee;
  const char* caller;
  const char* pair;
};

TEST_CASE("a damaged row is unavailable, the others are not") {
  const Case cases[] = {
      {"SELECT 1", "true", "unset", "true"},
      {"UPDATE users SET settings = zeroblob(20) WHERE name = 'bob'", "unavailable", "unset",
       "true"},
      {"PRAGMA ignore_check_constraints = ON;"
       "UPDATE users SET settings = zeroblob(19) WHERE name = 'alice'",
       "true", "unavailable", "true"},
      {"PRAGMA ignore_check_constraints = ON; UPDATE pairs SET forward = forward + (1 << 32)",
       "true", "unset", "unavailable"},
      {"PRAGMA ignore_check_constraints = ON; UPDATE pairs SET reverse = -1", "true", "unset",
       "unavailable"},
      {"DROP TABLE pairs", "true", "unset", "unavailable"},
  };
  for (const Case& damage : cases) {
    CAPTURE(damage.sql);
    const TemporaryFolder folder;
    const auto store = NewSqliteStore(folder.file("store.db"));
    Require(Write(*store, [](StoreTransaction& t) {
      Require(t.SetUser("bob", Setting("verified"), 2));
      return t.Relate("bob", Relation("follows"), "alice", 1);
    }));
    const auto session = NewSession(*store);
    Sql(folder.file("store.db"), damage.sql);
    const Answer answer = AskSource(*session, "alice", "bob");
    session->EndSnapshot();
    CHECK(answer.Get("callee.verified") == damage.callee);
    CHECK(answer.Get("caller.verified") == damage.caller);
    CHECK(answer.Get("callee.follows(caller)") == damage.pair);
  }
}

TEST_CASE("a value out of range makes one fact unavailable") {
  const TemporaryFolder folder;
  const auto store = NewSqliteStore(folder.file("store.db"));
  Require(Write(*store, [](StoreTransaction& t) { return t.AddUser("bob"); }));
  Sql(folder.file("store.db"),
      "UPDATE users SET settings = x'0D00000002000000000000000000000000000000'");
  const auto session = NewSession(*store);
  const Answer answer = AskSource(*session, "alice", "bob");
  const FactId enabled = Setting("calls_enabled");
  CHECK(answer.frame().Get(StandardLayout().places[enabled]) >=
        StandardLayout().code_counts[enabled]);  // what the evaluator takes for unavailable
  CHECK(answer.Get("callee.verified") == "true");
}

TEST_CASE("a writer at work does not keep a session from reading") {
  const TemporaryFolder folder;
  const auto store = NewSqliteStore(folder.file("store.db"));
  Require(Write(*store, [](StoreTransaction& t) { return t.AddUser("bob"); }));
  const auto session = NewSession(*store);
  const auto transaction = store->Begin();
  REQUIRE(transaction.ok());
  Require((*transaction)->SetUser("bob", Setting("verified"), 2));
  const Answer answer = AskSource(*session, "alice", "bob");
  CHECK(answer.Get("callee.known") == "true");
  CHECK(answer.Get("callee.verified") == "unset");
  CHECK(NewSession(*store) != nullptr);
}

}  // namespace
}  // namespace ringfence
