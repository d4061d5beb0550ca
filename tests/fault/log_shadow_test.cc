// Shadow evaluations when process, power and disk fail: a decision and what another policy would
// have made of it are in the log together, or are counted together.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "fault/log_world.h"

namespace ringfence {
namespace {

/// With and without, with DETAILs and none, into `rings` rings in turn.
void DecideMixed(LogWorld* world, int decisions, size_t rings = 3) {
  for (int i = 0; i < decisions; ++i) {
    const auto ring = static_cast<size_t>(i) % rings;
    const auto details = static_cast<uint8_t>(i / 2 % 4), more = static_cast<uint8_t>(i / 5 % 4);
    if (i % 4 == 3) {
      world->Decide(ring, details);
    } else {
      world->DecideWithShadow(ring, details, more);
    }
  }
}

uint64_t ShadowsIn(const std::vector<Entry>& entries) {
  return static_cast<uint64_t>(std::count_if(entries.begin(), entries.end(), [](auto& entry) {
    return entry.header.kind == EntryKind::kDecision &&
           (entry.header.flags & entry_flags::kShadow) != 0;
  }));
}

TEST_CASE("larger than a batch: no pair is separated, whatever ring comes first") {
  for (const int rounds : {0, 1, 2}) {
    CAPTURE(rounds);
    LogWorld world;
    world.options.ring_entries = 4096;
    world.Open();
    for (int i = 0; i < rounds; ++i) REQUIRE(world.writer->SealOnce().ok());
    DecideMixed(&world, 2400);
    REQUIRE(world.Close().ok());
    CHECK(ShadowsIn(world.Entries()) == 1800);
    world.CheckAccounts();
    CHECK(world.Findings() == "");
  }
}

TEST_CASE("each month has the policies of both before the first of its decisions") {
  LogWorld world;
  world.options.ring_entries = 128;
  world.Open();
  for (int month = 0; month < 3; ++month) {
    for (int i = 0; i < 5; ++i) world.DecideWithShadow(0, 1, 2);
    world.clock.Advance(31 * kNsPerDay);
  }
  world.Crash();
  world.Open();
  REQUIRE(world.Close().ok());
  const std::vector<Entry> entries = world.Entries();
  CHECK(PayloadsOf<GenesisPayload>(entries, EntryKind::kGenesis).size() >= 3);
  CHECK(PayloadsOf<PolicyPayload>(entries, EntryKind::kPolicy).size() == 6);
  for (size_t i = 1; i < entries.size(); ++i) {
    const EntryKind before = entries[i - 1].header.kind;
    if (entries[i].header.kind == EntryKind::kPolicy) CHECK(before != EntryKind::kDecision);
  }
  CHECK(ShadowsIn(entries) == 15);
  world.CheckAccounts();
  CHECK(world.Findings() == "");
}

TEST_CASE("killed at every operation on files: pairs are there once and whole, or counted") {
  uint64_t n = 1;
  for (;; ++n) {
    CAPTURE(n);
    LogWorld world;
    world.Open();
    DecideMixed(&world, 2);
    REQUIRE(world.Flush().ok());
    DecideMixed(&world, 40);  // some more than fit
    uint64_t left = n;
    world.KillWhen([&](FileOp, const std::string&) { return --left == 0; });
    REQUIRE(world.writer->Flush().ok());
    if (!world.CrashThere()) break;
    world.Open();
    world.CheckAccounts();
    world.CheckGoesOn();
  }
  CHECK(n > 8);
}

/// What a process leaves that is killed while it writes the first batch of four rings, cut off at
/// some entry.
class TornWrite {
 public:
  /// `rounds` of the sealer, which begins with another ring each time; a recovery with the first.
  TornWrite(int decisions, int rounds) {
    world.options.ring_entries = 4096;
    world.Open();
    for (int i = 0; i < rounds; ++i) REQUIRE(world.writer->SealOnce().ok());
    DecideMixed(&world, decisions, 4);
    path_ = world.MonthPath(EntriesName(0));
    before_ = world.disk->Contents(path_).size() / kEntryOnDiskBytes;
    world.KillWhen([](FileOp op, const std::string& name) {
      return op == FileOp::kAppend && name.ends_with(".l0");
    });
    REQUIRE(world.writer->SealOnce().ok());
    REQUIRE(world.CrashThere());
    base_ = world.disk->Snapshot();
    std::filesystem::copy(world.RingPath(), Kept(), std::filesystem::copy_options::recursive);
  }
  ~TornWrite() { std::filesystem::remove_all(Kept()); }

  size_t before() const { return before_; }
  size_t written() const { return base_->Contents(path_).size() / kEntryOnDiskBytes; }
  void OpenCutTo(size_t entries) {
    world.Leave();
    world.disk = base_->Snapshot();
    const size_t torn = entries % 2 * 50;
    world.disk->SetContents(path_,
                            base_->Contents(path_).substr(0, entries * kEntryOnDiskBytes + torn));
    world.files = std::make_unique<FaultFiles>(world.disk.get());
    std::filesystem::remove_all(world.RingPath());
    std::filesystem::copy(Kept(), world.RingPath(), std::filesystem::copy_options::recursive);
    std::filesystem::permissions(world.RingPath(), std::filesystem::perms::owner_all);
    world.Open();
  }

  LogWorld world;

