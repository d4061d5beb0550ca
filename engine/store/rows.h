// How users and pairs are packed in rows, which writes are accepted, and how rows read to people.
// Takes a layout; gives the rules both stores share, so that they cannot differ.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/fact_source.h>
#include <ringfence/status.h>
#include <ringfence/store.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/siphash.h"
#include "derived/context.h"
#include "derived/read.h"
#include "derived/rows.h"
#include "facts/frame.h"

namespace ringfence {

/// A user's settings and attributes as they lie in a frame; bit 0 of word 0 (known) is set.
using UserWords = std::array<uint32_t, kUserWords>;
inline constexpr UserWords kNewUser = {1, 0, 0, 0, 0};
inline constexpr int kUserBytes = kUserWords * 4;

/// Little-endian, word by word: what the file holds.
std::array<uint8_t, kUserBytes> PackUser(const UserWords& words);
/// False: not such a block (wrong size, or bit 0 is not set).
bool UnpackUser(std::span<const uint8_t> bytes, UserWords* words);

inline bool HasFlag(const UserWords& words, UserFlag flag) {
  const auto bit = static_cast<unsigned>(flag);
  return ((words[bit / 32] >> (bit % 32)) & 1) != 0;
}
inline void PutFlag(UserFlag flag, bool on, UserWords* words) {
  const auto bit = static_cast<unsigned>(flag);
  const uint32_t mask = uint32_t{1} << (bit % 32);
  uint32_t& word = (*words)[bit / 32];
  word = on ? word | mask : word & ~mask;
}

/// What the two rows say of rows of derived facts.
inline DerivedParties PartiesOf(int64_t callee, const UserWords& callee_words, int64_t caller,
                                const UserWords& caller_words) {
  DerivedParties parties;
  parties.callee = callee;
  parties.caller = caller;
  parties.callee_has_list = HasFlag(callee_words, UserFlag::kHasList);
  parties.callee_has_quiet = HasFlag(callee_words, UserFlag::kHasQuiet);
  parties.callee_has_schedule = HasFlag(callee_words, UserFlag::kHasSchedule);
  parties.caller_has_list = HasFlag(caller_words, UserFlag::kHasList);
  return parties;
}

/// The relations between two users. All bits 0: there is none, and no row.
struct PairWords {
  uint32_t forward = 0;  ///< callee's to caller
  uint32_t reverse = 0;  ///< caller's to callee

  bool empty() const { return forward == 0 && reverse == 0; }
  PairWords Mirrored() const { return {reverse, forward}; }
  friend bool operator==(const PairWords&, const PairWords&) = default;
};

/// kNotFound, in the words of every call that names a user.
Status NotKnown(std::string_view user);

/// The state of a user as a session found it.
enum class Lookup : uint8_t { kKnown, kUnknown, kFailed };

/// Immutable; shared by a store and its sessions.
class RowFormat {
 public:
  explicit RowFormat(const Layout& layout);

  const Layout& layout() const { return layout_; }
  const Catalog& catalog() const { return layout_.catalog; }
  /// Settings and attributes (callee's side) and relations (callee's direction), in catalog order.
  const std::vector<FactId>& user_entries() const { return user_entries_; }
  const std::vector<FactId>& relations() const { return relations_; }
  const DerivedIds& derived_ids() const { return derived_ids_; }
  /// The fact of kContact or kCallerContact; none where the catalog has none, or with other members
  /// than ContactFact's.
  std::optional<FactId> contact_fact(Group group) const {
    return group == Group::kContact ? contact_ : caller_contact_;
  }

  /// kInvalidArgument: a bad id, a fact that is not stored so, a code out of range.
  Status CheckSetUser(std::string_view user, FactId fact, FactCode code) const;
  /// The same, and a relation to oneself.
  Status CheckRelate(std::string_view subject, FactId relation, std::string_view object,
                     FactCode code) const;

  /// The row after the write. The arguments have passed the checks above.
  void PutUser(FactId fact, FactCode code, UserWords* words) const;
  /// `pair`'s callee is the relation's subject.
  void PutRelation(FactId relation, FactCode code, PairWords* pair) const;

  /// A row as a frame wants it: what is not stored (derived facts) has its absent value.
  UserWords ForFrame(const UserWords& row) const {
    UserWords words = derived_;
    for (size_t i = 0; i < words.size(); ++i) words[i] |= row[i] & stored_[i];
    return words;
  }

  UserInfo DescribeUser(std::string_view name, const UserWords& words) const;
  /// Appends the subject's relations in `half`. A symmetric one only where `with_symmetric`, so
  /// that whoever walks both halves or both rows can list it once.
  void DescribeHalf(std::string_view subject, std::string_view object, uint32_t half,
                    bool with_symmetric, std::vector<RelationInfo>* out) const;

  /// Sentences about codes out of range and halves that contradict each other; for Doctor.
  void FindCorruptUser(const UserWords& words, std::vector<std::string>* out) const;
  void FindCorruptPair(const PairWords& pair, std::vector<std::string>* out) const;

  /// Gives both cohorts. No id: that party's cohort is unavailable.
  ReadState ReadCohorts(const SipHashKey& key, std::optional<std::string_view> caller,
                        std::optional<std::string_view> callee, GroupWriter& out) const;

 private:
  FactCode Get(FactId fact, std::span<const uint32_t> block, int first_word) const;

  Layout layout_;
  DerivedIds derived_ids_;
  std::vector<FactId> user_entries_;
  std::vector<FactId> relations_;
  std::optional<FactId> contact_, caller_contact_;
  UserWords stored_ = kNewUser;  ///< mask
  UserWords derived_{};          ///< absent values of what is not stored
};

}  // namespace ringfence
