// Frames that come out right: carried facts, images of accounts that are there or not, groups read
// from one source or another, and writers that misbehave.
#include <doctest/doctest.h>

#include <random>

#include "unit/frame_support.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

TEST_CASE("a question without facts") {
  Asked asked;
  REQUIRE(asked.Begin().ok());
  CHECK(asked.frame.loaded == Bit(Group::kCall));
  CHECK(asked.frame.carried.Empty());
  CHECK(asked.frame.from_host.Empty());
  CHECK(asked.frame.unavailable.Empty());
  CHECK(asked.Value("call.media") == "unspecified");
  CHECK(asked.Value("call.platform") == "unspecified");
  CHECK(asked.Value("call.same_account") == "false");
}

TEST_CASE("a frame is begun anew for every question") {
  Asked asked({{"call.media", "video"}, {"callee.follows(caller)", "?"}});
  REQUIRE(asked.Begin().ok());
  ScriptedSource failing(ReadState::kUnavailable);
  asked.Load(Group::kCallee, {&failing}, 1);
  asked.question.facts = {};
  REQUIRE(asked.Begin().ok());
  CHECK(asked.frame.loaded == Bit(Group::kCall));
  CHECK(asked.frame.failed == 0);
  CHECK(asked.frame.read == 0);
  CHECK(asked.frame.unavailable.Empty());
  CHECK(asked.frame.carried.Empty());
  CHECK(asked.Value("call.media") == "unspecified");
}

TEST_CASE("call attributes and carried facts") {
  Asked asked({{"call.media", "video"},
               {"call.platform", "?"},
               {"callee.follows(caller)", "true"},
               {"caller.premium", "unset"},
               {"callee.country", "276"}});
  REQUIRE(asked.Begin().ok());
  CHECK(asked.Value("call.media") == "video");
  CHECK(asked.Value("call.platform") == "unavailable");
  CHECK(asked.Value("callee.follows(caller)") == "true");
  CHECK(asked.Value("caller.premium") == "unset");
  CHECK(asked.Value("callee.country") == "276");
  CHECK(asked.frame.carried.Count() == 5);
  CHECK(asked.frame.from_host == asked.frame.carried);
  CHECK(asked.frame.loaded == Bit(Group::kCall));
}

TEST_CASE("the same account") {
  const auto same = [](Party caller, Party callee) {
    Asked asked;
    asked.question.caller = caller;
    asked.question.callee = callee;
    REQUIRE(asked.Begin().ok());
    return asked.Value("call.same_account");
  };
  CHECK(same("bob", "bob") == "true");
  CHECK(same("bob", "Bob") == "false");
  CHECK(same(Party::Handle(7), Party::Handle(7)) == "true");
  CHECK(same(Party::Handle(7), Party::Handle(8)) == "false");
  CHECK(same(Party::Handle(7), "bob") == "unavailable");
  CHECK(same("bob", Party::Handle(7)) == "unavailable");
  Party both("bob");
  both.handle = 7;
  CHECK(same(both, "bob") == "true");
  CHECK(same(both, Party::Handle(7)) == "true");

  Asked mixed({{"call.same_account", "true"}});
  mixed.question.caller = Party::Handle(7);
  REQUIRE(mixed.Begin().ok());
  CHECK(mixed.Value("call.same_account") == "true");
  Asked carried({{"call.same_account", "?"}});
  REQUIRE(carried.Begin().ok());
  CHECK(carried.Value("call.same_account") == "unavailable");
  Asked right({{"call.same_account", "false"}});
  CHECK(right.Begin().ok());
}

TEST_CASE("ids at their limits") {
  for (const size_t bytes : {size_t{1}, size_t{254}, size_t{255}}) {
    Asked asked;
    const std::string id(bytes, 'x');
    asked.question.caller = id;
    CHECK(asked.Begin().ok());
    asked.question.callee = id;
    CHECK(asked.Begin().ok());
    CHECK(asked.Value("call.same_account") == "true");
  }
}

