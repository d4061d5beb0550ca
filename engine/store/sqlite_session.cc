// One Reader's view of the file: the hot path of every decision on SQLite.
#include "store/sqlite_session.h"

#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "derived/read.h"
#include "store/sqlite_schema.h"

namespace ringfence {
namespace {

// Decisions read a few scattered pages; a few thousand users' worth stay warm in each thread.
constexpr const char* kSessionPragmas = "PRAGMA query_only=ON; PRAGMA cache_size=-8192";

}  // namespace

SqliteSession::SqliteSession(Connection db, std::shared_ptr<const RowFormat> format,
                             std::shared_ptr<const ContactVault> vault)
    : db_(std::move(db)), contacts_(this, std::move(vault)), format_(std::move(format)) {}

SqliteSession::~SqliteSession() { EndSnapshot(); }

Result<std::unique_ptr<StoreSession>> SqliteSession::Open(
    const std::string& path, int busy_timeout_ms, std::shared_ptr<const RowFormat> format,
    std::shared_ptr<const ContactVault> vault) {
  // Whatever there is to wait for (a log to be recovered after a crash) is waited for here; while
  // this connection reads, the next one finds the file ready.
  Result<Connection> patient = Connection::Open(path, Connection::Access::kRead, busy_timeout_ms);
  if (!patient.ok()) return patient.status();
  if (Status status = patient->Execute("BEGIN", "open a session"); !status.ok()) return status;
  if (Status status = CheckSchema(*patient, SchemaUse::kRead); !status.ok()) return status;
  Result<Connection> db = Connection::Open(path, Connection::Access::kReadImpatient, 0);
  if (!db.ok()) return db.status();
  if (Status status = db->Execute(kSessionPragmas, "open a session"); !status.ok()) return status;
  Result<Meta> meta = ReadMeta(*db);
  if (!meta.ok()) return meta.status();
  std::unique_ptr<SqliteSession> session(
      new SqliteSession(std::move(*db), std::move(format), std::move(vault)));
  session->cohort_key_ = meta->cohort_key;
  if (Status status = session->Prepare(); !status.ok()) return status;
  return std::unique_ptr<StoreSession>(std::move(session));
}

Status SqliteSession::Prepare() {
  const std::pair<Statement*, std::string_view> statements[] = {
      {&begin_, "BEGIN"},
      {&commit_, "COMMIT"},
      // Opens the snapshot without reading a table; its value is not used.
      {&version_, "PRAGMA data_version"},
      {&meta_, "SELECT revision, policy_number, min_reader, forgets FROM meta WHERE id = 1"},
      {&user_by_name_, "SELECT settings, id FROM users WHERE name = ?1"},
      {&user_by_id_, "SELECT settings FROM users WHERE id = ?1"},
      {&id_by_name_, "SELECT id FROM users WHERE name = ?1"},
      {&name_by_id_, "SELECT name FROM users WHERE id = ?1"},
      {&pair_, "SELECT forward, reverse FROM pairs WHERE callee = ?1 AND caller = ?2"},
      {&policy_,
       "SELECT number, name, digest, text, note, activated_at_s FROM policies WHERE number = ?1"},
      {&seed_, "SELECT seed FROM log_seeds WHERE user = ?1"},
      {&derived_row_, "SELECT data FROM derived WHERE kind = ?1 AND a = ?2 AND b = ?3"},
  };
  for (const auto& [statement, sql] : statements) {
    if (Status status = db_.Prepare(sql, statement); !status.ok()) return status;
  }
  return contacts_.Prepare(&db_);
}

void SqliteSession::BeginSnapshot() {
  EndSnapshot();
  contacts_.BeginSnapshot();
}

void SqliteSession::EndSnapshot() {
  if (in_transaction_) {
    if (commit_.Run() != SQLITE_OK) db_.Rollback();
    in_transaction_ = false;
  }
  fresh_ = false;
  now_ms_ = 0;
  caller_.set = false;
  callee_.set = false;
}

bool SqliteSession::Remember(int rc) {
  last_error_ = rc;
  return false;
}

bool SqliteSession::EnsureTransaction() {
  if (in_transaction_) return true;
  if (const int rc = begin_.Run(); rc != SQLITE_OK) return Remember(rc);
  in_transaction_ = true;
  return true;
}

// The first read of a snapshot takes SQLite's lock, a system call, after which a processor has to
// guess every return anew: a function less on the way up is one wrong guess less.
#define RF_FLAT [[gnu::always_inline]] inline

RF_FLAT bool SqliteSession::StepRead(Statement& statement, bool* has_row) {
  if (!EnsureTransaction()) return false;
  const int rc = statement.Step();
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return Remember(rc);
  *has_row = rc == SQLITE_ROW;
  return (fresh_ || NoticeWrites()) && !too_new_;
}

bool SqliteSession::StepInOtherFile(Statement& statement, bool* has_row) {
  return StepRead(statement, has_row);
}

bool SqliteSession::NoticeWrites() {
  // SQLite has just looked, to begin the read transaction, whether its page cache is still good;
  // this counter moves when it was not. (PRAGMA data_version would be a statement.)
  uint32_t version = 0;
  int rc = sqlite3_file_control(db_.get(), nullptr, SQLITE_FCNTL_DATA_VERSION, &version);
  if (rc != SQLITE_OK) return Remember(rc);
  if (!knows_version_ || version != data_version_) {
    const ResetGuard reset(meta_);
    rc = meta_.Step();
    if (rc != SQLITE_ROW) return Remember(rc == SQLITE_DONE ? SQLITE_CORRUPT : rc);
    info_.revision = static_cast<uint64_t>(meta_.Int(0));
    info_.policy_number = meta_.Int(1);
    too_new_ = meta_.Int(2) > kStoreSchemaVersion;
    info_.forgets = meta_.Int(3);
    contacts_.ForgetEpochs();
    data_version_ = version;
    knows_version_ = true;
  }
  fresh_ = true;
  return true;
}

Status SqliteSession::ReadFailure() const {
  if (!too_new_) return db_.Error(last_error_, "read the store");
  return Status(StatusCode::kSchema,
                "the store was migrated to a schema this program, which knows " +
                    std::to_string(kStoreSchemaVersion) + ", cannot read");
}

Status SqliteSession::Info(SnapshotInfo* info) {
  if (!fresh_) {
    const ResetGuard reset(version_);
    bool has_row = false;
    if (!StepRead(version_, &has_row)) return ReadFailure();
  }
  if (too_new_) return ReadFailure();
  *info = info_;
  return Status();
}

SqliteSession::PartyMemo* SqliteSession::MemoOf(const Party& party, PartyMemo* memo) {
  if (party.handle != 0) {
    if (memo->set && memo->asked_handle == party.handle) return memo;
    memo->name_bytes = 0;
  } else {
    if (memo->set && memo->asked_handle == 0 && memo->name_bytes == party.id.size() &&
        std::memcmp(memo->name, party.id.data(), party.id.size()) == 0) {
      return memo;
    }
    std::memcpy(memo->name, party.id.data(), party.id.size());
    memo->name_bytes = static_cast<uint8_t>(party.id.size());
  }
  memo->set = true;
  memo->has_words = false;
  memo->resolved = false;
  memo->asked_handle = party.handle;
  return memo;
}

RF_FLAT Lookup SqliteSession::FindUser(PartyMemo* memo) {
  if (memo->resolved && (!memo->is_known || memo->has_words)) {
    return memo->is_known ? Lookup::kKnown : Lookup::kUnknown;
  }
  const bool by_id = memo->resolved || memo->asked_handle != 0;
  Statement& statement = by_id ? user_by_id_ : user_by_name_;
  if (by_id) {
    if (!memo->resolved) memo->id = memo->asked_handle;
    statement.Bind(1, memo->id);
  } else {
    statement.Bind(1, std::string_view(memo->name, memo->name_bytes));
  }
  const ResetGuard reset(statement);
  bool has_row = false;
  if (!StepRead(statement, &has_row)) return Lookup::kFailed;
  if (has_row) {
    if (!UnpackUser(statement.Blob(0), &memo->words)) return Lookup::kFailed;
    if (!by_id) memo->id = statement.Int(1);
    memo->has_words = true;
  } else if (memo->resolved) {
    return Lookup::kFailed;  // The index has the user, the table does not.
  }
  memo->resolved = true;
  memo->is_known = has_row;
  return has_row ? Lookup::kKnown : Lookup::kUnknown;
}

Lookup SqliteSession::FindId(PartyMemo* memo) {
  if (memo->resolved) return memo->is_known ? Lookup::kKnown : Lookup::kUnknown;
  if (memo->asked_handle != 0) {
    // The handle is the id. Whether its user is still known does not matter here: a forgotten one
    // has no pairs.
    memo->id = memo->asked_handle;
    return Lookup::kKnown;
  }
  id_by_name_.Bind(1, std::string_view(memo->name, memo->name_bytes));
  const ResetGuard reset(id_by_name_);
  bool has_row = false;
  if (!StepRead(id_by_name_, &has_row)) return Lookup::kFailed;
  if (has_row) memo->id = id_by_name_.Int(0);
  memo->resolved = true;
  memo->is_known = has_row;
  return has_row ? Lookup::kKnown : Lookup::kUnknown;
}

RF_FLAT ReadState SqliteSession::ReadUser(const Party& party, PartyMemo* memo, GroupWriter& out) {
  if (IsNobody(party)) return ReadState::kAbsent;
  memo = MemoOf(party, memo);
  switch (FindUser(memo)) {
    case Lookup::kKnown:
      out.SetPacked(format_->ForFrame(memo->words));
      return ReadState::kRead;
    case Lookup::kUnknown:
      return ReadState::kAbsent;
    case Lookup::kFailed:
      break;
  }
  return ReadState::kUnavailable;
}

RF_FLAT ReadState SqliteSession::ReadPair(const Question& question, GroupWriter& out) {
  if (IsNobody(question.caller) || IsNobody(question.callee)) return ReadState::kAbsent;
  PartyMemo* callee = MemoOf(question.callee, &callee_);
  PartyMemo* caller = MemoOf(question.caller, &caller_);
  for (PartyMemo* memo : {callee, caller}) {
    const Lookup found = FindId(memo);
    if (found == Lookup::kFailed) return ReadState::kUnavailable;
    if (found == Lookup::kUnknown) return ReadState::kAbsent;
  }
  pair_.Bind(1, callee->id);
  pair_.Bind(2, caller->id);
  const ResetGuard reset(pair_);
  bool has_row = false;
  if (!StepRead(pair_, &has_row)) return ReadState::kUnavailable;
  if (!has_row) return ReadState::kAbsent;
  const int64_t forward = pair_.Int(0);
  const int64_t reverse = pair_.Int(1);
  if (((forward | reverse) >> 32) != 0) return ReadState::kUnavailable;
  const uint32_t words[] = {static_cast<uint32_t>(forward), static_cast<uint32_t>(reverse)};
  out.SetPacked(words);
  return ReadState::kRead;
}

bool SqliteSession::NameOf(const Party& party, char* buffer, std::string_view* name) {
  if (party.handle == 0) {
    *name = party.id;
    return !party.id.empty();
  }
  size_t size = 0;
  if (GetName(party.handle, {buffer, kMaxIdBytes}, &size) != ReadState::kRead) return false;
  *name = std::string_view(buffer, size);
  return true;
}

ReadState SqliteSession::ReadCohort(const Question& question, GroupWriter& out) {
  char caller_buffer[kMaxIdBytes];
  char callee_buffer[kMaxIdBytes];
  std::string_view name;
  std::optional<std::string_view> caller, callee;
  if (!question.caller_without_account && NameOf(question.caller, caller_buffer, &name)) {
    caller = name;
  }
  if (NameOf(question.callee, callee_buffer, &name)) callee = name;
  return format_->ReadCohorts(cohort_key_, caller, callee, out);
}

void SqliteSession::UseContext(std::shared_ptr<const DerivedContext> context) {
  context_ = std::move(context);
}

bool SqliteSession::FindParty(const Party& party, PartyMemo* memo, int64_t* id, UserWords* words) {
  if (IsNobody(party)) return true;
  memo = MemoOf(party, memo);
  const Lookup found = FindUser(memo);
  if (found == Lookup::kKnown) {
    *id = memo->id;
    *words = memo->words;
  }
  return found != Lookup::kFailed;
}

ReadState SqliteSession::ReadDerived(Group group, const Question& question, GroupWriter& out) {
  int64_t callee_id = 0;
  int64_t caller_id = 0;
  UserWords callee{};
  UserWords caller{};
  if (!FindParty(question.callee, &callee_, &callee_id, &callee)) return ReadState::kUnavailable;
  // The callee's local time has nothing to do with who calls.
  const bool needs_caller = group != Group::kTime && !question.caller_without_account;
  if (needs_caller && !FindParty(question.caller, &caller_, &caller_id, &caller)) {
    return ReadState::kUnavailable;
  }
  const DerivedParties parties = PartiesOf(callee_id, callee, caller_id, caller);
  if (now_ms_ == 0) now_ms_ = context_->now_ms();
  DerivedRows& rows = *this;
  const DerivedReading reading{
      format_->derived_ids(), *context_, question, parties, now_ms_, rows, *facts_};
  return ReadDerivedGroup(group, reading, out);
}

ReadState SqliteSession::GetRow(RowKind kind, int64_t a, int64_t b, std::span<uint8_t> to,
                                size_t* size) noexcept {
  derived_row_.Bind(1, static_cast<int64_t>(kind));
  derived_row_.Bind(2, a);
  derived_row_.Bind(3, b);
  const ResetGuard reset(derived_row_);
  bool has_row = false;
  if (!StepRead(derived_row_, &has_row)) return ReadState::kUnavailable;
  if (!has_row) return ReadState::kAbsent;
  const std::span<const uint8_t> bytes = derived_row_.Blob(0);
  if (bytes.empty() || bytes.size() > to.size()) return ReadState::kUnavailable;
  std::memcpy(to.data(), bytes.data(), bytes.size());
  *size = bytes.size();
  return ReadState::kRead;
}

ReadState SqliteSession::GetName(int64_t user, std::span<char> to, size_t* size) noexcept {
  name_by_id_.Bind(1, user);
  const ResetGuard reset(name_by_id_);
  bool has_row = false;
  if (!StepRead(name_by_id_, &has_row)) return ReadState::kUnavailable;
  if (!has_row) return ReadState::kAbsent;
  const std::string_view name = name_by_id_.Text(0);
  if (name.size() > to.size()) return ReadState::kUnavailable;
  std::memcpy(to.data(), name.data(), name.size());
  *size = name.size();
  return ReadState::kRead;
}

ReadState SqliteSession::Read(Group group, const Question& question, GroupWriter& out) noexcept {
  switch (group) {
    case Group::kCallee:
      return ReadUser(question.callee, &callee_, out);
    case Group::kCaller:
      return question.caller_without_account ? ReadState::kAbsent
                                             : ReadUser(question.caller, &caller_, out);
    case Group::kPair:
      return question.caller_without_account ? ReadState::kAbsent : ReadPair(question, out);
    case Group::kCohort:
      return ReadCohort(question, out);
    case Group::kContact:
    case Group::kCallerContact:
      return ReadContact(group, question, out);
    case Group::kList:
    case Group::kGrant:
    case Group::kAttempts:
    case Group::kTime:
      return ReadDerived(group, question, out);
    case Group::kCall:
      break;
  }
  return ReadState::kNotMine;
}

Status SqliteSession::PolicyText(int64_t number, PolicyRecord* record) {
  policy_.Bind(1, number);
  const ResetGuard reset(policy_);
  bool has_row = false;
  if (!StepRead(policy_, &has_row)) return ReadFailure();
  if (!has_row) {
    return Status(StatusCode::kNotFound, "the store has no policy " + std::to_string(number));
  }
  record->number = policy_.Int(0);
  record->name = policy_.Text(1);
  record->digest = policy_.Text(2);
  record->text = policy_.Text(3);
  record->note = policy_.Text(4);
  record->activated_at_s = policy_.Int(5);
  record->in_force = record->number == info_.policy_number;
  return Status();
}

Result<int64_t> SqliteSession::Resolve(std::string_view user) {
  if (Status status = CheckId(user); !status.ok()) return status;
  const bool own_snapshot = !in_transaction_;
  id_by_name_.Bind(1, user);
  bool has_row = false;
  bool read = false;
  int64_t id = 0;
  {
    const ResetGuard reset(id_by_name_);
    read = StepRead(id_by_name_, &has_row);
    if (read && has_row) id = id_by_name_.Int(0);
  }
  Status status;
  if (!read) status = ReadFailure();
  if (own_snapshot) EndSnapshot();
  if (!read) return status;
  if (!has_row) return NotKnown(user);
  return id;
}

ReadState SqliteSession::LogHandle(const Party& party, bool callee, int64_t* handle) noexcept {
  if (IsNobody(party)) return ReadState::kAbsent;
  PartyMemo* memo = MemoOf(party, callee ? &callee_ : &caller_);
  switch (FindId(memo)) {
    case Lookup::kKnown:
      *handle = memo->id;
      return ReadState::kRead;
    case Lookup::kUnknown:
      return ReadState::kAbsent;
    case Lookup::kFailed:
      break;
  }
  return ReadState::kUnavailable;
}

ReadState SqliteSession::LogSeed(int64_t handle, std::span<uint8_t, 32> seed) noexcept {
  seed_.Bind(1, handle);
  const ResetGuard reset(seed_);
  bool has_row = false;
  if (!StepRead(seed_, &has_row)) return ReadState::kUnavailable;
  if (has_row) {
    const std::span<const uint8_t> stored = seed_.Blob(0);
    if (stored.size() != seed.size()) return ReadState::kUnavailable;
    std::memcpy(seed.data(), stored.data(), seed.size());
    return ReadState::kRead;
  }
  // A user without one is damage: taken for unknown, the user could not be erased from the log.
  user_by_id_.Bind(1, handle);
  const ResetGuard reset_user(user_by_id_);
  if (!StepRead(user_by_id_, &has_row) || has_row) return ReadState::kUnavailable;
  return ReadState::kAbsent;
}

}  // namespace ringfence
