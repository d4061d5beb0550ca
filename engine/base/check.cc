// Where a failed CHECK ends.
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace ringfence::internal {

void CheckFailed(const char* file, int line, const char* condition, std::string_view text) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s%s%.*s\n", file, line, condition,
               text.empty() ? "" : ": ", static_cast<int>(text.size()), text.data());
  std::abort();
}

}  // namespace ringfence::internal