TEST_CASE("an account that exists and holds nothing, and one that does not") {
  ScriptedSource read(ReadState::kRead), absent(ReadState::kAbsent);
  Asked asked;
  REQUIRE(asked.Begin().ok());
  asked.Load(Group::kCallee, {&read});
  asked.Load(Group::kCaller, {&absent});
  CHECK(asked.Value("callee.known") == "true");
  CHECK(asked.Value("callee.calls_enabled") == "unset");
  CHECK(asked.Value("callee.account_age_d") == "0");
  CHECK(asked.Value("caller.known") == "false");
  CHECK(asked.Value("caller.calls_enabled") == "false");
  CHECK(asked.Value("caller.account_state") == "deactivated");
  CHECK(asked.frame.read == (Bit(Group::kCallee) | Bit(Group::kCaller)));
  CHECK(asked.frame.absent == Bit(Group::kCaller));
  CHECK(asked.frame.failed == 0);
  CHECK(asked.frame.from_host.Empty());
}

TEST_CASE("absent values of every group") {
  ScriptedSource absent(ReadState::kAbsent);
  Asked asked;
  REQUIRE(asked.Begin().ok());
  for (int group = 1; group < kGroupCount; ++group) {
    asked.Load(static_cast<Group>(group), {&absent});
  }
  CHECK(absent.reads == kGroupCount - 1);
  for (const FactInfo& fact : Catalog::Standard().facts()) {
    CAPTURE(fact.name);
    if (fact.group == Group::kCall) continue;
    const FactCode code = asked.frame.Get(TheLayout().places[fact.id]);
    CHECK(code == fact.absent_code + (fact.can_be_unset ? 1 : 0));
    CHECK_FALSE(asked.frame.unavailable.Contains(fact.id));
  }
  CHECK(asked.Value("callee.contact(caller)") == "no_book");
  CHECK(asked.Value("callee.since_attempt_ms(caller)") == "3600000");
}

TEST_CASE("values from a source") {
  ScriptedSource source([](Group group, GroupWriter& out) {
    if (group == Group::kPair) {
      out.Set(Id("callee.follows(caller)"), 1);
      out.Set(Id("caller.message_request(callee)"), 2);
    } else {
      out.Set(Id("callee.calls_enabled"), 1);
      out.SetUnavailable(Id("callee.dnd"));
    }
    return ReadState::kRead;
  });
  Asked asked;
  REQUIRE(asked.Begin().ok());
  asked.Load(Group::kPair, {&source});
  asked.Load(Group::kCallee, {&source});
  CHECK(asked.Value("callee.follows(caller)") == "true");
  CHECK(asked.Value("caller.follows(callee)") == "false");
  CHECK(asked.Value("caller.message_request(callee)") == "accepted");
  CHECK(asked.Value("callee.calls_enabled") == "false");
  CHECK(asked.Value("callee.dnd") == "unavailable");
  CHECK(asked.Value("callee.status") == "unset");
}

