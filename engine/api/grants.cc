// Grants: consent given, declined, revoked and listed, and requests for it.
#include <ringfence/grants.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "api/grants_impl.h"
#include "api/store_impl.h"
#include "api/write_once.h"
#include "base/bytes.h"
#include "base/utf8.h"
#include "derived/pair_calls.h"

namespace ringfence {
namespace {

constexpr int64_t kMaxDeclineDays = 30;

GrantInfo Describe(const GrantRow& row, GrantState state) {
  GrantInfo info;
  info.state = state;
  if (state == GrantState::kNone) return info;
  info.source = row.source;
  info.given_at_ms = row.given_at_ms;
  info.until_ms = row.until_ms;
  info.one_call = row.one_call;
  return info;
}

/// The rows of attempts that a list of consents needs, read once.
class ListedRows final : public DerivedRows {
 public:
  explicit ListedRows(const std::vector<NamedRow>& rows) {
    for (const NamedRow& row : rows) rows_[{row.a, row.b}] = row.bytes;
  }
  ReadState GetRow(RowKind kind, int64_t a, int64_t b, std::span<uint8_t> to,
                   size_t* size) noexcept override {
    const auto found = rows_.find({a, b});
    if (kind != RowKind::kPairCalls || found == rows_.end()) return ReadState::kAbsent;
    if (found->second.size() > to.size()) return ReadState::kUnavailable;
    *size = found->second.copy(reinterpret_cast<char*>(to.data()), to.size());
    return ReadState::kRead;
  }

