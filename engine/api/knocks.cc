// Knocks: a caller who was refused asks to be let in. What the caller is answered follows from the
// caller's own rows; what the callee is shown, from the policy.
#include <ringfence/grants.h>

#include <algorithm>
#include <string>

#include "api/grants_impl.h"
#include "api/reader_impl.h"
#include "api/store_impl.h"
#include "api/write_once.h"
#include "base/bytes.h"
#include "base/utf8.h"
#include "derived/pair_calls.h"

namespace ringfence {
namespace {

Status CheckKnock(const Store& store, const Engine::Impl& engine, const Question& question) {
  if (question.caller_without_account || question.caller.handle != 0 ||
      question.callee.handle != 0) {
    return Status(StatusCode::kInvalidArgument, "a knock names both users by their ids");
  }
  if (!engine.store.has_value() || engine.store->impl() != store.impl()) {
    return Status(StatusCode::kInvalidArgument, "the reader is of an engine on another store");
  }
  return CheckParties(question.callee.id, question.caller.id);
}

/// Whether the callee may be shown a knock of the caller now. Reads the same rows whoever the
/// callee is; of a callee nobody knows (0) there are none.
Status MayShow(StoreTransaction& transaction, const ConsentPair& pair, int64_t now_ms,
               bool* may_show) {
  TransactionRows rows(&transaction);
  GrantRow grant;
  KnockRow earlier;
  const ReadState granted = GetGrant(rows, pair.callee, pair.caller, &grant);
  const ReadState knocked = GetKnock(rows, pair.callee, pair.caller, &earlier);
  size_t waiting = 0;
  Status read = transaction.EachRow(
      RowKind::kKnock, pair.callee, [&](int64_t caller, std::string_view bytes) {
        KnockRow row;
        const bool waits = Unpack(AsBytes(bytes), &row) && !row.declined && now_ms < row.until_ms;
        waiting += waits && caller != pair.caller ? 1 : 0;
        return true;
      });
  const bool damaged = granted == ReadState::kUnavailable || knocked == ReadState::kUnavailable;
  const bool declined =
      (granted == ReadState::kRead &&
       StateAt(grant, CallTimes{}, now_ms) == GrantState::kDeclined) ||
      (knocked == ReadState::kRead && earlier.declined && now_ms < earlier.until_ms);
  *may_show = pair.callee != 0 && !damaged && !declined && waiting < kMaxKnocks;
  return read;
}

/// Three rows, whatever is shown and whoever exists: where there is nothing to be kept, another of
/// the same size under a key that stands for nobody, of the caller alone.
Status PutKnock(StoreTransaction& transaction, const Grants::Impl& impl, std::string_view callee,
                const ConsentPair& pair, bool shown, int64_t now_ms) {
  const auto key_of = [&](SecretKey purpose) {
    return impl.SecretKeyOf(purpose, pair.caller, callee);
  };
  const int64_t no_requests = key_of(SecretKey::kNoRequests);
  const int64_t no_knock = key_of(SecretKey::kNoKnock);
  const int64_t requests = pair.callee != 0 ? pair.callee : no_requests;
  Status status;
  for (const int64_t key : {key_of(SecretKey::kAsked), requests}) {
    if (status.ok()) status = NoteAsked(transaction, pair.caller, key, now_ms);
  }
  if (!status.ok()) return status;
  const KnockRow knock{false, now_ms, now_ms + kKnockHours * kHourMs};
  return PutRow(transaction, RowKind::kKnock, shown ? pair.callee : no_knock, pair.caller, knock);
}

}  // namespace

Result<KnockAnswer> Grants::Knock(Reader& reader, const Question& question) {
  Status status = CheckKnock(impl_->store, *reader.impl_->engine, question);
  if (!status.ok()) return status;
  // The writer's lock first: what forbids this knock cannot be written between decision and row.
  Result<std::unique_ptr<StoreTransaction>> begun = impl_->backend().Begin();
  if (!begun.ok()) return begun.status();
  StoreTransaction& transaction = **begun;
  ConsentPair pair;
  if (status = transaction.FindHandle(question.caller.id, &pair.caller); !status.ok()) {
    return status;
  }
  if (pair.caller == 0) return Status(StatusCode::kNotFound, "the caller is not known");
  const int64_t own_key = impl_->SecretKeyOf(SecretKey::kAsked, pair.caller, question.callee.id);

  TransactionRows rows(&transaction);
  AskedRow asked;
  if (GetAsked(rows, pair.caller, own_key, &asked) == ReadState::kUnavailable) {
    return DamagedConsent();
  }
  const AskLimits& limits = impl_->options.limits;
  const int64_t now_ms = impl_->NowMs();
  // Calls do not reset this count: that there were some is gone with a callee who is forgotten.
  const int64_t wait_ms = WaitMs(asked, 0, limits, now_ms);
  if (wait_ms > 0) return KnockAnswer{false, SecondsUp(wait_ms)};

  bool let_in = false;
  bool may_show = false;
  if (status = reader.impl_->LetInByConsent(question, &let_in); !status.ok()) return status;
  status = transaction.FindHandle(question.callee.id, &pair.callee);
  if (status.ok()) status = MayShow(transaction, pair, now_ms, &may_show);
  if (status.ok()) {
    status = PutKnock(transaction, *impl_, question.callee.id, pair, let_in && may_show, now_ms);
  }
  if (status.ok()) status = transaction.SweepRows(now_ms / kSecondMs, kSweptAtOnce);
  if (status.ok()) status = transaction.CommitCounters();
  if (!status.ok()) return status;
  AddAsked(now_ms, &asked);
  return KnockAnswer{true, SecondsUp(WaitMs(asked, 0, limits, now_ms))};
}

Result<std::vector<KnockInfo>> Grants::Knocks(std::string_view callee) const {
  if (Status status = CheckId(callee); !status.ok()) return status;
  Result<std::vector<NamedRow>> rows = impl_->backend().Rows(RowKind::kKnock, callee, false);
  if (!rows.ok()) return rows.status();
  const int64_t now_ms = impl_->NowMs();
  std::vector<KnockInfo> knocks;
  for (const NamedRow& named : *rows) {
    KnockRow row;
    if (!Unpack(AsBytes(named.bytes), &row)) return DamagedConsent();
    if (row.declined || now_ms >= row.until_ms) continue;
    knocks.push_back({named.b_name, row.asked_at_ms, row.until_ms});
  }
  std::stable_sort(knocks.begin(), knocks.end(), [](const KnockInfo& a, const KnockInfo& b) {
    return a.asked_at_ms < b.asked_at_ms;
  });
  return knocks;
}

namespace {

/// The two users, and the knock that waits between them.
Status FindKnock(StoreTransaction& transaction, std::string_view callee, std::string_view caller,
                 int64_t now_ms, ConsentPair* pair) {
  if (Status status = FindPair(transaction, callee, caller, pair); !status.ok()) return status;
  TransactionRows rows(&transaction);
  KnockRow knock;
  const ReadState read = GetKnock(rows, pair->callee, pair->caller, &knock);
  if (read == ReadState::kUnavailable) return DamagedConsent();
  if (read == ReadState::kRead && !knock.declined && now_ms < knock.until_ms) return Status();
  return Status(StatusCode::kNotFound, "no knock of this caller waits");
}

}  // namespace

Result<uint64_t> Grants::AllowKnock(std::string_view callee, std::string_view caller,
                                    int64_t for_ms) {
  const int64_t now_ms = impl_->NowMs();
  static_assert(kMaxOneCallDays * kDayMs <= PairCalls::kLongestMs);
  if (for_ms <= 0 || for_ms > std::min(kMaxOneCallDays * kDayMs, kLastTimeMs - now_ms)) {
    return Status(StatusCode::kInvalidArgument, "consent for one call must end after now, within " +
                                                    std::to_string(kMaxOneCallDays) +
                                                    " days and before the year 10000");
  }
  return WriteOnce(impl_->backend(), [&](StoreTransaction& transaction) -> Status {
    ConsentPair pair;
    Status status = FindKnock(transaction, callee, caller, now_ms, &pair);
    if (!status.ok()) return status;
    GrantRow given{GrantState::kTemporary, GrantSource::kKnock, true, now_ms, now_ms + for_ms};
    TransactionRows rows(&transaction);
    GrantRow earlier;
    const ReadState read = GetGrant(rows, pair.callee, pair.caller, &earlier);
    if (read == ReadState::kRead && !earlier.one_call &&
        Holds(StateAt(earlier, CallTimes{}, now_ms)) &&
        (earlier.until_ms == 0 || earlier.until_ms >= given.until_ms)) {
      given = earlier;
    }
    return PutConsent(transaction, pair, given, now_ms);
  });
}

Result<uint64_t> Grants::DeclineKnock(std::string_view callee, std::string_view caller) {
  const int64_t now_ms = impl_->NowMs();
  return WriteOnce(impl_->backend(), [&](StoreTransaction& transaction) -> Status {
    ConsentPair pair;
    Status status = FindKnock(transaction, callee, caller, now_ms, &pair);
    if (!status.ok()) return status;
    const KnockRow declined{true, now_ms, now_ms + impl_->options.limits.after_decline_ms};
    return PutRow(transaction, RowKind::kKnock, pair.callee, pair.caller, declined);
  });
}

}  // namespace ringfence