TEST_CASE("packed words") {
  Asked asked;
  REQUIRE(asked.Begin().ok());
  ScriptedSource source([](Group group, GroupWriter& out) {
    const uint32_t user[] = {0xFFFFFFFEu & 0b1001u, 0b01, 0, 0, 300 | 17u << 10};
    const uint32_t pair[] = {0b1, 0b10};
    const uint32_t derived[] = {42u | 43u << 14 | 2u << 28, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu};
    if (group == Group::kPair) out.SetPacked(pair);
    if (group == Group::kCallee || group == Group::kCaller) out.SetPacked(user);
    if (group == Group::kCohort || group == Group::kContact) out.SetPacked(derived);
    return ReadState::kRead;
  });
  for (Group group : {Group::kPair, Group::kCallee, Group::kCaller, Group::kCohort}) {
    asked.Load(group, {&source});
  }
  CHECK(asked.Value("callee.known") == "true");  // whatever the packed bit says
  CHECK(asked.Value("callee.calls_enabled") == "true");
  CHECK(asked.Value("caller.calls_enabled") == "true");
  CHECK(asked.Value("caller.verified") == "false");
  CHECK(asked.Value("caller.country") == "299");
  CHECK(asked.Value("caller.account_age_d") == "17");
  CHECK(asked.Value("callee.follows(caller)") == "true");
  CHECK(asked.Value("caller.blocks(callee)") == "true");
  CHECK(asked.Value("callee.cohort") == "42");
  CHECK(asked.Value("caller.cohort") == "43");
  // Bits of other groups in the shared words are not taken over.
  CHECK(asked.Value("callee.contact(caller)") == "no_book");
  CHECK(asked.Value("callee.local_minute") == "0");
  asked.Load(Group::kContact, {&source});
  CHECK(asked.Value("callee.contact(caller)") == "match");
  CHECK(asked.Value("callee.cohort") == "42");
}

TEST_CASE("packed words replace what was set, and missing ones count as never set") {
  ScriptedSource source([](Group, GroupWriter& out) {
    out.Set(Id("callee.verified"), 2);
    out.Set(Id("callee.country"), 7);
    out.SetUnavailable(Id("callee.dnd"));
    const uint32_t words[] = {0b10 << 2, 0};
    out.SetPacked(words);
    return ReadState::kRead;
  });
  Asked asked;
  REQUIRE(asked.Begin().ok());
  asked.Load(Group::kCallee, {&source});
  CHECK(asked.Value("callee.calls_enabled") == "true");
  CHECK(asked.Value("callee.verified") == "unset");
  CHECK(asked.Value("callee.country") == "unset");
  CHECK(asked.Value("callee.dnd") == "unset");
  ScriptedSource longer([](Group, GroupWriter& out) {
    const std::vector<uint32_t> words(100, 0xFFFFFFFFu);
    out.SetPacked(words);
    return ReadState::kRead;
  });
  Asked other;
  REQUIRE(other.Begin().ok());
  other.Load(Group::kCallee, {&longer});
  CHECK(other.frame.words[kCallerWord] == TheLayout().absent_image[kCallerWord]);
  // A corrupt code stays as it is: the evaluator takes it for unavailable.
  CHECK(other.Value("callee.calls_enabled") == "corrupt");
}

TEST_CASE("carried facts keep their values whatever a source says") {
  for (const bool packed : {false, true}) {
    ScriptedSource source([&](Group group, GroupWriter& out) {
      const std::vector<uint32_t> ones(5, 0x55555555u), none(5, 0);
      if (packed) {
        out.SetPacked(group == Group::kPair ? none : ones);
      } else {
        for (const FactInfo& fact : Catalog::Standard().facts()) out.Set(fact.id, 0);
        out.SetUnavailable(Id("callee.verified"));
        out.Set(Id("callee.premium"), 1);
      }
      return ReadState::kRead;
    });
    Asked asked({{"callee.verified", "true"},
                 {"callee.premium", "?"},
                 {"callee.known", "true"},
                 {"callee.blocks(caller)", "true"}});
    REQUIRE(asked.Begin().ok());
    asked.Load(Group::kCallee, {&source});
    asked.Load(Group::kPair, {&source});
    CHECK(asked.Value("callee.verified") == "true");
    CHECK(asked.Value("callee.premium") == "unavailable");
    CHECK(asked.Value("callee.known") == "true");
    CHECK(asked.Value("callee.calls_enabled") == (packed ? "false" : "unset"));
    CHECK(asked.Value("callee.blocks(caller)") == "true");
    CHECK(asked.Value("callee.follows(caller)") == "false");
  }
  for (const ReadState state : {ReadState::kUnavailable, ReadState::kAbsent, ReadState::kNotMine}) {
    ScriptedSource source(state);
    Asked asked({{"callee.verified", "true"}, {"callee.premium", "?"}});
    REQUIRE(asked.Begin().ok());
    asked.Load(Group::kCallee, {&source});
    CHECK(asked.Value("callee.verified") == "true");
    CHECK(asked.Value("callee.premium") == "unavailable");
    CHECK(asked.Value("callee.calls_enabled") ==
          (state == ReadState::kAbsent ? "false" : "unavailable"));
  }
}

