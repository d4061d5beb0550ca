// The power fails: what was acknowledged as durable is there, of the rest a prefix, and BOOT says
// that nobody knows how many were in memory.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "fault/log_world.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr auto kLosses = {MemoryFiles::Loss::kAll, MemoryFiles::Loss::kPrefix,
                          MemoryFiles::Loss::kPages};

/// The seqs of a boot's decisions, in the log's order.
std::vector<uint64_t> SeqsOf(LogWorld* world, uint16_t boot) {
  std::vector<uint64_t> seqs;
  for (const Entry& entry : world->Entries()) {
    if (entry.header.kind == EntryKind::kDecision && entry.header.boot == boot) {
      seqs.push_back(entry.header.seq);
    }
  }
  return seqs;
}

bool IsPrefix(const std::vector<uint64_t>& seqs) {
  for (size_t i = 0; i < seqs.size(); ++i) {
    if (seqs[i] != i + 1) return false;
  }
  return true;
}

TEST_CASE("the power fails at each operation on files, and again while that is recovered from") {
  for (const MemoryFiles::Loss loss : kLosses) {
    uint64_t n = 1;
    for (;; ++n) {
      CAPTURE(n);
      LogWorld world;
      world.companion = std::make_shared<TestCompanion>();
      std::unique_ptr<MemoryFiles> left;
      std::optional<CheckpointCopy> copy;
      std::map<uint16_t, LogWorld::Account> accounts;
      const auto lose_at = [&](uint64_t at) {
        left.reset();
        world.files->BeforeEach([&, at](FileOp, const std::string&) mutable {
          if (at == 0 || --at > 0) return;
          left = world.disk->AfterPowerLoss(loss, n);
          copy = world.companion->copy;
          accounts = world.accounts;
        });
      };
      const auto lose = [&] {
        world.files->BeforeEach({});
        world.RemoveRings();
        world.disk = std::move(left);
        world.files = std::make_unique<FaultFiles>(world.disk.get());
        world.companion->copy = copy;
        world.accounts = accounts;
        for (auto& [boot, account] : world.accounts) account.power_lost = true;
      };
      world.Open();
      lose_at(n);
      for (uint8_t round = 0; round < 4; ++round) {
        for (uint8_t i = 0; i < 20; ++i) REQUIRE(world.Decide(0, i % 3) == Recorded::kYes);
        if (round % 2 == 0) REQUIRE(world.writer->SealOnce().ok());
        if (round % 2 == 1) REQUIRE(world.Flush().ok());
        if (round == 1) world.clock.Advance(10 * kNsPerDay);
      }
      if (left == nullptr) {
        world.files->BeforeEach({});
        break;
      }
      lose();
      // Half of them fail once more.
      lose_at(n % 2 == 0 ? 1 + n * 7 % 60 : 0);
      world.Open();
      if (left != nullptr) {
        lose();
        world.Open();
      }
      world.files->BeforeEach({});
      world.CheckAccounts();
      CHECK(IsPrefix(SeqsOf(&world, 1)));
      const auto boots = PayloadsOf<BootPayload>(world.Entries(), EntryKind::kBoot);
      CHECK(boots.back().rings == RingsState::kLost);
      CHECK(!boots.back().clean);
      world.CheckGoesOn();
    }
    CHECK(n > 60);
  }
}

TEST_CASE("that a log was closed once does not hide that the power has failed since") {
  for (const MemoryFiles::Loss loss : kLosses) {
    for (uint64_t seed = 0; seed < 8; ++seed) {
      LogWorld world;
      world.Open();
      world.DecideMany(3);
      REQUIRE(world.Close().ok());
      world.Open();
      world.DecideMany(3);
      world.LosePower(loss, seed);
      world.Open();
      const auto boots = PayloadsOf<BootPayload>(world.Entries(), EntryKind::kBoot);
      REQUIRE(boots.size() == 3);
      CHECK(boots[1].clean);
      CHECK(!boots[2].clean);
      CHECK(boots[2].rings == RingsState::kLost);
      CHECK(world.Findings() == "");
    }
  }
}

TEST_CASE("killed while a new log is opened for the first time, and then the power fails") {
  uint64_t n = 1;
  for (;; ++n) {
    CAPTURE(n);
    LogWorld world;
    uint64_t left = n;
    world.KillWhen([&](FileOp, const std::string&) { return --left == 0; });
    world.Open();
    if (!world.CrashThere()) break;
    world.Open();
    world.CheckGoesOn();
  }
  CHECK(n > 30);
}

TEST_CASE("the power fails before a new log has its first checkpoint") {
  for (const MemoryFiles::Loss loss : kLosses) {
    uint64_t n = 1;
    for (;; ++n) {
      CAPTURE(n);
      LogWorld world;
      std::unique_ptr<MemoryFiles> left;
      uint64_t at = n;
      world.files->BeforeEach([&](FileOp, const std::string&) {
        if (at > 0 && --at == 0) left = world.disk->AfterPowerLoss(loss, n);
      });
      world.Open();
      world.files->BeforeEach({});
      if (left == nullptr) break;
      world.RemoveRings();
      world.disk = std::move(left);
      world.files = std::make_unique<FaultFiles>(world.disk.get());
      world.Open();
      REQUIRE(world.Close().ok());
      CHECK(world.Findings() == "");
    }
    CHECK(n > 20);
  }
}

TEST_CASE("several threads that wait for the disk: what they were told is there") {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    LogWorld world;
    world.options.ack = LogOptions::Ack::kDurable;
    world.options.checkpoint_ms = 5;
    std::mutex mutex;
    std::set<RequestId> told, told_before;
    std::unique_ptr<MemoryFiles> left;
    std::atomic<uint64_t> at{UINT64_MAX};
    const auto loss = *(kLosses.begin() + round % 3);
    const uint64_t seed = random();
    world.files->BeforeEach([&](FileOp, const std::string&) {
      if (at.fetch_sub(1) != 1) return;
      const std::lock_guard<std::mutex> lock(mutex);
      told_before = told;
      left = world.disk->AfterPowerLoss(loss, seed);
    });
    LogWriter::Setup setup = world.Setup();
    setup.threads = true;
    setup.clock = nullptr;
    world.writer = std::move(LogWriter::Open(std::move(setup))).value();
    const uint32_t policy = world.policy();
    at = 1 + random() % 300;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        std::mt19937_64 own(seed + static_cast<uint64_t>(i));
        const std::unique_ptr<Recorder> recorder = std::move(world.writer->NewRecorder()).value();
        for (int k = 0; k < 60; ++k) {
          RequestId receipt;
          const Recorded recorded =
              recorder->Record(RandomRecord(policy, &own), recorder->Now(), &receipt);
          const std::lock_guard<std::mutex> lock(mutex);
          if (recorded == Recorded::kYes) told.insert(receipt);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(told.size() == 240);
    world.Leave();
    world.files->BeforeEach({});
    if (left == nullptr) continue;
    world.RemoveRings();
    world.disk = std::move(left);
    world.files = std::make_unique<FaultFiles>(world.disk.get());
    world.clock.unix_ns = SystemClock().UnixNs();
    world.Open();
    std::set<RequestId> there;
    for (const Entry& entry : world.Entries()) {
      if (entry.header.kind == EntryKind::kDecision) there.insert(entry.decision.request_id);
    }
    CHECK(std::includes(there.begin(), there.end(), told_before.begin(), told_before.end()));
    CHECK(world.Findings() == "");
  }
}

}  // namespace
}  // namespace ringfence
