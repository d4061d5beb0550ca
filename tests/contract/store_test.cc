// The contract of a store beyond its facts: transactions, revisions, snapshots, handles, listings,
// policies.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "contract/subjects.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

std::unique_ptr<StoreSession> NewSession(StoreBackend& store) {
  Result<std::unique_ptr<StoreSession>> session = store.NewSession(nullptr);
  REQUIRE_MESSAGE(session.ok(), session.status().message());
  return std::move(*session);
}

Status Relate(StoreBackend& store, std::string_view subject, std::string_view relation,
              std::string_view object, FactCode code = 1) {
  return Write(store, [&](StoreTransaction& transaction) {
    return transaction.Relate(subject, Relation(relation), object, code);
  });
}

SnapshotInfo InfoOf(StoreSession& session) {
  SnapshotInfo info;
  Require(session.Info(&info));
  return info;
}

std::string ToText(const RelationInfo& relation) {
  return relation.subject + " " + relation.relation + " " + relation.object + " " + relation.value;
}

std::vector<std::string> AllRelations(StoreBackend& store) {
  std::vector<std::string> lines;
  Require(store.EachRelation([&](const RelationInfo& relation) {
    lines.push_back(ToText(relation));
    return true;
  }));
  return lines;
}

std::vector<std::string> AllUsers(StoreBackend& store) {
  std::vector<std::string> names;
  Require(store.EachUser([&](const UserInfo& user) {
    names.push_back(user.user);
    return true;
  }));
  return names;
}

TEST_CASE("every committed transaction is one revision, and counted in the write epoch") {
  OnEachStore([](StoreBackend& store) {
    CHECK(*store.Revision() == 0);
    const uint64_t epoch = store.write_epoch();
    for (uint64_t revision = 1; revision <= 3; ++revision) {
      auto transaction = store.Begin();
      REQUIRE(transaction.ok());
      Require((*transaction)->AddUser("bob"));
      Require((*transaction)->Relate("bob", Relation("follows"), "alice", 1));
      CHECK(*store.Revision() == revision - 1);
      CHECK(store.write_epoch() == epoch + revision - 1);
      const Result<uint64_t> committed = (*transaction)->Commit();
      REQUIRE(committed.ok());
      CHECK(*committed == revision);
      CHECK(*store.Revision() == revision);
      CHECK(store.write_epoch() == epoch + revision);
    }
  });
}

TEST_CASE("a transaction that is not committed leaves nothing behind") {
  OnEachStore([](StoreBackend& store) {
    Require(Relate(store, "bob", "follows", "alice"));
    {
      auto transaction = store.Begin();
      REQUIRE(transaction.ok());
      Require((*transaction)->AddUser("new"));
      Require((*transaction)->SetUser("bob", Setting("verified"), 2));
      Require((*transaction)->Relate("bob", Relation("blocks"), "new", 1));
      ForgetReport report;
      Require((*transaction)->Forget("alice", kNow, &report));
      CHECK(report.existed);
      PolicyRecord record;
      record.name = "p";
      Require((*transaction)->AddPolicy(&record));
    }
    CHECK(*store.Revision() == 1);
    CHECK(AllUsers(store) == std::vector<std::string>{"alice", "bob"});
    CHECK(AllRelations(store) == std::vector<std::string>{"bob follows alice true"});
    CHECK(store.PolicyInForce().status().code() == StatusCode::kNotFound);
    CHECK(store.ShowUser("bob")->values[0].code == 0);
  });
}

TEST_CASE("a transaction sees its own writes, and ends with its commit") {
  OnEachStore([](StoreBackend& store) {
    auto transaction = store.Begin();
    REQUIRE(transaction.ok());
    Require((*transaction)->Relate("bob", Relation("follows"), "alice", 1));
    Require((*transaction)->Relate("bob", Relation("blocks"), "alice", 1));
    Require((*transaction)->Relate("carol", Relation("follows"), "bob", 1));
    ForgetReport report;
    Require((*transaction)->Forget("bob", kNow, &report));
    CHECK(report.pairs_removed == 2);
    Require((*transaction)->Relate("bob", Relation("messaged"), "alice", 1));
    REQUIRE((*transaction)->Commit().ok());
    CHECK(AllRelations(store) == std::vector<std::string>{"bob messaged alice true"});
    CHECK((*transaction)->Commit().status().code() == StatusCode::kClosed);
    CHECK((*transaction)->AddUser("late").code() == StatusCode::kClosed);
    CHECK(store.ShowUser("late").status().code() == StatusCode::kNotFound);
  });
}