TEST_CASE("an account carried as known of which nothing is held has chosen nothing") {
  ScriptedSource absent(ReadState::kAbsent);
  Asked asked({{"callee.known", "true"}, {"caller.known", "?"}});
  REQUIRE(asked.Begin().ok());
  asked.Load(Group::kCallee, {&absent});
  asked.Load(Group::kCaller, {&absent});
  CHECK(asked.Value("callee.calls_enabled") == "unset");
  CHECK((asked.frame.absent & Bit(Group::kCallee)) == 0);
  CHECK(asked.Value("caller.known") == "unavailable");
  CHECK(asked.Value("caller.calls_enabled") == "false");
}

TEST_CASE("a source that says the account is not there, in other words") {
  ScriptedSource source([](Group, GroupWriter& out) {
    out.Set(Id("callee.calls_enabled"), 2);
    out.Set(Id("callee.known"), 0);
    return ReadState::kRead;
  });
  Asked asked;
  REQUIRE(asked.Begin().ok());
  asked.Load(Group::kCallee, {&source});
  CHECK(asked.Value("callee.known") == "false");
  CHECK(asked.Value("callee.calls_enabled") == "false");
  CHECK(asked.frame.absent == Bit(Group::kCallee));
}

TEST_CASE("an account carried as unknown is not read, nor are its relations") {
  Asked asked({{"callee.known", "false"}});
  REQUIRE(asked.Begin().ok());
  const GroupSet settled = Bit(Group::kCallee) | Bit(Group::kPair);
  CHECK(asked.frame.loaded == (settled | Bit(Group::kCall)));
  CHECK(asked.frame.absent == settled);
  CHECK(asked.Value("callee.known") == "false");
  CHECK(asked.Value("callee.calls_enabled") == "false");
  CHECK(asked.Value("caller.follows(callee)") == "false");
  // Values that say nothing else, and what could not be read, contradict nothing.
  Asked more({{"caller.known", "false"},
              {"caller.premium", "?"},
              {"caller.blocks(callee)", "false"},
              {"callee.blocks(caller)", "?"}});
  REQUIRE(more.Begin().ok());
  CHECK(more.frame.absent == (Bit(Group::kCaller) | Bit(Group::kPair)));
  CHECK(more.Value("caller.premium") == "unavailable");
  CHECK(more.Value("callee.blocks(caller)") == "unavailable");
}

TEST_CASE("a caller without an account") {
  Asked asked({{"callee.contact(caller)", "match"},
               {"callee.suggested(caller)", "false"},
               {"caller.known", "false"}});
  asked.question.caller = Party();
  asked.question.caller_without_account = true;
  REQUIRE(asked.Begin().ok());
  const GroupSet settled = Bit(Group::kCaller) | Bit(Group::kPair) | Bit(Group::kCallerContact);
  CHECK(asked.frame.absent == settled);
  CHECK(asked.frame.loaded == (settled | Bit(Group::kCall) | Bit(Group::kContact)));
  CHECK(asked.frame.read == 0);
  CHECK(asked.Value("caller.known") == "false");
  CHECK(asked.Value("caller.premium") == "false");
  CHECK(asked.Value("callee.follows(caller)") == "false");
  CHECK(asked.Value("caller.contact(callee)") == "no_book");
  CHECK(asked.Value("callee.contact(caller)") == "match");
  CHECK(asked.Value("call.same_account") == "false");
  CHECK(asked.Value("caller.cohort") == "unavailable");

  ScriptedSource cohorts([](Group, GroupWriter& out) {
    out.Set(Id("callee.cohort"), 5);
    out.Set(Id("caller.cohort"), 6);
    return ReadState::kRead;
  });
  asked.Load(Group::kCohort, {&cohorts});
  CHECK(asked.Value("callee.cohort") == "5");
  CHECK(asked.Value("caller.cohort") == "unavailable");
}

