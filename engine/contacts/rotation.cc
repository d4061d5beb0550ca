// Keys over time: first use, epochs, row keys.
#include "contacts/rotation.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contacts/sealed_rows.h"
#include "contacts/sync.h"

namespace ringfence {
namespace {

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

Status Conflict(std::string message) { return Status(StatusCode::kConflict, std::move(message)); }

Result<uint64_t> RekeyBook(ContactTables& rows, const Keyring& keyring, const RowKey& key,
                           int64_t account) {
  Result<std::optional<BookRow>> book = rows.Book(account);
  if (!book.ok()) return book.status();
  if (!book->has_value() || (*book)->row_key == key.number) return uint64_t{0};
  Result<TokenBuffer> tokens = OpenBook(rows, keyring, **book);
  if (!tokens.ok()) return tokens.status();
  Status put = PutSealedBook(rows, key, tokens->tokens(), **book);
  if (!put.ok()) return put;
  return uint64_t{1};
}

Result<uint64_t> RekeyIdentifiers(ContactTables& rows, const Keyring& keyring, const RowKey& key,
                                  int64_t account) {
  Result<std::optional<IdentifiersRow>> row = rows.Identifiers(account);
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->row_key == key.number) return uint64_t{0};
  OpenedList opened;
  if (Status open = OpenIdentifiers(rows, keyring, account, &opened); !open.ok()) return open;
  Status put = PutSealedIdentifiers(rows, key, account, opened.list);
  if (!put.ok()) return put;
  return uint64_t{1};
}

Result<uint64_t> RekeyUpload(ContactTables& rows, const Keyring& keyring, const RowKey& key,
                             int64_t account) {
  Result<std::optional<UploadRow>> upload = rows.Upload(account);
  if (!upload.ok()) return upload.status();
  if (!upload->has_value() || (*upload)->row_key == key.number) return uint64_t{0};
  Result<const RowKey*> old = OpeningKey(keyring, (*upload)->row_key);
  if (!old.ok()) return old.status();
  Result<std::vector<PartRow>> parts = rows.Parts((*upload)->id);
  if (!parts.ok()) return parts.status();
  for (const PartRow& part : *parts) {
    Result<TokenBuffer> tokens = OpenPart(**old, account, (*upload)->id, part);
    if (!tokens.ok()) return tokens.status();
    const std::span<const Token> all = tokens->tokens();
    Status put = rows.PutPart((*upload)->id, SealPart(key, account, (*upload)->id, part.sequence,
                                                      all.first(static_cast<size_t>(part.added)),
                                                      all.last(static_cast<size_t>(part.removed))));
    if (!put.ok()) return put;
  }
  (*upload)->row_key = key.number;
  if (Result<int64_t> put = rows.PutUpload(**upload); !put.ok()) return put.status();
  return uint64_t{1};
}

}  // namespace

Status CheckKeys(ContactTables& rows, const Keyring& keyring) {
  Result<std::vector<RowKeyRow>> known = rows.RowKeys();
  if (!known.ok()) return known.status();
  for (const RowKeyRow& row : *known) {
    if (row.number == 0) {
      if (row.check == keyring.seed_check()) continue;
      return Invalid(
          "the keys have another seed, or another tenant, than those this store was "
          "used with");
    }
    const RowKey* key = keyring.FindRowKey(row.number);
    if (key == nullptr) {
      return Invalid("the keys lack row key " + std::to_string(row.number) +
                     ", under which this store has rows");
    }
    if (key->check != row.check) {
      return Invalid("row key " + std::to_string(row.number) +
                     " is another than the one this store was used with");
    }
  }
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  for (const ContactEpoch& epoch : *epochs) {
    if (keyring.EpochKey(epoch.number).public_key == epoch.public_key) continue;
    return Invalid("the keys do not make the public key of epoch " + std::to_string(epoch.number) +
                   " that this store announced");
  }
  return Status();
}

