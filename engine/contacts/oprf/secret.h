// Secret bytes: memory that is locked, kept out of core dumps, and erased at the end of its life.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace ringfence {

/// Initialises libsodium once; aborts where the system gives no random bytes. Called by everything
/// in this folder that needs it; cheap after the first time.
void EnsureSodium();

/// Overwrites bytes in a way the compiler keeps.
void Erase(void* bytes, size_t size);

/// A buffer of libsodium's guarded heap (locked against swapping where the limit allows, excluded
/// from core dumps, erased when freed). Move-only. Never empty unless moved from or of size 0.
class SecretBuffer {
 public:
  SecretBuffer() = default;
  explicit SecretBuffer(size_t size);  ///< zeroed; aborts when there is no memory
  /// The same for a program that wants to go on: of size 0 when there is no memory.
  static SecretBuffer OrEmpty(size_t size);
  SecretBuffer(SecretBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  SecretBuffer& operator=(SecretBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~SecretBuffer();

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  std::span<uint8_t> bytes() { return {data_, size_}; }
  std::span<const uint8_t> bytes() const { return {data_, size_}; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

/// Erases a buffer of somebody else's at the end of a scope.
class EraseGuard {
 public:
  EraseGuard(void* bytes, size_t size) : bytes_(bytes), size_(size) {}
  ~EraseGuard() { Erase(bytes_, size_); }
  EraseGuard(const EraseGuard&) = delete;
  EraseGuard& operator=(const EraseGuard&) = delete;

 private:
  void* bytes_;
  size_t size_;
};

}  // namespace ringfence
