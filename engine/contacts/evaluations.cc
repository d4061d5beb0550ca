// Evaluations: what an account may ask for, what it is charged, what it gets.
#include <algorithm>
#include <optional>
#include <string>

#include "base/check.h"
#include "contacts/identifiers.h"
#include "contacts/oprf/oprf.h"
#include "contacts/sync.h"

namespace ringfence {
namespace {

constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 24 * kHour;
constexpr BucketLimit kEvaluations{kEvaluationsAtOnce, kEvaluationsPerHour, kHour};

Status CheckBatch(size_t count) {
  if (count > 0 && count <= kMaxContactBatch) return Status();
  return Status(StatusCode::kLimit, "a batch has 1 to " + std::to_string(kMaxContactBatch) +
                                        " elements, not " + std::to_string(count));
}

/// A bucket is full again for a device that has to read a whole book anew: the account has none
/// (once a month), or one of an older epoch (once an epoch). The first bucket counts as a credit,
/// or every new account would begin with two.
bool MayCredit(const QuotaRow& quota, const std::optional<BookRow>& book, int64_t current_epoch,
               int64_t now_s) {
  if (!book.has_value()) return now_s - quota.credit_at_s >= kEvaluationCreditDays * kDay;
  return book->epoch < current_epoch && quota.credit_epoch < current_epoch;
}

void NoteCredit(QuotaRow* quota, int64_t current_epoch, int64_t now_s) {
  quota->credit_at_s = std::max(now_s, quota->credit_at_s);
  quota->credit_epoch = current_epoch;
}

Status TooMany(int64_t asked, int64_t left, int64_t wait_s) {
  return Status(StatusCode::kQuota,
                std::to_string(asked) + " evaluations are more than the " + std::to_string(left) +
                    " this account has left: try again in " + std::to_string(wait_s) + " seconds");
}

}  // namespace

const ContactEpoch* FindEpoch(const std::vector<ContactEpoch>& epochs, int64_t number) {
  const auto is_it = [&](const ContactEpoch& epoch) { return epoch.number == number; };
  const auto found = std::find_if(epochs.begin(), epochs.end(), is_it);
  return found == epochs.end() ? nullptr : &*found;
}

const ContactEpoch* FindEpoch(const std::vector<ContactEpoch>& epochs, EpochState state) {
  const auto is_it = [&](const ContactEpoch& epoch) { return epoch.state == state; };
  const auto found = std::find_if(epochs.begin(), epochs.end(), is_it);
  return found == epochs.end() ? nullptr : &*found;
}

Result<ContactParameters> ParametersFor(ContactTables& rows, std::string_view user, int64_t now_s) {
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  Result<QuotaRow> quota = rows.Quota(*account);
  if (!quota.ok()) return quota.status();
  ContactParameters parameters;
  parameters.norm = kCanonicalForm;
  parameters.suite = kOprfSuite;
  for (const ContactEpoch& epoch : *epochs) {
    if (epoch.state != EpochState::kRetired) parameters.epochs.push_back(epoch);
  }
  parameters.max_batch = kMaxContactBatch;
  parameters.max_entries = kMaxBookEntries;
  parameters.evaluations_left = Left(kEvaluations, quota->evaluations, now_s);
  parameters.evaluations_per_hour = kEvaluationsPerHour;
  return parameters;
}

Status ChargeEvaluations(ContactTables& rows, std::string_view user, int64_t epoch, size_t count,
                         int64_t now_s) {
  if (Status batch = CheckBatch(count); !batch.ok()) return batch;
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  const ContactEpoch* asked = FindEpoch(*epochs, epoch);
  if (asked == nullptr) {
    return Status(StatusCode::kNotFound, "there is no epoch " + std::to_string(epoch));
  }
  const ContactEpoch* current = FindEpoch(*epochs, EpochState::kCurrent);
  if (current == nullptr) return Status(StatusCode::kCorrupt, "no epoch is current");
  if (asked->state == EpochState::kRetired) {
    return Status(StatusCode::kConflict, "epoch " + std::to_string(epoch) +
                                             " is retired; the current one is " +
                                             std::to_string(current->number));
  }
  Result<QuotaRow> quota = rows.Quota(*account);
  if (!quota.ok()) return quota.status();
  quota->account = *account;
  if (quota->credit_epoch == 0) NoteCredit(&*quota, current->number, now_s);
  const auto amount = static_cast<int64_t>(count);
  int64_t wait_s = 0;
  if (!Take(kEvaluations, amount, now_s, &quota->evaluations, &wait_s)) {
    Result<std::optional<BookRow>> book = rows.Book(*account);
    if (!book.ok()) return book.status();
    if (!MayCredit(*quota, *book, current->number, now_s)) {
      return TooMany(amount, Left(kEvaluations, quota->evaluations, now_s), wait_s);
    }
    quota->evaluations.used = 0;
    NoteCredit(&*quota, current->number, now_s);
    const bool taken = Take(kEvaluations, amount, now_s, &quota->evaluations, &wait_s);
    CHECK(taken);
  }
  return rows.PutQuota(*quota);
}

Status CheckElements(std::span<const ContactElement> blinded) {
  if (Status batch = CheckBatch(blinded.size()); !batch.ok()) return batch;
  for (size_t i = 0; i < blinded.size(); ++i) {
    if (IsElement(blinded[i])) continue;
    return Status(StatusCode::kInvalidArgument,
                  "element " + std::to_string(i) +
                      " is not the canonical encoding of a ristretto255 element other than the "
                      "identity; nothing was charged");
  }
  return Status();
}

Status CheckIdentifiers(std::span<const CanonicalIdentifier> identifiers) {
  if (Status batch = CheckBatch(identifiers.size()); !batch.ok()) return batch;
  for (size_t i = 0; i < identifiers.size(); ++i) {
    if (IsCanonicalForm(static_cast<uint8_t>(identifiers[i].kind), identifiers[i].bytes)) continue;
    return Status(StatusCode::kInvalidArgument, "identifier " + std::to_string(i) +
                                                    " does not have the canonical form cpn1 of its "
                                                    "kind; nothing was charged");
  }
  return Status();
}

ContactEvaluation EvaluateBatch(const Keyring& keyring, int64_t epoch,
                                std::span<const ContactElement> blinded) {
  const OprfKeyPair& key = keyring.EpochKey(epoch);
  ContactEvaluation evaluation;
  evaluation.epoch = epoch;
  evaluation.evaluated.resize(blinded.size());
  size_t bad = 0;
  const bool evaluated = EvaluateBlinded(key.secret, blinded, evaluation.evaluated, &bad);
  CHECK_MSG(evaluated, "elements are checked before they are charged");
  Scalar random = RandomScalar();
  const EraseGuard erase(random.data(), random.size());
  evaluation.proof = Prove(OprfMode::kVoprf, key, blinded, evaluation.evaluated, random);
  return evaluation;
}

std::vector<ContactToken> EvaluateIdentifiers(const Keyring& keyring, int64_t epoch,
                                              std::span<const CanonicalIdentifier> identifiers) {
  std::vector<ContactToken> tokens;
  tokens.reserve(identifiers.size());
  for (const CanonicalIdentifier& identifier : identifiers) {
    tokens.push_back(DirectToken(keyring, epoch, identifier));
  }
  return tokens;
}

}  // namespace ringfence