TEST_CASE("what is wrong is refused by name and leaves the transaction usable") {
  OnEachStore([](StoreBackend& store) {
    auto opened = store.Begin();
    REQUIRE(opened.ok());
    StoreTransaction& transaction = **opened;
    const FactId verified = Setting("verified");
    const FactId follows = Relation("follows");
    const FactId known = *Catalog::Standard().Find("callee.known");
    const FactId reverse = *Catalog::Standard().Find("caller.follows(callee)");
    const FactId caller_side = *Catalog::Standard().Find("caller.verified");
    const FactId beyond = static_cast<FactId>(Catalog::Standard().size());
    ForgetReport report;
    const auto refused = [](const Status& status) {
      CHECK(status.code() == StatusCode::kInvalidArgument);
      CHECK_FALSE(status.message().empty());
    };
    for (const std::string& id :
         {std::string(), std::string(256, 'x'), std::string("a\nb"), std::string("a\0b", 3),
          std::string("\xff"), std::string("\xed\xa0\x80")}) {
      CAPTURE(id);
      refused(transaction.AddUser(id));
      refused(transaction.SetUser(id, verified, 1));
      refused(transaction.Relate(id, follows, "alice", 1));
      refused(transaction.Relate("alice", follows, id, 1));
      refused(transaction.Forget(id, kNow, &report));
      CHECK(store.ShowUser(id).status().code() == StatusCode::kInvalidArgument);
      CHECK(store.Relations(id).status().code() == StatusCode::kInvalidArgument);
    }
    refused(transaction.Relate("bob", follows, "bob", 1));
    refused(transaction.Relate("bob", follows, "bob", 0));
    refused(transaction.SetUser("bob", verified, 3));
    refused(transaction.SetUser("bob", verified, kUnavailableCode));
    for (FactId fact : {known, caller_side, follows, reverse, beyond}) {
      refused(transaction.SetUser("bob", fact, 1));
    }
    refused(transaction.Relate("bob", follows, "alice", 2));
    refused(transaction.Relate("bob", follows, "alice", kUnavailableCode));
    for (FactId fact : {known, verified, reverse, beyond}) {
      refused(transaction.Relate("bob", fact, "alice", 1));
    }
    Require(transaction.AddUser("good"));
    REQUIRE(transaction.Commit().ok());
    CHECK(AllUsers(store) == std::vector<std::string>{"good"});
  });
}

TEST_CASE("one writer at a time; the next waits, and says so when it is too long") {
  const TemporaryFolder folder;
  const std::unique_ptr<StoreBackend> store = NewSqliteStore(folder.file("store.db"), 20);
  {
    const auto transaction = store->Begin();
    REQUIRE(transaction.ok());
    CHECK(store->Begin().status().code() == StatusCode::kBusy);
    CHECK(store->Purge().status().code() == StatusCode::kBusy);
    // Listings do not wait.
    CHECK(store->Revision().ok());
  }
  CHECK(store->Begin().ok());
}

TEST_CASE("a snapshot holds still while others write") {
  OnEachStore([](StoreBackend& store) {
    Require(Relate(store, "bob", "follows", "alice"));
    const auto session = NewSession(store);
    session->BeginSnapshot();
    CHECK(AskSource(*session, "alice", "bob").Get("callee.follows(caller)") == "true");
    Require(Relate(store, "bob", "blocks", "alice"));
    const Answer before = AskSource(*session, "alice", "bob");
    CHECK(before.Get("callee.blocks(caller)") == "false");
    CHECK(InfoOf(*session).revision == 1);
    session->EndSnapshot();
    session->BeginSnapshot();
    CHECK(AskSource(*session, "alice", "bob").Get("callee.blocks(caller)") == "true");
    CHECK(InfoOf(*session).revision == 2);
    session->EndSnapshot();
  });
}

TEST_CASE("a snapshot begins with its first read, not with BeginSnapshot") {
  OnEachStore([](StoreBackend& store) {
    const auto session = NewSession(store);
    session->BeginSnapshot();
    Require(Relate(store, "bob", "blocks", "alice"));
    CHECK(InfoOf(*session).revision == 1);
    Require(Relate(store, "bob", "follows", "alice"));
    CHECK(InfoOf(*session).revision == 1);
    CHECK(AskSource(*session, "alice", "bob").Get("callee.follows(caller)") == "false");
    session->EndSnapshot();
  });
}

