// Lists of users in a session's snapshot, for questions about all of them: one statement a set.
#include <memory>
#include <string>

#include "store/sqlite_session.h"

namespace ringfence {
namespace {

std::string SqlOf(const UserSet& set) {
  switch (set.kind) {
    case UserSet::Kind::kAll:
      return "SELECT id, settings FROM users ORDER BY id";
    case UserSet::Kind::kRelated:
      return "SELECT caller FROM pairs WHERE callee = ?1 ORDER BY caller";
    case UserSet::Kind::kRowsOf:
      return "SELECT b FROM derived WHERE kind = ?2 AND a = ?1 AND b > 0 ORDER BY b";
    case UserSet::Kind::kRowsAbout:
      return "SELECT a FROM derived INDEXED BY derived_b"
             " WHERE b = ?1 AND b <> 0 AND kind = ?2 AND a > 0 ORDER BY a";
    case UserSet::Kind::kIndexed:
      break;
  }
  const IndexedEntry& entry = IndexedEntries()[set.index];
  return std::string("SELECT id FROM users INDEXED BY ") + entry.index + " WHERE " + entry.where +
         " ORDER BY id";
}

}  // namespace

class SqliteUserCursor final : public UserCursor {
 public:
  SqliteUserCursor(SqliteSession* session, bool callers)
      : session_(*session), memo_(callers ? session->caller_ : session->callee_) {}

  Status Prepare(const UserSet& set) {
    if (Status status = session_.db_.Prepare(SqlOf(set), &statement_); !status.ok()) return status;
    if (set.user != 0) statement_.Bind(1, set.user);
    has_settings_ = set.kind == UserSet::Kind::kAll;
    const bool by_kind =
        set.kind == UserSet::Kind::kRowsOf || set.kind == UserSet::Kind::kRowsAbout;
    if (by_kind) statement_.Bind(2, static_cast<int64_t>(set.row));
    return Status();
  }

  Status Next(int64_t* handle) override {
    *handle = 0;
    if (ended_) return Status();
    bool has_row = false;
    if (!session_.StepInOtherFile(statement_, &has_row)) return session_.ReadFailure();
    if (has_row) {
      *handle = statement_.Int(0);
      if (has_settings_) Remember(*handle);
    } else {
      ended_ = true;
    }
    return Status();
  }

 private:
  /// As if a question had read the user's row.
  void Remember(int64_t handle) {
    memo_.set = true;
    memo_.asked_handle = memo_.id = handle;
    memo_.name_bytes = 0;
    memo_.is_known = true;
    memo_.resolved = memo_.has_words = UnpackUser(statement_.Blob(1), &memo_.words);
  }

  SqliteSession& session_;
  SqliteSession::PartyMemo& memo_;
  bool has_settings_ = false;
  Statement statement_;
  bool ended_ = false;
};

Result<std::unique_ptr<UserCursor>> SqliteSession::ListUsers(const UserSet& set, bool callers) {
  auto cursor = std::make_unique<SqliteUserCursor>(this, callers);
  if (Status status = cursor->Prepare(set); !status.ok()) return status;
  return std::unique_ptr<UserCursor>(std::move(cursor));
}

Status SqliteSession::CountUsers(uint64_t* users) {
  Statement count;
  if (Status status = db_.Prepare("SELECT count(*) FROM users", &count); !status.ok()) {
    return status;
  }
  bool has_row = false;
  if (!StepInOtherFile(count, &has_row)) return ReadFailure();
  *users = has_row ? static_cast<uint64_t>(count.Int(0)) : 0;
  return Status();
}

ReadState SqliteSession::FindRow(RowKind kind, int64_t a, int64_t b) noexcept {
  derived_row_.Bind(1, static_cast<int64_t>(kind));
  derived_row_.Bind(2, a);
  derived_row_.Bind(3, b);
  const ResetGuard reset(derived_row_);
  bool has_row = false;
  if (!StepInOtherFile(derived_row_, &has_row)) return ReadState::kUnavailable;
  return has_row ? ReadState::kRead : ReadState::kAbsent;
}

Status SqliteSession::ReadName(int64_t handle, std::string* name) {
  name_by_id_.Bind(1, handle);
  const ResetGuard reset(name_by_id_);
  bool has_row = false;
  if (!StepInOtherFile(name_by_id_, &has_row)) return ReadFailure();
  if (!has_row) return Status(StatusCode::kNotFound, "the store knows no user of such a handle");
  *name = name_by_id_.Text(0);
  return Status();
}

}  // namespace ringfence
