// A user's own ordered list of who may call, and the groups the operator names for lists.
// Takes entries; gives the facts callee.list(caller) and caller.list(callee) to policies, which
// decide what comes of them: a list is under the operator's floor.
#pragma once

#include <ringfence/export.h>
#include <ringfence/status.h>
#include <ringfence/store.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// What an entry says of whom it matches: the value of callee.list(caller). 'none' is no entry's.
enum class ListAction : uint8_t {
  kAlways = 1,  ///< may call
  kNever = 2,   ///< may not
  kSilent = 3,  ///< may call, but nothing rings
  kBypass = 4,  ///< may call, and rings through do-not-disturb
};

/// One entry of a list.
///
/// | kind       | subject                                                                       |
/// |------------|-------------------------------------------------------------------------------|
/// | kPerson    | a user's id, compared exactly                                                 |
/// | kGroup     | the name of a group: matches its members                                      |
/// | kDomain    | `example.com`, `*.example.com` (any name below, not example.com) or `*` (any) |
/// | kPredicate | one of ListPredicates()                                                       |
///
/// The domain of an id is what follows its first ':' if it begins with '@' (Matrix), else what
/// follows its last '@'; an id with neither has none, and not even `*` matches it. Domains are
/// compared byte by byte as ids are: `Example.com` in an entry matches no `example.com` in an id,
/// so a host hands in ids, and entries, in one spelling (lower case, A-labels, no port or resource,
/// unless ids have them). A predicate tests facts of the same snapshot as the decision; one that
/// cannot be read makes the list's fact unavailable if the first match depends on it.
struct ListEntry {
  enum class Kind : uint8_t { kPerson = 1, kGroup = 2, kDomain = 3, kPredicate = 4 };

  ListAction action = ListAction::kNever;
  Kind kind = Kind::kPerson;
  std::string subject;

  friend bool operator==(const ListEntry&, const ListEntry&) = default;
};

/// "everyone", "anonymous" (no account: a withheld number), "unknown" (no account the store knows,
/// anonymous too), "followed" and "followers" (of the owner), "friends", "favorites" (of the
/// owner), "contacts" (whom the owner added, or has in the address book), "verified", "bots",
/// "subscription:none", ":to", ":from", ":both" (exactly, RFC 6121).
RINGFENCE_API std::span<const std::string_view> ListPredicates();

/// An entry from words: action "never"; subject "person:mallory", "group:staff",
/// "domain:*.example.com" or a predicate, "subscription:none". kInvalidArgument: says what was
/// expected, with the nearest name.
RINGFENCE_API Result<ListEntry> ParseListEntry(std::string_view action, std::string_view subject);
/// The action's word, and the subject as ParseListEntry takes it.
RINGFENCE_API std::string_view ToString(ListAction action);
RINGFENCE_API std::string ListSubject(const ListEntry& entry);

/// What others keep about a user: entries naming them, groups they are in.
struct ListMentions {
  struct Mention {
    std::string owner;
    ListAction action = ListAction::kNever;
  };
  std::vector<Mention> lists;
  std::vector<std::string> groups;
};

/// The lists and groups of a store. Cheap to copy, thread-safe as the store is. Each write is one
/// transaction and one revision; once it has returned no decision of this process rings across it.
/// A failed one changes nothing.
///
/// A list is asked from its first entry to the last; the first that matches says the action. It has
/// at most one entry about one subject: an added one takes the place of the earlier one.
/// A decision about a user with a list costs a read for the other person, one for all entries that
/// are not about persons, and one for each group before the first match: the number of persons does
/// not matter. Users without a list pay nothing.
class RINGFENCE_API Lists {
 public:
  explicit Lists(Store store) : store_(std::move(store)) {}

  /// Puts an entry at `position` (0: first; at most the list's size), or where none is given before
  /// the first entry about more: persons, groups, domains, `*.` domains, `*`, predicates, everyone.
  /// So what is said of a person is not hidden by what is said of everybody. Owner and person
  /// become known. Errors: kInvalidArgument (the entry, the position, the owner's own id);
  /// kNotFound (no such group); kLimit (kMaxListPersons, kMaxListGroups, kMaxListDomains).
  Result<uint64_t> Add(std::string_view owner, const ListEntry& entry,
                       std::optional<size_t> position = std::nullopt);
  /// kNotFound: no entry is about that subject.
  Result<uint64_t> Remove(std::string_view owner, ListEntry::Kind kind, std::string_view subject);
  /// All entries at once; none: no list. Of several about one subject, which the first decides, the
  /// later ones are left out. What was there may be damaged (kCorrupt from the other calls). Errors
  /// as Add, naming the entry by its number from 1.
  Result<uint64_t> Replace(std::string_view owner, std::span<const ListEntry> entries);
  /// In order. kNotFound: the owner is not known.
  Result<std::vector<ListEntry>> Show(std::string_view owner) const;

  /// Adds members, who become known, to a group, which is made if there is none. A group's name is
  /// what an id may be. Being a member already is no error.
  Result<uint64_t> AddToGroup(std::string_view group, std::span<const std::string_view> users);
  /// kNotFound: there is no such group, or a user who is no member (named by position).
  Result<uint64_t> RemoveFromGroup(std::string_view group, std::span<const std::string_view> users);
  /// Entries about it stay in lists and match nobody, until a group of that name is made again.
  Result<uint64_t> RemoveGroup(std::string_view group);
  /// Members, in the order in which users became known.
  Result<std::vector<std::string>> ShowGroup(std::string_view group) const;
  /// Names, in no particular order.
  Result<std::vector<std::string>> Groups() const;

  /// For a person's export of what is held about them. kNotFound: not known.
  Result<ListMentions> MentionsOf(std::string_view user) const;

 private:
  Store store_;
};

}  // namespace ringfence
