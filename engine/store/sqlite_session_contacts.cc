// Contact facts of a session: one row of the book, one of the caller's identifiers, and a chunk for
// each identifier; the same reads whether the answer is yes or no. Nothing here allocates once a
// session is open.
#include "store/sqlite_session_contacts.h"

#include <utility>

#include "store/sqlite_contact_rows.h"
#include "store/sqlite_session.h"

namespace ringfence {

#if RINGFENCE_CONTACTS

struct SessionContacts::Matcher {
  ContactMatcher matcher;
  ContactMatch Match(const Keyring& keyring, const BookHeader& book, int64_t caller,
                     int64_t row_key, std::span<const uint8_t> sealed, int64_t now_s,
                     ChunkSource& chunks) {
    return matcher.Match(keyring, book, caller, row_key, sealed, now_s, chunks);
  }
};

bool SessionContacts::HasKeys(int64_t identifiers_row_key) const {
  if (keyring_ == nullptr || keyring_->FindRowKey(book_.row_key) == nullptr) return false;
  return identifiers_row_key == 0 || keyring_->FindRowKey(identifiers_row_key) != nullptr;
}

#else

// Built without contact sync: nothing can be opened, so a user who has a book is unavailable.
struct SessionContacts::Matcher {
  ContactMatch Match(const Keyring&, const BookHeader&, int64_t, int64_t, std::span<const uint8_t>,
                     int64_t, ChunkSource&) {
    return {};
  }
};

bool SessionContacts::HasKeys(int64_t) const { return false; }

#endif

SessionContacts::SessionContacts(SqliteSession* session, std::shared_ptr<const ContactVault> vault)
    : session_(session), vault_(std::move(vault)) {
  // Its memory is locked, of which a process has little: only where there are keys.
  if (vault_ != nullptr) matcher_ = std::make_unique<Matcher>();
}

SessionContacts::~SessionContacts() = default;

Status SessionContacts::Prepare(Connection* db) {
  const std::pair<Statement*, std::string_view> statements[] = {
      // One statement for two rows: half of what a read costs is starting and ending a statement.
      {&find_book_,
       "SELECT b.epoch, b.generation, b.bucket_bits, b.row_key, b.synced_at_s, b.expires_at_s,"
       " i.row_key, i.sealed FROM contact_books AS b"
       " LEFT JOIN contact_identifiers AS i ON i.account = ?2 WHERE b.callee = ?1"},
      {&find_chunk_, "SELECT sealed FROM contact_chunks WHERE id = ?1"},
      {&find_epoch_, "SELECT state FROM contact_epochs WHERE epoch = ?1"},
  };
  for (const auto& [statement, sql] : statements) {
    if (Status status = db->Prepare(sql, statement); !status.ok()) return status;
  }
  return Status();
}

void SessionContacts::BeginSnapshot() {
  traces_.fill({});
  if (vault_ != nullptr) PinKeys();
}

void SessionContacts::PinKeys() {
  // In this order: keys that come between are taken now and once more the next time.
  const uint64_t generation = vault_->generation();
  if (generation == keyring_generation_) return;
  keyring_ = vault_->keyring();
  keyring_generation_ = generation;
}

// Whether the book's epoch is retired; false where the file knows no such epoch.
bool SessionContacts::ReadEpoch() {
  KnownEpoch& known = epochs_[static_cast<size_t>(book_.epoch) % epochs_.size()];
  if (known.number != book_.epoch) {
    find_epoch_.Bind(1, book_.epoch);
    const ResetGuard reset(find_epoch_);
    bool has_row = false;
    if (!session_->StepInOtherFile(find_epoch_, &has_row) || !has_row) return false;
    RowReader row(find_epoch_);
    const auto state = static_cast<EpochState>(row.OneOf(EpochStateNames()));
    if (!row.ok()) return false;
    known = {book_.epoch, state == EpochState::kRetired};
  }
  book_.epoch_retired = known.retired;
  return true;
}

std::span<const uint8_t> SessionContacts::Chunk(int64_t callee, uint32_t bucket) noexcept {
  find_chunk_.Reset();
  find_chunk_.Bind(1, ChunkId(callee, bucket));
  bool has_row = false;
  if (!session_->StepInOtherFile(find_chunk_, &has_row) || !has_row) return {};
  RowReader row(find_chunk_);
  return ReadChunk(&row);
}

ReadState SessionContacts::Read(Group group, int64_t callee, int64_t caller, ContactFact* fact) {
  find_book_.Bind(1, callee);
  find_book_.Bind(2, caller);
  const ResetGuard reset(find_book_);
  bool has_row = false;
  if (!session_->StepInOtherFile(find_book_, &has_row)) return ReadState::kUnavailable;
  if (!has_row) return ReadState::kAbsent;
  RowReader row(find_book_);
  book_.callee = callee;
  ReadHeader(&row, &book_);
  int64_t row_key = 0;
  std::span<const uint8_t> identifiers;
  const bool has_identifiers = !find_book_.IsNull(kBookHeaderColumnCount);
  if (has_identifiers) identifiers = ReadIdentifiers(&row, &row_key);
  if (!row.ok()) return ReadState::kUnavailable;
  const ResetGuard reset_chunk(find_chunk_);
  return Match(group, caller, row_key, identifiers, fact) ? ReadState::kRead
                                                          : ReadState::kUnavailable;
}

bool SessionContacts::Match(Group group, int64_t caller, int64_t row_key,
                            std::span<const uint8_t> identifiers, ContactFact* fact) {
  if (vault_ == nullptr || !ReadEpoch()) return false;
  // The keys may have been added between their pinning and the snapshot, or by another process.
  if (!HasKeys(row_key)) PinKeys();
  if (!HasKeys(row_key)) {
    vault_->Refresh();
    PinKeys();
  }
  if (!HasKeys(row_key)) return false;
  const ContactMatch match = matcher_->Match(*keyring_, book_, caller, row_key, identifiers,
                                             vault_->NowInSeconds(), *this);
  if (!match.available) return false;
  TraceOf(group) = {true, match.kind, book_.generation, book_.epoch};
  *fact = match.fact;
  return true;
}

std::string SessionContacts::Describe(Group group) const {
  const Trace& trace = traces_[TraceIndex(group)];
  if (!trace.has_book) return {};
  std::string text;
  switch (trace.kind) {
    case 1:
      text = "kind tel, ";
      break;
    case 2:
      text = "kind email, ";
      break;
    case 3:
      text = "kind handle, ";
      break;
    default:
      break;
  }
  return text + "generation " + std::to_string(trace.generation) + ", epoch " +
         std::to_string(trace.epoch);
}

// --- The session's part

ReadState SqliteSession::ReadContact(Group group, const Question& question, GroupWriter& out) {
  const bool of_callee = group == Group::kContact;
  contacts_.ForgetTrace(group);
  // Whose book it is, and who may be in it.
  const Party& owner = of_callee ? question.callee : question.caller;
  const Party& other = of_callee ? question.caller : question.callee;
  if (IsNobody(owner)) return ReadState::kAbsent;
  PartyMemo* memo = MemoOf(owner, of_callee ? &callee_ : &caller_);
  Lookup found = FindId(memo);
  if (found == Lookup::kFailed) return ReadState::kUnavailable;
  if (found == Lookup::kUnknown) return ReadState::kAbsent;
  const int64_t owner_id = memo->id;
  // Who has no account has no verified identifier, and is not in the book there is.
  int64_t other_id = 0;
  if (!IsNobody(other)) {
    memo = MemoOf(other, of_callee ? &caller_ : &callee_);
    found = FindId(memo);
    if (found == Lookup::kFailed) return ReadState::kUnavailable;
    if (found == Lookup::kKnown) other_id = memo->id;
  }
  ContactFact fact = ContactFact::kNoBook;
  const ReadState state = contacts_.Read(group, owner_id, other_id, &fact);
  if (state != ReadState::kRead) return state;
  const std::optional<FactId> id = format_->contact_fact(group);
  if (!id.has_value()) return ReadState::kUnavailable;
  out.Set(*id, static_cast<FactCode>(fact));
  return ReadState::kRead;
}

std::string SqliteSession::DescribeContact(Group group) const { return contacts_.Describe(group); }

}  // namespace ringfence