TEST_CASE("a caller without an account whose cohort, or the callee's, is carried") {
  Asked asked({{"callee.cohort", "7"}});
  asked.question.caller = Party();
  asked.question.caller_without_account = true;
  REQUIRE(asked.Begin().ok());
  CHECK((asked.frame.loaded & Bit(Group::kCohort)) != 0);  // nothing is left to read
  CHECK(asked.Value("callee.cohort") == "7");
  CHECK(asked.Value("caller.cohort") == "unavailable");
  Asked own({{"caller.cohort", "8"}});
  own.question.caller = Party();
  own.question.caller_without_account = true;
  REQUIRE(own.Begin().ok());
  ScriptedSource absent(ReadState::kAbsent);
  own.Load(Group::kCohort, {&absent});
  CHECK(own.Value("caller.cohort") == "8");
}

TEST_CASE("a group carried whole needs no source, one carried in part does") {
  Asked contact({{"callee.contact(caller)", "?"},
                 {"callee.suggested(caller)", "true"},
                 {"callee.cohort", "1"},
                 {"caller.cohort", "2"}});
  REQUIRE(contact.Begin().ok());
  CHECK(contact.frame.loaded == (Bit(Group::kCall) | Bit(Group::kContact) | Bit(Group::kCohort)));
  CHECK(contact.frame.read == 0);

  Asked pair;
  for (const FactInfo& fact : Catalog::Standard().facts()) {
    if (fact.group == Group::kPair) pair.facts.push_back({fact.id, 0});
  }
  REQUIRE(pair.facts.size() <= kMaxQuestionFacts);
  pair.question.facts = pair.facts;
  REQUIRE(pair.Begin().ok());
  CHECK(pair.frame.loaded == (Bit(Group::kCall) | Bit(Group::kPair)));
  pair.facts.pop_back();
  pair.question.facts = pair.facts;
  REQUIRE(pair.Begin().ok());
  CHECK(pair.frame.loaded == Bit(Group::kCall));
}

TEST_CASE("one half of a symmetric relation stands for both") {
  Asked asked({{"callee.friend(caller)", "true"}, {"caller.shares_community(callee)", "?"}});
  REQUIRE(asked.Begin().ok());
  CHECK(asked.Value("caller.friend(callee)") == "true");
  CHECK(asked.Value("callee.shares_community(caller)") == "unavailable");
  ScriptedSource nothing(ReadState::kRead);
  asked.Load(Group::kPair, {&nothing});
  CHECK(asked.Value("callee.friend(caller)") == "true");
  CHECK(asked.Value("caller.friend(callee)") == "true");
  CHECK(asked.Value("callee.shares_community(caller)") == "unavailable");
  Asked both({{"callee.friend(caller)", "true"}, {"caller.friend(callee)", "true"}});
  CHECK(both.Begin().ok());
}

