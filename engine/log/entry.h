// The 182 bytes of a log entry (schema/decision_log.md). Takes fields; gives bytes, and back.
#pragma once

#include <ringfence/status.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "facts/frame.h"
#include "log/crypto.h"

namespace ringfence {

inline constexpr size_t kEntryBytes = 182;
inline constexpr size_t kEntryOnDiskBytes = kEntryBytes + 2;  ///< after its length, big-endian
inline constexpr size_t kEntryPayloadOffset = 34;
inline constexpr size_t kEntryPayloadBytes = 128;  ///< of kinds that are no decision
inline constexpr uint8_t kEntryVersion = 1;
using EntryBytes = std::array<uint8_t, kEntryBytes>;

enum class EntryKind : uint8_t {
  kGenesis = 1,
  kPolicy = 2,
  kDecision = 3,
  kBoot = 4,
  kGap = 5,
  kClock = 6,
  kErasure = 7,
  kSeal = 9,
  kReplay = 10,
  kKeyCommit = 11,
  kAccess = 12,
  kDetail = 13,
};
/// "decision", "boot"...; "unknown" for a kind this version does not know.
std::string_view ToString(EntryKind kind);
bool IsKnownKind(uint8_t kind);

namespace entry_flags {
inline constexpr uint16_t kClockUnsynchronised = 1u << 0;
inline constexpr uint16_t kFailureMode = 1u << 1;
inline constexpr uint16_t kEmergency = 1u << 2;
inline constexpr uint16_t kShadow = 1u << 3;
inline constexpr uint16_t kNotAllCollected = 1u << 4;
inline constexpr uint16_t kDurable = 1u << 5;
inline constexpr uint16_t kPartyUnread = 1u << 6;
inline constexpr uint16_t kEpochKey = 1u << 7;
inline constexpr int kDetailShift = 8;  ///< two bits: DETAIL entries directly before
}  // namespace entry_flags

using Pseudonym = std::array<uint8_t, 16>;
using RequestId = std::array<uint8_t, 16>;

/// What every entry has. Integers in this machine's order.
struct EntryHeader {
  uint8_t version = kEntryVersion;
  EntryKind kind = EntryKind::kDecision;
  uint16_t flags = 0;
  uint64_t time_ns = 0;  ///< Unix time
  uint16_t writer = 0;
  uint16_t boot = 0;
  uint64_t seq = 0;         ///< 48 bits
  uint64_t policy_ref = 0;  ///< 48 bits
  uint8_t effect = 0;       ///< of a DETAIL: DetailKind
  uint8_t facts_schema = 0;
  uint16_t reason = 0;
  uint16_t rule = 0;
};

/// Bytes 34..177 of a DECISION or DETAIL.
struct DecisionFields {
  RequestId request_id{};
  Pseudonym caller{};
  Pseudonym callee{};
  std::array<uint8_t, 80> sealed_facts{};
  uint64_t revision = 0;
  uint8_t outcome = 0;
  uint8_t path = 0;   ///< 0: none, else 1 + index of the value
  uint8_t basis = 0;  ///< bits 0-1 ring, bits 2-3 path
  std::array<uint8_t, 5> sealed_states{};
};

enum class DetailKind : uint8_t { kUnavailable = 1, kCollected = 2, kHost = 3 };

/// An entry of any kind: `payload` holds bytes 34..161 of kinds that are no decision.
struct Entry {
  EntryHeader header;
  DecisionFields decision;                            ///< kDecision, kDetail
  std::array<uint8_t, kEntryPayloadBytes> payload{};  ///< the others
};
inline bool HasDecisionFields(EntryKind kind) {
  return kind == EntryKind::kDecision || kind == EntryKind::kDetail;
}

/// Writes all 182 bytes, CRC included.
void EncodeEntry(const Entry& entry, EntryBytes* out);
/// The same but for the CRC, whose four bytes are left as they are.
void EncodeWithoutCrc(const Entry& entry, EntryBytes* out);
/// Likewise, of a DECISION or DETAIL that is no Entry.
void EncodeWithoutCrc(const EntryHeader& header, const DecisionFields& fields, EntryBytes* out);
/// The header alone, whatever version and CRC are.
EntryHeader DecodeHeader(std::span<const uint8_t, kEntryBytes> bytes);
/// Puts the CRC where it belongs, after a field of encoded bytes was changed.
void PutEntryCrc(EntryBytes* bytes);
bool HasEntryCrc(std::span<const uint8_t, kEntryBytes> bytes);
/// kCorrupt: another version, or a CRC that does not fit. Unknown kinds are no error.
Result<Entry> DecodeEntry(std::span<const uint8_t, kEntryBytes> bytes);

/// What is sealed, in clear.
enum class GroupState : uint8_t { kNotCollected = 0, kRead = 1, kUnavailable = 2, kAbsent = 3 };
using FactWords = std::array<uint32_t, kFrameWords>;
/// The states of all groups as an entry has them: two bits each, the first group's lowest.
class GroupStates {
 public:
  constexpr GroupStates() = default;
  constexpr explicit GroupStates(uint32_t bits) : bits_(bits) {}
  /// From sets of groups: what needed no reading any more, and of that what was unavailable, and
  /// what was absent.
  static constexpr GroupStates Of(GroupSet collected, GroupSet unavailable, GroupSet absent) {
    const uint32_t low = collected & ~static_cast<uint32_t>(unavailable);
    const uint32_t high = collected & static_cast<uint32_t>(unavailable | absent);
    return GroupStates(Spread(low) | Spread(high) << 1);
  }
  constexpr GroupState operator[](Group group) const {
    return static_cast<GroupState>(bits_ >> (2 * static_cast<int>(group)) & 3);
  }
  constexpr void Set(Group group, GroupState state) {
    const int shift = 2 * static_cast<int>(group);
    bits_ = (bits_ & ~(3u << shift)) | static_cast<uint32_t>(state) << shift;
  }
  constexpr uint32_t bits() const { return bits_; }
  friend constexpr bool operator==(const GroupStates&, const GroupStates&) = default;

