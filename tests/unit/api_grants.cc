// Grants: what is given, declined, revoked and asked for, on both stores.
#include "unit/api_grants_world.h"

namespace ringfence {
namespace {

StatusCode CodeOf(const Result<uint64_t>& result) { return result.status().code(); }

TEST_CASE("a consent rings until the millisecond it names") {
  OnBothStores([](GrantsWorld& world) {
    CHECK(!world.Rings("alice", "bob"));
    REQUIRE(world.grants.Give("bob", "alice", kStartMs + 7 * kDay).ok());
    CHECK(world.Rings("alice", "bob"));
    CHECK(!world.Rings("bob", "alice"));
    world.now_ms = kStartMs + 7 * kDay - 1;
    CHECK(world.Rings("alice", "bob"));
    world.now_ms = kStartMs + 7 * kDay;
    CHECK(!world.Rings("alice", "bob"));
    CHECK(world.State("bob", "alice") == GrantState::kExpired);
    REQUIRE(world.grants.GivePermanently("bob", "alice").ok());
    world.now_ms = kStartMs + 10000 * kDay;
    CHECK(world.Rings("alice", "bob"));
    REQUIRE(world.grants.Revoke("bob", "alice").ok());
    CHECK(!world.Rings("alice", "bob"));
    CHECK(world.State("bob", "alice") == GrantState::kRevoked);
  });
}

TEST_CASE("what is wrong is refused and changes nothing") {
  OnBothStores([](GrantsWorld& world) {
    const Result<uint64_t> before = world.store.Revision();
    Grants& grants = world.grants;
    const int64_t later = kStartMs + kDay;
    CHECK(CodeOf(grants.Give("nobody", "alice", later)) == StatusCode::kNotFound);
    CHECK(CodeOf(grants.Give("bob", "nobody", later)) == StatusCode::kNotFound);
    CHECK(CodeOf(grants.Give("bob", "bob", later)) == StatusCode::kInvalidArgument);
    CHECK(CodeOf(grants.Give("nobody", "nobody", later)) == StatusCode::kInvalidArgument);
    CHECK(CodeOf(grants.Give("", "alice", later)) == StatusCode::kInvalidArgument);
    CHECK(CodeOf(grants.Give("bob", "a\nb", later)) == StatusCode::kInvalidArgument);
    CHECK(CodeOf(grants.Give("bob", "alice", kStartMs)) == StatusCode::kInvalidArgument);
    CHECK(CodeOf(grants.Give("bob", "alice", kLastTimeMs + 1)) == StatusCode::kInvalidArgument);
    CHECK(CodeOf(grants.GivePermanently("nobody", "alice")) == StatusCode::kNotFound);
    CHECK(CodeOf(grants.Decline("bob", "nobody")) == StatusCode::kNotFound);
    CHECK(CodeOf(grants.Revoke("bob", "alice")) == StatusCode::kNotFound);
    CHECK(CodeOf(grants.Revoke("bob", "nobody")) == StatusCode::kNotFound);
    CHECK(CodeOf(grants.AllowKnock("bob", "alice")) == StatusCode::kNotFound);
    CHECK(CodeOf(grants.DeclineKnock("bob", "alice")) == StatusCode::kNotFound);
    CHECK(CodeOf(grants.AllowKnock("bob", "alice", 0)) == StatusCode::kInvalidArgument);
    CHECK(grants.Request("alice", "nobody").status().code() == StatusCode::kNotFound);
    CHECK(grants.Request("nobody", "bob").status().code() == StatusCode::kNotFound);
    CHECK(grants.Request("bob", "bob").status().code() == StatusCode::kInvalidArgument);
    CHECK(grants.GivenBy("nobody").status().code() == StatusCode::kNotFound);
    CHECK(grants.GivenTo("").status().code() == StatusCode::kInvalidArgument);
    CHECK(grants.Knocks("").status().code() == StatusCode::kInvalidArgument);
    CHECK(grants.Show("bob", "nobody").status().code() == StatusCode::kNotFound);
    const Result<uint64_t> after = world.store.Revision();
    REQUIRE(before.ok());
    REQUIRE(after.ok());
    CHECK(*after == *before);
    CHECK(world.State("bob", "alice") == GrantState::kNone);
    CHECK(grants.Give("bob", "alice", kStartMs + 1).ok());
    CHECK(grants.Give("bob", "alice", kLastTimeMs).ok());
  });
}

TEST_CASE("a clock that was never set, or is centuries ahead, damages no row") {
  for (const int64_t now_ms : {INT64_MIN, int64_t{0}, kLastTimeMs, INT64_MAX}) {
    CAPTURE(now_ms);
    OnBothStores([now_ms](GrantsWorld& world) {
      world.now_ms = now_ms;
      CHECK(world.Request("alice", "bob") == "yes 86400");
      CHECK(world.grants.GivePermanently("bob", "carol").ok());
      CHECK(world.grants.Decline("bob", "dave").ok());
      CHECK(world.State("bob", "dave") == GrantState::kDeclined);
      const Result<std::vector<DoctorFinding>> findings = world.store.Doctor();
      REQUIRE(findings.ok());
      CHECK(findings->empty());
    });
  }
}

TEST_CASE("limits out of range are refused") {
  const Store store = OpenStore("");
  const auto opens = [&](int per_24h, int per_7d, int64_t after_decline_ms) {
    GrantsOptions options;
    options.limits = {per_24h, per_7d, after_decline_ms};
    return Grants::Open(store, options).ok();
  };
  CHECK(opens(1, 1, 0));
  CHECK(opens(7, 7, 30 * kDay));
  CHECK(!opens(0, 1, 0));
  CHECK(!opens(8, 1, 0));
  CHECK(!opens(1, 0, 0));
  CHECK(!opens(1, 8, 0));
  CHECK(!opens(1, 1, -1));
  CHECK(!opens(1, 1, 30 * kDay + 1));
}

TEST_CASE("lists say what was given, by whom and when") {
  OnBothStores([](GrantsWorld& world) {
    REQUIRE(world.grants.Give("bob", "alice", kStartMs + kHour, GrantSource::kOperator).ok());
    world.now_ms = kStartMs + 5;
    REQUIRE(world.grants.GivePermanently("bob", "carol").ok());
    REQUIRE(world.grants.Decline("eve", "alice").ok());
    const Result<std::vector<GrantInfo>> by_bob = world.grants.GivenBy("bob");
    REQUIRE(by_bob.ok());
    REQUIRE(by_bob->size() == 2);
    const GrantInfo& first = (*by_bob)[0];
    CHECK(first.callee == "bob");
    CHECK(first.caller == "alice");
    CHECK(first.state == GrantState::kTemporary);
    CHECK(first.source == GrantSource::kOperator);
    CHECK(first.given_at_ms == kStartMs);
    CHECK(first.until_ms == kStartMs + kHour);
    CHECK(!first.one_call);
    CHECK((*by_bob)[1].caller == "carol");
    CHECK((*by_bob)[1].source == GrantSource::kUser);
    CHECK((*by_bob)[1].until_ms == 0);
    const Result<std::vector<GrantInfo>> to_alice = world.grants.GivenTo("alice");
    REQUIRE(to_alice.ok());
    REQUIRE(to_alice->size() == 2);
    CHECK((*to_alice)[1].callee == "eve");
    CHECK((*to_alice)[1].state == GrantState::kDeclined);
    CHECK((*to_alice)[1].until_ms == kStartMs + 5 + kDay);
    world.now_ms = kStartMs + 31 * kDay;  // neither a lapsed decline nor a long expired consent
    CHECK(world.grants.GivenTo("alice")->empty());
    CHECK(world.grants.GivenBy("bob")->size() == 1);
  });
}

TEST_CASE("requests: one in 24 hours, two in 7 days, none after a decline, anew after a call") {
  OnBothStores([](GrantsWorld& world) {
    CHECK(world.Request("alice", "bob") == "yes 86400");
    CHECK(world.Request("alice", "bob") == "no 86400");
    CHECK(world.Request("alice", "eve") == "yes 86400");
    CHECK(world.Request("carol", "bob") == "yes 86400");
    world.now_ms = kStartMs + kDay - 1;
    CHECK(world.Request("alice", "bob") == "no 1");
    world.now_ms = kStartMs + kDay;
    CHECK(world.Request("alice", "bob") == "yes 518400");  // six days until the first is forgotten
    world.now_ms = kStartMs + 3 * kDay;
    CHECK(world.Request("alice", "bob") == "no 345600");
    // bob calls alice, who answers.
    REQUIRE(world.attempts.Connected("bob", "alice").ok());
    REQUIRE(world.attempts.Flush().ok());
    world.now_ms = kStartMs + 3 * kDay + 1;
    CHECK(world.Request("alice", "bob") == "yes 86400");
    CHECK(world.Request("alice", "bob") == "no 86400");
    REQUIRE(world.attempts.Connected("alice", "bob").ok());
    REQUIRE(world.attempts.Flush().ok());
    world.now_ms = kStartMs + 3 * kDay + 2;
    CHECK(world.Request("alice", "bob") == "yes 86400");
    REQUIRE(world.grants.Decline("bob", "carol").ok());
    world.now_ms = kStartMs + 4 * kDay + 1;
    CHECK(world.Request("carol", "bob") == "no 1");
    world.now_ms = kStartMs + 4 * kDay + 2;
    CHECK(world.Request("carol", "bob").starts_with("yes "));
  });
}

TEST_CASE("whoever is forgotten takes consent, requests and knocks along") {
  OnBothStores([](GrantsWorld& world) {
    for (const char* user : {"alice", "bob"}) {
      REQUIRE(world.grants.GivePermanently("bob", "alice").ok());
      REQUIRE(world.grants.GivePermanently("eve", "carol").ok());
      world.now_ms += 8 * kDay;
      CHECK(world.Request("alice", "bob") == "yes 86400");
      CHECK(world.Knock("carol", "bob") == "yes 86400");
      CHECK(world.Knock("alice", "eve") == "yes 86400");
      REQUIRE(world.store.Forget(user).ok());
      REQUIRE(world.store.SetUser(user, "calls_enabled", "true").ok());
      CHECK(world.grants.GivenBy(user)->empty());
      CHECK(world.grants.GivenTo(user)->empty());
      CHECK(world.Waiting("bob").size() == (user[0] == 'a' ? 1 : 0));
      CHECK(world.Waiting("eve").size() == (user[0] == 'a' ? 0 : 1));
      CHECK(world.State("eve", "carol") == GrantState::kPermanent);
    }
  });
}

}  // namespace
}  // namespace ringfence
