// Books, identifiers and keys for tests of the store, made as the protocol makes them.
// Takes names; gives rows sealed under real keys, and the facts a session reads from them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contacts/book.h"
#include "contacts/identifier_list.h"
#include "contacts/keyring.h"
#include "contacts/tables.h"
#include "contacts/vault.h"
#include "contract/subjects.h"

namespace ringfence {

/// A key file of its own, and the vault a service would make of it. The clock stands at kNow.
class ContactKeys {
 public:
  ContactKeys();
  const Keyring& keyring() const { return *keyring_; }
  std::shared_ptr<const Keyring> shared() const { return keyring_; }
  std::shared_ptr<ContactVault> vault() const { return vault_; }
  void SetNow(int64_t now_s) { *now_s_ = now_s; }
  /// Adds a row key, or drops all but the newest; the vault gets the new keyring.
  void AddRowKey();
  void DropOldRowKeys();

 private:
  void Reload();

  TemporaryFolder folder_;
  std::shared_ptr<int64_t> now_s_ = std::make_shared<int64_t>(kNow);
  std::shared_ptr<const Keyring> keyring_;
  std::shared_ptr<ContactVault> vault_;
};

/// A token that stands for a contact of that name; in another epoch it is another.
Token TokenNamed(std::string_view name, int64_t epoch = 1);
/// `count` tokens of nobody.
std::vector<Token> Strangers(size_t count);

/// One write in a transaction of its own; `revises` as ContactTables::Commit.
Status WriteContacts(StoreBackend& store, const std::function<Status(ContactTables&)>& write,
                     bool revises = true);
std::unique_ptr<ContactTables> ReadContacts(StoreBackend& store);

/// Epoch 1 as current and the keys, as the first Open of a service registers them.
Status PutFirstEpoch(ContactTables& rows, const Keyring& keyring);

struct BookSpec {
  std::vector<Token> tokens;
  int64_t epoch = 1;
  int64_t generation = 1;
  int64_t synced_at_s = kNow - 1000;
  int64_t expires_at_s = kNow + 1000;
  int64_t row_key = 1;
};
Status PutBookOf(ContactTables& rows, const Keyring& keyring, std::string_view user,
                 const BookSpec& spec);

/// An identifier good at kNow.
ListedIdentifier Verified(std::string_view name, uint8_t kind = 1);
Status PutIdentifiersOf(ContactTables& rows, const Keyring& keyring, std::string_view user,
                        const std::vector<ListedIdentifier>& identifiers, int64_t row_key = 1);

UploadRow UploadOf(int64_t account);
/// Sealed as a part of that account's upload.
PartRow PartOf(const Keyring& keyring, int64_t account, int64_t upload, int64_t sequence,
               const std::vector<Token>& tokens);

}  // namespace ringfence
