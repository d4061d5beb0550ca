// Everything at once: threads that decide, come and go, flush, ask, and a log that is closed under
// them. Run under ThreadSanitizer.
#include <algorithm>
#include <chrono>
#include <thread>

#include "fault/log_world.h"
#include "unit/log_builder.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using std::chrono::milliseconds;

/// What the threads were told.
struct Tally {
  std::atomic<uint64_t> yes{0}, counted{0};
};

void DecideUntil(const std::atomic<bool>& stop, LogWriter* writer, uint64_t seed, Tally* tally) {
  std::mt19937_64 random(seed);
  Hash digest;
  while (!stop) {
    const std::string blob = TestPolicyBlob(random() % 2 == 0 ? "first" : "second", &digest);
    const Result<uint32_t> policy = writer->PolicyNumber(digest, 1, blob);
    Result<std::unique_ptr<Recorder>> recorder = writer->NewRecorder();
    if (!policy.ok() || !recorder.ok()) return;  // closed
    for (int i = 0; i < 50; ++i) {
      DecisionRecord record = RandomRecord(*policy, &random);
      record.detail_count = static_cast<uint8_t>(random() % 3);
      record.detail_kinds = {DetailKind::kUnavailable, DetailKind::kCollected, DetailKind::kHost};
      DecisionRecord shadow = ShadowOf(record, *policy, &random);
      shadow.detail_count = static_cast<uint8_t>(random() % 2);
      shadow.detail_kinds = record.detail_kinds;
      RequestId receipt;
      const bool lose = random() % 50 == 0, with_shadow = !lose && random() % 2 == 0;
      const Recorded recorded = lose ? (*recorder)->Lose((*recorder)->Now())
                                     : (*recorder)->Record(record, (*recorder)->Now(), &receipt,
                                                           with_shadow ? &shadow : nullptr);
      (recorded == Recorded::kYes ? tally->yes : tally->counted).fetch_add(with_shadow ? 2 : 1);
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
}

void ReportUntil(const std::atomic<bool>& stop, LogWriter* writer) {
  for (uint64_t number = 0; !stop; ++number) {
    const Status kept = writer->AppendReport("report " + std::to_string(number % 20));
    CHECK((kept.ok() || kept.code() == StatusCode::kClosed));
    std::this_thread::sleep_for(milliseconds(1));
  }
}

void RunAll(LogOptions::Ack ack, int block_ms) {
  const TestLog log;
  TestClock clock;
  clock.unix_ns = MonthEnds("2026-10") - 1'000'000'000;
  LogWriter::Setup setup = log.Setup();
  setup.options.ack = ack;
  setup.options.block_ms = block_ms;
  setup.options.flush_ms = 2;
  setup.options.checkpoint_ms = 3;
  setup.clock = &clock;
  auto companion = std::make_shared<TestCompanion>();
  setup.companion = companion;
  std::shared_ptr<LogWriter> writer = log.Open(setup);
  std::atomic<bool> stop{false};
  Tally tally;
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] { DecideUntil(stop, writer.get(), Seed() + i, &tally); });
  }
  threads.emplace_back([&] {
    while (!stop) {
      const Status flushed = writer->Flush();
      CHECK((flushed.ok() || flushed.code() == StatusCode::kClosed));
    }
  });
  threads.emplace_back([&] {
    while (!stop) {
      const LogCounters counters = writer->Counters();
      CHECK(counters.recorded <= counters.decisions);
      CHECK(!counters.failed);
      OwnEntry own;
      Put(ErasurePayload{}, &own.entry);
      writer->Append(std::move(own));
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  // The same reports by both, into the same months.
  for (int i = 0; i < 2; ++i) threads.emplace_back([&] { ReportUntil(stop, writer.get()); });
  threads.emplace_back([&] {
    // The month ends meanwhile. A thread may be kept waiting between Now and Record.
    while (!stop) {
      std::this_thread::sleep_for(milliseconds(10));
      clock.Advance(100'000'000);
    }
  });
  std::this_thread::sleep_for(milliseconds(300));
  // Twice at once, under everybody.
  std::thread closer([&] { CHECK(writer->Close().ok()); });
  CHECK(writer->Close().ok());
  closer.join();
  // What was decided behind it is counted for nobody: the log is closed.
  const uint64_t decisions = [&] {
    uint64_t all = 0;
    for (const Entry& entry : EntriesOn(&SystemFiles(), log.path())) {
      if (entry.header.kind == EntryKind::kDecision) ++all;
    }
    return all;
  }();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(tally.yes == decisions);
  CHECK(tally.yes > 50);
  const LogCounters counters = writer->Counters();
  CHECK(counters.decisions <= tally.yes + tally.counted);
  CHECK(counters.recorded == tally.yes);
  CHECK(FindingsOn(&SystemFiles(), log.path()) == "");
  writer.reset();
  CHECK(log.Open(log.Setup())->Close().ok());
  CHECK(FindingsOn(&SystemFiles(), log.path()) == "");
}

TEST_CASE("everything at once, and closed under it: async") { RunAll(LogOptions::Ack::kAsync, 0); }
TEST_CASE("everything at once, and closed under it: async, waiting for room") {
  RunAll(LogOptions::Ack::kAsync, 20);
}
TEST_CASE("everything at once, and closed under it: durable") {
  RunAll(LogOptions::Ack::kDurable, 0);
}

TEST_CASE("closed while threads wait for room, or are about to record: told is recorded") {
  for (int round = 0; round < 40; ++round) {
    LogWorld world;
    world.options.ring_entries = 16;
    world.options.block_ms = 50;
    LogWriter::Setup setup = world.Setup();
    setup.threads = true;
    world.writer = std::move(LogWriter::Open(std::move(setup))).value();
    const uint32_t policy = world.policy();
    std::atomic<bool> stop{false};
    std::atomic<uint64_t> told{0};
    std::vector<std::thread> threads;
    for (uint64_t i = 0; i < 3; ++i) {
      threads.emplace_back([&, i, recorder = std::move(world.writer->NewRecorder()).value()] {
        std::mt19937_64 random(i);
        const DecisionRecord record = RandomRecord(policy, &random);
        RequestId receipt;
        while (!stop) {
          told += recorder->Record(record, recorder->Now(), &receipt) == Recorded::kYes ? 1 : 0;
        }
      });
    }
    std::this_thread::sleep_for(milliseconds(round % 10));
    CHECK(world.writer->Close().ok());
    stop = true;
    for (std::thread& thread : threads) thread.join();
    const std::vector<EntryKind> kinds = KindsOf(world.Entries());
    CHECK(std::count(kinds.begin(), kinds.end(), EntryKind::kDecision) ==
          static_cast<int64_t>(told));
    CHECK(world.Findings() == "");
  }
}

TEST_CASE("the last reference goes with a recorder, in its thread") {
  for (int i = 0; i < 20; ++i) {
    const TestLog log;
    std::shared_ptr<LogWriter> writer = log.Open(log.Setup());
    std::vector<std::thread> threads;
    for (int k = 0; k < 3; ++k) {
      threads.emplace_back([recorder = std::move(writer->NewRecorder()).value()]() mutable {
        recorder->Lose(recorder->Now());
        recorder.reset();
      });
    }
    writer.reset();
    for (std::thread& thread : threads) thread.join();
    CHECK(SystemFiles().Exists(log.path() + "/state/clean").value());
  }
}

}  // namespace
}  // namespace ringfence
