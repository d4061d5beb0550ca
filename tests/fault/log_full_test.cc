// No room on the disk: what was recorded waits, what was not is counted, and the log goes on.
#include "fault/log_world.h"

namespace ringfence {
namespace {

FileFault Full(uint64_t nth, uint64_t times = UINT64_MAX) {
  FileFault fault;
  fault.nth = nth;
  fault.times = times;
  fault.code = StatusCode::kFull;
  return fault;
}

constexpr std::array kTakeRoom = {FileOp::kOpen,         FileOp::kAppend,
                                  FileOp::kReplaceWrite, FileOp::kReplaceRename,
                                  FileOp::kMakeFolder,   FileOp::kAllocate};

void Decide(LogWorld* world, int decisions) {
  for (int i = 0; i < decisions; ++i) {
    world->Decide(static_cast<size_t>(i % 2), static_cast<uint8_t>(i % 4));
  }
}

TEST_CASE("the disk is full from the n-th write on, for a while: nothing is lost, all is counted") {
  uint64_t n = 1;
  for (;; ++n) {
    CAPTURE(n);
    LogWorld world;
    world.Open();
    Decide(&world, 10);
    REQUIRE(world.Flush().ok());
    for (const FileOp op : kTakeRoom) {
      FileFault fault = Full(n);
      fault.op = op;
      fault.written = 100;
      world.files->Inject(fault);
    }
    for (int round = 0; round < 6; ++round) {
      Decide(&world, 30);
      const Status flushed = world.Flush();
      CHECK((flushed.ok() || flushed.code() == StatusCode::kFull));
      world.Decide();
      if (round == 3) world.clock.Advance(10 * kNsPerDay);
    }
    CHECK(!world.writer->Counters().failed);
    const bool hit = world.files->fired() > 0;
    // Room again.
    world.files->Heal();
    REQUIRE(world.Flush().ok());
    REQUIRE(world.Flush().ok());
    CHECK(world.Decide() == Recorded::kYes);
    REQUIRE(world.Flush().ok());
    CHECK(world.disk->Contents(world.Path("state/ballast")).size() == world.options.ballast_bytes);
    world.CheckAccounts();
    for (const GapPayload& gap : PayloadsOf<GapPayload>(world.Entries(), EntryKind::kGap)) {
      CHECK((gap.cause == GapCause::kDiskFull || gap.cause == GapCause::kOverload));
      CHECK(gap.first_seq >= 1);
      CHECK(gap.last_seq - gap.first_seq + 1 >= gap.count);
    }
    REQUIRE(world.Close().ok());
    CHECK(world.Findings() == "");
    if (!hit) break;
  }
  CHECK(n > 20);
}

TEST_CASE("one write finds no room, each kind in its turn") {
  for (const FileOp op : kTakeRoom) {
    for (uint64_t n = 1;; ++n) {
      CAPTURE(static_cast<int>(op));
      CAPTURE(n);
      LogWorld world;
      const FileFault fault = [&] {
        FileFault made = Full(n, 2);
        made.op = op;
        return made;
      }();
      world.Open();
      world.files->Inject(fault);
      for (int round = 0; round < 3; ++round) {
        Decide(&world, 20);
        const Status flushed = world.Flush();
        CHECK((flushed.ok() || flushed.code() == StatusCode::kFull));
        world.clock.Advance(10 * kNsPerDay);
      }
      const bool hit = world.files->fired() > 0;
      world.files->Heal();
      REQUIRE(world.Flush().ok());
      world.CheckAccounts();
      REQUIRE(world.Close().ok());
      CHECK(world.Findings() == "");
      if (!hit) break;
    }
  }
}

TEST_CASE("room runs out bit by bit, the process is killed, and there is room again") {
  for (uint64_t room = 0; room < 40000; room += 1777) {
    CAPTURE(room);
    LogWorld world;
    world.Open();
    Decide(&world, 4);
    REQUIRE(world.Flush().ok());
    world.files->SetCapacity(world.files->used() + room);
    bool full = false;
    for (int i = 0; i < 20; ++i) {
      Decide(&world, 10);
      full |= world.Flush().code() == StatusCode::kFull;
      full |= world.Decide() == Recorded::kCounted;
    }
    if (room < 20000) CHECK(full);
    CHECK(!world.writer->Counters().failed);
    world.Crash();
    world.Open();
    world.CheckAccounts();
    CHECK(world.Findings() == "");
  }
}

TEST_CASE("while the disk is full decisions are counted or refused, and Flush says so") {
  for (const auto when_full : {LogOptions::WhenFull::kCount, LogOptions::WhenFull::kRefuse}) {
    LogWorld world;
    world.options.when_full = when_full;
    world.Open();
    world.DecideMany(3);
    REQUIRE(world.Flush().ok());
    world.files->SetCapacity(world.files->used() - world.options.ballast_bytes);
    world.DecideMany(3);
    // The ballast makes room for what waits.
    world.files->SetCapacity(world.files->used());
    CHECK(world.Flush().ok());
    CHECK(world.disk->Contents(world.Path("state/ballast")).empty());
    CHECK(world.Decide() ==
          (when_full == LogOptions::WhenFull::kRefuse ? Recorded::kRefuse : Recorded::kCounted));
    world.files->SetCapacity(world.files->used());
    FileFault fault = Full(1);
    fault.op = FileOp::kAppend;
    world.files->Inject(fault);
    world.writer->Append([] {
      OwnEntry own;
      Put(ErasurePayload{}, &own.entry);
      return own;
    }());
    CHECK(world.Flush().code() == StatusCode::kFull);
    world.files->Heal();
    world.files->SetCapacity(UINT64_MAX);
    CHECK(world.Flush().ok());
    CHECK(PayloadsOf<ErasurePayload>(world.Entries(), EntryKind::kErasure).size() == 1);
    world.CheckAccounts();
    REQUIRE(world.Close().ok());
    CHECK(world.Findings() == "");
  }
}

TEST_CASE("closing while the disk is full: not marked as closed, and the next opening has it all") {
  LogWorld world;
  world.Open();
  world.DecideMany(3);
  REQUIRE(world.Flush().ok());
  world.DecideMany(10);
  world.files->Inject(Full(1));
  CHECK(world.Close().code() == StatusCode::kFull);
  world.files->Heal();
  CHECK(!world.disk->Exists(world.Path("state/clean")).value());
  world.Open();
  world.CheckAccounts();
  CHECK(world.Findings() == "");
}

TEST_CASE("no room even to open: kFull, and later it opens") {
  uint64_t n = 1;
  for (;; ++n) {
    CAPTURE(n);
    LogWorld world;
    world.Open();
    world.DecideMany(10);
    world.Crash();
    for (const FileOp op : kTakeRoom) {
      FileFault fault = Full(n);
      fault.op = op;
      world.files->Inject(fault);
    }
    const Status opened = world.TryOpen();
    CHECK((opened.ok() || opened.code() == StatusCode::kFull));
    const bool hit = world.files->fired() > 0;
    world.Crash();
    world.Open();
    world.CheckAccounts();
    CHECK(world.Findings() == "");
    if (!hit) break;
  }
  CHECK(n > 4);
}

}  // namespace
}  // namespace ringfence
