// The keys of contact sync: read from a file outside the database, held in locked memory.
// Takes a key file's text; gives epoch keys, row keys, tags. Immutable, shared between threads.
#pragma once

#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contacts/oprf/oprf.h"
#include "contacts/oprf/secret.h"
#include "contacts/oprf/token.h"

namespace ringfence {

using Tag = std::array<uint8_t, 16>;
using KeyCheck = std::array<uint8_t, 16>;

/// Key of the sealing of rows: see seal.h. Lives in the keyring's locked memory.
struct RowKey {
  int64_t number = 0;
  std::span<const uint8_t> seal;    ///< 32 bytes, XChaCha20-Poly1305
  std::span<const uint8_t> bucket;  ///< 16 bytes, SipHash-2-4: which chunk of a book a token is in
  KeyCheck check{};  ///< what the database keeps to recognise the key; says nothing about it
};

/// Key file, text, one item a line, one space between words, lower-case hexadecimal digits, '\n' at
/// the end of each line, nothing else:
///   ringfence-contact-keys 1
///   seed HEX64
///   row NUMBER HEX64          one or more, numbers rising from 1 to 999999999
///   sum HEX32                 BLAKE2b-128 of everything before this line: finds damage
class Keyring {
 public:
  /// kParse with the line and what was expected, never with what stands there; kInvalidArgument for
  /// a tenant that is not 1-64 bytes of [a-z0-9_-]. `text` is erased.
  static Result<std::shared_ptr<const Keyring>> Parse(std::string text, std::string_view tenant);
  /// Opens without following a link and checks: a regular file, one name (link count 1), owned by
  /// the effective user, no permission for group or others, at most 16 KiB. kNotFound,
  /// kInvalidArgument (says which rule and how to mend it), kIo, and as Parse.
  static Result<std::shared_ptr<const Keyring>> Load(const std::string& path,
                                                     std::string_view tenant);

  /// The key pair of an epoch: DeriveKeyPair(seed, "contacts/v1/tenant=T/epoch=N"), VOPRF. Worked
  /// out once and remembered. Thread-safe. The reference lives as long as the keyring.
  const OprfKeyPair& EpochKey(int64_t epoch) const;
  /// Null: no such key.
  const RowKey* FindRowKey(int64_t number) const;
  const RowKey& newest_row_key() const { return row_keys_.back(); }
  std::span<const RowKey> row_keys() const { return row_keys_; }
  /// The name under which the database finds who owns a token, or that it is suppressed: keyed
  /// BLAKE2b-128 under a key derived from the seed. Deterministic; tenants and epochs differ.
  Tag TagOf(int64_t epoch, const Token& token) const;
  /// A digest of tokens as it may be stored: keyed and bound to its account, or equal books would
  /// have equal bytes.
  std::array<uint8_t, 32> BindDigest(int64_t account, const std::array<uint8_t, 32>& digest) const;
  /// What the database keeps to recognise the seed (and tenant).
  const KeyCheck& seed_check() const { return seed_check_; }

 private:
  Keyring() = default;
  static Result<std::shared_ptr<const Keyring>> FromText(std::string_view text,
                                                         std::string_view tenant);

  std::string tenant_;
  SecretBuffer secrets_;  ///< seed, tag key, then 48 bytes for each row key
  std::vector<RowKey> row_keys_;
  KeyCheck seed_check_{};
  mutable std::mutex mutex_;
  mutable std::map<int64_t, std::pair<SecretBuffer, OprfKeyPair*>> epoch_keys_;
};

/// Writes a new key file with a random seed and row key 1: O_EXCL, mode 0600, fsync of file and
/// folder. kInvalidArgument when something of that name exists.
Status CreateKeyFile(const std::string& path);
/// Replaces the key file (write PATH.new, fsync, rename) by one with a row key more, or without all
/// row keys but `keep` (kNotFound: it has no such key). The rules of Load hold for the file before;
/// after a crash it is the old one or the new one. kBusy while another process replaces it.
Status AddRowKeyToFile(const std::string& path);
Status KeepOnlyRowKeyInFile(const std::string& path, int64_t keep);

}  // namespace ringfence
