// Names of status codes, and the end of a caller that did not look at one.
#include <ringfence/status.h>

#include <cstdio>
#include <cstdlib>

namespace ringfence {

std::string_view ToString(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return "ok";
    case StatusCode::kInvalidArgument:
      return "invalid argument";
    case StatusCode::kNotFound:
      return "not found";
    case StatusCode::kParse:
      return "parse error";
    case StatusCode::kLimit:
      return "limit exceeded";
    case StatusCode::kStale:
      return "stale";
    case StatusCode::kCorrupt:
      return "corrupt";
    case StatusCode::kBusy:
      return "busy";
    case StatusCode::kReadOnly:
      return "read only";
    case StatusCode::kFull:
      return "full";
    case StatusCode::kIo:
      return "input/output error";
    case StatusCode::kSchema:
      return "wrong schema";
    case StatusCode::kConflict:
      return "conflict";
    case StatusCode::kQuota:
      return "quota exceeded";
    case StatusCode::kClosed:
      return "closed";
    case StatusCode::kInternal:
      return "internal error";
  }
  return "unknown status";
}

namespace internal {

void AbortOnStatus(std::string_view what, const Status& status) {
  const std::string_view code = ToString(status.code());
  std::fprintf(stderr, "ringfence: %.*s: %.*s: %s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(code.size()), code.data(), status.message().c_str());
  std::abort();
}

}  // namespace internal
}  // namespace ringfence
