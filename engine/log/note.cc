// Verifier keys and signed notes (c2sp.org/signed-note), as golang.org/x/mod/sumdb/note reads them.
#include "log/note.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "log/base64.h"
#include "log/big_endian.h"

namespace ringfence {
namespace {

constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // em dash, space
constexpr size_t kKeyIdBytes = 4;
constexpr size_t kKeyIdDigits = 8;

Status ParseError(std::string message) { return Status(StatusCode::kParse, std::move(message)); }

Status NoteError(size_t line, std::string_view what) {
  return ParseError("note, line " + std::to_string(line) + ": " + std::string(what));
}

size_t LineOf(std::string_view text, size_t offset) {
  return 1 + static_cast<size_t>(
                 std::count(text.begin(), text.begin() + static_cast<long>(offset), '\n'));
}

// Unicode's White_Space.
bool IsSpace(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::vector<uint8_t> KeyBytes(uint8_t type, const PublicKey& key) {
  std::vector<uint8_t> bytes = {type};
  bytes.insert(bytes.end(), key.begin(), key.end());
  return bytes;
}

uint32_t KeyId(std::string_view name, uint8_t type, const PublicKey& key) {
  std::string hashed(name);
  hashed += '\n';
  hashed += static_cast<char>(type);
  hashed.append(reinterpret_cast<const char*>(key.data()), key.size());
  const Hash hash = TreeHasher().Of(AsBytes(hashed));
  return static_cast<uint32_t>(LoadBig<kKeyIdBytes>(hash.data()));
}

Status CheckCharacters(std::string_view note) {
  for (size_t at = 0; at < note.size();) {
    const Utf8Step step = DecodeUtf8(note, at);
    if (!step.ok) return NoteError(LineOf(note, at), "not valid UTF-8");
    if (step.code_point < 0x20 && step.code_point != '\n') {
      return NoteError(LineOf(note, at), "a control character; lines end with a newline alone");
    }
    at += step.length;
  }
  return Status();
}

// What stands between the prefix and the newline: NAME SIGNATURE.
bool ParseSignature(std::string_view line, NoteSignature* out) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return false;
  out->name = line.substr(0, space);
  std::vector<uint8_t> bytes;
  // Go's decoder lets unused bits be anything, so another encoding of a signature is a note too.
  if (!DecodeBase64(line.substr(space + 1), UnusedBits::kAny, &bytes)) return false;
  if (!IsKeyName(out->name) || bytes.size() <= kKeyIdBytes) return false;
  out->id = static_cast<uint32_t>(LoadBig<kKeyIdBytes>(bytes.data()));
  out->bytes.assign(bytes.begin() + kKeyIdBytes, bytes.end());
  return true;
}

bool Same(const NoteSignature& one, const NoteSignature& other) {
  return one.id == other.id && one.name == other.name && one.bytes == other.bytes;
}

}  // namespace

bool IsKeyName(std::string_view name) {
  if (name.empty()) return false;
  for (size_t at = 0; at < name.size();) {
    const Utf8Step step = DecodeUtf8(name, at);
    if (!step.ok || step.code_point == '+' || IsSpace(step.code_point)) return false;
    at += step.length;
  }
  return true;
}

VerifierKey MakeVerifierKey(std::string_view name, uint8_t type, const PublicKey& key) {
  CHECK(IsKeyName(name));
  CHECK(type == kNoteEd25519 || type == kNoteCosignatureV1);
  return {std::string(name), KeyId(name, type, key), type, key};
}

std::string FormatVerifierKey(const VerifierKey& key) {
  std::array<uint8_t, kKeyIdBytes> id;
  StoreBig<kKeyIdBytes>(key.id, id.data());
  return key.name + "+" + ToHex(id) + "+" + Base64(KeyBytes(key.type, key.key));
}

Result<VerifierKey> ParseVerifierKey(std::string_view text) {
  const size_t first = text.find('+');
  const size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return ParseError("verifier key: expected NAME+KEYID+KEY, got '" + Printable(text, 80) + "'");
  }
  const std::string_view name = text.substr(0, first);
  const std::string_view digits = text.substr(first + 1, second - first - 1);
  if (!IsKeyName(name)) {
    return ParseError("verifier key: a name is UTF-8 without spaces, got '" + Printable(name, 80) +
                      "'");
  }
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id, 16);
  if (digits.size() != kKeyIdDigits || error != std::errc() ||
      end != digits.data() + digits.size()) {
    return ParseError("verifier key: expected a key id of eight hexadecimal digits, got '" +
                      Printable(digits, 40) + "'");
  }
  std::vector<uint8_t> bytes;
  if (!FromBase64(text.substr(second + 1), &bytes) || bytes.empty()) {
    return ParseError("verifier key: expected base64 behind the key id, got '" +
                      Printable(text.substr(second + 1), 80) + "'");
  }
  VerifierKey key{std::string(name), id, bytes[0], {}};
  if (key.type != kNoteEd25519 && key.type != kNoteCosignatureV1) {
    return ParseError("verifier key: type " + std::to_string(key.type) +
                      ", expected 1 (Ed25519) or 4 (cosignature/v1)");
  }
  if (bytes.size() != 1 + key.key.size()) {
    return ParseError("verifier key: " + std::to_string(bytes.size() - 1) +
                      " bytes of key, expected 32");
  }
  std::copy(bytes.begin() + 1, bytes.end(), key.key.begin());
  if (key.id != KeyId(name, key.type, key.key)) {
    return ParseError("verifier key: the key id does not belong to name and key: a typing error?");
  }
  return key;
}

Result<SignedNote> ParseNote(std::string_view note) {
  if (note.size() > kMaxNoteFileBytes) {
    return ParseError("note: more than " + std::to_string(kMaxNoteFileBytes) + " bytes");
  }
  Status status = CheckCharacters(note);
  if (!status.ok()) return status;
  const size_t blank = note.rfind("\n\n");
  if (blank == std::string_view::npos) {
    return ParseError("note: no empty line between text and signatures");
  }
  SignedNote out;
  out.text = note.substr(0, blank + 1);
  size_t line_number = LineOf(note, blank + 2);
  std::string_view rest = note.substr(blank + 2);
  if (rest.empty()) return NoteError(line_number, "expected signatures behind the empty line");
  for (size_t lines = 0; !rest.empty(); ++line_number) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) return NoteError(line_number, "no newline at the end");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    NoteSignature signature;
    if (!line.starts_with(kSignaturePrefix) ||
        !ParseSignature(line.substr(kSignaturePrefix.size()), &signature)) {
      return NoteError(line_number,
                       "expected '\xE2\x80\x94 NAME BASE64', got '" + Printable(line, 80) + "'");
    }
    if (++lines > kMaxNoteSignatures) {
      return NoteError(line_number,
                       "more than " + std::to_string(kMaxNoteSignatures) + " signatures");
    }
    const bool repeated =
        std::any_of(out.signatures.begin(), out.signatures.end(),
                    [&](const NoteSignature& other) { return Same(other, signature); });
    if (!repeated) out.signatures.push_back(std::move(signature));
  }
  return out;
}

std::string FormatNote(const SignedNote& note) {
  CHECK(note.text.ends_with('\n'));
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    DCHECK(IsKeyName(signature.name) && !signature.bytes.empty());
    std::vector<uint8_t> bytes(kKeyIdBytes);
    StoreBig<kKeyIdBytes>(signature.id, bytes.data());
    bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
    out.append(kSignaturePrefix).append(signature.name).append(" ").append(Base64(bytes));
    out += '\n';
  }
  return out;
}

}  // namespace ringfence
