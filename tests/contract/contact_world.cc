// Books, identifiers and keys for tests of the store, made as the protocol makes them.
#include "contract/contact_world.h"

#include <algorithm>

#include "base/siphash.h"
#include "contacts/seal.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

std::span<const uint8_t> Bytes(const std::vector<Token>& tokens) {
  return {tokens.empty() ? nullptr : tokens.front().data(), tokens.size() * sizeof(Token)};
}

}  // namespace

ContactKeys::ContactKeys() {
  Require(CreateKeyFile(folder_.file("keys")));
  Reload();
}

void ContactKeys::Reload() {
  Result<std::shared_ptr<const Keyring>> keyring = Keyring::Load(folder_.file("keys"), "default");
  Require(keyring.status());
  keyring_ = *keyring;
  if (vault_ != nullptr) {
    vault_->Replace(keyring_);
  } else {
    vault_ = std::make_shared<ContactVault>(keyring_, [now = now_s_] { return *now; });
  }
}

void ContactKeys::AddRowKey() {
  Require(AddRowKeyToFile(folder_.file("keys")));
  Reload();
}

void ContactKeys::DropOldRowKeys() {
  Require(KeepOnlyRowKeyInFile(folder_.file("keys"), keyring_->newest_row_key().number));
  Reload();
}

Token TokenNamed(std::string_view name, int64_t epoch) {
  Token token;
  for (size_t half = 0; half < 2; ++half) {
    const SipHashKey key = {static_cast<uint8_t>(half), static_cast<uint8_t>(epoch)};
    const uint64_t hash = SipHash24(key, name);
    for (size_t i = 0; i < 8; ++i) token[8 * half + i] = static_cast<uint8_t>(hash >> (8 * i));
  }
  return token;
}

std::vector<Token> Strangers(size_t count) {
  std::vector<Token> tokens;
  for (size_t i = 0; i < count; ++i) tokens.push_back(TokenNamed("stranger" + std::to_string(i)));
  return tokens;
}

Status WriteContacts(StoreBackend& store, const std::function<Status(ContactTables&)>& write,
                     bool revises) {
  Result<std::unique_ptr<ContactTables>> rows = store.BeginContacts(StoreBackend::Use::kWrite);
  if (!rows.ok()) return rows.status();
  if (Status status = write(**rows); !status.ok()) return status;
  return (*rows)->Commit(revises).status();
}

std::unique_ptr<ContactTables> ReadContacts(StoreBackend& store) {
  Result<std::unique_ptr<ContactTables>> rows = store.BeginContacts(StoreBackend::Use::kRead);
  Require(rows.status());
  return std::move(*rows);
}

Status PutFirstEpoch(ContactTables& rows, const Keyring& keyring) {
  ContactEpoch epoch;
  epoch.number = 1;
  epoch.state = EpochState::kCurrent;
  epoch.created_at_s = kNow - 5000;
  epoch.public_key.fill(1);
  Status status = rows.PutEpoch(epoch);
  if (status.ok()) status = rows.PutRowKey({0, keyring.seed_check()});
  for (const RowKey& key : keyring.row_keys()) {
    if (status.ok()) status = rows.PutRowKey({key.number, key.check});
  }
  return status;
}

Status PutBookOf(ContactTables& rows, const Keyring& keyring, std::string_view user,
                 const BookSpec& spec) {
  Result<int64_t> callee = rows.InternUser(user);
  if (!callee.ok()) return callee.status();
  BookRow book;
  book.callee = *callee;
  book.epoch = spec.epoch;
  book.generation = spec.generation;
  book.bucket_bits = BucketBits(spec.tokens.size());
  book.entries = static_cast<int64_t>(spec.tokens.size());
  book.row_key = spec.row_key;
  book.norm = "cpn1";
  book.region = "DE";
  book.synced_at_s = spec.synced_at_s;
  book.expires_at_s = spec.expires_at_s;
  book.erased_at_s = spec.expires_at_s + 1000;
  return rows.PutBook(book, SealBook(*keyring.FindRowKey(spec.row_key), *callee, spec.generation,
                                     book.bucket_bits, spec.tokens));
}

ListedIdentifier Verified(std::string_view name, uint8_t kind) {
  ListedIdentifier identifier;
  identifier.kind = kind;
  identifier.verified_at_s = kNow - 2000;
  identifier.expires_at_s = kNow + 2000;
  identifier.tokens[0] = {1, TokenNamed(name, 1)};
  return identifier;
}

Status PutIdentifiersOf(ContactTables& rows, const Keyring& keyring, std::string_view user,
                        const std::vector<ListedIdentifier>& identifiers, int64_t row_key) {
  Result<int64_t> account = rows.InternUser(user);
  if (!account.ok()) return account.status();
  IdentifierList list;
  list.size = identifiers.size();
  std::copy(identifiers.begin(), identifiers.end(), list.items.begin());
  std::array<uint8_t, kPackedListBytes> packed;
  Pack(list, packed);
  IdentifiersRow row;
  row.account = *account;
  row.row_key = row_key;
  row.sealed =
      Seal(*keyring.FindRowKey(row_key), {SealedThing::kIdentifiers, *account, 0, 0}, packed);
  return rows.PutIdentifiers(row);
}

UploadRow UploadOf(int64_t account) {
  UploadRow upload;
  upload.account = account;
  upload.manifest.mode = SyncManifest::Mode::kDelta;
  upload.manifest.epoch = 1;
  upload.manifest.base_generation = 7;
  upload.manifest.region = "DE";
  upload.manifest.entries = 3;
  upload.manifest.digest.fill(9);
  upload.row_key = 1;
  upload.opened_at_s = kNow;
  return upload;
}

PartRow PartOf(const Keyring& keyring, int64_t account, int64_t upload, int64_t sequence,
               const std::vector<Token>& tokens) {
  PartRow part;
  part.sequence = sequence;
  part.added = static_cast<int64_t>(tokens.size());
  part.sealed =
      Seal(*keyring.FindRowKey(1), {SealedThing::kPart, account, upload, sequence}, Bytes(tokens));
  return part;
}

}  // namespace ringfence
