// Who may ring, at its edges: what is counted as what, one snapshot, stopping, errors. That answers
// are those of every pair is tests/differential/who_test.cc.
#include <doctest/doctest.h>
#include <ringfence/attempts.h>
#include <ringfence/lists.h>
#include <ringfence/quiet.h>
#include <ringfence/who.h>

#include <string>
#include <vector>

#include "unit/api_clocked.h"
#include "unit/api_support.h"
#include "unit/store_file.h"

namespace ringfence {
namespace {

constexpr int64_t kNowMs = 1780000000000;

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

std::string PolicyOf(const std::string& rules) {
  return R"({"policy": "p", "catalog": 1, "unknown_callee": "refuse", "outcomes": {
             "quietly": {"effect": "silence", "signal": "ringing"}},
             "decisions": {"ring": {"rules": [)" +
         rules + R"(], "otherwise": "refuse", "on_unavailable": "refuse"}}})";
}

std::string Rule(const std::string& when, const std::string& then = "ring") {
  return R"({"id": "r", "when": ")" + when + R"(", "then": ")" + then + R"("})";
}

Engine EngineOn(const Store& store, const std::string& policy,
                std::optional<Attempts> attempts = std::nullopt) {
  EngineOptions options;
  options.store = store;
  options.attempts = std::move(attempts);
  options.clock_ms = [] { return kNowMs; };
  Result<Policy> compiled = Policy::Compile(policy);
  REQUIRE_MESSAGE(compiled.ok(), compiled.status().message());
  options.policy = std::move(compiled).value();
  return OpenEngine(std::move(options));
}

struct Answered {
  std::string names;  ///< "alice:ring:r carol:ring or silence:on_unavailable"
  WhoSummary summary;
};

Answered MayRing(Engine& engine, const char* callee, bool reversed = false) {
  Answered answered;
  WhoOptions options;
  options.found = [&](const WhoFound& found) {
    if (!answered.names.empty()) answered.names += " ";
    answered.names += std::string(found.user) + ":" + FormatEffects(found.effects) + ":";
    answered.names += found.rule;
    return true;
  };
  Result<WhoSummary> who =
      reversed ? WhoCanBeRungBy(engine, callee, options) : WhoMayRing(engine, callee, options);
  REQUIRE_MESSAGE(who.ok(), who.status().message());
  answered.summary = std::move(who).value();
  return answered;
}

TEST_CASE("address books decide between effects, or between them and a refusal") {
  OnEachPublicStore([](Store& store) {
    for (const char* user : {"bob", "alice", "carol"}) {
      Require(store.SetUser(user, "allow_contacts", "true").status());
    }
    Require(store.Relate("bob", "follows", "alice").status());
    Engine effects = EngineOn(store, PolicyOf(R"({"id": "contact",
        "when": "callee.contact(caller) == 'match'", "then": "ring"}, )" +
                                              Rule("callee.follows(caller)", "quietly")));
    const Answered either = MayRing(effects, "bob");
    CHECK(either.names == "alice:ring or silence:on_unavailable");
    CHECK(either.summary.possibly == 1);
    CHECK(either.summary.cannot_tell == 0);
    CHECK(either.summary.decided == 1);  // carol is counted without a look
    CHECK(either.summary.plan == std::vector<std::string>{"users related to bob"});
    REQUIRE(either.summary.counts.size() == 1);
    CHECK(either.summary.counts[0].users == 1);
    CHECK(FormatEffects(either.summary.counts[0].effects) == "ring or silence");
  });
}

TEST_CASE("a list that asks for address books depends on them, local times do not") {
  OnEachPublicStore([](Store& store) {
    for (const char* user : {"bob", "alice", "carol"}) {
      Require(store.SetUser(user, "calls_enabled", "true").status());
    }
    Lists lists(store);
    Require(lists.Add("bob", *ParseListEntry("always", "contacts")).status());
    Engine by_list = EngineOn(store, PolicyOf(Rule("callee.list(caller) == 'always'")));
    CHECK(MayRing(by_list, "bob").summary.possibly == 2);
    CHECK(MayRing(by_list, "bob").summary.cannot_tell == 0);
    CHECK(MayRing(by_list, "alice").summary.decided == 0);
    // As callees: only those who have a list are looked at.
    const Answered reached = MayRing(by_list, "alice", true);
    CHECK(reached.summary.possibly == 1);
    CHECK(reached.summary.decided == 1);
    CHECK(reached.summary.plan == std::vector<std::string>{"users who have a list"});
    Require(lists.Add("bob", *ParseListEntry("always", "person:carol")).status());
    CHECK(MayRing(by_list, "bob").names == "carol:ring:r");
    // Nobody knows local times here.
    Engine by_time = EngineOn(store, PolicyOf(Rule("callee.local_minute < 600")));
    CHECK(MayRing(by_time, "bob").summary.possibly == 0);
    CHECK(MayRing(by_time, "bob").summary.cannot_tell == 2);
    CHECK(MayRing(by_time, "bob", true).summary.cannot_tell == 2);
  });
}

TEST_CASE("a list of persons alone is listed, not everybody") {
  OnEachPublicStore([](Store& store) {
    for (int i = 0; i < 20; ++i) {
      Require(store.SetUser("u" + std::to_string(i), "calls_enabled", "true").status());
    }
    Lists lists(store);
    Require(lists.Add("bob", *ParseListEntry("always", "person:u7")).status());
    Engine engine = EngineOn(store, PolicyOf(Rule("callee.list(caller) == 'always'")));
    const Answered answered = MayRing(engine, "bob");
    CHECK(answered.names == "u7:ring:r");
    CHECK(answered.summary.decided == 1);
    CHECK(answered.summary.plan == std::vector<std::string>{"persons of the list of bob"});
  });
}

TEST_CASE("one snapshot: what is written meanwhile is not seen, and is not held up") {
  OnEachPublicStore([](Store& store) {
    for (const char* user : {"alice", "carol", "dave"}) {
      Require(store.Relate("bob", "follows", user).status());
    }
    Engine engine = OpenEngine(store);  // the shipped default
    std::vector<std::string> names;
    WhoOptions options;
    uint64_t written = 0;
    options.found = [&](const WhoFound& found) {
      names.emplace_back(found.user);
      if (written == 0) {
        Require(store.Block("bob", "dave").status());
        Require(store.SetUser("bob", "calls_enabled", "false").status());
        written = store.Revision().value();
      }
      return true;
    };
    const Result<WhoSummary> first = WhoMayRing(engine, "bob", options);
    Require(first.status());
    CHECK(names == std::vector<std::string>{"alice", "carol", "dave"});
    CHECK(first->revision < written);
    const Answered after = MayRing(engine, "bob");
    CHECK(after.names.empty());
    CHECK(after.summary.revision == written);
    CHECK(after.summary.plan.empty());
    CHECK(after.summary.decided == 0);
  });
}

TEST_CASE("the caller stops it, and hears how far it is") {
  Store store = OpenStore("");
  {
    Result<Store::Transaction> writes = store.Begin();
    Require(writes.status());
    for (int i = 0; i < 3000; ++i) Require(writes->AddUser("u" + std::to_string(i)));
    Require(writes->Commit().status());
  }
  Engine engine = EngineOn(store, PolicyOf(Rule("!callee.blocks(caller)")));
  std::vector<uint64_t> progress;
  uint64_t found = 0;
  WhoOptions options;
  options.progress = [&](uint64_t decided) { progress.push_back(decided); };
  options.found = [&](const WhoFound&) { return ++found < 2500; };
  const Result<WhoSummary> who = WhoMayRing(engine, "u0", options);
  Require(who.status());
  CHECK(who->stopped);
  CHECK(who->certain == 2500);
  CHECK(who->decided == 2500);
  CHECK(progress == std::vector<uint64_t>{1024, 2048});
  CHECK(who->plan == std::vector<std::string>{"all users"});
  // Nobody has to listen.
  CHECK(WhoMayRing(engine, "u0", {})->certain == 2999);
}

TEST_CASE("calls that wait for the disk count, and asking adds none") {
  OnEachPublicStore([](Store& store) {
    for (const char* user : {"bob", "alice", "carol"}) {
      Require(store.SetUser(user, "calls_enabled", "true").status());
    }
    AttemptsOptions slow;
    slow.flush_ms = 10000;
    Attempts attempts = OpenAttempts(
        store, [] { return kNowMs; }, slow);
    Require(attempts.Attempted("alice", "bob"));
    Engine engine = EngineOn(store, PolicyOf(Rule("callee.attempts_1h(caller) == 1")), attempts);
    for (int i = 0; i < 2; ++i) CHECK(MayRing(engine, "bob").names == "alice:ring:r");
    CHECK(MayRing(engine, "alice", true).names == "bob:ring:r");
    Require(attempts.Flush());
    Engine other = EngineOn(store, PolicyOf(Rule("callee.attempts_1h(caller) == 1")));
    const Answered read = MayRing(other, "bob");
    CHECK(read.names == "alice:ring:r");
    CHECK(read.summary.decided == 1);
  });
}

TEST_CASE("who was forgotten is in no list any more") {
  OnEachPublicStore([](Store& store) {
    for (const char* user : {"alice", "carol"}) {
      Require(store.SetUser(user, "verified", "true").status());
      Require(store.Relate("bob", "follows", user).status());
    }
    Require(store.SetUser("bob", "allow_verified", "true").status());
    Require(store.Forget("alice").status());
    Engine engine = OpenEngine(store);
    CHECK(MayRing(engine, "bob").names == "carol:ring:followed");
    CHECK(WhoMayRing(engine, "alice", {}).status().code() == StatusCode::kNotFound);
  });
}

TEST_CASE("a value that is none is found by its index, and cannot be told") {
  const TemporaryFolder folder;
  Store store = OpenStore(folder.file("world.db"));
  Require(store.SetUser("bob", "allow_verified", "true").status());
  Require(store.SetUser("alice", "verified", "true").status());
  Require(store.SetUser("carol", "calls_enabled", "true").status());
  Sql(folder.file("world.db"),
      "UPDATE users SET settings = x'0100000003000000000000000000000000000000' WHERE name = "
      "'carol'");
  Engine engine = OpenEngine(store);
  const Answered answered = MayRing(engine, "bob");
  CHECK(answered.names == "alice:ring:verified");
  CHECK(answered.summary.cannot_tell == 1);
}

TEST_CASE("questions that cannot be answered") {
  Store store = OpenStore("");
  Require(store.SetUser("bob", "calls_enabled", "true").status());
  EngineOptions bare;
  bare.policy = Policy::Shipped("default").value();
  Engine without = OpenEngine(std::move(bare));
  CHECK(WhoMayRing(without, "bob", {}).status().code() == StatusCode::kInvalidArgument);
  Engine engine = OpenEngine(store);
  CHECK(WhoMayRing(engine, "nobody", {}).status().code() == StatusCode::kNotFound);
  CHECK(WhoCanBeRungBy(engine, "nobody", {}).status().code() == StatusCode::kNotFound);
  CHECK(WhoMayRing(engine, "", {}).status().code() == StatusCode::kInvalidArgument);
  const Catalog& catalog = Catalog::Standard();
  const auto code = [&](const std::vector<Fact>& facts) {
    WhoOptions options;
    options.facts = facts;
    return WhoMayRing(engine, "bob", options).status().code();
  };
  for (const char* book : {"callee.contact(caller)", "caller.contact(callee)"}) {
    for (const char* value : {"match", "no_match", "?"}) {
      CHECK(code({*catalog.MakeFact(book, value)}) == StatusCode::kInvalidArgument);
    }
  }
  CHECK(code({*catalog.MakeFact("callee.suggested(caller)", "true")}) ==
        StatusCode::kInvalidArgument);
  CHECK(code({{static_cast<FactId>(catalog.size()), 0}}) == StatusCode::kInvalidArgument);
  CHECK(code({*catalog.MakeFact("call.same_account", "true")}) == StatusCode::kInvalidArgument);
  CHECK(code({*catalog.MakeFact("call.media", "video")}) == StatusCode::kOk);
}

}  // namespace
}  // namespace ringfence
