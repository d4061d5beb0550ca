// Lists: names on the outside, rows on the inside.
#include <ringfence/lists.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/list_editor.h"
#include "api/store_impl.h"
#include "api/write_once.h"
#include "base/bytes.h"
#include "base/diagnostic.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

using Kind = ListEntry::Kind;

constexpr std::array<std::string_view, 4> kActions = {"always", "never", "silent", "bypass"};

struct Prefix {
  Kind kind;
  std::string_view text;
};
constexpr std::array<Prefix, 3> kPrefixes = {
    {{Kind::kPerson, "person:"}, {Kind::kGroup, "group:"}, {Kind::kDomain, "domain:"}}};

Status Bad(std::string message) { return Status(StatusCode::kInvalidArgument, std::move(message)); }

std::string Hint(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string near = Nearest(word, {candidates.begin(), candidates.end()});
  return near.empty() ? std::string() : ": did you mean '" + near + "'?";
}

/// Adds in words which entry of several was at fault.
Status OfEntry(size_t index, const Status& status) {
  return Status(status.code(), "entry " + std::to_string(index + 1) + ": " + status.message());
}

StoreBackend& Backend(const Store& store) { return *store.impl()->backend; }

}  // namespace

std::string_view ToString(ListAction action) {
  const size_t index = static_cast<size_t>(action) - 1;
  return index < kActions.size() ? kActions[index] : std::string_view("?");
}

std::string ListSubject(const ListEntry& entry) {
  for (const Prefix& prefix : kPrefixes) {
    if (prefix.kind == entry.kind) return std::string(prefix.text) + entry.subject;
  }
  return entry.subject;
}

Result<ListEntry> ParseListEntry(std::string_view action, std::string_view subject) {
  ListEntry entry;
  const auto* found = std::find(kActions.begin(), kActions.end(), action);
  if (found == kActions.end()) {
    return Bad("'" + Printable(action, 32) + "' is none of always, never, silent and bypass" +
               Hint(action, kActions));
  }
  entry.action = static_cast<ListAction>(found - kActions.begin() + 1);
  entry.kind = Kind::kPredicate;
  entry.subject = subject;
  for (const Prefix& prefix : kPrefixes) {
    if (!subject.starts_with(prefix.text)) continue;
    entry.kind = prefix.kind;
    entry.subject = subject.substr(prefix.text.size());
  }
  if (entry.kind == Kind::kPredicate && !FindPredicate(subject).has_value()) {
    return Bad("'" + Printable(subject, 32) +
               "' is neither person:ID, group:NAME nor domain:NAME, nor a predicate" +
               Hint(subject, ListPredicates()));
  }
  if (Status bad = CheckListEntry(entry); !bad.ok()) return bad;
  return entry;
}

Result<uint64_t> Lists::Add(std::string_view owner, const ListEntry& entry,
                            std::optional<size_t> position) {
  return WriteOnce(Backend(store_), [&](StoreTransaction& transaction) -> Status {
    Result<ListEditor> list = ListEditor::Open(&transaction, owner, true);
    if (!list.ok()) return list.status();
    Result<ListedEntry> stored = list->Resolve(entry);
    if (!stored.ok()) return stored.status();
    if (const size_t same = list->Find(*stored); same < list->entries().size()) list->Erase(same);
    const size_t size = list->entries().size();
    if (position.value_or(0) > size) {
      return Bad("the position is beyond the list's end");
    }
    const size_t at = position.has_value() ? *position : list->PlaceOf(*stored);
    list->Insert(at, std::move(*stored));
    if (Status full = list->CheckLimits(); !full.ok()) return full;
    return list->Save();
  });
}

Result<uint64_t> Lists::Remove(std::string_view owner, ListEntry::Kind kind,
                               std::string_view subject) {
  return WriteOnce(Backend(store_), [&](StoreTransaction& transaction) -> Status {
    Result<ListEditor> list = ListEditor::Open(&transaction, owner, false);
    if (!list.ok()) return list.status();
    ListedEntry wanted;
    wanted.entry.kind = kind;
    if (kind == Kind::kPerson) {
      // An unknown person has no handle, so no entry is about them.
      Status found = transaction.FindHandle(subject, &wanted.person);
      if (!found.ok()) return found;
    } else {
      wanted.entry.subject = subject;
    }
    const size_t index = list->Find(wanted);
    if (index == list->entries().size()) {
      return Status(StatusCode::kNotFound, "no entry of the list is about that subject");
    }
    list->Erase(index);
    return list->Save();
  });
}

Result<uint64_t> Lists::Replace(std::string_view owner, std::span<const ListEntry> entries) {
  return WriteOnce(Backend(store_), [&](StoreTransaction& transaction) -> Status {
    Result<ListEditor> list = ListEditor::OpenEmpty(&transaction, owner);
    if (!list.ok()) return list.status();
    for (size_t i = 0; i < entries.size(); ++i) {
      Result<ListedEntry> stored = list->Resolve(entries[i]);
      if (!stored.ok()) return OfEntry(i, stored.status());
      const size_t size = list->entries().size();
      if (list->Find(*stored) < size) continue;
      list->Insert(size, std::move(*stored));
      // Each time, so that no input makes a list of any length here.
      if (Status full = list->CheckLimits(); !full.ok()) return OfEntry(i, full);
    }
    return list->Save();
  });
}

Result<std::vector<ListEntry>> Lists::Show(std::string_view owner) const {
  Result<std::vector<NamedRow>> rows =
      Backend(store_).RowsOf(RowKind::kListPerson, RowKind::kListOther, Party(owner));
  if (!rows.ok()) return rows.status();
  std::vector<std::pair<int64_t, std::string>> persons;
  std::string others;
  for (size_t i = 0; i < rows->size(); ++i) {
    NamedRow& row = (*rows)[i];
    if (row.b == 0) {
      others = std::move(row.bytes);
    } else {
      persons.emplace_back(static_cast<int64_t>(i), std::move(row.bytes));
    }
  }
  std::vector<ListedEntry> stored;
  if (Status status = UnpackList(persons, others, &stored); !status.ok()) return status;
  std::vector<ListEntry> entries;
  for (ListedEntry& one : stored) {
    if (one.entry.kind == Kind::kPerson) {
      one.entry.subject = std::move((*rows)[static_cast<size_t>(one.person)].b_name);
    }
    entries.push_back(std::move(one.entry));
  }
  return entries;
}

Result<ListMentions> Lists::MentionsOf(std::string_view user) const {
  StoreBackend& backend = Backend(store_);
  Result<std::vector<NamedRow>> listed = backend.Rows(RowKind::kListPerson, user, true);
  if (!listed.ok()) return listed.status();
  ListMentions mentions;
  for (NamedRow& row : *listed) {
    PersonItem item;
    if (!UnpackPerson(AsBytes(row.bytes), &item)) {
      return Status(StatusCode::kCorrupt, "a row of a list is damaged");
    }
    mentions.lists.push_back({std::move(row.a_name), item.action});
  }
  Result<std::vector<NamedRow>> member = backend.Rows(RowKind::kMember, user, true);
  if (!member.ok()) return member.status();
  for (const NamedRow& row : *member) {
    Result<std::vector<NamedRow>> group =
        backend.RowsOf(RowKind::kGroup, RowKind::kGroup, Party::Handle(row.a));
    if (!group.ok()) return group.status();
    if (!group->empty()) mentions.groups.push_back(std::move(group->front().bytes));
  }
  return mentions;
}

}  // namespace ringfence
