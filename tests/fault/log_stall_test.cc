// A disk that stands still: threads that decide go on, for as long as they were told to wait, and
// every decision is in the log or counted.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "fault/log_world.h"

namespace ringfence {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Lets operations through, or holds them.
class Gate {
 public:
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = false;
    opened_.notify_all();
  }
  void Pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (closed_) held_ = true;
    opened_.wait(lock, [&] { return !closed_; });
  }
  void AwaitHeld() {
    for (int i = 0; i < 1000; ++i) {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (held_) return;
      }
      std::this_thread::sleep_for(milliseconds(5));
    }
    FAIL("nothing was held");
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool closed_ = false, held_ = false;
};

class StallWorld : public LogWorld {
 public:
  void OpenWithThreads(FileOp held) {
    files->BeforeEach([this, held](FileOp op, const std::string& path) {
      if (op == held && path.find(".ent") != std::string::npos) gate.Pass();
    });
    LogWriter::Setup setup = Setup();
    setup.threads = true;
    setup.clock = nullptr;
    Result<std::shared_ptr<LogWriter>> opened = LogWriter::Open(std::move(setup));
    REQUIRE_MESSAGE(opened.ok(), opened.status().message());
    writer = *opened;
  }
  // So that a failed test does not hang.
  ~StallWorld() { gate.Open(), Leave(); }

  Gate gate;
};

TEST_CASE("a full ring while the disk stands still: exact, bounded, and as configured") {
  for (const FileOp held : {FileOp::kAppend, FileOp::kSync}) {
    for (const auto when_full : {LogOptions::WhenFull::kCount, LogOptions::WhenFull::kRefuse}) {
      for (const int block_ms : {0, 30}) {
        StallWorld world;
        world.options.when_full = when_full;
        world.options.block_ms = block_ms;
        world.OpenWithThreads(held);
        world.DecideMany(5);
        REQUIRE(world.Flush().ok());
        world.gate.Close();
        world.DecideMany(1);
        world.gate.AwaitHeld();
        uint64_t recorded = 0, not_recorded = 0;
        for (int i = 0; i < 75; ++i) {
          const auto begin = Clock::now();
          const Recorded what = world.Decide();
          const auto took = Clock::now() - begin;
          CHECK(took < milliseconds(block_ms + 1000));
          if (what == Recorded::kYes) {
            ++recorded;
            continue;
          }
          ++not_recorded;
          CHECK(took >= milliseconds(block_ms));
          CHECK(what == (when_full == LogOptions::WhenFull::kRefuse ? Recorded::kRefuse
                                                                    : Recorded::kCounted));
        }
        CHECK(recorded <= 64);
        CHECK(recorded >= 63);
        // None of these waits for the disk.
        const auto begin = Clock::now();
        const LogCounters counters = world.writer->Counters();
        CHECK(Clock::now() - begin < milliseconds(1000));
        CHECK(counters.decisions == 81);
        CHECK(counters.recorded == 6 + recorded);
        CHECK(!counters.failed);
        world.gate.Open();
        REQUIRE(world.Flush().ok());
        REQUIRE(world.Flush().ok());
        uint64_t counted = 0;
        for (const GapPayload& gap : PayloadsOf<GapPayload>(world.Entries(), EntryKind::kGap)) {
          CHECK(gap.cause == GapCause::kOverload);
          counted += gap.count;
        }
        CHECK(counted == not_recorded);
        world.CheckAccounts();
        REQUIRE(world.Close().ok());
        CHECK(world.Findings() == "");
      }
    }
  }
}

TEST_CASE("a decision that waits for room gets it when there is some") {
  StallWorld world;
  world.options.block_ms = 20000;
  world.OpenWithThreads(FileOp::kAppend);
  world.gate.Close();
  world.DecideMany(1);
  world.gate.AwaitHeld();
  std::thread opener([&] {
    std::this_thread::sleep_for(milliseconds(100));
    world.gate.Open();
  });
  for (int i = 0; i < 200; ++i) CHECK(world.Decide() == Recorded::kYes);
  opener.join();
  REQUIRE(world.Flush().ok());
  world.CheckAccounts();
}

