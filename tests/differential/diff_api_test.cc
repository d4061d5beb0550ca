// Differences of policies as the public interface tells them: what makes none, the words, shares,
// witnesses, errors; and their count in a store against deciding every pair.
#include <doctest/doctest.h>
#include <ringfence/cases.h>
#include <ringfence/diff.h>
#include <ringfence/diff_store.h>
#include <ringfence/engine.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "differential/random_policy.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

std::string Text(const std::string& rules, const std::string& more = {}) {
  return R"({ "policy": "p", "catalog": 1, )" + more +
         R"("outcomes": { "quiet": { "effect": "silence" }, "busy": { "effect": "refuse",
            "signal": "busy" }, "twin": { "effect": "refuse" } },
          "unknown_callee": "refuse", "decisions": { "ring": { "rules": [ )" +
         rules + R"( ], "otherwise": "refuse", "on_unavailable": "refuse" } } })";
}

std::string Rule(const std::string& id, const std::string& when, const std::string& then) {
  return R"({ "id": ")" + id + R"(", "when": ")" + when + R"(", "then": ")" + then + "\" }";
}

Policy Compiled(const std::string& text) {
  Result<Policy> policy = Policy::Compile(text);
  REQUIRE_MESSAGE(policy.ok(), policy.status().message());
  return *std::move(policy);
}

PolicyDiff Diff(const std::string& older, const std::string& newer) {
  Result<PolicyDiff> diff = DiffPolicies(Compiled(older), Compiled(newer));
  REQUIRE_MESSAGE(diff.ok(), diff.status().message());
  return *std::move(diff);
}

const std::string kFollows = "callee.follows(caller)";

TEST_CASE("what changes nothing for anybody is equivalent") {
  const std::string before = Text(Rule("a", "callee.calls_enabled && " + kFollows, "ring") + "," +
                                  Rule("b", "caller.verified && callee.allow_verified", "ring") +
                                  "," + Rule("c", "call.media == 'video'", "refuse"));
  const auto same = [&](const std::string& after) { CHECK(Diff(before, after).Equivalent()); };
  same(before);
  SUBCASE("names, order, conditions written otherwise, rules that never decide") {
    same(Text(Rule("other", "caller.verified && callee.allow_verified", "ring") + ",\n\n" +
              Rule("names", "!(!callee.follows(caller) || !callee.calls_enabled)", "ring") + "," +
              Rule("never", "false", "quiet")));
  }
  SUBCASE("the catalog's default, said") {
    same(Text(Rule("a", "callee.calls_enabled && " + kFollows, "ring") + "," +
                  Rule("b", "caller.verified && callee.allow_verified", "ring"),
              R"("defaults": { "calls_enabled": true }, )"));
  }
}

TEST_CASE("a change is told in the language of conditions, and what it cannot say in words") {
  const PolicyDiff diff =
      Diff(Text(Rule("a", "callee.allow_contacts && callee.contact(caller) == 'match'", "ring")),
           Text(Rule("a", "callee.allow_contacts && callee.contact(caller) == 'match'", "ring"),
                R"("defaults": { "allow_contacts": true }, )"));
  REQUIRE(diff.changes.size() == 1);
  const DiffChange& change = diff.changes[0];
  CHECK(change.kind == DiffKind::kGained);
  CHECK(change.was.effect == Effect::kRefuse);
  CHECK(change.now.effect == Effect::kRing);
  REQUIRE(change.situations.size() == 1);
  CHECK(change.complete);
  CHECK(change.situations[0].When() ==
        "callee.allow_contacts is unset && callee.contact(caller) == 'match'");
  CHECK(change.situations[0].was_rule == "otherwise");
  CHECK(change.situations[0].now_rule == "a");
  CHECK(change.share == diff.share);
  CHECK(std::abs(change.situations[0].share - change.share) < 1e-12);
  CHECK(diff.Count(DiffKind::kLost) == 0);
}

