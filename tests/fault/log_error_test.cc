// Disks that fail: no second try, the writer stops, decisions are counted, and the next opening
// has everything that was durable.
#include "fault/log_world.h"

namespace ringfence {
namespace {

/// One life of a log, which may end anywhere.
void Live(LogWorld* world) {
  if (!world->TryOpen().ok()) return;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 20; ++i) {
      world->Decide(static_cast<size_t>(i % 2), static_cast<uint8_t>(i % 4));
    }
    static_cast<void>(world->Flush());
    world->Decide();
    static_cast<void>(world->writer->SealOnce());
    world->clock.Advance(4 * kNsPerDay);
  }
  world->DecideMany(80);  // more than fit
}

constexpr auto kOps = static_cast<int>(FileOp::kCount);

TEST_CASE("the n-th operation of each kind fails, and all that follow; then it is opened again") {
  for (int op = 0; op < kOps; ++op) {
    for (uint64_t n = 1;; ++n) {
      CAPTURE(op);
      CAPTURE(n);
      LogWorld world;
      Live(&world);
      REQUIRE(world.Close().ok());
      FileFault fault;
      fault.op = static_cast<FileOp>(op);
      fault.nth = n;
      fault.times = UINT64_MAX;
      fault.written = 77;
      world.files->Inject(fault);
      Live(&world);
      const bool hit = world.files->fired() > 0;
      if (hit && world.writer != nullptr) {
        CHECK((world.writer->Counters().failed || op == static_cast<int>(FileOp::kAllocate) ||
               op == static_cast<int>(FileOp::kRemove)));
      }
      // Closed with the fault, which must not say that all is well.
      if (hit && world.writer != nullptr && world.writer->Counters().failed) {
        CHECK(world.Decide() == Recorded::kCounted);
        CHECK(!world.Close().ok());
      }
      world.Leave();
      world.files->Heal();
      const bool clean = world.disk->Exists(world.Path("state/clean")).value();
      world.Open();
      world.CheckAccounts(op == static_cast<int>(FileOp::kSync));
      CHECK(world.Findings() == "");
      if (clean) CHECK(PayloadsOf<BootPayload>(world.Entries(), EntryKind::kBoot).back().clean);
      REQUIRE(world.Close().ok());
      CHECK(world.Findings() == "");
      if (!hit) break;
    }
  }
}

TEST_CASE("one operation fails, and would succeed the second time: the writer stops all the same") {
  for (int op = 0; op < kOps; ++op) {
    if (op == static_cast<int>(FileOp::kAllocate) || op == static_cast<int>(FileOp::kRemove)) {
      continue;  // of the ballast: tried again
    }
    for (uint64_t n = 1;; ++n) {
      CAPTURE(op);
      CAPTURE(n);
      LogWorld world;
      world.options.heartbeat_s = 0;
      world.Open();
      FileFault fault;
      fault.op = static_cast<FileOp>(op);
      fault.nth = n;
      world.files->Inject(fault);
      bool failed = false;
      for (int i = 0; i < 4; ++i) {
        world.DecideMany(5);
        const Status flushed = world.Flush();
        CHECK((!failed || !flushed.ok()));
        failed |= !flushed.ok();
      }
      CHECK(failed == (world.files->fired() == 1));
      CHECK(world.writer->Counters().failed == failed);
      if (!failed) break;
      const std::string before = DigestOf(world.disk.get(), world.log);
      CHECK(world.Decide() == Recorded::kCounted);
      CHECK(!world.Flush().ok());
      CHECK(!world.Close().ok());
      CHECK(DigestOf(world.disk.get(), world.log) == before);
      world.Open();
      world.CheckAccounts(op == static_cast<int>(FileOp::kSync));
      CHECK(world.Findings() == "");
    }
  }
}

TEST_CASE("when fdatasync fails its pages are lost: the next opening does not build on them") {
  for (const StatusCode code : {StatusCode::kIo, StatusCode::kFull}) {
    for (uint64_t n = 1;; ++n) {
      CAPTURE(n);
      LogWorld world;
      world.Open();
      world.DecideMany(10);
      REQUIRE(world.Flush().ok());
      world.files->OnFailedSync([&](const std::string& path) { world.disk->LosePages(path); });
      FileFault fault;
      fault.op = FileOp::kSync;
      fault.nth = n;
      fault.code = code;
      world.files->Inject(fault);
      for (int i = 0; i < 4; ++i) {
        world.DecideMany(10);
        static_cast<void>(world.Flush());
        if (i == 1) world.clock.Advance(10 * kNsPerDay);
      }
      if (world.writer->Counters().failed) {
        // So that the next opening need not count all of the log.
        const ControlBlock& control = *world.writer->control();
        const SealStamp& stamp = control.Stamped();
        MonthReader reader(world.disk.get(), world.Path(stamp.month));
        CHECK(stamp.index <= reader.EntriesOnDisk().value());
      }
      static_cast<void>(world.Close());
      const bool hit = world.files->fired() > 0;
      world.files->Heal();
      world.Open();
      world.CheckAccounts(true);
      CHECK(world.Findings() == "");
      world.DecideMany(10);
      REQUIRE(world.Flush().ok());
      // All of it is durable now.
      world.LosePower(MemoryFiles::Loss::kAll, n);
      CHECK(world.Findings() == "");
      world.Open();
      world.CheckAccounts(true);
      CHECK(world.Findings() == "");
      if (!hit) break;
    }
  }
}

TEST_CASE("a failed log refuses, where that is asked for") {
  LogWorld world;
  world.options.when_full = LogOptions::WhenFull::kRefuse;
  world.Open();
  world.DecideMany(2);
  world.files->Inject(FileFault{.op = FileOp::kSync});
  CHECK(world.Flush().code() == StatusCode::kIo);
  CHECK(world.Decide() == Recorded::kRefuse);
  CHECK(world.writer->Counters().why.find("injected") != std::string::npos);
}

}  // namespace
}  // namespace ringfence
