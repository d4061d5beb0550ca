// Consent: what a callee has granted a caller, how a caller asks for it, and the knock, which tells
// a caller nothing about the callee.
// Takes who grants, asks and answers; gives the facts of the group `grant`.
#pragma once

#include <ringfence/engine.h>
#include <ringfence/export.h>
#include <ringfence/question.h>
#include <ringfence/status.h>
#include <ringfence/store.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// The members of `callee.grant(caller)`, in the catalog's order.
enum class GrantState : uint8_t {
  kNone,
  kTemporary,
  kPermanent,
  kDeclined,  ///< for AskLimits::after_decline_ms, then kNone
  kRevoked,
  kExpired,  ///< for kExpiredGrantDays, then kNone
};
RINGFENCE_API std::string_view ToString(GrantState state);  ///< "none", "temporary", ...

/// How it came about. Files keep the numbers.
enum class GrantSource : uint8_t {
  kUser = 1,      ///< the callee chose it
  kOperator = 2,  ///< it was put in for the callee
  kKnock = 3,     ///< the callee let a knock in
};
RINGFENCE_API std::string_view ToString(GrantSource source);  ///< "user", "operator", "knock"

/// One consent, for the callee and the operator. Times are Unix time in milliseconds.
struct GrantInfo {
  std::string callee;
  std::string caller;
  GrantState state = GrantState::kNone;
  GrantSource source = GrantSource::kUser;
  int64_t given_at_ms = 0;  ///< or declined, or revoked
  /// kTemporary, kExpired: it holds before, no more in this very millisecond. kDeclined: the caller
  /// may ask again from then on. Else 0.
  int64_t until_ms = 0;
  bool one_call = false;  ///< it also ends with the caller's first call that is reported
};

/// How often a caller may ask one callee; a knock and a request are both asking.
struct AskLimits {
  int per_24h = 1;                                          ///< 1 to kMaxAskedIn7Days
  int per_7d = 2;                                           ///< the same
  int64_t after_decline_ms = int64_t{24} * 60 * 60 * 1000;  ///< 0 to 30 days
};

struct GrantsOptions {
  std::function<int64_t()> clock_ms;  ///< Unix time; empty: the system's clock
  AskLimits limits;
};

/// What became of a request. It may depend on what the callee has answered before.
struct RequestAnswer {
  bool accepted = false;  ///< deliver it to the callee
  /// Seconds, rounded up, until the next one may be accepted.
  int64_t retry_after_s = 0;
};

/// All that a caller may learn from a knock. It follows from the caller's own earlier asking and
/// from nothing else: neither that it was shown, declined, or barred by a block or a list, nor that
/// the callee exists.
struct KnockAnswer {
  bool accepted = false;      ///< false: too soon after the last one; it was not taken
  int64_t retry_after_s = 0;  ///< as in RequestAnswer
};

/// A knock that waits for the callee's answer.
struct KnockInfo {
  std::string caller;
  int64_t asked_at_ms = 0;
  int64_t until_ms = 0;  ///< asked_at_ms and kKnockHours: waits no longer from then on
};

/// Consent on one store. Thread-safe; every call that writes waits for the writer before it, as
/// Store::Begin, and is on disk when it returns. After Revoke or Decline returned, no decision of
/// this process that reads the store rings by the consent.
///
/// Errors of every call: kInvalidArgument (a malformed id, callee and caller the same), kNotFound
/// (callee or caller is not known; Knock alone says nothing about its callee), kCorrupt (the row is
/// damaged: see Store::Doctor), and those of Store::Transaction::Commit. A failed call has changed
/// nothing. O(log rows) but for the lists.
class RINGFENCE_API Grants {
 public:
  /// kInvalidArgument: a limit out of its range.
  static Result<Grants> Open(Store store, const GrantsOptions& options = {});

  /// The caller may ring the callee before `until_ms`, as far as the policy asks for consent.
  /// Replaces what was granted or declined before, ends the row of unanswered calls, and answers a
  /// knock that waits. The new revision. kInvalidArgument: `until_ms` is not after now, or beyond
  /// the year 9999.
  Result<uint64_t> Give(std::string_view callee, std::string_view caller, int64_t until_ms,
                        GrantSource source = GrantSource::kUser);
  /// The same for good.
  Result<uint64_t> GivePermanently(std::string_view callee, std::string_view caller,
                                   GrantSource source = GrantSource::kUser);
  /// No consent, and no asking for AskLimits::after_decline_ms. The fact is `declined`, which the
  /// catalog counts among what a caller knows. Replaces and answers as Give does.
  Result<uint64_t> Decline(std::string_view callee, std::string_view caller,
                           GrantSource source = GrantSource::kUser);
  /// Takes a consent back. kNotFound: none holds now.
  Result<uint64_t> Revoke(std::string_view callee, std::string_view caller,
                          GrantSource source = GrantSource::kUser);

  /// What holds now; kNone with no times where nothing does. As the lists, O(what the callee gave).
  Result<GrantInfo> Show(std::string_view callee, std::string_view caller) const;
  /// All but kNone that the user gave, and was given, by handle. O(their number).
  Result<std::vector<GrantInfo>> GivenBy(std::string_view callee) const;
  Result<std::vector<GrantInfo>> GivenTo(std::string_view caller) const;

  /// May the host deliver a request for consent, which it does itself? Counted if so. Whatever was
  /// asked before the last connected call between the two, in either direction, does not count.
  /// It only counts: neither blocks, lists nor the policy are asked, so a host that delivers what a
  /// blocked caller asks for has to look itself. Knock asks the policy.
  Result<RequestAnswer> Request(std::string_view caller, std::string_view callee);

  /// A refused caller asks to be let in for one call. `question` is the call they would make, by
  /// ids; `reader` is of an engine on this store, and is used as by Reader::Decide, without
  /// counting or logging.
  ///
  /// The callee is shown the knock if and only if the policy would let this call through with a
  /// temporary consent and no unanswered calls; so a block or a never-list is neither lifted nor
  /// shown. It is also not shown within AskLimits::after_decline_ms of a decline, and where
  /// kMaxKnocks others wait: the oldest are kept, so that who floods cannot drive out who waits.
  /// None of this shows in the answer, which takes the same writes; the time of the decision itself
  /// is that of Reader::Decide. How many callees one caller knocks at is not limited here.
  ///
  /// kNotFound: the caller is not known. kInvalidArgument also: a party by handle, a caller without
  /// account, a fact of the group `grant` or `callee.unanswered(caller)` carried, a reader of
  /// another store. Otherwise the errors of Reader::Decide.
  Result<KnockAnswer> Knock(Reader& reader, const Question& question);

  /// For the callee: knocks that wait, the oldest first. O(kMaxKnocks).
  Result<std::vector<KnockInfo>> Knocks(std::string_view callee) const;
  /// Lets the caller in: a consent for one call, which must begin within `for_ms` (> 0, at most
  /// kMaxOneCallDays). A consent that lasts longer stays. kNotFound: no such knock waits.
  Result<uint64_t> AllowKnock(std::string_view callee, std::string_view caller,
                              int64_t for_ms = int64_t{60} * 60 * 1000);
  /// Does not. The caller is not told, by no fact either: further knocks are taken and not shown
  /// for AskLimits::after_decline_ms. kNotFound: no such knock waits.
  Result<uint64_t> DeclineKnock(std::string_view callee, std::string_view caller);

  struct Impl;

 private:
  explicit Grants(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace ringfence
