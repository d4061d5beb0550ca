// What Grants' calls share: clock and limits, a transaction's rows as readers of rows see them, the
// two users of a call.
#pragma once

#include <ringfence/grants.h>

#include <cstdint>
#include <string_view>

#include "base/siphash.h"
#include "derived/consent.h"
#include "store/backend.h"

namespace ringfence {

/// Purposes of keys that no user has.
enum class SecretKey : uint8_t { kAsked = 1, kNoRequests = 2, kNoKnock = 3 };

struct Grants::Impl {
  Store store;
  GrantsOptions options;
  SipHashKey secret{};  ///< the store's

  /// Where the caller's own record of asking that callee lies, among others: a key that says
  /// nothing without the secret, another one for each caller and purpose. It is there whether or
  /// not the callee exists, so that what follows from it cannot depend on that.
  int64_t SecretKeyOf(SecretKey purpose, int64_t caller, std::string_view callee) const;

  StoreBackend& backend() const;
  int64_t NowMs() const;
  /// As GivenBy; or, `to_user`, as GivenTo.
  Result<std::vector<GrantInfo>> List(std::string_view user, bool to_user) const;
};

/// Callee and caller of a call, by handle.
struct ConsentPair {
  int64_t callee = 0;
  int64_t caller = 0;
};
/// kInvalidArgument: malformed, or the same.
Status CheckParties(std::string_view callee, std::string_view caller);
/// The same; kNotFound: one is not known.
Status FindPair(StoreTransaction& transaction, std::string_view callee, std::string_view caller,
                ConsentPair* pair);

/// The rows as the writer sees them.
class TransactionRows final : public DerivedRows {
 public:
  explicit TransactionRows(StoreTransaction* transaction) : transaction_(*transaction) {}
  ReadState GetRow(RowKind kind, int64_t a, int64_t b, std::span<uint8_t> to,
                   size_t* size) noexcept override;

 private:
  StoreTransaction& transaction_;
};

template <class Row>
Status PutRow(StoreTransaction& transaction, RowKind kind, int64_t a, int64_t b, const Row& row) {
  return transaction.PutRow(kind, a, b, Pack(row), ExpiresS(row));
}
Status DamagedConsent();

/// Puts a consent, or a decline: where it holds, the row of unanswered calls ends; no knock waits
/// any more.
Status PutConsent(StoreTransaction& transaction, const ConsentPair& pair, const GrantRow& row,
                  int64_t now_ms);

/// Takes note that the caller asks now, in the row of that key.
Status NoteAsked(StoreTransaction& transaction, int64_t caller, int64_t key, int64_t now_ms);

/// Rows of asking and knocks that have expired are deleted in passing: so many looked at each time.
inline constexpr int kSweptAtOnce = 8;

}  // namespace ringfence
