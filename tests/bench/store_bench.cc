// Decisions from a large SQLite store against the point reads they need, written by hand, in one
// run.
//   store_bench [--db FILE] [--users N] [--relations N] [--seed N] [--benchmark_...]
#include <benchmark/benchmark.h>
#include <ringfence/engine.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "bench/baseline.h"
#include "bench/report.h"
#include "bench/support.h"
#include "bench/world.h"
#include "bench/world_options.h"

namespace ringfence::bench {
namespace {

/// Pairs that touch pages all over the file, and few enough to stay in SQLite's page cache.
constexpr size_t kSpread = 20000;
constexpr size_t kHot = 64;
constexpr size_t kBatch = 100;
/// Questions asked of one side before it is the other's turn: about a millisecond.
constexpr size_t kChunk = 200;
static_assert(kSpread % kChunk == 0 && kChunk % kBatch == 0);
constexpr GroupSet kFull = Bit(Group::kCallee) | Bit(Group::kCaller) | Bit(Group::kPair);

/// A gate that does not need to know who calls, before everything else.
constexpr std::string_view kGatePolicy = R"json({
  "policy": "gate", "catalog": 1, "unknown_callee": "refuse",
  "decisions": { "ring": {
    "floor": [
      { "id": "web", "when": "call.platform == 'web'", "then": "refuse" },
      { "id": "blocked", "when": "callee.blocks(caller) || caller.blocks(callee)",
        "then": "refuse" } ],
    "rules": [ { "id": "verified", "when": "caller.verified", "then": "ring" } ],
    "otherwise": "refuse", "on_unavailable": "refuse" } } })json";

enum class By { kHandle, kId };

/// What one benchmark asks, and what its decisions were when asked once beforehand.
struct Questions {
  std::vector<Question> list;
  std::vector<GroupSet> reads;   ///< of callee, caller and pair: what the baseline reads
  double facts = 0, groups = 0;  ///< per decision
};

/// Everything the benchmarks share, alive while they run.
class Bench {
 public:
  Bench(std::string path, const WorldSize& size)
      : path_(std::move(path)), store_(Must(OpenWorld(path_, size))) {
    Engine engine = EngineFor(Must(Policy::Shipped("default")));
    Reader reader = Must(engine.NewReader());
    pairs_ = Must(SamplePairs(size, kSpread, size.seed + 1, reader));
    const Catalog& catalog = engine.catalog();
    app_ = {Must(catalog.MakeFact("call.media", "audio")),
            Must(catalog.MakeFact("call.platform", "ios"))};
    web_ = {Must(catalog.MakeFact("call.media", "audio")),
            Must(catalog.MakeFact("call.platform", "web"))};
  }

  void RegisterAll() {
    const Policy rules = Must(Policy::Shipped("default"));
    const Policy x_2024 = Must(Policy::Shipped("x-2024"));
    const Policy gate = Must(Policy::Compile(kGatePolicy, "gate"));
    for (const auto& [place, count] : {std::pair{", spread", kSpread}, std::pair{", hot", kHot}}) {
      const auto below = count == kSpread ? std::optional<double>(1.0) : std::nullopt;
      for (const Policy& policy : {rules, x_2024}) {
        Register(policy.name() + ", by handle" + place, policy, By::kHandle, count);
        Register(policy.name() + ", by id" + place, policy, By::kId, count);
      }
      RegisterSkip(std::string("default, calls off") + place, rules, app_, "calls-off", count,
                   below);
      RegisterSkip(std::string("call gate") + place, gate, web_, "web", count, below);
    }
    RegisterBatch("default, batch of 100", rules);
    RegisterBatch("x-2024, batch of 100", x_2024);
    RegisterPreview("x-2024, preview", x_2024);
    RegisterExplain("x-2024, explain", x_2024);
  }

  const std::vector<Row>& rows() const { return rows_; }

 private:
  Engine EngineFor(const Policy& policy) {
    EngineOptions options;
    options.store = store_;
    options.policy = policy;
    return Must(Engine::Open(std::move(options)));
  }

