// Keys over time, on rows: first use, epochs, row keys.
// Takes one transaction, the keys and the time, as sync.h does.
#pragma once

#include <ringfence/contacts.h>
#include <ringfence/status.h>

#include <cstdint>

#include "contacts/keyring.h"
#include "contacts/tables.h"

namespace ringfence {

/// Whether the keyring is the one the rows were made with: seed, every row key a row may be under,
/// every epoch's public key. kInvalidArgument says which is not.
Status CheckKeys(ContactTables& rows, const Keyring& keyring);
/// Registers the keyring in a store that has none, and makes epoch 1 current; registers row keys
/// the file has and the store not yet. `*changed`: something was written.
Status AdoptKeys(ContactTables& rows, const Keyring& keyring, int64_t now_s, bool* changed);

Result<ContactEpoch> AddNextEpoch(ContactTables& rows, const Keyring& keyring, int64_t now_s);
Result<ContactEpoch> PromoteNextEpoch(ContactTables& rows);
Result<ContactEpoch> RetirePreviousEpoch(ContactTables& rows, int64_t number, int64_t now_s);

/// Re-encrypts whatever one account has under the newest row key. Number of rows changed.
Result<uint64_t> RekeyAccount(ContactTables& rows, const Keyring& keyring, int64_t account);
/// Takes all row keys but the newest from the database, if no row is under them: false when one is.
Result<bool> ForgetOldRowKeys(ContactTables& rows, const Keyring& keyring);

}  // namespace ringfence
