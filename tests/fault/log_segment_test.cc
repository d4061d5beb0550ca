// Entries above the checkpoint that go over the end of a segment of 4,194,304 entries. On real,
// sparse files.
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fault/fault_files.h"
#include "log/month_writer.h"
#include "unit/log_builder.h"
#include "unit/log_writer_support.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

void WriteAt(const std::string& path, uint64_t offset, std::string_view bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.flush().good());
}

void MakeSparse(const std::string& path, uint64_t size) {
  std::ofstream(path).close();
  std::filesystem::resize_file(path, size);
}

void WriteWhole(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A month that lacks 20 entries of a segment, all zero but the last: only the right edge of the
/// tree is ever read.
class NearlyFull {
 public:
  static constexpr uint64_t kSize = kEntriesPerSegment - 20;

  NearlyFull() {
    std::filesystem::create_directories(Path("seg"));
    std::filesystem::create_directories(Path("blobs"));
    MakeSparse(Path(EntriesName(0)), kSize * kEntryOnDiskBytes);
    Entry last;
    Put(ClockPayload{}, &last);
    last.header.writer = 1;
    EntryBytes bytes;
    EncodeEntry(last, &bytes);
    std::string on_disk = {0, static_cast<char>(kEntryBytes)};
    on_disk.append(bytes.begin(), bytes.end());
    WriteAt(Path(EntriesName(0)), (kSize - 1) * kEntryOnDiskBytes, on_disk);
    MakeSparse(Path(LeavesName(0)), kSize * sizeof(Hash));
    for (int level = 1; LevelSize(level, kSize) > 0; ++level) {
      MakeSparse(Path(LevelName(level)), LevelSize(level, kSize) * sizeof(Hash));
    }
    TreeHasher hasher;
    MonthReader reader(&SystemFiles(), Path(""));
    const Result<TreeEdge> edge = TreeEdge::Load(kSize, reader.HashSource());
    REQUIRE(edge.ok());
    const Checkpoint checkpoint{"example.com/ring/test/2026-10", kSize, edge->Root(&hasher)};
    const std::string note =
        SignCheckpoint(checkpoint, ReadLogKeys(log_.keys()).value().signing_seed);
    WriteWhole(Path(kCheckpointsName), FormatCheckpointRecord(note));
    WriteWhole(Path(kCheckpointName), note);
  }

  std::string Path(std::string_view name) const {
    return log_.path() + "/2026-10/" + std::string(name);
  }
  std::shared_ptr<LogWriter> Open(LogFiles* files = nullptr) {
    LogWriter::Setup setup = log_.Setup();
    setup.clock = &clock_;
    setup.files = files;
    setup.threads = false;
    return log_.Open(setup);
  }
  /// A process that ends as if it were killed, above the checkpoint.
  void RecordAndDie(int decisions) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const std::shared_ptr<LogWriter> writer = Open();
      Record(writer.get(), decisions);
      _exit(writer->SealOnce().ok() ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
  }
  void Record(LogWriter* writer, int decisions) {
    Hash digest;
    const std::string blob = TestPolicyBlob("first", &digest);
    const uint32_t policy = writer->PolicyNumber(digest, 1, blob).value();
    const std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
    for (int i = 0; i < decisions; ++i) {
      RequestId receipt;
      CHECK(recorder->Record(RandomRecord(policy, &random_), recorder->Now(), &receipt) ==
            Recorded::kYes);
    }
  }
  Entry At(uint64_t index) {
    const Result<Entry> entry = MonthReader(&SystemFiles(), Path("")).ReadEntry(index);
    REQUIRE_MESSAGE(entry.ok(), entry.status().message());
    return *entry;
  }

 private:
  TestLog log_;
  TestClock clock_;
  std::mt19937_64 random_{Seed()};
};

TEST_CASE("a tail over the end of a segment, with garbage behind it") {
  NearlyFull world;
  world.RecordAndDie(50);
  const std::string second = world.Path(EntriesName(1));
  // BOOT and POLICY too.
  CHECK(std::filesystem::file_size(second) == (1 + 1 + 50 - 20) * kEntryOnDiskBytes);
  std::ofstream(second, std::ios::app | std::ios::binary) << "torn";
  WriteWhole(world.Path(EntriesName(2)), "of nobody");
  std::shared_ptr<LogWriter> writer = world.Open();
  const Entry entry = world.At(kEntriesPerSegment + 32);
  REQUIRE(entry.header.kind == EntryKind::kBoot);
  BootPayload boot;
  Get(entry, &boot);
  CHECK(boot.cut_bytes == 4 + 9);
  CHECK(boot.rings == RingsState::kRecovered);
  CHECK(boot.recovered == 0);
  world.Record(writer.get(), 10);
  CHECK(writer->Close().ok());
  writer = world.Open();
  CHECK(writer->Counters().checkpoint_size == kEntriesPerSegment + 33 + 11 + 1);
}

TEST_CASE("no room for the files of the next segment, or one of them") {
  for (const char* file : {"0000000001.ent", "0000000001.l0"}) {
    for (const FileOp op : {FileOp::kOpen, FileOp::kAppend}) {
      NearlyFull world;
      FaultFiles files(&SystemFiles());
      const std::shared_ptr<LogWriter> writer = world.Open(&files);
      FileFault fault;
      fault.op = op;
      fault.in = file;
      fault.times = UINT64_MAX;
      fault.code = StatusCode::kFull;
      files.Inject(fault);
      world.Record(writer.get(), 50);
      CHECK(writer->Flush().code() == StatusCode::kFull);
      CHECK(writer->Flush().code() == StatusCode::kFull);
      files.Heal();
      CHECK(writer->Flush().ok());
      // BOOT and POLICY too.
      CHECK(writer->Counters().checkpoint_size == NearlyFull::kSize + 1 + 1 + 50);
      CHECK(std::filesystem::file_size(world.Path(LeavesName(1))) == 32 * sizeof(Hash));
    }
  }
}

TEST_CASE("a tail that is cut back from the second segment into the first") {
  NearlyFull world;
  world.RecordAndDie(50);
  constexpr uint64_t kBad = kEntriesPerSegment - 5;
  WriteAt(world.Path(EntriesName(0)), kBad * kEntryOnDiskBytes + 20, "!");
  std::shared_ptr<LogWriter> writer = world.Open();
  // The rings have been sealed, so that what was cut off is counted.
  const Entry entry = world.At(kBad);
  REQUIRE(entry.header.kind == EntryKind::kGap);
  GapPayload gap;
  Get(entry, &gap);
  CHECK(gap.count == 50 - (kBad - NearlyFull::kSize - 2));
  CHECK(gap.cause == GapCause::kKilled);
  CHECK(world.At(kBad + 1).header.kind == EntryKind::kBoot);
  CHECK(std::filesystem::file_size(world.Path(EntriesName(1))) == 0);
  CHECK(std::filesystem::file_size(world.Path(LeavesName(1))) == 0);
  world.Record(writer.get(), 30);
  CHECK(writer->Close().ok());
  writer = world.Open();
}

}  // namespace
}  // namespace ringfence
