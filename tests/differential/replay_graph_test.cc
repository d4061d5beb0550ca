// A million decisions on a graph of two million relations, by processes that come and go: two
// threads each, a policy and settings that change under them, every second process killed. All of
// it is replayed without a difference, and the log accounts for every decision that was made.
//   differential_replay_graph [--seed=N] [--users N] [--relations N] [--decisions N]
#include <doctest/doctest.h>
#include <ringfence/engine.h>
#include <ringfence/replay.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "base/sha256.h"
#include "bench/world.h"
#include "contract/temporary_folder.h"
#include "log/folder.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr int kProcesses = 8;
constexpr int kThreads = 2;
constexpr uint64_t kChanges = 4;  ///< of policy and settings, in each process

uint64_t NumberArgument(const char* name, uint64_t otherwise) {
  const std::optional<std::string> text = Argument(name);
  return text.has_value() ? std::strtoull(text->c_str(), nullptr, 10) : otherwise;
}

/// Ends a child process that cannot go on.
template <class T>
T Must(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().message().c_str());
    _exit(1);
  }
  return std::move(result).value();
}
void MustOk(const Status& status) { Must(status.ok() ? Result<int>(0) : Result<int>(status)); }

/// The callee's book, which this host has; now and then it has not, or cannot say who calls.
class Books final : public FactSource {
 public:
  explicit Books(const Catalog& catalog) : contact_(Must(catalog.Find("callee.contact(caller)"))) {}
  ReadState Read(Group group, const Question&, GroupWriter& out) noexcept override {
    ++asked_;
    if (asked_ % 37 == 0) return ReadState::kUnavailable;
    if (group != Group::kContact) return ReadState::kNotMine;
    out.Set(contact_, static_cast<FactCode>(asked_ % 5));
    return ReadState::kRead;
  }

 private:
  FactId contact_;
  uint64_t asked_ = 0;
};

/// What a process does, by number.
class Life {
 public:
  Life(std::string folder, const bench::WorldSize& size, int number, uint64_t decisions)
      : folder_(std::move(folder)), size_(size), number_(number), decisions_(decisions) {}

  [[noreturn]] void Live() {
    Store store = Must(bench::OpenWorld(folder_ + "/world.db", size_));
    LogOptions options;
    options.path = folder_ + "/log";
    options.keys = folder_ + "/log.keys";
    options.ballast_bytes = 0;
    options.ring_entries = 65536;
    options.block_ms = 60000;
    options.collect = number_ % 3 == 0 ? LogOptions::Collect::kAll : LogOptions::Collect::kRead;
    options.sealing =
        number_ % 4 == 1 ? LogOptions::Sealing::kDecider : LogOptions::Sealing::kSealer;
    DecisionLog log = Must(DecisionLog::Open(options, store));
    EngineOptions engine_options;
    engine_options.store = store;
    engine_options.log = log;
    Engine engine = Must(Engine::Open(std::move(engine_options)));
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] { Decide(engine, store, i); });
    }
    for (std::thread& thread : threads) thread.join();
    if (number_ % 2 == 0 && number_ + 1 < kProcesses) std::raise(SIGKILL);
    MustOk(log.Close());
    _exit(0);
  }

 private:
  void Decide(Engine& engine, Store& store, int thread) {
    Books books(engine.catalog());
    FactSource* const sources[] = {&books};
    Reader reader = Must(engine.NewReader(sources));
    const uint64_t seed = Seed() + static_cast<uint64_t>(number_ * kThreads + thread);
    const uint64_t count = decisions_ / kThreads;
    const std::vector<bench::Pair> pairs =
        Must(bench::SamplePairs(size_, std::min<uint64_t>(count, 20000), seed, reader));
    int step = 0;
    for (uint64_t i = 0; i < count; ++i) {
      // The other one goes on meanwhile.
      if (thread == 0 && i % (count / kChanges + 1) == count / kChanges / 2) Change(store, step++);
      const bool dies = number_ % 4 == 2 && thread == 0 && i == count * 3 / 4;
      if (dies) std::raise(SIGKILL);  // in the middle of the other one's work
      const bench::Pair& pair = pairs[(i * 7) % pairs.size()];
      Question question;
      question.caller = i % 5 == 0 ? Party(pair.caller) : Party::Handle(pair.caller_handle);
      question.callee = i % 7 == 0 ? Party("nobody") : Party::Handle(pair.callee_handle);
      question.caller_without_account = i % 41 == 0;
      if (question.caller_without_account) question.caller = {};
      if (!Must(reader.Decide(question)).recorded()) _exit(2);
    }
  }

  void Change(Store& store, int step) const {
    const char* const policies[] = {"x-2024", "default", "x-2023"};
    if (step == 3) {
      Must(store.RollbackPolicy());
    } else {
      const char* const name = policies[(number_ + step) % 3];
      Must(store.ActivatePolicy(Must(Policy::ShippedText(name)), name, "because"));
    }
    Store::Transaction transaction = Must(store.Begin());
    const FactId enabled = Must(store.catalog().FindUserEntry("calls_enabled"));
    const FactId blocks = Must(store.catalog().FindRelation("blocks"));
    for (uint64_t i = 0; i < size_.users / 20; ++i) {
      const uint64_t user = (i * 17 + static_cast<uint64_t>(step)) % size_.users;
      MustOk(transaction.SetUser(bench::UserName(user), enabled, static_cast<FactCode>(i % 3)));
      if (i % 10 != 0) continue;
      MustOk(transaction.Relate(bench::UserName(user), blocks,
                                bench::UserName((user + 1) % size_.users), 1));
    }
    Must(transaction.Commit());
  }

  const std::string folder_;
  const bench::WorldSize size_;
  const int number_;
  const uint64_t decisions_;
};

