// The group `attempts` of derived facts.
#include "derived/read.h"

namespace ringfence {

ReadState ReadAttempts(const DerivedReading& /*reading*/, GroupWriter& /*out*/) noexcept {
  return ReadState::kAbsent;
}

}  // namespace ringfence
