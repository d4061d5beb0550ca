// Reader on a store: decisions, previews, rechecks, batches, handles, revisions, carried facts.
#include <doctest/doctest.h>

#include <limits>

#include "unit/api_support.h"

namespace ringfence {
namespace {

struct World {
  TemporaryFolder folder;
  Store store = OpenStore(folder.file("world.db"));
  Engine engine = OpenEngine(store);
  Reader reader = OpenReader(engine);

  World() {
    REQUIRE(store.Relate("bob", "follows", "alice").ok());
    REQUIRE(store.Relate("bob", "blocks", "mallory").ok());
    REQUIRE(store.SetUser("carol", "verified", "true").ok());
  }
};

TEST_CASE("a decision names its rule, what it read, policy and revision") {
  World world;
  const Decision decision = Ask(world.reader, Between("alice", "bob"));
  CHECK(decision.effect == Effect::kRing);
  CHECK(decision.rule == "followed");
  CHECK(decision.basis == Basis::kComplete);
  CHECK(decision.policy_name == "default");
  CHECK(decision.policy_digest == Policy::Shipped("default")->digest());
  CHECK(decision.revision == world.store.Revision().value());
  CHECK(decision.groups_read == (Bit(Group::kCallee) | Bit(Group::kPair) | Bit(Group::kList)));
  CHECK(decision.facts_read.Contains(Catalog::Standard().Find("callee.follows(caller)").value()));
  CHECK(decision.facts_from_host.Empty());
}

TEST_CASE("what the caller sees does not tell a block from anything else") {
  World world;
  const CallerView blocked = Ask(world.reader, Between("mallory", "bob")).ForCaller();
  CHECK(blocked == Ask(world.reader, Between("carol", "bob")).ForCaller());
  CHECK(blocked == Ask(world.reader, Between("nobody", "bob")).ForCaller());
  CHECK(blocked == Ask(world.reader, Between("alice", "nobody")).ForCaller());
  CHECK(blocked.ToJson() == R"({"told":"unavailable","path":null,"sip":480,"retry_after":null})");
}

TEST_CASE("a refusal that is told as ringing looks like a ring, the path too") {
  Store store = OpenStore("");
  REQUIRE(store.Block("bob", "mallory").ok());
  REQUIRE(store.SetUser("bob", "relay_calls", "true").ok());
  REQUIRE(store.SetUser("mallory", "calls_enabled", "unset").ok());
  REQUIRE(store.SetUser("alice", "calls_enabled", "unset").ok());
  EngineOptions options;
  options.store = store;
  options.policy = *Policy::Shipped("whatsapp");
  Engine engine = OpenEngine(std::move(options));
  Reader reader = OpenReader(engine);
  const OwnedDecision rings = Ask(reader, Between("alice", "bob")).Copy();
  const OwnedDecision blocked = Ask(reader, Between("mallory", "bob")).Copy();
  CHECK(rings->effect == Effect::kRing);
  CHECK(rings->pretended_path == "");
  CHECK(blocked->effect == Effect::kRefuse);
  CHECK(blocked->path() == "");
  CHECK(blocked->pretended_path == "relay");
  CHECK(blocked->ForCaller() == rings->ForCaller());
  CHECK(blocked->ForCaller().path == "relay");
}

TEST_CASE("Copy outlives the Reader") {
  OwnedDecision kept;
  {
    World world;
    kept = Ask(world.reader, Between("mallory", "bob")).Copy();
  }
  CHECK(kept->rule == "blocked");
  CHECK(kept->policy_name == "default");
}

TEST_CASE("asking never makes an account known") {
  World world;
  const uint64_t before = world.store.Revision().value();
  CHECK(Ask(world.reader, Between("stranger", "ghost")).rule == "unknown_callee");
  CHECK(world.store.ShowUser("stranger").status().code() == StatusCode::kNotFound);
  CHECK(world.store.Revision().value() == before);
}

TEST_CASE("bad questions are errors without a decision") {
  World world;
  const auto code = [&](const Question& question) {
    return world.reader.Decide(question).status().code();
  };
  const std::string long_id(256, 'x');
  CHECK(code(Between("", "bob")) == StatusCode::kInvalidArgument);
  CHECK(code(Between("alice", "")) == StatusCode::kInvalidArgument);
  CHECK(code(Between(long_id.c_str(), "bob")) == StatusCode::kInvalidArgument);
  CHECK(code(Between("a\nb", "bob")) == StatusCode::kInvalidArgument);
  CHECK(code(Between("\xff", "bob")) == StatusCode::kInvalidArgument);
  const Facts twice{{"call.media", "video"}, {"call.media", "audio"}};
  Question question = Between("alice", "bob");
  question.facts = twice;
  CHECK(code(question) == StatusCode::kInvalidArgument);
  question.facts = {};
  question.caller_without_account = true;
  CHECK(code(question) == StatusCode::kInvalidArgument);
  // A good question still works after bad ones.
  CHECK(Ask(world.reader, Between("alice", "bob")).let_through());
  const std::string longest(255, 'x');
  CHECK(Ask(world.reader, Between(longest.c_str(), "bob")).rule == "otherwise");
  CHECK(Ask(world.reader, Between("'; DROP TABLE users; --", "bob")).rule == "otherwise");
}

TEST_CASE("a caller without an account is a stranger") {
  World world;
  Question question;
  question.callee = "bob";
  question.caller_without_account = true;
  CHECK(Ask(world.reader, question).rule == "otherwise");
}

TEST_CASE("carried facts replace stored ones, and a group carried whole is not read") {
  World world;
  const Facts carried{{"callee.follows(caller)", "false"}};
  Question question = Between("alice", "bob");
  question.facts = carried;
  const Decision decision = Ask(world.reader, question);
  CHECK(decision.rule == "otherwise");
  CHECK(decision.facts_from_host.Count() == 1);

  std::vector<Fact> pair;
  for (const FactInfo& fact : Catalog::Standard().facts()) {
    if (fact.group == Group::kPair) pair.push_back({fact.id, fact.absent_code});
  }
  question.facts = pair;
  const Decision whole = Ask(world.reader, question);
  CHECK(whole.rule == "otherwise");
  CHECK((whole.groups_read & Bit(Group::kPair)) == 0);
}

TEST_CASE("a fact carried as unavailable matters only where the answer depends on it") {
  World world;
  const Facts unknown{{"callee.blocks(caller)", "?"}};
  Question question = Between("carol", "bob");
  question.facts = unknown;
  // Blocked or not admitted: both refuse alike.
  CHECK(Ask(world.reader, question).basis == Basis::kPartial);
  question.caller = "alice";
  const Decision decision = Ask(world.reader, question);
  CHECK(decision.basis == Basis::kOnUnavailable);
  CHECK(decision.rule == "on_unavailable");
  CHECK_FALSE(decision.let_through());
}

TEST_CASE("a demanded revision is met or refused") {
  World world;
  const uint64_t revision = world.store.Revision().value();
  Question question = Between("alice", "bob");
  question.at_least = revision;
  CHECK(Ask(world.reader, question).revision >= revision);
  question.at_least = revision + 1;
  CHECK(world.reader.Decide(question).status().code() == StatusCode::kStale);
  REQUIRE(world.store.Unrelate("bob", "follows", "alice").ok());
  CHECK(Ask(world.reader, question).rule == "otherwise");
  question.at_least = std::numeric_limits<uint64_t>::max();
  CHECK(world.reader.Decide(question).status().code() == StatusCode::kStale);
}

TEST_CASE("handles answer as ids do, and end with their user") {
  World world;
  const int64_t alice = world.reader.Resolve("alice").value();
  const int64_t bob = world.reader.Resolve("bob").value();
  CHECK(world.reader.Resolve("ghost").status().code() == StatusCode::kNotFound);
  Question question;
  question.caller = Party::Handle(alice);
  question.callee = Party::Handle(bob);
  CHECK(Ask(world.reader, question).rule == "followed");
  REQUIRE(world.store.Forget("bob").ok());
  CHECK(Ask(world.reader, question).rule == "unknown_callee");
  REQUIRE(world.store.Relate("bob", "follows", "alice").ok());
  CHECK(world.reader.Resolve("bob").value() != bob);
  CHECK(Ask(world.reader, question).rule == "unknown_callee");
}

TEST_CASE("batches answer what single questions do") {
  World world;
  const std::vector<Question> questions = {Between("alice", "bob"), Between("mallory", "bob"),
                                           Between("carol", "bob"), Between("alice", "ghost")};
  std::vector<Decision> decisions(questions.size());
  REQUIRE(world.reader.DecideBatch(questions, decisions).ok());
  std::vector<OwnedDecision> batch;
  batch.reserve(decisions.size());
  for (const Decision& decision : decisions) batch.push_back(decision.Copy());
  for (size_t i = 0; i < questions.size(); ++i) {
    const Decision single = Ask(world.reader, questions[i]);
    CHECK(batch[i]->rule == single.rule);
    CHECK(batch[i]->effect == single.effect);
    CHECK(batch[i]->revision == single.revision);
    CHECK(batch[i]->facts_read == single.facts_read);
  }
  const std::vector<Party> callees = {"bob", "ghost", "carol"};
  decisions.resize(callees.size());
  Question question;
  question.caller = "alice";
  REQUIRE(world.reader.DecideBatch(question, callees, decisions).ok());
  CHECK(decisions[0].rule == "followed");
  CHECK(decisions[1].rule == "unknown_callee");
  CHECK(decisions[2].rule == "otherwise");
}

TEST_CASE("a bad question fails its batch and is named") {
  World world;
  const std::vector<Question> questions = {Between("alice", "bob"), Between("", "bob")};
  std::vector<Decision> decisions(2);
  const Status status = world.reader.DecideBatch(questions, decisions);
  CHECK(status.code() == StatusCode::kInvalidArgument);
  CHECK(status.message().starts_with("question 1: "));
  decisions.resize(1);
  CHECK(world.reader.DecideBatch(questions, decisions).code() == StatusCode::kInvalidArgument);
  const std::vector<Question> many(kMaxBatch + 1, Between("alice", "bob"));
  decisions.resize(many.size());
  CHECK(world.reader.DecideBatch(many, decisions).code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a preview is no oracle for the address book") {
  World world;
  REQUIRE(world.store.SetUser("bob", "allow_contacts", "true").ok());
  using Button = PreviewAnswer::Button;
  for (const char* contact : {"match", "no_match", "no_book", "?"}) {
    const Facts carried{{"callee.contact(caller)", contact}};
    Question question = Between("carol", "bob");
    question.facts = carried;
    const PreviewAnswer seen = world.reader.Preview(question).value();
    CHECK(seen.button == Button::kMaybe);
    CHECK(seen.caller.told == "unavailable");
    // Nor for the callee, who may have uploaded guesses.
    CHECK(world.reader.Preview(question, true)->button == Button::kMaybe);
  }
  CHECK(world.reader.Preview(Between("alice", "bob"))->button == Button::kYes);
  CHECK(world.reader.Preview(Between("mallory", "bob"))->button == Button::kNo);
}

TEST_CASE("a recheck ends what is no longer allowed") {
  World world;
  const Question question = Between("alice", "bob");
  const OwnedDecision ringing = Ask(world.reader, question).Copy();
  CHECK(world.reader.Recheck(question, ringing.view)->stands);
  REQUIRE(world.store.Block("bob", "alice").ok());
  const Result<RecheckAnswer> after = world.reader.Recheck(question, ringing.view);
  REQUIRE(after.ok());
  CHECK_FALSE(after->stands);
  CHECK(after->now.rule == "blocked");
}

TEST_CASE("an explanation names rules, facts, origins and the nearest changes") {
  World world;
  const Explanation explanation = world.reader.Explain(Between("carol", "bob")).value();
  CHECK(explanation.summary == "no rule admits carol");
  CHECK(explanation.decision->rule == "otherwise");
  REQUIRE(explanation.nearest.size() == 2);
  CHECK(explanation.nearest[0].changes[0].sentence == "follow carol");
  CHECK(explanation.nearest[0].who == static_cast<uint8_t>(Who::kCallee));
  CHECK(explanation.nearest[1].changes[0].sentence == "allow verified users");
  CHECK(explanation.decisions[0].rules.back().id == "on_unavailable");
  const Explanation blocked = world.reader.Explain(Between("mallory", "bob")).value();
  CHECK(blocked.floor_decides);
  CHECK(blocked.nearest.empty());
  CHECK(blocked.summary == "blocked: bob blocks mallory");
  const Explanation rings = world.reader.Explain(Between("alice", "bob")).value();
  CHECK(rings.summary == "followed: bob follows alice; bob allows people they follow (default)");
  ExplainOptions options;
  options.max_changes = 4;
  CHECK(world.reader.Explain(Between("alice", "bob"), options).status().code() ==
        StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ringfence
