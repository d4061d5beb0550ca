// Lists and quiet through engines: conformance cases of Telegram, host facts, Recheck, local time,
// writers beside Readers. ThreadSanitizer runs it.
#include <ringfence/lists.h>
#include <ringfence/quiet.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "api/store_impl.h"
#include "unit/allocations.h"
#include "unit/api_support.h"

namespace ringfence {
namespace {

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

ListEntry Entry(std::string_view action, std::string_view subject) {
  Result<ListEntry> entry = ParseListEntry(action, subject);
  Require(entry.status());
  return *entry;
}

std::string Rule(const std::string& id, const std::string& when, const std::string& then) {
  return "{\"id\": \"" + id + "\", \"when\": \"" + when + "\", \"then\": \"" + then + "\"}";
}

Policy PolicyOf(const std::string& floor, const std::string& rules) {
  const std::string text =
      "{\"policy\": \"p\", \"catalog\": 1, \"unknown_callee\": \"refuse\", \"decisions\": "
      "{\"ring\": "
      "{\"floor\": [" +
      floor + "], \"rules\": [" + rules +
      "], \"otherwise\": \"ring\", \"on_unavailable\": \"refuse\"}}}";
  Result<Policy> policy = Policy::Compile(text, "p.json");
  Require(policy.status());
  return *policy;
}

/// Local time is UTC, in the one zone there is; while `here` is set.
class OneZone final : public TimeZones {
 public:
  bool ToLocal(std::string_view zone, int64_t unix_s, LocalTime* local) const noexcept override {
    if (zone != "Here/There" || !here) return false;
    local->minute = static_cast<int>(unix_s / 60 % 1440);
    local->weekday = static_cast<int>((unix_s / 86400 + 3) % 7) + 1;
    return true;
  }
  std::vector<std::string> Names() const override { return {"Here/There"}; }
  std::atomic<bool> here{true};
};

struct Case {
  int number;  // of shared conformance cases
  std::vector<ListEntry> list;
  const char* caller;
  const char* rule;  // of rules/telegram
};

TEST_CASE("telegram's privacy rules as a user's own list") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    Require(store.SetUser("bob", "capability", "video").status());
    Require(store.SetUser("alice", "verified", "true").status());
    Require(store.SetUser("carol", "verified", "true").status());
    EngineOptions options;
    options.store = store;
    options.policy = *Policy::Shipped("telegram");
    Engine engine = OpenEngine(std::move(options));
    Reader reader = OpenReader(engine);
    const Case cases[] = {
        // The first that matches, not the last.
        {27,
         {Entry("always", "person:alice"), Entry("never", "person:alice"),
          Entry("never", "everyone")},
         "alice",
         "always"},
        {28, {Entry("never", "person:alice"), Entry("always", "everyone")}, "alice", "never"},
        {28, {Entry("never", "person:alice"), Entry("always", "everyone")}, "carol", "always"},
        // Where none matches, Telegram refuses: the last rule of every list is said.
        {29, {Entry("always", "contacts"), Entry("never", "everyone")}, "alice", "never"},
        {30, {Entry("never", "everyone")}, "alice", "never"},
    };
    for (const Case& one : cases) {
      CAPTURE(one.number);
      Require(lists.Replace("bob", one.list).status());
      CHECK(Ask(reader, Between(one.caller, "bob")).rule == one.rule);
    }
    Require(store.Relate("bob", "added", "alice").status());
    Require(lists.Replace("bob", cases[3].list).status());
    CHECK(Ask(reader, Between("alice", "bob")).rule == "always");
    // 34: a block stands above any list.
    Require(store.Block("bob", "alice").status());
    CHECK(Ask(reader, Between("alice", "bob")).rule == "blocked");
  });
}

/// A host's own graph: everybody follows everybody; counts how often it is asked.
class HostGraph final : public FactSource {
 public:
  ReadState Read(Group group, const Question& /*question*/, GroupWriter& out) noexcept override {
    if (group != Group::kPair) return ReadState::kNotMine;
    ++asked;
    out.Set(*Catalog::Standard().Find("callee.follows(caller)"), 1);
    return ReadState::kRead;
  }
  int asked = 0;
};