TEST_CASE("sources are asked in order, until one serves the group") {
  ScriptedSource not_mine(ReadState::kNotMine), read(ReadState::kRead);
  ScriptedSource failing(ReadState::kUnavailable), never(ReadState::kRead);
  Asked asked;
  REQUIRE(asked.Begin().ok());
  asked.Load(Group::kPair, {&not_mine, &read, &never}, 1);
  CHECK(asked.frame.read == Bit(Group::kPair));
  CHECK(asked.frame.host == 0);
  CHECK(asked.frame.from_host.Empty());
  asked.Load(Group::kCallee, {&not_mine, &read, &never}, 2);
  CHECK(asked.frame.host == Bit(Group::kCallee));
  CHECK(asked.frame.from_host == TheLayout().group_facts[static_cast<size_t>(Group::kCallee)]);
  asked.Load(Group::kCaller, {&failing, &never}, 2);
  CHECK(asked.frame.failed == Bit(Group::kCaller));
  CHECK(asked.frame.host == Bit(Group::kCallee));
  CHECK(asked.Value("caller.premium") == "unavailable");
  CHECK(asked.Value("caller.known") == "unavailable");
  CHECK(never.reads == 0);
  CHECK(failing.reads == 1);

  asked.Load(Group::kList, {&not_mine}, 0);
  asked.Load(Group::kGrant, {}, 0);
  const GroupSet failed = Bit(Group::kCaller) | Bit(Group::kList) | Bit(Group::kGrant);
  CHECK(asked.frame.failed == failed);
  CHECK(asked.frame.read == (Bit(Group::kPair) | Bit(Group::kCallee) | Bit(Group::kCaller)));
  CHECK(asked.Value("callee.list(caller)") == "unavailable");
  CHECK(asked.Value("callee.contact(caller)") == "no_book");  // not asked: still absent values
}

TEST_CASE("what a source wrote before it declined or failed is forgotten") {
  const auto scribbling = [](ReadState state) {
    return ScriptedSource([state](Group, GroupWriter& out) {
      out.Set(Id("callee.follows(caller)"), 1);
      out.SetUnavailable(Id("callee.blocks(caller)"));
      return state;
    });
  };
  ScriptedSource declines = scribbling(ReadState::kNotMine);
  ScriptedSource fails = scribbling(ReadState::kUnavailable);
  ScriptedSource absent = scribbling(ReadState::kAbsent);
  ScriptedSource broken = scribbling(static_cast<ReadState>(99));
  ScriptedSource read(ReadState::kRead);
  Asked asked;
  REQUIRE(asked.Begin().ok());
  asked.Load(Group::kPair, {&declines, &read});
  CHECK(asked.Value("callee.follows(caller)") == "false");
  CHECK(asked.Value("callee.blocks(caller)") == "false");
  REQUIRE(asked.Begin().ok());
  asked.Load(Group::kPair, {&absent});
  CHECK(asked.Value("callee.follows(caller)") == "false");
  CHECK(asked.Value("callee.blocks(caller)") == "false");
  for (ScriptedSource* source : {&fails, &broken}) {
    REQUIRE(asked.Begin().ok());
    asked.Load(Group::kPair, {source});
    CHECK(asked.Value("callee.follows(caller)") == "unavailable");
    CHECK(asked.frame.failed == Bit(Group::kPair));
    CHECK(asked.frame.words == TheLayout().absent_image);
  }
}

TEST_CASE("a source that writes what is not its own") {
  ScriptedSource source([](Group, GroupWriter& out) {
    out.Set(Id("caller.premium"), 2);
    out.Set(Id("call.media"), 1);
    out.Set(static_cast<FactId>(Catalog::Standard().size()), 1);
    out.Set(0xFFFF, 1);
    out.SetUnavailable(Id("caller.verified"));
    out.SetUnavailable(0xFFFF);
    out.Set(Id("callee.premium"), 3);  // a code no value has
    out.Set(Id("callee.verified"), kUnavailableCode);
    out.Set(Id("callee.bot"), 77);
    out.Set(Id("callee.bot"), 2);  // thinks better of it
    return ReadState::kRead;
  });
  Asked asked;
  REQUIRE(asked.Begin().ok());
  const Frame before = asked.frame;
  asked.Load(Group::kCallee, {&source});
  CHECK(asked.Value("callee.premium") == "unavailable");
  CHECK(asked.Value("callee.verified") == "unavailable");
  CHECK(asked.Value("callee.bot") == "true");
  CHECK(asked.frame.unavailable.Count() == 2);
  for (size_t word = kCallerWord; word < kFrameWords; ++word) {
    CHECK(asked.frame.words[word] == before.words[word]);
  }
}

