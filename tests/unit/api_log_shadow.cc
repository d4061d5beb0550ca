// A policy that is tried beside the one in force: what Readers record of it, and that nothing else
// comes of it.
#include <ringfence/log.h>

#include <algorithm>
#include <fstream>

#include "log/facts_record.h"
#include "unit/allocations.h"
#include "unit/api_log_world.h"
#include "unit/policy_text.h"

namespace ringfence {
namespace {

/// Rings for verified callers who have not tried often: needs groups that `default` does not.
Policy Curious() {
  const Result<Policy> policy = Policy::Compile(
      PolicyWith(R"({ "id": "often", "when": "callee.attempts_1h(caller) >= 3", "then": "refuse" },
                    { "id": "verified", "when": "caller.verified", "then": "ring" })",
                 "", R"(, "path": { "values": ["direct", "relay"], "rules": [],
                         "otherwise": "relay", "on_unavailable": "relay" })"));
  REQUIRE_MESSAGE(policy.ok(), policy.status().message());
  return *policy;
}

/// A host's source of attempts; what it does is the test's.
class AttemptSource final : public FactSource {
 public:
  ReadState Read(Group group, const Question&, GroupWriter& out) noexcept override {
    if (group != Group::kAttempts) return ReadState::kNotMine;
    ++reads;
    if (during) during();
    if (fails) return ReadState::kUnavailable;
    out.Set(*Catalog::Standard().Find("callee.attempts_1h(caller)"), 1);
    return ReadState::kRead;
  }
  int reads = 0;
  bool fails = false;
  std::function<void()> during;
};

/// A world with a log and an engine on it, and one Reader that asks a host's source first.
struct Trial {
  explicit Trial(std::optional<Policy> shadow = Curious(), const LogOptions& options = {},
                 std::optional<Policy> policy = std::nullopt)
      : log(world.Open(Complete(options))) {
    EngineOptions with;
    with.store = world.store;
    with.log = log;
    with.shadow = std::move(shadow);
    with.policy = std::move(policy);
    engine.emplace(OpenEngine(std::move(with)));
    FactSource* const sources[] = {&source};
    reader.emplace(OpenReader(*engine, sources));
  }

  LogOptions Complete(LogOptions options) const {
    const LogOptions own = world.Options();
    options.path = own.path;
    options.keys = own.keys;
    options.ring_entries = std::min(options.ring_entries, own.ring_entries);
    options.ballast_bytes = 0;
    return options;
  }
  std::vector<Entry> Flushed() {
    REQUIRE(log.Flush().ok());
    return world.Decisions();
  }
  FactsRecord Opened(const Entry& entry, const char* callee = "bob") const {
    const EpochNames names = world.NamesAt(entry.header.time_ns);
    return world.FactsOf(entry, names.FactsKey(world.SecretOf(callee)));
  }
  std::string Findings() const {
    const Result<LogReader> reader_of_log = LogReader::Open(world.log_path());
    REQUIRE(reader_of_log.ok());
    const Result<LogVerification> seen = reader_of_log->Verify({});
    REQUIRE(seen.ok());
    std::string text;
    for (const LogFinding& finding : seen->findings) text += finding.detail + "\n";
    return text;
  }

