// What consent has to know of earlier calls, from the rows of attempts: the one place where the two
// meet.
#include "derived/consent.h"

namespace ringfence {

ReadState GetEarlierCalls(DerivedRows& /*rows*/, int64_t /*callee*/, int64_t /*caller*/,
                          EarlierCalls* calls) noexcept {
  *calls = EarlierCalls{};
  return ReadState::kAbsent;
}

}  // namespace ringfence