 private:
  /// Puts bit i at bit 2i.
  static constexpr uint32_t Spread(uint32_t bits) {
    bits = (bits | bits << 8) & 0x00FF00FF;
    bits = (bits | bits << 4) & 0x0F0F0F0F;
    bits = (bits | bits << 2) & 0x33333333;
    return (bits | bits << 1) & 0x55555555;
  }
  uint32_t bits_ = 0;
};
static_assert(2 * kGroupCount <= 32);

struct FactsRecord {
  FactWords words{};         ///< as in a Frame
  uint32_t read_digest = 0;  ///< ReadDigest of the facts that were tested
  GroupStates states;
  GroupSet host = 0;
};
/// CRC-32C of the 72 bytes in which each tested fact's first bit is set.
uint32_t ReadDigest(const Layout& layout, const FactSet& tested);

/// The 80 and 5 bytes of the two sealed fields, in clear.
void PackFacts(const FactsRecord& facts, std::array<uint8_t, 80>* facts_field,
               std::array<uint8_t, 5>* states_field);
/// False: the zero bytes and bits are not zero, so the key was another one.
bool UnpackFacts(const std::array<uint8_t, 80>& facts_field,
                 const std::array<uint8_t, 5>& states_field, FactsRecord* facts);
/// A DETAIL's mask: 72 bytes, then zeros.
void PackMask(const FactWords& mask, std::array<uint8_t, 80>* field);
bool UnpackMask(const std::array<uint8_t, 80>& field, FactWords* mask);

/// Encrypts or decrypts the sealed fields of a DECISION (detail 0) or DETAIL (1..3) in place.
void ApplySeal(CtrCipher* cipher, const Hash& facts_key, uint8_t detail, DecisionFields* fields);
/// The same on encoded bytes; the CRC is the caller's affair.
void ApplySealToBytes(CtrCipher* cipher, const Hash& facts_key, uint8_t detail, EntryBytes* bytes);

// Payloads of the other kinds: Put writes entry->payload and header.kind, Get reads.
struct GenesisPayload {
  Hash blob{};
};
struct PolicyPayload {
  Hash blob{};
  Hash digest{};        ///< of the policy
  uint64_t number = 0;  ///< in the store; 0: none
};
enum class RingsState : uint8_t { kNoneNeeded = 0, kRecovered = 1, kLost = 2 };
struct BootPayload {
  uint16_t previous_boot = 0;
  bool clean = false;
  RingsState rings = RingsState::kNoneNeeded;
  uint32_t recovered = 0;
  uint64_t cut_bytes = 0;
  uint64_t highest_seq = 0;
  uint64_t monotonic_ns = 0;
  Hash version{};
};
enum class GapCause : uint8_t { kOverload = 1, kDiskFull = 2, kDiskError = 3, kKilled = 4 };
struct GapPayload {
  uint64_t count = 0;
  uint64_t first_seq = 0, last_seq = 0;
  uint64_t first_time_ns = 0, last_time_ns = 0;
  GapCause cause = GapCause::kOverload;
  uint16_t boot = 0;
};
enum class ClockEvent : uint8_t { kHeartbeat = 1, kForward = 2, kBack = 3, kBehind = 4 };
struct ClockPayload {
  ClockEvent event = ClockEvent::kHeartbeat;
  int64_t step_ns = 0;
  uint64_t monotonic_ns = 0;
};
struct ErasurePayload {
  std::array<uint8_t, 16> case_id{};
  uint64_t time_s = 0;
};
enum class SealCause : uint8_t { kMonth = 1, kDemand = 2 };
struct SealPayload {
  SealCause cause = SealCause::kMonth;
};
struct ReplayPayload {
  Hash blob{};
};
struct KeyCommitPayload {
  uint32_t epoch = 0;
  uint64_t keys = 0;
  Hash root{};
};
struct AccessPayload {
  uint8_t what = 1;  ///< 1: facts keys exported
  uint32_t first_epoch = 0, last_epoch = 0;
  uint64_t keys = 0;
  std::array<uint8_t, 16> case_id{};
};
void Put(const GenesisPayload& payload, Entry* entry);
void Put(const PolicyPayload& payload, Entry* entry);
void Put(const BootPayload& payload, Entry* entry);
void Put(const GapPayload& payload, Entry* entry);
void Put(const ClockPayload& payload, Entry* entry);
void Put(const ErasurePayload& payload, Entry* entry);
void Put(const SealPayload& payload, Entry* entry);
void Put(const ReplayPayload& payload, Entry* entry);
void Put(const KeyCommitPayload& payload, Entry* entry);
void Put(const AccessPayload& payload, Entry* entry);
void Get(const Entry& entry, GenesisPayload* payload);
void Get(const Entry& entry, PolicyPayload* payload);
void Get(const Entry& entry, BootPayload* payload);
void Get(const Entry& entry, GapPayload* payload);
void Get(const Entry& entry, ClockPayload* payload);
void Get(const Entry& entry, ErasurePayload* payload);
void Get(const Entry& entry, SealPayload* payload);
void Get(const Entry& entry, ReplayPayload* payload);
void Get(const Entry& entry, KeyCommitPayload* payload);
void Get(const Entry& entry, AccessPayload* payload);

}  // namespace ringfence
