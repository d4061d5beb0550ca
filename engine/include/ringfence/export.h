// RINGFENCE_API: marks what a shared build of the library exports; everything else is hidden.
// The build defines RINGFENCE_SHARED (consumers of a shared build) or RINGFENCE_BUILDING (the
// library itself).
#pragma once

#if defined(_WIN32) && defined(RINGFENCE_BUILDING) && defined(RINGFENCE_SHARED)
#define RINGFENCE_API __declspec(dllexport)
#elif defined(_WIN32) && defined(RINGFENCE_SHARED)
#define RINGFENCE_API __declspec(dllimport)
#elif defined(__GNUC__)
#define RINGFENCE_API __attribute__((visibility("default")))
#else
#define RINGFENCE_API
#endif