TEST_CASE("revision and policy of a snapshot, whether read before or after its facts") {
  OnEachStore([](StoreBackend& store) {
    const auto session = NewSession(store);
    for (uint64_t revision = 1; revision <= 4; ++revision) {
      PolicyRecord record;
      record.text = "policy " + std::to_string(revision);
      Require(Write(store, [&](StoreTransaction& t) { return t.AddPolicy(&record); }));
      // The second round has nothing new to notice.
      for (int round = 0; round < 2; ++round) {
        session->BeginSnapshot();
        if (revision % 2 == 0) CHECK(AskSource(*session, "a", "b").Absent(Group::kCallee));
        const SnapshotInfo info = InfoOf(*session);
        CHECK(info.revision == revision);
        CHECK(info.policy_number == record.number);
        PolicyRecord found;
        Require(session->PolicyText(info.policy_number, &found));
        CHECK(found.text == record.text);
        CHECK(found.in_force);
        session->EndSnapshot();
      }
    }
  });
}

TEST_CASE("a handle stands for an id, outlives nothing, and is never given again") {
  OnEachStore([](StoreBackend& store) {
    Require(Relate(store, "bob", "follows", "alice"));
    Require(Write(store, [](StoreTransaction& t) { return t.SetUser("bob", Setting("bot"), 2); }));
    const auto session = NewSession(store);
    const Result<int64_t> alice = session->Resolve("alice");
    const Result<int64_t> bob = session->Resolve("bob");
    REQUIRE(alice.ok());
    REQUIRE(bob.ok());
    CHECK(*alice > 0);
    CHECK(*bob > 0);
    CHECK(*alice != *bob);
    CHECK(session->Resolve("nobody").status().code() == StatusCode::kNotFound);
    CHECK(session->Resolve("").status().code() == StatusCode::kInvalidArgument);
    CHECK(AllUsers(store).size() == 2);

    const auto ask = [&](const Party& caller, const Party& callee) {
      Question question;
      question.caller = caller;
      question.callee = callee;
      session->BeginSnapshot();
      const Answer answer = AskSource(*session, question);
      session->EndSnapshot();
      return answer;
    };
    for (const auto& [caller, callee] : {std::pair(Party::Handle(*alice), Party::Handle(*bob)),
                                         std::pair(Party("alice"), Party::Handle(*bob)),
                                         std::pair(Party::Handle(*alice), Party("bob")),
                                         std::pair(Party("alice"), Party("bob"))}) {
      const Answer answer = ask(caller, callee);
      CHECK(answer.Get("callee.bot") == "true");
      CHECK(answer.Get("caller.bot") == "unset");
      CHECK(answer.Get("callee.follows(caller)") == "true");
    }

    ForgetReport report;
    Require(Write(store, [&](StoreTransaction& t) { return t.Forget("bob", kNow, &report); }));
    const Answer answer = ask(Party::Handle(*alice), Party::Handle(*bob));
    CHECK(answer.Absent(Group::kCallee));
    CHECK(answer.Absent(Group::kPair));
    CHECK(answer.Get("callee.cohort") == "unavailable");
    // The highest id was bob's; it must not come back.
    Require(Write(store, [](StoreTransaction& t) { return t.AddUser("bob"); }));
    const Result<int64_t> again = session->Resolve("bob");
    REQUIRE(again.ok());
    CHECK(*again > *bob);
  });
}

TEST_CASE("a batch in one snapshot: many users from one buffer, the same answers as one by one") {
  OnEachStore([](StoreBackend& store) {
    const std::vector<std::string> names = {"ann", "ben", "cat", "dan"};
    for (const std::string& name : names) {
      Require(Write(store, [&](StoreTransaction& t) {
        return t.SetUser(name, Setting("verified"), name < "c" ? 1 : 2);
      }));
    }
    Require(Relate(store, "ann", "follows", "cat"));
    Require(Relate(store, "dan", "blocks", "ann"));
    const auto session = NewSession(store);
    std::string callee_buffer, caller_buffer;
    session->BeginSnapshot();
    for (const std::string& caller : names) {
      for (const std::string& callee : names) {
        caller_buffer = caller;
        callee_buffer = callee;
        const Answer answer = AskSource(*session, caller_buffer, callee_buffer);
        CAPTURE(caller);
        CAPTURE(callee);
        CHECK(answer.Get("callee.verified") == (callee < "c" ? "false" : "true"));
        CHECK(answer.Get("caller.verified") == (caller < "c" ? "false" : "true"));
        const bool follows = callee == "ann" && caller == "cat";
        CHECK(answer.Get("callee.follows(caller)") == (follows ? "true" : "false"));
        const bool blocks = caller == "dan" && callee == "ann";
        CHECK(answer.Get("caller.blocks(callee)") == (blocks ? "true" : "false"));
      }
    }
    session->EndSnapshot();
  });
}