TEST_CASE("a predicate asks the host's own graph; what the question carries comes first") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    Require(lists.Add("bob", Entry("never", "followed")).status());
    EngineOptions options;
    options.store = store;
    options.policy = PolicyOf(Rule("listed", "callee.list(caller) == 'never'", "refuse"),
                              Rule("followed", "callee.follows(caller)", "ring"));
    Engine engine = OpenEngine(std::move(options));
    Reader alone = OpenReader(engine);
    CHECK(Ask(alone, Between("alice", "bob")).rule == "otherwise");
    HostGraph graph;
    FactSource* const sources[] = {&graph};
    Reader reader = OpenReader(engine, sources);
    CHECK(Ask(reader, Between("alice", "bob")).rule == "listed");
    CHECK(graph.asked >= 1);
    CHECK(graph.asked <= 2);
    Question question = Between("alice", "bob");
    const Facts carried{{"callee.follows(caller)", "false"}};
    question.facts = carried;
    CHECK(Ask(reader, question).rule == "otherwise");
    // The list is private: who asks for a button learns nothing of it.
    const Result<PreviewAnswer> button = reader.Preview(Between("alice", "bob"));
    Require(button.status());
    CHECK(button->button == PreviewAnswer::Button::kMaybe);
  });
}

TEST_CASE("quiet: for a while, excepting whom the list names, and Recheck ends what is ringing") {
  OnEachPublicStore([](Store& store) {
    QuietTimes times(store);
    Lists lists(store);
    std::atomic<int64_t> now_ms{1750000000000};
    EngineOptions options;
    options.store = store;
    options.clock_ms = [&] { return now_ms.load(); };
    options.policy = PolicyOf(Rule("quiet", "callee.quiet(caller)", "refuse"), "");
    Engine engine = OpenEngine(std::move(options));
    Reader reader = OpenReader(engine);
    Require(store.SetUser("bob", "calls_enabled", "true").status());
    const auto rule_for = [&](const char* caller) {
      return std::string(Ask(reader, Between(caller, "bob")).rule);
    };
    const Decision ringing = Ask(reader, Between("alice", "bob"));
    CHECK(ringing.let_through());
    Require(times.SetQuiet("bob", {1750000060, false}).status());
    Result<RecheckAnswer> again = reader.Recheck(Between("alice", "bob"), ringing);
    Require(again.status());
    CHECK_FALSE(again->stands);
    CHECK(rule_for("alice") == "quiet");
    // Until that second, and not in it.
    now_ms = 1750000059999;
    CHECK(rule_for("alice") == "quiet");
    now_ms = 1750000060000;
    CHECK(rule_for("alice") == "otherwise");
    // Whom the list names and lets call; what it says of everybody excepts nobody.
    now_ms = 1750000000000;
    const std::string_view staff[] = {"dave"};
    Require(lists.AddToGroup("staff", staff).status());
    const ListEntry list[] = {Entry("always", "everyone"), Entry("always", "person:alice"),
                              Entry("never", "person:eve"), Entry("silent", "person:sue"),
                              Entry("bypass", "group:staff")};
    Require(lists.Replace("bob", list).status());
    CHECK(rule_for("alice") == "quiet");
    Require(times.SetQuiet("bob", {1750000060, true}).status());
    CHECK(rule_for("alice") == "otherwise");
    CHECK(rule_for("dave") == "otherwise");
    for (const char* caller : {"carol", "eve", "sue"}) CHECK(rule_for(caller) == "quiet");
    Question anonymous;
    anonymous.caller_without_account = true;
    anonymous.callee = "bob";
    CHECK(Ask(reader, anonymous).rule == "quiet");
    Require(times.EndQuiet("bob").status());
    CHECK(rule_for("carol") == "otherwise");
    CHECK_FALSE(times.ShowQuiet("bob")->has_value());
    for (const int64_t until : {int64_t{0}, int64_t{-1}, kMaxQuietUntil + 1, INT64_MAX}) {
      CHECK(times.SetQuiet("bob", {until, false}).status().code() == StatusCode::kInvalidArgument);
    }
    Require(times.SetQuiet("bob", {kMaxQuietUntil, false}).status());
    CHECK(rule_for("carol") == "quiet");
  });
}

