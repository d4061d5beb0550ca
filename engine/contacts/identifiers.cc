// Verified identifiers: added, moved, renewed, removed, objected to.
#include "contacts/identifiers.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "contacts/oprf/oprf.h"
#include "contacts/sealed_rows.h"
#include "contacts/sync.h"

namespace ringfence {
namespace {

constexpr int64_t kDay = 24 * 3600;
constexpr BucketLimit kNewIdentifiers{static_cast<int64_t>(kMaxIdentifiers), kNewIdentifiersPerWeek,
                                      7 * kDay};

/// One identifier under one epoch, and whom the store knows it of.
struct Trace {
  int64_t epoch = 0;
  bool live = false;  ///< the epoch is not retired
  Token token{};
  Tag tag{};
  bool owned = false;  ///< `owner` was there
  OwnerRow owner;
};

/// The traces of an identifier in all epochs the store knows, the retired ones too: a number does
/// not become another because its key did. Erased when it goes.
class Traces {
 public:
  Traces() = default;
  Traces(const Traces&) = delete;
  Traces& operator=(const Traces&) = delete;
  ~Traces() { Erase(traces_.data(), traces_.size() * sizeof(Trace)); }

  /// kInvalidArgument when the identifier does not have canonical form.
  Status Find(ContactTables& rows, const Keyring& keyring, const CanonicalIdentifier& identifier) {
    if (!IsCanonicalForm(static_cast<uint8_t>(identifier.kind), identifier.bytes)) {
      return Status(StatusCode::kInvalidArgument,
                    "the identifier does not have the canonical form cpn1 of its kind");
    }
    Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
    if (!epochs.ok()) return epochs.status();
    traces_.resize(epochs->size());
    for (size_t i = 0; i < traces_.size(); ++i) {
      Trace& trace = traces_[i];
      trace.epoch = (*epochs)[i].number;
      trace.live = (*epochs)[i].state != EpochState::kRetired;
      trace.token = DirectToken(keyring, trace.epoch, identifier);
      trace.tag = keyring.TagOf(trace.epoch, trace.token);
      Result<std::optional<OwnerRow>> owner = rows.Owner(trace.tag);
      if (!owner.ok()) return owner.status();
      trace.owned = owner->has_value();
      if (trace.owned) trace.owner = **owner;
    }
    return Status();
  }

  /// The place in a list where the identifier stands; the list's size: nowhere.
  size_t PlaceIn(const IdentifierList& list) const {
    const auto is_it = [&](const ListedIdentifier& item) {
      return std::any_of(traces_.begin(), traces_.end(), [&](const Trace& trace) {
        const Token* token = item.TokenOfEpoch(trace.epoch);
        return token != nullptr && *token == trace.token;
      });
    };
    const auto end = list.items.begin() + static_cast<std::ptrdiff_t>(list.size);
    return static_cast<size_t>(std::find_if(list.items.begin(), end, is_it) - list.items.begin());
  }

  /// Accounts that have it, each once.
  std::vector<int64_t> Owners() const {
    std::vector<int64_t> owners;
    for (const Trace& trace : traces_) {
      const bool fresh =
          std::find(owners.begin(), owners.end(), trace.owner.account) == owners.end();
      if (trace.owned && trace.owner.account != 0 && fresh) owners.push_back(trace.owner.account);
    }
    return owners;
  }

  std::vector<Trace>& all() { return traces_; }
  const std::vector<Trace>& all() const { return traces_; }

