// What the contact fact costs a decision: from SQLite with a book of 500 entries, against a
// decision of the same policy about the same callee that does without it, because she follows the
// caller.
//   contact_decision_bench [--benchmark_...]
#include <benchmark/benchmark.h>
#include <ringfence/contacts.h>
#include <ringfence/engine.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "bench/random.h"
#include "bench/report.h"
#include "bench/support.h"
#include "contacts/oprf/token.h"

namespace ringfence::bench {
namespace {

constexpr size_t kPairs = 200;  ///< their pages stay in SQLite's cache
constexpr size_t kBookEntries = 500;
constexpr size_t kPhones = 5;  ///< of an account with eight identifiers

std::string Phone(size_t account, size_t number) {
  return "+1415" + std::to_string(1000000 + account * 10 + number);
}

/// Friends and strangers with one or eight identifiers, one or two epochs, and callees whose book
/// has the first identifier of the friend of the same number.
class World {
 public:
  World(size_t identifiers, bool two_epochs) {
    StoreOptions options;
    options.path = folder_.file("c.db");
    options.mode = StoreOptions::Mode::kCreate;
    store_ = Must(Store::Open(options));
    MustOk(Contacts::CreateKeyFile(folder_.file("keys")));
    ContactOptions contact_options;
    contact_options.key_file = folder_.file("keys");
    contact_options.allow_raw = true;
    contacts_ = Must(Contacts::Open(*store_, contact_options));
    if (two_epochs) Must(contacts_->AddEpoch());
    // Side by side, so that their pages are as near to the callee's.
    for (size_t i = 0; i < kPairs; ++i) {
      AddCaller("friend" + std::to_string(i), 2 * i, identifiers);
      AddCaller("stranger" + std::to_string(i), 2 * i + 1, identifiers);
      AddCallee(i);
      SetUp(i);
    }
  }

  Reader NewReader(const Policy& policy) {
    EngineOptions options;
    options.store = store_;
    options.contacts = contacts_;
    options.policy = policy;
    engines_.push_back(Must(Engine::Open(std::move(options))));
    return Must(engines_.back().NewReader());
  }

 private:
  void AddCaller(const std::string& user, size_t number, size_t identifiers) {
    for (size_t i = 0; i < identifiers; ++i) {
      const bool phone = i < kPhones;
      const std::string bytes =
          phone ? Phone(number, i) : user + std::to_string(i) + "@example.com";
      const auto kind = phone ? IdentifierKind::kPhone : IdentifierKind::kEmail;
      Must(contacts_->AddIdentifier(user, {kind, bytes}));
    }
  }

  /// Everything the shipped rule sets ask for before they come to the audiences.
  void SetUp(size_t number) {
    const std::string callee = "callee" + std::to_string(number);
    const Catalog& catalog = store_->catalog();
    const FactId messaged = Must(catalog.FindRelation("messaged"));
    const FactId follows = Must(catalog.FindRelation("follows"));
    Store::Transaction writes = Must(store_->Begin());
    for (const char* role : {"callee", "friend", "stranger", "fan"}) {
      const std::string user = role + std::to_string(number);
      for (const char* entry : {"premium", "rolled_out", "on_ios"}) {
        const FactId fact = Must(catalog.FindUserEntry(entry));
        MustOk(writes.SetUser(user, fact, Must(catalog.ParseValue(fact, "true"))));
      }
      if (user != callee) MustOk(writes.Relate(callee, messaged, user, 1));
    }
    MustOk(writes.Relate(callee, follows, "fan" + std::to_string(number), 1));
    Must(writes.Commit());
  }

  void AddCallee(size_t number) {
    const std::string user = "callee" + std::to_string(number);
    Must(store_->SetUser(user, "allow_contacts", "true"));
    const std::string phone = Phone(2 * number, 0);
    const CanonicalIdentifier known{IdentifierKind::kPhone, phone};
    std::vector<ContactToken> tokens = Must(contacts_->EvaluateRaw(user, 1, {&known, 1}));
    Random random(number + 1);
    while (tokens.size() < kBookEntries) {
      ContactToken token;
      for (uint8_t& byte : token) byte = static_cast<uint8_t>(random.Below(256));
      tokens.push_back(token);
    }
    SyncManifest manifest;
    manifest.epoch = 1;
    manifest.region = "US";
    manifest.entries = kBookEntries;
    std::vector<ContactToken> sorted = tokens;
    std::sort(sorted.begin(), sorted.end());
    manifest.digest = DigestOf(sorted);
    const int64_t upload = Must(contacts_->BeginSync(user, manifest));
    MustOk(contacts_->PutSync(user, upload, 0, tokens));
    Must(contacts_->CommitSync(user, upload));
  }

