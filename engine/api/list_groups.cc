// Groups of users, which the operator names and lists refer to.
#include <ringfence/lists.h>

#include <utility>

#include "api/store_impl.h"
#include "api/write_once.h"
#include "base/utf8.h"
#include "derived/list_rows.h"

namespace ringfence {
namespace {

Status NoSuchGroup() { return Status(StatusCode::kNotFound, "there is no such group"); }

Status FindGroup(StoreTransaction& transaction, std::string_view name, int64_t* key, bool* exists) {
  if (Status bad = CheckId(name); !bad.ok()) return bad;
  *key = GroupKey(name);
  std::string stored;
  Status read = transaction.GetRow(RowKind::kGroup, *key, 0, &stored);
  if (!read.ok()) return read;
  *exists = stored == name;
  if (*exists || stored.empty()) return Status();
  return Status(StatusCode::kConflict, "another group has this name's key: choose another name");
}

Status OfUser(size_t index, const Status& status) {
  return Status(status.code(), "user " + std::to_string(index + 1) + ": " + status.message());
}

}  // namespace

Result<uint64_t> Lists::AddToGroup(std::string_view group,
                                   std::span<const std::string_view> users) {
  return WriteOnce(*store_.impl()->backend, [&](StoreTransaction& transaction) -> Status {
    int64_t key = 0;
    bool exists = false;
    if (Status status = FindGroup(transaction, group, &key, &exists); !status.ok()) return status;
    if (!exists) {
      if (Status put = transaction.PutRow(RowKind::kGroup, key, 0, group, 0); !put.ok()) return put;
    }
    for (size_t i = 0; i < users.size(); ++i) {
      int64_t user = 0;
      Status status = transaction.Intern(users[i], &user);
      if (!status.ok()) return OfUser(i, status);
      status = transaction.PutRow(RowKind::kMember, key, user, kMemberRow, 0);
      if (!status.ok()) return status;
    }
    return Status();
  });
}

Result<uint64_t> Lists::RemoveFromGroup(std::string_view group,
                                        std::span<const std::string_view> users) {
  return WriteOnce(*store_.impl()->backend, [&](StoreTransaction& transaction) -> Status {
    int64_t key = 0;
    bool exists = false;
    if (Status status = FindGroup(transaction, group, &key, &exists); !status.ok()) return status;
    if (!exists) return NoSuchGroup();
    for (size_t i = 0; i < users.size(); ++i) {
      int64_t user = 0;
      Status status = transaction.FindHandle(users[i], &user);
      if (!status.ok()) return OfUser(i, status);
      std::string member;
      if (user != 0) status = transaction.GetRow(RowKind::kMember, key, user, &member);
      if (!status.ok()) return status;
      if (member.empty()) {
        return OfUser(i, Status(StatusCode::kNotFound, "not a member of the group"));
      }
      status = transaction.DeleteRow(RowKind::kMember, key, user);
      if (!status.ok()) return status;
    }
    return Status();
  });
}

Result<uint64_t> Lists::RemoveGroup(std::string_view group) {
  return WriteOnce(*store_.impl()->backend, [&](StoreTransaction& transaction) -> Status {
    int64_t key = 0;
    bool exists = false;
    if (Status status = FindGroup(transaction, group, &key, &exists); !status.ok()) return status;
    if (!exists) return NoSuchGroup();
    std::vector<int64_t> members;
    Status status =
        transaction.EachRow(RowKind::kMember, key, [&](int64_t user, std::string_view /*bytes*/) {
          members.push_back(user);
          return true;
        });
    if (!status.ok()) return status;
    for (const int64_t user : members) {
      status = transaction.DeleteRow(RowKind::kMember, key, user);
      if (!status.ok()) return status;
    }
    return transaction.DeleteRow(RowKind::kGroup, key, 0);
  });
}

Result<std::vector<std::string>> Lists::ShowGroup(std::string_view group) const {
  if (Status bad = CheckId(group); !bad.ok()) return bad;
  Result<std::vector<NamedRow>> rows = store_.impl()->backend->RowsOf(
      RowKind::kGroup, RowKind::kMember, Party::Handle(GroupKey(group)));
  if (!rows.ok()) return rows.status();
  std::vector<std::string> members;
  bool exists = false;
  for (NamedRow& row : *rows) {
    if (row.b == 0) {
      exists = row.bytes == group;
    } else {
      members.push_back(std::move(row.b_name));
    }
  }
  if (!exists) return NoSuchGroup();
  return members;
}

Result<std::vector<std::string>> Lists::Groups() const {
  Result<std::vector<NamedRow>> rows =
      store_.impl()->backend->Rows(RowKind::kGroup, std::string_view(), false);
  if (!rows.ok()) return rows.status();
  std::vector<std::string> names;
  for (NamedRow& row : *rows) names.push_back(std::move(row.bytes));
  return names;
}

}  // namespace ringfence
