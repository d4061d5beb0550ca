// libsodium's guarded heap behind the types of secret.h.
#include "contacts/oprf/secret.h"

#include <sodium.h>

#include <cstring>

#include "base/check.h"

namespace ringfence {

void EnsureSodium() {
  static const bool ready = sodium_init() >= 0;
  CHECK_MSG(ready, "libsodium cannot start: the system gives no random bytes");
}

void Erase(void* bytes, size_t size) {
  if (size > 0) sodium_memzero(bytes, size);
}

SecretBuffer::SecretBuffer(size_t size) {
  if (size == 0) return;
  *this = OrEmpty(size);
  CHECK_MSG(data_ != nullptr, "no memory for secrets");
}

SecretBuffer SecretBuffer::OrEmpty(size_t size) {
  EnsureSodium();
  SecretBuffer buffer;
  // Unlocked where the process may lock no more: erasing and the exclusion from dumps remain.
  buffer.data_ = static_cast<uint8_t*>(sodium_malloc(size));
  if (buffer.data_ == nullptr) return buffer;
  buffer.size_ = size;
  std::memset(buffer.data_, 0, size);
  return buffer;
}

SecretBuffer::~SecretBuffer() { sodium_free(data_); }

}  // namespace ringfence
