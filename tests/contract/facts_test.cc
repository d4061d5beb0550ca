// The contract of a source of facts: what a decision reads after a write, whoever holds the facts.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "contract/subjects.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

TEST_CASE("nobody is known before a write, and asking does not make anybody known") {
  OnEachSubject([](Subject& subject) {
    for (int time = 0; time < 2; ++time) {
      const Answer answer = subject.Ask("alice", "bob");
      CHECK(answer.Absent(Group::kCallee));
      CHECK(answer.Absent(Group::kCaller));
      CHECK(answer.Absent(Group::kPair));
      CHECK(answer.Get("callee.known") == "false");
      CHECK(answer.Get("callee.calls_enabled") == "false");  // the absent value, not unset
      CHECK(answer.Get("callee.follows(caller)") == "false");
    }
  });
}

TEST_CASE("a named user is known and has chosen nothing") {
  OnEachSubject([](Subject& subject) {
    Require(subject.AddUser("bob"));
    Require(subject.AddUser("bob"));
    const Answer answer = subject.Ask("alice", "bob");
    CHECK(answer.Get("callee.known") == "true");
    CHECK(answer.Get("caller.known") == "false");
    CHECK(answer.Get("callee.calls_enabled") == "unset");
    CHECK(answer.Get("callee.country") == "unset");
  });
}

TEST_CASE("settings are set, changed and unset, on the side of the user who has them") {
  OnEachSubject([](Subject& subject) {
    Require(subject.SetUser("bob", "calls_enabled", "false"));
    Require(subject.SetUser("bob", "dnd", "priority"));
    Require(subject.SetUser("bob", "country", "999"));
    Require(subject.SetUser("alice", "verified", "true"));
    Answer answer = subject.Ask("alice", "bob");
    CHECK(answer.Get("callee.calls_enabled") == "false");
    CHECK(answer.Get("callee.dnd") == "priority");
    CHECK(answer.Get("callee.country") == "999");
    CHECK(answer.Get("callee.verified") == "unset");
    CHECK(answer.Get("caller.verified") == "true");
    CHECK(answer.Get("caller.calls_enabled") == "unset");

    Require(subject.SetUser("bob", "calls_enabled", "true"));
    Require(subject.SetUser("bob", "dnd", "unset"));
    answer = subject.Ask("bob", "alice");
    CHECK(answer.Get("caller.calls_enabled") == "true");
    CHECK(answer.Get("caller.dnd") == "unset");
    CHECK(answer.Get("caller.country") == "999");
    CHECK(answer.Get("callee.verified") == "true");
  });
}

TEST_CASE("every value of every setting and attribute comes back as it was set") {
  OnEachSubject([](Subject& subject) {
    const Catalog& catalog = Catalog::Standard();
    for (const FactInfo& info : catalog.facts()) {
      if (!info.can_be_unset || info.group != Group::kCallee) continue;
      // An int's ends and middle stand for the rest.
      const FactCode last = info.code_count() - 1;
      for (FactCode code : {FactCode{0}, FactCode{1}, last / 2, last}) {
        const std::string value = catalog.FormatValue(info.id, code);
        CAPTURE(info.name);
        CAPTURE(value);
        Require(subject.SetUser("bob", info.entry, value));
        CHECK(subject.Ask("alice", "bob").Get(info.name) == value);
      }
    }
  });
}

TEST_CASE("settings do not touch each other") {
  OnEachSubject([](Subject& subject) {
    const Catalog& catalog = Catalog::Standard();
    const auto set_all = [&](bool odd) {
      for (const FactInfo& info : catalog.facts()) {
        if (!info.can_be_unset || info.group != Group::kCallee) continue;
        const FactCode code = (info.id % 2 == 1) == odd ? info.code_count() - 1 : 1;
        Require(subject.SetUser("bob", info.entry, catalog.FormatValue(info.id, code)));
      }
    };
    for (bool odd : {false, true}) {
      set_all(odd);
      const Answer answer = subject.Ask("alice", "bob");
      for (const FactInfo& info : catalog.facts()) {
        if (!info.can_be_unset || info.group != Group::kCallee) continue;
        const FactCode code = (info.id % 2 == 1) == odd ? info.code_count() - 1 : 1;
        CHECK(answer.Get(info.name) == catalog.FormatValue(info.id, code));
      }
    }
  });
}

