// The group `list` of derived facts.
#include "derived/read.h"

namespace ringfence {

ReadState ReadList(const DerivedReading& /*reading*/, GroupWriter& /*out*/) noexcept {
  return ReadState::kAbsent;
}

}  // namespace ringfence
