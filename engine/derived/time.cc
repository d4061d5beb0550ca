// The group `time` of derived facts.
#include "derived/read.h"

namespace ringfence {

ReadState ReadTime(const DerivedReading& /*reading*/, GroupWriter& /*out*/) noexcept {
  return ReadState::kUnavailable;
}

}  // namespace ringfence
