// C2SP signed notes, checkpoints, cosignatures, and .tlog-proof files.
// Takes text from anywhere; gives checkpoints whose signatures were checked.
#pragma once

#include <ringfence/status.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/crypto.h"

namespace ringfence {

inline constexpr uint8_t kNoteEd25519 = 0x01;
inline constexpr uint8_t kNoteCosignatureV1 = 0x04;
inline constexpr size_t kMaxNoteSignatures = 100;     ///< x/mod's limit; the standard demands 16
inline constexpr size_t kMaxNoteFileBytes = 1000000;  ///< x/mod's limit

/// "name+hex(key id)+base64(type || key)".
struct VerifierKey {
  std::string name;
  uint32_t id = 0;
  uint8_t type = kNoteEd25519;  ///< or kNoteCosignatureV1
  PublicKey key{};
};
VerifierKey MakeVerifierKey(std::string_view name, uint8_t type, const PublicKey& key);
std::string FormatVerifierKey(const VerifierKey& key);
/// kParse says what is wrong; unknown types are refused.
Result<VerifierKey> ParseVerifierKey(std::string_view text);
/// Non-empty, valid UTF-8, no Unicode space, no '+'.
bool IsKeyName(std::string_view name);

struct NoteSignature {
  std::string name;
  uint32_t id = 0;
  std::vector<uint8_t> bytes;  ///< behind the key id
};
struct SignedNote {
  std::string text;  ///< ends with a newline
  std::vector<NoteSignature> signatures;
};
/// The same notes are accepted as by golang.org/x/mod/sumdb/note.Open, without its keys.
Result<SignedNote> ParseNote(std::string_view note);
std::string FormatNote(const SignedNote& note);

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Hash root{};
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};
/// The note's text. Extension lines are accepted and ignored by Parse.
std::string FormatCheckpoint(const Checkpoint& checkpoint);
Result<Checkpoint> ParseCheckpoint(std::string_view text);

/// A whole checkpoint note, signed. The key's name is the origin.
std::string SignCheckpoint(const Checkpoint& checkpoint, const Hash& seed);

/// What a note holds once its signatures were checked.
struct OpenedCheckpoint {
  Checkpoint checkpoint;
  SignedNote note;
  struct Cosigned {
    std::string name;
    uint64_t time_s = 0;
  };
  std::vector<Cosigned> cosigned;  ///< by which of `witnesses`
};
/// kParse: no checkpoint. kCorrupt: not signed by `log` or another origin than its name, or a
/// signature of a known key is wrong.
Result<OpenedCheckpoint> OpenCheckpoint(std::string_view note, const VerifierKey& log,
                                        std::span<const VerifierKey> witnesses = {});
/// A cosignature/v1 line's signature over a checkpoint's text.
NoteSignature Cosign(std::string_view text, std::string_view name, const Hash& seed,
                     uint64_t time_s);

/// c2sp.org/tlog-proof@v1
struct TlogProof {
  uint64_t index = 0;
  std::vector<Hash> hashes;
  std::string checkpoint;  ///< the whole note
};
std::string FormatTlogProof(const TlogProof& proof);
Result<TlogProof> ParseTlogProof(std::string_view text);

std::string Base64(Bytes bytes);
/// Strict: padding demanded, no white space, unused bits zero. False otherwise.
bool FromBase64(std::string_view text, std::vector<uint8_t>* out);

}  // namespace ringfence