Status AdoptKeys(ContactTables& rows, const Keyring& keyring, int64_t now_s, bool* changed) {
  *changed = false;
  if (Status same = CheckKeys(rows, keyring); !same.ok()) return same;
  Result<std::vector<RowKeyRow>> known = rows.RowKeys();
  if (!known.ok()) return known.status();
  if (known->empty()) {
    if (Status put = rows.PutRowKey({0, keyring.seed_check()}); !put.ok()) return put;
    *changed = true;
  }
  // A key older than the newest known was given up; a file that still has it is being cleaned.
  const int64_t newest = known->empty() ? 0 : known->back().number;
  for (const RowKey& key : keyring.row_keys()) {
    if (key.number <= newest) continue;
    if (Status put = rows.PutRowKey({key.number, key.check}); !put.ok()) return put;
    *changed = true;
  }
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  if (!epochs->empty()) return Status();
  *changed = true;
  return rows.PutEpoch({1, keyring.EpochKey(1).public_key, EpochState::kCurrent, now_s, 0});
}

Result<ContactEpoch> AddNextEpoch(ContactTables& rows, const Keyring& keyring, int64_t now_s) {
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  if (const ContactEpoch* next = FindEpoch(*epochs, EpochState::kNext); next != nullptr) {
    return Conflict("epoch " + std::to_string(next->number) + " is next already: promote it first");
  }
  ContactEpoch epoch;
  epoch.number = epochs->empty() ? 1 : epochs->back().number + 1;
  epoch.public_key = keyring.EpochKey(epoch.number).public_key;
  epoch.state = EpochState::kNext;
  epoch.created_at_s = now_s;
  if (Status put = rows.PutEpoch(epoch); !put.ok()) return put;
  return epoch;
}

Result<ContactEpoch> PromoteNextEpoch(ContactTables& rows) {
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  const ContactEpoch* next = FindEpoch(*epochs, EpochState::kNext);
  if (next == nullptr) return Conflict("no epoch is next: add one first");
  if (const ContactEpoch* old = FindEpoch(*epochs, EpochState::kPrevious); old != nullptr) {
    return Conflict("epoch " + std::to_string(old->number) + " is previous: retire it first");
  }
  if (const ContactEpoch* current = FindEpoch(*epochs, EpochState::kCurrent); current != nullptr) {
    ContactEpoch previous = *current;
    previous.state = EpochState::kPrevious;
    if (Status put = rows.PutEpoch(previous); !put.ok()) return put;
  }
  ContactEpoch promoted = *next;
  promoted.state = EpochState::kCurrent;
  if (Status put = rows.PutEpoch(promoted); !put.ok()) return put;
  return promoted;
}

Result<ContactEpoch> RetirePreviousEpoch(ContactTables& rows, int64_t number, int64_t now_s) {
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  const ContactEpoch* found = FindEpoch(*epochs, number);
  if (found == nullptr) {
    return Status(StatusCode::kNotFound, "there is no epoch " + std::to_string(number));
  }
  if (found->state != EpochState::kPrevious) {
    return Conflict("epoch " + std::to_string(number) + " is " +
                    std::string(ToString(found->state)) + "; only a previous one can retire");
  }
  ContactEpoch retired = *found;
  retired.state = EpochState::kRetired;
  retired.retired_at_s = std::max<int64_t>(now_s, 1);
  if (Status put = rows.PutEpoch(retired); !put.ok()) return put;
  return retired;
}

Result<uint64_t> RekeyAccount(ContactTables& rows, const Keyring& keyring, int64_t account) {
  Result<const RowKey*> key = SealingKey(rows, keyring);
  if (!key.ok()) return key.status();
  uint64_t changed = 0;
  for (const auto rekey : {RekeyBook, RekeyIdentifiers, RekeyUpload}) {
    Result<uint64_t> rekeyed = rekey(rows, keyring, **key, account);
    if (!rekeyed.ok()) return rekeyed;
    changed += *rekeyed;
  }
  return changed;
}

Result<bool> ForgetOldRowKeys(ContactTables& rows, const Keyring& keyring) {
  Result<const RowKey*> key = SealingKey(rows, keyring);
  if (!key.ok()) return key.status();
  Result<uint64_t> left = rows.CountNotUnder((*key)->number);
  if (!left.ok()) return left.status();
  if (*left > 0) return false;
  Result<std::vector<RowKeyRow>> known = rows.RowKeys();
  if (!known.ok()) return known.status();
  for (const RowKeyRow& row : *known) {
    if (row.number == 0 || row.number == (*key)->number) continue;
    if (Status gone = rows.DeleteRowKey(row.number); !gone.ok()) return gone;
  }
  return true;
}

}  // namespace ringfence
