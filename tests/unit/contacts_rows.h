// The rows of contact sync in maps, for tests of everything above them: a transaction works on a
// copy, and puts it in place when it commits.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "contacts/tables.h"

namespace ringfence {

struct ContactRows {
  std::map<std::string, int64_t, std::less<>> users;
  std::map<int64_t, ContactEpoch> epochs;
  std::map<int64_t, RowKeyRow> row_keys;
  std::map<int64_t, BookRow> books;
  std::map<int64_t, std::vector<std::string>> chunks;
  std::map<int64_t, UploadRow> uploads;  ///< by account
  std::map<int64_t, std::map<int64_t, PartRow>> parts;
  std::map<int64_t, IdentifiersRow> identifiers;
  std::map<Tag, OwnerRow> owners;
  std::set<Tag> suppressed;
  std::map<int64_t, QuotaRow> quotas;
  int64_t last_upload = 0;
  uint64_t revision = 0;
  uint64_t erasures = 0;

  /// Every byte that lies somewhere, for scanning.
  std::string Bytes() const {
    std::string bytes;
    const auto add = [&](const Tag& tag) { bytes.append(tag.begin(), tag.end()); };
    for (const auto& [callee, sealed] : chunks) {
      for (const std::string& chunk : sealed) bytes += chunk;
    }
    for (const auto& [upload, sent] : parts) {
      for (const auto& [sequence, part] : sent) bytes += part.sealed;
    }
    for (const auto& [account, row] : identifiers) bytes += row.sealed;
    for (const auto& [tag, row] : owners) add(tag);
    for (const Tag& tag : suppressed) add(tag);
    return bytes;
  }
};

class MapTables final : public ContactTables {
 public:
  explicit MapTables(ContactRows* rows) : target_(rows), rows_(*rows) {}

  Result<int64_t> FindUser(std::string_view user) override {
    const auto found = rows_.users.find(user);
    if (found == rows_.users.end()) return Status(StatusCode::kNotFound, "no such user");
    return found->second;
  }
  Result<int64_t> InternUser(std::string_view user) override {
    const auto next = static_cast<int64_t>(rows_.users.size()) + 1;
    return rows_.users.emplace(user, next).first->second;
  }

  Result<std::vector<ContactEpoch>> Epochs() override { return Values(rows_.epochs); }
  Status PutEpoch(const ContactEpoch& epoch) override {
    rows_.epochs[epoch.number] = epoch;
    return Status();
  }
  Result<std::vector<RowKeyRow>> RowKeys() override { return Values(rows_.row_keys); }
  Status PutRowKey(const RowKeyRow& row) override {
    rows_.row_keys[row.number] = row;
    return Status();
  }
  Status DeleteRowKey(int64_t number) override {
    rows_.row_keys.erase(number);
    return Status();
  }

  Result<std::optional<BookRow>> Book(int64_t callee) override { return Find(rows_.books, callee); }
  Result<std::vector<std::string>> Chunks(int64_t callee) override { return rows_.chunks[callee]; }
  Status PutBook(const BookRow& book, const std::vector<std::string>& chunks) override {
    rows_.books[book.callee] = book;
    rows_.chunks[book.callee] = chunks;
    return Status();
  }
  Result<bool> DeleteBook(int64_t callee) override {
    rows_.chunks.erase(callee);
    return rows_.books.erase(callee) > 0;
  }

  Result<std::optional<UploadRow>> Upload(int64_t account) override {
    return Find(rows_.uploads, account);
  }
  Result<int64_t> PutUpload(const UploadRow& upload) override {
    UploadRow row = upload;
    if (row.id == 0) {
      REQUIRE(rows_.uploads.count(row.account) == 0);
      row.id = ++rows_.last_upload;
    }
    rows_.uploads[row.account] = row;
    return row.id;
  }
  Result<bool> DeleteUpload(int64_t account) override {
    const auto found = rows_.uploads.find(account);
    if (found == rows_.uploads.end()) return false;
    rows_.parts.erase(found->second.id);
    rows_.uploads.erase(found);
    return true;
  }
  Result<std::vector<PartRow>> Parts(int64_t upload) override {
    return Values(rows_.parts[upload]);
  }
  Status PutPart(int64_t upload, const PartRow& part) override {
    rows_.parts[upload][part.sequence] = part;
    return Status();
  }