TEST_CASE("numbers are ranges, enums short lists, and everything but one is !=") {
  const PolicyDiff diff = Diff(
      Text(""),
      Text(Rule("a", "callee.attempts_1h(caller) >= 3 && callee.attempts_1h(caller) <= 5", "ring") +
           "," + Rule("b", "call.platform in ['ios', 'mac']", "busy") + "," +
           Rule("c", "call.media != 'video'", "quiet")));
  std::vector<std::string> texts;
  for (const DiffChange& change : diff.changes) {
    for (const DiffSituations& one : change.situations) texts.push_back(one.When());
  }
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  CHECK_MESSAGE(all.find("callee.attempts_1h(caller) >= 3 && callee.attempts_1h(caller) <= 5") !=
                    std::string::npos,
                all);
  CHECK_MESSAGE(all.find("call.platform in ['ios', 'mac']") != std::string::npos, all);
  CHECK_MESSAGE(all.find("call.media != 'video'") != std::string::npos, all);
}

TEST_CASE("the same answer under another name matters only where facts are unavailable") {
  const PolicyDiff diff =
      Diff(Text(Rule("a", kFollows, "ring") + "," + Rule("b", "caller.verified", "refuse")),
           Text(Rule("a", kFollows, "ring") + "," + Rule("b", "caller.verified", "twin")));
  // Both fall back to on_unavailable, which refuses too.
  CHECK(diff.Equivalent());
  const auto with = [](const std::string& then) {
    std::string text = Text(Rule("b", "caller.verified", then));
    return text.replace(text.find("\"on_unavailable\": \"refuse\""), 26,
                        "\"on_unavailable\": \"ring\"");
  };
  const PolicyDiff other = Diff(with("refuse"), with("twin"));
  CHECK(other.changes.empty());
  REQUIRE(other.unavailable.size() == 1);
  CHECK(other.unavailable[0].kind == DiffKind::kGained);
  CHECK(other.unavailable[0].situations[0].When() ==
        "callee.known is not false && caller.verified is unavailable");
}

TEST_CASE("witnesses are cases that either policy passes") {
  for (const char* names : {"default x-2024", "x-2023 x-2024", "whatsapp telegram"}) {
    const std::string both = names;
    const std::string first = both.substr(0, both.find(' ')),
                      second = both.substr(first.size() + 1);
    const Policy older = *Policy::Shipped(first), newer = *Policy::Shipped(second);
    const PolicyDiff diff = *DiffPolicies(older, newer);
    std::string was, now;
    size_t number = 0;
    for (const std::vector<DiffChange>* list : {&diff.changes, &diff.unavailable}) {
      for (const DiffChange& change : *list) {
        const std::string comma = number++ == 0 ? "" : ",\n";
        was += comma + change.situations[0].was_case;
        now += comma + change.situations[0].now_case;
      }
    }
    REQUIRE(number > 0);
    const auto failures = [&](const std::string& cases, const Policy& policy) {
      const auto report =
          RunCases(R"({ "policy": "p.json", "cases": [)" + cases + "] }", "cases.json", policy);
      REQUIRE_MESSAGE(report.ok(), report.status().message());
      return report->failures.size();
    };
    CHECK(failures(was, older) == 0);
    CHECK(failures(now, newer) == 0);
    CHECK(failures(was, newer) > 0);
  }
}

