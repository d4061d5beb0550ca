// A host outside this tree: includes installed headers only, calls into the library, exits 0.
#include <ringfence/status.h>

#include <cstdio>

int main() {
  const ringfence::Status status(ringfence::StatusCode::kNotFound, "no such policy");
  if (status.ok() || ringfence::ToString(status.code()).empty()) return 1;
  const ringfence::Result<int> number = 7;
  std::printf("linked: %d\n", *number);
  return *number == 7 ? 0 : 1;
}