TEST_CASE("durable: it waits for the disk that stands still, and no longer for one that fails") {
  for (const StatusCode code : {StatusCode::kOk, StatusCode::kIo, StatusCode::kFull}) {
    CAPTURE(static_cast<int>(code));
    StallWorld world;
    world.options.ack = LogOptions::Ack::kDurable;
    world.options.when_full = LogOptions::WhenFull::kRefuse;
    world.OpenWithThreads(FileOp::kAppend);
    CHECK(world.Decide() == Recorded::kYes);
    world.gate.Close();
    if (code != StatusCode::kOk) {
      for (const FileOp op : {FileOp::kAppend, FileOp::kAllocate}) {
        FileFault fault;
        fault.op = op;
        fault.times = UINT64_MAX;
        fault.code = code;
        world.files->Inject(fault);
      }
    }
    std::atomic<bool> done{false};
    Recorded answer = Recorded::kCounted;
    world.RecorderAt(0);
    std::thread decider([&] {
      answer = world.Decide();
      done = true;
    });
    world.gate.AwaitHeld();
    std::this_thread::sleep_for(milliseconds(50));
    CHECK(!done);
    world.gate.Open();
    decider.join();
    CHECK(answer == (code == StatusCode::kOk ? Recorded::kYes : Recorded::kRefuse));
    world.files->Heal();
    // With room again, what waited in the ring is there too.
    if (code == StatusCode::kFull) REQUIRE(world.Flush().ok());
    if (code == StatusCode::kIo) world.Crash(), world.Open();
    world.CheckAccounts();
    CHECK(world.Findings() == "");
  }
}

TEST_CASE("a full disk with a Flush that waits: answered, for entries too") {
  StallWorld world;
  world.OpenWithThreads(FileOp::kAppend);
  world.DecideMany(3);
  REQUIRE(world.Flush().ok());
  FileFault fault;
  fault.op = FileOp::kAppend;
  fault.in = ".ent";
  fault.times = UINT64_MAX;
  fault.code = StatusCode::kFull;
  world.files->Inject(fault);
  CHECK(world.Decide() == Recorded::kYes);
  CHECK(world.Flush().code() == StatusCode::kFull);
  CHECK(world.Flush().code() == StatusCode::kFull);
  CHECK(!world.writer->Counters().failed);
  world.files->Heal();
  CHECK(world.Flush().ok());
  world.CheckAccounts();
}

TEST_CASE("a full disk with a Flush that waits: answered, and the checkpointer does not spin") {
  StallWorld world;
  world.options.checkpoint_ms = 60000;
  world.OpenWithThreads(FileOp::kAppend);
  world.DecideMany(3);
  FileFault fault;
  fault.op = FileOp::kAppend;
  fault.in = kCheckpointsName;
  fault.times = UINT64_MAX;
  fault.code = StatusCode::kFull;
  world.files->Inject(fault);
  CHECK(world.Flush().code() == StatusCode::kFull);
  const uint64_t tries = world.files->fired();
  std::this_thread::sleep_for(milliseconds(300));
  CHECK(world.files->fired() <= tries + 2);
  world.files->Heal();
  REQUIRE(world.Close().ok());
  CHECK(world.Findings() == "");
  world.CheckAccounts();
}

TEST_CASE("a failure of the checkpointer stops the sealer too") {
  StallWorld world;
  world.options.checkpoint_ms = 1;
  world.options.heartbeat_s = 0;
  world.OpenWithThreads(FileOp::kAppend);
  world.DecideMany(3);
  REQUIRE(world.Flush().ok());
  FileFault fault;
  fault.op = FileOp::kSync;
  fault.in = kCheckpointsName;
  world.files->Inject(fault);
  world.DecideMany(3);
  CHECK(world.Flush().code() == StatusCode::kIo);
  const std::string entries = world.disk->Contents(world.MonthPath(EntriesName(0)));
  for (int i = 0; i < 5; ++i) {
    OwnEntry own;
    Put(ErasurePayload{}, &own.entry);
    world.writer->Append(std::move(own));
    std::this_thread::sleep_for(milliseconds(30));
  }
  CHECK(world.disk->Contents(world.MonthPath(EntriesName(0))) == entries);
}

}  // namespace
}  // namespace ringfence
