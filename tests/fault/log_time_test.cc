// Clocks that are set, stand still, or were ahead; months that end, and end while the process is
// killed.
#include "fault/log_world.h"

namespace ringfence {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kHour = 3600 * kSecond;

std::vector<ClockPayload> Clocks(LogWorld* world) {
  return PayloadsOf<ClockPayload>(world->Entries(), EntryKind::kClock);
}

TEST_CASE("the clock is set: CLOCK says so, and entries go on") {
  LogWorld world;
  world.Open();
  world.DecideMany(2);
  REQUIRE(world.Flush().ok());
  world.clock.unix_ns -= kHour;
  world.DecideMany(2);
  REQUIRE(world.Flush().ok());
  std::vector<ClockPayload> clocks = Clocks(&world);
  REQUIRE(clocks.size() == 1);
  CHECK(clocks[0].event == ClockEvent::kBack);
  CHECK(clocks[0].step_ns == -static_cast<int64_t>(kHour));
  // Until the clock has caught up, entries say that it is not to be believed.
  world.DecideMany(1);
  world.clock.Advance(kHour + kSecond);
  REQUIRE(world.Flush().ok());
  world.DecideMany(1);
  world.clock.unix_ns += kHour;
  REQUIRE(world.Flush().ok());
  clocks = Clocks(&world);
  REQUIRE(clocks.size() >= 2);
  CHECK(clocks.back().event == ClockEvent::kForward);
  CHECK(clocks.back().step_ns == static_cast<int64_t>(kHour));
  std::vector<bool> flagged;
  for (const Entry& entry : world.Entries()) {
    if (entry.header.kind != EntryKind::kDecision) continue;
    flagged.push_back((entry.header.flags & entry_flags::kClockUnsynchronised) != 0);
  }
  CHECK(flagged == std::vector<bool>{false, false, false, false, true, false});
  REQUIRE(world.Close().ok());
  CHECK(world.Findings() == "");
}

TEST_CASE("a step of less than a second is none; many of them are one") {
  LogWorld world;
  world.options.heartbeat_s = 0;
  world.Open();
  world.clock.unix_ns += kSecond - 1;
  REQUIRE(world.Flush().ok());
  CHECK(Clocks(&world).empty());
  world.clock.unix_ns += 1;
  REQUIRE(world.Flush().ok());
  CHECK(Clocks(&world).size() == 1);
}

TEST_CASE("the clock stands still") {
  LogWorld world;
  world.options.heartbeat_s = 0;
  world.Open();
  for (int i = 0; i < 200; ++i) {
    world.clock.monotonic_ns += kSecond / 20;
    world.Decide();
    REQUIRE(world.Flush().ok());
  }
  const std::vector<ClockPayload> clocks = Clocks(&world);
  CHECK(clocks.size() == 10);
  for (const ClockPayload& clock : clocks) CHECK(clock.event == ClockEvent::kBack);
  REQUIRE(world.Close().ok());
  CHECK(world.Findings() == "");
}

TEST_CASE(
    "at opening the clock is behind the last entry: signed, above the checkpoint, or in a ring") {
  for (const int where : {0, 1, 2}) {
    CAPTURE(where);
    LogWorld world;
    world.Open();
    world.DecideMany(2);
    if (where == 0) REQUIRE(world.Close().ok());
    if (where == 1) REQUIRE(world.writer->SealOnce().ok());
    if (where > 0) world.Crash();
    world.clock.unix_ns -= kHour;
    world.Open();
    world.DecideMany(1);
    world.clock.Advance(kHour + kSecond);
    REQUIRE(world.Flush().ok());
    world.DecideMany(1);
    REQUIRE(world.Close().ok());
    const std::vector<ClockPayload> clocks = Clocks(&world);
    REQUIRE(!clocks.empty());
    CHECK(clocks[0].event == ClockEvent::kBehind);
    CHECK(clocks[0].step_ns == -static_cast<int64_t>(kHour));
    const std::vector<Entry> entries = world.Entries();
    std::vector<bool> flagged;
    for (const Entry& entry : entries) {
      if (entry.header.kind != EntryKind::kDecision) continue;
      flagged.push_back((entry.header.flags & entry_flags::kClockUnsynchronised) != 0);
    }
    CHECK(flagged == std::vector<bool>{false, false, true, false});
    CHECK(world.Findings() == "");
  }
}

TEST_CASE(
    "a month ends within a batch: the new one's entries are durable and signed as the old one's") {
  LogWorld world;
  world.options.heartbeat_s = 0;
  world.Open();
  // So that the new month has fewer entries than the old one.
  world.DecideMany(30);
  REQUIRE(world.Flush().ok());
  const uint64_t sealed = world.writer->Counters().sealed;
  world.DecideMany(3);
  world.clock.Advance(10 * kNsPerDay);
  world.Decide(0, 2);
  world.DecideMany(3);
  REQUIRE(world.Flush().ok());
  // Decisions, SEAL GENESIS POLICY, a decision with its DETAILs, decisions.
  CHECK(world.writer->Counters().sealed == sealed + 3 + 3 + 3 + 3);
  const Result<std::string> note =
      MonthReader(world.disk.get(), world.MonthPath("")).CheckpointNote();
  REQUIRE(note.ok());
  world.LosePower(MemoryFiles::Loss::kAll, 1);
  CHECK(world.Findings() == "");
  world.Open();
  world.CheckAccounts();
  CHECK(world.Findings() == "");
}

TEST_CASE("the clock goes back over the end of a month") {
  LogWorld world;
  world.Open();
  world.DecideMany(2);
  world.clock.Advance(10 * kNsPerDay);
  world.DecideMany(2);
  REQUIRE(world.Flush().ok());
  world.clock.unix_ns -= 10 * kNsPerDay;
  world.DecideMany(2);
  REQUIRE(world.Flush().ok());
  REQUIRE(world.Close().ok());
  world.Open();
  world.DecideMany(2);
  REQUIRE(world.Close().ok());
  CHECK(world.Findings() == "");
  CHECK(Months(world.disk.get(), world.log).value() ==
        std::vector<std::string>{"2026-10", "2026-11"});
  world.CheckAccounts();
}

/// Kills at each operation on files, from the first decision of a month to its first checkpoint.
/// `later`: how far the clock is at the next opening, from where it was.
void KillAtMonthsEnd(int64_t later, bool power) {
  uint64_t n = 1;
  for (;; ++n) {
    CAPTURE(n);
    LogWorld world;
    world.companion = std::make_shared<TestCompanion>();
    world.Open();
    world.DecideMany(5);
    REQUIRE(world.Flush().ok());
    world.DecideMany(2);
    world.clock.Advance(10 * kNsPerDay);
    for (uint8_t i = 0; i < 5; ++i) world.Decide(i % 2, i % 3);
    uint64_t left = n;
    std::unique_ptr<MemoryFiles> without_power;
    std::optional<CheckpointCopy> copy;
    world.KillWhen([&](FileOp, const std::string&) {
      if (--left > 0) return false;
      without_power = world.disk->AfterPowerLoss(MemoryFiles::Loss::kPages, n);
      copy = world.companion->copy;
      return true;
    });
    REQUIRE(world.writer->Flush().ok());
    if (!world.CrashThere()) break;
    world.companion->copy = copy;
    if (power) {
      world.RemoveRings();
      world.disk = std::move(without_power);
      world.files = std::make_unique<FaultFiles>(world.disk.get());
      for (auto& [boot, account] : world.accounts) account.power_lost = true;
    }
    world.clock.unix_ns += static_cast<uint64_t>(later);
    world.Open();
    world.CheckAccounts();
    world.CheckGoesOn();
  }
  CHECK(n > 30);
}

TEST_CASE("a month ends, and the process is killed at each step") { KillAtMonthsEnd(0, false); }
TEST_CASE("a month ends, the process is killed, and the clock is set back into the old one") {
  KillAtMonthsEnd(-static_cast<int64_t>(9 * kNsPerDay), false);
}
TEST_CASE("a month ends, and the power fails at each step") { KillAtMonthsEnd(0, true); }

TEST_CASE("a month ends while the disk is full at each step") {
  uint64_t n = 1;
  for (;; ++n) {
    CAPTURE(n);
    LogWorld world;
    world.options.heartbeat_s = 0;
    world.Open();
    world.DecideMany(5);
    REQUIRE(world.Flush().ok());
    world.clock.Advance(10 * kNsPerDay);
    for (uint8_t i = 0; i < 5; ++i) world.Decide(i % 2, i % 3);
    for (const FileOp op : {FileOp::kAppend, FileOp::kOpen, FileOp::kMakeFolder,
                            FileOp::kReplaceWrite, FileOp::kAllocate}) {
      world.files->Inject(FileFault{.op = op, .nth = n, .times = 3, .code = StatusCode::kFull});
    }
    for (int i = 0; i < 20 && !world.Flush().ok(); ++i) {
    }
    const bool hit = world.files->fired() > 0;
    world.files->Heal();
    REQUIRE(world.Flush().ok());
    world.CheckAccounts();
    REQUIRE(world.Close().ok());
    CHECK(world.Findings() == "");
    if (!hit) break;
  }
  CHECK(n > 5);
}

}  // namespace
}  // namespace ringfence
