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

Status AddVerified(ContactTables& rows, const Keyring& keyring, std::string_view user,
                   const CanonicalIdentifier& identifier, int64_t now_s);
Status RemoveVerified(ContactTables& rows, const Keyring& keyring, std::string_view user,
                      const CanonicalIdentifier& identifier, int64_t now_s);
Result<std::vector<VerifiedIdentifier>> ListVerified(ContactTables& rows, const Keyring& keyring,
                                                     std::string_view user);
/// `*changed`: it was not suppressed (was suppressed) before.
Status SetSuppressed(ContactTables& rows, const Keyring& keyring,
                     const CanonicalIdentifier& identifier, bool suppressed, int64_t now_s,
                     bool* changed);
Result<uint64_t> CountWithoutEpoch(ContactTables& rows, const Keyring& keyring, int64_t epoch);

}  // namespace ringfence