TEST_CASE("any writes of a source leave other groups and carried facts alone") {
  std::mt19937_64 random(Seed());
  const auto pick = [&](uint64_t bound) { return random() % bound; };
  const Layout& layout = TheLayout();
  const size_t size = Catalog::Standard().size();
  for (int round = 0; round < 2000; ++round) {
    Asked asked;
    FactSet chosen;
    for (uint64_t i = pick(8); i > 0; --i) {
      const auto id = static_cast<FactId>(pick(size));
      const FactInfo& fact = Catalog::Standard().fact(id);
      const bool special = fact.symmetric || id == layout.same_account || fact.entry == "known";
      if (special || chosen.Contains(id)) continue;
      chosen.Insert(id);
      const bool unavailable = pick(4) == 0;
      asked.facts.push_back(
          {id, unavailable ? kUnavailableCode : static_cast<FactCode>(pick(fact.code_count()))});
    }
    asked.question.facts = asked.facts;
    REQUIRE(asked.Begin().ok());
    const auto group = static_cast<Group>(1 + pick(kGroupCount - 1));
    if ((asked.frame.loaded & Bit(group)) != 0) continue;
    const Frame before = asked.frame;
    ScriptedSource source([&](Group, GroupWriter& out) {
      for (uint64_t i = pick(20); i > 0; --i) {
        const auto id = static_cast<FactId>(pick(size + 3));
        if (pick(3) == 0) {
          std::vector<uint32_t> words(pick(7));
          for (uint32_t& word : words) word = static_cast<uint32_t>(random());
          out.SetPacked(words);
        } else if (pick(4) == 0) {
          out.SetUnavailable(id);
        } else {
          out.Set(id, static_cast<FactCode>(pick(4)));
        }
      }
      return static_cast<ReadState>(pick(5));
    });
    asked.Load(group, {&source}, pick(2));
    for (const FactInfo& fact : Catalog::Standard().facts()) {
      if (fact.group == group && !chosen.Contains(fact.id)) continue;
      CAPTURE(fact.name);
      const FactPlace& place = layout.places[fact.id];
      REQUIRE(asked.frame.Get(place) == before.Get(place));
      REQUIRE(asked.frame.unavailable.Contains(fact.id) == before.unavailable.Contains(fact.id));
    }
    REQUIRE(asked.frame.loaded == (before.loaded | Bit(group)));
  }
}

TEST_CASE("a layout holds what the catalog says") {
  const Layout& layout = TheLayout();
  for (const FactInfo& fact : Catalog::Standard().facts()) {
    CAPTURE(fact.name);
    const FactPlace& place = layout.places[fact.id];
    CHECK(place.word * 32 + place.shift == fact.first_bit);
    CHECK(static_cast<Group>(place.group) == fact.group);
    CHECK(uint64_t{place.mask} + 1 == uint64_t{1} << fact.width_bits);
    CHECK(layout.code_counts[fact.id] == fact.code_count());
    CHECK(layout.group_facts[place.group].Contains(fact.id));
    CHECK(layout.symmetric.Contains(fact.id) == fact.symmetric);
  }
  CHECK(layout.code_counts[Catalog::Standard().size()] == 0);
  int bits = 0;
  for (const auto& mask : layout.group_mask) {
    for (const uint32_t word : mask) bits += __builtin_popcount(word);
  }
  int widths = 0;
  for (const FactInfo& fact : Catalog::Standard().facts()) widths += fact.width_bits;
  CHECK(bits == widths);
  CHECK(layout.callee_known == Id("callee.known"));
  CHECK(layout.caller_cohort == Id("caller.cohort"));
}

}  // namespace
}  // namespace ringfence