TEST_CASE("a relation is directed, makes both known, and can be taken back") {
  OnEachSubject([](Subject& subject) {
    Require(subject.Relate("bob", "follows", "alice"));
    Answer answer = subject.Ask("alice", "bob");
    CHECK(answer.Get("callee.follows(caller)") == "true");
    CHECK(answer.Get("caller.follows(callee)") == "false");
    CHECK(answer.Get("callee.known") == "true");
    CHECK(answer.Get("caller.known") == "true");
    answer = subject.Ask("bob", "alice");
    CHECK(answer.Get("callee.follows(caller)") == "false");
    CHECK(answer.Get("caller.follows(callee)") == "true");

    Require(subject.Relate("alice", "blocks", "bob"));
    answer = subject.Ask("alice", "bob");
    CHECK(answer.Get("callee.follows(caller)") == "true");
    CHECK(answer.Get("caller.blocks(callee)") == "true");
    CHECK(answer.Get("callee.blocks(caller)") == "false");

    Require(subject.Relate("bob", "follows", "alice", "false"));
    answer = subject.Ask("alice", "bob");
    CHECK(answer.Get("callee.follows(caller)") == "false");
    CHECK(answer.Get("caller.blocks(callee)") == "true");
    Require(subject.Relate("alice", "blocks", "bob", "false"));
    answer = subject.Ask("alice", "bob");
    CHECK(answer.Absent(Group::kPair));
    CHECK(answer.Get("caller.blocks(callee)") == "false");
    CHECK(answer.Get("callee.known") == "true");
  });
}

TEST_CASE("taking back what never was makes both known and nothing else") {
  OnEachSubject([](Subject& subject) {
    Require(subject.Relate("bob", "blocks", "mallory", "false"));
    const Answer answer = subject.Ask("mallory", "bob");
    CHECK(answer.Get("callee.known") == "true");
    CHECK(answer.Get("caller.known") == "true");
    CHECK(answer.Absent(Group::kPair));
  });
}

TEST_CASE("a choice has one member at a time, each direction its own") {
  OnEachSubject([](Subject& subject) {
    for (const char* member : {"pending", "accepted", "blocked", "none", "declined"}) {
      Require(subject.Relate("bob", "message_request", "alice", member));
      const Answer answer = subject.Ask("alice", "bob");
      CHECK(answer.Get("callee.message_request(caller)") == member);
      CHECK(answer.Get("caller.message_request(callee)") == "none");
    }
    Require(subject.Relate("alice", "message_request", "bob", "accepted"));
    const Answer answer = subject.Ask("alice", "bob");
    CHECK(answer.Get("callee.message_request(caller)") == "declined");
    CHECK(answer.Get("caller.message_request(callee)") == "accepted");
  });
}

TEST_CASE("a symmetric relation holds in both directions or in neither") {
  OnEachSubject([](Subject& subject) {
    Require(subject.Relate("bob", "friend", "alice"));
    for (const auto& [caller, callee] : {std::pair("alice", "bob"), std::pair("bob", "alice")}) {
      const Answer answer = subject.Ask(caller, callee);
      CHECK(answer.Get("callee.friend(caller)") == "true");
      CHECK(answer.Get("caller.friend(callee)") == "true");
      CHECK(answer.Get("callee.follows(caller)") == "false");
    }
    // From the other side than it was made.
    Require(subject.Relate("alice", "friend", "bob", "false"));
    for (const auto& [caller, callee] : {std::pair("alice", "bob"), std::pair("bob", "alice")}) {
      CHECK(subject.Ask(caller, callee).Absent(Group::kPair));
    }
  });
}

TEST_CASE("relations of different people are not confused") {
  OnEachSubject([](Subject& subject) {
    Require(subject.Relate("a", "follows", "b"));
    Require(subject.Relate("b", "blocks", "c"));
    Require(subject.Relate("c", "follows", "a"));
    CHECK(subject.Ask("b", "a").Get("callee.follows(caller)") == "true");
    CHECK(subject.Ask("c", "b").Get("callee.blocks(caller)") == "true");
    CHECK(subject.Ask("b", "c").Get("callee.blocks(caller)") == "false");
    CHECK(subject.Ask("a", "c").Get("callee.follows(caller)") == "true");
    CHECK(subject.Ask("c", "a").Get("callee.follows(caller)") == "false");
  });
}

