// Readers that decide and count beside flushes: run under ThreadSanitizer. Each thread has a caller
// of its own, so it knows exactly how often it called; all of them together know it of a callee.
#include <chrono>
#include <thread>

#include "unit/api_attempts_world.h"

namespace ringfence {
namespace {

constexpr int kThreads = 3;
constexpr int kCalls = 100;    // of one caller
constexpr int kCallers = 100;  // of a thread, at most
constexpr int kEach = 5;       // to one callee

AttemptsOptions Hasty() {
  AttemptsOptions options;
  options.flush_ms = 1;
  options.max_pending = 65536;
  return options;
}

FactId IdOf(const char* name) {
  const Result<FactId> id = Catalog::Standard().Find(name);
  REQUIRE(id.ok());
  return *id;
}

std::string Caller(int thread, int round) {
  return "caller" + std::to_string(thread) + "." + std::to_string(round);
}

/// What a thread must see of its own calls, at each.
void CallOnAndOn(Reader* reader, const std::string& caller, std::atomic<int>& wrong) {
  for (int call = 0; call < kCalls; ++call) {
    const std::string callee = "callee" + std::to_string(call / kEach);
    const Result<Decision> decision = reader->Decide(CountingProcess::Call(caller, callee));
    // After three calls to one, or to twenty people, the caller calls too often.
    const int before = call % kEach;
    const int callees = (call + kEach - 1) / kEach;
    const bool often = before >= 3 || callees >= 20;
    const char* expected = often ? "often" : before > 0 ? "again" : "otherwise";
    if (!decision.ok() || decision->rule != expected) ++wrong;
  }
}

TEST_CASE("beside flushes every decision sees exactly the calls before it") {
  TemporaryFolder folder;
  for (const std::string& path : {folder.file("calls.db"), std::string()}) {
    CAPTURE(path);
    Store store = OpenStore(path);
    Result<Store::Transaction> users = store.Begin();
    REQUIRE(users.ok());
    for (int i = 0; i < kThreads * kCallers; ++i) {
      REQUIRE(users->AddUser(Caller(i / kCallers, i % kCallers)).ok());
    }
    for (int i = 0; i <= kCalls / kEach; ++i) {
      REQUIRE(users->AddUser("callee" + std::to_string(i)).ok());
    }
    REQUIRE(users->Commit().ok());
    const TestClock clock;
    CountingProcess process(store, clock, Hasty());
    std::atomic<int> wrong{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        Result<Reader> reader = process.engine().NewReader();
        if (!reader.ok()) ++wrong;
        // Until flushes have been in the way often enough.
        for (int round = 0; reader.ok() && round < kCallers; ++round) {
          CallOnAndOn(&*reader, Caller(i, round), wrong);
          if (process.attempts().Stats().flushes >= 20) break;
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
      });
    }
    std::thread flushing([&] {
      while (!done.load()) {
        if (!process.attempts().Flush().ok()) ++wrong;
      }
    });
    for (std::thread& thread : threads) thread.join();
    done = true;
    flushing.join();
    CHECK(wrong.load() == 0);
    CHECK(process.attempts().Stats().dropped == 0);
    CHECK(process.attempts().Stats().flushes >= 3);
  }
}

TEST_CASE("a count only grows while threads call, whichever flush is between") {
  TemporaryFolder folder;
  Store store = OpenStore(folder.file("calls.db"));
  REQUIRE(store.SetUser("bob", "calls_enabled", "true").ok());
  const TestClock clock;
  CountingProcess process(store, clock, Hasty());
  const FactId strangers = IdOf("callee.unknown_calls_1h");
  std::atomic<int> begun{0}, ended{0}, wrong{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  threads.reserve(2);
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      Result<Reader> reader = process.engine().NewReader();
      for (int call = 0; reader.ok() && call < 14; ++call) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        ++begun;
        if (!reader->Decide(CountingProcess::Call("", "bob")).ok()) ++wrong;
        ++ended;
      }
    });
  }
  threads.emplace_back([&] {
    Result<Reader> reader = process.engine().NewReader();
    while (reader.ok() && !done.load()) {
      const int least = ended.load();
      const Result<Explanation> seen = reader->Explain(CountingProcess::Call("", "bob"));
      const int most = begun.load();
      if (!seen.ok()) {
        ++wrong;
        continue;
      }
      for (const FactSeen& fact : seen->facts) {
        if (fact.id != strangers) continue;
        const int count = std::stoi(fact.value);
        if (count < least || count > most) ++wrong;
      }
    }
  });
  threads[0].join();
  threads[1].join();
  done = true;
  threads[2].join();
  CHECK(ended.load() == 28);
  CHECK(wrong.load() == 0);
}

}  // namespace
}  // namespace ringfence
