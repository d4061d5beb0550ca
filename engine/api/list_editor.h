// One user's list inside a transaction: read whole, changed, and what changed written back.
#pragma once

#include <ringfence/lists.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "derived/list_rows.h"
#include "store/backend.h"

namespace ringfence {

/// An entry whose subject is what rows name: a handle, a group's key, a pattern, a predicate.
struct ListedEntry {
  ListRank rank = 0;
  ListEntry entry;  ///< of a person without the subject: `person` says who
  int64_t person = 0;

  bool IsAbout(const ListedEntry& other) const {
    return entry.kind == other.entry.kind && person == other.person &&
           entry.subject == other.entry.subject;
  }
};

/// kInvalidArgument: the entry is none, or says nothing.
Status CheckListEntry(const ListEntry& entry);

/// Rows of one owner (kListPerson and kListOther) as entries, in their order. kCorrupt: they are
/// none.
Status UnpackList(std::span<const std::pair<int64_t, std::string>> persons, std::string_view others,
                  std::vector<ListedEntry>* entries);

/// Every failure but kInvalidArgument, kNotFound and kLimit dooms the transaction; after any the
/// list is not to be saved.
class ListEditor {
 public:
  /// Makes the owner known where `create`; else kNotFound.
  static Result<ListEditor> Open(StoreTransaction* transaction, std::string_view owner,
                                 bool create);
  /// To set a whole list: the owner becomes known, and what there was may be damaged.
  static Result<ListEditor> OpenEmpty(StoreTransaction* transaction, std::string_view owner);

  const std::vector<ListedEntry>& entries() const { return entries_; }
  /// Resolves the subject, which becomes known. The entry has no rank yet.
  Result<ListedEntry> Resolve(const ListEntry& entry);
  /// The index of the entry about that subject, or entries().size().
  size_t Find(const ListedEntry& entry) const;
  void Erase(size_t index);
  void Insert(size_t index, ListedEntry entry);
  /// Where an entry goes for which no place is given.
  size_t PlaceOf(const ListedEntry& entry) const;
  /// kLimit: there are too many of a kind.
  Status CheckLimits() const;
  Status Save();

 private:
  ListEditor(StoreTransaction* transaction, int64_t owner)
      : transaction_(*transaction), owner_(owner) {}
  Status Load();
  /// Only whom it is about, so that Save puts every row anew.
  Status LoadPersons();
  void Number();

  StoreTransaction& transaction_;
  int64_t owner_;
  std::vector<ListedEntry> entries_;
  std::vector<ListedEntry> loaded_persons_;  ///< by handle
};

}  // namespace ringfence
