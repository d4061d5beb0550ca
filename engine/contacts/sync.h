// The sync protocol on rows: parameters, evaluation, upload, commit, removal.
// Takes one transaction, the keys and the time; gives answers. Knows no SQL and no clock. A Status
// that is not ok leaves the transaction to be rolled back by the caller.
#pragma once

#include <ringfence/contacts.h>
#include <ringfence/limits.h>
#include <ringfence/status.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "contacts/keyring.h"
#include "contacts/tables.h"

namespace ringfence {

/// An upload older than this is gone.
inline constexpr int64_t kUploadLifetimeS = kUploadMinutes * 60;

/// Null: there is none.
const ContactEpoch* FindEpoch(const std::vector<ContactEpoch>& epochs, int64_t number);
const ContactEpoch* FindEpoch(const std::vector<ContactEpoch>& epochs, EpochState state);

Result<ContactParameters> ParametersFor(ContactTables& rows, std::string_view user, int64_t now_s);

/// Charges `count` evaluations under an epoch that is not retired. The caller commits before it
/// computes anything. kQuota, kLimit (0, or more than a batch), kNotFound (user, epoch), kConflict
/// (the epoch is retired).
Status ChargeEvaluations(ContactTables& rows, std::string_view user, int64_t epoch, size_t count,
                         int64_t now_s);
/// kLimit (0, or more than a batch); kInvalidArgument with the position of the first element that
/// is none.
Status CheckElements(std::span<const ContactElement> blinded);
/// kLimit; kInvalidArgument with the position of the first that is not in canonical form.
Status CheckIdentifiers(std::span<const CanonicalIdentifier> identifiers);
/// After the charge.
ContactEvaluation EvaluateBatch(const Keyring& keyring, int64_t epoch,
                                std::span<const ContactElement> blinded);
std::vector<ContactToken> EvaluateIdentifiers(const Keyring& keyring, int64_t epoch,
                                              std::span<const CanonicalIdentifier> identifiers);

Result<int64_t> BeginUpload(ContactTables& rows, const Keyring& keyring, std::string_view user,
                            const SyncManifest& manifest, int64_t now_s);
Status PutTokens(ContactTables& rows, const Keyring& keyring, std::string_view user, int64_t upload,
                 int64_t sequence, std::span<const ContactToken> add,
                 std::span<const ContactToken> remove, int64_t now_s);
/// The generation of the new book is the number of its upload: it grows, and no number ever stands
/// for two books of an account, removed ones included.
Result<SyncReceipt> CommitUpload(ContactTables& rows, const Keyring& keyring, std::string_view user,
                                 int64_t upload, int64_t now_s);
Result<ContactBook> DescribeBook(ContactTables& rows, std::string_view user);
/// Whether there was anything.
Result<bool> RemoveBookAndUploads(ContactTables& rows, std::string_view user);

}  // namespace ringfence
