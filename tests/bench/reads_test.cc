// What decisions of the shipped rule sets cost, in figures that are the same on every machine:
// facts tested and groups read in a fixed list of situations (reads.txt), and no allocation at all.
#include <doctest/doctest.h>
#include <ringfence/engine.h>
#include <ringfence/policy.h>
#include <ringfence/store.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/allocations.h"

namespace ringfence {
namespace {

using Values = std::vector<std::pair<const char*, const char*>>;

/// Two users of their own, and a call.
struct Situation {
  const char* name;
  Values callee, caller;             ///< settings and attributes
  std::vector<const char*> forward;  ///< relations of callee to caller
  std::vector<const char*> reverse;  ///< of caller to callee
  Values facts = {{"call.media", "audio"}, {"call.platform", "ios"}};
  enum Missing : uint8_t { kNobody, kCallee, kCaller, kAccount } missing = kNobody;
  bool by_chance = false;  ///< the rule depends on the store's own random key: not in reads.txt
};

const Values kEntitled = {{"premium", "true"}, {"rolled_out", "true"}, {"on_ios", "true"}};
const Values kReachable = {{"rolled_out", "true"}, {"on_ios", "true"}};

Values With(Values values, const Values& more) {
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

/// What everybody's calls are like.
std::vector<Situation> UsualSituations() {
  return {
      {"strangers", {}, {}, {}, {}},
      {"callee follows caller", {}, {}, {"follows"}, {}},
      {"callee follows and has messaged caller",
       kReachable,
       kEntitled,
       {"follows", "messaged"},
       {}},
      {"caller follows callee", {}, {}, {}, {"follows"}},
      {"callee blocks caller", kReachable, kEntitled, {"blocks", "follows", "messaged"}, {}},
      {"caller blocks callee", kReachable, kEntitled, {"follows", "messaged"}, {"blocks"}},
      {"calls off", With(kReachable, {{"calls_enabled", "false"}}), kEntitled, {"messaged"}, {}},
      {"everyone may call", {{"allow_everyone", "true"}}, {}, {"messaged"}, {}},
      {"verified may call, caller is",
       With(kReachable, {{"allow_verified", "true"}}),
       With(kEntitled, {{"verified", "true"}}),
       {"messaged"},
       {}},
      {"verified may call, caller is not", {{"allow_verified", "true"}}, {}, {"messaged"}, {}},
      {"contacts may call, no book", {{"allow_contacts", "true"}}, {}, {"messaged"}, {}},
      {"contacts may call, match carried",
       {{"allow_contacts", "true"}},
       {},
       {"messaged"},
       {},
       {{"call.platform", "ios"}, {"callee.contact(caller)", "match"}}},
      {"both ask for a relay",
       With(kReachable, {{"relay_calls", "true"}}),
       With(kEntitled, {{"relay_calls", "true"}}),
       {"follows", "messaged"},
       {}},
      {"caller on the web", {}, {}, {"follows", "messaged"}, {}, {{"call.platform", "web"}}},
      {"callee on the web only", {{"on_web", "true"}}, {}, {"follows", "messaged"}, {}},
      {"callee unknown", {}, {}, {}, {}, {{"call.platform", "ios"}}, Situation::kCallee},
      {"caller unknown", {}, {}, {}, {}, {{"call.platform", "ios"}}, Situation::kCaller},
      {"caller without account", {}, {}, {}, {}, {{"call.platform", "ios"}}, Situation::kAccount},
      {"callee blocks, carried",
       {},
       {},
       {},
       {},
       {{"call.platform", "ios"}, {"callee.blocks(caller)", "true"}}},
      {"contact unavailable",
       {{"allow_contacts", "true"}},
       {},
       {"messaged"},
       {},
       {{"call.platform", "ios"}, {"callee.contact(caller)", "?"}}},
  };
}

/// What some set asks a group about that no other situation makes it read.
std::vector<Situation> RareSituations() {
  return {
      {"roll-out by cohort",
       {{"on_ios", "true"}, {"allow_contacts", "true"}},
       {{"premium", "true"}},
       {"messaged"},
       {},
       {{"call.platform", "ios"}},
       Situation::kNobody,
       true},
      {"rolled out, contacts may call",
       With(kReachable, {{"allow_contacts", "true"}}),
       kEntitled,
       {"messaged"},
       {}},
      {"do not disturb, contacts pass",
       {{"dnd", "priority"}, {"dnd_audience", "contacts"}},
       {},
       {"added"},
       {}},
      {"a number known to the callee may call",
       {{"phone_audience", "known"}},
       {},
       {},
       {},
       {{"call.network", "phone"}},
       Situation::kAccount},
      {"callee offers calls to who does too", {}, {}, {"added"}, {"added"}},
      {"a business calls", {}, With(kEntitled, {{"business", "true"}}), {}, {}},
      {"a business calls, consent carried",
       {},
       With(kEntitled, {{"business", "true"}}),
       {},
       {},
       {{"callee.grant(caller)", "permanent"}}},
  };
}

const std::vector<Situation>& Situations() {
  static const std::vector<Situation> list = [] {
    std::vector<Situation> all = UsualSituations();
    const std::vector<Situation> rare = RareSituations();
    all.insert(all.end(), rare.begin(), rare.end());
    return all;
  }();
  return list;
}

std::string UserOf(const char* side, size_t i) { return side + std::to_string(i); }

void Fill(Store& store) {
  for (size_t i = 0; i < Situations().size(); ++i) {
    const Situation& situation = Situations()[i];
    const std::string callee = UserOf("callee", i), caller = UserOf("caller", i);
    Result<Store::Transaction> added = store.Begin();
    REQUIRE(added.ok());
    if (situation.missing != Situation::kCallee) REQUIRE(added->AddUser(callee).ok());
    if (situation.missing != Situation::kCaller) REQUIRE(added->AddUser(caller).ok());
    REQUIRE(added->Commit().ok());
    for (const auto& [entry, value] : situation.callee) {
      REQUIRE(store.SetUser(callee, entry, value).ok());
    }
    for (const auto& [entry, value] : situation.caller) {
      REQUIRE(store.SetUser(caller, entry, value).ok());
    }
    for (const char* name : situation.forward) REQUIRE(store.Relate(callee, name, caller).ok());
    for (const char* name : situation.reverse) REQUIRE(store.Relate(caller, name, callee).ok());
  }
}

/// A store in memory, or in a file that is removed at the end.
class World {
 public:
  explicit World(bool in_file) {
    StoreOptions options;
    if (in_file) {
      folder_ = "/tmp/ringfence-reads-XXXXXX";
      REQUIRE(mkdtemp(folder_.data()) != nullptr);
      options.path = folder_ + "/store.db";
      options.mode = StoreOptions::Mode::kCreate;
    }
    Result<Store> opened = Store::Open(options);
    REQUIRE_MESSAGE(opened.ok(), opened.status().message());
    store_.push_back(std::move(opened).value());
    Fill(store());
  }
  ~World() {
    if (folder_.empty()) return;
    for (const char* name : {"/store.db", "/store.db-wal", "/store.db-shm"}) {
      unlink((folder_ + name).c_str());
    }
    rmdir(folder_.c_str());
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Store& store() { return store_.front(); }

 private:
  std::string folder_;
  std::vector<Store> store_;
};

/// The situations as questions, with what these point to.
class Questions {
 public:
  explicit Questions(const Catalog& catalog) {
    for (size_t i = 0; i < Situations().size(); ++i) {
      names_.push_back({UserOf("callee", i), UserOf("caller", i)});
      std::vector<Fact>& carried = facts_.emplace_back();
      for (const auto& [name, value] : Situations()[i].facts) {
        const Result<Fact> fact = catalog.MakeFact(name, value);
        REQUIRE(fact.ok());
        carried.push_back(*fact);
      }
    }
    for (size_t i = 0; i < names_.size(); ++i) {
      Question& question = list_.emplace_back();
      question.callee = names_[i].first;
      question.caller_without_account = Situations()[i].missing == Situation::kAccount;
      if (!question.caller_without_account) question.caller = names_[i].second;
      question.facts = facts_[i];
    }
  }

  const std::vector<Question>& list() const { return list_; }

  /// Known users by their handle.
  std::vector<Question> ByHandle(Reader& reader) const {
    std::vector<Question> questions = list_;
    for (Question& question : questions) {
      for (Party* party : {&question.callee, &question.caller}) {
        if (party->empty()) continue;
        const Result<int64_t> handle = reader.Resolve(party->id);
        if (handle.ok()) *party = Party::Handle(*handle);
      }
    }
    return questions;
  }

 private:
  std::vector<std::pair<std::string, std::string>> names_;
  std::vector<std::vector<Fact>> facts_;
  std::vector<Question> list_;
};

Reader NewReader(Store& store, const std::string& rules) {
  Result<Policy> policy = Policy::Shipped(rules);
  REQUIRE_MESSAGE(policy.ok(), policy.status().message());
  EngineOptions options;
  options.store = store;
  options.policy = std::move(policy).value();
  Result<Engine> engine = Engine::Open(std::move(options));
  REQUIRE_MESSAGE(engine.ok(), engine.status().message());
  Result<Reader> reader = engine->NewReader();
  REQUIRE_MESSAGE(reader.ok(), reader.status().message());
  return std::move(reader).value();
}

std::string GroupNames(GroupSet groups) {
  constexpr const char* kNames[kGroupCount] = {
      "call",           "callee", "caller", "pair",     "cohort", "contact",
      "caller_contact", "list",   "grant",  "attempts", "time"};
  std::string names;
  for (int i = 0; i < kGroupCount; ++i) {
    if ((groups & Bit(static_cast<Group>(i))) == 0) continue;
    names += (names.empty() ? "" : " ") + std::string(kNames[i]);
  }
  return names.empty() ? "nothing" : names;
}

/// The groups whose facts the rules of a set name, the attributes of the call apart. Invariants may
/// name more.
GroupSet GroupsNamed(const Catalog& catalog, const std::string& rules) {
  const Result<std::string> text = Policy::ShippedText(rules);
  REQUIRE(text.ok());
  const size_t begin = text->find("\"decisions\"");
  REQUIRE(begin != std::string::npos);
  const std::string decisions = text->substr(begin, text->find("\"invariants\"") - begin);
  GroupSet named = 0;
  for (const FactInfo& fact : catalog.facts()) {
    for (size_t at = decisions.find(fact.name); at != std::string::npos;
         at = decisions.find(fact.name, at + 1)) {
      const char next = decisions[at + fact.name.size()];
      const bool longer = next == '_' || next == '(' || isalnum(static_cast<unsigned char>(next));
      if (!longer) named = static_cast<GroupSet>(named | Bit(fact.group));
    }
  }
  return static_cast<GroupSet>(named & ~Bit(Group::kCall));
}

/// One line a decision: rule set, situation, rule; facts tested, groups read.
std::string Costs(Store& store) {
  std::string text;
  for (const std::string& rules : Policy::ShippedNames()) {
    Reader reader = NewReader(store, rules);
    const Questions questions(store.catalog());
    for (size_t i = 0; i < questions.list().size(); ++i) {
      if (Situations()[i].by_chance) continue;
      const Result<Decision> decision = reader.Decide(questions.list()[i]);
      REQUIRE_MESSAGE(decision.ok(), decision.status().message());
      text += rules + ", " + Situations()[i].name + ": " + std::string(decision->rule) + ", " +
              std::to_string(decision->facts_read.Count()) + " facts, reads " +
              GroupNames(decision->groups_read) + "\n";
    }
  }
  return text;
}

std::string ReadGolden() {
  std::ifstream stream(RINGFENCE_SOURCE_DIR "/tests/bench/reads.txt", std::ios::binary);
  REQUIRE(stream.good());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST_CASE("facts tested and groups read by the shipped rule sets") {
  World file(true);
  const std::string costs = Costs(file.store());
  const bool same = costs == ReadGolden();
  CHECK_MESSAGE(same, "tests/bench/reads.txt is not what follows:\n" << costs);
  World memory(false);
  CHECK(Costs(memory.store()) == costs);
}

/// Allocations of asking everything once more.
uint64_t AllocationsOf(Reader& reader, const std::vector<Question>& questions) {
  std::vector<Decision> decisions(questions.size());
  uint64_t allocations = 0;
  for (int round = 0; round < 2; ++round) {  // The first may, to get hold of what it needs.
    const uint64_t before = Allocations();
    bool ok = reader.DecideBatch(questions, decisions).ok();
    for (const Question& question : questions) {
      const Result<Decision> decision = reader.Decide(question);
      ok = ok && decision.ok() && reader.Recheck(question, *decision).ok();
    }
    allocations = Allocations() - before;
    CHECK(ok);
  }
  return allocations;
}

TEST_CASE("every group that a shipped set asks about is read in some situation, and no other") {
  World world(false);
  for (const std::string& rules : Policy::ShippedNames()) {
    Reader reader = NewReader(world.store(), rules);
    const Questions questions(world.store().catalog());
    GroupSet read = Bit(Group::kCallee);  // is there such an account?
    for (const Question& question : questions.list()) {
      const Result<Decision> decision = reader.Decide(question);
      REQUIRE(decision.ok());
      read = static_cast<GroupSet>(read | decision->groups_read);
    }
    CHECK_MESSAGE(GroupNames(read) == GroupNames(GroupsNamed(world.store().catalog(), rules)),
                  rules);
  }
}

TEST_CASE("a decision allocates nothing") {
  for (const bool in_file : {false, true}) {
    World world(in_file);
    for (const std::string& rules : Policy::ShippedNames()) {
      CAPTURE(in_file);
      CAPTURE(rules);
      Reader reader = NewReader(world.store(), rules);
      const Questions questions(world.store().catalog());
      CHECK(AllocationsOf(reader, questions.list()) == 0);
      CHECK(AllocationsOf(reader, questions.ByHandle(reader)) == 0);
    }
  }
  // The count counts.
  const uint64_t before = Allocations();
  ::operator delete(::operator new(8));
  CHECK(Allocations() == before + 1);
}

}  // namespace
}  // namespace ringfence
