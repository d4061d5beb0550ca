// What stands above the newest checkpoint when a log is opened: the longest whole part of it stays,
// and BOOT says how much was cut off.
#include <algorithm>

#include "fault/log_world.h"

namespace ringfence {
namespace {

/// A killed log with signed entries and, above the checkpoint, some that are only in the files. The
/// rings are gone.
class TornWorld : public LogWorld {
 public:
  explicit TornWorld(const std::vector<uint8_t>& details_above) {
    Open();
    DecideMany(3);
    REQUIRE(Flush().ok());
    signed_size = writer->Counters().checkpoint_size;
    for (const uint8_t details : details_above) REQUIRE(Decide(0, details) == Recorded::kYes);
    REQUIRE(writer->SealOnce().ok());
    entries_path = MonthPath(EntriesName(0));
    RemoveRings();
    base = disk->Snapshot();
    whole = base->Contents(entries_path);
  }

  /// Opens with other bytes in place of the entries; gives BOOT.
  BootPayload OpenWith(const std::string& bytes) {
    Leave();
    disk = base->Snapshot();
    disk->SetContents(entries_path, bytes);
    files = std::make_unique<FaultFiles>(disk.get());
    LogWorld::Open();
    const std::vector<BootPayload> boots = PayloadsOf<BootPayload>(Entries(), EntryKind::kBoot);
    REQUIRE(boots.size() == 2);
    return boots.back();
  }
  /// Whole entries before BOOT.
  uint64_t Kept() {
    const std::vector<EntryKind> kinds = KindsOf(Entries());
    return static_cast<uint64_t>(std::find(kinds.rbegin(), kinds.rend(), EntryKind::kBoot).base() -
                                 kinds.begin() - 1);
  }

