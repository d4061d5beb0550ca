// Logs that hold less, or something else, than what was signed: refused, and not a byte is changed.
#include "fault/log_world.h"

namespace ringfence {
namespace {

/// A closed log of that many decisions.
void Fill(LogWorld* world, uint64_t decisions) {
  world->Open();
  for (uint64_t i = 0; i < decisions; ++i) {
    REQUIRE(world->Decide() == Recorded::kYes);
    if (i % 50 == 49) REQUIRE(world->writer->Flush().ok());
  }
  REQUIRE(world->Close().ok());
}

void CheckRefused(LogWorld* world) {
  const std::string before = DigestOf(world->disk.get(), world->log);
  const Status opened = world->TryOpen();
  CHECK(opened.code() == StatusCode::kCorrupt);
  CHECK(DigestOf(world->disk.get(), world->log) == before);
}

void Flip(MemoryFiles* disk, const std::string& path, size_t at, char mask = 1) {
  std::string contents = disk->Contents(path);
  REQUIRE(at < contents.size());
  contents[at] = static_cast<char>(contents[at] ^ mask);
  disk->SetContents(path, contents);
}

TEST_CASE("entries cut below the checkpoint") {
  LogWorld world;
  Fill(&world, 5);
  const std::string path = world.MonthPath(EntriesName(0));
  const std::string whole = world.disk->Contents(path);
  for (const size_t less : {size_t{1}, kEntryOnDiskBytes, 3 * kEntryOnDiskBytes, whole.size()}) {
    world.disk->SetContents(path, whole.substr(0, whole.size() - less));
    CheckRefused(&world);
  }
  world.disk->SetContents(path, whole);
  CHECK(world.TryOpen().ok());
}

TEST_CASE("a stored hash below the checkpoint changed, or is gone") {
  LogWorld world;
  Fill(&world, 300);
  for (const std::string& name : {LeavesName(0), LevelName(1)}) {
    const std::string path = world.MonthPath(name);
    const std::string whole = world.disk->Contents(path);
    // Leaves from 256 on, and all of the level above, are the tree's right edge.
    const size_t edge = name == LevelName(1) ? 0 : 256 * sizeof(Hash);
    for (size_t at = edge; at < whole.size(); at += 7) {
      Flip(world.disk.get(), path, at);
      CheckRefused(&world);
      world.disk->SetContents(path, whole);
    }
    world.disk->SetContents(path, whole.substr(0, whole.size() - 1));
    CheckRefused(&world);
    world.disk->SetContents(path, whole);
  }
  CHECK(world.TryOpen().ok());
}

TEST_CASE("a checkpoint that this log's key has not signed") {
  LogWorld world;
  Fill(&world, 5);
  const std::string path = world.MonthPath(kCheckpointName);
  const std::string whole = world.disk->Contents(path);
  for (size_t at = 0; at < whole.size(); at += 11) {
    Flip(world.disk.get(), path, at);
    CheckRefused(&world);
    world.disk->SetContents(path, whole);
  }
  world.disk->SetContents(path, "");
  CheckRefused(&world);
}

TEST_CASE("no checkpoint is left of those that were signed: nothing is signed in their place") {
  LogWorld world;
  Fill(&world, 5);
  const Result<OpenedCheckpoint> own =
      OpenCheckpoint(world.disk->Contents(world.MonthPath(kCheckpointName)),
                     MonthReader(world.disk.get(), world.MonthPath("")).Key().value());
  REQUIRE(own.ok());
  const std::string forged = SignCheckpoint(own->checkpoint, Hash{7});
  world.disk->SetContents(world.MonthPath(kCheckpointName), forged);
  world.disk->SetContents(world.MonthPath(kCheckpointsName), FormatCheckpointRecord(forged));
  CheckRefused(&world);
  REQUIRE(world.disk->Remove(world.MonthPath(kCheckpointName)).ok());
  CheckRefused(&world);
}

TEST_CASE("the history of checkpoints damaged before its end: neither cut nor gone on with") {
  LogWorld world;
  Fill(&world, 120);
  const std::string path = world.MonthPath(kCheckpointsName);
  const std::string whole = world.disk->Contents(path);
  world.disk->SetContents(path, "x" + whole);
  CheckRefused(&world);
  world.disk->SetContents(path, whole.substr(0, whole.size() - 5));
  CheckRefused(&world);
}

TEST_CASE("an older copy of the folder, while the database knows better") {
  LogWorld world;
  world.companion = std::make_shared<TestCompanion>();
  Fill(&world, 5);
  const std::unique_ptr<MemoryFiles> older = world.disk->Snapshot();
  Fill(&world, 5);
  const auto restore = [&] {
    world.disk = older->Snapshot();
    world.files = std::make_unique<FaultFiles>(world.disk.get());
  };
  restore();
  CheckRefused(&world);
  // Nor does an empty month behind it hide that.
  restore();
  for (const char* name : {"2026-11", "2026-11/blobs", "2026-11/seg"}) {
    REQUIRE(world.disk->MakeFolder(world.Path(name)).ok());
  }
  CheckRefused(&world);
}

TEST_CASE("a month that is gone, while the database knows it") {
  LogWorld world;
  world.companion = std::make_shared<TestCompanion>();
  Fill(&world, 5);
  const std::unique_ptr<MemoryFiles> october = world.disk->Snapshot();
  world.clock.Advance(10 * kNsPerDay);
  Fill(&world, 5);
  const CheckpointCopy november = *world.companion->copy;
  CHECK(november.origin == "example.com/ring/test/2026-11");
  // The newest.
  world.disk = october->Snapshot();
  world.files = std::make_unique<FaultFiles>(world.disk.get());
  CheckRefused(&world);
  // All of them.
  world.disk = std::make_unique<MemoryFiles>();
  world.files = std::make_unique<FaultFiles>(world.disk.get());
  for (const char* name : {"log", "log/state"}) REQUIRE(world.disk->MakeFolder(name).ok());
  for (const char* name : {"log/log.json", "log/state/boot"}) {
    world.disk->SetContents(name, october->Contents(name));
  }
  CheckRefused(&world);
  // The one it names, between others.
  world.disk = october->Snapshot();
  world.files = std::make_unique<FaultFiles>(world.disk.get());
  REQUIRE(world.disk->MakeFolder(world.Path("2026-12")).ok());
  CheckRefused(&world);
}

TEST_CASE("bits that flip on their way to the disk or back: not signed, and the writer says so") {
  struct Place {
    const char* in;
    bool on_read;
  };
  for (const Place place : {Place{".ent", false}, Place{".l0", false}, Place{".ent", true},
                            Place{".l0", true}, Place{"level1", false}}) {
    CAPTURE(place.in);
    CAPTURE(place.on_read);
    LogWorld world;
    world.options.ring_entries = 1024;
    world.Open();
    REQUIRE(world.Flush().ok());
    const uint64_t size = world.writer->Counters().checkpoint_size;
    const std::string checkpoint = world.disk->Contents(world.MonthPath(kCheckpointName));
    const std::string history = world.disk->Contents(world.MonthPath(kCheckpointsName));
    FileFlip flip;
    flip.in = place.in;
    flip.on_read = place.on_read;
    const bool level = std::string_view(place.in) == "level1";
    flip.offset =
        level ? 3 : (size + 5) * (place.in[1] == 'e' ? kEntryOnDiskBytes : sizeof(Hash)) + 40;
    world.files->Inject(flip);
    world.DecideMany(300);
    const Status flushed = world.Flush();
    REQUIRE(world.files->fired() == 1);
    if (level) {
      // Levels are not read back: what is signed is right, and the next opening sees the wrong one.
      CHECK(flushed.ok());
      world.Crash();
      CheckRefused(&world);
      continue;
    }
    CHECK(flushed.code() == StatusCode::kCorrupt);
    CHECK(world.writer->Counters().failed);
    CHECK(world.Decide() == Recorded::kCounted);
    CHECK(world.disk->Contents(world.MonthPath(kCheckpointName)) == checkpoint);
    CHECK(world.disk->Contents(world.MonthPath(kCheckpointsName)) == history);
    CHECK(world.Flush().code() == StatusCode::kCorrupt);
    CHECK(!world.Close().ok());
    CHECK(world.disk->Contents(world.MonthPath(kCheckpointsName)) == history);
  }
}

}  // namespace
}  // namespace ringfence
