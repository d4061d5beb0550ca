// One user's list inside a transaction.
#include "api/list_editor.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/check.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

using Kind = ListEntry::Kind;

/// Room left between ranks, so that most insertions touch one row.
constexpr ListRank kGap = 1024;

Status Bad(std::string message) { return Status(StatusCode::kInvalidArgument, std::move(message)); }

/// How much an entry is about: what is said of less stands first.
int Breadth(const ListEntry& entry) {
  switch (entry.kind) {
    case Kind::kPerson:
      return 0;
    case Kind::kGroup:
      return 1;
    case Kind::kDomain:
      return entry.subject == "*" ? 4 : entry.subject.starts_with("*.") ? 3 : 2;
    case Kind::kPredicate:
      break;
  }
  return entry.subject == NameOfPredicate(ListPredicate::kEveryone) ? 6 : 5;
}

ListedEntry EntryOf(const OtherItem& item) {
  ListedEntry stored;
  stored.rank = item.rank;
  stored.entry.action = item.action;
  stored.entry.kind = item.kind;
  stored.entry.subject =
      item.kind == Kind::kPredicate ? NameOfPredicate(item.predicate) : item.text;
  return stored;
}

OtherItem ItemOf(const ListedEntry& stored) {
  OtherItem item;
  item.rank = stored.rank;
  item.action = stored.entry.action;
  item.kind = stored.entry.kind;
  if (item.kind == Kind::kPredicate) {
    const auto predicate = FindPredicate(stored.entry.subject);
    CHECK(predicate.has_value());
    item.predicate = *predicate;
    return item;
  }
  item.text = stored.entry.subject;
  if (item.kind == Kind::kGroup) item.group = GroupKey(item.text);
  return item;
}

}  // namespace

Status CheckListEntry(const ListEntry& entry) {
  if (entry.action < ListAction::kAlways || entry.action > ListAction::kBypass) {
    return Bad("an entry's action is always, never, silent or bypass");
  }
  switch (entry.kind) {
    case Kind::kPerson:
    case Kind::kGroup:
      return CheckId(entry.subject);
    case Kind::kDomain:
      return CheckDomainPattern(entry.subject);
    case Kind::kPredicate:
      if (FindPredicate(entry.subject).has_value()) return Status();
      return Bad("an entry names a predicate that there is not");
  }
  return Bad("an entry is about a person, a group, a domain or a predicate");
}

Status UnpackList(std::span<const std::pair<int64_t, std::string>> persons, std::string_view others,
                  std::vector<ListedEntry>* entries) {
  const auto corrupt = [] { return Status(StatusCode::kCorrupt, "a row of a list is damaged"); };
  for (const auto& [person, bytes] : persons) {
    PersonItem item;
    if (!UnpackPerson(AsBytes(bytes), &item)) return corrupt();
    ListedEntry stored;
    stored.rank = item.rank;
    stored.entry.action = item.action;
    stored.person = person;
    entries->push_back(std::move(stored));
  }
  OtherItems items(AsBytes(others));
  OtherItem item;
  while (items.Next(&item)) entries->push_back(EntryOf(item));
  if (items.damaged()) return corrupt();
  std::sort(entries->begin(), entries->end(),
            [](const ListedEntry& a, const ListedEntry& b) { return a.rank < b.rank; });
  const auto same = std::adjacent_find(
      entries->begin(), entries->end(),
      [](const ListedEntry& a, const ListedEntry& b) { return a.rank == b.rank; });
  return same == entries->end() ? Status() : corrupt();
}

Result<ListEditor> ListEditor::Open(StoreTransaction* transaction, std::string_view owner,
                                    bool create) {
  int64_t handle = 0;
  Status found =
      create ? transaction->Intern(owner, &handle) : transaction->FindHandle(owner, &handle);
  if (!found.ok()) return found;
  if (handle == 0) return Status(StatusCode::kNotFound, "the list's owner is not known");
  ListEditor editor(transaction, handle);
  if (Status loaded = editor.Load(); !loaded.ok()) return loaded;
  return editor;
}

Result<ListEditor> ListEditor::OpenEmpty(StoreTransaction* transaction, std::string_view owner) {
  int64_t handle = 0;
  if (Status found = transaction->Intern(owner, &handle); !found.ok()) return found;
  ListEditor editor(transaction, handle);
  Status loaded = editor.Load();
  if (loaded.code() == StatusCode::kCorrupt) loaded = editor.LoadPersons();
  if (!loaded.ok()) return loaded;
  editor.entries_.clear();
  return editor;
}

Status ListEditor::LoadPersons() {
  return transaction_.EachRow(RowKind::kListPerson, owner_,
                              [&](int64_t person, std::string_view /*bytes*/) {
                                ListedEntry stored;  // rank 0: equal to none
                                stored.person = person;
                                loaded_persons_.push_back(std::move(stored));
                                return true;
                              });
}