 private:
  std::vector<Trace> traces_;
};

Status TakeOut(ContactTables& rows, const Keyring& keyring, const RowKey& key, const Traces& traces,
               int64_t account, bool* found) {
  OpenedList opened;
  if (Status open = OpenIdentifiers(rows, keyring, account, &opened); !open.ok()) return open;
  IdentifierList& list = opened.list;
  const size_t place = traces.PlaceIn(list);
  *found = place < list.size;
  if (!*found) return Status();
  std::move(list.items.begin() + static_cast<std::ptrdiff_t>(place) + 1,
            list.items.begin() + static_cast<std::ptrdiff_t>(list.size),
            list.items.begin() + static_cast<std::ptrdiff_t>(place));
  list.items[--list.size] = ListedIdentifier{};
  return PutSealedIdentifiers(rows, key, account, list);
}

/// The time of a move: not before any book there is or is coming, or a clock that was set back
/// would let the next owner of a number pass for the one in those books.
Result<int64_t> TimeOfMove(ContactTables& rows, int64_t now_s) {
  Result<int64_t> latest = rows.LatestSync();
  if (!latest.ok()) return latest;
  return std::max(now_s, *latest);
}

/// When the identifier last came to its owner from elsewhere; 0: never.
Result<int64_t> MovedAt(ContactTables& rows, const Traces& traces, int64_t account, int64_t now_s) {
  int64_t moved_at_s = 0;
  for (const Trace& trace : traces.all()) {
    if (!trace.owned) continue;
    if (trace.owner.account == account) {
      moved_at_s = std::max(moved_at_s, trace.owner.moved_at_s);
    } else if (trace.owner.account != 0 || trace.owner.erased_at_s > now_s) {
      return TimeOfMove(rows, now_s);
    }
  }
  return moved_at_s;
}

Result<bool> SuppressedAnywhere(ContactTables& rows, const Traces& traces) {
  for (const Trace& trace : traces.all()) {
    Result<bool> suppressed = rows.IsSuppressed(trace.tag);
    if (!suppressed.ok() || *suppressed) return suppressed;
  }
  return false;
}

/// An objection reaches the epochs that came after it as soon as somebody shows the identifier.
Status SuppressEverywhere(ContactTables& rows, const Traces& traces, int64_t now_s) {
  for (const Trace& trace : traces.all()) {
    if (Status put = rows.PutSuppressed(trace.tag, now_s); !put.ok()) return put;
  }
  return Status();
}

/// Identifiers nobody has verified for so long that all their epochs are gone: they match in no
/// book and cannot be told from one another.
void DropTokenless(IdentifierList* list) {
  const auto begin = list->items.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(list->size);
  const auto kept = std::remove_if(begin, end, [](const ListedIdentifier& item) {
    return std::all_of(item.tokens.begin(), item.tokens.end(),
                       [](const EpochToken& entry) { return entry.epoch == 0; });
  });
  std::fill(kept, end, ListedIdentifier{});
  list->size = static_cast<size_t>(kept - begin);
}

Status CheckRoom(const IdentifierList& list, IdentifierKind kind) {
  if (list.size >= kMaxIdentifiers) {
    return Status(StatusCode::kLimit, "an account has at most " + std::to_string(kMaxIdentifiers) +
                                          " verified identifiers");
  }
  const auto is_phone = [](const ListedIdentifier& item) {
    return item.kind == static_cast<uint8_t>(IdentifierKind::kPhone);
  };
  const auto phones = static_cast<size_t>(std::count_if(
      list.items.begin(), list.items.begin() + static_cast<std::ptrdiff_t>(list.size), is_phone));
  if (kind == IdentifierKind::kPhone && phones >= kMaxPhoneIdentifiers) {
    return Status(StatusCode::kLimit, "an account has at most " +
                                          std::to_string(kMaxPhoneIdentifiers) +
                                          " verified telephone numbers");
  }
  return Status();
}

Status ChargeNew(ContactTables& rows, int64_t account, int64_t now_s) {
  Result<QuotaRow> quota = rows.Quota(account);
  if (!quota.ok()) return quota.status();
  quota->account = account;
  int64_t wait_s = 0;
  if (!Take(kNewIdentifiers, 1, now_s, &quota->identifiers, &wait_s)) {
    return Status(StatusCode::kQuota, "no more new identifiers now: try again in " +
                                          std::to_string(wait_s) + " seconds");
  }
  return rows.PutQuota(*quota);
}

int64_t LifetimeOf(IdentifierKind kind) {
  return kDay * (kind == IdentifierKind::kEmail ? kEmailVerifiedDays : kPhoneVerifiedDays);
}

ListedIdentifier ListedNow(const Traces& traces, IdentifierKind kind, int64_t moved_at_s,
                           bool suppressed, int64_t now_s) {
  ListedIdentifier item;
  item.kind = static_cast<uint8_t>(kind);
  item.suppressed = suppressed;
  item.verified_at_s = now_s;
  item.expires_at_s = now_s + LifetimeOf(kind);
  item.moved_at_s = moved_at_s;
  size_t next = 0;
  for (const Trace& trace : traces.all()) {
    if (!trace.live) continue;
    CHECK(next < item.tokens.size());
    item.tokens[next++] = {trace.epoch, trace.token};
  }
  return item;
}

/// All epochs name the same owner. A retired one is kept up only where it knows of one.
Status PutOwners(ContactTables& rows, const Traces& traces, const OwnerRow& owner) {
  for (const Trace& trace : traces.all()) {
    if (!trace.live && !trace.owned) continue;
    OwnerRow row = owner;
    row.tag = trace.tag;
    if (Status put = rows.PutOwner(row); !put.ok()) return put;
  }
  return Status();
}

}  // namespace

Token DirectToken(const Keyring& keyring, int64_t epoch, const CanonicalIdentifier& identifier) {
  OprfInput input = InputOf(static_cast<uint8_t>(identifier.kind), identifier.bytes);
  const EraseGuard erase_input(&input, sizeof(input));
  OprfOutput output{};
  const EraseGuard erase_output(output.data(), output.size());
  const bool evaluated =
      EvaluateDirect(OprfMode::kVoprf, keyring.EpochKey(epoch).secret, input.view(), &output);
  CHECK_MSG(evaluated, "no input is known that hashes to the identity");
  return TokenOf(output);
}

Status AddVerified(ContactTables& rows, const Keyring& keyring, std::string_view user,
                   const CanonicalIdentifier& identifier, int64_t now_s) {
  Traces traces;
  if (Status found = traces.Find(rows, keyring, identifier); !found.ok()) return found;
  Result<const RowKey*> key = SealingKey(rows, keyring);
  if (!key.ok()) return key.status();
  Result<int64_t> account = rows.InternUser(user);
  if (!account.ok()) return account.status();
  for (int64_t owner : traces.Owners()) {
    if (owner == *account) continue;
    bool had = false;
    Status taken = TakeOut(rows, keyring, **key, traces, owner, &had);
    if (!taken.ok()) return taken;
  }
  Result<bool> suppressed = SuppressedAnywhere(rows, traces);
  if (!suppressed.ok()) return suppressed.status();
  if (*suppressed) {
    if (Status put = SuppressEverywhere(rows, traces, now_s); !put.ok()) return put;
  }
  OpenedList opened;
  if (Status open = OpenIdentifiers(rows, keyring, *account, &opened); !open.ok()) return open;
  IdentifierList& list = opened.list;
  DropTokenless(&list);
  const size_t place = traces.PlaceIn(list);
  if (place == list.size) {
    if (Status room = CheckRoom(list, identifier.kind); !room.ok()) return room;
    if (Status charged = ChargeNew(rows, *account, now_s); !charged.ok()) return charged;
    ++list.size;
  }
  Result<int64_t> moved_at_s = MovedAt(rows, traces, *account, now_s);
  if (!moved_at_s.ok()) return moved_at_s.status();
  list.items[place] = ListedNow(traces, identifier.kind, *moved_at_s, *suppressed, now_s);
  if (Status put = PutSealedIdentifiers(rows, **key, *account, list); !put.ok()) return put;
  return PutOwners(rows, traces, {{}, *account, *moved_at_s, 0});
}

Status RemoveVerified(ContactTables& rows, const Keyring& keyring, std::string_view user,
                      const CanonicalIdentifier& identifier, int64_t now_s) {
  Traces traces;
  if (Status found = traces.Find(rows, keyring, identifier); !found.ok()) return found;
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<const RowKey*> key = SealingKey(rows, keyring);
  if (!key.ok()) return key.status();
  bool had = false;
  Status taken = TakeOut(rows, keyring, **key, traces, *account, &had);
  if (!taken.ok()) return taken;
  if (!had) return Status(StatusCode::kNotFound, "the account does not have this identifier");
  Result<int64_t> moved_at_s = TimeOfMove(rows, now_s);
  if (!moved_at_s.ok()) return moved_at_s.status();
  return PutOwners(rows, traces, {{}, 0, *moved_at_s, now_s + kTombstoneS});
}

Result<std::vector<VerifiedIdentifier>> ListVerified(ContactTables& rows, const Keyring& keyring,
                                                     std::string_view user) {
  Result<int64_t> account = rows.FindUser(user);
  if (!account.ok()) return account.status();
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  OpenedList opened;
  if (Status open = OpenIdentifiers(rows, keyring, *account, &opened); !open.ok()) return open;
  std::vector<VerifiedIdentifier> identifiers;
  for (size_t i = 0; i < opened.list.size; ++i) {
    const ListedIdentifier& item = opened.list.items[i];
    VerifiedIdentifier identifier;
    identifier.kind = static_cast<IdentifierKind>(item.kind);
    identifier.verified_at_s = item.verified_at_s;
    identifier.expires_at_s = item.expires_at_s;
    identifier.moved_at_s = item.moved_at_s;
    identifier.suppressed = item.suppressed;
    for (const ContactEpoch& epoch : *epochs) {
      const bool live = epoch.state != EpochState::kRetired;
      if (live && item.TokenOfEpoch(epoch.number) != nullptr) {
        identifier.epochs.push_back(epoch.number);
      }
    }
    identifiers.push_back(std::move(identifier));
  }
  return identifiers;
}

Status SetSuppressed(ContactTables& rows, const Keyring& keyring,
                     const CanonicalIdentifier& identifier, bool suppressed, int64_t now_s,
                     bool* changed) {
  Traces traces;
  if (Status found = traces.Find(rows, keyring, identifier); !found.ok()) return found;
  Result<const RowKey*> key = SealingKey(rows, keyring);
  if (!key.ok()) return key.status();
  *changed = false;
  for (const Trace& trace : traces.all()) {
    Result<bool> before =
        suppressed ? rows.IsSuppressed(trace.tag) : rows.DeleteSuppressed(trace.tag);
    if (!before.ok()) return before.status();
    if (*before != suppressed) *changed = true;
    if (!suppressed || *before) continue;
    if (Status put = rows.PutSuppressed(trace.tag, now_s); !put.ok()) return put;
  }
  for (int64_t owner : traces.Owners()) {
    OpenedList opened;
    if (Status open = OpenIdentifiers(rows, keyring, owner, &opened); !open.ok()) return open;
    const size_t place = traces.PlaceIn(opened.list);
    if (place == opened.list.size) continue;
    opened.list.items[place].suppressed = suppressed;
    Status put = PutSealedIdentifiers(rows, **key, owner, opened.list);
    if (!put.ok()) return put;
  }
  return Status();
}

Result<uint64_t> CountWithoutEpoch(ContactTables& rows, const Keyring& keyring, int64_t epoch,
                                   int64_t now_s) {
  Result<std::vector<ContactEpoch>> epochs = rows.Epochs();
  if (!epochs.ok()) return epochs.status();
  if (FindEpoch(*epochs, epoch) == nullptr) {
    return Status(StatusCode::kNotFound, "there is no epoch " + std::to_string(epoch));
  }
  constexpr size_t kAtOnce = 1000;
  uint64_t without = 0;
  for (int64_t after = 0;;) {
    Result<std::vector<int64_t>> accounts = rows.AccountsWithIdentifiers(after, kAtOnce);
    if (!accounts.ok()) return accounts.status();
    if (accounts->empty()) return without;
    after = accounts->back();
    for (int64_t account : *accounts) {
      OpenedList opened;
      if (Status open = OpenIdentifiers(rows, keyring, account, &opened); !open.ok()) return open;
      const auto lacks = [&](const ListedIdentifier& item) {
        return item.expires_at_s > now_s && item.TokenOfEpoch(epoch) == nullptr;
      };
      const auto end = opened.list.items.begin() + static_cast<std::ptrdiff_t>(opened.list.size);
      if (std::any_of(opened.list.items.begin(), end, lacks)) ++without;
    }
  }
}

}  // namespace ringfence