/// SQLite's connections, and the log's threads, do not survive a fork: this process has none yet.
template <class Work>
int InChild(const Work& work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) work();
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

double SecondsOf(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Recorded {
  TemporaryFolder folder;
  bench::WorldSize size;
  uint64_t at_most = 0;  ///< decisions
  std::string path() const { return folder.file("log"); }
};

void Record(Recorded* out) {
  out->size.users = NumberArgument("users", 4000);
  out->size.relations = NumberArgument("relations", 40000);
  const uint64_t wanted = NumberArgument("decisions", 20000);
  const std::string& folder = out->folder.path();
  const double filling = SecondsOf([&] {
    REQUIRE(
        InChild([&] {
          Must(bench::OpenWorld(folder + "/world.db", out->size));
          MustOk(DecisionLog::Init({folder + "/log", folder + "/log.keys", "example.com/graph"}));
          _exit(0);
        }) == 0);
  });
  const uint64_t each = wanted / kProcesses / kThreads * kThreads;
  const double deciding = SecondsOf([&] {
    for (int i = 0; i < kProcesses; ++i) {
      const int status = InChild([&] { Life(folder, out->size, i, each).Live(); });
      const bool killed = i % 2 == 0 && i + 1 < kProcesses;
      REQUIRE((killed ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL : status == 0));
      out->at_most += each;
    }
  });
  std::cout << out->size.relations << " relations in " << filling << " s, " << out->at_most
            << " decisions in " << deciding << " s\n";
}

TEST_CASE("decisions on a graph, by processes that come and go, follow from their facts") {
  Recorded recorded;
  Record(&recorded);
  StoreOptions in_file;
  in_file.path = recorded.folder.file("world.db");
  in_file.mode = StoreOptions::Mode::kReadWrite;
  const Result<Store> store = Store::Open(in_file);
  REQUIRE_MESSAGE(store.ok(), store.status().message());
  const Result<LogReader> reader = LogReader::Open(recorded.path());
  REQUIRE(reader.ok());
  const Result<LogVerification> verified = reader->Verify({});
  REQUIRE(verified.ok());
  CHECK(verified->findings.empty());
  CHECK(verified->unclean_boots == kProcesses / 2);
  const uint64_t entries = verified->decisions + verified->not_recorded;
  CHECK(entries <= recorded.at_most);
  CHECK(entries > recorded.at_most * 3 / 4);
  // Of a process that is killed, at most what its threads were deciding right then.
  CHECK(verified->not_recorded <= kProcesses * kThreads);
  ReplayOptions options;
  options.secrets.store = *store;
  options.secrets.keys = recorded.folder.file("log.keys");
  for (const int threads : {1, 2}) {
    options.threads = threads;
    std::optional<ReplayReport> report;
    const double seconds = SecondsOf([&] { report = Replay(*reader, options).value(); });
    for (const ReplayDivergence& each : report->divergences) {
      FAIL_CHECK(each.month << "/" << each.index << ": " << each.stage);
    }
    CHECK(report->entries == entries);
    CHECK(report->reproduced == verified->decisions);
    CHECK(report->not_replayable == verified->not_recorded);
    CHECK(report->policies.size() == 3);
    uint64_t under = 0;
    for (const ReplayPolicyPeriod& period : report->policy_periods) under += period.decisions;
    CHECK(under == verified->decisions);
    std::cout << "replayed by " << threads << " threads: "
              << static_cast<uint64_t>(static_cast<double>(report->entries) / seconds)
              << " decisions/s\n";
  }
  // Whatever another policy would have done, every entry is somewhere.
  options.mode = ReplayMode::kWhatIf;
  uint64_t changed = 0;
  for (const std::string& name : Policy::ShippedNames()) {
    options.policy = *Policy::Shipped(name);
    const ReplayReport report = Replay(*reader, options).value();
    CHECK(report.entries == entries);
    CHECK(report.covered() + report.indeterminate == verified->decisions);
    changed += report.changed;
    uint64_t flows = 0, rules = 0;
    for (const ReplayFlow& flow : report.flows) flows += flow.entries;
    for (const ReplayRule& rule : report.new_rules) rules += rule.entries;
    CHECK(flows == report.covered());
    CHECK(rules == report.covered());
    std::cout << "under " << name << ": " << report.reproduced << " the same, " << report.changed
              << " changed, " << report.indeterminate << " indeterminate\n";
  }
  // None of them under every policy.
  CHECK(changed > 0);
  const Result<LogDescription> description = ReadDescription(&SystemFiles(), recorded.path());
  REQUIRE(description.ok());
  std::filesystem::remove_all("/dev/shm/ringfence-" + ToHex(description->identity));
}

}  // namespace
}  // namespace ringfence