  /// Each benchmark has its own, so that all page caches are of the same size and age.
  Reader* NewReader(const Policy& policy) {
    engines_.push_back(EngineFor(policy));
    readers_.push_back(std::make_unique<Reader>(Must(engines_.back().NewReader())));
    return readers_.back().get();
  }
  Baseline* NewBaseline() {
    baselines_.push_back(std::make_unique<Baseline>(path_));
    return baselines_.back().get();
  }

  static Question Ask(const Pair& pair, By by, const std::vector<Fact>& facts) {
    Question question;
    question.caller = by == By::kHandle ? Party::Handle(pair.caller_handle) : Party(pair.caller);
    question.callee = by == By::kHandle ? Party::Handle(pair.callee_handle) : Party(pair.callee);
    question.facts = facts;
    return question;
  }

  /// Asks each once, and notes what it took. Only questions decided by `rule`, if one is given.
  Questions* Prepare(Reader& reader, By by, const std::vector<Fact>& facts, size_t count,
                     std::string_view rule) {
    questions_.push_back(std::make_unique<Questions>());
    Questions& questions = *questions_.back();
    for (const Pair& pair : pairs_) {
      if (questions.list.size() == count) break;
      const Question question = Ask(pair, by, facts);
      const Decision decision = Must(reader.Decide(question));
      if (!rule.empty() && decision.rule != rule) continue;
      if (decision.groups_unavailable != 0) Fail("a group could not be read");
      questions.list.push_back(question);
      questions.reads.push_back(decision.groups_read & kFull);
      questions.facts += decision.facts_read.Count();
      questions.groups += std::popcount(decision.groups_read);
    }
    if (questions.list.empty()) Fail("no question is decided by rule " + std::string(rule));
    questions.facts /= static_cast<double>(questions.list.size());
    questions.groups /= static_cast<double>(questions.list.size());
    return &questions;
  }

  /// Asks every question of a round in chunks. `decide` and `read` take the index of a question and
  /// do `per_call` of them; `read` may be null.
  template <class Decide, class Read>
  void AddPair(const Row& row, const Questions* questions, size_t per_call, const Decide& decide,
               const Read& read) {
    rows_.push_back(row);
    const size_t count = questions->list.size();
    const size_t chunk = std::min(count, kChunk);
    const auto in_chunks = [=](const auto& ask) -> Turn {
      return [=](size_t turn) {
        const size_t first = turn * chunk % count;
        for (size_t i = first; i < first + chunk; i += per_call) ask(i % count);
      };
    };
    const Turn deciding = in_chunks(decide);
    Turn reading;
    if constexpr (!std::is_same_v<Read, std::nullptr_t>) reading = in_chunks(read);
    benchmark::RegisterBenchmark(row.name.c_str(), [=](benchmark::State& state) {
      MeasureInTurns(state, chunk, deciding, reading);
      state.counters["facts"] = questions->facts;
      state.counters["groups"] = questions->groups;
    });
  }

  auto Decides(Reader* reader, const Questions* questions) {
    return [=](size_t i) {
      Result<Decision> decision = reader->Decide(questions->list[i]);
      if (!decision.ok()) Fail(decision.status().message());
      benchmark::DoNotOptimize(decision);
    };
  }

  /// (a) and (b): the reads that the decision made, and for ids the two look-ups.
  void Register(const std::string& name, const Policy& policy, By by, size_t count) {
    Reader* const reader = NewReader(policy);
    Baseline* const baseline = NewBaseline();
    const Questions* const questions = Prepare(*reader, by, app_, count, "");
    AddPair({name, 1.15, false, {}, true}, questions, 1, Decides(reader, questions), [=](size_t i) {
      const Question& question = questions->list[i];
      int64_t callee = question.callee.handle;
      int64_t caller = question.caller.handle;
      baseline->Begin();
      if (by == By::kId) {
        callee = baseline->LookUp(question.callee.id);
        caller = baseline->LookUp(question.caller.id);
      }
      benchmark::DoNotOptimize(baseline->Read(questions->reads[i], callee, caller));
      baseline->Commit();
    });
  }

