// A catalog extension from one end to the other: facts stored, decided by, logged and replayed; and
// what a program does that was not given it, or was given another.
#include <doctest/doctest.h>
#include <ringfence/engine.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "unit/api_log_world.h"

namespace ringfence {
namespace {

std::string ReadExample(const std::string& name) {
  std::ifstream stream(RINGFENCE_SOURCE_DIR "/examples/extension/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Catalog ExtendedBy(const std::string& text) {
  const Result<Catalog> catalog = Catalog::Extend(Catalog::Standard(), text);
  REQUIRE_MESSAGE(catalog.ok(), catalog.status().message());
  return *catalog;
}
std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}
/// The example's version 2: one setting more, and a member more of an attribute that has room.
std::string NextVersion() {
  std::string text =
      Replaced(ReadExample("catalog-extension.json"), "\"version\": 1", "\"version\": 2");
  return Replaced(text, "  ],\n  \"relations\"",
                  "    , { \"name\": \"x_later\", \"kind\": \"setting\", \"type\": \"bool\","
                  " \"default\": false, \"absent\": false, \"bit\": 117, \"known_to\": [\"owner\"],"
                  " \"changeable\": \"owner\", \"doc\": \"Appended.\" }\n  ],\n  \"relations\"");
}

Result<Store> OpenWith(const std::string& path, const Catalog& catalog,
                       StoreOptions::Mode mode = StoreOptions::Mode::kReadWrite) {
  StoreOptions options;
  options.path = path;
  options.mode = mode;
  return Store::Open(options, catalog);
}

/// A company's store and log: alice has the gold plan, bob lets gold in, carol assists bob.
class Acme : public LogFolder {
 public:
  Acme() : store(*OpenWith(db(), catalog, StoreOptions::Mode::kCreate)) {
    REQUIRE(store.ActivatePolicy(ReadExample("policy.json"), "policy.json", "").ok());
    REQUIRE(store.SetUser("alice", "x_plan", "gold").ok());
    REQUIRE(store.SetUser("bob", "x_allow_gold", "true").ok());
    REQUIRE(store.Relate("carol", "x_assists", "bob").ok());
    REQUIRE(DecisionLog::Init({log_path(), keys_path(), "example.com/acme"}).ok());
  }

  std::string db() const { return folder.file("acme.db"); }

  /// Rules by which each caller is answered; recorded.
  std::vector<std::string> Ring(const std::vector<std::string>& callers,
                                const std::string& origin = "profile") {
    LogOptions log_options = Options();
    log_options.collect = LogOptions::Collect::kAll;
    Result<DecisionLog> log = DecisionLog::Open(log_options, store);
    REQUIRE_MESSAGE(log.ok(), log.status().message());
    EngineOptions options;
    options.store = store;
    options.log = *log;
    Engine engine = OpenEngine(std::move(options));
    Reader reader = OpenReader(engine);
    const Fact facts[] = {*catalog.MakeFact("call.x_origin", origin)};
    std::vector<std::string> rules;
    for (const std::string& caller : callers) {
      Question question = Between(caller.c_str(), "bob");
      question.facts = facts;
      rules.emplace_back(Ask(reader, question).rule);
    }
    REQUIRE(log->Close().ok());
    return rules;
  }

  ReplayReport ReplayWith(const std::optional<Catalog>& with,
                          const std::optional<Policy>& policy = std::nullopt) const {
    ReplayOptions options = KeysOf(store);
    options.secrets.catalog = with;
    if (policy) {
      options.mode = ReplayMode::kWhatIf;
      options.policy = policy;
    }
    return Replayed(options);
  }

