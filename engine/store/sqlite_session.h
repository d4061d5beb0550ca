// One Reader's view of the file: the hot path of every decision on SQLite.
// Takes groups of facts to read; gives packed rows. Never writes, never waits for a lock.
#pragma once

#include <ringfence/status.h>

#include <memory>
#include <string>
#include <string_view>

#include "store/backend.h"
#include "store/rows.h"
#include "store/sqlite_db.h"
#include "store/sqlite_session_contacts.h"

namespace ringfence {

/// No user has such an id, so there is nothing to read.
inline bool IsNobody(const Party& party) {
  return party.empty() || (party.handle == 0 && party.id.size() > kMaxIdBytes);
}

class SqliteSession final : public StoreSession, private DerivedRows {
 public:
  /// Opening may wait for locks, as long as `busy_timeout_ms`; reading never does.
  static Result<std::unique_ptr<StoreSession>> Open(const std::string& path, int busy_timeout_ms,
                                                    std::shared_ptr<const RowFormat> format,
                                                    std::shared_ptr<const ContactVault> vault);
  ~SqliteSession() override;

  ReadState Read(Group group, const Question& question, GroupWriter& out) noexcept override;
  void UseContext(std::shared_ptr<const DerivedContext> context) override;
  void UseFacts(FactSource* facts) override { facts_ = facts; }
  void BeginSnapshot() override;
  void EndSnapshot() override;
  Status Info(SnapshotInfo* info) override;
  Status PolicyText(int64_t number, PolicyRecord* record) override;
  Result<int64_t> Resolve(std::string_view user) override;
  std::string DescribeContact(Group group) const override;
  ReadState LogHandle(const Party& party, bool callee, int64_t* handle) noexcept override;
  ReadState LogSeed(int64_t handle, std::span<uint8_t, 32> seed) noexcept override;
  // sqlite_session_users.cc
  Result<std::unique_ptr<UserCursor>> ListUsers(const UserSet& set, bool callers) override;
  Status CountUsers(uint64_t* users) override;
  ReadState FindRow(RowKind kind, int64_t a, int64_t b) noexcept override;
  Status ReadName(int64_t handle, std::string* name) override;

 private:
  friend class SqliteUserCursor;

  /// What this snapshot is known to hold of one party of the question. The id is copied, because a
  /// batch may ask about many users from one buffer.
  struct PartyMemo {
    bool set = false;
    bool has_words = false;
    bool is_known = false;  ///< meaningful when `resolved`
    bool resolved = false;  ///< id, or that there is none, is known
    uint8_t name_bytes = 0;
    int64_t asked_handle = 0;  ///< of Party::handle; 0: asked by name
    int64_t id = 0;
    UserWords words{};
    char name[kMaxIdBytes] = {};
  };

  friend class SessionContacts;

  SqliteSession(Connection db, std::shared_ptr<const RowFormat> format,
                std::shared_ptr<const ContactVault> vault);
  Status Prepare();

  /// Opens the transaction; the snapshot begins with the first row read in it.
  bool EnsureTransaction();
  /// Steps a read. After the first of a snapshot, learns whether anything was written since the
  /// last one, and if so reads the meta row. False: the store cannot be read.
  bool StepRead(Statement& statement, bool* has_row);
  bool NoticeWrites();
  bool Remember(int rc);
  Status ReadFailure() const;  ///< why the last StepRead was false

  PartyMemo* MemoOf(const Party& party, PartyMemo* memo);
  Lookup FindUser(PartyMemo* memo);  ///< id and words
  Lookup FindId(PartyMemo* memo);    ///< id alone
  ReadState ReadUser(const Party& party, PartyMemo* memo, GroupWriter& out);
  ReadState ReadPair(const Question& question, GroupWriter& out);
  ReadState ReadCohort(const Question& question, GroupWriter& out);
  ReadState ReadDerived(Group group, const Question& question, GroupWriter& out);
  /// Id and words of a party, left alone where there is no account. False: it cannot be read.
  bool FindParty(const Party& party, PartyMemo* memo, int64_t* id, UserWords* words);
  ReadState GetRow(RowKind kind, int64_t a, int64_t b, std::span<uint8_t> to,
                   size_t* size) noexcept override;
  ReadState GetName(int64_t user, std::span<char> to, size_t* size) noexcept override;
  ReadState ReadContact(Group group, const Question& question, GroupWriter& out);
  bool StepInOtherFile(Statement& statement, bool* has_row);  ///< StepRead, for another file
  /// The external id of a party. False: there is none, or it cannot be read.
  bool NameOf(const Party& party, char* buffer, std::string_view* name);

  // Statements go before their connection.
  Connection db_;
  Statement begin_, commit_, version_, meta_;
  Statement user_by_name_, user_by_id_, id_by_name_, name_by_id_, pair_, policy_, seed_,
      derived_row_;
  SessionContacts contacts_;
  std::shared_ptr<const RowFormat> format_;
  SipHashKey cohort_key_{};
  std::shared_ptr<const DerivedContext> context_ = SystemContext();

  FactSource* facts_ = this;

  bool in_transaction_ = false;
  bool fresh_ = false;    ///< this snapshot was read from, and `info_` is of it
  bool too_new_ = false;  ///< the file was migrated beyond what this program reads
  bool knows_version_ = false;
  uint32_t data_version_ = 0;  ///< of the pager, when `info_` was read
  int last_error_ = 0;
  SnapshotInfo info_;
  int64_t now_ms_ = 0;  ///< of this snapshot; 0: the clock was not asked yet
  PartyMemo caller_, callee_;
};

}  // namespace ringfence