  LogWorld world;
  DecisionLog log;
  AttemptSource source;
  std::optional<Engine> engine;
  std::optional<Reader> reader;
};

bool IsShadow(const Entry& entry) { return (entry.header.flags & entry_flags::kShadow) != 0; }

/// All of a decision but its receipt.
bool Same(const Decision& a, const Decision& b) {
  const auto extra = [](const ExtraDecision& x, const ExtraDecision& y) {
    return x.name == y.name && x.value == y.value && x.rule == y.rule && x.basis == y.basis;
  };
  return a.effect == b.effect && a.signal == b.signal && a.record == b.record &&
         a.basis == b.basis && a.sip_status == b.sip_status && a.retry_after_s == b.retry_after_s &&
         a.outcome == b.outcome && a.rule == b.rule && a.reason == b.reason && a.told == b.told &&
         a.extra_count == b.extra_count &&
         std::equal(a.extras.begin(), a.extras.end(), b.extras.begin(), extra) &&
         std::equal(std::begin(a.facts_read.words), std::end(a.facts_read.words),
                    std::begin(b.facts_read.words)) &&
         a.groups_read == b.groups_read && a.groups_unavailable == b.groups_unavailable &&
         std::equal(std::begin(a.facts_from_host.words), std::end(a.facts_from_host.words),
                    std::begin(b.facts_from_host.words)) &&
         a.policy_name == b.policy_name && a.policy_digest == b.policy_digest &&
         a.revision == b.revision;
}

TEST_CASE("what the shadow decides stands behind the decision, under its own name and policy") {
  Trial trial;
  REQUIRE(trial.world.store.SetUser("alice", "verified", "true").ok());
  const Decision decided = Ask(*trial.reader, Between("mallory", "bob"));
  const RequestId receipt = decided.request_id;
  Ask(*trial.reader, Between("alice", "bob"));
  const std::vector<Entry> entries = trial.Flushed();
  REQUIRE(entries.size() == 4);
  for (size_t i = 0; i < 4; i += 2) {
    const Entry &decision = entries[i], &shadow = entries[i + 1];
    CHECK(!IsShadow(decision));
    CHECK(IsShadow(shadow));
    CHECK(decision.header.seq == i + 1);
    CHECK(shadow.header.seq == i + 2);
    CHECK(shadow.header.time_ns == decision.header.time_ns);
    CHECK(shadow.decision.caller == decision.decision.caller);
    CHECK(shadow.decision.callee == decision.decision.callee);
    CHECK(shadow.decision.revision == decision.decision.revision);
    CHECK(!std::equal(shadow.decision.request_id.begin(), shadow.decision.request_id.begin() + 12,
                      decision.decision.request_id.begin()));
  }
  CHECK(entries[0].decision.request_id == receipt);
  CHECK(entries[0].header.effect == static_cast<uint8_t>(Effect::kRefuse));
  CHECK(entries[1].header.effect == static_cast<uint8_t>(Effect::kRefuse));
  CHECK(entries[3].header.effect == static_cast<uint8_t>(Effect::kRing));
  CHECK(entries[3].decision.path == 2);
  // POLICY entries stand before both.
  const std::vector<Entry> all = trial.world.Entries();
  for (const Entry& entry : entries) {
    PolicyPayload payload;
    Get(all.at(entry.header.policy_ref), &payload);
    const std::string digest =
        IsShadow(entry) ? Curious().digest() : std::string(decided.policy_digest);
    CHECK(ToHex(payload.digest) == digest);
  }
  REQUIRE(trial.log.Close().ok());
  CHECK(trial.Findings() == "");
}

TEST_CASE("the decision's entry holds what was read for it, the shadow's what was read for both") {
  for (const bool fails : {false, true}) {
    Trial trial;
    trial.source.fails = fails;
    const Decision decided = Ask(*trial.reader, Between("mallory", "bob"));
    CHECK((decided.groups_read & (Bit(Group::kCaller) | Bit(Group::kAttempts))) == 0);
    CHECK(decided.groups_unavailable == 0);
    const FactSet read = decided.facts_read;
    CHECK(trial.source.reads == 1);
    const std::vector<Entry> entries = trial.Flushed();
    REQUIRE(entries.size() == 2);
    const FactsRecord facts = trial.Opened(entries[0]), shadow = trial.Opened(entries[1]);
    CHECK(facts.read_digest == ReadDigest(trial.world.layout, read));
    CHECK(shadow.read_digest != facts.read_digest);
    CHECK(LogWorld::StateOf(facts, Group::kCaller) == GroupState::kNotCollected);
    CHECK(LogWorld::StateOf(facts, Group::kAttempts) == GroupState::kNotCollected);
    CHECK(LogWorld::StateOf(facts, Group::kPair) == GroupState::kRead);
    CHECK((facts.host & Bit(Group::kAttempts)) == 0);
    CHECK(LogWorld::StateOf(shadow, Group::kPair) == GroupState::kRead);
    CHECK(LogWorld::StateOf(shadow, Group::kCaller) == GroupState::kRead);
    CHECK(LogWorld::StateOf(shadow, Group::kAttempts) ==
          (fails ? GroupState::kUnavailable : GroupState::kRead));
    CHECK(((shadow.host & Bit(Group::kAttempts)) != 0) == !fails);
    CHECK(trial.world.Code(shadow, "callee.attempts_1h(caller)") == (fails ? 0 : 1));
    // Whether it was tried often or not: refused.
    CHECK(entries[1].decision.basis ==
          static_cast<uint8_t>(fails ? Basis::kPartial : Basis::kComplete));
    CHECK((entries[0].header.flags & entry_flags::kNotAllCollected) != 0);
  }
}

TEST_CASE("collect: all is read for the decision; both entries have it") {
  LogOptions options;
  options.collect = LogOptions::Collect::kAll;
  Trial trial(Curious(), options);
  Ask(*trial.reader, Between("mallory", "bob"));
  const std::vector<Entry> entries = trial.Flushed();
  REQUIRE(entries.size() == 2);
  for (const Entry& entry : entries) {
    const FactsRecord facts = trial.Opened(entry);
    CHECK((entry.header.flags & entry_flags::kNotAllCollected) == 0);
    for (int i = 0; i < kGroupCount; ++i) {
      const auto group = static_cast<Group>(i);
      const bool wanted = (ReplayGroups(Catalog::Standard()) & Bit(group)) != 0;
      const bool needed = IsShadow(entry) && group == Group::kAttempts;
      CHECK((LogWorld::StateOf(facts, group) != GroupState::kNotCollected) == (wanted || needed));
    }
  }
}

TEST_CASE("a batch: each decision and its shadow, in the batch's order") {
  for (const bool callees : {false, true}) {
    Trial trial;
    const std::vector<Question> questions = {Between("alice", "bob"), Between("alice", "mallory"),
                                             Between("alice", "bob")};
    const std::vector<Party> parties = {"bob", "mallory", "bob"};
    std::vector<Decision> decisions(3);
    REQUIRE((callees ? trial.reader->DecideBatch(questions[0], parties, decisions)
                     : trial.reader->DecideBatch(questions, decisions))
                .ok());
    const std::vector<Entry> entries = trial.Flushed();
    REQUIRE(entries.size() == 6);
    for (size_t i = 0; i < entries.size(); ++i) {
      CHECK(entries[i].header.seq == i + 1);
      CHECK(IsShadow(entries[i]) == (i % 2 == 1));
      CHECK(entries[i].decision.callee == entries[i / 2 * 2].decision.callee);
      if (i % 2 == 0) CHECK(entries[i].decision.request_id == decisions[i / 2].request_id);
    }
    CHECK(entries[3].decision.callee != entries[1].decision.callee);
    CHECK(entries[5].decision.callee == entries[1].decision.callee);
  }
}

TEST_CASE("decisions are the same with and without a shadow, whatever becomes of it") {
  Trial with, without(std::nullopt);
  const std::vector<const char*> people = {"alice", "bob", "mallory", "stranger"};
  for (Trial* trial : {&with, &without}) {
    REQUIRE(trial->world.store.SetUser("alice", "verified", "true").ok());
  }
  for (const bool fails : {false, true}) {
    with.source.fails = fails;
    for (const char* caller : people) {
      for (const char* callee : people) {
        Question question = Between(caller, callee);
        const Facts facts{{"callee.follows(caller)", "?"}, {"call.media", "video"}};
        if (fails) question.facts = facts;
        const Decision a = Ask(*with.reader, question), b = Ask(*without.reader, question);
        CHECK(Same(a, b));
        CHECK(a.recorded());
      }
      REQUIRE(with.log.Flush().ok());
    }
  }
  CHECK(with.source.reads == 24);  // nobody is asked about a callee that is not known
  CHECK(without.source.reads == 0);
  const std::vector<Entry> entries = with.Flushed();
  CHECK(std::count_if(entries.begin(), entries.end(), IsShadow) == 32);
  REQUIRE(with.log.Close().ok());
  CHECK(with.Findings() == "");
}

TEST_CASE("button, ringing and explanation try nothing") {
  Trial trial;
  const Decision decided = Ask(*trial.reader, Between("alice", "bob"));
  const int before = trial.source.reads;
  REQUIRE(trial.reader->Preview(Between("alice", "bob")).ok());
  REQUIRE(trial.reader->Recheck(Between("alice", "bob"), decided).ok());
  REQUIRE(trial.reader->Explain(Between("alice", "bob")).ok());
  CHECK(trial.source.reads == before);
  CHECK(trial.Flushed().size() == 2);
}

TEST_CASE("a question that gets no answer leaves no shadow") {
  Trial trial;
  Question question = Between("alice", "bob");
  question.at_least = 1000;
  CHECK(trial.reader->Decide(question).status().code() == StatusCode::kStale);
  CHECK(trial.reader->Decide(Question{}).status().code() == StatusCode::kInvalidArgument);
  std::vector<Decision> decisions(2);
  const std::vector<Question> half = {Between("alice", "bob"), Question{}};
  CHECK(trial.reader->DecideBatch(half, decisions).code() == StatusCode::kInvalidArgument);
  CHECK(trial.source.reads == 0);
  CHECK(trial.Flushed().empty());
  CHECK(trial.log.Counters().decisions == 0);
}

TEST_CASE("writes that a slow shadow lets pass do not keep the decision from its answer") {
  Trial trial;
  REQUIRE(trial.world.store.Relate("bob", "follows", "mallory").ok());
  bool follows = true;
  trial.source.during = [&] {
    Store& store = trial.world.store;
    follows = !follows;
    REQUIRE((follows ? store.Relate("bob", "follows", "carol")
                     : store.Unrelate("bob", "follows", "carol"))
                .ok());
  };
  const Decision decided = Ask(*trial.reader, Between("alice", "bob"));
  CHECK(decided.rule == "followed");
  CHECK(decided.recorded());
  CHECK(trial.source.reads == 3);
  // The last attempt had none.
  std::vector<Entry> entries = trial.Flushed();
  REQUIRE(entries.size() == 1);
  CHECK(!IsShadow(entries[0]));
  trial.source.during = {};
  Ask(*trial.reader, Between("alice", "bob"));
  entries = trial.Flushed();
  REQUIRE(entries.size() == 3);
  CHECK(IsShadow(entries[2]));
}

TEST_CASE("what is written while the shadow reads forbids the ring") {
  Trial trial;
  bool blocked = false;
  trial.source.during = [&] {
    if (!blocked) REQUIRE(trial.world.store.Block("bob", "alice").ok());
    blocked = true;
  };
  CHECK(Ask(*trial.reader, Between("alice", "bob")).rule == "blocked");
}

TEST_CASE("engines that cannot try a policy") {
  const LogWorld world;
  EngineOptions options;
  options.store = world.store;
  options.shadow = Curious();
  const Result<Engine> no_log = Engine::Open(options);
  REQUIRE(!no_log.ok());
  CHECK(no_log.status().code() == StatusCode::kInvalidArgument);
  std::ifstream file(RINGFENCE_SOURCE_DIR "/schema/catalog.json");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const size_t range = text.find("[0, 255]");
  REQUIRE(range != std::string::npos);
  const Result<Catalog> other = Catalog::Parse(text.replace(range, 8, "[0, 254]"));
  REQUIRE_MESSAGE(other.ok(), other.status().message());
  const Result<Policy> foreign = Policy::Compile(Curious().canonical(), "p", *other);
  REQUIRE_MESSAGE(foreign.ok(), foreign.status().message());
  options.log = world.Open(world.Options());
  options.shadow = *foreign;
  CHECK(Engine::Open(options).status().code() == StatusCode::kInvalidArgument);
  options.shadow = Curious();
  Engine engine = OpenEngine(options);
  CHECK(engine.SetShadow(*foreign).code() == StatusCode::kInvalidArgument);
  options.log.reset();
  options.shadow.reset();
  Engine without = OpenEngine(options);
  CHECK(without.SetShadow(Curious()).code() == StatusCode::kInvalidArgument);
  CHECK(without.SetShadow(std::nullopt).ok());
}

TEST_CASE("either policy can be replaced while a Reader decides; the other stays") {
  Trial trial(std::nullopt, {}, *Policy::Shipped("default"));
  const std::string curious = Curious().digest();
  const std::string standard = Policy::Shipped("default")->digest();
  const std::string x2024 = Policy::Shipped("x-2024")->digest();
  std::vector<std::pair<std::string, bool>> expected;
  const auto ask = [&](const std::string& policy, const std::string& shadow) {
    Ask(*trial.reader, Between("alice", "bob"));
    expected.emplace_back(policy, false);
    if (!shadow.empty()) expected.emplace_back(shadow, true);
  };
  ask(standard, "");
  REQUIRE(trial.engine->SetShadow(Curious()).ok());
  ask(standard, curious);
  REQUIRE(trial.engine->SetPolicy(*Policy::Shipped("x-2024")).ok());
  ask(x2024, curious);
  REQUIRE(trial.engine->SetShadow(*Policy::Shipped("default")).ok());
  ask(x2024, standard);
  REQUIRE(trial.engine->SetPolicy(Curious()).ok());
  ask(curious, standard);
  REQUIRE(trial.engine->SetShadow(Curious()).ok());  // the same as the one in force
  ask(curious, curious);
  REQUIRE(trial.engine->SetShadow(std::nullopt).ok());
  ask(curious, "");
  Reader late = OpenReader(*trial.engine);
  Ask(late, Between("alice", "bob"));
  expected.emplace_back(curious, false);
  const std::vector<Entry> entries = trial.Flushed();
  REQUIRE(entries.size() == expected.size());
  const std::vector<Entry> all = trial.world.Entries();
  for (size_t i = 0; i < entries.size(); ++i) {
    PolicyPayload payload;
    Get(all.at(entries[i].header.policy_ref), &payload);
    CHECK(ToHex(payload.digest) == expected[i].first);
    CHECK(IsShadow(entries[i]) == expected[i].second);
  }
  REQUIRE(trial.log.Close().ok());
  CHECK(trial.Findings() == "");
}

TEST_CASE("a policy that is put in force in the store is tried against the same shadow") {
  Trial trial;
  Ask(*trial.reader, Between("alice", "bob"));
  REQUIRE(trial.world.store.ActivatePolicy(*Policy::ShippedText("x-2024"), "x-2024", "").ok());
  CHECK(Ask(*trial.reader, Between("alice", "bob")).policy_name == "x-2024");
  const std::vector<Entry> entries = trial.Flushed();
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].header.policy_ref != entries[2].header.policy_ref);
  CHECK(entries[1].header.policy_ref == entries[3].header.policy_ref);
}