  Folder folder_;
  std::optional<Store> store_;
  std::optional<Contacts> contacts_;
  std::deque<Engine> engines_;
};

enum class Who : uint8_t { kFriend, kStranger };

/// Asks in turns, about friends (or strangers) and about fans.
class Asking {
 public:
  Asking(World& world, const Policy& policy, Who who, bool by_id)
      : reader_(world.NewReader(policy)),
        facts_{Must(policy.catalog().MakeFact("call.media", "audio")),
               Must(policy.catalog().MakeFact("call.platform", "ios"))} {
    for (size_t i = 0; i < kPairs; ++i) {
      Add(who == Who::kFriend ? "friend" : "stranger", i, by_id, &questions_);
      Add("fan", i, by_id, &without_);
      const Decision with = Must(reader_.Decide(questions_.back()));
      if (with.groups_unavailable != 0) Fail("a group could not be read");
      if (with.rule != (who == Who::kFriend ? "contact" : "otherwise"))
        Fail("a wrong rule decides");
      if (Must(reader_.Decide(without_.back())).rule != "followed") Fail("a fan is not followed");
    }
  }

  void Run(benchmark::State& state) {
    MeasureInTurns(
        state, kPairs, [this](size_t) { DecideAll(reader_, questions_); },
        [this](size_t) { DecideAll(reader_, without_); });
  }

  const Question& question(size_t i) const { return questions_[i]; }

  double TimeOne(const Question& question) {
    const auto start = std::chrono::steady_clock::now();
    Result<Decision> decision = reader_.Decide(question);
    const auto end = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(decision);
    return std::chrono::duration<double, std::nano>(end - start).count();
  }

 private:
  void Add(const char* role, size_t number, bool by_id, std::vector<Question>* questions) {
    const std::string& caller = names_.emplace_back(role + std::to_string(number));
    const std::string& callee = names_.emplace_back("callee" + std::to_string(number));
    Question question;
    question.caller = by_id ? Party(caller) : Party::Handle(Must(reader_.Resolve(caller)));
    question.callee = by_id ? Party(callee) : Party::Handle(Must(reader_.Resolve(callee)));
    question.facts = facts_;
    questions->push_back(question);
  }

  Reader reader_;
  std::vector<Fact> facts_;
  std::deque<std::string> names_;
  std::vector<Question> questions_, without_;
};

/// Welch's t of two samples of times, each without its slowest percent: those waited for somebody.
double WelchT(std::vector<double> one, std::vector<double> other) {
  double mean[2], variance_of_mean[2];
  int side = 0;
  for (std::vector<double>* times : {&one, &other}) {
    std::sort(times->begin(), times->end());
    times->resize(times->size() * 99 / 100);
    const auto count = static_cast<double>(times->size());
    double sum = 0, squares = 0;
    for (const double time : *times) sum += time;
    mean[side] = sum / count;
    for (const double time : *times) squares += (time - mean[side]) * (time - mean[side]);
    variance_of_mean[side++] = squares / (count - 1) / count;
  }
  return (mean[0] - mean[1]) / std::sqrt(variance_of_mean[0] + variance_of_mean[1]);
}

/// What somebody with a clock and many calls sees: one Reader, questions with match and without, in
/// random order.
void PrintTiming(Asking& hits, const Asking& misses, size_t calls) {
  Random random(1);
  std::vector<double> times[2];
  for (size_t call = 0; call < calls; ++call) {
    const bool hit = random.Below(2) == 0;
    const size_t i = random.Below(kPairs);
    times[hit ? 0 : 1].push_back(hits.TimeOne((hit ? hits : misses).question(i)));
  }
  std::printf("timing of %zu calls, match against no match: Welch's t = %.2f\n", calls,
              WelchT(times[0], times[1]));
}

int Main(int argc, char** argv) {
  Rounds rounds;
  std::deque<World> worlds;
  std::deque<Asking> askings;
  std::vector<Row> rows;
  worlds.emplace_back(1, false);
  worlds.emplace_back(8, true);
  const auto add = [&](std::string name, size_t world, const char* policy, Who who, bool by_id,
                       std::optional<double> at_most) {
    Asking& asking = askings.emplace_back(worlds[world], Must(Policy::Shipped(policy)), who, by_id);
    rows.push_back({policy + std::move(name), at_most, false, std::nullopt, true});
    benchmark::RegisterBenchmark(rows.back().name.c_str(),
                                 [&asking](benchmark::State& state) { asking.Run(state); });
  };
  add(", by id, match", 0, "default", Who::kFriend, true, 2.0);
  add(", by id, no match", 0, "default", Who::kStranger, true, std::nullopt);
  add(", by id, match", 0, "x-2023", Who::kFriend, true, 2.0);
  add(", by id, match", 0, "x-2024", Who::kFriend, true, 2.0);
  add(", by handle, match", 0, "default", Who::kFriend, false, std::nullopt);
  add(", by id, 8 identifiers, 2 epochs", 1, "default", Who::kFriend, true, std::nullopt);
  RunRounds(&argc, argv, &rounds);
  std::printf("%zu callees with a book of %zu entries\n", kPairs, kBookEntries);
  PrintTable(rounds, rows, {"allocs"}, 1, "ns");
  PrintTiming(askings[0], askings[1], 100000);
  return ExitCode(rounds, rows);
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
