// Processes that count calls on one store, with a clock that tests set, and a policy that names
// every fact of the group `attempts`, so that explanations show them.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "unit/api_clocked.h"
#include "unit/api_support.h"

namespace ringfence {

inline constexpr const char* kCountsPolicy = R"json({
  "policy": "counts", "catalog": 1,
  "outcomes": { "private": { "effect": "refuse", "signal": "offline" },
                "later": { "effect": "refuse", "signal": "busy" } },
  "unknown_callee": "private",
  "decisions": { "ring": {
    "rules": [
      { "id": "often", "then": "later",
        "when": "callee.attempts_1h(caller) >= 3 || caller.callees_1h >= 20" },
      { "id": "peeping", "when": "caller.previews_1h >= 50", "then": "later" },
      { "id": "tired", "then": "later",
        "when": "callee.unanswered(caller) >= 2 && callee.connected_24h(caller) == 0" },
      { "id": "strangers", "when": "!caller.known && callee.unknown_calls_1h >= 5",
        "then": "later" },
      { "id": "called-back", "when": "callee.since_called_d(caller) < 3", "then": "ring" },
      { "id": "again", "when": "callee.since_attempt_ms(caller) <= duration('3m')",
        "then": "ring" } ],
    "otherwise": "private", "on_unavailable": "later" } } })json";

/// A clock that all processes of a test share. It moves when it is told.
class TestClock {
 public:
  int64_t now() const { return now_ms_->load(); }
  void Set(int64_t now_ms) { now_ms_->store(now_ms); }
  void Advance(int64_t ms) { now_ms_->fetch_add(ms); }
  ClockMs Function() const {
    return [now = now_ms_] { return now->load(); };
  }

 private:
  std::shared_ptr<std::atomic<int64_t>> now_ms_ =
      std::make_shared<std::atomic<int64_t>>(1750000000000);
};

using SeenFacts = std::map<std::string, std::string>;

inline Policy CountsPolicy() {
  const Result<Policy> policy = Policy::Compile(kCountsPolicy);
  REQUIRE_MESSAGE(policy.ok(), policy.status().message());
  return *policy;
}

/// One process: its own opening of the store, Attempts that flush when they are told, a Reader.
class CountingProcess {
 public:
  CountingProcess(const Store& store, const TestClock& clock, AttemptsOptions options = Slow())
      : store_(store),
        attempts_(OpenAttempts(store, clock.Function(), std::move(options))),
        engine_(OpenEngine(Options(store, attempts_))),
        reader_(OpenReader(engine_)) {}

  /// Flushes by itself once in ten seconds: never, in a test.
  static AttemptsOptions Slow() {
    AttemptsOptions options;
    options.flush_ms = 10000;
    options.max_pending = 8192;
    return options;
  }

  Store& store() { return store_; }
  Attempts& attempts() { return attempts_; }
  Engine& engine() { return engine_; }
  Reader& reader() { return reader_; }

  static Question Call(const std::string& caller, const std::string& callee) {
    Question question;
    if (caller.empty()) {
      question.caller_without_account = true;
    } else {
      question.caller = caller;
    }
    question.callee = callee;
    return question;
  }
  std::string Ring(const std::string& caller, const std::string& callee) {
    return std::string(Ask(reader_, Call(caller, callee)).rule);
  }
  /// Facts of the group as a decision would see them now: "attempts_1h" -> "3". Counts nothing.
  SeenFacts See(const std::string& caller, const std::string& callee) {
    const Result<Explanation> explanation = reader_.Explain(Call(caller, callee));
    REQUIRE_MESSAGE(explanation.ok(), explanation.status().message());
    SeenFacts seen;
    for (const FactSeen& fact : explanation->facts) {
      const FactInfo& info = Catalog::Standard().fact(fact.id);
      if (info.group != Group::kAttempts) continue;
      seen[info.entry] = fact.origin == FactOrigin::kUnavailable ? "unavailable" : fact.value;
    }
    return seen;
  }
  void Flush() {
    Status flushed = attempts_.Flush();
    REQUIRE_MESSAGE(flushed.ok(), flushed.message());
  }

 private:
  static EngineOptions Options(const Store& store, const Attempts& attempts) {
    EngineOptions options;
    options.store = store;
    options.policy = CountsPolicy();
    options.attempts = attempts;
    return options;
  }

  Store store_;
  Attempts attempts_;
  Engine engine_;
  Reader reader_;
};

}  // namespace ringfence