TEST_CASE("policies of other vocabularies are not compared") {
  std::ifstream stream(RINGFENCE_SOURCE_DIR "/examples/extension/catalog-extension.json",
                       std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  const Result<Catalog> extended = Catalog::Extend(Catalog::Standard(), text);
  REQUIRE(extended.ok());
  const Policy other = *Policy::Compile(Text(""), "p.json", *extended);
  const Result<PolicyDiff> diff = DiffPolicies(Compiled(Text("")), other);
  REQUIRE(!diff.ok());
  CHECK(diff.status().code() == StatusCode::kInvalidArgument);
  CHECK(diff.status().message().find("extension 'acme' version 1") != std::string::npos);
  DiffOptions none;
  none.max_situations = 0;
  CHECK(DiffPolicies(other, other, none).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("past the limit on situations the rest has its share") {
  const Policy older = *Policy::Shipped("default"), newer = *Policy::Shipped("x-2024");
  DiffOptions few;
  few.max_situations = 1;
  const PolicyDiff diff = *DiffPolicies(older, newer, few);
  bool incomplete = false;
  for (const DiffChange& change : diff.changes) {
    REQUIRE(change.situations.size() == 1);
    CHECK(std::abs(change.share - change.situations[0].share - change.rest_share) < 1e-12);
    CHECK(change.complete == (change.rest_share == 0));
    incomplete = incomplete || !change.complete;
  }
  CHECK(incomplete);
}

/// A store of users with random settings and relations.
Store RandomStore(Random& random, size_t users) {
  Store store = *Store::Open(StoreOptions());
  const auto name = [](size_t i) { return "u" + std::to_string(i); };
  for (size_t i = 0; i < users; ++i) {
    for (const char* entry : {"calls_enabled", "allow_verified", "verified"}) {
      if (random.Percent(50)) {
        REQUIRE(store.SetUser(name(i), entry, random.Percent(50) ? "true" : "false").ok());
      }
    }
    REQUIRE(store.SetUser(name(i), "relay_calls", "false").ok());
  }
  for (size_t i = 0; i < users; ++i) {
    const size_t a = random.Below(users), b = random.Below(users);
    const char* relation = random.Percent(30) ? "blocks" : "follows";
    if (a != b) REQUIRE(store.Relate(name(a), relation, name(b)).ok());
  }
  return store;
}

TEST_CASE("pairs of a store are counted as deciding every pair counts them") {
  Random random(Seed());
  const std::string blocks = Rule("x", "callee.blocks(caller)", "refuse") + ",";
  const std::vector<std::string> texts = {
      Text(blocks + Rule("a", "callee.calls_enabled && " + kFollows, "ring")),
      Text(blocks + Rule("a", "callee.allow_verified && caller.verified", "ring")),
      Text(Rule("a", "callee.calls_enabled && !caller.verified", "quiet") + "," +
           Rule("b", kFollows, "ring")),
      Text(blocks + Rule("a", "caller.follows(callee)", "busy") + "," + Rule("b", "true", "ring")),
      Text(blocks + Rule("a", "callee.contact(caller) == 'no_book'", "ring"))};
  for (int round = 0; round < 12; ++round) {
    const Store store = RandomStore(random, 12);
    const Policy older = Compiled(random.Of(texts)), newer = Compiled(random.Of(texts));
    const PolicyDiff diff = *DiffPolicies(older, newer);
    const Result<StoreDiff> counted = DiffOnStore(store, older, newer, diff);
    REQUIRE_MESSAGE(counted.ok(), counted.status().message());
    uint64_t gained = 0, lost = 0, related_gained = 0;
    std::vector<Reader> readers;
    for (const Policy& policy : {older, newer}) {
      EngineOptions options;
      options.store = store;
      options.policy = policy;
      Engine engine = *Engine::Open(std::move(options));
      readers.push_back(*engine.NewReader());
    }
    for (size_t a = 0; a < 12; ++a) {
      for (size_t b = 0; b < 12; ++b) {
        if (a == b) continue;
        const std::string caller = "u" + std::to_string(a), callee = "u" + std::to_string(b);
        Question question;
        question.caller = caller;
        question.callee = callee;
        const bool was = readers[0].Decide(question)->let_through();
        const bool now = readers[1].Decide(question)->let_through();
        bool related = false;
        const std::vector<RelationInfo> relations = *store.Relations(caller);
        for (const RelationInfo& relation : relations) {
          related = related || relation.object == callee || relation.subject == callee;
        }
        gained += !was && now ? 1 : 0;
        related_gained += !was && now && related ? 1 : 0;
        lost += was && !now ? 1 : 0;
      }
    }
    CHECK(counted->users == 12);
    CHECK(counted->related + counted->unrelated == 12 * 11);
    uint64_t told = 0;
    for (const DiffPairs& one : counted->changes) {
      if (one.kind == DiffKind::kGained) told += one.related;
    }
    CHECK(told == related_gained);
    const bool contact =
        diff.old_digest != diff.new_digest &&
        (older.canonical() + newer.canonical()).find("no_book") != std::string::npos;
    CHECK(counted->not_counted.empty() == !contact);
    if (contact) continue;
    CHECK(counted->Count(DiffKind::kGained) == gained);
    CHECK(counted->Count(DiffKind::kLost) == lost);
  }
}

}  // namespace
}  // namespace ringfence::differential
