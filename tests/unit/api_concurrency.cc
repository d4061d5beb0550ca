// Many Readers, one writer, policies that change: run under ThreadSanitizer.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "unit/api_support.h"

namespace ringfence {
namespace {

constexpr int kReaders = 4;
constexpr int kRounds = 60;

TEST_CASE("once Block has returned, nothing that starts afterwards rings") {
  TemporaryFolder folder;
  for (const std::string& path : {folder.file("world.db"), std::string()}) {
    Store store = OpenStore(path);
    REQUIRE(store.Relate("bob", "follows", "alice").ok());
    Engine engine = OpenEngine(store);
    std::atomic<int> blocked{0};  // the round whose block stands; 0: none
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0}, rang{0}, refused{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kReaders; ++i) {
      threads.emplace_back([&] {
        Result<Reader> reader = engine.NewReader();
        if (!reader.ok()) {
          ++wrong;
          return;
        }
        while (!stop.load()) {
          const int before = blocked.load();
          const Result<Decision> decision = reader->Decide(Between("alice", "bob"));
          if (!decision.ok()) {
            ++wrong;
            continue;
          }
          // The same round before and after the question: the block stood all the while.
          if (before != 0 && blocked.load() == before && decision->let_through()) ++wrong;
          ++(decision->let_through() ? rang : refused);
        }
      });
    }
    for (int round = 1; round <= kRounds; ++round) {
      REQUIRE(store.Block("bob", "alice").ok());
      blocked = round;
      std::this_thread::yield();
      blocked = 0;
      REQUIRE(store.Unrelate("bob", "blocks", "alice").ok());
    }
    while (rang.load() == 0 || refused.load() == 0) {
      REQUIRE(store.Block("bob", "alice").ok());
      REQUIRE(store.Unrelate("bob", "blocks", "alice").ok());
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong.load() == 0);
  }
}

TEST_CASE("every decision is made under one policy, whole") {
  TemporaryFolder folder;
  Store store = OpenStore(folder.file("world.db"));
  REQUIRE(store.Relate("bob", "follows", "alice").ok());
  const std::string x2024 = *Policy::ShippedText("x-2024");
  const std::string standard = *Policy::ShippedText("default");
  Engine engine = OpenEngine(store);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kReaders; ++i) {
    threads.emplace_back([&] {
      Result<Reader> reader = engine.NewReader();
      if (!reader.ok()) {
        ++wrong;
        return;
      }
      while (!stop.load()) {
        const Result<Decision> decision = reader->Decide(Between("alice", "bob"));
        if (!decision.ok()) {
          ++wrong;
          continue;
        }
        const bool as_default = decision->policy_name == "default" && decision->rule == "followed";
        const bool as_x2024 = decision->policy_name == "x-2024" && decision->rule == "no-message";
        if (!as_default && !as_x2024) ++wrong;
      }
    });
  }
  for (int round = 0; round < 10; ++round) {
    REQUIRE(store.ActivatePolicy(x2024, "x-2024", "").ok());
    REQUIRE(store.ActivatePolicy(standard, "default", "").ok());
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong.load() == 0);
}

TEST_CASE("a published policy reaches Readers that are deciding") {
  EngineOptions options;
  options.store = OpenStore("");
  REQUIRE(options.store->Relate("bob", "follows", "alice").ok());
  options.policy = *Policy::Shipped("default");
  Engine engine = OpenEngine(std::move(options));
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kReaders; ++i) {
    threads.emplace_back([&] {
      Result<Reader> reader = engine.NewReader();
      while (reader.ok() && !stop.load()) {
        const Result<Decision> decision = reader->Decide(Between("alice", "bob"));
        if (!decision.ok() || (decision->rule != "followed" && decision->rule != "no-message")) {
          ++wrong;
        }
      }
    });
  }
  const Policy policies[] = {*Policy::Shipped("x-2024"), *Policy::Shipped("default")};
  for (int round = 0; round < 50; ++round) REQUIRE(engine.SetPolicy(policies[round % 2]).ok());
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong.load() == 0);
}

}  // namespace
}  // namespace ringfence
