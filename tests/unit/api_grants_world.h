// A store, an engine on it, consent and earlier calls, all by one clock that tests set by hand.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "contract/temporary_folder.h"
#include "unit/api_clocked.h"
#include "unit/api_support.h"

namespace ringfence {

inline constexpr int64_t kStartMs = 1750000000123;

/// `recommended` decides. alice, carol and dave want to call; bob and others are called.
class GrantsWorld {
 public:
  explicit GrantsWorld(const std::string& path, const AskLimits& limits = {},
                       const char* rules = "recommended")
      : store(OpenStore(path)),
        grants(OpenGrants(store, Clock(), limits)),
        attempts(OpenAttempts(store, Clock())),
        engine(EngineBy(rules)),
        reader(OpenReader(engine)) {
    Result<Store::Transaction> transaction = store.Begin();
    REQUIRE(transaction.ok());
    for (const char* user : {"alice", "bob", "carol", "dave", "eve"}) {
      REQUIRE(transaction->AddUser(user).ok());
    }
    REQUIRE(transaction->Commit().ok());
  }
  GrantsWorld(const GrantsWorld&) = delete;
  GrantsWorld& operator=(const GrantsWorld&) = delete;

  bool Rings(const char* caller, const char* callee) {
    return Ask(reader, Between(caller, callee)).effect == Effect::kRing;
  }
  /// The rule that decides.
  std::string Rule(const char* caller, const char* callee) {
    return std::string(Ask(reader, Between(caller, callee)).rule);
  }
  /// "yes 86400"
  std::string Knock(const char* caller, const char* callee, std::span<const Fact> facts = {}) {
    Question question = Between(caller, callee);
    question.facts = facts;
    const Result<KnockAnswer> answer = grants.Knock(reader, question);
    REQUIRE_MESSAGE(answer.ok(), answer.status().message());
    return (answer->accepted ? "yes " : "no ") + std::to_string(answer->retry_after_s);
  }
  std::string Request(const char* caller, const char* callee) {
    const Result<RequestAnswer> answer = grants.Request(caller, callee);
    REQUIRE_MESSAGE(answer.ok(), answer.status().message());
    return (answer->accepted ? "yes " : "no ") + std::to_string(answer->retry_after_s);
  }
  std::vector<std::string> Waiting(const char* callee) const {
    const Result<std::vector<KnockInfo>> knocks = grants.Knocks(callee);
    REQUIRE_MESSAGE(knocks.ok(), knocks.status().message());
    std::vector<std::string> callers;
    for (const KnockInfo& knock : *knocks) callers.push_back(knock.caller);
    return callers;
  }
  GrantState State(const char* callee, const char* caller) const {
    const Result<GrantInfo> info = grants.Show(callee, caller);
    REQUIRE_MESSAGE(info.ok(), info.status().message());
    return info->state;
  }

  std::atomic<int64_t> now_ms{kStartMs};
  Store store;
  Grants grants;
  Attempts attempts;
  Engine engine;
  Reader reader;

 private:
  ClockMs Clock() {
    return [this] { return now_ms.load(); };
  }
  Engine EngineBy(const char* rules) {
    EngineOptions options;
    options.store = store;
    options.attempts = attempts;
    options.clock_ms = Clock();
    Result<Policy> policy = Policy::Shipped(rules);
    REQUIRE_MESSAGE(policy.ok(), policy.status().message());
    options.policy = std::move(policy).value();
    return OpenEngine(std::move(options));
  }
};

/// Runs the body on a world in a file, and on one in memory.
inline void OnBothStores(const std::function<void(GrantsWorld&)>& body,
                         const AskLimits& limits = {}) {
  const TemporaryFolder folder;
  for (const std::string& path : {folder.file("world.db"), std::string()}) {
    CAPTURE(path.empty());
    GrantsWorld world(path, limits);
    body(world);
  }
}

}  // namespace ringfence