TEST_CASE("a caller without an account has nothing, and no cohort") {
  OnEachStore([](StoreBackend& store) {
    Require(Relate(store, "bob", "follows", "alice"));
    const auto session = NewSession(store);
    Question question;
    question.callee = "bob";
    question.caller_without_account = true;
    const Answer answer = AskSource(*session, question);
    session->EndSnapshot();
    CHECK(answer.Get("callee.known") == "true");
    CHECK(answer.Get("caller.known") == "false");
    CHECK(answer.Get("callee.follows(caller)") == "false");
    CHECK(answer.Get("caller.cohort") == "unavailable");
    CHECK(answer.Get("callee.cohort") != "unavailable");
  });
}

TEST_CASE("cohorts are of the id: stable, by handle too, whether known or not, and spread") {
  OnEachStore([](StoreBackend& store) {
    const auto session = NewSession(store);
    const auto cohort = [&](const Party& callee, std::string_view side = "callee.cohort") {
      Question question;
      question.caller = callee;
      question.callee = callee;
      session->BeginSnapshot();
      std::string text = AskSource(*session, question).Get(side);
      session->EndSnapshot();
      return text;
    };
    const std::string unknown = cohort("bob");
    CHECK(unknown != "unavailable");
    Require(Write(store, [](StoreTransaction& t) { return t.AddUser("bob"); }));
    CHECK(cohort("bob") == unknown);
    CHECK(cohort("bob", "caller.cohort") == unknown);
    CHECK(cohort(Party::Handle(*session->Resolve("bob"))) == unknown);
    // 2,000 ids in ten bins of 200: half or double of that is more than seven deviations away.
    int bins[10] = {};
    for (int i = 0; i < 2000; ++i) {
      const int value = std::stoi(cohort(std::string_view("u" + std::to_string(i))));
      REQUIRE(value >= 0);
      REQUIRE(value < 10000);
      ++bins[value / 1000];
    }
    for (int count : bins) {
      CHECK(count > 100);
      CHECK(count < 400);
    }
  });
}

TEST_CASE("listings: users by name, relations once, both sides of a user") {
  OnEachStore([](StoreBackend& store) {
    Require(Relate(store, "mallory", "follows", "bob"));
    Require(Relate(store, "bob", "friend", "alice"));
    Require(Relate(store, "bob", "blocks", "mallory"));
    Require(Relate(store, "alice", "message_request", "bob", 2));
    Require(Write(store, [](StoreTransaction& t) {
      return t.SetUser("bob", Setting("dnd"), Value(Setting("dnd"), "alarms"));
    }));
    CHECK(AllUsers(store) == std::vector<std::string>{"alice", "bob", "mallory"});
    CHECK(AllRelations(store) ==
          std::vector<std::string>{"mallory follows bob true", "bob blocks mallory true",
                                   "bob friend alice true", "alice message_request bob accepted"});
    const auto relations = store.Relations("bob");
    REQUIRE(relations.ok());
    std::vector<std::string> lines;
    for (const RelationInfo& relation : *relations) lines.push_back(ToText(relation));
    CHECK(lines == std::vector<std::string>{"bob blocks mallory true", "mallory follows bob true",
                                            "bob friend alice true",
                                            "alice message_request bob accepted"});
    const auto user = store.ShowUser("bob");
    REQUIRE(user.ok());
    CHECK(user->user == "bob");
    size_t chosen = 0;
    for (const UserValue& value : user->values) {
      CHECK(value.name == Catalog::Standard().fact(value.fact).entry);
      if (value.code == 0) continue;
      ++chosen;
      CHECK(value.name == "dnd");
      CHECK(Catalog::Standard().FormatValue(value.fact, value.code) == "alarms");
    }
    CHECK(chosen == 1);
    CHECK(user->values.size() > 30);
    CHECK(store.ShowUser("nobody").status().code() == StatusCode::kNotFound);
    CHECK(store.Relations("nobody").status().code() == StatusCode::kNotFound);
  });
}

