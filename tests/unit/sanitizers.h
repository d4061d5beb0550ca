// Whether the program runs under a sanitizer whose shadow memory makes searching the process's own
// memory impossible: such tests say that they are skipped, and the other builds run them.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RINGFENCE_TEST_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RINGFENCE_TEST_SANITIZED 1
#endif
#ifndef RINGFENCE_TEST_SANITIZED
#define RINGFENCE_TEST_SANITIZED 0
#endif
