// What facts of earlier calls cost a decision from SQLite, against the same decision by a policy
// that does without; and what counting costs, against the same Reader that counts nothing.
//   attempts_bench [--benchmark_...]
#include <benchmark/benchmark.h>
#include <ringfence/attempts.h>
#include <ringfence/engine.h>

#include <cstdio>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/report.h"
#include "bench/support.h"

namespace ringfence::bench {
namespace {

constexpr size_t kPairs = 2000;
constexpr int kMostUsers = 255;  ///< of the rows of callees and previews

/// Both read callee, caller and the pair; one of them also the earlier calls.
constexpr const char* kPolicy = R"json({
  "policy": "bench", "catalog": 1, "unknown_callee": "refuse",
  "decisions": { "ring": {
    "floor": [ { "id": "blocked", "when": "callee.blocks(caller)", "then": "refuse" } ],
    "rules": [ { "id": "unverified", "when": "!caller.verified", "then": "refuse" },
               LIMIT
               { "id": "followed", "when": "callee.allow_followed && callee.follows(caller)",
                 "then": "ring" } ],
    "otherwise": "refuse", "on_unavailable": "refuse" } } })json";
constexpr const char* kLimit = R"json(
               { "id": "often", "then": "refuse",
                 "when": "callee.attempts_1h(caller) >= 15 && caller.callees_1h >= 100" },)json";

Policy PolicyWith(const char* limit) {
  std::string text = kPolicy;
  text.replace(text.find("LIMIT"), 5, limit);
  return Must(Policy::Compile(text));
}

/// How much there was to remember of each pair.
enum class Past : uint8_t { kNothing, kSome, kMuch };

class World {
 public:
  explicit World(Past past) {
    StoreOptions options;
    options.path = folder_.file("calls.db");
    options.mode = StoreOptions::Mode::kCreate;
    store_ = Must(Store::Open(options));
    Store::Transaction users = Must(store_->Begin());
    const Catalog& catalog = store_->catalog();
    const FactId verified = Must(catalog.FindUserEntry("verified"));
    const FactId follows = Must(catalog.FindRelation("follows"));
    for (size_t i = 0; i < kPairs; ++i) {
      MustOk(users.SetUser(Caller(i), verified, Must(catalog.ParseValue(verified, "true"))));
      MustOk(users.Relate(Callee(i), follows, Caller(i), 1));
    }
    Must(users.Commit());
    if (past != Past::kNothing) Remember(past);
  }

  Reader NewReader(const Policy& policy, const std::optional<Attempts>& attempts) {
    EngineOptions options;
    options.store = store_;
    options.policy = policy;
    options.attempts = attempts;
    engines_.push_back(Must(Engine::Open(std::move(options))));
    return Must(engines_.back().NewReader());
  }
  const Store& store() const { return *store_; }
  static std::string Caller(size_t i) { return "caller" + std::to_string(i); }
  static std::string Callee(size_t i) { return "callee" + std::to_string(i); }

 private:
  void Remember(Past past) {
    Attempts attempts = Must(Attempts::Open(*store_));
    const int callees = past == Past::kMuch ? kMostUsers : 5;
    for (size_t i = 0; i < kPairs; ++i) {
      const std::string caller = Caller(i);
      for (int k = 0; k < 3; ++k) MustOk(attempts.Attempted(caller, Callee(i)));
      MustOk(attempts.Unanswered(caller, Callee(i)));
      MustOk(attempts.Attempted(Callee(i), caller));
      MustOk(attempts.Attempted("", Callee(i)));
      for (int k = 1; k < callees; ++k) {
        const std::string other = "other" + std::to_string(k);
        MustOk(attempts.Attempted(caller, other));
        MustOk(attempts.Previewed(caller, other));
      }
      if (i % 50 == 0) MustOk(attempts.Flush());
    }
    MustOk(attempts.Flush());
  }

  Folder folder_;
  std::optional<Store> store_;
  std::deque<Engine> engines_;
};

/// Two Readers asked the same in turns.
class Asking {
 public:
  Asking(Reader measured, Reader baseline)
      : measured_(std::move(measured)), baseline_(std::move(baseline)) {
    for (size_t i = 0; i < kPairs; ++i) {
      Question question;
      question.caller = names_.emplace_back(World::Caller(i));
      question.callee = names_.emplace_back(World::Callee(i));
      questions_.push_back(question);
      if (Must(measured_.Decide(question)).rule != "followed") Fail("a wrong rule decides");
      if (Must(baseline_.Decide(question)).rule != "followed") Fail("a wrong rule decides");
    }
  }

  void Run(benchmark::State& state) {
    const auto chunk = [this](Reader* reader) {
      return [this, reader](size_t turn) {
        DecideAll(*reader, std::span(questions_).subspan(turn * kChunk % kPairs, kChunk));
      };
    };
    MeasureInTurns(state, kChunk, chunk(&measured_), chunk(&baseline_));
  }

 private:
  static constexpr size_t kChunk = 200;
  static_assert(kPairs % kChunk == 0);

  Reader measured_, baseline_;
  std::deque<std::string> names_;
  std::vector<Question> questions_;
};

int Main(int argc, char** argv) {
  Rounds rounds;
  std::deque<World> worlds;
  std::deque<Attempts> counting;
  std::deque<Asking> askings;
  std::vector<Row> rows;
  const Policy with = PolicyWith(kLimit);
  const Policy without = PolicyWith("");
  const auto add = [&](const char* name, Reader measured, Reader baseline,
                       std::optional<double> at_most) {
    Asking& asking = askings.emplace_back(std::move(measured), std::move(baseline));
    rows.push_back({name, at_most, false, std::nullopt, true});
    benchmark::RegisterBenchmark(name, [&asking](benchmark::State& state) { asking.Run(state); });
  };
  const std::pair<Past, const char*> pasts[] = {
      {Past::kNothing, "earlier calls, there were none"},
      {Past::kSome, "earlier calls, a few"},
      {Past::kMuch, "earlier calls, 255 callees and previews"}};
  for (const auto& [past, name] : pasts) {
    World& world = worlds.emplace_back(past);
    const auto at_most = past == Past::kMuch ? std::nullopt : std::optional<double>(2.0);
    add(name, world.NewReader(with, std::nullopt), world.NewReader(without, std::nullopt), at_most);
  }
  // What is counted waits: a flush would be measured by its own thread, not by this one, but makes
  // both Readers read pages again.
  AttemptsOptions waiting;
  waiting.flush_ms = 10000;
  waiting.max_pending = size_t{1} << 20;
  counting.push_back(Must(Attempts::Open(worlds[1].store(), waiting)));
  add("counting, by a policy without earlier calls", worlds[1].NewReader(without, counting.back()),
      worlds[1].NewReader(without, std::nullopt), std::nullopt);
  RunRounds(&argc, argv, &rounds);
  std::printf("%zu pairs by id; all policies read callee, caller and pair\n", kPairs);
  PrintTable(rounds, rows, {"allocs"}, 1, "ns");
  return ExitCode(rounds, rows);
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