 private:
  std::string Kept() const { return world.RingPath() + ".kept"; }
  std::string path_;
  size_t before_ = 0;
  std::unique_ptr<MemoryFiles> base_;
};

TEST_CASE("killed in the middle of a write: the shadow comes first that its decision waits for") {
  // Less of a ring than a batch, so that others with lower numbers are in the first batch of the
  // recovery that were not in the one before; and more.
  for (const int decisions : {320, 1200}) {
    for (const int rounds : {0, 1}) {
      CAPTURE(decisions);
      CAPTURE(rounds);
      TornWrite torn(decisions, rounds);
      REQUIRE(torn.written() > torn.before() + 100);
      for (size_t entries = torn.before(); entries <= torn.before() + 40; ++entries) {
        CAPTURE(entries);
        torn.OpenCutTo(entries);
        torn.world.CheckAccounts();
        CHECK(torn.world.Findings() == "");
      }
    }
  }
}

TEST_CASE("a shadow whose decision was lost from memory is lost with it, and counted") {
  LogWorld world;
  world.Open();
  world.DecideWithShadow();
  world.DecideWithShadow();
  world.Crash();
  const std::string path = world.RingPath() + "/ring.0";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file.put('\0');  // the version of the first decision
  file.close();
  world.Open();
  const std::vector<Entry> entries = world.Entries();
  CHECK(ShadowsIn(entries) == 1);
  const std::vector<GapPayload> gaps = PayloadsOf<GapPayload>(entries, EntryKind::kGap);
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].count == 2);
  CHECK(gaps[0].cause == GapCause::kKilled);
  REQUIRE(world.Close().ok());
  CHECK(world.Findings() == "");
}

TEST_CASE("a ring that is full takes neither, and both are counted") {
  LogWorld world;
  world.Open();
  for (int i = 0; i < 31; ++i) CHECK(world.DecideWithShadow() == Recorded::kYes);
  CHECK(world.DecideWithShadow(0, 1, 0) == Recorded::kCounted);  // two slots are free
  CHECK(world.DecideWithShadow() == Recorded::kYes);
  CHECK(world.DecideWithShadow() == Recorded::kCounted);
  CHECK(world.Decide() == Recorded::kCounted);
  CHECK(world.writer->Counters().decisions == 69);
  CHECK(world.writer->Counters().recorded == 64);
  REQUIRE(world.Flush().ok());
  const std::vector<GapPayload> gaps = PayloadsOf<GapPayload>(world.Entries(), EntryKind::kGap);
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].count == 5);
  CHECK(gaps[0].first_seq == 63);
  CHECK(gaps[0].last_seq == 69);
  CHECK(gaps[0].cause == GapCause::kOverload);
  REQUIRE(world.Close().ok());
  world.CheckAccounts();
  CHECK(world.Findings() == "");
}

TEST_CASE("the smallest ring holds a pair with all its DETAILs") {
  LogWorld world;
  world.options.ring_entries = 16;
  world.Open();
  for (int i = 0; i < 50; ++i) {
    CHECK(world.DecideWithShadow(0, 3, 3) == Recorded::kYes);
    CHECK(world.DecideWithShadow(0, 3, 3) == Recorded::kYes);
    CHECK(world.Decide() == Recorded::kCounted);
    REQUIRE(world.Flush().ok());
  }
  world.CheckAccounts();
  CHECK(world.Findings() == "");
}

TEST_CASE("the disk is full from the n-th write on, for a while") {
  for (uint64_t n = 1;; ++n) {
    CAPTURE(n);
    LogWorld world;
    world.Open();
    DecideMixed(&world, 5);
    REQUIRE(world.Flush().ok());
    FileFault fault;
    fault.nth = n;
    fault.times = 7;
    fault.code = StatusCode::kFull;
    fault.op = FileOp::kAppend;
    fault.written = 300;
    world.files->Inject(fault);
    for (int round = 0; round < 5; ++round) {
      DecideMixed(&world, 14);
      const Status flushed = world.Flush();
      CHECK((flushed.ok() || flushed.code() == StatusCode::kFull));
      if (round == 3) world.clock.Advance(31 * kNsPerDay);
    }
    const bool hit = world.files->fired() > 0;
    world.files->Heal();
    REQUIRE(world.Flush().ok());
    if (n % 2 == 0) {
      world.Crash();
      world.Open();
    }
    world.CheckAccounts();
    REQUIRE(world.Close().ok());
    CHECK(world.Findings() == "");
    if (!hit) break;
  }
}

TEST_CASE("the power fails: what is left may end between a decision and its shadow") {
  for (const auto loss :
       {MemoryFiles::Loss::kAll, MemoryFiles::Loss::kPrefix, MemoryFiles::Loss::kPages}) {
    for (uint64_t seed = 0; seed < 40; ++seed) {
      CAPTURE(seed);
      LogWorld world;
      world.Open();
      DecideMixed(&world, 10);
      REQUIRE(world.Flush().ok());
      DecideMixed(&world, 10 + static_cast<int>(seed % 7));
      // In the files, and not synced.
      std::unique_ptr<MemoryFiles> left;
      world.files->BeforeEach([&](FileOp op, const std::string& name) {
        if (left == nullptr && op == FileOp::kSync && name.ends_with(".ent")) {
          left = world.disk->AfterPowerLoss(loss, seed);
        }
      });
      REQUIRE(world.writer->SealOnce().ok());
      world.files->BeforeEach({});
      REQUIRE(left != nullptr);
      for (auto& [boot, account] : world.accounts) account.power_lost = true;
      world.RemoveRings();
      world.disk = std::move(left);
      world.files = std::make_unique<FaultFiles>(world.disk.get());
      world.Open();
      world.CheckAccounts();
      world.CheckGoesOn();
    }
  }
}

}  // namespace
}  // namespace ringfence
