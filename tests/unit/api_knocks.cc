// Knocks: what the callee is shown, what an answer does, what is refused.
#include <thread>

#include "unit/api_grants_world.h"

namespace ringfence {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("a knock let in rings once") {
  OnBothStores([](GrantsWorld& world) {
    CHECK(!world.Rings("alice", "bob"));
    CHECK(world.Knock("alice", "bob") == "yes 86400");
    CHECK(!world.Rings("alice", "bob"));
    const Result<std::vector<KnockInfo>> knocks = world.grants.Knocks("bob");
    REQUIRE(knocks.ok());
    REQUIRE(knocks->size() == 1);
    CHECK((*knocks)[0].caller == "alice");
    CHECK((*knocks)[0].asked_at_ms == kStartMs);
    CHECK((*knocks)[0].until_ms == kStartMs + kDay);
    CHECK(world.Waiting("alice").empty());
    world.now_ms = kStartMs + 10;
    REQUIRE(world.grants.AllowKnock("bob", "alice").ok());
    CHECK(world.Waiting("bob").empty());
    CHECK(world.Rings("alice", "bob"));
    const Result<GrantInfo> given = world.grants.Show("bob", "alice");
    REQUIRE(given.ok());
    CHECK(given->one_call);
    CHECK(given->source == GrantSource::kKnock);
    CHECK(given->until_ms == kStartMs + 10 + kHour);
    world.now_ms = kStartMs + 10 + kHour - 1;
    CHECK(world.Rings("alice", "bob"));
    REQUIRE(world.attempts.Unanswered("alice", "bob").ok());
    CHECK(!world.Rings("alice", "bob"));  // at once, though it is not on disk yet
    REQUIRE(world.attempts.Flush().ok());
    CHECK(!world.Rings("alice", "bob"));
    CHECK(world.State("bob", "alice") == GrantState::kExpired);
    CHECK(world.grants.Revoke("bob", "alice").status().code() == StatusCode::kNotFound);
  });
}

TEST_CASE("a consent for one call ends by its time, or by the call that connects") {
  OnBothStores([](GrantsWorld& world) {
    CHECK(world.Knock("alice", "bob") == "yes 86400");
    REQUIRE(world.grants.AllowKnock("bob", "alice", 1000).ok());
    world.now_ms = kStartMs + 999;
    CHECK(world.Rings("alice", "bob"));
    world.now_ms = kStartMs + 1000;
    CHECK(!world.Rings("alice", "bob"));
    CHECK(world.Knock("carol", "bob") == "yes 86400");
    REQUIRE(world.grants.AllowKnock("bob", "carol").ok());
    world.now_ms = kStartMs + 2000;
    CHECK(world.Rings("carol", "bob"));
    REQUIRE(world.attempts.Connected("carol", "bob").ok());
    world.now_ms = kStartMs + 2001;
    CHECK(!world.Rings("carol", "bob"));
  });
}

TEST_CASE("a consent for one call that was used does not come back when the call is forgotten") {
  OnBothStores([](GrantsWorld& world) {
    CHECK(world.Knock("alice", "bob") == "yes 86400");
    const int64_t longest = kMaxOneCallDays * kDay;
    CHECK(world.grants.AllowKnock("bob", "alice", longest + 1).status().code() ==
          StatusCode::kInvalidArgument);
    REQUIRE(world.grants.AllowKnock("bob", "alice", longest).ok());
    world.now_ms = kStartMs + 1;
    CHECK(world.Rings("alice", "bob"));
    REQUIRE(world.attempts.Connected("alice", "bob").ok());
    REQUIRE(world.attempts.Flush().ok());
    // Each of these writes the pair's row anew, without what is too old for it.
    for (const int64_t later : {8 * kDay, 60 * kDay, longest - 1}) {
      CAPTURE(later);
      world.now_ms = kStartMs + later;
      REQUIRE(world.attempts.Attempted("alice", "bob").ok());
      REQUIRE(world.attempts.Flush().ok());
      CHECK(!world.Rings("alice", "bob"));
      CHECK(world.State("bob", "alice") == GrantState::kExpired);
    }
  });
}

TEST_CASE("a knock that is declined, or not answered for a day, changes nothing") {
  OnBothStores([](GrantsWorld& world) {
    CHECK(world.Knock("alice", "bob") == "yes 86400");
    world.now_ms = kStartMs + 20 * kHour;
    REQUIRE(world.grants.DeclineKnock("bob", "alice").ok());
    CHECK(world.Waiting("bob").empty());
    CHECK(world.State("bob", "alice") == GrantState::kNone);
    CHECK(!world.Rings("alice", "bob"));
    CHECK(world.grants.AllowKnock("bob", "alice").status().code() == StatusCode::kNotFound);
    // Taken, as if nobody had declined; not shown until a day after that.
    world.now_ms = kStartMs + kDay;
    CHECK(world.Knock("alice", "bob") == "yes 518400");
    CHECK(world.Waiting("bob").empty());
    world.now_ms = kStartMs + 8 * kDay;
    CHECK(world.Knock("alice", "bob") == "yes 86400");
    CHECK(world.Waiting("bob") == Names{"alice"});
    world.now_ms = kStartMs + 9 * kDay - 1;
    CHECK(world.Waiting("bob") == Names{"alice"});
    world.now_ms = kStartMs + 9 * kDay;
    CHECK(world.Waiting("bob").empty());
    CHECK(world.grants.AllowKnock("bob", "alice").status().code() == StatusCode::kNotFound);
  });
}

TEST_CASE("no block and no list is shown or lifted by a knock") {
  OnBothStores([](GrantsWorld& world) {
    REQUIRE(world.store.Block("bob", "alice").ok());
    CHECK(world.Knock("alice", "bob") == "yes 86400");
    CHECK(world.Waiting("bob").empty());
    CHECK(world.grants.AllowKnock("bob", "alice").status().code() == StatusCode::kNotFound);
    const Facts never{{"callee.list(caller)", "never"}};
    CHECK(world.Knock("carol", "bob", never) == "yes 86400");
    CHECK(world.Waiting("bob").empty());
    CHECK(world.Knock("dave", "bob") == "yes 86400");
    CHECK(world.Waiting("bob") == Names{"dave"});
    // A block afterwards wins over the answer.
    REQUIRE(world.store.Block("bob", "dave").ok());
    REQUIRE(world.grants.AllowKnock("bob", "dave").ok());
    CHECK(!world.Rings("dave", "bob"));
    // Neither does consent that was declined.
    REQUIRE(world.grants.Decline("eve", "dave").ok());
    CHECK(world.Knock("dave", "eve") == "yes 86400");
    CHECK(world.Waiting("eve").empty());
  });
}

TEST_CASE("a knock counts as a request, and a request as a knock") {
  OnBothStores([](GrantsWorld& world) {
    CHECK(world.Knock("alice", "bob") == "yes 86400");
    CHECK(world.Request("alice", "bob") == "no 86400");
    CHECK(world.Request("carol", "bob") == "yes 86400");
    CHECK(world.Knock("carol", "bob") == "no 86400");
  });
}

TEST_CASE("a better consent outlives the one call, and starts the row of unanswered calls anew") {
  OnBothStores([](GrantsWorld& world) {
    REQUIRE(world.store.SetUser("alice", "business", "true").ok());
    REQUIRE(world.grants.GivePermanently("bob", "alice").ok());
    CHECK(world.Rings("alice", "bob"));
    for (int i = 0; i < 4; ++i) {
      world.now_ms += 1000;
      REQUIRE(world.attempts.Unanswered("alice", "bob").ok());
    }
    CHECK(world.Rule("alice", "bob") == "business-without-consent");
    world.now_ms += 1000;
    CHECK(world.Knock("alice", "bob") == "yes 86400");
    CHECK(world.Waiting("bob") == Names{"alice"});
    REQUIRE(world.attempts.Flush().ok());
    REQUIRE(world.grants.AllowKnock("bob", "alice").ok());
    CHECK(world.State("bob", "alice") == GrantState::kPermanent);
    CHECK(world.Rings("alice", "bob"));
    // For a time, and shorter than what the knock gives: that replaces it.
    world.now_ms += 1000;
    REQUIRE(world.grants.Give("bob", "carol", world.now_ms + 1000).ok());
    CHECK(world.Knock("carol", "bob") == "yes 86400");
    REQUIRE(world.grants.AllowKnock("bob", "carol").ok());
    CHECK(world.grants.Show("bob", "carol")->one_call);
  });
}

TEST_CASE("an answer given otherwise answers the knock") {
  OnBothStores([](GrantsWorld& world) {
    for (const char* caller : {"alice", "carol", "dave"}) {
      CHECK(world.Knock(caller, "bob") == "yes 86400");
    }
    REQUIRE(world.grants.Give("bob", "alice", kStartMs + kDay).ok());
    REQUIRE(world.grants.Decline("bob", "carol").ok());
    CHECK(world.Waiting("bob") == Names{"dave"});
  });
}

TEST_CASE("what is not a knock is refused before anything is written") {
  OnBothStores([](GrantsWorld& world) {
    const auto code = [&](const Question& question) {
      return world.grants.Knock(world.reader, question).status().code();
    };
    Question question = Between("alice", "bob");
    const Result<int64_t> bob = world.reader.Resolve("bob");
    REQUIRE(bob.ok());
    question.callee = Party::Handle(*bob);
    CHECK(code(question) == StatusCode::kInvalidArgument);
    question = Question();
    question.callee = "bob";
    CHECK(code(question) == StatusCode::kInvalidArgument);
    question.caller_without_account = true;
    CHECK(code(question) == StatusCode::kInvalidArgument);
    CHECK(code(Between("bob", "bob")) == StatusCode::kInvalidArgument);
    CHECK(code(Between("nobody", "bob")) == StatusCode::kNotFound);
    CHECK(code(Between("nobody", "nowhere")) == StatusCode::kNotFound);
    const Facts carried{{"callee.grant(caller)", "permanent"}};
    question = Between("alice", "bob");
    question.facts = carried;
    CHECK(code(question) == StatusCode::kInvalidArgument);
    question.facts = {};
    question.at_least = 1000;
    CHECK(code(question) == StatusCode::kStale);
    const TemporaryFolder folder;
    GrantsWorld other(folder.file("other.db"));
    CHECK(other.grants.Knock(world.reader, Between("alice", "bob")).status().code() ==
          StatusCode::kInvalidArgument);
    CHECK(world.Knock("alice", "bob") == "yes 86400");  // none of it was counted
  });
}

TEST_CASE("a flood: the oldest wait, and nobody is told") {
  OnBothStores([](GrantsWorld& world) {
    const auto name = [](size_t i) { return "flood" + std::to_string(i); };
    Names waiting;
    for (size_t i = 0; i < 2 * kMaxKnocks; ++i) {
      REQUIRE(world.store.SetUser(name(i), "calls_enabled", "true").ok());
      ++world.now_ms;
      CHECK(world.Knock(name(i).c_str(), "bob") == "yes 86400");
      if (i < kMaxKnocks) waiting.push_back(name(i));
    }
    CHECK(world.Waiting("bob") == waiting);
    // As one is answered there is room for one.
    REQUIRE(world.grants.DeclineKnock("bob", name(3)).ok());
    waiting.erase(waiting.begin() + 3);
    CHECK(world.Waiting("bob") == waiting);
    for (const char* caller : {"alice", "carol"}) {
      CHECK(world.Knock(caller, "bob") == "yes 86400");
    }
    waiting.emplace_back("alice");
    CHECK(world.Waiting("bob") == waiting);
    world.now_ms += kDay;
    CHECK(world.Waiting("bob").empty());
  });
}

TEST_CASE("knocks, answers and blocks from several threads") {
  const TemporaryFolder folder;
  GrantsWorld world(folder.file("world.db"));
  constexpr int kRounds = 20;
  std::vector<std::thread> threads;
  for (const char* caller : {"alice", "carol", "dave"}) {
    threads.emplace_back([&world, caller] {
      Reader reader = OpenReader(world.engine);
      for (int i = 0; i < kRounds; ++i) {
        const bool knocks = world.grants.Knock(reader, Between(caller, "bob")).ok();
        const bool decides = reader.Decide(Between(caller, "bob")).ok();
        if (!knocks || !decides) FAIL_CHECK("a knock or a decision failed");
        world.now_ms += kDay;
      }
    });
  }
  threads.emplace_back([&world] {
    for (int i = 0; i < kRounds; ++i) {
      const Result<std::vector<KnockInfo>> knocks = world.grants.Knocks("bob");
      if (!knocks.ok()) FAIL_CHECK("the list failed");
      // Somebody else's time may have come meanwhile.
      for (const KnockInfo& knock : *knocks) {
        const StatusCode code = world.grants.AllowKnock("bob", knock.caller).status().code();
        if (code != StatusCode::kOk && code != StatusCode::kNotFound)
          FAIL_CHECK("an answer failed");
      }
    }
  });
  for (std::thread& thread : threads) thread.join();
  REQUIRE(world.store.Block("bob", "alice").ok());
  CHECK(!world.Rings("alice", "bob"));
}

}  // namespace
}  // namespace ringfence
