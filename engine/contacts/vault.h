// What a Reader's session needs to open contact rows: the keys of the hour, and a clock.
// Shared between threads; the service swaps the keys after a rotation.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "contacts/keyring.h"

namespace ringfence {

class ContactVault {
 public:
  ContactVault(std::shared_ptr<const Keyring> keyring, std::function<int64_t()> clock_s)
      : clock_s_(std::move(clock_s)), keyring_(std::move(keyring)) {}

  int64_t NowInSeconds() const { return clock_s_(); }
  std::shared_ptr<const Keyring> keyring() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return keyring_;
  }
  /// Moves with every Replace: a session keeps its pointer until it has.
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  /// For a session that meets a row key it does not have: another process may have rotated. Looks
  /// for newer keys, at most once a second; sessions that meet it meanwhile do not wait.
  void Refresh() const {
    if (refresh_) refresh_();
  }
  /// Before the vault is shared.
  void set_refresh(std::function<void()> refresh) { refresh_ = std::move(refresh); }
  void Replace(std::shared_ptr<const Keyring> keyring) {
    const std::lock_guard<std::mutex> lock(mutex_);
    keyring_ = std::move(keyring);
    generation_.fetch_add(1, std::memory_order_release);
  }

 private:
  std::function<int64_t()> clock_s_;
  std::function<void()> refresh_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Keyring> keyring_;
  std::atomic<uint64_t> generation_{1};
};

}  // namespace ringfence
