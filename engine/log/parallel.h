// Running one function in several threads, and waiting for them.
#pragma once

#include <algorithm>
#include <thread>
#include <vector>

namespace ringfence {

inline constexpr int kMaxLogThreads = 32;  ///< each holds some megabytes

/// What a caller asked for, made possible. 0: one a core.
inline int ThreadCount(int wanted) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(wanted > 0 ? wanted : cores, 1, kMaxLogThreads);
}

/// Calls work(0) ... work(threads - 1), each in a thread of its own; one alone in this thread.
template <class Work>
void RunThreads(int threads, const Work& work) {
  if (threads == 1) return work(0);
  std::vector<std::thread> running;
  running.reserve(static_cast<size_t>(threads));
  for (int i = 0; i < threads; ++i) running.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : running) thread.join();
}

}  // namespace ringfence