TEST_CASE("a forgotten user is unknown, in every relation, and may come back empty") {
  OnEachSubject([](Subject& subject) {
    Require(subject.SetUser("bob", "calls_enabled", "false"));
    Require(subject.Relate("bob", "blocks", "mallory"));
    Require(subject.Relate("alice", "follows", "bob"));
    Require(subject.Relate("alice", "follows", "mallory"));
    Result<ForgetReport> report = subject.Forget("bob");
    REQUIRE(report.ok());
    CHECK(report->existed);
    CHECK(report->pairs_removed == 2);
    for (const auto& other : {"mallory", "alice"}) {
      Answer answer = subject.Ask(other, "bob");
      CHECK(answer.Absent(Group::kCallee));
      CHECK(answer.Absent(Group::kPair));
      CHECK(answer.Get("caller.known") == "true");
      answer = subject.Ask("bob", other);
      CHECK(answer.Absent(Group::kCaller));
      CHECK(answer.Absent(Group::kPair));
    }
    CHECK(subject.Ask("mallory", "alice").Get("callee.follows(caller)") == "true");

    Require(subject.AddUser("bob"));
    const Answer answer = subject.Ask("mallory", "bob");
    CHECK(answer.Get("callee.calls_enabled") == "unset");
    CHECK(answer.Absent(Group::kPair));

    report = subject.Forget("nobody");
    REQUIRE(report.ok());
    CHECK_FALSE(report->existed);
    CHECK(report->pairs_removed == 0);
  });
}

TEST_CASE("ids are opaque bytes: SQL, length and Unicode forms") {
  OnEachSubject([](Subject& subject) {
    const std::string ids[] = {
        "'; DROP TABLE users; --",
        "\" OR 1=1 --",
        "%",
        "_",
        "a",
        "A",
        " a",
        "\u00e9",   // one code point
        "e\u0301",  // the same letter as two
        "\u212b",   // angstrom sign
        "\u00c5",   // what it normalises to
        std::string(255, 'x'),
        std::string(254, 'x'),
        std::string(51, 'y') + std::string("\U0001F600"),
    };
    for (const std::string& id : ids) Require(subject.SetUser(id, "verified", "true"));
    for (const std::string& id : ids) {
      Require(subject.SetUser(id, "verified", "false"));
      Require(subject.Relate(id, "follows", "hub"));
      for (const std::string& other : ids) {
        CAPTURE(id);
        CAPTURE(other);
        const Answer answer = subject.Ask("hub", other);
        CHECK(answer.Get("callee.verified") == (other == id ? "false" : "true"));
        CHECK(answer.Get("callee.follows(caller)") == (other == id ? "true" : "false"));
      }
      Require(subject.SetUser(id, "verified", "true"));
      Require(subject.Relate(id, "follows", "hub", "false"));
    }
  });
}

TEST_CASE("the same person on both sides has settings and no relations") {
  OnEachSubject([](Subject& subject) {
    Require(subject.SetUser("bob", "verified", "true"));
    Require(subject.Relate("bob", "follows", "alice"));
    const Answer answer = subject.Ask("bob", "bob");
    CHECK(answer.Get("callee.verified") == "true");
    CHECK(answer.Get("caller.verified") == "true");
    CHECK(answer.Absent(Group::kPair));
  });
}

TEST_CASE("what nothing holds is absent, and the clock is nobody's") {
  OnEachSubject([](Subject& subject) {
    Require(subject.Relate("bob", "follows", "alice"));
    const Answer answer = subject.Ask("alice", "bob");
    for (Group group :
         {Group::kContact, Group::kCallerContact, Group::kList, Group::kGrant, Group::kAttempts}) {
      CHECK(answer.Absent(group));
    }
    // A store knows that nobody asked for quiet hours; a host that serves no time knows nothing.
    CHECK(answer.Get("callee.quiet_hours") == (subject.name() == "host" ? "unavailable" : "false"));
    CHECK(answer.Get("callee.contact(caller)") == "no_book");
    CHECK(answer.Get("callee.list(caller)") == "none");
    CHECK(answer.Get("callee.local_minute") == "unavailable");
    CHECK(answer.Get("callee.local_weekday") == "unavailable");
  });
}

}  // namespace
}  // namespace ringfence