  uint64_t signed_size = 0;
  std::string entries_path;
  std::unique_ptr<MemoryFiles> base;
  std::string whole;
};

/// How many of the first `entries` stay: DETAILs at the end do not.
uint64_t WithoutLooseDetails(const std::vector<Entry>& all, uint64_t entries) {
  while (entries > 0 && all[entries - 1].header.kind == EntryKind::kDetail) --entries;
  return entries;
}

TEST_CASE("cut at every byte of the last entries") {
  TornWorld world({0, 2, 3, 0, 1});
  const std::vector<Entry> all = EntriesOn(world.base.get(), world.log);
  REQUIRE(all.size() == world.whole.size() / kEntryOnDiskBytes);
  for (size_t cut = 0; cut <= 3 * kEntryOnDiskBytes; ++cut) {
    CAPTURE(cut);
    const std::string bytes = world.whole.substr(0, world.whole.size() - cut);
    const uint64_t kept = WithoutLooseDetails(all, bytes.size() / kEntryOnDiskBytes);
    const BootPayload boot = world.OpenWith(bytes);
    CHECK(boot.cut_bytes == bytes.size() - kept * kEntryOnDiskBytes);
    CHECK(boot.rings == RingsState::kLost);
    CHECK(!boot.clean);
    CHECK(world.Kept() == kept);
    if (cut % 46 == 0) CHECK(world.Findings() == "");
  }
}

TEST_CASE("garbage, zeros, or another entry's bytes behind what is whole") {
  TornWorld world({0, 0, 0});
  std::string garbage(5000, '\0');
  for (char& byte : garbage) byte = static_cast<char>(world.random());
  const std::string again = world.whole.substr(world.whole.size() - kEntryOnDiskBytes);
  for (const std::string& tail : {garbage, std::string(5000, '\0'), again, std::string("x")}) {
    const BootPayload boot = world.OpenWith(world.whole + tail);
    CHECK(boot.cut_bytes == tail.size());
    CHECK(world.Kept() == world.whole.size() / kEntryOnDiskBytes);
    CHECK(world.Findings() == "");
  }
}

TEST_CASE(
    "an entry in the middle is damaged: what follows is cut off too, and never a byte below") {
  TornWorld world({0, 0, 0, 0});
  const size_t first = world.signed_size * kEntryOnDiskBytes;
  for (size_t at = first; at < world.whole.size(); at += 13) {
    CAPTURE(at);
    std::string bytes = world.whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const BootPayload boot = world.OpenWith(bytes);
    const size_t kept = at / kEntryOnDiskBytes * kEntryOnDiskBytes;
    CHECK(boot.cut_bytes == bytes.size() - kept);
    CHECK(world.disk->Contents(world.entries_path).substr(0, kept) == bytes.substr(0, kept));
  }
  CHECK(world.Findings() == "");
}

TEST_CASE("kinds of a later version stay, below the checkpoint and above it") {
  TornWorld world({0});
  Entry entry = EntriesOn(world.base.get(), world.log).back();
  entry.header.kind = static_cast<EntryKind>(200);
  entry.header.seq = 0;
  EntryBytes bytes;
  EncodeEntry(entry, &bytes);
  std::string on_disk = {0, static_cast<char>(kEntryBytes)};
  on_disk.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const BootPayload boot = world.OpenWith(world.whole + on_disk);
  CHECK(boot.cut_bytes == 0);
  CHECK(world.Kept() == world.whole.size() / kEntryOnDiskBytes + 1);
  REQUIRE(world.Close().ok());
  world.LogWorld::Open();
  CHECK(world.Findings() == "");
}

TEST_CASE("torn pages of the last group: each old, new or zero") {
  TornWorld world(std::vector<uint8_t>(58, 0));
  constexpr size_t kPage = 4096;
  const size_t first = world.signed_size * kEntryOnDiskBytes;
  const size_t end = world.whole.size();
  REQUIRE(end - first > 2 * kPage);
  const std::vector<Entry> all = EntriesOn(world.base.get(), world.log);
  for (int combination = 0; combination < 27; ++combination) {
    CAPTURE(combination);
    std::string bytes = world.whole;
    int rest = combination;
    size_t whole_until = end;
    for (size_t page = first / kPage; page * kPage < end; ++page, rest /= 3) {
      const size_t from = std::max(first, page * kPage), to = std::min(end, (page + 1) * kPage);
      // Old: as it was before the file grew. A disk gives zeros there, or ends.
      if (rest % 3 == 1) continue;
      std::fill(bytes.begin() + static_cast<ptrdiff_t>(from),
                bytes.begin() + static_cast<ptrdiff_t>(to), '\0');
      whole_until = std::min(whole_until, from);
      if (rest % 3 == 0 && to == end) bytes.resize(from);
    }
    const uint64_t kept = WithoutLooseDetails(all, whole_until / kEntryOnDiskBytes);
    const BootPayload boot = world.OpenWith(bytes);
    CHECK(world.Kept() == kept);
    CHECK(boot.cut_bytes == bytes.size() - kept * kEntryOnDiskBytes);
    CHECK(world.Findings() == "");
  }
}

TEST_CASE("a checkpoint torn while it was appended to the others") {
  LogWorld world;
  world.Open();
  world.DecideMany(3);
  REQUIRE(world.Flush().ok());
  const std::string path = world.MonthPath(kCheckpointsName);
  const std::string before = world.disk->Contents(path);
  world.DecideMany(3);
  // It is appended, and not yet published.
  world.files->Inject(FileFault{.op = FileOp::kReplaceWrite, .in = kCheckpointName});
  CHECK(!world.Flush().ok());
  const std::string record = world.disk->Contents(path).substr(before.size());
  REQUIRE(record.size() > 100);
  world.Crash();
  const std::unique_ptr<MemoryFiles> base = world.disk->Snapshot();
  for (size_t length = 0; length <= record.size(); length += 9) {
    CAPTURE(length);
    for (const bool zeros : {false, true}) {
      world.Leave();
      world.disk = base->Snapshot();
      std::string torn = record.substr(0, length);
      if (zeros) torn.resize(record.size(), '\0');
      world.disk->SetContents(path, before + torn);
      world.files = std::make_unique<FaultFiles>(world.disk.get());
      world.Open();
      CHECK(world.Findings() == "");
      REQUIRE(world.Close().ok());
      world.Open();
      CHECK(world.Findings() == "");
    }
  }
}

TEST_CASE("recovery that is killed too leads to the same entries") {
  LogWorld world;
  world.Open();
  world.DecideMany(3);
  REQUIRE(world.Flush().ok());
  for (uint8_t i = 0; i < 20; ++i) world.Decide(i % 2, i % 4);
  REQUIRE(world.writer->SealOnce().ok());
  for (uint8_t i = 0; i < 10; ++i) world.Decide(i % 2, i % 4);
  world.Crash();
  uint64_t killed = 0;
  for (uint64_t n = 1;; ++n) {
    CAPTURE(n);
    world.files->Inject(FileFault{.op = std::nullopt, .nth = n, .times = UINT64_MAX});
    const Status opened = world.TryOpen();
    const bool hit = world.files->fired() > 0;
    world.Crash();
    if (opened.ok() && !hit) break;
    killed += opened.ok() ? 0 : 1;
  }
  CHECK(killed > 30);
  world.Open();
  world.CheckAccounts();
  world.CheckGoesOn();
}

TEST_CASE("killed in recovery, with slots that the files have and one that they lost") {
  LogWorld world;
  world.Open();
  world.DecideMany(5);
  const auto leaves = [](FileOp op, const std::string& path) {
    return op == FileOp::kAppend && path.ends_with(".l0");
  };
  const auto entries = [](FileOp op, const std::string& path) {
    return op == FileOp::kAppend && path.ends_with(".ent");
  };
  world.KillWhen(leaves);
  REQUIRE(world.writer->SealOnce().ok());
  REQUIRE(world.CrashThere());
  const std::string file = world.MonthPath(EntriesName(0));
  std::string bytes = world.disk->Contents(file);
  bytes.resize(bytes.size() - kEntryOnDiskBytes);
  world.disk->SetContents(file, bytes);
  world.KillWhen(entries);
  REQUIRE(world.TryOpen().ok());
  REQUIRE(world.CrashThere());
  world.Open();
  world.CheckAccounts();
  world.CheckGoesOn();
}

TEST_CASE("boot numbers go on where the state folder was lost") {
  LogWorld world;
  for (int i = 0; i < 3; ++i) {
    world.Open();
    world.DecideMany(2);
    REQUIRE(world.Close().ok());
  }
  REQUIRE(world.disk->Remove(world.Path("state/boot")).ok());
  world.Open();
  CHECK(world.writer->control()->boot == 4);
  CHECK(world.Findings() == "");
}

}  // namespace
}  // namespace ringfence
