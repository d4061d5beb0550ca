// Engine: where the policy comes from, host sources, engines without a store.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "unit/api_support.h"

namespace ringfence {
namespace {

constexpr const char* kNobody = R"({
  "policy": "nobody", "catalog": 1, "unknown_callee": "refuse",
  "decisions": { "ring": { "rules": [], "otherwise": "refuse", "on_unavailable": "refuse" } } })";

/// A host's own graph: serves one group, from a map.
class PairSource final : public FactSource {
 public:
  ReadState Read(Group group, const Question& question, GroupWriter& out) noexcept override {
    if (group != Group::kPair) return ReadState::kNotMine;
    ++reads;
    if (fails) return ReadState::kUnavailable;
    if (question.callee.id != "bob" || question.caller.id != "alice") return ReadState::kAbsent;
    out.Set(Catalog::Standard().Find("callee.follows(caller)").value(), 1);
    return ReadState::kRead;
  }
  int reads = 0;
  bool fails = false;
};

TEST_CASE("without a store the carried facts decide, and the rest is unavailable") {
  Engine engine = OpenEngine(EngineOptions{});
  Reader reader = OpenReader(engine);
  CHECK(Ask(reader, Between("alice", "bob")).rule == "on_unavailable");
  const Facts blocked{{"callee.known", "true"}, {"callee.blocks(caller)", "true"}};
  Question question = Between("alice", "bob");
  question.facts = blocked;
  const Decision decision = Ask(reader, question);
  CHECK(decision.rule == "blocked");
  CHECK(decision.basis == Basis::kComplete);
  CHECK(decision.revision == 0);
  question.at_least = 1;
  CHECK(reader.Decide(question).status().code() == StatusCode::kStale);
  CHECK_FALSE(engine.has_store());
  CHECK(reader.Resolve("alice").status().code() == StatusCode::kNotFound);
}

TEST_CASE("a host's source serves a group, the store the rest") {
  Store store = OpenStore("");
  REQUIRE(store.SetUser("bob", "allow_verified", "true").ok());
  Engine engine = OpenEngine(store);
  PairSource graph;
  FactSource* const sources[] = {&graph};
  Reader reader = OpenReader(engine, sources);
  const Decision decision = Ask(reader, Between("alice", "bob"));
  CHECK(decision.rule == "followed");
  CHECK(graph.reads == 1);
  CHECK(decision.facts_from_host.Contains(
      Catalog::Standard().Find("callee.follows(caller)").value()));
  CHECK(Ask(reader, Between("carol", "bob")).rule == "otherwise");
  graph.fails = true;
  const Decision failed = Ask(reader, Between("alice", "bob"));
  CHECK(failed.rule == "on_unavailable");
  CHECK(failed.groups_unavailable == Bit(Group::kPair));
}

TEST_CASE("Readers follow the store's policy in force, whoever activates it") {
  TemporaryFolder folder;
  Store store = OpenStore(folder.file("world.db"));
  REQUIRE(store.Relate("bob", "follows", "alice").ok());
  Engine engine = OpenEngine(store);
  Reader reader = OpenReader(engine);
  CHECK(Ask(reader, Between("alice", "bob")).policy_name == "default");
  // Another handle on the same file stands for another process.
  Store other = OpenStore(folder.file("world.db"));
  REQUIRE(other.ActivatePolicy(kNobody, "nobody.json", "closed").ok());
  const Decision closed = Ask(reader, Between("alice", "bob"));
  CHECK(closed.policy_name == "nobody");
  CHECK(closed.rule == "otherwise");
  CHECK(reader.policy().name() == "nobody");
  REQUIRE(other.ActivatePolicy(*Policy::ShippedText("default"), "default.json", "").ok());
  CHECK(Ask(reader, Between("alice", "bob")).let_through());
  REQUIRE(store.RollbackPolicy().ok());
  CHECK_FALSE(Ask(reader, Between("alice", "bob")).let_through());
  CHECK(engine.SetPolicy(*Policy::Shipped("default")).code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a named policy is used whatever the store says, and published to all Readers") {
  Store store = OpenStore("");
  REQUIRE(store.Relate("bob", "follows", "alice").ok());
  REQUIRE(store.ActivatePolicy(kNobody, "nobody.json", "").ok());
  EngineOptions options;
  options.store = store;
  options.policy = *Policy::Shipped("default");
  Engine engine = OpenEngine(std::move(options));
  Reader one = OpenReader(engine);
  Reader two = OpenReader(engine);
  CHECK(Ask(one, Between("alice", "bob")).let_through());
  REQUIRE(engine.SetPolicy(*Policy::Compile(kNobody)).ok());
  CHECK_FALSE(Ask(one, Between("alice", "bob")).let_through());
  CHECK_FALSE(Ask(two, Between("alice", "bob")).let_through());
}

TEST_CASE("a bad policy is refused and the one in force stays") {
  Store store = OpenStore("");
  REQUIRE(store.Relate("bob", "follows", "alice").ok());
  CHECK(store.ActivatePolicy("{", "bad.json", "").status().code() == StatusCode::kParse);
  Engine engine = OpenEngine(store);
  Reader reader = OpenReader(engine);
  CHECK(Ask(reader, Between("alice", "bob")).policy_name == "default");
}

TEST_CASE("shipped rule sets are found by name, and a near name is suggested") {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(RINGFENCE_SOURCE_DIR "/rules")) {
    if (entry.is_directory()) folders.push_back(entry.path().filename().string());
  }
  std::sort(folders.begin(), folders.end());
  CHECK(Policy::ShippedNames() == folders);
  CHECK(std::count(folders.begin(), folders.end(), "default") == 1);
  const Status missing = Policy::Shipped("defualt").status();
  CHECK(missing.code() == StatusCode::kNotFound);
  CHECK(missing.message().find("did you mean 'default'?") != std::string::npos);
  for (const std::string& name : Policy::ShippedNames()) {
    const Policy policy = *Policy::Shipped(name);
    CHECK(policy.name() == name);
    CHECK(Policy::Compile(policy.canonical())->digest() == policy.digest());
    CHECK(Policy::Lint(*Policy::ShippedText(name)).value().empty());
  }
}

}  // namespace
}  // namespace ringfence
