// Death tests: what a function prints to standard error when it aborts. POSIX only.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace ringfence {

// Runs `body` in a child process. Gives its standard error if it ended by SIGABRT, else "(no
// abort)".
template <class Body>
std::string AbortText(Body body) {
  int ends[2];
  if (pipe(ends) != 0) return "(no pipe)";
  const pid_t child = fork();
  if (child < 0) return "(no fork)";
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // doctest's handler would report the test as failed
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    body();
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char buffer[512];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? text : "(no abort)";
}

}  // namespace ringfence
