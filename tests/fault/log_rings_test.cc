// Rings that a killed process left: sealed once, whole, whatever else was written there.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/sha256.h"
#include "fault/log_world.h"
#include "unit/death.h"

namespace ringfence {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

TEST_CASE("killed at every operation on files: what was answered is there once, the rest counted") {
  uint64_t n = 1;
  for (;; ++n) {
    CAPTURE(n);
    LogWorld world;
    world.Open();
    world.DecideMany(2);
    REQUIRE(world.Flush().ok());
    for (uint8_t i = 0; i < 40; ++i) world.Decide(i % 3, i % 4);
    world.DecideMany(70, 3);  // more than fit
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

TEST_CASE("more slots than a batch are in the files already, and more still wait") {
  LogWorld world;
  world.options.ring_entries = 4096;
  world.Open();
  for (size_t ring = 0; ring < 4; ++ring) world.DecideMany(4096, ring);
  // Between the first batch's write and the release of its slots.
  const std::string entries = world.MonthPath(EntriesName(0));
  world.KillWhen([&](FileOp op, const std::string& path) {
    return op == FileOp::kAppend && path.ends_with(LevelName(1)) &&
           world.disk->Contents(entries).size() >= 8192 * kEntryOnDiskBytes;
  });
  REQUIRE(world.writer->SealOnce().ok());
  REQUIRE(world.CrashThere());
  world.Open();
  world.CheckAccounts();
  CHECK(world.Findings() == "");
}

TEST_CASE("killed between two batches of a recovery whose first is none of the process before") {
  for (uint64_t n = 1; n <= 6; ++n) {
    for (const int rounds : {0, 1}) {  // of the sealer, which begins with another ring each time
      CAPTURE(n);
      CAPTURE(rounds);
      LogWorld world;
      world.options.ring_entries = 4096;
      world.Open();
      for (int i = 0; i < rounds; ++i) REQUIRE(world.writer->SealOnce().ok());
      for (size_t ring = 0; ring < 4; ++ring) world.DecideMany(4096, ring);
      const auto written = [](FileOp op, const std::string& path) {
        return op == FileOp::kAppend && path.ends_with(".l0");
      };
      world.KillWhen(written);
      REQUIRE(world.writer->SealOnce().ok());
      REQUIRE(world.CrashThere());
      uint64_t left = n;
      world.KillWhen(
          [&](FileOp op, const std::string& path) { return written(op, path) && --left == 0; });
      world.Open();
      if (!world.CrashThere()) continue;
      world.Open();
      world.CheckAccounts();
      CHECK(world.Findings() == "");
    }
  }
}

TEST_CASE("more slots than a batch, and the month changes in the first") {
  LogWorld world;
  world.options.ring_entries = 4096;
  world.Open();
  world.DecideMany(100);
  world.clock.Advance(10 * kNsPerDay);
  for (size_t ring = 0; ring < 4; ++ring) world.DecideMany(3000, ring);
  world.Crash();
  world.Open();
  world.CheckAccounts();
  CHECK(world.Findings() == "");
}

TEST_CASE("killed while slots are zeroed: they are in the files, and no entries any more") {
  LogWorld world;
  world.Open();
  for (uint8_t i = 0; i < 5; ++i) world.Decide(0, i % 3);
  // The entries are written, the rings not yet released.
  world.KillWhen([](FileOp op, const std::string& path) {
    return op == FileOp::kAppend && path.ends_with(".l0");
  });
  REQUIRE(world.writer->SealOnce().ok());
  REQUIRE(world.CrashThere());
  const std::unique_ptr<MemoryFiles> base = world.disk->Snapshot();
  const std::string path = world.RingPath() + "/ring.0";
  const std::string ring = Read(path), control = Read(world.RingPath() + "/control");
  const std::string policy = Read(world.RingPath() + "/policy.0");
  for (size_t zeroed = 0; zeroed <= 2 * sizeof(RingSlot); zeroed += 8) {
    for (const bool backwards : {false, true}) {
      CAPTURE(zeroed);
      CAPTURE(backwards);
      world.Leave();
      world.disk = base->Snapshot();
      world.files = std::make_unique<FaultFiles>(world.disk.get());
      std::string changed = ring;
      const size_t in_slot = zeroed % sizeof(RingSlot), slots = zeroed - in_slot;
      std::fill_n(changed.begin() + 4096, slots, '\0');
      const size_t from = backwards ? sizeof(RingSlot) - in_slot : 0;
      std::fill_n(changed.begin() + static_cast<ptrdiff_t>(4096 + slots + from), in_slot, '\0');
      Write(path, changed);
      Write(world.RingPath() + "/control", control);
      Write(world.RingPath() + "/policy.0", policy);
      world.Open();
      world.CheckAccounts();
      CHECK(PayloadsOf<GapPayload>(world.Entries(), EntryKind::kGap).empty());
      CHECK(world.Findings() == "");
    }
  }
}

TEST_CASE("a thread that decides as fast as we seal keeps nobody's ring from being sealed") {
  LogWorld world;
  world.options.ring_entries = 65536;
  world.Open();
  world.DecideMany(16384);
  REQUIRE(world.Decide(1) == Recorded::kYes);
  int refills = 0;
  world.files->BeforeEach([&](FileOp op, const std::string& path) {
    if (op == FileOp::kAppend && path.ends_with(".ent") && ++refills <= 10) {
      world.DecideMany(8192);
    }
  });
  REQUIRE(world.writer->SealOnce().ok());
  world.files->BeforeEach({});
  const std::vector<Entry> entries = world.Entries();
  const auto there = std::find_if(entries.begin(), entries.end(), [](const Entry& entry) {
    return entry.header.kind == EntryKind::kDecision && entry.header.seq == 16385;
  });
  REQUIRE(there != entries.end());
  CHECK(there - entries.begin() < 3 * 8192);
}

/// A killed process's rings, to be tampered with again and again.
class LeftRings {
 public:
  LeftRings() {
    world.options.ring_entries = 16;
    world.Open();
    for (uint8_t i = 0; i < 8; ++i) world.Decide(i % 2, i % 3);
    world.Crash();
    base_ = world.disk->Snapshot();
    for (const auto& item : std::filesystem::directory_iterator(world.RingPath())) {
      files_[item.path().filename()] = Read(item.path());
    }
  }

  const std::string& Whole(const std::string& file) const { return files_.at(file); }
  std::string Path(const std::string& file) const { return world.RingPath() + "/" + file; }
  /// As they were.
  void Restore() {
    world.Leave();
    world.disk = base_->Snapshot();
    world.files = std::make_unique<FaultFiles>(world.disk.get());
    std::filesystem::remove_all(world.RingPath());
    std::filesystem::create_directory(world.RingPath());
    std::filesystem::permissions(world.RingPath(), std::filesystem::perms::owner_all);
    for (const auto& [file, bytes] : files_) Write(Path(file), bytes);
  }
  /// Opens after other bytes were put into a file; whatever came of it, the log can be used then.
  void Try(const std::string& file, size_t at, const std::string& bytes) {
    CAPTURE(file);
    CAPTURE(at);
    Restore();
    std::string changed = Whole(file);
    changed.replace(at, bytes.size(), bytes);
    Write(Path(file), changed);
    const Status opened = world.TryOpen();
    REQUIRE_MESSAGE(opened.ok(), opened.message());
    CHECK(world.Decide() == Recorded::kYes);
    CHECK(world.Flush().ok());
  }

  LogWorld world;

 private:
  std::unique_ptr<MemoryFiles> base_;
  std::map<std::string, std::string> files_;
};

TEST_CASE("hostile numbers in control and rings: a loss, but neither crash nor hang") {
  LeftRings left;
  const auto words = {uint64_t{0},       uint64_t{1},    uint64_t{256},
                      uint64_t{1} << 31, UINT64_MAX - 3, uint64_t{0x8000000000000000}};
  const auto try_words = [&](const char* file, size_t end) {
    for (size_t at = 0; at + 8 <= end; at += 8) {
      for (const uint64_t word : words) {
        left.Try(file, at, {reinterpret_cast<const char*>(&word), 8});
      }
    }
  };
  try_words("control", offsetof(ControlBlock, policies) + 2 * sizeof(PolicyPayload));
  try_words("ring.0", sizeof(RingHeader));
  for (size_t at = 4096; at < 4096 + 3 * sizeof(RingSlot); ++at) {
    for (const char byte : {'\0', '\377'}) left.Try("ring.0", at, std::string(1, byte));
  }
  for (size_t at = 0; at < left.Whole("policy.0").size(); at += 50) left.Try("policy.0", at, "?");
}

TEST_CASE("files of rings that are shorter, longer, missing, or no files") {
  LeftRings left;
  for (const char* file : {"control", "ring.0", "policy.0"}) {
    CAPTURE(file);
    for (const size_t size :
         {size_t{0}, size_t{1}, size_t{4096}, size_t{100000}, size_t{1} << 24}) {
      CAPTURE(size);
      left.Restore();
      std::filesystem::resize_file(left.Path(file), size);
      CHECK(left.world.TryOpen().ok());
    }
    left.Restore();
    std::filesystem::remove(left.Path(file));
    CHECK(left.world.TryOpen().ok());
    left.Restore();
    std::filesystem::remove(left.Path(file));
    REQUIRE(mkfifo(left.Path(file).c_str(), 0600) == 0);
    CHECK(left.world.TryOpen().ok());
  }
}

TEST_CASE("ring folders that are not ours alone, or not in memory") {
  LogWorld world;
  const auto code = [&] { return world.TryOpen().code(); };
  world.options.ring_folder = "/proc";
  CHECK(code() == StatusCode::kInvalidArgument);
  world.options.ring_folder = "/dev/shm/no-such-folder";
  CHECK(code() == StatusCode::kNotFound);
  world.options.ring_folder = "/dev/shm";
  const std::string before = DigestOf(world.disk.get(), world.log);
  std::filesystem::create_directory(world.RingPath());
  for (const int mode : {0750, 0701, 0720, 0777}) {
    REQUIRE(chmod(world.RingPath().c_str(), static_cast<mode_t>(mode)) == 0);
    CHECK(code() == StatusCode::kInvalidArgument);
  }
  std::filesystem::remove_all(world.RingPath());
  Write(world.RingPath(), "a file");
  CHECK(code() == StatusCode::kInvalidArgument);
  std::filesystem::remove(world.RingPath());
  // Somebody else's folder, by a symbolic link.
  std::filesystem::create_directory_symlink("/dev/shm", world.RingPath());
  CHECK(code() == StatusCode::kInvalidArgument);
  std::filesystem::remove(world.RingPath());
  if (geteuid() == 0) {
    std::filesystem::create_directory(world.RingPath());
    REQUIRE(chmod(world.RingPath().c_str(), 0700) == 0);
    REQUIRE(chown(world.RingPath().c_str(), 12345, 12345) == 0);
    CHECK(code() == StatusCode::kInvalidArgument);
    std::filesystem::remove_all(world.RingPath());
  }
  CHECK(DigestOf(world.disk.get(), world.log) == before);
  CHECK(world.TryOpen().ok());
}

TEST_CASE("a recorder that goes leaves its ring, with what is in it, to the next") {
  LogWorld world;
  world.Open();
  for (int i = 0; i < 20; ++i) {
    world.Decide(0, static_cast<uint8_t>(i % 4));
    world.recorders.clear();
    if (i % 5 == 0) world.DecideMany(70);
  }
  CHECK(world.writer->control()->ring_count == 1);
  REQUIRE(world.Flush().ok());
  world.CheckAccounts();
  CHECK(world.Findings() == "");
}

TEST_CASE("as many recorders at one time as there may be") {
  LogWorld world;
  world.options.ring_entries = 16;
  world.Open();
  for (size_t i = 0; i < kMaxLogRings; ++i) REQUIRE(world.RecorderAt(i) != nullptr);
  const auto one_more = world.writer->NewRecorder();
  REQUIRE(!one_more.ok());
  CHECK(one_more.status().code() == StatusCode::kLimit);
  world.recorders.pop_back();
  CHECK(world.writer->NewRecorder().ok());
  for (size_t i = 0; i + 1 < kMaxLogRings; i += 100) world.Decide(i);
  world.Crash();
  world.Open();
  world.CheckAccounts();
}

TEST_CASE("as many policies in one opening as there may be; months change under them") {
  LogWorld world;
  world.Open();
  const auto add = [&](uint64_t i) { return world.writer->PolicyNumber(Hash{1}, i, "{}"); };
  for (uint64_t i = 0; i < kMaxLogPolicies; ++i) {
    const Result<uint32_t> number = add(i);
    REQUIRE(number.ok());
    CHECK(*number == i);
  }
  CHECK(add(kMaxLogPolicies).status().code() == StatusCode::kLimit);
  CHECK(add(7).value() == 7);
  CHECK(world.writer->PolicyNumber(Hash{2}, 0, std::string(kMaxLogBlobBytes + 1, ' '))
            .status()
            .code() == StatusCode::kLimit);
  REQUIRE(world.Close().ok());
  world.Open();
  REQUIRE(world.policy() == 0);
  world.DecideMany(3);
  REQUIRE(world.Flush().ok());
  world.clock.Advance(10 * kNsPerDay);
  CHECK(world.policy() == 0);
  world.DecideMany(3);
  REQUIRE(world.Flush().ok());
  world.clock.Advance(40 * kNsPerDay);
  world.DecideMany(3);
  world.Crash();
  world.Open();
  CHECK(PayloadsOf<PolicyPayload>(world.Entries(), EntryKind::kPolicy).size() == 3);
  world.CheckAccounts();
  CHECK(world.Findings() == "");
}

}  // namespace
}  // namespace ringfence
