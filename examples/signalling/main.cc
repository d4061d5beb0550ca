// A signalling server in miniature: a TCP line server with the engine in its process. Loopback
// only. Usage: signalling FILE.db [PORT]  (0 or none: any free port, printed as "listening on
// PORT")
//
//   LOGIN u         -> OK
//   CALL u          -> CALLING | REFUSED {...what the caller may see...}; the callee, if online,
//   gets
//                      RING caller | MISSED caller reason
//   BLOCK u         -> OK, and a call of u that is ringing here ends: both sides get ENDED
//   FOLLOW u        -> OK
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <ringfence/engine.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using ringfence::Decision;
using ringfence::Engine;
using ringfence::Question;
using ringfence::Reader;
using ringfence::Result;
using ringfence::Status;

constexpr size_t kMaxLine = 1024;
constexpr size_t kMaxClients = 64;

struct Client {
  int socket = -1;
  std::string user;
  std::string input;
};

class Server {
 public:
  Server(Engine engine, Reader reader) : engine_(std::move(engine)), reader_(std::move(reader)) {}

  /// One thread, one event loop: Decide never blocks on a lock of another process.
  int Run(int listener) {
    for (;;) {
      std::vector<pollfd> sockets{{listener, POLLIN, 0}};
      for (const auto& [socket, client] : clients_) sockets.push_back({socket, POLLIN, 0});
      if (poll(sockets.data(), sockets.size(), -1) < 0) return errno == EINTR ? 0 : 3;
      for (size_t i = 1; i < sockets.size(); ++i) {
        if (sockets[i].revents != 0) Receive(sockets[i].fd);
      }
      if (sockets[0].revents != 0) Accept(listener);
    }
  }

 private:
  void Accept(int listener) {
    const int socket = accept(listener, nullptr, nullptr);
    if (socket < 0) return;
    if (clients_.size() >= kMaxClients) {
      close(socket);
      return;
    }
    clients_[socket].socket = socket;
  }

  void Receive(int socket) {
    char buffer[512];
    const ssize_t count = recv(socket, buffer, sizeof buffer, 0);
    Client& client = clients_[socket];
    if (count <= 0 || client.input.size() > kMaxLine) {
      close(socket);
      clients_.erase(socket);
      return;
    }
    client.input.append(buffer, static_cast<size_t>(count));
    size_t end = 0;
    while ((end = client.input.find('\n')) != std::string::npos) {
      std::string line = client.input.substr(0, end);
      client.input.erase(0, end + 1);
      if (!line.empty() && line.back() == '\r') line.pop_back();
      Handle(client, line);
    }
  }

  void Handle(Client& client, const std::string& line) {
    const size_t space = line.find(' ');
    const std::string command = line.substr(0, space);
    const std::string user = space == std::string::npos ? "" : line.substr(space + 1);
    if (user.empty()) return Send(client, "ERROR expected COMMAND USER");
    if (command == "LOGIN") return Login(client, user);
    if (client.user.empty()) return Send(client, "ERROR log in first");
    if (command == "CALL") return Call(client, user);
    if (command == "BLOCK") return Block(client, user);
    if (command == "FOLLOW")
      return Answer(client, engine_.store().Relate(client.user, "follows", user));
    Send(client, "ERROR unknown command");
  }

  void Login(Client& client, const std::string& user) {
    Result<ringfence::Store::Transaction> transaction = engine_.store().Begin();
    if (!transaction.ok()) return Send(client, "ERROR " + transaction.status().message());
    const Status added = transaction->AddUser(user);
    if (!added.ok()) return Send(client, "ERROR " + added.message());
    client.user = user;
    Answer(client, transaction->Commit());
  }

  void Call(Client& client, const std::string& callee) {
    const Result<Decision> decision = Ask(client.user, callee);
    if (!decision.ok()) return Send(client, "ERROR " + decision.status().message());
    if (decision->let_through()) {
      calls_.emplace_back(client.user, callee);
      Send(client, "CALLING");
      SendTo(callee, "RING " + client.user);
      return;
    }
    // The caller gets ForCaller() and nothing else; the reason is the callee's alone.
    Send(client, "REFUSED " + decision->ForCaller().ToJson());
    SendTo(callee, "MISSED " + client.user + " " + std::string(decision->reason));
  }

  void Block(Client& client, const std::string& user) {
    Answer(client, engine_.store().Block(client.user, user));
    for (size_t i = 0; i < calls_.size();) {
      const auto [caller, callee] = calls_[i];
      const Result<Decision> now = Ask(caller, callee);
      if (now.ok() && now->let_through()) {
        ++i;
        continue;
      }
      SendTo(caller, "ENDED " + callee);
      SendTo(callee, "ENDED " + caller);
      calls_.erase(calls_.begin() + static_cast<ptrdiff_t>(i));
    }
  }

  Result<Decision> Ask(const std::string& caller, const std::string& callee) {
    Question question;
    question.caller = caller;
    question.callee = callee;
    return reader_.Decide(question);
  }

  void Answer(const Client& client, const Result<uint64_t>& written) {
    Send(client, written.ok() ? "OK" : "ERROR " + written.status().message());
  }

  void SendTo(const std::string& user, const std::string& line) {
    for (const auto& [socket, client] : clients_) {
      if (client.user == user) Send(client, line);
    }
  }

  void Send(const Client& client, const std::string& line) {
    const std::string out = line + "\n";
    if (send(client.socket, out.data(), out.size(), MSG_NOSIGNAL) < 0) {
      std::fprintf(stderr, "signalling: a client went away\n");
    }
  }

  Engine engine_;
  Reader reader_;
  std::map<int, Client> clients_;
  std::vector<std::pair<std::string, std::string>> calls_;  ///< ringing: caller, callee
};

int Listen(uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || bind(listener, generic, length) != 0 || listen(listener, 16) != 0) return -1;
  if (getsockname(listener, generic, &length) != 0) return -1;
  std::printf("listening on %d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) return std::fprintf(stderr, "usage: signalling FILE.db [PORT]\n"), 2;
  Result<Engine> engine = Engine::Open(argv[1]);
  if (!engine.ok()) return std::fprintf(stderr, "%s\n", engine.status().message().c_str()), 3;
  Result<Reader> reader = engine->NewReader();
  if (!reader.ok()) return std::fprintf(stderr, "%s\n", reader.status().message().c_str()), 3;
  const int listener = Listen(argc == 3 ? static_cast<uint16_t>(std::atoi(argv[2])) : 0);
  if (listener < 0) return std::perror("signalling"), 3;
  return Server(std::move(engine).value(), std::move(reader).value()).Run(listener);
}
