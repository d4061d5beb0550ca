// Earlier calls in the decision log: what a decision knew of them is recorded with it, so that a
// replay years later needs neither the clock nor the rows.
#include "unit/api_attempts_world.h"
#include "unit/api_log_world.h"

namespace ringfence {
namespace {

TEST_CASE("ios-focus: the second call within three minutes rings, and replay says the same") {
  LogWorld world;
  REQUIRE(world.store.SetUser("bob", "dnd", "priority").ok());
  REQUIRE(world.store.SetUser("bob", "dnd_audience", "nobody").ok());
  const TestClock clock;
  DecisionLog log = world.Open(world.Options());
  EngineOptions options;
  options.store = world.store;
  options.attempts = OpenAttempts(world.store, clock.Function());
  options.log = log;
  const Result<Policy> focus = Policy::Shipped("ios-focus");
  REQUIRE(focus.ok());
  options.policy = *focus;
  Engine engine = OpenEngine(std::move(options));
  Reader reader = OpenReader(engine);
  TestClock moving = clock;
  const auto ring = [&] { return std::string(Ask(reader, Between("alice", "bob")).rule); };
  CHECK(ring() == "otherwise");
  moving.Advance(3 * kMinute);
  CHECK(ring() == "repeated-call");  // exactly three minutes
  moving.Advance(3 * kMinute + 1);
  CHECK(ring() == "otherwise");
  REQUIRE(reader.Preview(Between("alice", "bob")).ok());  // looking is no call
  moving.Advance(3 * kMinute - 1);
  CHECK(ring() == "repeated-call");
  CHECK(std::string(Ask(reader, Between("mallory", "bob")).rule) == "blocked");
  REQUIRE(log.Close().ok());

  const std::vector<Entry> decisions = world.Decisions();
  REQUIRE(decisions.size() == 5);
  const uint64_t time_ns = decisions[1].header.time_ns;
  const Hash key = world.NamesAt(time_ns).FactsKey(world.SecretOf("bob"));
  const FactsRecord facts = world.FactsOf(decisions[1], key);
  CHECK(LogWorld::StateOf(facts, Group::kAttempts) == GroupState::kRead);
  CHECK(world.Code(facts, "callee.since_attempt_ms(caller)") == 180000);
  CHECK(world.Code(facts, "callee.attempts_1h(caller)") == 1);

  moving.Advance(kDay);
  const ReplayReport report = world.Replayed(world.KeysOf(world.store));
  CHECK(report.entries == 5);
  CHECK(report.reproduced == 5);
  CHECK(report.divergences.empty());
}

}  // namespace
}  // namespace ringfence