  Result<std::optional<IdentifiersRow>> Identifiers(int64_t account) override {
    return Find(rows_.identifiers, account);
  }
  Status PutIdentifiers(const IdentifiersRow& row) override {
    rows_.identifiers[row.account] = row;
    return Status();
  }
  Status DeleteIdentifiers(int64_t account) override {
    rows_.identifiers.erase(account);
    return Status();
  }

  Result<std::optional<OwnerRow>> Owner(const Tag& tag) override { return Find(rows_.owners, tag); }
  Status PutOwner(const OwnerRow& row) override {
    rows_.owners[row.tag] = row;
    return Status();
  }
  Result<bool> IsSuppressed(const Tag& tag) override { return rows_.suppressed.count(tag) > 0; }
  Status PutSuppressed(const Tag& tag, int64_t) override {
    rows_.suppressed.insert(tag);
    return Status();
  }
  Result<bool> DeleteSuppressed(const Tag& tag) override { return rows_.suppressed.erase(tag) > 0; }

  Result<QuotaRow> Quota(int64_t account) override {
    const auto found = rows_.quotas.find(account);
    return found == rows_.quotas.end() ? QuotaRow() : found->second;
  }
  Status PutQuota(const QuotaRow& row) override {
    REQUIRE(row.account > 0);
    rows_.quotas[row.account] = row;
    return Status();
  }

  Result<std::vector<int64_t>> AccountsNotUnder(int64_t row_key, int64_t after,
                                                size_t limit) override {
    std::set<int64_t> accounts;
    EachKeyed([&](int64_t account, int64_t key) {
      if (key != row_key && account > after) accounts.insert(account);
    });
    std::vector<int64_t> first(accounts.begin(), accounts.end());
    if (first.size() > limit) first.resize(limit);
    return first;
  }
  Result<uint64_t> CountNotUnder(int64_t row_key) override {
    uint64_t count = 0;
    EachKeyed([&](int64_t, int64_t key) { count += key != row_key ? 1 : 0; });
    return count;
  }
  Result<int64_t> LatestSync() override {
    int64_t latest = 0;
    for (const auto& [callee, book] : rows_.books) latest = std::max(latest, book.synced_at_s);
    for (const auto& [account, upload] : rows_.uploads) {
      latest = std::max(latest, upload.opened_at_s);
    }
    return latest;
  }
  Status EraseAll() override {
    auto users = rows_.users;
    rows_ = ContactRows{};
    rows_.users = std::move(users);
    return Status();
  }
  Result<std::vector<int64_t>> AccountsWithIdentifiers(int64_t after, size_t limit) override {
    std::vector<int64_t> accounts;
    for (const auto& [account, row] : rows_.identifiers) {
      if (account > after && accounts.size() < limit) accounts.push_back(account);
    }
    return accounts;
  }
  Result<SweepReport> DeleteDue(int64_t, int64_t, size_t) override { return SweepReport(); }

  Status CountErasure() override {
    ++rows_.erasures;
    return Status();
  }
  Result<uint64_t> Commit(bool revises) override {
    if (revises) ++rows_.revision;
    *target_ = rows_;
    return revises ? rows_.revision : 0;
  }

 private:
  template <class Map>
  static std::vector<typename Map::mapped_type> Values(const Map& map) {
    std::vector<typename Map::mapped_type> values;
    values.reserve(map.size());
    for (const auto& [key, value] : map) values.push_back(value);
    return values;
  }
  template <class Map>
  static std::optional<typename Map::mapped_type> Find(const Map& map,
                                                       const typename Map::key_type& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
  }
  template <class Visit>
  void EachKeyed(const Visit& visit) const {
    for (const auto& [account, row] : rows_.books) visit(account, row.row_key);
    for (const auto& [account, row] : rows_.identifiers) visit(account, row.row_key);
    for (const auto& [account, row] : rows_.uploads) visit(account, row.row_key);
  }

  ContactRows* target_;
  ContactRows rows_;
};

}  // namespace ringfence
