// Checkpoints (c2sp.org/tlog-checkpoint), cosignatures (c2sp.org/tlog-cosignature) and proof files
// (c2sp.org/tlog-proof): notes with a meaning.
#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "base/check.h"
#include "base/utf8.h"
#include "log/big_endian.h"
#include "log/note.h"

namespace ringfence {
namespace {

constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";
constexpr size_t kMaxProofHashes = 63;  // of a tree of 2^63 entries
constexpr uint64_t kMaxNumber = std::numeric_limits<int64_t>::max();
constexpr size_t kTimeBytes = 8;

Status ParseError(std::string_view format, size_t line, std::string_view what) {
  return Status(StatusCode::kParse,
                std::string(format) + ", line " + std::to_string(line) + ": " + std::string(what));
}

// Cuts the first line off; false where no newline is left.
bool TakeLine(std::string_view* text, std::string_view* line) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return false;
  *line = text->substr(0, end);
  text->remove_prefix(end + 1);
  return true;
}

// Decimal without leading zeros, at most 2^63 - 1 as everywhere in these formats.
bool ParseNumber(std::string_view text, uint64_t* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size() && *out <= kMaxNumber &&
         (text[0] != '0' || text.size() == 1);
}

bool ParseHash(std::string_view text, Hash* out) {
  std::vector<uint8_t> bytes;
  if (!FromBase64(text, &bytes) || bytes.size() != out->size()) return false;
  std::copy(bytes.begin(), bytes.end(), out->begin());
  return true;
}

std::string CosignedMessage(std::string_view text, uint64_t time_s) {
  std::string message = "cosignature/v1\ntime " + std::to_string(time_s) + "\n";
  return message.append(text);
}

// The time of a cosignature, 0 of a plain signature; none where the signature is wrong.
std::optional<uint64_t> Verify(const VerifierKey& key, std::string_view text,
                               const std::vector<uint8_t>& bytes) {
  const bool timed = key.type == kNoteCosignatureV1;
  const size_t skip = timed ? kTimeBytes : 0;
  Signature signature;
  if (bytes.size() != skip + signature.size()) return std::nullopt;
  std::copy(bytes.begin() + static_cast<long>(skip), bytes.end(), signature.begin());
  if (!timed) {
    if (!VerifyEd25519(key.key, AsBytes(text), signature)) return std::nullopt;
    return 0;
  }
  const uint64_t time_s = LoadBig<kTimeBytes>(bytes.data());
  if (time_s > kMaxNumber) return std::nullopt;
  const std::string message = CosignedMessage(text, time_s);
  if (!VerifyEd25519(key.key, AsBytes(message), signature)) return std::nullopt;
  return time_s;
}

bool IsOf(const NoteSignature& signature, const VerifierKey& key) {
  return signature.id == key.id && signature.name == key.name;
}

Status WrongSignature(const NoteSignature& signature) {
  return Status(StatusCode::kCorrupt,
                "the signature of '" + Printable(signature.name, 80) + "' is wrong");
}

}  // namespace

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  CHECK(!checkpoint.origin.empty() && checkpoint.origin.find('\n') == std::string::npos);
  CHECK(checkpoint.size <= kMaxNumber);
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         Base64(checkpoint.root) + "\n";
}

Result<Checkpoint> ParseCheckpoint(std::string_view text) {
  constexpr std::string_view kFormat = "checkpoint";
  Checkpoint out;
  std::string_view line;
  if (!TakeLine(&text, &line) || line.empty()) {
    return ParseError(kFormat, 1, "expected the log's origin");
  }
  out.origin = line;
  if (!TakeLine(&text, &line) || !ParseNumber(line, &out.size)) {
    return ParseError(kFormat, 2, "expected a number of entries, in decimal without leading zeros");
  }
  if (!TakeLine(&text, &line) || !ParseHash(line, &out.root)) {
    return ParseError(kFormat, 3, "expected the root hash, 32 bytes in base64");
  }
  for (size_t number = 4; !text.empty(); ++number) {
    if (!TakeLine(&text, &line) || line.empty()) {
      return ParseError(kFormat, number, "an extension line is not empty and ends with a newline");
    }
  }
  return out;
}

std::string SignCheckpoint(const Checkpoint& checkpoint, const Hash& seed) {
  const VerifierKey key = MakeVerifierKey(checkpoint.origin, kNoteEd25519, PublicKeyOf(seed));
  SignedNote note;
  note.text = FormatCheckpoint(checkpoint);
  const Signature signature = SignEd25519(seed, AsBytes(note.text));
  note.signatures.push_back({key.name, key.id, {signature.begin(), signature.end()}});
  return FormatNote(note);
}

