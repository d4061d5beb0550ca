// Readers of several threads that try a policy which comes, goes and changes: run under
// ThreadSanitizer.
#include <ringfence/log.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "unit/api_log_world.h"

namespace ringfence {
namespace {

TEST_CASE("shadows come and go under Readers that decide") {
  constexpr int kThreads = 3, kRounds = 40, kDecisionsARound = 5;
  const LogWorld world;
  LogOptions log_options = world.Options();
  log_options.block_ms = 10000;
  DecisionLog log = world.Open(log_options);
  Engine engine = world.EngineWith(log);
  const Policy policies[] = {*Policy::Shipped("x-2024"), *Policy::Shipped("x-2023"),
                             *Policy::Shipped("default")};
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0}, decided{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      Result<Reader> reader = engine.NewReader();
      if (!reader.ok()) ++wrong;
      while (reader.ok() && !stop) {
        const Result<Decision> decision = reader->Decide(Between("alice", "bob"));
        if (!decision.ok() || decision->rule != "followed" || !decision->recorded()) ++wrong;
        ++decided;
      }
    });
  }
  for (int round = 0; round < kRounds; ++round) {
    const bool none = round % 4 == 3;
    Status status = engine.SetShadow(none ? std::nullopt : std::optional(policies[round % 4]));
    CHECK_MESSAGE(status.ok(), status.message());
    const int before = decided;
    while (wrong == 0 && decided < before + kDecisionsARound) std::this_thread::yield();
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  REQUIRE(log.Close().ok());
  const std::vector<Entry> entries = world.Decisions();
  const auto shadows = std::count_if(entries.begin(), entries.end(), [](const Entry& entry) {
    return (entry.header.flags & entry_flags::kShadow) != 0;
  });
  CHECK(shadows > kRounds);
  CHECK(static_cast<int64_t>(entries.size()) - shadows == decided);
  const Result<LogReader> reader = LogReader::Open(world.log_path());
  REQUIRE(reader.ok());
  const Result<LogVerification> seen = reader->Verify({});
  REQUIRE(seen.ok());
  CHECK(seen->findings.empty());
  CHECK(seen->not_recorded == 0);
}

}  // namespace
}  // namespace ringfence
