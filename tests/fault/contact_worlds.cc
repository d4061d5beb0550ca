// A sync, a rotation of the row key and a removal as a run of transactions.
#include "fault/contact_worlds.h"

#include <algorithm>
#include <filesystem>

#include "contacts/identifiers.h"
#include "contacts/oprf/token.h"
#include "contacts/rotation.h"
#include "contacts/sealed_rows.h"
#include "contacts/sync.h"
#include "fault/worlds.h"

namespace ringfence {
namespace {

using Use = StoreBackend::Use;

constexpr const char* kUsers[] = {"ann", "bob", "carol", "eve"};
constexpr CanonicalIdentifier kAnnsPhone = {IdentifierKind::kPhone, "+4915112345678"};
constexpr CanonicalIdentifier kAnnsMail = {IdentifierKind::kEmail, "ann@example.com"};
constexpr CanonicalIdentifier kEvesPhone = {IdentifierKind::kPhone, "+14155550123"};

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

/// What bob uploads: strangers and ann, or (later) other strangers and eve.
std::vector<Token> AddressBook(const Keyring& keyring, bool later) {
  std::vector<Token> tokens;
  tokens.reserve(151);
  for (int i = 0; i < 150; ++i) {
    tokens.push_back(TokenNamed((later ? "later" : "earlier") + std::to_string(i)));
  }
  tokens.push_back(DirectToken(keyring, 1, later ? kEvesPhone : kAnnsPhone));
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

SyncManifest ManifestOf(const std::vector<Token>& tokens, int64_t base_generation) {
  SyncManifest manifest;
  manifest.epoch = 1;
  manifest.base_generation = base_generation;
  manifest.region = "DE";
  manifest.entries = static_cast<int64_t>(tokens.size());
  manifest.digest = DigestOf(tokens);
  return manifest;
}

Status PutHalf(ContactTables& rows, const Keyring& keyring, const char* user,
               const std::vector<Token>& tokens, int half) {
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::optional<UploadRow>> upload = rows.Upload(*account);
  if (!upload.ok()) return upload.status();
  REQUIRE(upload->has_value());
  const size_t middle = tokens.size() / 2;
  const std::span<const Token> all(tokens);
  return PutTokens(rows, keyring, user, (*upload)->id, half,
                   half == 0 ? all.first(middle) : all.subspan(middle), {}, kNow);
}

Status CommitOpen(ContactTables& rows, const Keyring& keyring, const char* user) {
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::optional<UploadRow>> upload = rows.Upload(*account);
  if (!upload.ok()) return upload.status();
  REQUIRE(upload->has_value());
  return CommitUpload(rows, keyring, user, (*upload)->id, kNow).status();
}

Status Sync(StoreBackend& store, const Keyring& keyring, const char* user) {
  const std::vector<Token> tokens = AddressBook(keyring, false);
  return WriteContacts(store, [&](ContactTables& rows) {
    Status status = BeginUpload(rows, keyring, user, ManifestOf(tokens, 0), kNow).status();
    if (status.ok()) status = PutHalf(rows, keyring, user, tokens, 0);
    if (status.ok()) status = PutHalf(rows, keyring, user, tokens, 1);
    if (status.ok()) status = CommitOpen(rows, keyring, user);
    return status;
  });
}

std::string Hash(std::span<const Token> tokens) {
  std::vector<Token> sorted(tokens.begin(), tokens.end());
  std::sort(sorted.begin(), sorted.end());
  const std::array<uint8_t, 32> digest = DigestOf(sorted);
  std::string text;
  for (size_t i = 0; i < 4; ++i) text += std::to_string(digest[i]) + ".";
  return std::to_string(sorted.size()) + ":" + text;
}

Status DumpBook(ContactTables& rows, const Keyring& keyring, int64_t account, std::string* text) {
  Result<std::optional<BookRow>> book = rows.Book(account);
  if (!book.ok()) return book.status();
  if (book->has_value()) {
    const BookRow& row = **book;
    Result<TokenBuffer> tokens = OpenBook(rows, keyring, row);
    if (!tokens.ok()) return tokens.status();
    *text += " book " + std::to_string(row.generation) + " key " + std::to_string(row.row_key) +
             " entries " + std::to_string(row.entries) + " " + Hash(tokens->tokens());
    const std::vector<Token> sorted(tokens->tokens().begin(), tokens->tokens().end());
    if (row.entries != static_cast<int64_t>(sorted.size())) *text += " WRONG NUMBER";
  }
  Result<std::optional<UploadRow>> upload = rows.Upload(account);
  if (!upload.ok()) return upload.status();
  if (!upload->has_value()) return Status();
  const UploadRow& row = **upload;
  *text += " upload " + std::to_string(row.id) + " key " + std::to_string(row.row_key);
  Result<std::vector<PartRow>> parts = rows.Parts(row.id);
  if (!parts.ok()) return parts.status();
  for (const PartRow& part : *parts) {
    Result<TokenBuffer> tokens = OpenPart(*keyring.FindRowKey(row.row_key), account, row.id, part);
    if (!tokens.ok()) return tokens.status();
    *text += " part " + std::to_string(part.sequence) + " " + Hash(tokens->tokens());
  }
  return Status();
}

Status DumpAccount(ContactTables& rows, const Keyring& keyring, const char* user,
                   std::string* text) {
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  *text += user;
  if (Status status = DumpBook(rows, keyring, *account, text); !status.ok()) return status;
  Result<std::optional<IdentifiersRow>> identifiers = rows.Identifiers(*account);
  if (!identifiers.ok()) return identifiers.status();
  if (identifiers->has_value()) {
    OpenedList opened;
    if (Status status = OpenIdentifiers(rows, keyring, *account, &opened); !status.ok()) {
      return status;
    }
    *text += " key " + std::to_string((*identifiers)->row_key);
    for (size_t i = 0; i < opened.list.size; ++i) {
      const ListedIdentifier& item = opened.list.items[i];
      const Tag tag = keyring.TagOf(1, item.tokens[0].token);
      Result<std::optional<OwnerRow>> owner = rows.Owner(tag);
      if (!owner.ok()) return owner.status();
      const bool owned = owner->has_value() && (*owner)->account == *account;
      *text += " kind " + std::to_string(item.kind) + (owned ? "" : " NOT OWNED");
    }
  }
  Result<QuotaRow> quota = rows.Quota(*account);
  if (!quota.ok()) return quota.status();
  *text += " used " + std::to_string(quota->full_syncs.used) + " " +
           std::to_string(quota->identifiers.used) + "\n";
  return Status();
}

Status DumpRows(StoreBackend& store, const Keyring& keyring, std::string* text) {
  Result<std::unique_ptr<ContactTables>> rows = store.BeginContacts(Use::kRead);
  if (!rows.ok()) return rows.status();
  for (const char* user : kUsers) {
    if (Status status = DumpAccount(**rows, keyring, user, text); !status.ok()) return status;
  }
  return Status();
}

}  // namespace

std::string DumpContacts(StoreBackend& store, const ContactKeys& keys) {
  std::string text;
  if (Status status = DumpRows(store, keys.keyring(), &text); !status.ok()) {
    return status.message();
  }
  Result<std::unique_ptr<StoreSession>> session = store.NewSession(keys.vault());
  if (!session.ok()) return session.status().message();
  for (const char* caller : kUsers) {
    for (const char* callee : kUsers) {
      if (caller == callee) continue;
      const Answer answer = AskSource(**session, caller, callee);
      text +=
          std::string(caller) + " " + callee + " " + answer.Get("callee.contact(caller)") + "\n";
      (*session)->EndSnapshot();
    }
  }
  return text;
}

ContactRun::ContactRun() {
  {
    const auto store = NewSqliteStore(pristine_);
    const Keyring& keyring = keys_.keyring();
    Require(WriteContacts(*store, [&](ContactTables& rows) {
      for (const char* user : kUsers) Require(rows.InternUser(user).status());
      bool changed = false;
      Require(AdoptKeys(rows, keyring, kNow, &changed));
      Require(AddVerified(rows, keyring, "ann", kAnnsPhone, kNow - 100));
      return AddVerified(rows, keyring, "eve", kEvesPhone, kNow - 100);
    }));
    Require(Sync(*store, keyring, "bob"));
    Require(Sync(*store, keyring, "carol"));
  }
  keys_.AddRowKey();
  Reset(path_);
  const auto store = NewSqliteStore(path_);
  states_.push_back(DumpContacts(*store, keys_));
  Require(Go(*store, [&] { states_.push_back(DumpContacts(*store, keys_)); }));
  for (const std::string& state : states_) {
    CAPTURE(state);
    REQUIRE(std::count(state.begin(), state.end(), '\n') == 16);
  }
  for (size_t i = 1; i < states_.size(); ++i) REQUIRE(states_[i] != states_[i - 1]);
  // Who is let through changes with the commit of the sync, and with the removal.
  REQUIRE(states_[3].find("ann bob match") != std::string::npos);
  REQUIRE(states_[4].find("ann bob no_match") != std::string::npos);
  REQUIRE(states_[4].find("eve bob match") != std::string::npos);
  REQUIRE(states_.back().find("ann carol no_book") != std::string::npos);
}

void ContactRun::Reset(const std::string& path) const {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(path + suffix);
  }
  std::filesystem::copy_file(pristine_, path);
}

Status ContactRun::Go(StoreBackend& store, const std::function<void()>& acknowledged) const {
  const Keyring& keyring = keys_.keyring();
  const std::vector<Token> tokens = AddressBook(keyring, true);
  const auto rekey = [&](ContactTables& rows, const char* user) {
    Result<int64_t> account = rows.FindUser(user);
    return account.ok() ? RekeyAccount(rows, keyring, *account).status() : account.status();
  };
  const std::function<Status(ContactTables&)> transactions[] = {
      [&](ContactTables& t) {
        return BeginUpload(t, keyring, "bob", ManifestOf(tokens, 1), kNow).status();
      },
      [&](ContactTables& t) { return PutHalf(t, keyring, "bob", tokens, 0); },
      [&](ContactTables& t) { return PutHalf(t, keyring, "bob", tokens, 1); },
      [&](ContactTables& t) { return CommitOpen(t, keyring, "bob"); },
      [&](ContactTables& t) { return rekey(t, "ann"); },
      [&](ContactTables& t) { return rekey(t, "carol"); },
      [&](ContactTables& t) { return AddVerified(t, keyring, "ann", kAnnsMail, kNow); },
      [&](ContactTables& t) {
        Status status = RemoveBookAndUploads(t, "carol").status();
        return status.ok() ? t.CountErasure() : status;
      },
  };
  for (const auto& transaction : transactions) {
    if (Status status = WriteContacts(store, transaction); !status.ok()) return status;
    acknowledged();
  }
  // Rebuilds the file: not a change of what it holds.
  return store.Purge().status();
}

void ContactRun::CheckFile(const std::string& path, size_t acknowledged) const {
  auto store = OpenFile(path, StoreOptions::Mode::kReadWrite);
  Require(store.status());
  RequireHealthy(**store);
  const std::string now = DumpContacts(**store, keys_);
  const bool same = now == states_[acknowledged];
  const bool next = acknowledged + 1 < states_.size() && now == states_[acknowledged + 1];
  CAPTURE(now);
  CHECK((same || next));
}

}  // namespace ringfence