  Catalog catalog = ExtendedBy(ReadExample("catalog-extension.json"));
  Store store;
};

std::string Chosen(const Store& store, const std::string& user) {
  const Result<UserInfo> info = store.ShowUser(user);
  REQUIRE(info.ok());
  std::string text;
  for (const UserValue& value : info->values) {
    if (value.code == 0) continue;
    text += value.name + "=" + store.catalog().FormatValue(value.fact, value.code) + " ";
  }
  return text;
}

TEST_CASE("an extended fact is stored, decides, is logged and replayed") {
  Acme acme;
  CHECK(acme.Ring({"alice", "carol", "dave"}) ==
        std::vector<std::string>{"gold", "assistant", "otherwise"});
  CHECK(acme.Ring({"alice"}, "advert") == std::vector<std::string>{"advert"});

  // The catalog is the store's where none is given.
  for (const std::optional<Catalog>& with : {std::optional<Catalog>(), {acme.catalog}}) {
    const ReplayReport report = acme.ReplayWith(with);
    CHECK(report.entries == 4);
    CHECK(report.reproduced == 4);
  }
  // Another policy of the extension: nobody assists any more.
  const std::string text =
      Replaced(ReadExample("policy.json"), "caller.x_assists(callee)", "false");
  const Result<Policy> other = Policy::Compile(text, "other.json", acme.catalog);
  REQUIRE_MESSAGE(other.ok(), other.status().message());
  const ReplayReport what_if = acme.ReplayWith(acme.catalog, *other);
  CHECK(what_if.changes.lost == 1);
  CHECK(what_if.reproduced == 3);
  REQUIRE(what_if.examples.size() == 1);
  bool shown = false;
  for (const std::string& fact : what_if.examples[0].facts) {
    shown |= fact == "caller.x_assists(callee)=true";
  }
  CHECK(shown);
}

TEST_CASE("a later version of the extension replays what an older one recorded") {
  Acme acme;
  acme.Ring({"alice", "carol", "dave"});
  const std::string next = NextVersion();
  CHECK(Catalog::CheckNextVersion(Catalog::Standard(),
                                  {ReadExample("catalog-extension.json"), "1.json"},
                                  {next, "2.json"})
            .ok());
  const ReplayReport report = acme.ReplayWith(ExtendedBy(next));
  CHECK(report.reproduced == 3);
  // And the store goes on with both.
  Result<Store> newer = OpenWith(acme.db(), ExtendedBy(next));
  REQUIRE(newer.ok());
  REQUIRE(newer->SetUser("bob", "x_later", "true").ok());
  REQUIRE(acme.store.SetUser("bob", "calls_enabled", "true").ok());
  CHECK(Chosen(*newer, "bob") == "calls_enabled=true x_allow_gold=true x_later=true ");
  CHECK(*acme.store.UnknownEntries() == std::vector<std::string>{"x_later"});
}

TEST_CASE("without the extension a log is not replayed by guesses") {
  Acme acme;
  acme.Ring({"alice", "carol"});
  const ReplayReport report = acme.ReplayWith(Catalog::Standard());
  CHECK(report.entries == 2);
  CHECK(report.reproduced == 0);
  CHECK(report.not_replayable == 2);
  // A policy of another catalog than the one the log is read with.
  const Result<LogReader> reader = LogReader::Open(acme.log_path());
  REQUIRE(reader.ok());
  ReplayOptions options;
  options.mode = ReplayMode::kWhatIf;
  options.policy = *Policy::Shipped("default");
  options.secrets.catalog = acme.catalog;
  CHECK(Replay(*reader, options).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a store opened without the extension: nothing is decided by what it does not know") {
  Acme acme;
  Result<Store> plain = OpenWith(acme.db(), Catalog::Standard());
  REQUIRE_MESSAGE(plain.ok(), plain.status().message());
  CHECK(*plain->UnknownEntries() ==
        std::vector<std::string>{"x_assists", "x_allow_gold", "x_plan"});
  size_t named = 0;
  const Result<std::vector<DoctorFinding>> findings = plain->Doctor();
  REQUIRE(findings.ok());
  for (const DoctorFinding& finding : *findings) {
    if (finding.check == "entries") {
      CHECK_FALSE(finding.error);
      ++named;
    }
  }
  CHECK(named == 3);
  // Neither shown nor settable, and not touched by what is written beside it.
  CHECK(Chosen(*plain, "bob").empty());
  CHECK(plain->SetUser("bob", "x_allow_gold", "false").status().code() == StatusCode::kNotFound);
  REQUIRE(plain->SetUser("bob", "allow_followed", "true").ok());
  REQUIRE(plain->Relate("carol", "follows", "bob").ok());
  REQUIRE(plain->Unrelate("carol", "follows", "bob").ok());
  CHECK(Chosen(acme.store, "bob") == "allow_followed=true x_allow_gold=true ");
  CHECK(acme.Ring({"alice", "carol"}) == std::vector<std::string>{"gold", "assistant"});
  // The policy in force needs the extension: no engine without it, and none half with it.
  EngineOptions options;
  options.store = *plain;
  Result<Engine> half = Engine::Open(options);
  REQUIRE(half.ok());
  const Status refused = half->NewReader().status();
  CHECK(refused.code() == StatusCode::kCorrupt);
  CHECK(refused.message().find("are of a catalog extension, and none was given") !=
        std::string::npos);
  options.store = acme.store;
  options.policy = *Policy::Shipped("default");
  CHECK(Engine::Open(options).status().code() == StatusCode::kInvalidArgument);
  // Under a policy of its own it decides as if the rest was not there.
  options.store = *plain;
  Result<Engine> engine = Engine::Open(options);
  REQUIRE_MESSAGE(engine.ok(), engine.status().message());
  Reader reader = OpenReader(*engine);
  CHECK(Ask(reader, Between("alice", "bob")).rule == "otherwise");
  // A store cannot be given a policy that it could not decide by.
  CHECK(plain->ActivatePolicy(ReadExample("policy.json"), "policy.json", "").status().code() ==
        StatusCode::kParse);
}

TEST_CASE("a store that another extension has written is refused") {
  const Acme acme;
  const std::string example = ReadExample("catalog-extension.json");
  const std::string renamed = Replaced(example, "\"x_allow_gold\"", "\"x_allow_silver\"");
  const std::string moved = Replaced(example, "\"bit\": 57", "\"bit\": 117");
  const std::string retyped = Replaced(example, "\"kind\": \"flag\"", "\"kind\": \"symmetric\"");
  const std::string reordered = Replaced(example, "\"silver\", \"gold\"", "\"gold\", \"silver\"");
  for (const std::string& other : {renamed, moved, retyped, reordered}) {
    for (const auto mode : {StoreOptions::Mode::kReadWrite, StoreOptions::Mode::kReadOnly}) {
      const Result<Store> store = OpenWith(acme.db(), ExtendedBy(other), mode);
      REQUIRE_FALSE(store.ok());
      CHECK(store.status().code() == StatusCode::kSchema);
    }
  }
  // The same, said in other words.
  CHECK(OpenWith(acme.db(), ExtendedBy(Replaced(example, "The plan the", "Which plan the"))).ok());
}

TEST_CASE("a store without a policy in force decides by the default one, in its own vocabulary") {
  const TemporaryFolder folder;
  const Catalog catalog = ExtendedBy(ReadExample("catalog-extension.json"));
  Result<Store> store = OpenWith(folder.file("new.db"), catalog, StoreOptions::Mode::kCreate);
  REQUIRE(store.ok());
  REQUIRE(store->Relate("bob", "follows", "alice").ok());
  Engine engine = OpenEngine(*store);
  Reader reader = OpenReader(engine);
  const Fact facts[] = {*catalog.MakeFact("call.x_origin", "profile")};
  Question question = Between("alice", "bob");
  question.facts = facts;
  CHECK(Ask(reader, question).rule == "followed");
}

TEST_CASE("forgetting a person takes their extended facts along") {
  Acme acme;
  REQUIRE(acme.store.Forget("bob").ok());
  REQUIRE(acme.store.SetUser("bob", "calls_enabled", "true").ok());
  CHECK(Chosen(acme.store, "bob") == "calls_enabled=true ");
  CHECK(acme.store.Relations("carol")->empty());
}

}  // namespace
}  // namespace ringfence
