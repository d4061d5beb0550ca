// Verified identifiers on rows: who owns what, who objected, what a new epoch needs.
// Takes one transaction, the keys and the time, as sync.h does.
#pragma once

#include <ringfence/contacts.h>
#include <ringfence/status.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "contacts/keyring.h"
#include "contacts/tables.h"

namespace ringfence {

/// The token a client would end with, made by the holder of the key. The identifier is in canonical
/// form.
Token DirectToken(const Keyring& keyring, int64_t epoch, const CanonicalIdentifier& identifier);

/// The user becomes known. kInvalidArgument (form), kLimit, kQuota (of new identifiers).
Status AddVerified(ContactTables& rows, const Keyring& keyring, std::string_view user,
                   const CanonicalIdentifier& identifier, int64_t now_s);
/// Leaves a tombstone: whoever has the identifier next has taken it over, the same account too,
/// since nobody can tell who had the number in between.
Status RemoveVerified(ContactTables& rows, const Keyring& keyring, std::string_view user,
                      const CanonicalIdentifier& identifier, int64_t now_s);
Result<std::vector<VerifiedIdentifier>> ListVerified(ContactTables& rows, const Keyring& keyring,
                                                     std::string_view user);
/// `*changed`: it was not suppressed (was suppressed) before.
Status SetSuppressed(ContactTables& rows, const Keyring& keyring,
                     const CanonicalIdentifier& identifier, bool suppressed, int64_t now_s,
                     bool* changed);
/// Accounts with an identifier that counts at `now_s` and has no token of the epoch.
Result<uint64_t> CountWithoutEpoch(ContactTables& rows, const Keyring& keyring, int64_t epoch,
                                   int64_t now_s);

}  // namespace ringfence
