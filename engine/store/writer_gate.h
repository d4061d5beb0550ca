// One writer of this process at a time: a lock with a time limit that may be released by another
// thread than the one that took it, because a transaction may be moved between threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace ringfence {

class WriterGate {
 public:
  /// False: somebody else still held it when the time was over.
  bool Acquire(int timeout_ms) {
    std::unique_lock lock(mutex_);
    const bool free =
        changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return !held_; });
    if (free) held_ = true;
    return free;
  }
  void Release() {
    {
      const std::lock_guard lock(mutex_);
      held_ = false;
    }
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

}  // namespace ringfence
