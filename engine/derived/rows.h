// Rows of what facts are derived from: earlier calls, consent, lists, schedules. Each has a kind,
// two keys and a few bytes, which the files of this folder pack. Stores implement the interfaces.
#pragma once

#include <ringfence/fact_source.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace ringfence {

/// What a row holds, and whose it is. A user's key is their handle (> 0), a group's is negative; 0
/// where there is no second one. Files keep the numbers.
enum class RowKind : uint8_t {
  kPairCalls = 1,     ///< (callee, caller): attempts and calls of the caller, and what came of them
  kUnknownCalls = 2,  ///< (callee, 0): attempts of callers nobody knows
  kCallees = 3,       ///< (caller, 0): whom the caller tried to call lately
  kPreviews = 4,      ///< (caller, 0): of whom the caller lately saw a call button
  kGrant = 5,         ///< (callee, caller): consent
  kRequests = 6,      ///< (caller, callee): when the caller asked for consent, or knocked
  kKnock = 7,         ///< (callee, caller): a knock that waits for an answer
  kListPerson = 8,    ///< (owner, subject): an item of the owner's list about one person
  kListOther = 9,     ///< (owner, 0): the items about groups, domains and predicates
  kGroup = 10,        ///< (group, 0): the group's name
  kMember = 11,       ///< (group, user): the user is a member
  kSchedule = 12,     ///< (user, 0): time zone and quiet hours
  kQuiet = 13,        ///< (user, 0): until when the user asked for quiet, and for whom not
};
inline constexpr int kRowKinds = 13;
/// Whether a file's number is one of them; a newer program may have written others.
constexpr bool IsRowKind(int64_t number) { return number >= 1 && number <= kRowKinds; }

/// Bytes of a row: 255 callees at 14 bytes, or 20 groups and a few hundred domains.
inline constexpr size_t kMaxRowBytes = 32768;

/// Whether these are bytes that a reader of the kind takes for a row, and a writer may have made.
/// False for what is no kind. O(size); allocates nothing that grows with it.
bool IsWellFormed(RowKind kind, std::span<const uint8_t> bytes);

/// Bits of a user's row that say which rows exist, so that users without them pay no read. They
/// lie in the user block's last bits, where no catalog may have an entry.
enum class UserFlag : uint8_t {
  kHasList = 159,  ///< kListPerson or kListOther
  kHasQuiet = 158,
  kHasSchedule = 157,
};
inline constexpr int kFirstUserFlagBit = 156;

/// The flag of the first key's user that tells of rows of that kind; none: they are looked for.
constexpr std::optional<UserFlag> FlagOf(RowKind kind) {
  switch (kind) {
    case RowKind::kListPerson:
    case RowKind::kListOther:
      return UserFlag::kHasList;
    case RowKind::kQuiet:
      return UserFlag::kHasQuiet;
    case RowKind::kSchedule:
      return UserFlag::kHasSchedule;
    default:
      return std::nullopt;
  }
}

/// Reads rows in one snapshot.
class DerivedRows {
 public:
  virtual ~DerivedRows() = default;
  /// Copies the row to `to`: kRead with `*size` > 0; kAbsent: there is none; kUnavailable: it could
  /// not be read, or is larger than `to`. Allocates nothing.
  virtual ReadState GetRow(RowKind kind, int64_t a, int64_t b, std::span<uint8_t> to,
                           size_t* size) noexcept = 0;
  /// The same with the external id of a user; `to` holds kMaxIdBytes. Only sessions know ids: lists
  /// are read by them alone.
  virtual ReadState GetName(int64_t /*user*/, std::span<char> /*to*/, size_t* /*size*/) noexcept {
    return ReadState::kUnavailable;
  }
};

}  // namespace ringfence