TEST_CASE("local time: with and without a zone, a schedule, and who knows zones") {
  OnEachPublicStore([](Store& store) {
    QuietTimes times(store);
    const auto zones = std::make_shared<OneZone>();
    // Tuesday, 2 January 2024, 22:30.
    std::atomic<int64_t> now_ms{1704234600000};
    const auto rule_with = [&](std::shared_ptr<const TimeZones> known, const char* callee) {
      EngineOptions options;
      options.store = store;
      options.clock_ms = [&] { return now_ms.load(); };
      options.time_zones = std::move(known);
      options.policy = PolicyOf(
          "", Rule("hours", "callee.quiet_hours", "refuse") + "," +
                  Rule("late", "callee.local_minute >= 1350 && callee.local_weekday == 2", "ring"));
      Engine engine = OpenEngine(std::move(options));
      Reader reader = OpenReader(engine);
      const Decision decision = Ask(reader, Between("alice", callee));
      return std::string(decision.basis == Basis::kOnUnavailable ? "unavailable" : decision.rule);
    };
    Require(store.SetUser("nowhere", "calls_enabled", "true").status());
    Require(times.SetSchedule("bob", {"Here/There", {{0x02, 1380, 420}}}, *zones).status());
    Require(times.SetSchedule("carol", {"Here/There", {}}, *zones).status());
    CHECK(rule_with(zones, "bob") == "late");
    CHECK(rule_with(zones, "carol") == "late");
    now_ms = 1704236400000;  // 23:00
    CHECK(rule_with(zones, "bob") == "hours");
    now_ms = 1704236400000 + 8 * 3600000 - 1;  // Wednesday, a millisecond before 07:00
    CHECK(rule_with(zones, "bob") == "hours");
    now_ms = 1704236400000 + 8 * 3600000;
    CHECK(rule_with(zones, "bob") == "otherwise");
    // Both rules follow for who has no zone: the first is false, the second open, and both ring.
    CHECK(rule_with(zones, "nowhere") == "late");
    CHECK(rule_with(nullptr, "nowhere") == "late");
    CHECK(rule_with(nullptr, "bob") == "unavailable");
    zones->here = false;  // the zone vanishes from the machine's data
    CHECK(rule_with(zones, "bob") == "unavailable");
    const Status unknown =
        times.SetSchedule("bob", {"Here/Ther", {}}, *std::make_shared<OneZone>()).status();
    CHECK(unknown.code() == StatusCode::kNotFound);
    CHECK(unknown.message().find("'Here/There'") != std::string::npos);
    CHECK(times.SetSchedule("bob", {"../etc", {}}, *zones).status().code() ==
          StatusCode::kInvalidArgument);
    QuietSchedule many{"Here/There", std::vector<QuietInterval>(22, {1, 0, 1})};
    CHECK(times.SetSchedule("bob", many, OneZone()).status().code() == StatusCode::kLimit);
    many.intervals.resize(21);
    Require(times.SetSchedule("bob", many, OneZone()).status());
    CHECK(**times.ShowSchedule("bob") == many);
    many.intervals[20].end = 0;
    CHECK(times.SetSchedule("bob", many, OneZone()).status().code() ==
          StatusCode::kInvalidArgument);
    Require(times.ClearSchedule("bob").status());
    CHECK_FALSE(times.ShowSchedule("bob")->has_value());
    CHECK(rule_with(nullptr, "bob") == "late");
  });
}

TEST_CASE("a decision about a user with a list, quiet and a schedule allocates nothing") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    std::vector<ListEntry> entries;
    for (int i = 0; i < 300; ++i) {
      entries.push_back(Entry("never", "person:p" + std::to_string(i)));
    }
    for (int i = 0; i < 20; ++i) {
      const std::string group = "g" + std::to_string(i);
      Require(lists.AddToGroup(group, {}).status());
      entries.push_back(Entry("never", "group:" + group));
    }
    for (const char* subject : {"domain:*.x.org", "followed", "contacts", "subscription:both",
                                "verified", "unknown", "everyone"}) {
      entries.push_back(Entry("silent", subject));
    }
    Require(lists.Replace("bob", entries).status());
    Require(QuietTimes(store).SetQuiet("bob", {kMaxQuietUntil, true}).status());
    const auto zones = std::make_shared<OneZone>();
    Require(
        QuietTimes(store).SetSchedule("bob", {"Here/There", {{0x7f, 0, 1440}}}, *zones).status());
    EngineOptions options;
    options.store = store;
    options.time_zones = zones;
    options.policy =
        PolicyOf(Rule("listed", "callee.list(caller) == 'never'", "refuse"),
                 Rule("hours", "callee.quiet_hours && callee.quiet(caller)", "refuse"));
    Engine engine = OpenEngine(std::move(options));
    Reader reader = OpenReader(engine);
    for (const auto& [caller, rule] : {std::pair("stranger", "hours"), std::pair("p7", "listed")}) {
      CHECK(Ask(reader, Between(caller, "bob")).rule == rule);
      const uint64_t before = Allocations();
      const Result<Decision> decision = reader.Decide(Between(caller, "bob"));
      CHECK(Allocations() == before);
      CHECK(decision.ok());
    }
  });
}

