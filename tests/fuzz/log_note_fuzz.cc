// Any bytes as what outsiders hand to a log: notes, checkpoints, verifier keys, proofs, base64.
// Each is refused with a reason, or it reads back as itself. No bytes but the signed ones open a
// checkpoint.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "log/note.h"

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

template <class T>
bool Parsed(const Result<T>& result) {
  Require(result.ok() ||
          (result.status().code() == StatusCode::kParse && !result.status().message().empty()));
  return result.ok();
}

bool Same(const SignedNote& one, const SignedNote& other) {
  if (one.text != other.text || one.signatures.size() != other.signatures.size()) return false;
  for (size_t i = 0; i < one.signatures.size(); ++i) {
    const NoteSignature &a = one.signatures[i], &b = other.signatures[i];
    if (a.name != b.name || a.id != b.id || a.bytes != b.bytes) return false;
  }
  return true;
}

// Repeated signatures are dropped, and unused bits of base64 become zero: the form may be shorter.
void CheckNote(std::string_view text) {
  const Result<SignedNote> note = ParseNote(text);
  if (!Parsed(note)) return;
  Require(text.starts_with(note->text) && note->text.ends_with('\n'));
  Require(!note->signatures.empty() && note->signatures.size() <= kMaxNoteSignatures);
  const std::string form = FormatNote(*note);
  Require(form.size() <= text.size());
  const Result<SignedNote> again = ParseNote(form);
  Require(again.ok() && Same(*again, *note));
}

void CheckCheckpoint(std::string_view text) {
  const Result<Checkpoint> checkpoint = ParseCheckpoint(text);
  if (Parsed(checkpoint)) Require(text.starts_with(FormatCheckpoint(*checkpoint)));
}

void CheckOpen(std::string_view text) {
  Hash seed{};
  seed.fill(1);
  static const VerifierKey key =
      MakeVerifierKey("example.com/ring/n7/2026-11", kNoteEd25519, PublicKeyOf(seed));
  const Checkpoint signed_one{key.name, 5, seed};
  const Result<OpenedCheckpoint> opened = OpenCheckpoint(text, key);
  if (opened.ok()) Require(opened->checkpoint == signed_one);
}

void CheckKey(std::string_view text) {
  const Result<VerifierKey> key = ParseVerifierKey(text);
  if (!Parsed(key)) return;
  const std::string form = FormatVerifierKey(*key);
  Require(form.size() == text.size());  // digits of the key id may have been upper case
  Require(FormatVerifierKey(ParseVerifierKey(form).value()) == form);
}

void CheckProof(std::string_view text) {
  const Result<TlogProof> proof = ParseTlogProof(text);
  if (!Parsed(proof)) return;
  const std::string form = FormatTlogProof(*proof);
  if (text.find("\nextra ") == std::string_view::npos) Require(form == text);
  Require(FormatTlogProof(ParseTlogProof(form).value()) == form);
}

void CheckBase64(std::string_view text) {
  std::vector<uint8_t> bytes;
  if (FromBase64(text, &bytes)) Require(Base64(bytes) == text);
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringfence;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckNote(text);
  CheckCheckpoint(text);
  CheckOpen(text);
  CheckKey(text);
  CheckProof(text);
  CheckBase64(text);
  return 0;
}
