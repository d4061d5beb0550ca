// Random bytes of the operating system, fetched in blocks.
#include "store/random_pool.h"

#include <string.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>

namespace ringfence {

bool RandomPool::Refill() {
  size_t filled = 0;
  while (filled < bytes_.size()) {
    const ssize_t got = getrandom(bytes_.data() + filled, bytes_.size() - filled, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    filled += static_cast<size_t>(got);
  }
  used_ = 0;
  return true;
}

bool RandomPool::Fill(std::span<uint8_t> out) {
  while (!out.empty()) {
    if (used_ == bytes_.size() && !Refill()) return false;
    const size_t count = std::min(out.size(), bytes_.size() - used_);
    std::copy_n(bytes_.data() + used_, count, out.data());
    // No second copy of a seed is kept that Forget would not reach.
    explicit_bzero(bytes_.data() + used_, count);
    used_ += count;
    out = out.subspan(count);
  }
  return true;
}

}  // namespace ringfence
