// The public Store: names and texts in, Status with a sentence out, policies activated and rolled
// back, people forgotten.
#include <doctest/doctest.h>
#include <ringfence/limits.h>
#include <ringfence/policy.h>
#include <ringfence/store.h>

#include <functional>
#include <string>
#include <vector>

#include "contract/temporary_folder.h"

namespace ringfence {
namespace {

Store OpenStore(const std::string& path) {
  StoreOptions options;
  options.path = path;
  options.mode = StoreOptions::Mode::kCreate;
  options.busy_timeout_ms = 50;
  Result<Store> store = Store::Open(options);
  REQUIRE_MESSAGE(store.ok(), store.status().message());
  return *store;
}

// On a file and in memory.
void OnBoth(const std::function<void(Store&)>& body) {
  {
    INFO("memory");
    Store store = OpenStore("");
    CHECK(store.path().empty());
    body(store);
  }
  INFO("sqlite");
  const TemporaryFolder folder;
  Store store = OpenStore(folder.file("store.db"));
  CHECK(store.path() == folder.file("store.db"));
  body(store);
  const auto findings = store.Doctor();
  REQUIRE(findings.ok());
  for (const DoctorFinding& finding : *findings) FAIL_CHECK(finding.check << finding.detail);
}

std::string Chosen(Store& store, const std::string& user) {
  const Result<UserInfo> info = store.ShowUser(user);
  if (!info.ok()) return std::string(ToString(info.status().code()));
  std::string text;
  for (const UserValue& value : info->values) {
    if (value.code == 0) continue;
    text += value.name + "=" + store.catalog().FormatValue(value.fact, value.code) + " ";
  }
  return text;
}

std::vector<std::string> Lines(const std::vector<RelationInfo>& relations) {
  std::vector<std::string> lines;
  for (const RelationInfo& relation : relations) {
    lines.push_back(relation.subject + " " + relation.relation + " " + relation.object + " " +
                    relation.value);
  }
  return lines;
}

TEST_CASE("single writes by name, each a revision") {
  OnBoth([](Store& store) {
    CHECK(store.SetUser("bob", "calls_enabled", "false").value() == 1);
    CHECK(store.SetUser("bob", "country", "12345").value() == 2);  // saturated
    CHECK(Chosen(store, "bob") == "calls_enabled=false country=999 ");
    CHECK(store.SetUser("bob", "calls_enabled", "unset").value() == 3);
    CHECK(Chosen(store, "bob") == "country=999 ");
    CHECK(store.Relate("bob", "follows", "alice").value() == 4);
    CHECK(store.Relate("bob", "mark", "alice", "unwanted").value() == 5);
    CHECK(store.Block("bob", "mallory").value() == 6);
    CHECK(store.Unrelate("bob", "follows", "alice").value() == 7);
    CHECK(Lines(*store.Relations("bob")) ==
          std::vector<std::string>{"bob mark alice unwanted", "bob blocks mallory true"});
    CHECK(store.Unrelate("bob", "mark", "alice").value() == 8);
    CHECK(Lines(*store.Relations("alice")).empty());
    CHECK(store.Revision().value() == 8);
  });
}

TEST_CASE("writes that are refused say why and change nothing") {
  OnBoth([](Store& store) {
    const auto refused = [](const Result<uint64_t>& written, StatusCode code,
                            const std::string& part) {
      CHECK(written.status().code() == code);
      CAPTURE(written.status().message());
      CHECK(written.status().message().find(part) != std::string::npos);
    };
    refused(store.SetUser("bob", "calls_enable", "true"), StatusCode::kNotFound, "calls_enabled");
    refused(store.SetUser("bob", "follows", "true"), StatusCode::kNotFound, "follows");
    refused(store.SetUser("bob", "known", "true"), StatusCode::kNotFound, "known");
    refused(store.SetUser("bob", "calls_enabled", "maybe"), StatusCode::kInvalidArgument, "maybe");
    refused(store.SetUser("bob", "calls_enabled", "?"), StatusCode::kInvalidArgument, "?");
    refused(store.SetUser("", "calls_enabled", "true"), StatusCode::kInvalidArgument, "");
    refused(store.Relate("bob", "follow", "alice"), StatusCode::kNotFound, "follows");
    refused(store.Relate("bob", "follows", "alice", "unset"), StatusCode::kInvalidArgument,
            "unset");
    refused(store.Relate("bob", "follows", "alice", "unavailable"), StatusCode::kInvalidArgument,
            "unavailable");
    refused(store.Relate("bob", "follows", "bob"), StatusCode::kInvalidArgument, "themselves");
    refused(store.Block("bob\n", "alice"), StatusCode::kInvalidArgument, "");
    CHECK(store.Revision().value() == 0);
    CHECK(Chosen(store, "bob") == "not found");
  });
}

TEST_CASE("a transaction of the public class: together or not at all") {
  OnBoth([](Store& store) {
    const FactId verified = *store.catalog().FindUserEntry("verified");
    const FactId follows = *store.catalog().FindRelation("follows");
    {
      Result<Store::Transaction> transaction = store.Begin();
      REQUIRE(transaction.ok());
      CHECK(transaction->AddUser("alice").ok());
      CHECK(transaction->SetUser("alice", verified, 2).ok());
    }
    CHECK(Chosen(store, "alice") == "not found");
    Result<Store::Transaction> transaction = store.Begin();
    REQUIRE(transaction.ok());
    Store::Transaction moved = std::move(*transaction);
    CHECK(moved.SetUser("alice", verified, 2).ok());
    CHECK(moved.Relate("alice", follows, "bob", 1).ok());
    CHECK(moved.Commit().value() == 1);
    CHECK(moved.Commit().status().code() == StatusCode::kClosed);
    CHECK(Chosen(store, "alice") == "verified=true ");
    std::vector<std::string> users;
    CHECK(store
              .EachUser([&](const UserInfo& user) {
                users.push_back(user.user);
                return true;
              })
              .ok());
    CHECK(users == std::vector<std::string>{"alice", "bob"});
    std::vector<RelationInfo> relations;
    CHECK(store
              .EachRelation([&](const RelationInfo& relation) {
                relations.push_back(relation);
                return true;
              })
              .ok());
    CHECK(Lines(relations) == std::vector<std::string>{"alice follows bob true"});
  });
}

TEST_CASE("forgetting by name, purged at once where nobody reads an old snapshot") {
  OnBoth([](Store& store) {
    REQUIRE(store.Block("bob", "mallory").ok());
    REQUIRE(store.Relate("alice", "follows", "bob").ok());
    Result<ForgetReport> report = store.Forget("bob");
    REQUIRE(report.ok());
    CHECK(report->existed);
    CHECK(report->pairs_removed == 2);
    CHECK(report->purged);
    CHECK(Chosen(store, "bob") == "not found");
    CHECK(store.Relations("alice")->empty());
    CHECK(store.Revision().value() == 3);
    report = store.Forget("bob");
    REQUIRE(report.ok());
    CHECK_FALSE(report->existed);
    CHECK(store.Revision().value() == 3);
    CHECK(store.Forget("").status().code() == StatusCode::kInvalidArgument);
    CHECK(store.Purge().value());
  });
}

TEST_CASE("policies: stored canonical with their digest, refused with diagnostics, rolled back") {
  OnBoth([](Store& store) {
    CHECK(store.PolicyInForce().status().code() == StatusCode::kNotFound);
    CHECK(store.RollbackPolicy().status().code() == StatusCode::kNotFound);
    const std::string first = *Policy::ShippedText("default");
    const std::string second = *Policy::ShippedText("x-2024");
    const Result<PolicyRecord> activated = store.ActivatePolicy(first, "first.json", "the first");
    REQUIRE_MESSAGE(activated.ok(), activated.status().message());
    CHECK(activated->number == 1);
    CHECK(activated->in_force);
    CHECK(activated->digest == Policy::Shipped("default")->digest());
    CHECK(activated->text == Policy::Shipped("default")->canonical());
    CHECK(activated->note == "the first");
    CHECK(activated->activated_at_s > 1600000000);
    CHECK(store.RollbackPolicy().status().code() == StatusCode::kNotFound);

    const Result<PolicyRecord> bad = store.ActivatePolicy("{ \"policy\": ", "bad.json", "");
    CHECK(bad.status().code() == StatusCode::kParse);
    CHECK(bad.status().message().find("bad.json:1") != std::string::npos);
    CHECK(store.ActivatePolicy(second, "s", std::string(kMaxNoteBytes + 1, 'n')).status().code() ==
          StatusCode::kLimit);
    CHECK(store.ActivatePolicy(second, "s", "\xff").status().code() ==
          StatusCode::kInvalidArgument);
    CHECK(store.PolicyInForce()->number == 1);

    REQUIRE(store.ActivatePolicy(second, "second.json", std::string(kMaxNoteBytes, 'n')).ok());
    REQUIRE(store.ActivatePolicy(second, "second.json", "again").ok());
    CHECK(store.PolicyInForce()->name == "x-2024");
    // Back to another policy, not to the same one activated before.
    const Result<PolicyRecord> back = store.RollbackPolicy();
    REQUIRE_MESSAGE(back.ok(), back.status().message());
    CHECK(back->name == "default");
    CHECK(back->number == 4);
    CHECK(back->note.find("policy 1") != std::string::npos);
    CHECK(store.PolicyInForce()->number == 4);
    CHECK(store.RollbackPolicy()->name == "x-2024");
    const Result<std::vector<PolicyRecord>> history = store.PolicyHistory();
    REQUIRE(history.ok());
    REQUIRE(history->size() == 5);
    CHECK((*history)[0].number == 5);
    CHECK((*history)[0].in_force);
    CHECK_FALSE((*history)[1].in_force);
  });
}

TEST_CASE("opening: not there, and migrating what is up to date") {
  const TemporaryFolder folder;
  StoreOptions options;
  options.path = folder.file("store.db");
  CHECK(Store::Open(options).status().code() == StatusCode::kNotFound);
  CHECK(Store::Migrate(options.path).status().code() == StatusCode::kNotFound);
  OpenStore(options.path);
  CHECK(Store::Open(options).ok());
  CHECK(Store::Migrate(options.path).value() == std::pair(6, 6));
}

}  // namespace
}  // namespace ringfence
