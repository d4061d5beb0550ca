// What others are given: proofs, tiles, cosigned checkpoints; and the names of folders.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "contract/temporary_folder.h"
#include "log/keys.h"
#include "log/publish.h"
#include "unit/log_verify_support.h"

namespace ringfence {
namespace {

TEST_CASE("a proof leads from every entry to the checkpoint") {
  for (const uint64_t decisions : {1u, 253u, 254u, 300u, 70000u}) {
    LogBuilder builder;
    BuildMonth(&builder, decisions);
    const uint64_t size = builder.month().entries.size();
    TreeHasher hasher;
    for (const uint64_t index : {uint64_t{0}, size / 2, size - 1}) {
      const Result<std::string> text = ProveEntry(&builder.files, builder.log, "", index);
      REQUIRE_MESSAGE(text.ok(), text.status().message());
      const Result<TlogProof> proof = ParseTlogProof(*text);
      REQUIRE(proof.ok());
      const Result<OpenedCheckpoint> opened = OpenCheckpoint(proof->checkpoint, builder.Key());
      REQUIRE(opened.ok());
      const Result<std::string> entry =
          EntryUnderCheckpoint(&builder.files, builder.log, "2026-10", index);
      REQUIRE(entry.ok());
      CHECK(proof->index == index);
      CHECK(VerifyInclusion(&hasher, hasher.Leaf(AsBytes(*entry)), index, size, proof->hashes,
                            opened->checkpoint.root));
    }
    CHECK(ProveEntry(&builder.files, builder.log, "", size).status().code() ==
          StatusCode::kInvalidArgument);
    CHECK(ProveEntry(&builder.files, builder.log, "2026-11", 0).status().code() ==
          StatusCode::kNotFound);
  }
}

TEST_CASE("no proof of an entry that is not under its checkpoint") {
  LogBuilder builder;
  BuildMonth(&builder);
  builder.month().entries[5][40] ^= 1;
  builder.Write();
  CHECK(ProveEntry(&builder.files, builder.log, "", 5).status().code() == StatusCode::kCorrupt);
}

TEST_CASE("numbers of tiles as paths") {
  CHECK(TileNumber(0) == "000");
  CHECK(TileNumber(67) == "067");
  CHECK(TileNumber(999) == "999");
  CHECK(TileNumber(1000) == "x001/000");
  CHECK(TileNumber(1'234'067) == "x001/x234/067");
}

TEST_CASE("tiles under the paths of C2SP") {
  LogBuilder builder;
  BuildMonth(&builder, 65'536 + 300);
  builder.AddDecisions(3);  // beyond the checkpoint
  builder.Write();
  MemoryFiles& files = builder.files;
  uint64_t told = 0;
  Status written = WriteTiles(&files, builder.log, "", "out", [&](uint64_t done, uint64_t total) {
    CHECK(done <= total);
    told = done;
  });
  REQUIRE_MESSAGE(written.ok(), written.message());
  const uint64_t size = 65'536 + 303;
  CHECK(told == size);
  CHECK(files.Contents("out/checkpoint") == builder.month().notes.back());
  const std::string entries = files.Contents(builder.Path(EntriesName(0)));
  const std::string leaves = files.Contents(builder.Path(LeavesName(0)));
  CHECK(files.Contents("out/tile/entries/000") == entries.substr(0, 256 * kEntryOnDiskBytes));
  CHECK(files.Contents("out/tile/0/255") == leaves.substr(255 * 8192, 8192));
  CHECK(files.Contents("out/tile/entries/257.p/47") ==
        entries.substr(257 * 256 * kEntryOnDiskBytes, 47 * kEntryOnDiskBytes));
  CHECK(files.Contents("out/tile/0/257.p/47") == leaves.substr(257 * 8192, 47 * 32));
  CHECK(files.Contents("out/tile/1/000") ==
        files.Contents(builder.Path(LevelName(1))).substr(0, 8192));
  CHECK(files.Contents("out/tile/1/001.p/1").size() == 32);
  CHECK(files.Contents("out/tile/2/000.p/1") == files.Contents(builder.Path(LevelName(2))));
  CHECK(!files.Exists("out/tile/3").value());
  CHECK(!files.Exists("out/tile/0/258.p").value());
  CHECK(WriteTiles(&files, builder.log, "", "out", {}).code() == StatusCode::kInvalidArgument);
}

// --- Cosignatures. They lock a file, so the log is on the disk.

class DiskLog {
 public:
  DiskLog() {
    BuildMonth(&builder);
    std::filesystem::create_directories(path() + "/2026-10/seg");
    const auto copy = [&](const std::string& name) {
      std::ofstream(path() + "/" + name, std::ios::binary) << builder.files.Contents("log/" + name);
    };
    copy("log.json");
    for (const char* name : {kCheckpointName, kCheckpointsName, kVerifierKeyName}) {
      copy(std::string("2026-10/") + name);
    }
  }
  std::string path() const { return folder_.file("log"); }
  std::vector<std::string> Notes() const {
    return MonthReader(&SystemFiles(), path() + "/2026-10").CheckpointNotes().value();
  }
  std::string Published() const {
    return MonthReader(&SystemFiles(), path() + "/2026-10").CheckpointNote().value();
  }

  LogBuilder builder;

 private:
  TemporaryFolder folder_;
};

std::string Line(const std::string& note, const Hash& seed, const std::string& name) {
  SignedNote parsed = ParseNote(note).value();
  parsed.signatures = {Cosign(parsed.text, name, seed, 1790000000)};
  const std::string text = FormatNote(parsed);
  return text.substr(parsed.text.size() + 1);
}

TEST_CASE("cosignatures are verified and kept beside the log's signature") {
  DiskLog log;
  const std::vector<std::string> notes = log.builder.month().notes;
  const Hash seed{1, 2, 3}, other{4};
  const std::vector<VerifierKey> witnesses = {
      MakeVerifierKey("one.example", kNoteCosignatureV1, PublicKeyOf(seed)),
      MakeVerifierKey("two.example", kNoteCosignatureV1, PublicKeyOf(other))};
  const auto add = [&](const std::string& line, size_t witness) {
    return AddCosignature(&SystemFiles(), log.path(), "", line, witnesses[witness]);
  };
  SUBCASE("of the newest: `checkpoint` has it too") {
    REQUIRE(add(Line(notes[1], seed, "one.example"), 0).ok());
    REQUIRE(add(Line(notes[1], other, "two.example"), 1).ok());
    CHECK(log.Notes().size() == 4);
    CHECK(log.Published() == log.Notes().back());
    const Result<OpenedCheckpoint> opened =
        OpenCheckpoint(log.Published(), log.builder.Key(), witnesses);
    REQUIRE(opened.ok());
    CHECK(opened->cosigned.size() == 2);
    CHECK(add(Line(notes[1], seed, "one.example"), 0).ok());  // again: nothing to do
    CHECK(log.Notes().size() == 4);
  }
  SUBCASE("of an older one") {
    REQUIRE(add(Line(notes[0], seed, "one.example"), 0).ok());
    CHECK(log.Notes().size() == 3);
    CHECK(log.Published() == notes[1]);
    CHECK(OpenCheckpoint(log.Notes().back(), log.builder.Key(), witnesses)->cosigned.size() == 1);
  }
  SUBCASE("of nothing the log has signed") {
    const std::string foreign =
        SignCheckpoint({log.builder.Origin(0), 5, EmptyRoot()}, log.builder.signing_seed);
    CHECK(add(Line(foreign, seed, "one.example"), 0).code() == StatusCode::kInvalidArgument);
  }
  SUBCASE("by another key, of another witness, no line") {
    CHECK(add(Line(notes[1], other, "one.example"), 0).code() == StatusCode::kParse);
    CHECK(add(Line(notes[1], seed, "one.example"), 1).code() == StatusCode::kParse);
    CHECK(add("nonsense", 0).code() == StatusCode::kParse);
    CHECK(add(notes[1], 0).code() == StatusCode::kParse);
    CHECK(log.Notes() == notes);
  }
  SUBCASE("behind half a checkpoint nothing is written") {
    std::ofstream(log.path() + "/2026-10/checkpoints.ckpt", std::ios::app) << "200\nhalf";
    CHECK(add(Line(notes[1], seed, "one.example"), 0).code() == StatusCode::kBusy);
  }
}

// --- Folders

TEST_CASE("months and their times") {
  CHECK(MonthOf(0) == "1970-01");
  CHECK(MonthOf(1'793'000'000'000'000'000) == "2026-10");
  CHECK(MonthOf(UINT64_MAX) == "2554-07");
  for (const char* month : {"1970-01", "2000-02", "2026-12", "2100-02", "2400-02"}) {
    CHECK(MonthOf(MonthBegins(month)) == month);
    CHECK(MonthOf(MonthEnds(month) - 1) == month);
    CHECK(MonthOf(MonthEnds(month)) != month);
  }
  CHECK(MonthEnds("2024-02") - MonthBegins("2024-02") == 29 * kNsPerDay);
  CHECK(MonthEnds("2100-02") - MonthBegins("2100-02") == 28 * kNsPerDay);
  CHECK(MonthEnds("2026-12") == MonthBegins("2027-01"));
  CHECK(MonthBegins("9999-12") == UINT64_MAX);
  CHECK(MonthBegins("0000-01") == 0);
  for (const char* no : {"", "2026-13", "2026-00", "2026-1", "2026/10", "x026-10", "2026-10.p"}) {
    CHECK(!IsMonth(no));
  }
}

TEST_CASE("descriptions") {
  MemoryFiles files;
  static_cast<void>(files.MakeFolder("log"));
  CHECK(ReadDescription(&files, "log").status().code() == StatusCode::kNotFound);
  LogDescription description;
  description.name = "example.com/ring/n7";
  description.writer = 65535;
  description.identity[0] = 0xab;
  description.retention_days = UINT32_MAX;
  const std::string text = FormatDescription(description);
  files.SetContents("log/log.json", text);
  const Result<LogDescription> read = ReadDescription(&files, "log");
  REQUIRE_MESSAGE(read.ok(), read.status().message());
  CHECK(read->name == description.name);
  CHECK(read->writer == description.writer);
  CHECK(read->identity == description.identity);
  CHECK(read->retention_days == description.retention_days);
  const auto code = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, from.size(), to);
    files.SetContents("log/log.json", changed);
    return ReadDescription(&files, "log").status().code();
  };
  CHECK(code("\"ringfence_log\": 1", "\"ringfence_log\": 2") == StatusCode::kSchema);
  CHECK(code("\"ringfence_log\": 1", "\"other\": 1") == StatusCode::kSchema);
  CHECK(code("example.com", "Example.com") == StatusCode::kParse);
  CHECK(code("65535", "65536") == StatusCode::kParse);
  CHECK(code("65535", "-1") == StatusCode::kParse);
  CHECK(code("\"ab", "\"AB") == StatusCode::kParse);
  CHECK(code("\"ab", "\"b") == StatusCode::kParse);
  CHECK(code("4294967295", "4294967296") == StatusCode::kParse);
  CHECK(code("4294967295", "1, \"more\": 1") == StatusCode::kParse);
  CHECK(code("{", "[") == StatusCode::kParse);
  CHECK(!IsLogName(""));
  CHECK(!IsLogName("/x"));
  CHECK(!IsLogName("x."));
  CHECK(!IsLogName("a+b"));
  CHECK(IsLogName(std::string(200, 'a')));
  CHECK(!IsLogName(std::string(201, 'a')));
}

TEST_CASE("a history of checkpoints is read as it grows; half a note waits") {
  MemoryFiles files;
  CheckpointCursor cursor(&files, "history");
  const auto next = [&] { return cursor.Next().value().value_or("(none)"); };
  CHECK(next() == "(none)");
  CHECK(!cursor.torn());
  files.SetContents("history", "3\nabc5\nde");
  CHECK(next() == "abc");
  CHECK(next() == "(none)");
  CHECK(cursor.torn());
  CHECK(cursor.offset() == 5);
  for (const char* no : {"x\n", "\n", "03\nabc", "0\n", "1000001\n", "12345678", "-1\n"}) {
    files.SetContents("other", no);
    CHECK(CheckpointCursor(&files, "other").Next().status().code() == StatusCode::kCorrupt);
  }
  std::string many;
  for (int i = 0; i < 50'000; ++i) many += FormatCheckpointRecord(std::to_string(i));
  files.SetContents("month/checkpoints.ckpt", many);
  MonthReader reader(&files, "month");
  const std::vector<std::string> last = reader.CheckpointNotes(3).value();
  CHECK(last == std::vector<std::string>{"49997", "49998", "49999"});
}

}  // namespace
}  // namespace ringfence
