// Questions that are refused: bad parties, bad facts, facts that contradict each other. And what a
// good question costs: no allocation.
#include <doctest/doctest.h>

#include "base/utf8.h"
#include "unit/allocations.h"
#include "unit/frame_support.h"

namespace ringfence {
namespace {

std::string PartyError(Party caller, Party callee) {
  Asked asked;
  asked.question.caller = caller;
  asked.question.callee = callee;
  return asked.BeginError();
}

std::string FactError(Asked::Carried carried) { return Asked(carried).BeginError(); }

TEST_CASE("parties") {
  CHECK(PartyError(Party(), "bob") == "the question names no caller");
  CHECK(PartyError("", "bob") == "the question names no caller");
  CHECK(PartyError("alice", "") == "the question names no callee");
  CHECK(PartyError(Party(), Party()) == "the question names no callee");
  CHECK(PartyError(Party::Handle(-1), "bob") == "the caller's handle is negative");
  CHECK(PartyError("alice", Party::Handle(INT64_MIN)) == "the callee's handle is negative");
  const std::string long_id(256, 'x');
  CHECK(PartyError(long_id, "bob").starts_with("the caller: "));
  CHECK(PartyError("alice", long_id).starts_with("the callee: "));
  CHECK(PartyError("a\nb", "bob").starts_with("the caller: "));
  CHECK(PartyError("alice", std::string_view("a\0b", 3)).starts_with("the callee: "));
  CHECK(PartyError("\xFF", "bob").starts_with("the caller: "));
  Party both("a\x7f");
  both.handle = 4;
  CHECK(PartyError(both, "bob").starts_with("the caller: "));
}

TEST_CASE("any byte at any place of an id") {
  for (size_t length = 1; length <= 20; ++length) {
    for (size_t place = 0; place < length; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string id(length, 'x');
        id[place] = static_cast<char>(byte);
        REQUIRE(CheckId(id).ok() == (IsValidUtf8(id) && !HasControlBytes(id)));
      }
    }
  }
  CHECK(CheckId("Zo\xC3\xAB Zo\xC3\xAB Zo\xC3\xAB \xF0\x9F\x98\x80").ok());
  CHECK_FALSE(CheckId("Zo\xC3\xAB Zo\xC3\xAB Zo\xC3\xAB\x7F").ok());
}

TEST_CASE("a caller without an account is not named") {
  for (Party named : {Party("alice"), Party::Handle(3)}) {
    Asked asked;
    asked.question.caller = named;
    asked.question.caller_without_account = true;
    CHECK(asked.BeginError() == "a caller without an account has neither id nor handle");
  }
}

TEST_CASE("facts that are none") {
  Asked asked;
  const auto size = static_cast<FactId>(Catalog::Standard().size());
  asked.facts = {{size, 0}};
  asked.question.facts = asked.facts;
  CHECK(asked.BeginError() == "the question carries a fact with the id " + std::to_string(size) +
                                  "; the catalog has " + std::to_string(size) + " facts");
  asked.facts = {{0xFFFF, 0}};
  asked.question.facts = asked.facts;
  CHECK(asked.BeginError().starts_with("the question carries a fact with the id 65535"));
  asked.facts = {{Id("callee.premium"), 3}};
  asked.question.facts = asked.facts;
  CHECK(asked.BeginError() ==
        "the question carries code 3 for 'callee.premium', which has 3 codes");
  asked.facts = {{Id("call.tenant"), kUnavailableCode - 1}};
  asked.question.facts = asked.facts;
  CHECK(asked.BeginError() ==
        "the question carries code 4294967294 for 'call.tenant', which has 10000 codes");
}

TEST_CASE("every code of every fact is accepted, and none beyond") {
  for (const FactInfo& fact : Catalog::Standard().facts()) {
    CAPTURE(fact.name);
    if (fact.id == TheLayout().same_account) continue;
    for (const FactCode code : {FactCode{0}, fact.code_count() - 1, kUnavailableCode}) {
      Asked asked;
      asked.facts = {{fact.id, code}};
      asked.question.facts = asked.facts;
      CHECK(asked.Begin().ok());
    }
    Asked asked;
    asked.facts = {{fact.id, fact.code_count()}};
    asked.question.facts = asked.facts;
    CHECK(asked.BeginError().starts_with("the question carries code"));
  }
}

TEST_CASE("at most kMaxQuestionFacts") {
  Asked asked;
  for (FactId id = 0; asked.facts.size() <= kMaxQuestionFacts; ++id) {
    if (!TheLayout().symmetric.Contains(id)) asked.facts.push_back({id, kUnavailableCode});
  }
  asked.question.facts = std::span(asked.facts).first(kMaxQuestionFacts);
  CHECK(asked.Begin().ok());
  asked.question.facts = asked.facts;
  CHECK(asked.BeginError() == "the question carries 65 facts; at most 64 are accepted");
}

TEST_CASE("a fact twice") {
  const char* const expected = "the question carries 'callee.follows(caller)' twice";
  CHECK(FactError({{"callee.follows(caller)", "true"}, {"callee.follows(caller)", "true"}}) ==
        expected);
  CHECK(FactError({{"callee.follows(caller)", "true"},
                   {"call.media", "video"},
                   {"callee.follows(caller)", "?"}}) == expected);
}

TEST_CASE("call.same_account against the parties") {
  Asked different({{"call.same_account", "true"}});
  CHECK(different.BeginError() ==
        "the question contradicts itself: caller and callee are different accounts, but "
        "'call.same_account' says otherwise");
  Asked same({{"call.same_account", "false"}});
  same.question.caller = "bob";
  CHECK(same.BeginError() ==
        "the question contradicts itself: caller and callee are the same account, but "
        "'call.same_account' says otherwise");
  same.question.caller = Party::Handle(3);
  same.question.callee = Party::Handle(3);
  CHECK(same.BeginError().starts_with("the question contradicts itself"));
  different.question.caller = Party();
  different.question.caller_without_account = true;
  CHECK(different.BeginError().starts_with("the question contradicts itself"));
}

TEST_CASE("settings and relations of somebody unknown") {
  CHECK(FactError({{"callee.known", "false"}, {"callee.premium", "true"}}) ==
        "the question contradicts itself: 'callee.known' is false, but 'callee.premium' is true");
  CHECK(FactError({{"callee.premium", "unset"}, {"callee.known", "false"}}) ==
        "the question contradicts itself: 'callee.known' is false, but 'callee.premium' is unset");
  CHECK(FactError({{"caller.known", "false"}, {"caller.has_list", "false"}}) ==
        "the question contradicts itself: 'caller.known' is false, but 'caller.has_list' is false");
  CHECK(FactError({{"callee.known", "false"}, {"callee.follows(caller)", "true"}}) ==
        "the question contradicts itself: 'callee.known' is false, but 'callee.follows(caller)' is "
        "true");
  CHECK(FactError({{"callee.known", "false"}, {"caller.mark(callee)", "known"}}) ==
        "the question contradicts itself: 'callee.known' is false, but 'caller.mark(callee)' is "
        "known");
  CHECK(FactError({{"caller.known", "false"}, {"callee.blocks(caller)", "true"}}) ==
        "the question contradicts itself: 'caller.known' is false, but 'callee.blocks(caller)' is "
        "true");
  // The other party's own settings are no contradiction.
  CHECK(Asked({{"callee.known", "false"}, {"caller.premium", "true"}}).Begin().ok());
  CHECK(Asked({{"callee.known", "true"}, {"callee.premium", "true"}}).Begin().ok());
  CHECK(Asked({{"callee.known", "?"}, {"callee.premium", "true"}}).Begin().ok());
}

TEST_CASE("settings and relations of a caller without an account") {
  const auto error = [](Asked::Carried carried) {
    Asked asked(carried);
    asked.question.caller = Party();
    asked.question.caller_without_account = true;
    return asked.BeginError();
  };
  CHECK(error({{"caller.premium", "true"}}) ==
        "the question contradicts itself: the caller has no account, but 'caller.premium' is true");
  CHECK(error({{"callee.blocks(caller)", "true"}}) ==
        "the question contradicts itself: the caller has no account, but 'callee.blocks(caller)' "
        "is true");
  CHECK(error({{"caller.known", "true"}}) ==
        "the question contradicts itself: the caller has no account, but 'caller.known' is carried "
        "as true");
  CHECK(error({{"callee.known", "false"}, {"callee.premium", "true"}}).find("'callee.known'") !=
        std::string::npos);
}

TEST_CASE("both halves of a symmetric relation") {
  const char* const expected =
      "the question contradicts itself: 'callee.friend(caller)' and 'caller.friend(callee)' hold "
      "both or neither";
  CHECK(FactError({{"callee.friend(caller)", "true"}, {"caller.friend(callee)", "false"}})
            .starts_with("the question contradicts itself: "));
  CHECK(FactError({{"caller.friend(callee)", "true"}, {"callee.friend(caller)", "false"}}) ==
        FactError({{"callee.friend(caller)", "true"}, {"caller.friend(callee)", "false"}}));
  CHECK(FactError({{"callee.friend(caller)", "?"}, {"caller.friend(callee)", "false"}}).size() ==
        std::string(expected).size());
  CHECK(Asked({{"callee.friend(caller)", "?"}, {"caller.friend(callee)", "?"}}).Begin().ok());
  CHECK(FactError({{"callee.known", "false"}, {"callee.friend(caller)", "true"}}).find("is true") !=
        std::string::npos);
}

TEST_CASE("no allocation for a question that is accepted") {
  Asked plain;
  Asked carrying({{"call.media", "video"},
                  {"callee.friend(caller)", "true"},
                  {"callee.known", "false"},
                  {"callee.cohort", "5"}});
  carrying.question.facts = std::span(carrying.facts).first(2);
  ScriptedSource source([](Group group, GroupWriter& out) {
    static constexpr uint32_t kWords[5] = {1, 2, 3, 4, 5};
    out.SetPacked(kWords);
    out.Set(static_cast<FactId>(group), 1);
    return ReadState::kRead;
  });
  FactSource* const sources[] = {&source};
  const uint64_t before = Allocations();
  bool ok = true;
  for (Asked* asked : {&plain, &carrying}) {
    ok = ok && asked->Begin().ok();
    for (int group = 1; group < kGroupCount; ++group) {
      LoadGroup(TheLayout(), static_cast<Group>(group), asked->question, sources, 1, &asked->frame);
    }
  }
  const uint64_t after = Allocations();
  CHECK(ok);
  CHECK(after == before);
  CHECK(source.reads == 2 * (kGroupCount - 1));
  // The count counts.
  const uint64_t then = Allocations();
  ::operator delete(::operator new(8));
  CHECK(Allocations() == then + 1);
}

}  // namespace
}  // namespace ringfence
