// What Readers put into the decision log: who, which facts, in which state; and what they do not.
#include <ringfence/log.h>

#include <map>

#include "log/facts_record.h"
#include "unit/api_log_world.h"

namespace ringfence {
namespace {

TEST_CASE("a decision is named by seeds, sealed under its callee's key, and has a receipt") {
  const LogWorld world;
  DecisionLog log = world.Open(world.Options());
  Engine engine = world.EngineWith(log);
  Reader reader = OpenReader(engine);
  const Decision rings = Ask(reader, Between("alice", "bob"));
  CHECK(rings.recorded());
  CHECK(rings.ForCaller().receipt == ToHex(rings.request_id));
  CHECK(rings.ForCaller().ToJson().find("\"receipt\":\"") != std::string::npos);
  const RequestId first = rings.request_id;
  const Decision refused = Ask(reader, Between("mallory", "bob"));
  CHECK(refused.rule == "blocked");
  CHECK(refused.request_id != first);
  REQUIRE(log.Flush().ok());
  const std::vector<Entry> decisions = world.Decisions();
  REQUIRE(decisions.size() == 2);
  const Entry& entry = decisions[0];
  const EpochNames names = world.NamesAt(entry.header.time_ns);
  const PartySecret alice = world.SecretOf("alice");
  const PartySecret bob = world.SecretOf("bob");
  CHECK(entry.decision.request_id == first);
  CHECK(entry.decision.callee == names.Callee(bob));
  CHECK(entry.decision.caller == names.Caller(alice, DayOf(entry.header.time_ns)));
  CHECK(entry.header.effect == static_cast<uint8_t>(Effect::kRing));
  CHECK(entry.decision.revision == 2);
  CHECK(decisions[1].decision.callee == entry.decision.callee);
  CHECK(decisions[1].header.seq == entry.header.seq + 1);
  CHECK((entry.header.flags & entry_flags::kEpochKey) == 0);
  const FactsRecord facts = world.FactsOf(entry, names.FactsKey(bob));
  CHECK(LogWorld::StateOf(facts, Group::kCallee) == GroupState::kRead);
  CHECK(LogWorld::StateOf(facts, Group::kPair) == GroupState::kRead);
  CHECK(LogWorld::StateOf(facts, Group::kContact) == GroupState::kNotCollected);
  CHECK(world.Code(facts, "callee.follows(caller)") == 1);
  CHECK(world.Code(facts, "callee.calls_enabled") == 0);  // unset stays unset
  CHECK(facts.read_digest == ReadDigest(world.layout, rings.facts_read));
  CHECK((entry.header.flags & entry_flags::kNotAllCollected) != 0);
}

TEST_CASE("button, ringing and explanation are not recorded") {
  const LogWorld world;
  DecisionLog log = world.Open(world.Options());
  Engine engine = world.EngineWith(log);
  Reader reader = OpenReader(engine);
  const Decision decided = Ask(reader, Between("alice", "bob"));
  REQUIRE(reader.Preview(Between("alice", "bob")).ok());
  const Result<RecheckAnswer> recheck = reader.Recheck(Between("alice", "bob"), decided);
  REQUIRE(recheck.ok());
  CHECK(recheck->stands);
  CHECK(!recheck->now.recorded());
  REQUIRE(reader.Explain(Between("alice", "bob")).ok());
  REQUIRE(log.Flush().ok());
  CHECK(world.Decisions().size() == 1);
  CHECK(log.Counters().decisions == 1);
}

TEST_CASE("a batch is recorded in its order") {
  const LogWorld world;
  DecisionLog log = world.Open(world.Options());
  Engine engine = world.EngineWith(log);
  Reader reader = OpenReader(engine);
  const std::vector<Question> questions = {Between("alice", "bob"), Between("mallory", "bob"),
                                           Between("bob", "alice")};
  std::vector<Decision> decisions(questions.size());
  REQUIRE(reader.DecideBatch(questions, decisions).ok());
  REQUIRE(log.Flush().ok());
  const std::vector<Entry> entries = world.Decisions();
  REQUIRE(entries.size() == 3);
  for (size_t i = 0; i < entries.size(); ++i) {
    CHECK(entries[i].decision.request_id == decisions[i].request_id);
    CHECK(entries[i].header.effect == static_cast<uint8_t>(decisions[i].effect));
  }
}

TEST_CASE("collect: all reads every group that the catalog marks for replay") {
  const LogWorld world;
  LogOptions options = world.Options();
  options.collect = LogOptions::Collect::kAll;
  DecisionLog log = world.Open(options);
  Engine engine = world.EngineWith(log);
  Reader reader = OpenReader(engine);
  const Decision decided = Ask(reader, Between("mallory", "bob"));
  CHECK((decided.groups_read & Bit(Group::kCaller)) == 0);  // the decision needed no more
  REQUIRE(log.Flush().ok());
  const Entry entry = world.Decisions().at(0);
  CHECK((entry.header.flags & entry_flags::kNotAllCollected) == 0);
  const FactsRecord facts =
      world.FactsOf(entry, world.NamesAt(entry.header.time_ns).FactsKey(world.SecretOf("bob")));
  for (int i = 0; i < kGroupCount; ++i) {
    const auto group = static_cast<Group>(i);
    CAPTURE(i);
    const bool wanted = (ReplayGroups(Catalog::Standard()) & Bit(group)) != 0;
    CHECK((LogWorld::StateOf(facts, group) != GroupState::kNotCollected) == wanted);
  }
  CHECK(LogWorld::StateOf(facts, Group::kCaller) == GroupState::kRead);
}

TEST_CASE("facts carried one by one, or unavailable one by one, are told in DETAIL entries") {
  const LogWorld world;
  DecisionLog log = world.Open(world.Options());
  Engine engine = world.EngineWith(log);
  Reader reader = OpenReader(engine);
  const Facts facts({{"callee.follows(caller)", "?"},      // its group is read
                     {"callee.allow_verified", "true"},    // likewise
                     {"callee.contact(caller)", "match"},  // with the next, all of its group
                     {"callee.suggested(caller)", "false"}});
  Question question = Between("mallory", "alice");
  question.facts = facts;
  const Decision decided = Ask(reader, question);
  CHECK(decided.basis != Basis::kComplete);
  REQUIRE(log.Flush().ok());
  std::map<uint8_t, FactWords> details;
  Entry decision;
  const Hash key =
      world.NamesAt(world.Decisions().at(0).header.time_ns).FactsKey(world.SecretOf("alice"));
  uint8_t number = 0;
  for (const Entry& entry : world.Entries()) {
    if (entry.header.kind == EntryKind::kDecision) decision = entry;
    if (entry.header.kind != EntryKind::kDetail) continue;
    DecisionFields fields = entry.decision;
    CtrCipher cipher;
    ApplySeal(&cipher, key, ++number, &fields);
    REQUIRE(UnpackMask(fields.sealed_facts, &details[entry.header.effect]));
  }
  CHECK((decision.header.flags >> entry_flags::kDetailShift & 3) == 2);
  const auto only = [&](DetailKind kind, const char* name) {
    FactWords expected{};
    const FactPlace& place = world.layout.places[*Catalog::Standard().Find(name)];
    expected[place.word] = 1u << place.shift;
    CHECK(details[static_cast<uint8_t>(kind)] == expected);
  };
  only(DetailKind::kUnavailable, "callee.follows(caller)");
  only(DetailKind::kHost, "callee.allow_verified");
  const FactsRecord record = world.FactsOf(decision, key);
  CHECK(LogWorld::StateOf(record, Group::kContact) == GroupState::kRead);
  CHECK((record.host & Bit(Group::kContact)) != 0);
  CHECK((record.host & Bit(Group::kCallee)) == 0);
}

TEST_CASE("unknown parties, and everybody where there is no store, hang on the epoch's key") {
  const LogWorld world;
  for (const bool with_store : {true, false}) {
    DecisionLog log = world.Open(world.Options(), with_store);
    Engine engine = world.EngineWith(log, with_store);
    Reader reader = OpenReader(engine);
    Question nobody = Between("alice", "stranger");
    Ask(reader, nobody);
    nobody.caller = {};
    nobody.caller_without_account = true;
    Ask(reader, nobody);
    REQUIRE(log.Flush().ok());
    const std::vector<Entry> decisions = world.Decisions();
    REQUIRE(decisions.size() >= 2);
    const Entry& entry = decisions[decisions.size() - 2];
    const EpochNames names = world.NamesAt(entry.header.time_ns);
    PartySecret stranger;
    stranger.kind = PartySecret::Kind::kUnknown;
    stranger.id = "stranger";
    CHECK(entry.decision.callee == names.Callee(stranger));
    CHECK((entry.header.flags & entry_flags::kEpochKey) != 0);
    CHECK((entry.header.flags & entry_flags::kPartyUnread) == 0);
    const FactsRecord facts = world.FactsOf(entry, names.FactsKey(stranger));
    CHECK(LogWorld::StateOf(facts, Group::kCallee) ==
          (with_store ? GroupState::kAbsent : GroupState::kUnavailable));
    CHECK(decisions.back().decision.caller == Pseudonym{});
    REQUIRE(log.Close().ok());
  }
}

TEST_CASE("who was forgotten is named anew, and an ERASURE entry says that somebody was") {
  const LogWorld world;
  DecisionLog log = world.Open(world.Options());
  Engine engine = world.EngineWith(log);
  Reader reader = OpenReader(engine);
  Ask(reader, Between("alice", "bob"));
  REQUIRE(log.Flush().ok());
  Store store = world.store;
  const Result<ForgetReport> report = store.Forget("bob");
  REQUIRE(report.ok());
  CHECK(report->case_id.size() == 32);
  Ask(reader, Between("alice", "bob"));
  REQUIRE(store.SetUser("bob", "allow_everyone", "true").ok());
  Ask(reader, Between("alice", "bob"));
  REQUIRE(log.Flush().ok());
  REQUIRE(log.Close().ok());
  const std::vector<Entry> decisions = world.Decisions();
  REQUIRE(decisions.size() == 3);
  CHECK(decisions[0].decision.callee != decisions[1].decision.callee);
  CHECK(decisions[1].decision.callee != decisions[2].decision.callee);
  CHECK((decisions[1].header.flags & entry_flags::kEpochKey) != 0);
  const EpochNames names = world.NamesAt(decisions[2].header.time_ns);
  CHECK(decisions[2].decision.callee == names.Callee(world.SecretOf("bob")));
  size_t erasures = 0;
  for (const Entry& entry : world.Entries()) {
    if (entry.header.kind != EntryKind::kErasure) continue;
    ErasurePayload erasure;
    Get(entry, &erasure);
    CHECK(ToHex(erasure.case_id) == report->case_id);
    ++erasures;
  }
  CHECK(erasures == 1);
}

TEST_CASE("where nothing can be recorded, a decision stands or is refused, as configured") {
  for (const auto when_full : {LogOptions::WhenFull::kCount, LogOptions::WhenFull::kRefuse}) {
    const LogWorld world;
    LogOptions options = world.Options();
    options.when_full = when_full;
    options.flush_ms = 10000;
    DecisionLog log = world.Open(options);
    Engine engine = world.EngineWith(log);
    Reader reader = OpenReader(engine);
    CHECK(Ask(reader, Between("alice", "bob")).recorded());
    REQUIRE(log.Close().ok());
    const Decision late = Ask(reader, Between("alice", "bob"));
    CHECK(!late.recorded());
    const bool refuses = when_full == LogOptions::WhenFull::kRefuse;
    CHECK(late.let_through() == !refuses);
    if (refuses) {
      CHECK(late.rule == "log_unavailable");
      CHECK(late.ForCaller().told == "unavailable");
      CHECK(late.sip_status == 480);
      CHECK(late.path().empty());
    }
  }
}

TEST_CASE("a policy that changes is another POLICY entry; what it says is in its blob") {
  const LogWorld world;
  DecisionLog log = world.Open(world.Options());
  Engine engine = world.EngineWith(log);
  Reader reader = OpenReader(engine);
  Ask(reader, Between("alice", "bob"));
  Store store = world.store;
  const Result<std::string> text = Policy::ShippedText("x-2024");
  REQUIRE(text.ok());
  REQUIRE(store.ActivatePolicy(*text, "x-2024", "").ok());
  Ask(reader, Between("alice", "bob"));
  REQUIRE(log.Flush().ok());
  const std::vector<Entry> entries = world.Entries();
  const std::vector<Entry> decisions = world.Decisions();
  REQUIRE(decisions.size() == 2);
  CHECK(decisions[0].header.policy_ref != decisions[1].header.policy_ref);
  PolicyPayload payload;
  REQUIRE(entries[decisions[1].header.policy_ref].header.kind == EntryKind::kPolicy);
  Get(entries[decisions[1].header.policy_ref], &payload);
  CHECK(payload.number == 1);
  CHECK(ToHex(payload.digest) == Policy::Shipped("x-2024")->digest());
}

TEST_CASE("an engine takes only a log that was opened with its store") {
  const LogWorld world;
  EngineOptions options;
  options.store = world.store;
  options.log = world.Open(world.Options(), false);
  const Result<Engine> engine = Engine::Open(std::move(options));
  REQUIRE(!engine.ok());
  CHECK(engine.status().code() == StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ringfence
