// kill -9 under load, and while the next process recovers: what Record answered with `kYes` is in
// the log, once; every decision begun is an entry or in a GAP. On real files and rings.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "fault/log_world.h"
#include "unit/log_builder.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kThreads = 3;
constexpr size_t kWithShadow = 1;  ///< this thread tries another policy
constexpr size_t kMostIds = 200000;

/// What the children were told, in memory that survives them: one writer a list.
struct Told {
  std::atomic<uint64_t> count;
  std::array<RequestId, kMostIds> ids;
};

class Lives {
 public:
  explicit Lives(LogOptions::Ack ack) : random_(Seed()) {
    setup_ = log_.Setup();
    setup_.options.ack = ack;
    setup_.options.ring_entries = 256;
    setup_.options.checkpoint_ms = 3;
    setup_.options.flush_ms = 2;
    for (Told*& told : told_) {
      void* const memory =
          mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
      REQUIRE(memory != MAP_FAILED);
      told = new (memory) Told();
    }
  }
  ~Lives() {
    for (Told* const told : told_) munmap(told, sizeof(Told));
  }

  /// A process is killed while it opens the log, or (`deciding`) some time after its first answer.
  void Kill(bool deciding) {
    const uint64_t before = told();
    const auto begin = Clock::now();
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) DecideForEver();
    if (deciding) {
      while (told() == before && Clock::now() - begin < std::chrono::seconds(20)) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
      opening_ = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
      std::this_thread::sleep_for(std::chrono::microseconds(random_() % 15000));
    } else {
      // However slow the disk is: anywhere between the beginning and the first answer.
      std::this_thread::sleep_for(opening_ * static_cast<int64_t>(random_() % 1000) / 1000);
    }
    kill(child, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGKILL);
  }

  void Check() {
    const std::shared_ptr<LogWriter> writer = log_.Open(setup_);
    // A checkpoint that was published before is one of this tree: the verifier looks at all.
    REQUIRE(writer->Close().ok());
    CHECK(FindingsOn(&SystemFiles(), log_.path()) == "");
    std::map<RequestId, int> seen;
    std::set<RequestId> with_shadow;
    RequestId before{};
    for (const Entry& entry : EntriesOn(&SystemFiles(), log_.path())) {
      if (entry.header.kind != EntryKind::kDecision) continue;
      ++seen[entry.decision.request_id];
      // That it is the one before's, the verifier says.
      if ((entry.header.flags & entry_flags::kShadow) != 0) with_shadow.insert(before);
      before = entry.decision.request_id;
    }
    uint64_t missing = 0, twice = 0;
    for (const auto& [id, times] : seen) twice += times > 1 ? 1 : 0;
    for (const Told* const told : told_) {
      for (uint64_t i = 0; i < told->count; ++i) missing += seen.contains(told->ids[i]) ? 0 : 1;
    }
    uint64_t alone = 0;
    const Told& trying = *told_[kWithShadow];
    for (uint64_t i = 0; i < trying.count; ++i)
      alone += with_shadow.contains(trying.ids[i]) ? 0 : 1;
    CHECK(missing == 0);
    CHECK(twice == 0);
    CHECK(alone == 0);
  }
  uint64_t told() const {
    uint64_t all = 0;
    for (const Told* const told : told_) all += told->count;
    return all;
  }

 private:
  [[noreturn]] void DecideForEver() {
    Result<std::shared_ptr<LogWriter>> writer = LogWriter::Open(setup_);
    if (!writer.ok()) _exit(1);
    Hash digest;
    const std::string blob = TestPolicyBlob("first", &digest);
    const uint32_t policy = (*writer)->PolicyNumber(digest, 1, blob).value();
    const std::string other_blob = TestPolicyBlob("second", &digest);
    const uint32_t other = (*writer)->PolicyNumber(digest, 0, other_blob).value();
    std::vector<std::thread> threads;
    for (size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        std::mt19937_64 random(i);
        const std::unique_ptr<Recorder> recorder = std::move((*writer)->NewRecorder()).value();
        DecisionRecord record = RandomRecord(policy, &random);
        record.detail_kinds = {DetailKind::kUnavailable, DetailKind::kCollected, DetailKind::kHost};
        DecisionRecord shadow = ShadowOf(record, other, &random);
        shadow.detail_kinds = record.detail_kinds;
        for (uint64_t k = 0;; ++k) {
          record.detail_count = static_cast<uint8_t>(k % 7 == 0 ? k % 4 : 0);
          RequestId receipt;
          shadow.detail_count = static_cast<uint8_t>(k % 5 == 0 ? k % 3 : 0);
          if (recorder->Record(record, recorder->Now(), &receipt,
                               i == kWithShadow ? &shadow : nullptr) != Recorded::kYes) {
            std::this_thread::sleep_for(std::chrono::microseconds(300));
            continue;
          }
          const uint64_t at = told_[i]->count.load();
          if (at == kMostIds) continue;
          told_[i]->ids[at] = receipt;
          told_[i]->count.store(at + 1);
          if (k % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    _exit(2);
  }

  TestLog log_;
  LogWriter::Setup setup_;
  std::array<Told*, kThreads> told_{};
  std::mt19937_64 random_;
  std::chrono::microseconds opening_{10000};  ///< until the first answer
};

/// RINGFENCE_KILLS: how often, in each mode.
int Kills() {
  const char* const wanted = std::getenv("RINGFENCE_KILLS");
  return wanted == nullptr ? 60 : std::atoi(wanted);
}

void KillAgainAndAgain(LogOptions::Ack ack) {
  constexpr int kOneLog = 20;
  uint64_t told = 0;
  for (int kills = 0; kills < Kills(); kills += kOneLog) {
    Lives lives(ack);
    for (int i = 0; i < kOneLog; ++i) {
      CAPTURE(kills + i);
      // Under load, during recovery, during that of that one; then what is there is checked.
      lives.Kill(i % 3 == 0);
      if (i % 3 == 2) lives.Check();
    }
    lives.Check();
    told += lives.told();
  }
  CHECK(told >= static_cast<uint64_t>(Kills()) / 3);
  MESSAGE(told << " decisions were answered");
}

TEST_CASE("kill -9 at arbitrary points: async") { KillAgainAndAgain(LogOptions::Ack::kAsync); }
TEST_CASE("kill -9 at arbitrary points: durable") { KillAgainAndAgain(LogOptions::Ack::kDurable); }

}  // namespace
}  // namespace ringfence
