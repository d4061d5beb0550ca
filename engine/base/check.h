// CHECK: assertions about our own code. A failed one prints its place and aborts; it is never a way
// to refuse input. Include it from .cc files only: the test framework has a macro of the same name.
#pragma once

#ifdef DOCTEST_LIBRARY_INCLUDED
#error "base/check.h reached a test file: include it from engine .cc files, not from headers"
#endif

#include <string_view>

namespace ringfence::internal {
// Prints "FILE:LINE: CHECK failed: CONDITION: TEXT" to standard error and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              std::string_view text);
}  // namespace ringfence::internal

#define CHECK_MSG(condition, text)    \
  ((condition) ? static_cast<void>(0) \
               : ::ringfence::internal::CheckFailed(__FILE__, __LINE__, #condition, (text)))
#define CHECK(condition) CHECK_MSG(condition, "")

// DCHECK costs nothing in a release build; its condition is still compiled, so that it cannot rot.
#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#else
#define DCHECK(condition) CHECK(condition)
#endif