TEST_CASE("a listing stops when told, and may write meanwhile") {
  OnEachStore([](StoreBackend& store) {
    for (const char* name : {"a", "b", "c"}) {
      Require(Write(store, [&](StoreTransaction& t) { return t.AddUser(name); }));
    }
    Require(Relate(store, "a", "follows", "b"));
    Require(Relate(store, "b", "follows", "c"));
    int seen = 0;
    Require(store.EachUser([&](const UserInfo& user) {
      Require(Write(store, [](StoreTransaction& t) { return t.AddUser("zoe"); }));
      CHECK(store.ShowUser(user.user).ok());
      return ++seen < 2;
    }));
    CHECK(seen == 2);
    seen = 0;
    Require(store.EachRelation([&](const RelationInfo&) { return ++seen < 1; }));
    CHECK(seen == 1);
    CHECK(AllUsers(store) == std::vector<std::string>{"a", "b", "c", "zoe"});
  });
}

TEST_CASE("two users whom any relation joins are a pair, each way once, until it is gone") {
  OnEachStore([](StoreBackend& store) {
    Require(Relate(store, "a", "follows", "b"));
    Require(Relate(store, "b", "blocks", "a"));
    Require(Relate(store, "c", "follows", "a"));
    std::vector<std::string> pairs;
    const auto list = [&] {
      pairs.clear();
      Require(store.EachPair([&](std::string_view callee, std::string_view caller) {
        pairs.push_back(std::string(callee) + " " + std::string(caller));
        return true;
      }));
    };
    list();
    CHECK(pairs == std::vector<std::string>{"a b", "a c", "b a", "c a"});
    const FactId follows = *Catalog::Standard().FindRelation("follows");
    Require(Write(store, [&](StoreTransaction& t) { return t.Relate("c", follows, "a", 0); }));
    list();
    CHECK(pairs == std::vector<std::string>{"a b", "b a"});
    int seen = 0;
    Require(store.EachPair([&](std::string_view, std::string_view) { return ++seen < 1; }));
    CHECK(seen == 1);
  });
}

TEST_CASE("policies: the latest is in force, all are kept, numbers grow") {
  OnEachStore([](StoreBackend& store) {
    CHECK(store.PolicyInForce().status().code() == StatusCode::kNotFound);
    CHECK(store.Policies()->empty());
    const auto session = NewSession(store);
    CHECK(InfoOf(*session).policy_number == 0);
    session->EndSnapshot();
    for (int i = 1; i <= 3; ++i) {
      PolicyRecord record;
      record.name = "p" + std::to_string(i);
      record.digest = std::string(64, 'd');
      record.text = "text of " + record.name + " with 'quotes' and \u00e9";
      record.note = i == 2 ? "" : "note";
      record.activated_at_s = 1700000000 + i;
      Require(Write(store, [&](StoreTransaction& t) { return t.AddPolicy(&record); }));
      CHECK(record.number == i);
    }
    const auto in_force = store.PolicyInForce();
    REQUIRE(in_force.ok());
    CHECK(in_force->name == "p3");
    CHECK(in_force->in_force);
    CHECK(in_force->digest == std::string(64, 'd'));
    CHECK(in_force->text == "text of p3 with 'quotes' and \u00e9");
    CHECK(in_force->note == "note");
    CHECK(in_force->activated_at_s == 1700000003);
    const auto history = store.Policies();
    REQUIRE(history.ok());
    REQUIRE(history->size() == 3);
    CHECK((*history)[0].in_force);
    CHECK((*history)[2].name == "p1");
    CHECK_FALSE((*history)[2].in_force);
    PolicyRecord record;
    Require(session->PolicyText(1, &record));
    CHECK(record.name == "p1");
    CHECK(session->PolicyText(9, &record).code() == StatusCode::kNotFound);
    session->EndSnapshot();
  });
}

TEST_CASE("a session goes on when its store is gone") {
  const TemporaryFolder folder;
  std::unique_ptr<StoreSession> session;
  {
    const std::unique_ptr<StoreBackend> store = NewSqliteStore(folder.file("store.db"));
    Require(Relate(*store, "bob", "follows", "alice"));
    session = NewSession(*store);
  }
  CHECK(AskSource(*session, "alice", "bob").Get("callee.follows(caller)") == "true");
  Result<std::unique_ptr<StoreBackend>> memory = OpenMemoryStore(StandardLayout());
  Require(Relate(**memory, "bob", "follows", "alice"));
  session = NewSession(**memory);
  memory = OpenMemoryStore(StandardLayout());
  CHECK(AskSource(*session, "alice", "bob").Get("callee.follows(caller)") == "true");
}

}  // namespace
}  // namespace ringfence
