// A child process that is killed with SIGKILL while it works, and the last that it told before.
#pragma once

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace ringfence {

/// Runs `work` in a child, which it must not come back from, and kills that after `delay`. `work`
/// takes a file descriptor, to which it writes each `Told`. Gives the last of them, or `none`.
template <class Told, class Work>
Told RunAndKill(std::chrono::microseconds delay, const Told& none, const Work& work) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    work(ends[1]);
  }
  close(ends[1]);
  std::this_thread::sleep_for(delay);
  kill(child, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  Told last = none;
  for (Told told{}; read(ends[0], &told, sizeof told) == sizeof told;) last = told;
  close(ends[0]);
  return last;
}

}  // namespace ringfence
