// The group `grant` of derived facts.
#include "derived/read.h"

namespace ringfence {

ReadState ReadGrant(const DerivedReading& /*reading*/, GroupWriter& /*out*/) noexcept {
  return ReadState::kAbsent;
}

}  // namespace ringfence