Result<OpenedCheckpoint> OpenCheckpoint(std::string_view note, const VerifierKey& log,
                                        std::span<const VerifierKey> witnesses) {
  Result<SignedNote> parsed = ParseNote(note);
  if (!parsed.ok()) return parsed.status();
  Result<Checkpoint> checkpoint = ParseCheckpoint(parsed->text);
  if (!checkpoint.ok()) return checkpoint.status();
  OpenedCheckpoint out{*std::move(checkpoint), {parsed->text, {}}, {}};
  bool by_log = false;
  std::vector<bool> by_witness(witnesses.size(), false);
  for (NoteSignature& signature : parsed->signatures) {
    bool again = false;  // a known key's second signature counts for nothing and is not kept
    if (IsOf(signature, log)) {
      again = by_log;
      if (!by_log && !Verify(log, out.note.text, signature.bytes)) return WrongSignature(signature);
      by_log = true;
    }
    for (size_t i = 0; i < witnesses.size(); ++i) {
      if (!IsOf(signature, witnesses[i])) continue;
      again = again || by_witness[i];
      if (by_witness[i]) continue;
      const std::optional<uint64_t> time_s = Verify(witnesses[i], out.note.text, signature.bytes);
      if (!time_s) return WrongSignature(signature);
      by_witness[i] = true;
      out.cosigned.push_back({witnesses[i].name, *time_s});
    }
    if (!again) out.note.signatures.push_back(std::move(signature));
  }
  if (!by_log) {
    return Status(StatusCode::kCorrupt, "not signed by the log's key '" + log.name + "'");
  }
  if (out.checkpoint.origin != log.name) {
    return Status(StatusCode::kCorrupt, "a checkpoint of '" + Printable(out.checkpoint.origin, 80) +
                                            "', expected one of '" + log.name + "'");
  }
  return out;
}

NoteSignature Cosign(std::string_view text, std::string_view name, const Hash& seed,
                     uint64_t time_s) {
  CHECK(time_s <= kMaxNumber);
  const VerifierKey key = MakeVerifierKey(name, kNoteCosignatureV1, PublicKeyOf(seed));
  const std::string message = CosignedMessage(text, time_s);
  const Signature signature = SignEd25519(seed, AsBytes(message));
  NoteSignature out{key.name, key.id, std::vector<uint8_t>(kTimeBytes + sizeof signature)};
  StoreBig<kTimeBytes>(time_s, out.bytes.data());
  std::copy(signature.begin(), signature.end(), out.bytes.begin() + kTimeBytes);
  return out;
}

std::string FormatTlogProof(const TlogProof& proof) {
  CHECK(proof.index <= kMaxNumber && proof.hashes.size() <= kMaxProofHashes);
  std::string out(kProofHeader);
  out += "\nindex " + std::to_string(proof.index) + "\n";
  for (const Hash& hash : proof.hashes) out += Base64(hash) + "\n";
  return out + "\n" + proof.checkpoint;
}

Result<TlogProof> ParseTlogProof(std::string_view text) {
  constexpr std::string_view kFormat = "proof";
  TlogProof out;
  std::string_view line;
  size_t number = 1;
  if (!TakeLine(&text, &line) || line != kProofHeader) {
    return ParseError(kFormat, number, "expected '" + std::string(kProofHeader) + "'");
  }
  bool more = TakeLine(&text, &line);
  ++number;
  constexpr std::string_view kExtra = "extra ";
  if (more && line.starts_with(kExtra)) {  // for applications; nothing vouches for it
    std::vector<uint8_t> ignored;
    if (!FromBase64(line.substr(kExtra.size()), &ignored)) {
      return ParseError(kFormat, number, "expected base64 behind 'extra'");
    }
    more = TakeLine(&text, &line);
    ++number;
  }
  constexpr std::string_view kIndex = "index ";
  if (!more || !line.starts_with(kIndex) || !ParseNumber(line.substr(kIndex.size()), &out.index)) {
    return ParseError(kFormat, number, "expected 'index' and a number without leading zeros");
  }
  for (++number; TakeLine(&text, &line) && !line.empty(); ++number) {
    Hash hash;
    if (!ParseHash(line, &hash)) {
      return ParseError(kFormat, number, "expected a hash, 32 bytes in base64, or an empty line");
    }
    if (out.hashes.size() == kMaxProofHashes) {
      return ParseError(kFormat, number, "more hashes than any tree is high");
    }
    out.hashes.push_back(hash);
  }
  const Result<SignedNote> note = ParseNote(text);
  if (!note.ok()) return note.status();
  const Result<Checkpoint> checkpoint = ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return checkpoint.status();
  out.checkpoint = text;
  return out;
}

}  // namespace ringfence
