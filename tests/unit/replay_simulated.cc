// Replays with attempts that are worked out from the log itself: a log whose policy never read any,
// under one that asks for them, against what a direct count says.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "unit/replay_builder.h"
#include "unit/replay_dump.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kMinute = 60 * kSecond;
constexpr uint64_t kHour = 60 * kMinute;

constexpr const char* kOften = R"json(
      { "id": "often", "when": "callee.attempts_1h(caller) > 14", "then": "private" },)json";

/// Rings everybody, and collects all that ios-focus asks about; attempts only with `often`.
Policy Collects(const std::string& often = {}) {
  return ReplayBuilder::PolicyOf(R"json(
      { "id": "listed", "when": "callee.list(caller) == 'never'", "then": "private" },
      { "id": "quiet", "when": "callee.quiet_hours", "then": "private" },
      { "id": "expired", "when": "callee.contact(caller) == 'expired'", "then": "private" },
      { "id": "blocked", "when": "callee.blocks(caller)", "then": "private" },)json" +
                                 often + R"json(
      { "id": "anybody", "when": "callee.known", "then": "ring" })json");
}

/// Asks about all that is simulated.
Policy AsksAll() {
  return ReplayBuilder::PolicyOf(R"json(
      { "id": "often", "when": "callee.attempts_1h(caller) >= 3", "then": "private" },
      { "id": "many", "when": "caller.callees_1h >= 4", "then": "private" },
      { "id": "again", "when": "callee.since_attempt_ms(caller) < duration('10m')",
        "then": "ring" },
      { "id": "first", "when": "callee.known", "then": "ring" })json");
}

Policy IosFocus() {
  const Result<Policy> policy = Policy::Shipped("ios-focus");
  REQUIRE(policy.ok());
  return *policy;
}

/// In a focus nobody passes but who calls again.
const FactTexts kFocus = {{"callee.dnd", "priority"}, {"callee.dnd_audience", "nobody"}};

struct Call {
  int caller = 0, callee = 0;
  uint64_t time_ns = 0;
};

class CallLog : public ReplayBuilder {
 public:
  explicit CallLog(const Policy& policy = Collects()) {
    log.step_ns = 0;
    log.time_ns += 12 * kHour;
    log.AddBoot(2);
    UsePolicy(policy);
  }

  /// Caller 0 has no account.
  uint64_t Add(int caller, int callee, const FactTexts& facts = kFocus) {
    const uint64_t index = Decide(callee, facts);
    Entry entry = EntryAt(index);
    entry.decision.caller = Pseudonym{};
    if (caller != 0) entry.decision.caller.fill(static_cast<uint8_t>(caller));
    SetEntry(index, entry);
    calls.push_back({caller, callee, log.time_ns});
    return index;
  }
  void Wait(uint64_t time_ns) { log.time_ns += time_ns; }
  void AddMany(int count, uint64_t most_wait_ns) {
    std::mt19937_64 random(Seed());
    for (int i = 0; i < count; ++i) {
      Wait(random() % most_wait_ns);
      Add(1 + static_cast<int>(random() % 5), static_cast<int>(random() % kCallees));
    }
  }

  ReplayReport Under(const Policy& policy, ReplayAttempts attempts, int threads = 1) {
    Options options;
    options.facts_keys = FactsKeys(kCallees);
    options.policy = policy;
    options.attempts = attempts;
    options.threads = threads;
    return Replayed(options);
  }
  ReplayReport Simulated(const Policy& policy, int threads = 1) {
    return Under(policy, ReplayAttempts::kSimulated, threads);
  }

  std::vector<Call> calls;
};

uint64_t DecidedBy(const ReplayReport& report, const std::string& rule) {
  for (const ReplayRule& one : report.new_rules) {
    if (one.id == rule) return one.entries;
  }
  return 0;
}

/// Second calls of somebody to somebody within three minutes, of one UTC day.
uint64_t SecondCalls(const std::vector<Call>& calls) {
  uint64_t count = 0;
  for (size_t i = 0; i < calls.size(); ++i) {
    count += std::any_of(calls.begin(), calls.begin() + static_cast<ptrdiff_t>(i),
                         [&](const Call& before) {
                           return before.caller == calls[i].caller &&
                                  before.callee == calls[i].callee &&
                                  (calls[i].time_ns - before.time_ns) / 1'000'000 <= 180'000;
                         })
                 ? 1
                 : 0;
  }
  return count;
}

