// What a user's own list costs a decision from SQLite, against a decision of the same kind about a
// user without one.
//   list_bench [--benchmark_...]
#include <benchmark/benchmark.h>
#include <ringfence/engine.h>
#include <ringfence/lists.h>

#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "bench/report.h"
#include "bench/support.h"

namespace ringfence::bench {
namespace {

constexpr size_t kCallees = 50;  ///< their pages stay in SQLite's cache

/// The same rules, without and with the list.
constexpr const char* kWithoutList =
    R"x({"policy": "without", "catalog": 1, "unknown_callee": "refuse", "decisions": {"ring": {
      "floor": [{"id": "blocked", "when": "callee.blocks(caller)", "then": "refuse"}],
      "rules": [{"id": "verified", "when": "caller.verified", "then": "ring"},
                {"id": "off", "when": "!callee.calls_enabled", "then": "refuse"}],
      "otherwise": "ring", "on_unavailable": "refuse"}}})x";
constexpr const char* kWithList =
    R"x({"policy": "with", "catalog": 1, "unknown_callee": "refuse", "decisions": {"ring": {
      "floor": [{"id": "blocked", "when": "callee.blocks(caller)", "then": "refuse"}],
      "rules": [{"id": "listed", "when": "callee.list(caller) == 'never'", "then": "refuse"},
                {"id": "verified", "when": "caller.verified", "then": "ring"},
                {"id": "off", "when": "!callee.calls_enabled", "then": "refuse"}],
      "otherwise": "ring", "on_unavailable": "refuse"}}})x";

class World {
 public:
  World() {
    StoreOptions options;
    options.path = folder_.file("l.db");
    options.mode = StoreOptions::Mode::kCreate;
    store_ = Must(Store::Open(options));
    Fill();
  }

  Reader NewReader(const char* policy) {
    EngineOptions options;
    options.store = store_;
    options.policy = Must(Policy::Compile(policy, "bench.json"));
    engines_.push_back(Must(Engine::Open(std::move(options))));
    return Must(engines_.back().NewReader());
  }

 private:
  void Fill() {
    Lists lists(*store_);
    {
      const FactId enabled = Must(store_->catalog().FindUserEntry("calls_enabled"));
      Store::Transaction writes = Must(store_->Begin());
      for (size_t i = 0; i < kCallees; ++i) {
        for (const char* role : {"plain", "long", "full", "stranger"}) {
          MustOk(writes.SetUser(role + std::to_string(i), enabled, 2));
        }
      }
      Must(writes.Commit());
    }
    std::vector<ListEntry> entries;
    for (size_t i = 0; i < kMaxListPersons; ++i) {
      entries.push_back(Must(ParseListEntry("never", "person:p" + std::to_string(i))));
    }
    for (size_t i = 0; i < kCallees; ++i) Must(lists.Replace("long" + std::to_string(i), entries));
    for (size_t i = 0; i < kMaxListGroups; ++i) {
      const std::string group = "g" + std::to_string(i);
      const std::string_view member[] = {"p0"};
      Must(lists.AddToGroup(group, member));
      entries.push_back(Must(ParseListEntry("always", "group:" + group)));
    }
    for (size_t i = 0; i < kMaxListDomains; ++i) {
      entries.push_back(
          Must(ParseListEntry("never", "domain:*.d" + std::to_string(i) + ".example")));
    }
    for (size_t i = 0; i < kCallees; ++i) Must(lists.Replace("full" + std::to_string(i), entries));
  }

  Folder folder_;
  std::optional<Store> store_;
  std::deque<Engine> engines_;
};

/// One kind of questions, to a Reader of their own.
struct Side {
  const char* policy;
  const char* callee;
  const char* caller;  ///< "p": somebody on long lists
};

class Asking {
 public:
  Asking(World& world, const Side& side, const char* rule) : reader_(world.NewReader(side.policy)) {
    for (size_t i = 0; i < kCallees; ++i) {
      Question question;
      question.callee = Party::Handle(Must(reader_.Resolve(side.callee + std::to_string(i))));
      question.caller = Party::Handle(Must(reader_.Resolve(side.caller + std::to_string(i))));
      questions_.push_back(question);
      if (Must(reader_.Decide(question)).rule != rule) Fail("a wrong rule decides");
    }
  }
  void Ask() { DecideAll(reader_, questions_); }

 private:
  Reader reader_;
  std::vector<Question> questions_;
};

void Compare(benchmark::State& state, World& world, const Side& side, const char* rule,
             const Side& base) {
  Asking with(world, side, rule);
  Asking without(world, base, "otherwise");
  MeasureInTurns(
      state, kCallees, [&](size_t) { with.Ask(); }, [&](size_t) { without.Ask(); });
}

int Main(int argc, char** argv) {
  World world;
  const Side plain{kWithList, "plain", "stranger"};
  const Side untested{kWithoutList, "plain", "stranger"};
  benchmark::RegisterBenchmark("no list, tested or not", [&](benchmark::State& state) {
    Compare(state, world, plain, "otherwise", untested);
  });
  benchmark::RegisterBenchmark("1,000 persons, listed", [&](benchmark::State& state) {
    Compare(state, world, {kWithList, "long", "p"}, "listed", plain);
  });
  benchmark::RegisterBenchmark("1,000 persons, stranger", [&](benchmark::State& state) {
    Compare(state, world, {kWithList, "long", "stranger"}, "otherwise", plain);
  });
  benchmark::RegisterBenchmark("and 20 groups, 100 domains", [&](benchmark::State& state) {
    Compare(state, world, {kWithList, "full", "stranger"}, "otherwise", plain);
  });
  Rounds rounds;
  RunRounds(&argc, argv, &rounds);
  // The last reads a row for each group: what the limits allow at most, without a target.
  const std::vector<Row> rows = {{"no list, tested or not", 1.15, false, {}, true},
                                 {"1,000 persons, listed", 2.0, false, {}, true},
                                 {"1,000 persons, stranger", 2.0, false, {}, true},
                                 {"and 20 groups, 100 domains", {}, false, {}, true}};
  std::printf("What a callee's own list costs a decision from SQLite, against a callee without\n");
  PrintTable(rounds, rows, {"allocs"}, 1, "ns");
  return ExitCode(rounds, rows);
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
