// The sync protocol on rows: parameters, evaluation, upload, commit, removal.
// Takes one transaction, the keys and the time; gives answers. Knows no SQL and no clock. A Status
// that is not ok leaves the transaction to be rolled back by the caller.
#pragma once

#include <ringfence/contacts.h>
#include <ringfence/status.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "contacts/keyring.h"
#include "contacts/tables.h"

namespace ringfence {

Result<ContactParameters> ParametersFor(ContactTables& rows, std::string_view user, int64_t now_s);

/// Charges `count` evaluations under an epoch that is not retired. The caller commits before it
/// computes anything. kQuota, kLimit (0, or more than a batch), kNotFound.
Status ChargeEvaluations(ContactTables& rows, std::string_view user, int64_t epoch, size_t count,
                         int64_t now_s);
/// kInvalidArgument with the position of the first element that is none.
Status CheckElements(std::span<const ContactElement> blinded);
/// After the charge.
ContactEvaluation EvaluateBatch(const Keyring& keyring, int64_t epoch,
                                std::span<const ContactElement> blinded);

Result<int64_t> BeginUpload(ContactTables& rows, const Keyring& keyring, std::string_view user,
                            const SyncManifest& manifest, int64_t now_s);
Status PutTokens(ContactTables& rows, const Keyring& keyring, std::string_view user, int64_t upload,
                 int64_t sequence, std::span<const ContactToken> add,
                 std::span<const ContactToken> remove, int64_t now_s);
Result<SyncReceipt> CommitUpload(ContactTables& rows, const Keyring& keyring, std::string_view user,
                                 int64_t upload, int64_t now_s);
Result<ContactBook> DescribeBook(ContactTables& rows, std::string_view user);
/// Whether there was anything.
Result<bool> RemoveBookAndUploads(ContactTables& rows, std::string_view user);

}  // namespace ringfence
