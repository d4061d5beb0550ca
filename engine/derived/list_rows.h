// A user's list as it lies in rows: one row for each person, one for all other entries.
// Takes entries; gives bytes and back. A damaged row is no row.
#pragma once

#include <ringfence/limits.h>
#include <ringfence/lists.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "derived/rows.h"

namespace ringfence {

/// The predicates by which ListPredicates() lists them. Rows keep the numbers.
enum class ListPredicate : uint8_t {
  kEveryone = 1,
  kAnonymous,
  kUnknown,
  kFollowed,
  kFollowers,
  kFriends,
  kFavorites,
  kContacts,
  kVerified,
  kBots,
  kSubscriptionNone,  ///< the four in the order of the catalog's members
  kSubscriptionTo,
  kSubscriptionFrom,
  kSubscriptionBoth,
};
inline constexpr int kListPredicates = 14;

/// Its name, and back: empty, no value for what is not one.
std::string_view NameOfPredicate(ListPredicate predicate);
std::optional<ListPredicate> FindPredicate(std::string_view name);

/// Entries are ordered by rank, and no two of a list have the same.
using ListRank = uint32_t;

/// What the row of kListPerson says; its key says of whom.
struct PersonItem {
  ListRank rank = 0;
  ListAction action = ListAction::kNever;
};
inline constexpr size_t kPersonItemBytes = 5;
std::string PackPerson(const PersonItem& item);
bool UnpackPerson(std::span<const uint8_t> bytes, PersonItem* item);

/// One entry of the row of kListOther.
struct OtherItem {
  ListRank rank = 0;
  ListAction action = ListAction::kNever;
  ListEntry::Kind kind = ListEntry::Kind::kPredicate;  ///< never kPerson
  ListPredicate predicate = ListPredicate::kEveryone;
  int64_t group = 0;      ///< its key
  std::string_view text;  ///< the group's name, or the domain's pattern
};
void AppendOther(const OtherItem& item, std::string* bytes);

/// Reads the row of kListOther item by item. `bytes` must outlive the items.
class OtherItems {
 public:
  explicit OtherItems(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  /// False at the end, and at what is no item: then damaged() says so.
  bool Next(OtherItem* item);
  bool damaged() const { return damaged_; }

 private:
  bool Read(OtherItem* item);

  std::span<const uint8_t> bytes_;
  ListRank last_ = 0;
  bool damaged_ = false;
};

/// The most that the limits allow, each item at its longest.
inline constexpr size_t kMaxOtherBytes = kMaxListGroups * (6 + 8 + 1 + kMaxIdBytes) +
                                         kMaxListDomains * (6 + 1 + 2 + kMaxDomainBytes) +
                                         kListPredicates * (6 + 1);
static_assert(kMaxOtherBytes <= kMaxRowBytes);

/// The row of kMember: that it is there says all.
inline constexpr std::string_view kMemberRow("\1", 1);
inline bool IsMemberRow(std::span<const uint8_t> bytes) {
  return bytes.size() == kMemberRow.size() && bytes[0] == static_cast<uint8_t>(kMemberRow[0]);
}

/// The key of a group, from its name, so that no directory is needed: < 0. Two names with one key
/// are not expected; whoever makes a group compares the names.
int64_t GroupKey(std::string_view name);

/// The domain of an id, as ListEntry says; empty: it has none.
std::string_view DomainOf(std::string_view id);
/// kInvalidArgument: no pattern of a domain.
Status CheckDomainPattern(std::string_view pattern);
/// `pattern` has passed the check. O(length).
bool MatchesDomain(std::string_view pattern, std::string_view domain);

}  // namespace ringfence
