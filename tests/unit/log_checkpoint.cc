// Checkpoints, signatures of log and witnesses, and proof files.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "log/note.h"
#include "unit/hex_bytes.h"

namespace ringfence {
namespace {

constexpr std::string_view kOrigin = "example.com/ring/n7/2026-11";

Hash SeedOf(uint8_t number) {
  Hash seed;
  seed.fill(number);
  return seed;
}

VerifierKey LogKey() { return MakeVerifierKey(kOrigin, kNoteEd25519, PublicKeyOf(SeedOf(1))); }
VerifierKey Witness(std::string_view name, uint8_t number) {
  return MakeVerifierKey(name, kNoteCosignatureV1, PublicKeyOf(SeedOf(number)));
}

Checkpoint SomeCheckpoint() {
  return {std::string(kOrigin), 20852163, TreeHasher().Of(AsBytes("root"))};
}

std::string WithLine(const std::string& note, const NoteSignature& signature) {
  SignedNote parsed = ParseNote(note).value();
  parsed.signatures.push_back(signature);
  return FormatNote(parsed);
}

TEST_CASE("checkpoints: the example of the standard") {
  constexpr std::string_view kText =
      "example.com/behind-the-sofa\n"
      "20852163\n"
      "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  const Result<Checkpoint> checkpoint = ParseCheckpoint(kText);
  REQUIRE(checkpoint.ok());
  CHECK(checkpoint->origin == "example.com/behind-the-sofa");
  CHECK(checkpoint->size == 20852163);
  CHECK(ToHex(checkpoint->root) ==
        "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
  CHECK(FormatCheckpoint(*checkpoint) == kText);
  const Result<Checkpoint> extended = ParseCheckpoint(std::string(kText) + "more\nand more\n");
  REQUIRE(extended.ok());
  CHECK(*extended == *checkpoint);
}

TEST_CASE("checkpoints: what is none, by line") {
  const std::string root = Base64(SeedOf(7)) + "\n";
  const auto error_of = [](const std::string& text) {
    const Result<Checkpoint> checkpoint = ParseCheckpoint(text);
    if (checkpoint.ok()) return std::string("none");
    CHECK(checkpoint.status().code() == StatusCode::kParse);
    return checkpoint.status().message().substr(0, std::string_view("checkpoint, line 1").size());
  };
  CHECK(error_of("o\n0\n" + root) == "none");
  CHECK(error_of("o\n9223372036854775807\n" + root) == "none");
  for (const char* const text : {"", "o", "\n1\n"}) CHECK(error_of(text) == "checkpoint, line 1");
  for (const char* const size : {"", "00", "01", "-1", "+1", " 1", "1 ", "1a", "0x1",
                                 "9223372036854775808", "18446744073709551616"}) {
    CAPTURE(size);
    CHECK(error_of("o\n" + std::string(size) + "\n" + root) == "checkpoint, line 2");
  }
  CHECK(error_of("o\n1") == "checkpoint, line 2");
  for (const char* const hash : {"", "AAAA", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="}) {
    CHECK(error_of("o\n1\n" + std::string(hash) + "\n") == "checkpoint, line 3");
  }
  CHECK(error_of("o\n1\n" + root.substr(0, root.size() - 1)) == "checkpoint, line 3");
  CHECK(error_of("o\n1\n" + root + "\n") == "checkpoint, line 4");
  CHECK(error_of("o\n1\n" + root + "x\n\n") == "checkpoint, line 5");
  CHECK(error_of("o\n1\n" + root + "x") == "checkpoint, line 4");
}

TEST_CASE("checkpoints: signed, opened; the bytes stand still") {
  const std::string note = SignCheckpoint(SomeCheckpoint(), SeedOf(1));
  const Result<OpenedCheckpoint> opened = OpenCheckpoint(note, LogKey());
  REQUIRE(opened.ok());
  CHECK(opened->checkpoint == SomeCheckpoint());
  CHECK(opened->cosigned.empty());
  CHECK(FormatNote(opened->note) == note);
  CHECK(note.starts_with(FormatCheckpoint(SomeCheckpoint()) + "\n\xE2\x80\x94 " +
                         std::string(kOrigin) + " "));
  CHECK(note == SignCheckpoint(SomeCheckpoint(), SeedOf(1)));  // Ed25519 has no randomness
}

TEST_CASE("checkpoints: any changed character is refused") {
  const std::string note = SignCheckpoint(SomeCheckpoint(), SeedOf(1));
  size_t refused = 0;
  for (size_t i = 0; i < note.size(); ++i) {
    std::string changed = note;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    refused += OpenCheckpoint(changed, LogKey()).ok() ? 0 : 1;
  }
  // The last digit of a signature has bits that mean nothing, to Go as to us: 'E' reads as 'A'.
  CHECK(refused >= note.size() - 1);
  CHECK(OpenCheckpoint("no note", LogKey()).status().code() == StatusCode::kParse);
}

TEST_CASE("checkpoints: other keys' signatures are ignored, a known key's must be right") {
  const std::string note = SignCheckpoint(SomeCheckpoint(), SeedOf(1));
  const SignedNote parsed = ParseNote(note).value();
  const NoteSignature good = parsed.signatures[0];
  NoteSignature other_id = good, other_name = good, wrong = good, shorter = good;
  other_id.id ^= 1;
  other_name.name = "somebody.else";
  wrong.bytes[5] ^= 1;
  shorter.bytes.pop_back();
  const auto open = [&](const std::vector<NoteSignature>& signatures) {
    return OpenCheckpoint(FormatNote({parsed.text, signatures}), LogKey());
  };
  CHECK(open({other_id, good, other_name}).ok());
  CHECK(open({other_id, good, other_name})->note.signatures.size() == 3);
  CHECK(open({other_id, other_name}).status().message() ==
        "not signed by the log's key '" + std::string(kOrigin) + "'");
  for (const auto& signatures : {std::vector{wrong}, {wrong, good}, {shorter, good}}) {
    CHECK(open(signatures).status().code() == StatusCode::kCorrupt);
    CHECK(open(signatures).status().message() ==
          "the signature of '" + std::string(kOrigin) + "' is wrong");
  }
  // As in Go, a key's first signature counts; a second one is not looked at, and not kept.
  CHECK(open({good, wrong}).ok());
  CHECK(FormatNote(open({good, wrong})->note) == note);
}

TEST_CASE("checkpoints: the origin must be the key's name") {
  SignedNote note;
  Checkpoint other = SomeCheckpoint();
  other.origin = "example.com/ring/n8/2026-11";
  note.text = FormatCheckpoint(other);
  const Signature signature = SignEd25519(SeedOf(1), AsBytes(note.text));
  note.signatures.push_back(
      {std::string(kOrigin), LogKey().id, {signature.begin(), signature.end()}});
  const Result<OpenedCheckpoint> opened = OpenCheckpoint(FormatNote(note), LogKey());
  CHECK(opened.status().code() == StatusCode::kCorrupt);
  CHECK(opened.status().message() ==
        "a checkpoint of 'example.com/ring/n8/2026-11', expected one of "
        "'example.com/ring/n7/2026-11'");
}

TEST_CASE("cosignatures: given, found, and refused once anything is changed") {
  const std::string note = SignCheckpoint(SomeCheckpoint(), SeedOf(1));
  const std::string text = FormatCheckpoint(SomeCheckpoint());
  const std::vector<VerifierKey> witnesses = {Witness("w.example/1", 2), Witness("w.example/2", 3)};
  const NoteSignature one = Cosign(text, "w.example/1", SeedOf(2), 1679315147);
  CHECK(one.bytes.size() == 72);
  CHECK(one.id == witnesses[0].id);
  const std::string cosigned = WithLine(note, one);
  const Result<OpenedCheckpoint> opened = OpenCheckpoint(cosigned, LogKey(), witnesses);
  REQUIRE(opened.ok());
  REQUIRE(opened->cosigned.size() == 1);
  CHECK(opened->cosigned[0].name == "w.example/1");
  CHECK(opened->cosigned[0].time_s == 1679315147);
  CHECK(OpenCheckpoint(cosigned, LogKey())->cosigned.empty());
  const NoteSignature two = Cosign(text, "w.example/2", SeedOf(3), 0);
  const Result<OpenedCheckpoint> both =
      OpenCheckpoint(WithLine(cosigned, two), LogKey(), witnesses);
  REQUIRE(both.ok());
  CHECK(both->cosigned.size() == 2);
  CHECK(FormatNote(both->note) == WithLine(cosigned, two));
  for (size_t byte = 0; byte < one.bytes.size(); ++byte) {  // time and signature
    NoteSignature changed = one;
    changed.bytes[byte] ^= 0x80;
    CHECK(OpenCheckpoint(WithLine(note, changed), LogKey(), witnesses).status().message() ==
          "the signature of 'w.example/1' is wrong");
    CHECK(OpenCheckpoint(WithLine(note, changed), LogKey()).ok());
  }
  // A witness alone does not make a checkpoint, and a plain signature is no cosignature.
  SignedNote without = ParseNote(cosigned).value();
  without.signatures.erase(without.signatures.begin());
  CHECK_FALSE(OpenCheckpoint(FormatNote(without), LogKey(), witnesses).ok());
  const Signature plain = SignEd25519(SeedOf(2), AsBytes(text));
  CHECK_FALSE(OpenCheckpoint(WithLine(note, {"w.example/1", one.id, {plain.begin(), plain.end()}}),
                             LogKey(), witnesses)
                  .ok());
}

TEST_CASE("cosignatures: the signed message is the standard's") {
  const std::string text = FormatCheckpoint(SomeCheckpoint());
  const std::string message = "cosignature/v1\ntime 1679315147\n" + text;
  const Signature expected = SignEd25519(SeedOf(2), AsBytes(message));
  const NoteSignature line = Cosign(text, "w", SeedOf(2), 1679315147);
  CHECK(std::equal(expected.begin(), expected.end(), line.bytes.begin() + 8, line.bytes.end()));
  CHECK(ToHex(Bytes(line.bytes).first(8)) == "00000000641850cb");
}

TEST_CASE("cosignatures: a time beyond 2^63 - 1 is refused, however well it is signed") {
  const std::string text = FormatCheckpoint(SomeCheckpoint());
  const std::string note = SignCheckpoint(SomeCheckpoint(), SeedOf(1));
  const std::vector<VerifierKey> witnesses = {Witness("w.example/1", 2)};
  const NoteSignature last = Cosign(text, "w.example/1", SeedOf(2), INT64_MAX);
  CHECK(OpenCheckpoint(WithLine(note, last), LogKey(), witnesses)->cosigned[0].time_s == INT64_MAX);
  const std::string message = "cosignature/v1\ntime 9223372036854775808\n" + text;
  const Signature signature = SignEd25519(SeedOf(2), AsBytes(message));
  NoteSignature beyond = last;
  std::copy(signature.begin(), signature.end(), beyond.bytes.begin() + 8);
  std::copy_n(HexBytes("8000000000000000").begin(), 8, beyond.bytes.begin());
  CHECK_FALSE(OpenCheckpoint(WithLine(note, beyond), LogKey(), witnesses).ok());
}

TlogProof SomeProof() {
  TlogProof proof;
  proof.index = 73894;
  for (uint8_t i = 0; i < 5; ++i) proof.hashes.push_back(SeedOf(i));
  proof.checkpoint = SignCheckpoint(SomeCheckpoint(), SeedOf(1));
  return proof;
}

TEST_CASE("proof files: written and read") {
  const TlogProof proof = SomeProof();
  const std::string text = FormatTlogProof(proof);
  CHECK(text.starts_with(
      "c2sp.org/tlog-proof@v1\nindex 73894\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"));
  CHECK(text.ends_with("\n\n" + proof.checkpoint));
  const Result<TlogProof> read = ParseTlogProof(text);
  REQUIRE(read.ok());
  CHECK(read->index == proof.index);
  CHECK(read->hashes == proof.hashes);
  CHECK(read->checkpoint == proof.checkpoint);
  TlogProof alone = proof;  // the only entry of a tree: nothing beside it
  alone.index = 0;
  alone.hashes.clear();
  const Result<TlogProof> read_alone = ParseTlogProof(FormatTlogProof(alone));
  REQUIRE(read_alone.ok());
  CHECK(read_alone->hashes.empty());
}

TEST_CASE("proof files: extra data is passed over; what is no proof, by line") {
  const std::string text = FormatTlogProof(SomeProof());
  const size_t second = text.find("index");
  const auto with = [&](std::string_view inserted) {
    return text.substr(0, second) + std::string(inserted) + text.substr(second);
  };
  CHECK(ParseTlogProof(with("extra aGVsbG8=\n")).ok());
  const auto error_of = [](const std::string& proof) {
    const Result<TlogProof> parsed = ParseTlogProof(proof);
    if (parsed.ok()) return std::string("none");
    CHECK(parsed.status().code() == StatusCode::kParse);
    return parsed.status().message().substr(0, std::string_view("proof, line 1").size());
  };
  CHECK(error_of("") == "proof, line 1");
  CHECK(error_of("c2sp.org/tlog-proof@v2\n" + text.substr(second)) == "proof, line 1");
  CHECK(error_of("c2sp.org/tlog-proof@v1\n") == "proof, line 2");
  CHECK(error_of(with("extra !\n")) == "proof, line 2");
  CHECK(error_of(with("extra aGVsbG8=\nextra aGVsbG8=\n")) == "proof, line 3");
  CHECK(error_of(with("index 007\n")) == "proof, line 2");
  CHECK(error_of(with("index 1\n")) == "proof, line 3");
  const std::string head = "c2sp.org/tlog-proof@v1\nindex 1\n";
  const std::string hash = Base64(SeedOf(9)) + "\n", note = "\n" + SomeProof().checkpoint;
  std::string hashes;
  for (int i = 0; i < 63; ++i) hashes += hash;
  CHECK(error_of(head + hashes + note) == "none");
  CHECK(error_of(head + hashes + hash + note) == "proof, line 6");  // 66
  CHECK(error_of(head + hash + "AAAA\n" + note) == "proof, line 4");
  CHECK_FALSE(ParseTlogProof(head + hash).ok());
  CHECK_FALSE(ParseTlogProof(head + hash + "\n").ok());
  CHECK_FALSE(ParseTlogProof(head + note.substr(1)).ok());
  CHECK_FALSE(ParseTlogProof(head + "\no\nno number\nx\n\n\xE2\x80\x94 n AAAAAQI=\n").ok());
}

}  // namespace
}  // namespace ringfence