Status ListEditor::Load() {
  std::vector<std::pair<int64_t, std::string>> persons;
  Status status = transaction_.EachRow(RowKind::kListPerson, owner_,
                                       [&](int64_t person, std::string_view bytes) {
                                         persons.emplace_back(person, bytes);
                                         return true;
                                       });
  if (!status.ok()) return status;
  std::string others;
  status = transaction_.GetRow(RowKind::kListOther, owner_, 0, &others);
  if (!status.ok()) return status;
  status = UnpackList(persons, others, &entries_);
  if (!status.ok()) return status;
  for (const ListedEntry& entry : entries_) {
    if (entry.entry.kind == Kind::kPerson) loaded_persons_.push_back(entry);
  }
  std::sort(loaded_persons_.begin(), loaded_persons_.end(),
            [](const ListedEntry& a, const ListedEntry& b) { return a.person < b.person; });
  return Status();
}

Result<ListedEntry> ListEditor::Resolve(const ListEntry& entry) {
  if (Status bad = CheckListEntry(entry); !bad.ok()) return bad;
  ListedEntry stored;
  stored.entry = entry;
  if (entry.kind == Kind::kPerson) {
    stored.entry.subject.clear();
    if (Status failed = transaction_.Intern(entry.subject, &stored.person); !failed.ok()) {
      return failed;
    }
    if (stored.person == owner_) return Bad("a list has no entry about its owner");
  }
  if (entry.kind == Kind::kGroup) {
    std::string name;
    const int64_t key = GroupKey(entry.subject);
    if (Status failed = transaction_.GetRow(RowKind::kGroup, key, 0, &name); !failed.ok()) {
      return failed;
    }
    if (name != entry.subject) return Status(StatusCode::kNotFound, "there is no such group");
  }
  return stored;
}

size_t ListEditor::Find(const ListedEntry& entry) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const ListedEntry& stored) { return stored.IsAbout(entry); });
  return static_cast<size_t>(found - entries_.begin());
}

void ListEditor::Erase(size_t index) {
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
}

void ListEditor::Insert(size_t index, ListedEntry entry) {
  DCHECK(index <= entries_.size());
  const ListRank before = index == 0 ? 0 : entries_[index - 1].rank;
  if (index == entries_.size()) {
    entry.rank = before <= UINT32_MAX - kGap ? before + kGap : 0;
  } else {
    const ListRank after = entries_[index].rank;
    entry.rank = after - before >= 2 ? before + (after - before) / 2 : 0;
  }
  const bool no_room = entry.rank == 0;
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(index), std::move(entry));
  if (no_room) Number();
}

void ListEditor::Number() {
  ListRank rank = 0;
  for (ListedEntry& entry : entries_) entry.rank = rank += kGap;
}

size_t ListEditor::PlaceOf(const ListedEntry& entry) const {
  const int breadth = Breadth(entry.entry);
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const ListedEntry& stored) {
    return Breadth(stored.entry) > breadth;
  });
  return static_cast<size_t>(found - entries_.begin());
}

Status ListEditor::CheckLimits() const {
  struct Limit {
    Kind kind;
    size_t most;
    const char* what;
  };
  constexpr std::array<Limit, 3> kLimits = {{{Kind::kPerson, kMaxListPersons, " persons"},
                                             {Kind::kGroup, kMaxListGroups, " groups"},
                                             {Kind::kDomain, kMaxListDomains, " domains"}}};
  for (const Limit& limit : kLimits) {
    const auto count = static_cast<size_t>(
        std::count_if(entries_.begin(), entries_.end(),
                      [&](const ListedEntry& stored) { return stored.entry.kind == limit.kind; }));
    if (count <= limit.most) continue;
    return Status(StatusCode::kLimit, "a list has at most " + std::to_string(limit.most) +
                                          limit.what + ", this one would have " +
                                          std::to_string(count));
  }
  return Status();
}

Status ListEditor::Save() {
  std::vector<ListedEntry> persons;
  std::string others;
  for (const ListedEntry& stored : entries_) {
    if (stored.entry.kind == Kind::kPerson) {
      persons.push_back(stored);
    } else {
      AppendOther(ItemOf(stored), &others);
    }
  }
  std::sort(persons.begin(), persons.end(),
            [](const ListedEntry& a, const ListedEntry& b) { return a.person < b.person; });
  // Both are in the order of handles: what is new or different is put, what is left is deleted.
  auto old = loaded_persons_.begin();
  const auto delete_until = [&](int64_t person) {
    for (; old != loaded_persons_.end() && old->person < person; ++old) {
      Status status = transaction_.DeleteRow(RowKind::kListPerson, owner_, old->person);
      if (!status.ok()) return status;
    }
    return Status();
  };
  for (const ListedEntry& stored : persons) {
    if (Status status = delete_until(stored.person); !status.ok()) return status;
    const bool listed = old != loaded_persons_.end() && old->person == stored.person;
    const bool same =
        listed && old->rank == stored.rank && old->entry.action == stored.entry.action;
    if (listed) ++old;
    if (same) continue;
    Status status = transaction_.PutRow(RowKind::kListPerson, owner_, stored.person,
                                        PackPerson({stored.rank, stored.entry.action}), 0);
    if (!status.ok()) return status;
  }
  if (Status status = delete_until(INT64_MAX); !status.ok()) return status;
  Status status = others.empty() ? transaction_.DeleteRow(RowKind::kListOther, owner_, 0)
                                 : transaction_.PutRow(RowKind::kListOther, owner_, 0, others, 0);
  if (!status.ok()) return status;
  return transaction_.SetFlag(owner_, UserFlag::kHasList, !entries_.empty());
}

}  // namespace ringfence