  /// (c): questions that one rule decides without reading everything, against all three reads.
  void RegisterSkip(const std::string& name, const Policy& policy, const std::vector<Fact>& facts,
                    std::string_view rule, size_t count, std::optional<double> below) {
    Reader* const reader = NewReader(policy);
    Baseline* const baseline = NewBaseline();
    const Questions* const questions = Prepare(*reader, By::kHandle, facts, count, rule);
    AddPair({name, below, true, {}, true}, questions, 1, Decides(reader, questions), [=](size_t i) {
      const Question& question = questions->list[i];
      baseline->Begin();
      benchmark::DoNotOptimize(
          baseline->Read(kFull, question.callee.handle, question.caller.handle));
      baseline->Commit();
    });
  }

  /// One caller, `kBatch` callees, one transaction; the baseline reads the caller's row once.
  void RegisterBatch(const std::string& name, const Policy& policy) {
    Reader* const reader = NewReader(policy);
    Baseline* const baseline = NewBaseline();
    const Questions* const questions = Prepare(*reader, By::kHandle, app_, kSpread, "");
    std::vector<Party>& callees = callees_.emplace_back();
    std::vector<GroupSet> reads;
    for (size_t i = 0; i < questions->list.size(); ++i) {
      Question question = questions->list[i / kBatch * kBatch];
      question.callee = questions->list[i].callee;
      callees.push_back(question.callee);
      reads.push_back(Must(reader->Decide(question)).groups_read & kFull);
    }
    batch_.resize(kBatch);
    const auto decide = [=, this, &callees](size_t i) {
      const std::span<const Party> some(&callees[i], kBatch);
      const Status status = reader->DecideBatch(questions->list[i], some, batch_);
      if (!status.ok()) Fail(status.message());
    };
    AddPair({name, {}, false, {}, true}, questions, kBatch, decide, [=](size_t first) {
      const int64_t caller = questions->list[first].caller.handle;
      GroupSet done = 0;
      baseline->Begin();
      for (size_t i = first; i < first + kBatch; ++i) {
        const auto groups = static_cast<GroupSet>(reads[i] & ~(done & Bit(Group::kCaller)));
        const int64_t callee = questions->list[i].callee.handle;
        benchmark::DoNotOptimize(baseline->Read(groups, callee, caller));
        done = static_cast<GroupSet>(done | groups);
      }
      baseline->Commit();
    });
  }

  void RegisterPreview(const std::string& name, const Policy& policy) {
    Reader* const reader = NewReader(policy);
    const Questions* const questions = Prepare(*reader, By::kHandle, app_, kSpread, "");
    const auto preview = [=](size_t i) {
      Result<PreviewAnswer> answer = reader->Preview(questions->list[i]);
      if (!answer.ok()) Fail(answer.status().message());
      benchmark::DoNotOptimize(answer);
    };
    AddPair({name, {}, false, {}, true}, questions, 1, preview, nullptr);
  }

  void RegisterExplain(const std::string& name, const Policy& policy) {
    Reader* const reader = NewReader(policy);
    const Questions* const questions = Prepare(*reader, By::kHandle, app_, kHot, "");
    const auto explain = [=](size_t i) {
      Result<Explanation> explanation = reader->Explain(questions->list[i]);
      if (!explanation.ok()) Fail(explanation.status().message());
      benchmark::DoNotOptimize(explanation);
    };
    AddPair({name, {}, false, {}, false}, questions, 1, explain, nullptr);
  }

  std::string path_;
  Store store_;
  std::vector<Pair> pairs_;
  std::vector<Fact> app_, web_;
  std::vector<Engine> engines_;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::vector<std::unique_ptr<Baseline>> baselines_;
  std::vector<std::unique_ptr<Questions>> questions_;
  std::deque<std::vector<Party>> callees_;
  std::vector<Decision> batch_;
  std::vector<Row> rows_;
};

int Main(int argc, char** argv) {
  WorldOptions options = TakeWorldOptions(&argc, argv);
  std::unique_ptr<Folder> folder;
  if (options.db.empty()) {
    folder = std::make_unique<Folder>();
    options.db = folder->file("world.db");
  }
  Rounds rounds;
  Bench bench(options.db, options.size);
  bench.RegisterAll();
  RunRounds(&argc, argv, &rounds);
  std::printf("%s\n", options.size.Marker().c_str());
  PrintTable(rounds, bench.rows(), {"facts", "groups", "allocs"}, 1, "ns");
  return ExitCode(rounds, bench.rows());
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
