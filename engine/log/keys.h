// The keys of a log: its key file, the keys of epochs, pseudonyms and facts keys
// (schema/decision_log.md, "Keys and pseudonyms").
#pragma once

#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/crypto.h"
#include "log/entry.h"

namespace ringfence {

inline constexpr uint64_t kNsPerDay = 86400ull * 1000000000ull;
inline constexpr uint32_t kDaysPerEpoch = 30;
constexpr uint32_t DayOf(uint64_t time_ns) { return static_cast<uint32_t>(time_ns / kNsPerDay); }
constexpr uint32_t EpochOf(uint64_t time_ns) { return DayOf(time_ns) / kDaysPerEpoch; }
inline constexpr uint32_t kLastEpoch = EpochOf(UINT64_MAX);  ///< no time lies beyond

/// What a key file holds. Wiped when destroyed.
struct LogKeys {
  std::array<uint8_t, 16> identity{};  ///< of the log it belongs to
  Hash signing_seed{};                 ///< Ed25519
  uint32_t first_epoch = 0;            ///< the oldest that can be read
  Hash first_key{};

  LogKeys() = default;
  LogKeys(const LogKeys&) = default;
  LogKeys& operator=(const LogKeys&) = default;
  ~LogKeys() { Wipe(signing_seed), Wipe(first_key); }

  /// K(epoch), for the caller to wipe. kNotFound: destroyed; kInvalidArgument: beyond kLastEpoch.
  /// O(epochs since the first).
  Result<Hash> EpochKey(uint32_t epoch) const;
};
/// The rules of base/private_file.h: mode 0600, owner, regular, one name.
/// kNotFound, kInvalidArgument (rules), kParse (contents).
Result<LogKeys> ReadLogKeys(const std::string& path);
/// Never overwrites: kInvalidArgument.
Status CreateLogKeys(const std::string& path, const LogKeys& keys);
/// Destroys the epochs before `epoch`: replaces the file. Nothing to do is no error. kBusy while
/// another process replaces it, and as ReadLogKeys.
Status DestroyEpochsBefore(const std::string& path, uint32_t epoch);

/// Who somebody is to a log.
struct PartySecret {
  enum class Kind : uint8_t { kKnown, kUnknown, kNobody };
  Kind kind = Kind::kNobody;
  Hash seed{};          ///< kKnown
  std::string_view id;  ///< kUnknown: external id
};

/// Pseudonyms and keys of one epoch and one day of it. Wiped when destroyed.
class EpochNames {
 public:
  EpochNames(const Hash& epoch_key, uint32_t epoch);
  ~EpochNames();
  uint32_t epoch() const { return epoch_; }
  Pseudonym Callee(const PartySecret& party) const;                ///< kNobody: zero
  Pseudonym Caller(const PartySecret& party, uint32_t day) const;  ///< kNobody: zero
  Hash FactsKey(const PartySecret& callee) const;  ///< the epoch's own, but for kKnown

 private:
  uint32_t epoch_;
  Hash callee_base_{}, facts_base_{}, epoch_key_{};
  mutable uint32_t day_ = 0;  ///< of caller_base_; one thread uses an object
  mutable Hash caller_base_{};
};

/// One callee's facts key, as `log keys` exports it.
struct FactsKey {
  uint32_t epoch = 0;
  Pseudonym callee{};  ///< zero: the epoch's own key
  Hash key{};
};
/// The export file, in the form of a key file (log/key_text.h); epochs rise, and so do the
/// pseudonyms of an epoch, of which there is at least one:
///   ringfence facts keys 1
///   log HEX32
///   epoch NUMBER
///   HEX32 HEX64               pseudonym (all zero: the epoch's own key), key
///   sum HEX32
/// `keys` are in that order. The text is secret.
std::string FormatFactsKeys(const std::array<uint8_t, 16>& identity,
                            std::span<const FactsKey> keys);
struct FactsKeyFile {
  std::array<uint8_t, 16> identity{};
  std::vector<FactsKey> keys;  ///< by epoch, then pseudonym
};
/// kParse with the line and what was expected, never with what stands there.
Result<FactsKeyFile> ParseFactsKeys(std::string_view text);
/// RFC 6962 root over pseudonym || SHA-256(key) of one epoch's keys, which are sorted.
Hash FactsKeysRoot(TreeHasher* hasher, std::span<const FactsKey> keys);

}  // namespace ringfence
