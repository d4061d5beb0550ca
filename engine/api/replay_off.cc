// Replay in a library built without the decision log.
#include <ringfence/replay.h>

namespace ringfence {

Result<ReplayReport> Replay(const LogReader&, const ReplayOptions&) {
  return Status(StatusCode::kInvalidArgument, "this Ringfence was built without the decision log");
}

}  // namespace ringfence
