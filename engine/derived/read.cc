// Which function reads which group.
#include "derived/read.h"

namespace ringfence {

ReadState ReadDerivedGroup(Group group, const DerivedReading& reading, GroupWriter& out) noexcept {
  switch (group) {
    case Group::kList:
      return ReadList(reading, out);
    case Group::kGrant:
      return ReadGrant(reading, out);
    case Group::kAttempts:
      return ReadAttempts(reading, out);
    case Group::kTime:
      return ReadTime(reading, out);
    default:
      return ReadState::kNotMine;
  }
}

}  // namespace ringfence