TEST_CASE("facts that the question carried one by one are DETAILs of both") {
  Trial trial;
  const Facts facts({{"callee.follows(caller)", "?"}, {"callee.allow_verified", "true"}});
  Question question = Between("mallory", "alice");
  question.facts = facts;
  Ask(*trial.reader, question);
  REQUIRE(trial.log.Flush().ok());
  std::vector<bool> shadows;
  for (const Entry& entry : trial.world.Entries()) {
    if (entry.header.kind == EntryKind::kDetail) shadows.push_back(IsShadow(entry));
  }
  CHECK(shadows == std::vector<bool>{false, false, true, true});
  REQUIRE(trial.log.Close().ok());
  CHECK(trial.Findings() == "");
}

TEST_CASE("no allocation while a shadow is evaluated and recorded") {
  Trial trial;
  const Question question = Between("alice", "bob");
  for (int i = 0; i < 3; ++i) Ask(*trial.reader, question);
  const uint64_t before = Allocations();
  for (int i = 0; i < 10; ++i) static_cast<void>(trial.reader->Decide(question));
  CHECK(Allocations() == before);
  REQUIRE(trial.engine->SetShadow(*Policy::Shipped("x-2024")).ok());
  Ask(*trial.reader, question);
  const uint64_t later = Allocations();
  for (int i = 0; i < 10; ++i) static_cast<void>(trial.reader->Decide(question));
  CHECK(Allocations() == later);
}

TEST_CASE("where the log takes nothing any more, decisions are what they were without a shadow") {
  for (const auto when_full : {LogOptions::WhenFull::kCount, LogOptions::WhenFull::kRefuse}) {
    LogOptions options;
    options.when_full = when_full;
    Trial trial(Curious(), options);
    REQUIRE(trial.log.Close().ok());
    const bool refuses = when_full == LogOptions::WhenFull::kRefuse;
    const Decision late = Ask(*trial.reader, Between("alice", "bob"));
    CHECK(!late.recorded());
    CHECK(late.rule == (refuses ? "log_unavailable" : "followed"));
    CHECK(trial.engine->SetShadow(*Policy::Shipped("x-2024")).code() == StatusCode::kClosed);
    CHECK(trial.engine->SetShadow(std::nullopt).ok());
  }
}

}  // namespace
}  // namespace ringfence
