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
  if (keyring_->FindRowKey(book_.row_key) == nullptr) return false;
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
  const std::string book =
      "SELECT " + std::string(kBookHeaderColumns) + " FROM contact_books WHERE callee = ?1";
  const std::pair<Statement*, std::string_view> statements[] = {
      {&find_book_, book},
      {&find_chunk_, "SELECT id, sealed FROM contact_chunks WHERE id = ?1"},
      {&find_identifiers_,
       "SELECT account, row_key, sealed FROM contact_identifiers WHERE account = ?1"},
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

SessionContacts::Found SessionContacts::FindBook(int64_t callee) {
  find_book_.Bind(1, callee);
  const ResetGuard reset(find_book_);
  bool has_row = false;
  if (!session_->StepContact(find_book_, &has_row)) return Found::kFailed;
  if (!has_row) return Found::kNothing;
  return ReadRow(find_book_, &book_) ? Found::kBook : Found::kFailed;
}

// Whether the book's epoch is retired; false where the file knows no such epoch.
bool SessionContacts::ReadEpoch() {
  KnownEpoch& known = epochs_[static_cast<size_t>(book_.epoch) % epochs_.size()];
  if (known.number != book_.epoch) {
    find_epoch_.Bind(1, book_.epoch);
    const ResetGuard reset(find_epoch_);
    bool has_row = false;
    if (!session_->StepContact(find_epoch_, &has_row) || !has_row) return false;
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
  if (!session_->StepContact(find_chunk_, &has_row) || !has_row) return {};
  return ReadChunk(find_chunk_, nullptr);
}

bool SessionContacts::Match(Group group, int64_t caller, ContactFact* fact) {
  if (vault_ == nullptr) return false;
  find_identifiers_.Bind(1, caller);
  const ResetGuard reset_identifiers(find_identifiers_);
  const ResetGuard reset_chunk(find_chunk_);
  bool has_row = false;
  if (!session_->StepContact(find_identifiers_, &has_row)) return false;
  int64_t row_key = 0;
  std::span<const uint8_t> sealed;
  if (has_row) {
    sealed = ReadIdentifiers(find_identifiers_, &row_key);
    if (sealed.empty()) return false;
  }
  if (!ReadEpoch()) return false;
  // The keys may have been added between their pinning and the snapshot.
  if (keyring_ == nullptr || !HasKeys(row_key)) PinKeys();
  if (keyring_ == nullptr || !HasKeys(row_key)) return false;
  const ContactMatch match =
      matcher_->Match(*keyring_, book_, caller, row_key, sealed, vault_->NowInSeconds(), *this);
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
  using Found = SessionContacts::Found;
  const bool of_callee = group == Group::kContact;
  PartyMemo* callee = MemoOf(question.callee, &callee_);
  PartyMemo* caller = MemoOf(question.caller, &caller_);
  // Whose book it is, and who may be in it.
  PartyMemo* owner = of_callee ? callee : caller;
  PartyMemo* other = of_callee ? caller : callee;
  contacts_.ForgetTrace(group);
  Lookup found = FindId(owner);
  if (found != Lookup::kKnown) {
    return found == Lookup::kUnknown ? ReadState::kAbsent : ReadState::kUnavailable;
  }
  switch (contacts_.FindBook(owner->id)) {
    case Found::kNothing:
      return ReadState::kAbsent;
    case Found::kFailed:
      return ReadState::kUnavailable;
    case Found::kBook:
      break;
  }
  found = FindId(other);
  if (found != Lookup::kKnown) {
    return found == Lookup::kUnknown ? ReadState::kAbsent : ReadState::kUnavailable;
  }
  ContactFact fact = ContactFact::kNoBook;
  if (!contacts_.Match(group, other->id, &fact)) return ReadState::kUnavailable;
  const std::optional<FactId> id = format_->contact_fact(group);
  if (!id.has_value()) return ReadState::kUnavailable;
  out.Set(*id, static_cast<FactCode>(fact));
  return ReadState::kRead;
}

std::string SqliteSession::DescribeContact(Group group) const { return contacts_.Describe(group); }

}  // namespace ringfence
