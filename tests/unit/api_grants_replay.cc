// Consent from end to end: the rules of `whatsapp-business` on a file, by a clock that is set by
// hand, with calls counted and decisions recorded; the log is then replayed.
#include <atomic>

#include "unit/api_clocked.h"
#include "unit/api_log_world.h"

namespace ringfence {
namespace {

constexpr int64_t kStartMs = 1750000000123;

/// A shop that may offer calls, and users.
class ShopWorld : public LogWorld {
 public:
  ShopWorld() {
    REQUIRE(store.SetUser("shop", "business", "true").ok());
    REQUIRE(store.SetUser("shop", "rolled_out", "true").ok());
  }
  ClockMs Clock() {
    return [this] { return now_ms.load(); };
  }
  Engine OpenShopEngine(const DecisionLog& log, const Attempts& attempts) {
    EngineOptions options;
    options.store = store;
    options.log = log;
    options.attempts = attempts;
    options.clock_ms = Clock();
    Result<Policy> policy = Policy::Shipped("whatsapp-business");
    REQUIRE(policy.ok());
    options.policy = std::move(policy).value();
    return OpenEngine(std::move(options));
  }

  std::atomic<int64_t> now_ms{kStartMs};
};

TEST_CASE("a business asks, is let in, is not answered, is let in again; all of it replays") {
  ShopWorld world;
  uint64_t asked = 0;
  {
    DecisionLog log = world.Open(world.Options());
    Grants grants = OpenGrants(world.store, world.Clock());
    Attempts attempts = OpenAttempts(world.store, world.Clock());
    Engine engine = world.OpenShopEngine(log, attempts);
    Reader reader = OpenReader(engine);
    const auto rule = [&] {
      ++asked;
      world.now_ms += kSecond;
      return std::string(Ask(reader, Between("shop", "bob")).rule);
    };
    const auto request = [&] {
      const Result<RequestAnswer> answer = grants.Request("shop", "bob");
      REQUIRE(answer.ok());
      return answer->accepted;
    };
    CHECK(rule() == "no-consent");
    CHECK(request());
    CHECK(rule() == "asked-already");
    CHECK(!request());
    REQUIRE(grants.Give("bob", "shop", world.now_ms + 7 * kDay).ok());
    const int64_t until_ms = world.now_ms + 7 * kDay;
    CHECK(rule() == "temporary-consent");
    // The fourth call in a row that is not answered ends it, until there is new consent.
    for (int calls = 1; calls <= 4; ++calls) {
      CHECK(rule() == "temporary-consent");
      REQUIRE(attempts.Unanswered("shop", "bob").ok());
    }
    CHECK(rule() == "four-unanswered");
    REQUIRE(attempts.Flush().ok());
    CHECK(rule() == "four-unanswered");
    world.now_ms += kDay;
    CHECK(request());
    CHECK(!request());
    REQUIRE(grants.Give("bob", "shop", until_ms).ok());
    CHECK(rule() == "temporary-consent");
    // Five answered calls in a day; they let it ask anew.
    for (int calls = 1; calls <= 5; ++calls) {
      CHECK(rule() == "temporary-consent");
      REQUIRE(attempts.Connected("shop", "bob").ok());
    }
    CHECK(rule() == "five-today");
    REQUIRE(attempts.Flush().ok());
    world.now_ms = until_ms - 1 - kSecond;
    CHECK(rule() == "temporary-consent");
    world.now_ms = until_ms - kSecond;
    CHECK(rule() == "no-consent");
    CHECK(request());
    CHECK(rule() == "asked-already");
    REQUIRE(grants.Decline("bob", "shop").ok());
    world.now_ms += kDay - kSecond - 1;
    CHECK(rule() == "asked-already");
    REQUIRE(grants.GivePermanently("bob", "shop").ok());
    CHECK(rule() == "permanent-consent");
    REQUIRE(world.store.Block("bob", "shop").ok());
    CHECK(rule() == "blocked");
    REQUIRE(grants.Revoke("bob", "shop").ok());
    CHECK(rule() == "no-consent");
    REQUIRE(log.Close().ok());
  }
  const ReplayReport report = world.Replayed(world.KeysOf(world.store));
  CHECK(report.entries == asked);
  CHECK(report.reproduced == asked);
  CHECK(report.divergences.empty());
}

}  // namespace
}  // namespace ringfence
