// Reports of replays: whenever the process is killed, the power fails, the month ends or the disk
// is full, no REPLAY entry is without its report, and no report that waited is lost.
#include <ringfence/limits.h>

#include "fault/log_world.h"

namespace ringfence {
namespace {

const std::string kReport = "{\"log\":\"example.com/ring/test\"}\n";

PendingEntry Waiting(int64_t id, std::string report) {
  PendingEntry pending;
  pending.id = id;
  pending.kind = EntryKind::kReplay;
  pending.report = std::move(report);
  return pending;
}

LogWorld& Opened(LogWorld& world) {
  world.companion = std::make_shared<TestCompanion>();
  world.Open();
  world.DecideMany(3);
  REQUIRE(world.Flush().ok());
  return world;
}

size_t Replays(LogWorld& world) {
  return PayloadsOf<ReplayPayload>(world.Entries(), EntryKind::kReplay).size();
}

TEST_CASE("a report that waits is in the log before it waits no more") {
  LogWorld world;
  Opened(world).companion->pending = {Waiting(-1, kReport), Waiting(-2, "another")};
  REQUIRE(world.Flush().ok());  // takes it
  CHECK(world.companion->pending.size() == 2);
  REQUIRE(world.Flush().ok());
  CHECK(Replays(world) == 2);
  REQUIRE(world.Close().ok());
  CHECK(world.companion->pending.empty());
  CHECK(Replays(world) == 2);
  const auto replays = PayloadsOf<ReplayPayload>(world.Entries(), EntryKind::kReplay);
  CHECK(world.disk->Contents(world.MonthPath(BlobName(replays[0].blob))) == kReport);
  CHECK(replays[0].blob == TreeHasher().Of(AsBytes(kReport)));
  CHECK(world.Findings() == "");
}

TEST_CASE("an entry that waits and should have a report, but has none, is left alone") {
  LogWorld world;
  Opened(world).companion->pending = {Waiting(1, "")};
  REQUIRE(world.Flush().ok());
  REQUIRE(world.Flush().ok());
  REQUIRE(world.Close().ok());
  CHECK(Replays(world) == 0);
  CHECK(world.companion->pending.size() == 1);
}

TEST_CASE("what is no report is refused, and changes nothing") {
  LogWorld world;
  Opened(world);
  CHECK(world.writer->AppendReport("").code() == StatusCode::kInvalidArgument);
  const std::string large(kMaxLogBlobBytes, 'x');
  CHECK(world.writer->AppendReport(large + "x").code() == StatusCode::kLimit);
  REQUIRE(world.Flush().ok());
  CHECK(Replays(world) == 0);
  CHECK(world.writer->AppendReport(large).ok());
  REQUIRE(world.Flush().ok());
  CHECK(Replays(world) == 1);
  CHECK(world.Findings() == "");
  const std::shared_ptr<LogWriter> writer = world.writer;
  REQUIRE(world.Close().ok());
  CHECK(writer->AppendReport("late").code() == StatusCode::kClosed);
}

TEST_CASE("killed at each step: no entry is without its report, no report is lost") {
  uint64_t kills = 0;
  for (uint64_t n = 1;; ++n) {
    CAPTURE(n);
    LogWorld world;
    Opened(world).companion->pending = {Waiting(-1, kReport)};
    TestCompanion then;  // as it was in that moment
    uint64_t steps = 0;
    world.KillWhen([&](FileOp, const std::string&) {
      if (++steps != n) return false;
      then = *world.companion;
      return true;
    });
    REQUIRE(world.Flush().ok());
    world.clock.Advance(n % 2 == 0 ? 10 * kNsPerDay : 1);  // another month, or not
    REQUIRE(world.Flush().ok());
    REQUIRE(world.Flush().ok());
    REQUIRE(world.companion->pending.empty());
    if (!world.CrashThere()) break;
    ++kills;
    *world.companion = then;
    world.Open();
    CHECK(world.Findings() == "");
    REQUIRE(world.Close().ok());
    CHECK(world.Findings() == "");
    CHECK(world.companion->pending.empty());
    // Who was killed before the database knew does it once more.
    const size_t replays = Replays(world);
    CHECK(replays >= 1);
    CHECK(replays <= 2);
  }
  CHECK(kills > 20);
}

TEST_CASE("the power fails at each step: the same") {
  for (const auto loss :
       {MemoryFiles::Loss::kAll, MemoryFiles::Loss::kPrefix, MemoryFiles::Loss::kPages}) {
    for (uint64_t rounds = 0; rounds < 4; ++rounds) {
      for (uint64_t seed = 1; seed <= 5; ++seed) {
        CAPTURE(static_cast<int>(loss));
        CAPTURE(rounds);
        CAPTURE(seed);
        LogWorld world;
        Opened(world).companion->pending = {Waiting(-1, kReport)};
        for (uint64_t i = 0; i < rounds; ++i) {
          const Status done =
              i % 2 == 0 ? world.writer->CheckpointOnce() : world.writer->SealOnce();
          REQUIRE(done.ok());
        }
        const TestCompanion then = *world.companion;  // the writer that goes would change it
        world.LosePower(loss, seed);
        *world.companion = then;
        world.Open();
        REQUIRE(world.Close().ok());
        CHECK(world.Findings() == "");
        CHECK(Replays(world) >= 1);
        CHECK(world.companion->pending.empty());
      }
    }
  }
}

TEST_CASE("the month ends between the report and its entry: the new month has both") {
  LogWorld world;
  Opened(world);
  const std::string october = world.MonthPath("");
  REQUIRE(world.writer->AppendReport(kReport).ok());
  world.clock.Advance(10 * kNsPerDay);
  REQUIRE(world.Flush().ok());
  CHECK(world.MonthPath("") != october);
  const std::string name = BlobName(TreeHasher().Of(AsBytes(kReport)));
  CHECK(world.disk->Contents(world.MonthPath(name)) == kReport);
  CHECK(world.Findings() == "");
}

TEST_CASE("no room for a report: it waits, and decisions are recorded as before") {
  LogWorld world;
  Opened(world).companion->pending = {Waiting(-1, kReport)};
  FileFault fault;
  fault.op = FileOp::kReplaceWrite;
  fault.code = StatusCode::kFull;
  fault.times = UINT64_MAX;
  fault.in = "/blobs/";
  world.files->Inject(fault);
  CHECK(world.writer->AppendReport("mine").code() == StatusCode::kFull);
  for (int i = 0; i < 3; ++i) {
    world.DecideMany(5);
    REQUIRE(world.Flush().ok());
  }
  CHECK(world.files->fired() >= 3);
  CHECK(world.companion->pending.size() == 1);
  CHECK(Replays(world) == 0);
  world.CheckAccounts();
  world.files->Heal();
  REQUIRE(world.Flush().ok());
  REQUIRE(world.Close().ok());
  CHECK(world.companion->pending.empty());
  CHECK(Replays(world) == 1);
  CHECK(world.Findings() == "");
}

}  // namespace
}  // namespace ringfence
