// Attempts through an engine: what counts, who sees it when, and what a full queue, a lock, a
// damaged row and a forgotten user do.
#include <chrono>
#include <thread>

#include "api/store_impl.h"
#include "unit/allocations.h"
#include "unit/api_attempts_world.h"

namespace ringfence {
namespace {

/// On each store, with three users.
void OnEach(const std::function<void(Store&)>& body) {
  OnEachPublicStore([&](Store& store) {
    for (const char* user : {"ann", "bob", "cat"}) {
      REQUIRE(store.SetUser(user, "calls_enabled", "true").ok());
    }
    body(store);
  });
}

std::vector<NamedRow> RowsOf(const Store& store, RowKind kind) {
  const auto rows = store.impl()->backend->Rows(kind, "", false);
  REQUIRE_MESSAGE(rows.ok(), rows.status().message());
  return *rows;
}

TEST_CASE("a decision counts once it is made, not among its own facts") {
  OnEach([](Store& store) {
    TestClock clock;
    CountingProcess one(store, clock);
    CHECK(one.See("ann", "bob").at("since_attempt_ms") == "3600000");
    CHECK(one.Ring("ann", "bob") == "otherwise");
    CHECK(one.See("ann", "bob").at("since_attempt_ms") == "0");
    clock.Advance(2 * kMinute);
    CHECK(one.See("ann", "bob").at("since_attempt_ms") == "120000");
    CHECK(one.Ring("ann", "bob") == "again");
    clock.Advance(3 * kMinute);  // exactly at the edge
    CHECK(one.Ring("ann", "bob") == "again");
    CHECK(one.See("ann", "bob").at("attempts_1h") == "3");
    CHECK(one.Ring("ann", "bob") == "often");  // a refused one counts as well
    CHECK(one.See("ann", "bob").at("attempts_1h") == "4");
    CHECK(one.See("bob", "ann").at("attempts_1h") == "0");
    CHECK(one.See("ann", "cat").at("callees_1h") == "1");
  });
}

TEST_CASE("a batch counts each; rechecking and explaining count nothing") {
  OnEach([](Store& store) {
    TestClock clock;
    CountingProcess one(store, clock);
    const std::vector<Question> questions = {Between("ann", "bob"), Between("ann", "bob"),
                                             Between("ann", "cat")};
    std::vector<Decision> decisions(3);
    REQUIRE(one.reader().DecideBatch(questions, decisions).ok());
    CHECK(decisions[1].rule == decisions[0].rule);  // one snapshot
    CHECK(one.See("ann", "bob").at("attempts_1h") == "2");
    const Party callees[] = {"bob", "cat", "nobody"};
    REQUIRE(one.reader().DecideBatch(Between("ann", "bob"), callees, decisions).ok());
    CHECK(one.See("ann", "bob").at("attempts_1h") == "3");
    CHECK(one.See("ann", "cat").at("attempts_1h") == "2");
    CHECK(one.See("ann", "cat").at("callees_1h") == "3");
    const Decision earlier = Ask(one.reader(), Between("cat", "bob"));
    REQUIRE(one.reader().Recheck(Between("cat", "bob"), earlier).ok());
    REQUIRE(one.reader().Explain(Between("cat", "bob")).ok());
    CHECK(one.See("cat", "bob").at("attempts_1h") == "1");
    // A batch that fails counts nothing.
    const std::vector<Question> bad = {Between("cat", "bob"), Between("cat", "")};
    decisions.resize(2);
    CHECK(!one.reader().DecideBatch(bad, decisions).ok());
    CHECK(one.See("cat", "bob").at("attempts_1h") == "1");
  });
}

TEST_CASE("previews count different callees, known or not; what the callee is shown does not") {
  OnEach([](Store& store) {
    TestClock clock;
    CountingProcess one(store, clock);
    for (const char* callee : {"bob", "cat", "bob", "x1", "x2", "x1"}) {
      REQUIRE(one.reader().Preview(Between("ann", callee)).ok());
    }
    REQUIRE(one.reader().Preview(Between("ann", "x3"), true).ok());
    CHECK(one.See("ann", "bob").at("previews_1h") == "4");
    CHECK(one.See("ann", "bob").at("attempts_1h") == "0");
    one.Flush();
    clock.Advance(1);
    REQUIRE(one.reader().Preview(Between("ann", "x2")).ok());
    CHECK(one.See("ann", "bob").at("previews_1h") == "4");
    clock.Advance(kHour - 1);
    CHECK(one.See("ann", "bob").at("previews_1h") == "4");
    clock.Advance(1);
    CHECK(one.See("ann", "bob").at("previews_1h") == "1");
    REQUIRE(one.reader().Preview(Between("nobody", "bob")).ok());
    CHECK(one.attempts().Stats().unknown == 0);
  });
}

TEST_CASE("calls of nobody known count for the callee, calls to nobody for the caller") {
  OnEach([](Store& store) {
    TestClock clock;
    CountingProcess one(store, clock);
    CHECK(one.Ring("stranger1", "bob") == "otherwise");
    CHECK(one.Ring("stranger2", "bob") == "otherwise");
    CHECK(one.Ring("", "bob") == "otherwise");
    CHECK(one.See("", "bob").at("unknown_calls_1h") == "3");
    CHECK(one.See("ann", "bob").at("unknown_calls_1h") == "3");
    CHECK(one.See("stranger1", "bob").at("attempts_1h") == "0");
    one.Ring("stranger1", "bob");
    one.Flush();
    one.Ring("", "bob");
    CHECK(one.Ring("stranger3", "bob") == "strangers");
    CHECK(one.Ring("ann", "bob") == "otherwise");
    for (int i = 0; i < 20; ++i) one.Ring("cat", "nobody" + std::to_string(i));
    CHECK(one.See("cat", "bob").at("callees_1h") == "20");
    CHECK(one.Ring("cat", "bob") == "often");
    one.Ring("nobody", "nobody1");
    one.Flush();
    // Asking, calling and counting make nobody known.
    CHECK(store.ShowUser("stranger1").status().code() == StatusCode::kNotFound);
    CHECK(store.ShowUser("nobody1").status().code() == StatusCode::kNotFound);
  });
}

TEST_CASE("ends of calls: unanswered ones tire, an answer begins anew, a call back lets through") {
  OnEach([](Store& store) {
    TestClock clock;
    CountingProcess one(store, clock);
    Attempts& attempts = one.attempts();
    REQUIRE(attempts.Unanswered("ann", "bob").ok());
    one.Flush();
    clock.Advance(1);
    REQUIRE(attempts.Unanswered("ann", "bob").ok());
    CHECK(one.Ring("ann", "bob") == "tired");
    clock.Advance(1);
    REQUIRE(attempts.Connected("ann", "bob").ok());
    CHECK(one.See("ann", "bob").at("unanswered") == "0");
    CHECK(one.See("ann", "bob").at("connected_24h") == "1");
    clock.Advance(kDay + 1);
    CHECK(one.See("ann", "bob").at("connected_24h") == "0");
    CHECK(one.See("ann", "bob").at("since_called_d") == "127");
    CHECK(one.Ring("bob", "ann") == "called-back");  // ann called him yesterday
    for (int time = 0; time < 2; ++time) {
      CHECK(one.See("ann", "bob").at("since_called_d") == "0");
      CHECK(one.See("bob", "ann").at("since_called_d") == "1");
      one.Flush();
    }
    CHECK(one.Ring("ann", "bob") == "called-back");
    const int64_t handle = *one.reader().Resolve("ann");
    REQUIRE(attempts.Unanswered(Party::Handle(handle), "bob").ok());
    CHECK(one.See("ann", "bob").at("unanswered") == "1");
    CHECK(attempts.Connected("nobody", "bob").code() == StatusCode::kNotFound);
    CHECK(attempts.Connected("ann", "nobody").code() == StatusCode::kNotFound);
    CHECK(attempts.Unanswered("", "bob").code() == StatusCode::kNotFound);
    CHECK(attempts.Unanswered("ann", "").code() == StatusCode::kInvalidArgument);
    CHECK(attempts.Unanswered("ann", "b\nb").code() == StatusCode::kInvalidArgument);
    CHECK(attempts.Unanswered(Party::Handle(-1), "bob").code() == StatusCode::kInvalidArgument);
  });
}

TEST_CASE("another process sees what is flushed, and both together what both have counted") {
  TemporaryFolder folder;
  TestClock clock;
  Store first = OpenStore(folder.file("calls.db"));
  REQUIRE(first.Relate("ann", "follows", "bob").ok());
  CountingProcess one(first, clock);
  CountingProcess two(OpenStore(folder.file("calls.db")), clock);
  one.Ring("ann", "bob");
  CHECK(two.See("ann", "bob").at("attempts_1h") == "0");
  two.Ring("ann", "bob");
  one.Flush();
  CHECK(one.See("ann", "bob").at("attempts_1h") == "1");
  CHECK(two.See("ann", "bob").at("attempts_1h") == "2");
  two.Flush();
  one.Flush();
  CHECK(one.See("ann", "bob").at("attempts_1h") == "2");
  CHECK(two.See("ann", "bob").at("callees_1h") == "1");
  // No revision: nothing a question could demand has changed.
  CHECK(*first.Revision() == 1);
  const auto facts = Attempts::FactsOf(first, "ann", "bob", clock.now() + 7);
  REQUIRE(facts.ok());
  for (const Fact& fact : *facts) {
    const FactInfo& info = Catalog::Standard().fact(fact.id);
    if (info.entry == "since_attempt_ms") CHECK(fact.code == 7);
    if (info.entry == "attempts_1h") CHECK(fact.code == 2);
  }
  CHECK(facts->size() == 8);
}

TEST_CASE("a thread of its own flushes, and the end of the last copy does") {
  TemporaryFolder folder;
  TestClock clock;
  Store store = OpenStore(folder.file("calls.db"));
  REQUIRE(store.Relate("ann", "follows", "bob").ok());
  AttemptsOptions options;
  options.flush_ms = 1;
  {
    CountingProcess one(store, clock, options);
    one.Ring("ann", "bob");
    for (int i = 0; i < 5000 && one.attempts().Stats().pending > 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK(one.attempts().Stats().pending == 0);
    CHECK(one.attempts().Stats().flushes >= 1);
  }
  {
    CountingProcess two(store, clock);
    two.Ring("ann", "bob");
    CHECK(two.attempts().Stats().pending == 2);
  }
  CountingProcess three(store, clock);
  CHECK(three.See("ann", "bob").at("attempts_1h") == "2");
}

TEST_CASE("while another holds the lock facts are exact here, and the flush is tried again") {
  TemporaryFolder folder;
  TestClock clock;
  StoreOptions options;
  options.path = folder.file("calls.db");
  options.mode = StoreOptions::Mode::kCreate;
  options.busy_timeout_ms = 1;
  Store store = *Store::Open(options);
  REQUIRE(store.Relate("ann", "follows", "bob").ok());
  CountingProcess one(store, clock);
  {
    Store other = OpenStore(folder.file("calls.db"));
    auto holding = other.Begin();
    REQUIRE(holding.ok());
    one.Ring("ann", "bob");
    CHECK(one.attempts().Flush().code() == StatusCode::kBusy);
    one.Ring("ann", "bob");
    CHECK(one.See("ann", "bob").at("attempts_1h") == "2");
    CHECK(one.attempts().Stats().failures == 1);
    CHECK(one.attempts().Stats().pending == 3);
  }
  one.Flush();
  CHECK(one.attempts().Stats().pending == 0);
  CHECK(one.See("ann", "bob").at("attempts_1h") == "2");
}

TEST_CASE("no room: the group is unavailable for an hour, whatever was or is counted") {
  OnEach([](Store& store) {
    TestClock clock;
    AttemptsOptions options = CountingProcess::Slow();
    options.max_pending = 8;
    CountingProcess one(store, clock, options);
    for (int i = 0; i < 8; ++i) one.Ring("ann", "nobody" + std::to_string(i));
    CHECK(one.attempts().Stats().dropped == 0);
    CHECK(one.attempts().Connected("ann", "bob").code() == StatusCode::kFull);
    CHECK(one.attempts().Stats().dropped == 1);
    one.Flush();
    CHECK(one.See("ann", "bob").at("attempts_1h") == "unavailable");
    CHECK(one.Ring("ann", "bob") == "on_unavailable");
    clock.Advance(kHour);
    CHECK(one.Ring("ann", "bob") == "on_unavailable");
    clock.Advance(1);
    CHECK(one.Ring("ann", "bob") == "again");
  });
}

TEST_CASE("forgetting takes rows and what pends about the user along") {
  OnEach([](Store& store) {
    TestClock clock;
    CountingProcess one(store, clock);
    one.Ring("ann", "bob");
    one.Ring("bob", "ann");
    one.Ring("stranger", "ann");
    one.Flush();
    one.Ring("ann", "bob");
    one.Ring("bob", "ann");
    one.Ring("stranger", "ann");
    REQUIRE(one.attempts().Unanswered("bob", "ann").ok());
    REQUIRE(store.Forget("ann").ok());
    one.Flush();
    CHECK(one.attempts().Stats().pending == 0);
    CHECK(RowsOf(store, RowKind::kPairCalls).empty());
    CHECK(RowsOf(store, RowKind::kUnknownCalls).empty());
    // That bob called somebody stays, as a hash, until it expires.
    REQUIRE(RowsOf(store, RowKind::kCallees).size() == 1);
    CHECK(RowsOf(store, RowKind::kCallees)[0].a_name == "bob");
    CHECK(one.See("ann", "bob").at("attempts_1h") == "0");
    REQUIRE(store.SetUser("ann", "calls_enabled", "true").ok());
    CHECK(one.See("ann", "bob").at("attempts_1h") == "0");
    CHECK(one.See("ann", "bob").at("callees_1h") == "0");
  });
}

TEST_CASE("a damaged row makes the group unavailable, is left alone, and expires") {
  OnEach([](Store& store) {
    TestClock clock;
    CountingProcess one(store, clock);
    const int64_t ann = *one.reader().Resolve("ann");
    const int64_t bob = *one.reader().Resolve("bob");
    auto transaction = store.impl()->backend->Begin();
    REQUIRE(transaction.ok());
    REQUIRE((*transaction)->PutRow(RowKind::kPairCalls, bob, ann, "damage", 1).ok());
    REQUIRE((*transaction)->CommitCounters().ok());
    transaction->reset();
    CHECK(one.Ring("ann", "bob") == "on_unavailable");
    CHECK(Attempts::FactsOf(store, "ann", "bob", clock.now()).status().code() ==
          StatusCode::kCorrupt);
    one.Flush();
    CHECK(one.Ring("bob", "ann") == "called-back");
    for (int i = 0; i < 300; ++i) {  // in memory a sweep looks at one shard of 256
      one.Ring("ann", "cat");
      one.Flush();
    }
    CHECK(one.See("ann", "bob").at("attempts_1h") == "0");
  });
}

TEST_CASE("rows are swept once they say nothing any more") {
  OnEach([](Store& store) {
    TestClock clock;
    CountingProcess one(store, clock);
    one.Ring("ann", "bob");
    one.Ring("stranger", "bob");
    REQUIRE(one.reader().Preview(Between("ann", "bob")).ok());
    one.Flush();
    const auto rows = [&] {
      size_t count = 0;
      for (const RowKind kind :
           {RowKind::kPairCalls, RowKind::kUnknownCalls, RowKind::kCallees, RowKind::kPreviews}) {
        count += RowsOf(store, kind).size();
      }
      return count;
    };
    CHECK(rows() == 5);  // two of the pair
    const auto sweep = [&] {
      for (int i = 0; i < 300; ++i) {
        auto transaction = store.impl()->backend->Begin();
        REQUIRE(transaction.ok());
        REQUIRE((*transaction)->SweepRows(clock.now() / 1000, 100).ok());
        REQUIRE((*transaction)->CommitCounters().ok());
      }
    };
    clock.Advance(2 * kHour - kSecond);
    sweep();
    CHECK(rows() == 5);
    clock.Advance(2 * kSecond);
    sweep();
    CHECK(rows() == 1);
    CHECK(one.See("bob", "ann").at("since_called_d") == "0");
    clock.Advance(127 * kDay);
    sweep();
    CHECK(rows() == 0);
  });
}

TEST_CASE("one caller and very many callees: bounded rows, bounded memory") {
  OnEach([](Store& store) {
    TestClock clock;
    CountingProcess one(store, clock);
    for (int i = 0; i < 20000; ++i) {
      clock.Advance(i % 7);
      one.Ring("ann", "nobody" + std::to_string(i));
      if (i % 2048 == 0) one.Flush();
    }
    CHECK(one.attempts().Stats().dropped == 0);
    CHECK(one.attempts().Stats().pending <= 255);
    one.Flush();
    REQUIRE(RowsOf(store, RowKind::kCallees).size() == 1);
    CHECK(RowsOf(store, RowKind::kCallees)[0].bytes.size() < 4096);
    CHECK(one.See("ann", "bob").at("callees_1h") == "255");
  });
}

TEST_CASE("deciding and counting allocate nothing") {
  TemporaryFolder folder;
  TestClock clock;
  Store store = OpenStore(folder.file("calls.db"));
  REQUIRE(store.Relate("ann", "follows", "bob").ok());
  CountingProcess one(store, clock);
  const Question questions[] = {Between("ann", "bob"), Between("nobody", "bob"),
                                Between("ann", "nobody")};
  for (int round = 0; round < 100; ++round) {
    const uint64_t before = Allocations();
    for (const Question& question : questions) {
      if (!one.reader().Decide(question).ok()) FAIL("no decision");
      if (!one.reader().Preview(question).ok()) FAIL("no preview");
    }
    if (round > 0) REQUIRE(Allocations() == before);
    clock.Advance(1);
    if (round % 10 == 0) one.Flush();
  }
}

TEST_CASE("what cannot be opened, and what does not belong together") {
  TemporaryFolder folder;
  Store store = OpenStore(folder.file("calls.db"));
  AttemptsOptions options;
  options.flush_ms = 0;
  CHECK(Attempts::Open(store, options).status().code() == StatusCode::kInvalidArgument);
  options.flush_ms = 10001;
  CHECK(Attempts::Open(store, options).status().code() == StatusCode::kInvalidArgument);
  options.flush_ms = 50;
  options.max_pending = 0;
  CHECK(Attempts::Open(store, options).status().code() == StatusCode::kInvalidArgument);
  options.max_pending = (size_t{1} << 24) + 1;
  CHECK(Attempts::Open(store, options).status().code() == StatusCode::kInvalidArgument);
  StoreOptions read_only;
  read_only.path = folder.file("calls.db");
  read_only.mode = StoreOptions::Mode::kReadOnly;
  CHECK(Attempts::Open(*Store::Open(read_only)).status().code() == StatusCode::kReadOnly);

  const Result<Attempts> attempts = Attempts::Open(store);
  REQUIRE(attempts.ok());
  EngineOptions engine;
  engine.attempts = *attempts;
  CHECK(Engine::Open(engine).status().code() == StatusCode::kInvalidArgument);
  engine.store = OpenStore("");
  CHECK(Engine::Open(engine).status().code() == StatusCode::kInvalidArgument);
  engine.store = store;
  CHECK(Engine::Open(engine).ok());
}

}  // namespace
}  // namespace ringfence