TEST_CASE("once an entry 'never' has been added, nothing that starts afterwards rings") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    Require(store.SetUser("bob", "calls_enabled", "true").status());
    EngineOptions options;
    options.store = store;
    options.policy = PolicyOf(Rule("listed", "callee.list(caller) == 'never'", "refuse"), "");
    Engine engine = OpenEngine(std::move(options));
    const ListEntry never = Entry("never", "person:alice");
    const ListEntry always = Entry("always", "person:alice");
    std::atomic<int> standing{0};  // the round whose entry stands; 0: none
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0}, rang{0}, refused{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        Result<Reader> reader = engine.NewReader();
        while (reader.ok() && !stop.load()) {
          const int before = standing.load();
          const Result<Decision> decision = reader->Decide(Between("alice", "bob"));
          // A list is replaced whole: no answer but these two is ever seen.
          if (!decision.ok() || decision->basis != Basis::kComplete) {
            ++wrong;
            continue;
          }
          if (before != 0 && standing.load() == before && decision->let_through()) ++wrong;
          ++(decision->let_through() ? rang : refused);
        }
      });
    }
    for (int round = 1; round <= 40 || ((rang == 0 || refused == 0) && round < 4000); ++round) {
      const ListEntry many[] = {Entry("silent", "domain:*"), never, Entry("always", "everyone")};
      const bool added =
          round % 2 == 0 ? lists.Add("bob", never).ok() : lists.Replace("bob", many).ok();
      if (!added) ++wrong;
      standing = round;
      std::this_thread::yield();
      standing = 0;
      if (!lists.Add("bob", always, 0).ok()) ++wrong;
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong.load() == 0);
    CHECK(rang.load() > 0);
    CHECK(refused.load() > 0);
  });
}

TEST_CASE("a damaged list is refused by all calls but the one that sets it anew") {
  OnEachPublicStore([](Store& store) {
    Lists lists(store);
    const std::vector<ListEntry> entries = {Entry("never", "person:alice"),
                                            Entry("never", "person:carol"),
                                            Entry("always", "everyone")};
    const auto damage = [&](RowKind kind, const char* other) {
      Result<std::unique_ptr<StoreTransaction>> begun = store.impl()->backend->Begin();
      Require(begun.status());
      int64_t owner = 0;
      int64_t person = 0;
      Require((*begun)->FindHandle("bob", &owner));
      if (*other != 0) Require((*begun)->FindHandle(other, &person));
      Require((*begun)->PutRow(kind, owner, person, "damaged", 0));
      Require((*begun)->Commit().status());
    };
    Require(lists.Replace("bob", entries).status());
    for (const bool one : {true, false}) {
      one ? damage(RowKind::kListPerson, "alice") : damage(RowKind::kListOther, "");
      CHECK(lists.Show("bob").status().code() == StatusCode::kCorrupt);
      CHECK(lists.Add("bob", Entry("never", "bots")).status().code() == StatusCode::kCorrupt);
      Require(lists.Replace("bob", std::span(entries).subspan(1)).status());
      Result<std::vector<ListEntry>> shown = lists.Show("bob");
      Require(shown.status());
      CHECK(std::equal(shown->begin(), shown->end(), entries.begin() + 1, entries.end()));
      Require(lists.Replace("bob", entries).status());
    }
    damage(RowKind::kListPerson, "carol");
    Require(lists.Replace("bob", {}).status());
    CHECK(lists.Show("bob")->empty());
  });
}

TEST_CASE("a clock that was fast by an hour ends no quiet for good") {
  OnEachPublicStore([](Store& store) {
    constexpr int64_t kUntilS = 1750000060;
    QuietTimes times(store);
    Require(times.SetQuiet("bob", {kUntilS, false}).status());
    for (const auto& [now_s, is_kept] :
         {std::pair(kUntilS + 3599, true), {kUntilS + 3600, false}}) {
      Result<std::unique_ptr<StoreTransaction>> begun = store.impl()->backend->Begin();
      Require(begun.status());
      Require((*begun)->SweepRows(now_s, 100));
      Require((*begun)->CommitCounters());
      Result<std::optional<QuietPeriod>> shown = times.ShowQuiet("bob");
      Require(shown.status());
      CHECK(shown->has_value() == is_kept);
    }
  });
}

}  // namespace
}  // namespace ringfence
