// Verifying one month: whatever somebody changes in it is found, and by what.
#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "unit/log_verify_support.h"

namespace ringfence {
namespace {

// Flips a bit of a file.
void Flip(LogBuilder* builder, const std::string& path, size_t byte) {
  std::string contents = builder->files.Contents(path);
  REQUIRE(byte < contents.size());
  contents[byte] = static_cast<char>(contents[byte] ^ 0x10);
  builder->files.SetContents(path, contents);
}

TEST_CASE("a whole log: no findings, and everything counted") {
  LogBuilder builder;
  BuildMonth(&builder, 300);
  const LogVerification verified = Verified(&builder);
  CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
  CHECK(verified.notes.empty());
  CHECK(verified.name == "example.com/ring/test");
  CHECK(verified.months == 1);
  CHECK(verified.entries == 303);
  CHECK(verified.beyond == 0);
  CHECK(verified.checkpoints == 2);
  CHECK(verified.decisions == 300);
  CHECK(verified.boots == 1);
  CHECK(verified.first_time_ns == MonthBegins("2026-10"));
  CHECK(verified.last_time_ns == MonthBegins("2026-10") + 302'000'000);
}

TEST_CASE("a checkpoint at every size around a tile, and around 256 of them") {
  LogBuilder builder;
  builder.BeginMonth("2026-10");
  builder.Checkpoint();
  builder.AddBoot(1);
  builder.AddPolicy();
  while (builder.last().entries.size() < 254) builder.AddDecision();
  for (int i = 0; i < 4; ++i) {
    builder.Checkpoint();
    builder.AddDecision();
  }
  builder.Checkpoint();
  builder.Write();
  LogVerification verified = Verified(&builder);
  CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
  CHECK(verified.checkpoints == 6);
  CHECK(verified.entries == 258);
  for (const uint64_t size : {65535u, 65536u, 65537u}) {
    builder.AddDecisions(size - builder.last().entries.size());
    builder.Checkpoint();
    builder.Write();
    verified = Verified(&builder);
    CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
    CHECK(verified.entries == size);
  }
}

TEST_CASE("nothing yet: a log without months, a month without entries or checkpoints") {
  LogBuilder builder;
  CHECK(Verified(&builder).findings.empty());
  static_cast<void>(builder.files.MakeFolder("log/2026-10"));
  CHECK(Verified(&builder).findings.empty());
  builder.BeginMonth("2026-10");
  builder.AddBoot(1);
  builder.Write();
  LogVerification verified = Verified(&builder);
  CHECK(verified.beyond == 2);
  CHECK(verified.entries == 0);
  CHECK(OnlyFinds(verified, {"checkpoint"}));
}

TEST_CASE("size 0 can be signed") {
  LogBuilder builder;
  builder.BeginMonth("2026-10");
  builder.last().sizes = {0};
  builder.last().notes = {
      SignCheckpoint({builder.Origin(0), 0, EmptyRoot()}, builder.signing_seed)};
  builder.last().entries.clear();
  builder.Write();
  const LogVerification verified = Verified(&builder);
  CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
  CHECK(verified.checkpoints == 1);
}

TEST_CASE("entries behind the newest checkpoint are counted, not judged") {
  LogBuilder builder;
  BuildMonth(&builder);
  builder.AddDecisions(5);
  builder.Write();
  Flip(&builder, builder.Path(EntriesName(0)), 304 * kEntryOnDiskBytes + 9);
  const LogVerification verified = Verified(&builder);
  CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
  CHECK(verified.entries == 303);
  CHECK(verified.beyond == 5);
}

TEST_CASE("a bit of an entry, of a leaf hash, of a tile") {
  const uint64_t index = 270;
  LogBuilder builder;
  BuildMonth(&builder, 65536 + 300);
  SUBCASE("entry: named by its CRC, its leaf hash, its tile and the root") {
    Flip(&builder, builder.Path(EntriesName(0)), index * kEntryOnDiskBytes + 60);
    const LogVerification verified = Verified(&builder);
    CHECK(Finds(verified, "entry", index));
    CHECK(Finds(verified, "leaf", index));
    CHECK(Finds(verified, "tile", 256));
    CHECK(Finds(verified, "tile", 0));  // of level 2
    CHECK(Finds(verified, "root"));
  }
  SUBCASE("the length before an entry is under no hash, so it is compared") {
    Flip(&builder, builder.Path(EntriesName(0)), index * kEntryOnDiskBytes + 1);
    const LogVerification verified = Verified(&builder);
    CHECK(Finds(verified, "entry", index));
    CHECK(!Finds(verified, "root"));
  }
  SUBCASE("leaf hash: a root over the entries alone would not notice") {
    Flip(&builder, builder.Path(LeavesName(0)), index * 32 + 5);
    const LogVerification verified = Verified(&builder);
    CHECK(Lines(verified.findings) ==
          "2026-10/270 leaf: the stored leaf hash is not that of the entry\n");
  }
  SUBCASE("leaf hash of the partial tile") {
    Flip(&builder, builder.Path(LeavesName(0)), (65536 + 302) * 32);
    CHECK(Finds(Verified(&builder), "leaf", 65536 + 302));
  }
  SUBCASE("level 1") {
    Flip(&builder, builder.Path(LevelName(1)), 7 * 32);
    CHECK(Finds(Verified(&builder), "tile", 7 * 256));
  }
  SUBCASE("level 2") {
    Flip(&builder, builder.Path(LevelName(2)), 31);
    CHECK(Finds(Verified(&builder), "tile", 0));
  }
  SUBCASE("files that are too short") {
    for (const std::string& name : {LeavesName(0), LevelName(1), LevelName(2)}) {
      LogBuilder other;
      BuildMonth(&other, 65536);
      other.files.SetContents(other.Path(name), "");
      const LogVerification verified = Verified(&other);
      CHECK_MESSAGE(OnlyFinds(verified, {"leaf", "tile", "root"}), Lines(verified.findings));
    }
  }
}

TEST_CASE("entries swapped, doubled or left out, everything hashed anew but not signed") {
  LogBuilder builder;
  BuildMonth(&builder);
  std::vector<EntryBytes>& entries = builder.month().entries;
  SUBCASE("swapped") { std::swap(entries[10], entries[11]); }
  SUBCASE("doubled") {
    entries.insert(entries.begin() + 10, entries[10]);
    entries.pop_back();
  }
  SUBCASE("left out") { entries.erase(entries.begin() + 10); }
  SUBCASE("changed") {
    entries[10][28] ^= 1;  // the effect
    builder.Reseal(10);
  }
  builder.Write();
  const LogVerification verified = Verified(&builder);
  CHECK(Finds(verified, "root"));
  CHECK(!Finds(verified, "leaf"));
}

TEST_CASE("the same, signed with the log's own key: only older checkpoints refuse it") {
  LogBuilder builder;
  BuildMonth(&builder);
  const std::string kept = builder.month().notes[0];
  builder.month().entries[10][28] ^= 1;
  builder.Reseal(10);
  builder.Resign();
  builder.Write();
  VerifyRequest request = RequestFor(&builder);
  CHECK(Verified(request).findings.empty());
  SUBCASE("one somebody kept") {
    request.trusted = {kept};
    CHECK(OnlyFinds(Verified(request), {"trusted"}));
  }
  SUBCASE("the database's") {
    request.copy = CheckpointCopy{builder.Origin(0), 153, 1, kept};
    CHECK(OnlyFinds(Verified(request), {"database"}));
  }
}

TEST_CASE("an older copy of the log is refused by who knows a newer checkpoint") {
  LogBuilder builder;
  BuildMonth(&builder);
  const std::string newest = builder.month().notes[1];
  builder.month().entries.resize(builder.month().sizes[0]);
  builder.month().sizes.pop_back();
  builder.month().notes.pop_back();
  builder.Write();
  VerifyRequest request = RequestFor(&builder);
  CHECK(Verified(request).findings.empty());
  request.trusted = {newest};
  CHECK(OnlyFinds(Verified(request), {"rollback"}));
  request.trusted.clear();
  request.copy = CheckpointCopy{builder.Origin(0), 303, 1, newest};
  CHECK(OnlyFinds(Verified(request), {"rollback"}));
  request.copy->note =
      SignCheckpoint({"example.com/ring/test/2026-11", 1, EmptyRoot()}, builder.signing_seed);
  CHECK(OnlyFinds(Verified(request), {"rollback"}));
}

TEST_CASE("what is trusted must be a checkpoint of this log, by its key") {
  LogBuilder builder;
  BuildMonth(&builder);
  VerifyRequest request = RequestFor(&builder);
  request.trusted = builder.month().notes;
  CHECK(Verified(request).findings.empty());
  request.trusted = {"nonsense"};
  CHECK(OnlyFinds(Verified(request), {"trusted"}));
  request.trusted = {
      SignCheckpoint({"example.com/another/2026-10", 1, EmptyRoot()}, builder.signing_seed)};
  CHECK(OnlyFinds(Verified(request), {"trusted"}));
  request.trusted = {SignCheckpoint({builder.Origin(0), 1, EmptyRoot()}, Hash{})};
  CHECK(OnlyFinds(Verified(request), {"trusted"}));
}

TEST_CASE("files cut below the newest checkpoint") {
  LogBuilder builder;
  BuildMonth(&builder);
  const std::string path = builder.Path(EntriesName(0));
  builder.files.SetContents(path, builder.files.Contents(path).substr(0, 200 * kEntryOnDiskBytes));
  const LogVerification verified = Verified(&builder);
  CHECK(Finds(verified, "entry"));
  CHECK(verified.entries == 200);
}

TEST_CASE("checkpoints that are damaged, of others, or not the newest") {
  LogBuilder builder;
  BuildMonth(&builder);
  LogBuilder::Month& month = builder.month();
  SUBCASE("a signature that is wrong") {
    month.notes[0] = SignCheckpoint({builder.Origin(0), 153, EmptyRoot()}, Hash{});
    builder.Write();
    CHECK(OnlyFinds(Verified(&builder), {"signature"}));
  }
  SUBCASE("the newest one's signature: what the others cover is still looked at") {
    month.notes[1] = SignCheckpoint({builder.Origin(0), 303, EmptyRoot()}, Hash{});
    builder.Write();
    const LogVerification verified = Verified(&builder);
    CHECK(Finds(verified, "signature"));
    CHECK(verified.entries == 153);
  }
  SUBCASE("another origin") {
    month.notes[1] =
        SignCheckpoint({"example.com/ring/test/2026-09", 303, EmptyRoot()}, builder.signing_seed);
    builder.Write();
    CHECK(Finds(Verified(&builder), "signature"));
  }
  SUBCASE("another root at an older size") {
    month.notes[0] = SignCheckpoint({builder.Origin(0), 153, EmptyRoot()}, builder.signing_seed);
    builder.Write();
    CHECK(OnlyFinds(Verified(&builder), {"root"}));
  }
  SUBCASE("a copy of an older one behind the newest is fine") {
    builder.files.SetContents(builder.Path(kCheckpointsName),
                              builder.files.Contents(builder.Path(kCheckpointsName)) +
                                  FormatCheckpointRecord(month.notes[0]));
    const LogVerification verified = Verified(&builder);
    CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
    CHECK(verified.checkpoints == 3);
  }
  SUBCASE("a torn last one is fine") {
    builder.files.SetContents(builder.Path(kCheckpointsName),
                              builder.files.Contents(builder.Path(kCheckpointsName)) + "179\nexam");
    CHECK(Verified(&builder).findings.empty());
  }
  SUBCASE("bytes that begin no checkpoint") {
    builder.files.SetContents(builder.Path(kCheckpointsName),
                              builder.files.Contents(builder.Path(kCheckpointsName)) + "x\n");
    CHECK(OnlyFinds(Verified(&builder), {"checkpoint"}));
  }
  SUBCASE("`checkpoint` is older") {
    builder.files.SetContents(builder.Path(kCheckpointName), month.notes[0]);
    CHECK(OnlyFinds(Verified(&builder), {"checkpoint"}));
  }
  SUBCASE("`checkpoint` is missing") {
    static_cast<void>(builder.files.Remove(builder.Path(kCheckpointName)));
    CHECK(OnlyFinds(Verified(&builder), {"checkpoint"}));
  }
  SUBCASE("the history is missing") {
    static_cast<void>(builder.files.Remove(builder.Path(kCheckpointsName)));
    CHECK(OnlyFinds(Verified(&builder), {"checkpoint"}));
  }
  SUBCASE("a size no tree has") {
    for (const uint64_t size : {uint64_t{1} << 47, uint64_t{1} << 60}) {
      month.notes[1] = SignCheckpoint({builder.Origin(0), size, EmptyRoot()}, builder.signing_seed);
      builder.Write();
      const LogVerification verified = Verified(&builder);
      CHECK(Finds(verified, "entry"));
      CHECK(Finds(verified, "root"));
      CHECK(verified.entries == 303);
    }
  }
}

TEST_CASE("keys: the folder's, or those that are given") {
  LogBuilder builder;
  BuildMonth(&builder);
  VerifyRequest request = RequestFor(&builder);
  request.keys = {builder.Key()};
  CHECK(Verified(request).findings.empty());
  SUBCASE("a log signed by somebody else, with his key beside it") {
    const VerifierKey given = builder.Key();
    builder.signing_seed = Hash{};
    builder.Resign();
    builder.Write();
    CHECK(Verified(&builder).findings.empty());
    request.keys = {given};
    const LogVerification verified = Verified(request);
    CHECK(Finds(verified, "key"));
    CHECK(Finds(verified, "signature"));
  }
  SUBCASE("none for that month") {
    request.keys = {MakeVerifierKey("example.com/ring/test/2026-11", kNoteEd25519, PublicKey{})};
    CHECK(OnlyFinds(Verified(request), {"key"}));
  }
  SUBCASE("log.vkey missing, damaged, of another month") {
    static_cast<void>(builder.files.Remove(builder.Path(kVerifierKeyName)));
    CHECK(OnlyFinds(Verified(&builder), {"key"}));
    builder.files.SetContents(builder.Path(kVerifierKeyName), "nonsense");
    CHECK(OnlyFinds(Verified(&builder), {"key"}));
    builder.files.SetContents(builder.Path(kVerifierKeyName),
                              FormatVerifierKey(MakeVerifierKey(
                                  "example.com", kNoteEd25519, PublicKeyOf(builder.signing_seed))));
    CHECK(OnlyFinds(Verified(&builder), {"key"}));
  }
}

TEST_CASE("cosignatures of known witnesses are counted, and must be right") {
  LogBuilder builder;
  BuildMonth(&builder);
  const Hash seed{1, 2, 3};
  VerifyRequest request = RequestFor(&builder);
  request.witnesses = {MakeVerifierKey("witness.example", kNoteCosignatureV1, PublicKeyOf(seed))};
  Result<SignedNote> note = ParseNote(builder.month().notes[1]);
  REQUIRE(note.ok());
  note->signatures.push_back(Cosign(note->text, "witness.example", seed, 1790000000));
  const auto add = [&] {
    builder.files.SetContents(builder.Path(kCheckpointsName),
                              builder.files.Contents(builder.Path(kCheckpointsName)) +
                                  FormatCheckpointRecord(FormatNote(*note)));
  };
  SUBCASE("right") {
    add();
    const LogVerification verified = Verified(request);
    CHECK_MESSAGE(verified.findings.empty(), Lines(verified.findings));
    CHECK(verified.cosignatures == 1);
    CHECK(verified.checkpoints == 3);
  }
  SUBCASE("wrong") {
    note->signatures.back().bytes.back() ^= 1;
    add();
    CHECK(Finds(Verified(request), "signature"));
    request.witnesses.clear();
    CHECK(Verified(request).findings.empty());
  }
}

TEST_CASE("findings are bounded, and come in the same order whatever the threads") {
  LogBuilder builder;
  BuildMonth(&builder, 40000);
  std::string leaves = builder.files.Contents(builder.Path(LeavesName(0)));
  for (size_t at = 0; at < leaves.size(); at += 32 * 3) leaves[at] = static_cast<char>(~leaves[at]);
  builder.files.SetContents(builder.Path(LeavesName(0)), leaves);
  VerifyRequest request = RequestFor(&builder);
  request.threads = 1;
  const LogVerification one = Verified(request);
  CHECK(one.findings.size() == kMaxDiagnostics);
  CHECK(one.more_findings + one.findings.size() >= 40003 / 3);
  request.threads = 8;
  const LogVerification eight = Verified(request);
  CHECK(Lines(one.findings) == Lines(eight.findings));
  CHECK(one.more_findings == eight.more_findings);
}

TEST_CASE("progress is told, to the end, by the calling thread") {
  LogBuilder builder;
  BuildMonth(&builder, 40000);
  VerifyRequest request = RequestFor(&builder);
  const auto caller = std::this_thread::get_id();
  uint64_t calls = 0, last = 0;
  request.progress = [&](uint64_t done, uint64_t total) {
    CHECK(std::this_thread::get_id() == caller);
    CHECK(total == 40003);
    CHECK(done >= last);
    last = done;
    ++calls;
  };
  CHECK(Verified(request).findings.empty());
  CHECK(calls > 0);
  CHECK(last == 40003);
}

}  // namespace
}  // namespace ringfence