TEST_CASE("a log that knows no attempts, under ios-focus: what a direct count says") {
  CallLog log;
  log.AddMany(2000, 20 * kSecond);
  log.Finish();
  const uint64_t again = SecondCalls(log.calls);
  REQUIRE(again > 100);
  REQUIRE(again < 1900);

  const ReplayReport report = log.Simulated(IosFocus());
  CHECK(report.entries == 2000);
  CHECK(report.covered() == 2000);
  CHECK(DecidedBy(report, "repeated-call") == again);
  CHECK(DecidedBy(report, "otherwise") == 2000 - again);
  CHECK(report.changes.kind == 2000 - again);  // silenced, no refusal
  CHECK(report.attempts == ReplayAttempts::kSimulated);
  CHECK(report.simulated == 2000);
  CHECK(report.burn_in() == 0);

  const ReplayReport recorded = log.Under(IosFocus(), ReplayAttempts::kRecorded);
  CHECK(recorded.indeterminate == 2000);
  CHECK(EntriesOf(recorded.indeterminate_by_fact, "callee.since_attempt_ms(caller)") == 2000);
  CHECK(recorded.attempts == ReplayAttempts::kRecorded);
  CHECK(recorded.simulated == 0);
}

TEST_CASE("all that is simulated, by hand") {
  CallLog log;
  log.Wait(2 * kHour);
  const auto check = [&](const std::string& rule) {
    const ReplayReport report = log.Simulated(AsksAll());
    CHECK(report.covered() == log.calls.size());
    CHECK(report.burn_in() == 0);
    return DecidedBy(report, rule);
  };
  SUBCASE("the third call before this one makes it one too many") {
    for (int i = 0; i < 5; ++i) log.Add(1, 1);
    log.Finish();
    CHECK(check("first") == 1);
    CHECK(check("again") == 2);
    CHECK(check("often") == 2);
  }
  SUBCASE("others' calls, and calls to others, are no attempts of the pair") {
    log.Add(1, 1);
    log.Add(2, 1);
    log.Add(1, 2);
    log.Finish();
    CHECK(check("first") == 3);
  }
  SUBCASE("the fifth callee of an hour") {
    for (int i = 0; i < 5; ++i) log.Add(1, i);
    log.Finish();
    CHECK(check("first") == 4);
    CHECK(check("many") == 1);
  }
  SUBCASE("after an hour all is forgotten") {
    for (int i = 0; i < 5; ++i) log.Add(1, 1);
    log.Wait(kHour + kSecond);
    log.Add(1, 1);
    log.Finish();
    CHECK(check("first") == 2);
  }
  SUBCASE("a call of the future has not been") {
    log.Add(1, 1);
    log.log.time_ns -= kSecond;
    log.Add(1, 1);
    log.Finish();
    CHECK(check("first") == 2);
  }
}

TEST_CASE("what was recorded stays") {
  CallLog log(Collects(kOften));
  log.Wait(2 * kHour);
  FactTexts facts = kFocus;
  facts["callee.since_attempt_ms(caller)"] = "60000";
  for (int i = 0; i < 3; ++i) log.Add(1, i, facts);  // nobody had called, by the log
  facts["callee.since_attempt_ms(caller)"] = "3600000";
  for (int i = 0; i < 3; ++i) log.Add(1, i, facts);  // somebody had
  log.Finish();
  const ReplayReport report = log.Simulated(IosFocus());
  CHECK(report.simulated == 0);
  CHECK(DecidedBy(report, "repeated-call") == 3);
  CHECK(DecidedBy(report, "otherwise") == 3);
  ReplayReport recorded = log.Under(IosFocus(), ReplayAttempts::kRecorded);
  recorded.attempts = ReplayAttempts::kSimulated;
  CHECK(DumpReport(recorded) == DumpReport(report));
}

