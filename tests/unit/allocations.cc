// Replaces every form of the global operator new by one that counts, so that what one form
// allocates no other's original frees.
#include "unit/allocations.h"

#include <cstdlib>
#include <new>

// ThreadSanitizer brings its own, which cannot be replaced; nothing is counted under it.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RINGFENCE_NO_COUNT
#endif
#endif

#ifdef RINGFENCE_NO_COUNT
namespace ringfence {

uint64_t Allocations() { return 0; }

}  // namespace ringfence
#else

namespace {

thread_local uint64_t t_allocations = 0;

void* Count(std::size_t size) noexcept {
  ++t_allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* OrThrow(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* CountAligned(std::size_t size, std::align_val_t alignment) noexcept {
  ++t_allocations;
  const auto align = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(align, (size + align - 1) / align * align);
}

}  // namespace

void* operator new(std::size_t size) { return OrThrow(Count(size)); }
void* operator new[](std::size_t size) { return OrThrow(Count(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Count(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return Count(size); }
void* operator new(std::size_t size, std::align_val_t align) {
  return OrThrow(CountAligned(size, align));
}
void* operator new[](std::size_t size, std::align_val_t align) {
  return OrThrow(CountAligned(size, align));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace ringfence {

uint64_t Allocations() { return t_allocations; }

}  // namespace ringfence
#endif
