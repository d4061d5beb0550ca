// What "who may ring" and "who can be rung" cost on a store of millions of relations, against
// deciding every pair in batches.
//   who_bench [--db FILE] [--users N] [--relations N] [--seed N] [--benchmark_...]
#include <benchmark/benchmark.h>
#include <ringfence/engine.h>
#include <ringfence/limits.h>
#include <ringfence/who.h>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/report.h"
#include "bench/support.h"
#include "bench/world.h"
#include "bench/world_options.h"

namespace ringfence::bench {
namespace {

/// Everybody may ring whom they are not blocked by: no plan helps.
constexpr const char* kEverybody =
    R"x({"policy": "everybody", "catalog": 1, "unknown_callee": "refuse", "decisions": {"ring": {
      "floor": [{"id": "blocked", "when": "callee.blocks(caller) || caller.blocks(callee)",
                 "then": "refuse"}],
      "rules": [{"id": "off", "when": "!callee.calls_enabled", "then": "refuse"}],
      "otherwise": "ring", "on_unavailable": "refuse"}}})x";
constexpr size_t kSubjects = 64;

class NoBooks final : public FactSource {
 public:
  ReadState Read(Group group, const Question&, GroupWriter&) noexcept override {
    const bool contact = group == Group::kContact || group == Group::kCallerContact;
    return contact ? ReadState::kUnavailable : ReadState::kNotMine;
  }
};

/// One policy on the world: both ways to answer.
class Asking {
 public:
  Asking(const Store& store, const WorldSize& size, const Policy& policy) : size_(size) {
    EngineOptions options;
    options.store = store;
    options.policy = policy;
    engine_ = Must(Engine::Open(std::move(options)));
    FactSource* const sources[] = {&no_books_};
    reader_ = Must(engine_->NewReader(sources));
    for (uint64_t i = 0; i < size.users; ++i) {
      handles_.push_back(Party::Handle(Must(reader_->Resolve(UserName(i)))));
    }
    handles_.push_back(Party::Handle(Must(reader_->Resolve(size.Marker()))));
    decisions_.resize(kMaxBatch);
  }

  uint64_t Plan(size_t number, bool may_ring) {
    const std::string user = UserName(Subject(number));
    const WhoOptions options;
    return Must(may_ring ? WhoMayRing(*engine_, user, options)
                         : WhoCanBeRungBy(*engine_, user, options))
        .certain;
  }

  uint64_t EachPair(size_t number, bool may_ring) {
    const Party subject = handles_[Subject(number)];
    uint64_t certain = 0;
    for (size_t first = 0; first < handles_.size(); first += kMaxBatch) {
      const size_t count = std::min<size_t>(kMaxBatch, handles_.size() - first);
      const std::span others = std::span<const Party>(handles_).subspan(first, count);
      const std::span decisions = std::span(decisions_).first(count);
      Question question;
      if (may_ring) {
        question.callee = subject;
        questions_.assign(count, question);
        for (size_t i = 0; i < count; ++i) questions_[i].caller = others[i];
        MustOk(reader_->DecideBatch(questions_, decisions));
      } else {
        question.caller = subject;
        MustOk(reader_->DecideBatch(question, others, decisions));
      }
      for (size_t i = 0; i < count; ++i) {
        certain += others[i].handle != subject.handle && decisions[i].let_through() ? 1 : 0;
      }
    }
    return certain;
  }

 private:
  /// Users all over the world: some are followed by thousands, most by a few.
  size_t Subject(size_t number) const { return (number % kSubjects) * (size_.users / kSubjects); }

  const WorldSize size_;
  NoBooks no_books_;
  std::optional<Engine> engine_;
  std::optional<Reader> reader_;
  std::vector<Party> handles_;
  std::vector<Question> questions_;
  std::vector<Decision> decisions_;
};

void Register(const std::string& name, Asking& asking, bool may_ring) {
  benchmark::RegisterBenchmark(name.c_str(), [&asking, may_ring](benchmark::State& state) {
    // The two must agree, or there is nothing to compare. No policy here needs an address book.
    if (asking.Plan(1, may_ring) != asking.EachPair(1, may_ring)) Fail("two answers differ");
    MeasureInTurns(
        state, 1, [&](size_t number) { benchmark::DoNotOptimize(asking.Plan(number, may_ring)); },
        [&](size_t number) { benchmark::DoNotOptimize(asking.EachPair(number, may_ring)); });
  });
}

int Main(int argc, char** argv) {
  const WorldOptions options = TakeWorldOptions(&argc, argv);
  const Folder folder;
  const Store store =
      Must(OpenWorld(options.db.empty() ? folder.file("world.db") : options.db, options.size));
  Asking by_default(store, options.size, Must(Policy::Shipped("default")));
  Asking everybody(store, options.size, Must(Policy::Compile(kEverybody, "everybody.json")));
  Register("may ring, default", by_default, true);
  Register("can be rung by, default", by_default, false);
  Register("may ring, all users", everybody, true);
  Register("can be rung by, all users", everybody, false);
  Rounds rounds;
  RunRounds(&argc, argv, &rounds);
  const std::vector<Row> rows = {{"may ring, default", {}, true, {}, false},
                                 {"can be rung by, default", {}, true, {}, false},
                                 {"may ring, all users", {}, false, {}, false},
                                 {"can be rung by, all users", {}, false, {}, false}};
  std::printf("Who, against deciding every pair of %llu users\n",
              static_cast<unsigned long long>(options.size.users));
  PrintTable(rounds, rows, {}, 1e6, "ms");
  return ExitCode(rounds, rows);
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