TEST_CASE("attempts that could not be read stay unread") {
  CallLog log(Collects(kOften));
  FactTexts facts = kFocus;
  facts["callee.attempts_1h(caller)"] = "?";
  const uint64_t index = log.Add(1, 1, facts);
  CHECK((log.EntryAt(index).header.effect) == static_cast<uint8_t>(Effect::kRefuse));
  log.Finish();
  const ReplayReport report = log.Simulated(IosFocus());
  CHECK(report.simulated == 0);
  CHECK(DecidedBy(report, "on_unavailable") == 1);
}

TEST_CASE("a caller without an account is nobody whose calls could be counted") {
  CallLog log;
  log.Add(0, 1);
  log.Add(0, 1);
  log.Finish();
  const ReplayReport report = log.Simulated(IosFocus());
  CHECK(report.indeterminate == 2);
  CHECK(report.simulated == 0);
}

TEST_CASE("attempts before the range count, and a shadow's decision counts once") {
  CallLog log;
  log.Wait(2 * kHour);
  log.Add(1, 1);
  Entry shadow = log.EntryAt(log.Add(2, 2));
  shadow.header.flags |= entry_flags::kShadow;
  ++shadow.header.seq;
  log.log.Add(shadow);
  log.Wait(kMinute);
  ReplayBuilder::Options options;
  options.from_ns = log.log.time_ns;
  log.Add(1, 1);
  log.Add(2, 2);
  log.Finish();
  options.facts_keys = log.FactsKeys(CallLog::kCallees);
  options.policy = AsksAll();
  options.attempts = ReplayAttempts::kSimulated;
  const ReplayReport report = log.Replayed(options);
  CHECK(report.entries == 2);
  CHECK(DecidedBy(report, "again") == 2);
}

TEST_CASE("burn-in is counted by what may be missing") {
  CallLog log;
  log.log.time_ns -= 12 * kHour;
  log.Add(1, 1);  // start
  log.Wait(14 * kHour);
  log.Add(1, 1);
  log.Wait(2 * kHour);
  log.log.AddGap(5, 100, 104, 2);
  log.Add(1, 1);  // lost
  log.Wait(8 * kHour);
  log.Add(1, 1);  // a new day
  log.Wait(2 * kHour);
  const uint64_t damaged = log.Add(1, 1);
  log.Wait(kMinute);
  log.Add(1, 1);  // lost
  log.Wait(2 * kHour);
  log.log.AddBoot(3, {.rings = RingsState::kLost});
  log.Add(1, 1);  // lost
  log.Wait(9 * kHour);
  log.Add(1, 1);
  log.Wait(kHour);
  log.log.time_ns -= 4 * kHour;
  log.Add(1, 1);  // the clock
  log.log.month().entries[damaged][100] ^= 1;
  log.Finish();
  const ReplayReport report = log.Simulated(AsksAll());
  CHECK(report.simulated == 8);
  CHECK(EntriesOf(report.burn_in_by_reason, "start") == 1);
  CHECK(EntriesOf(report.burn_in_by_reason, "pseudonyms") == 1);
  CHECK(EntriesOf(report.burn_in_by_reason, "lost") == 3);
  CHECK(EntriesOf(report.burn_in_by_reason, "clock") == 1);
  CHECK(report.burn_in() == 6);
}

TEST_CASE("the report is the same for any number of threads, and says what was simulated") {
  CallLog log;
  log.AddMany(20'000, 3 * kSecond);
  log.Finish();
  const Policy policy = AsksAll();
  const ReplayReport one = log.Simulated(policy);
  for (const char* rule : {"often", "many", "again", "first"}) CHECK(DecidedBy(one, rule) > 0);
  for (const int threads : {2, 3, 7, 0}) {
    CHECK(DumpReport(log.Simulated(policy, threads)) == DumpReport(one));
  }
  REQUIRE(!one.examples.empty());
  for (const ReplayExample& example : one.examples) {
    const bool says =
        std::any_of(example.facts.begin(), example.facts.end(), [](const std::string& fact) {
          return fact.starts_with("callee.attempts_1h(caller)=") && fact.ends_with(" (simulated)");
        });
    CHECK(says);
  }
}

}  // namespace
}  // namespace ringfence
