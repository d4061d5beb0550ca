// Replay through the public API: decisions of a real engine again, other policies, keys.
#include <doctest/doctest.h>
#include <ringfence/replay.h>

#include "unit/api_log_world.h"

namespace ringfence {
namespace {

constexpr const char* kPolicy = R"json({
  "policy": "mine", "catalog": 1, "defaults": { "allow_followed": true },
  "outcomes": { "private": { "effect": "refuse", "signal": "offline" } },
  "unknown_callee": "private",
  "decisions": { "ring": {
    "floor": [ { "id": "blocked", "when": "callee.blocks(caller)", "then": "private" } ],
    "rules": [ { "id": "followed", "when": "callee.allow_followed && callee.follows(caller)",
                 "then": "ring" } ],
    "otherwise": "private", "on_unavailable": "private" } } })json";

class ReplayWorld : public LogWorld {
 public:
  /// Each caller rings bob.
  void Ring(std::initializer_list<const char*> callers) {
    DecisionLog log = Open(Options());
    Engine engine = EngineWith(log);
    Reader reader = OpenReader(engine);
    for (const char* caller : callers) {
      Question question;
      question.caller = caller;
      question.callee = "bob";
      REQUIRE(reader.Decide(question).ok());
    }
    REQUIRE(log.Close().ok());
  }
  ReplayOptions WithKeys() const { return KeysOf(store); }
};

TEST_CASE("replay: every decision is reproduced with keys, and sealed without") {
  ReplayWorld world;
  world.Ring({"alice", "mallory", "nobody", "alice"});
  const ReplayReport report = world.Replayed(world.WithKeys());
  CHECK(report.entries == 4);
  CHECK(report.reproduced == 4);
  CHECK(report.divergences.empty());
  CHECK(report.policies.size() == 1);
  CHECK(report.policies[0].name == "default");
  CHECK(report.policies[0].decisions == 4);
  const ReplayReport sealed = world.Replayed({});
  CHECK(sealed.entries == 4);
  CHECK(sealed.sealed == 4);
}

TEST_CASE("replay: what another policy would have done, rule by rule") {
  ReplayWorld world;
  world.Ring({"alice", "mallory", "nobody", "alice"});
  std::string text = kPolicy;
  text.replace(text.find("\"allow_followed\": true"), 22, "\"allow_followed\": false");
  ReplayOptions options = world.WithKeys();
  options.mode = ReplayMode::kWhatIf;
  options.policy = *Policy::Compile(text);
  const ReplayReport report = world.Replayed(options);
  CHECK(report.entries == 4);
  CHECK(report.changed == 2);
  CHECK(report.changes.lost == 2);
  CHECK(report.reproduced == 2);
  CHECK(report.callers.count == 1);
  CHECK(report.callees.count == 1);
  REQUIRE(report.examples.size() == 2);
  CHECK(report.examples[0].was.rule == "followed");
  CHECK(report.examples[0].now.rule == "otherwise");
  CHECK_FALSE(report.examples[0].facts.empty());
  CHECK_FALSE(report.examples[0].proof.empty());
  for (const ReplayRule& rule : report.new_rules) {
    if (rule.id == "followed") CHECK(rule.entries == 0);
    if (rule.id == "blocked") CHECK(rule.entries == 1);
  }
}

TEST_CASE("replay: a fact nobody collected leaves open only what depends on it") {
  ReplayWorld world;
  world.Ring({"alice", "mallory", "nobody"});
  std::string text = kPolicy;
  const std::string rule = "\"rules\": [ ";
  text.insert(text.find(rule) + rule.size(),
              R"json({ "id": "contact", "when": "callee.contact(caller) == 'match'",
                       "then": "ring" }, )json");
  ReplayOptions options = world.WithKeys();
  options.mode = ReplayMode::kWhatIf;
  options.policy = *Policy::Compile(text);
  const ReplayReport report = world.Replayed(options);
  CHECK(report.entries == 3);
  // Mallory is blocked and alice rings, whatever the book says.
  CHECK(report.reproduced == 2);
  CHECK(report.indeterminate == 1);
  CHECK(report.maybe_gained == 1);
  REQUIRE(report.indeterminate_by_fact.size() == 1);
  CHECK(report.indeterminate_by_fact[0].reason == "callee.contact(caller)");
}

TEST_CASE("replay: keys of another log are refused") {
  ReplayWorld world, other;
  world.Ring({"alice"});
  ReplayOptions options = world.WithKeys();
  options.secrets.keys = other.keys_path();
  const Result<LogReader> reader = LogReader::Open(world.log_path());
  REQUIRE(reader.ok());
  CHECK(Replay(*reader, options).status().code() == StatusCode::kInvalidArgument);
  ReplayOptions simulated = world.WithKeys();
  simulated.attempts = ReplayAttempts::kSimulated;  // of which policy?
  CHECK(Replay(*reader, simulated).status().code() == StatusCode::kInvalidArgument);
  simulated.mode = ReplayMode::kWhatIf;
  simulated.policy = *Policy::Shipped("ios-focus");
  const Result<ReplayReport> report = Replay(*reader, simulated);
  REQUIRE(report.ok());
  CHECK(report->attempts == ReplayAttempts::kSimulated);
}

}  // namespace
}  // namespace ringfence