 private:
  std::map<std::pair<int64_t, int64_t>, std::string> rows_;
};

/// One consent put in a transaction of its own.
Result<uint64_t> PutOnce(const Grants::Impl& impl, std::string_view callee, std::string_view caller,
                         const GrantRow& row) {
  return WriteOnce(impl.backend(), [&](StoreTransaction& transaction) -> Status {
    ConsentPair pair;
    Status status = FindPair(transaction, callee, caller, &pair);
    return status.ok() ? PutConsent(transaction, pair, row, row.given_at_ms) : status;
  });
}

}  // namespace

StoreBackend& Grants::Impl::backend() const { return *store.impl()->backend; }

int64_t Grants::Impl::NowMs() const {
  const int64_t now_ms = options.clock_ms ? options.clock_ms() : SystemContext()->now_ms();
  // A clock that was never set, or is centuries ahead, writes no row that would read as damaged.
  return std::clamp<int64_t>(now_ms, 1, kLastTimeMs - kMaxDeclineDays * kDayMs);
}

ReadState TransactionRows::GetRow(RowKind kind, int64_t a, int64_t b, std::span<uint8_t> to,
                                  size_t* size) noexcept {
  std::string bytes;
  if (!transaction_.GetRow(kind, a, b, &bytes).ok()) return ReadState::kUnavailable;
  if (bytes.empty()) return ReadState::kAbsent;
  if (bytes.size() > to.size()) return ReadState::kUnavailable;
  *size = bytes.copy(reinterpret_cast<char*>(to.data()), to.size());
  return ReadState::kRead;
}

Status DamagedConsent() {
  return Status(StatusCode::kCorrupt, "a row of consent is damaged or cannot be read");
}

Status CheckParties(std::string_view callee, std::string_view caller) {
  for (const std::string_view id : {callee, caller}) {
    if (Status status = CheckId(id); !status.ok()) return status;
  }
  if (callee != caller) return Status();
  return Status(StatusCode::kInvalidArgument, "callee and caller are the same");
}

Status FindPair(StoreTransaction& transaction, std::string_view callee, std::string_view caller,
                ConsentPair* pair) {
  if (Status status = CheckParties(callee, caller); !status.ok()) return status;
  Status status = transaction.FindHandle(callee, &pair->callee);
  if (status.ok()) status = transaction.FindHandle(caller, &pair->caller);
  if (!status.ok()) return status;
  if (pair->callee == 0) return Status(StatusCode::kNotFound, "the callee is not known");
  if (pair->caller == 0) return Status(StatusCode::kNotFound, "the caller is not known");
  return Status();
}

namespace {

/// A new consent begins with no unanswered calls: here consent writes what attempts keep.
Status EndUnansweredCalls(StoreTransaction& transaction, const ConsentPair& pair, int64_t now_ms) {
  constexpr RowKind kKind = RowKind::kPairCalls;
  std::string row;
  std::string after;
  int64_t expires_s = 0;
  Status status = transaction.GetRow(kKind, pair.callee, pair.caller, &row);
  if (!status.ok()) return status;
  if (!ResetUnanswered(row, now_ms, &after, &expires_s)) return DamagedConsent();
  return transaction.PutRow(kKind, pair.callee, pair.caller, after, expires_s);
}

}  // namespace

Status PutConsent(StoreTransaction& transaction, const ConsentPair& pair, const GrantRow& row,
                  int64_t now_ms) {
  Status status = Holds(row.state) ? EndUnansweredCalls(transaction, pair, now_ms) : Status();
  if (status.ok()) status = PutRow(transaction, RowKind::kGrant, pair.callee, pair.caller, row);
  if (!status.ok()) return status;
  return transaction.DeleteRow(RowKind::kKnock, pair.callee, pair.caller);
}

int64_t Grants::Impl::SecretKeyOf(SecretKey purpose, int64_t caller,
                                  std::string_view callee) const {
  std::string text = "consent";
  text.push_back('\0');
  text.push_back(static_cast<char>(purpose));
  text += std::to_string(caller);
  text.push_back('\0');
  text += callee;
  return -1 - static_cast<int64_t>(SipHash24(secret, text) >> 1);
}

Status NoteAsked(StoreTransaction& transaction, int64_t caller, int64_t key, int64_t now_ms) {
  TransactionRows rows(&transaction);
  AskedRow asked;
  if (GetAsked(rows, caller, key, &asked) == ReadState::kUnavailable) return DamagedConsent();
  AddAsked(now_ms, &asked);
  return PutRow(transaction, RowKind::kRequests, caller, key, asked);
}

Result<Grants> Grants::Open(Store store, const GrantsOptions& options) {
  const AskLimits& limits = options.limits;
  const auto in = [](int64_t value, int64_t least, int64_t most) {
    return value >= least && value <= most;
  };
  if (!in(limits.per_24h, 1, kMaxAskedIn7Days) || !in(limits.per_7d, 1, kMaxAskedIn7Days)) {
    return Status(StatusCode::kInvalidArgument, "a caller may ask one callee 1 to " +
                                                    std::to_string(kMaxAskedIn7Days) +
                                                    " times in 24 hours and in 7 days");
  }
  if (!in(limits.after_decline_ms, 0, kMaxDeclineDays * kDayMs)) {
    return Status(StatusCode::kInvalidArgument,
                  "a decline is remembered for 0 to 30 days of milliseconds");
  }
  Result<SipHashKey> secret = store.impl()->backend->CohortKey();
  if (!secret.ok()) return secret.status();
  return Grants(std::make_shared<Impl>(Impl{std::move(store), options, *secret}));
}

Result<uint64_t> Grants::Give(std::string_view callee, std::string_view caller, int64_t until_ms,
                              GrantSource source) {
  const int64_t now_ms = impl_->NowMs();
  if (until_ms <= now_ms || until_ms > kLastTimeMs) {
    return Status(StatusCode::kInvalidArgument,
                  "consent for a time must end after now and before the year 10000");
  }
  return PutOnce(*impl_, callee, caller, {GrantState::kTemporary, source, false, now_ms, until_ms});
}

Result<uint64_t> Grants::GivePermanently(std::string_view callee, std::string_view caller,
                                         GrantSource source) {
  return PutOnce(*impl_, callee, caller,
                 {GrantState::kPermanent, source, false, impl_->NowMs(), 0});
}

Result<uint64_t> Grants::Decline(std::string_view callee, std::string_view caller,
                                 GrantSource source) {
  const int64_t now_ms = impl_->NowMs();
  const int64_t until_ms = now_ms + impl_->options.limits.after_decline_ms;
  return PutOnce(*impl_, callee, caller, {GrantState::kDeclined, source, false, now_ms, until_ms});
}

Result<uint64_t> Grants::Revoke(std::string_view callee, std::string_view caller,
                                GrantSource source) {
  return WriteOnce(impl_->backend(), [&](StoreTransaction& transaction) -> Status {
    ConsentPair pair;
    if (Status status = FindPair(transaction, callee, caller, &pair); !status.ok()) return status;
    TransactionRows rows(&transaction);
    GrantRow row;
    CallTimes calls;
    const int64_t now_ms = impl_->NowMs();
    const ReadState read = GetGrant(rows, pair.callee, pair.caller, &row);
    if (read == ReadState::kUnavailable) return DamagedConsent();
    if (row.one_call && GetCallTimes(rows, nullptr, pair.callee, pair.caller, now_ms, &calls) ==
                            ReadState::kUnavailable) {
      return DamagedConsent();
    }
    if (read == ReadState::kAbsent || !Holds(StateAt(row, calls, now_ms))) {
      return Status(StatusCode::kNotFound, "there is no consent that could be revoked");
    }
    return PutRow(transaction, RowKind::kGrant, pair.callee, pair.caller,
                  GrantRow{GrantState::kRevoked, source, false, now_ms, 0});
  });
}

Result<std::vector<GrantInfo>> Grants::Impl::List(std::string_view user, bool to_user) const {
  Result<std::vector<NamedRow>> rows = backend().Rows(RowKind::kGrant, user, to_user);
  if (!rows.ok()) return rows.status();
  Result<std::vector<NamedRow>> calls_of = backend().Rows(RowKind::kPairCalls, user, to_user);
  if (!calls_of.ok()) return calls_of.status();
  ListedRows listed(*calls_of);
  const int64_t now_ms = NowMs();
  std::vector<GrantInfo> list;
  for (const NamedRow& named : *rows) {
    GrantRow row;
    CallTimes calls;
    if (!Unpack(AsBytes(named.bytes), &row)) return DamagedConsent();
    if (row.one_call && GetCallTimes(listed, nullptr, named.a, named.b, now_ms, &calls) ==
                            ReadState::kUnavailable) {
      return DamagedConsent();
    }
    GrantInfo info = Describe(row, StateAt(row, calls, now_ms));
    if (info.state == GrantState::kNone) continue;
    info.callee = named.a_name;
    info.caller = named.b_name;
    list.push_back(std::move(info));
  }
  return list;
}

Result<std::vector<GrantInfo>> Grants::GivenBy(std::string_view callee) const {
  if (Status status = CheckId(callee); !status.ok()) return status;
  return impl_->List(callee, false);
}

Result<std::vector<GrantInfo>> Grants::GivenTo(std::string_view caller) const {
  if (Status status = CheckId(caller); !status.ok()) return status;
  return impl_->List(caller, true);
}

Result<GrantInfo> Grants::Show(std::string_view callee, std::string_view caller) const {
  if (Status status = CheckParties(callee, caller); !status.ok()) return status;
  Result<std::vector<GrantInfo>> given = GivenBy(callee);
  if (!given.ok()) return given.status();
  for (GrantInfo& info : *given) {
    if (info.caller == caller) return std::move(info);
  }
  Result<UserInfo> known = impl_->store.ShowUser(caller);
  if (!known.ok()) return known.status();
  GrantInfo none;
  none.callee = callee;
  none.caller = caller;
  return none;
}

Result<RequestAnswer> Grants::Request(std::string_view caller, std::string_view callee) {
  Result<std::unique_ptr<StoreTransaction>> transaction = impl_->backend().Begin();
  if (!transaction.ok()) return transaction.status();
  ConsentPair pair;
  Status status = FindPair(**transaction, callee, caller, &pair);
  if (!status.ok()) return status;
  const int64_t now_ms = impl_->NowMs();
  TransactionRows rows(transaction->get());
  GrantRow grant;
  AskedRow asked;
  CallTimes calls;
  const ReadState granted = GetGrant(rows, pair.callee, pair.caller, &grant);
  for (const ReadState read :
       {granted, GetAsked(rows, pair.caller, pair.callee, &asked),
        GetCallTimes(rows, nullptr, pair.callee, pair.caller, now_ms, &calls)}) {
    if (read == ReadState::kUnavailable) return DamagedConsent();
  }
  const AskLimits& limits = impl_->options.limits;
  int64_t wait_ms = WaitMs(asked, calls.connected_ms, limits, now_ms);
  if (granted == ReadState::kRead && StateAt(grant, calls, now_ms) == GrantState::kDeclined) {
    wait_ms = std::max(wait_ms, grant.until_ms - now_ms);
  }
  if (wait_ms > 0) return RequestAnswer{false, SecondsUp(wait_ms)};
  const int64_t own_key = impl_->SecretKeyOf(SecretKey::kAsked, pair.caller, callee);
  for (const int64_t key : {pair.callee, own_key}) {
    if (status.ok()) status = NoteAsked(**transaction, pair.caller, key, now_ms);
  }
  if (status.ok()) status = (*transaction)->SweepRows(now_ms / kSecondMs, kSweptAtOnce);
  if (status.ok()) status = (*transaction)->CommitCounters();
  if (!status.ok()) return status;
  AddAsked(now_ms, &asked);
  return RequestAnswer{true, SecondsUp(WaitMs(asked, calls.connected_ms, limits, now_ms))};
}

}  // namespace ringfence
