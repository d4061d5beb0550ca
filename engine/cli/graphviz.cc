// Graphviz as a child process: one socket for its input and output, one for its errors. A socket
// rather than pipes, because writing to a child that has gone then fails instead of raising
// SIGPIPE.
#include "cli/graphviz.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxErrorBytes = 64 * 1024;

Status Failed(std::string_view what) {
  return Status(StatusCode::kIo, Cat({"cannot draw with Graphviz: ", what}));
}

struct Socket {
  explicit Socket(int number) : fd(number) {}
  Socket(Socket&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() { Close(); }
  void Close() {
    if (fd >= 0) close(fd);
    fd = -1;
  }
  int fd;
};

/// A running `dot`. Whatever happens, it is gone when this is.
class Child {
 public:
  static Result<Child> Start() {
    std::array<int, 2> data{}, errors{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, data.data()) != 0) {
      return Failed(std::strerror(errno));
    }
    Socket ours(data[0]), its(data[1]);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, errors.data()) != 0) {
      return Failed(std::strerror(errno));
    }
    Socket our_errors(errors[0]), its_errors(errors[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, its.fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, its.fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, its_errors.fd, STDERR_FILENO);
    std::string name = "dot", format = "-Tsvg";
    const std::array<char*, 3> arguments = {name.data(), format.data(), nullptr};
    pid_t pid = 0;
    const int failure =
        posix_spawnp(&pid, name.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == ENOENT) {
      return Failed(
          "there is no program `dot` on the PATH (Debian: apt install graphviz); "
          "--format dot needs none");
    }
    if (failure != 0) return Failed(Cat({"`dot`: ", std::strerror(failure)}));
    return Child(pid, std::move(ours), std::move(our_errors));
  }

  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)),
        data_(std::move(other.data_)),
        errors_(std::move(other.errors_)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  /// Writes `input` and reads until it has closed both; false: not by then.
  bool Exchange(std::string_view input, Clock::time_point deadline) {
    while (data_.fd >= 0 || errors_.fd >= 0) {
      const auto wanted = static_cast<short>(input.empty() ? POLLIN : POLLIN | POLLOUT);
      std::array<pollfd, 2> polled = {{{data_.fd, wanted, 0}, {errors_.fd, POLLIN, 0}}};
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
      if (left <= 0) return false;
      const int ready = poll(polled.data(), polled.size(), static_cast<int>(left));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return false;
      if ((polled[0].revents & POLLOUT) != 0) Send(&input);
      if ((polled[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) Receive(&data_, &output);
      if ((polled[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0) Receive(&errors_, &said);
      if (said.size() > kMaxErrorBytes) said.resize(kMaxErrorBytes);
    }
    return true;
  }

  /// What waitpid gives; false: it had not ended by then.
  bool Wait(Clock::time_point deadline, int* state) {
    while (true) {
      const pid_t ended = waitpid(pid_, state, WNOHANG);
      if (ended == pid_) {
        pid_ = 0;
        return true;
      }
      if ((ended < 0 && errno != EINTR) || Clock::now() >= deadline) return false;
      poll(nullptr, 0, 5);
    }
  }

  std::string output;
  std::string said;

 private:
  Child(pid_t pid, Socket data, Socket errors)
      : pid_(pid), data_(std::move(data)), errors_(std::move(errors)) {}

  /// A child that reads no more has its reasons; it says them.
  void Send(std::string_view* input) const {
    const ssize_t count = send(data_.fd, input->data(), input->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      input->remove_prefix(static_cast<size_t>(count));
    } else if (errno != EINTR && errno != EAGAIN) {
      *input = {};
    }
    if (input->empty()) shutdown(data_.fd, SHUT_WR);
  }

  static void Receive(Socket* socket, std::string* text) {
    std::array<char, 65536> buffer;
    const ssize_t count = recv(socket->fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) {
      text->append(buffer.data(), static_cast<size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      socket->Close();
    }
  }

  pid_t pid_;
  Socket data_;
  Socket errors_;
};

}  // namespace

Result<std::string> DotToSvg(std::string_view dot, std::chrono::milliseconds limit) {
  const Clock::time_point deadline = Clock::now() + limit;
  auto child = Child::Start();
  if (!child.ok()) return child.status();
  int state = 0;
  if (!child->Exchange(dot, deadline) || !child->Wait(deadline, &state)) {
    return Failed(Cat({"`dot` had not finished after ", std::to_string(limit.count() / 1000),
                       " s; --format dot writes the text that it was given"}));
  }
  if (state == 0 && !child->output.empty()) return std::move(child->output);
  const std::string_view said = Split(child->said, '\n')[0];
  return Failed(Cat({"`dot` failed", said.empty() ? "" : ": ", Printable(said)}));
}

}  // namespace ringfence::cli
