// The walk: what is read, when, and what the decision says of it.
#include <doctest/doctest.h>

#include <stdexcept>

#include "unit/eval_support.h"

namespace ringfence {
namespace {

FactSet Facts(const std::vector<std::string>& names) {
  FactSet facts;
  for (const std::string& name : names) facts.Insert(FactNamed(name));
  return facts;
}

GroupSet Groups(std::initializer_list<Group> groups) {
  GroupSet set = 0;
  for (Group group : groups) set = static_cast<GroupSet>(set | Bit(group));
  return set;
}

Document Small() {
  return PolicyBuilder()
      .Outcome("quiet", Effect::kVoicemail)
      .Floor("blocked", Test("callee.blocks(caller)"), "refuse")
      .Rule("off", !Test("callee.calls_enabled"), "refuse")
      .Rule("followed", Test("callee.allow_followed") && Test("callee.follows(caller)"), "ring")
      .Rule("few", Compare("caller.cohort", CompareOp::kLt, 100), "quiet")
      .Decision("path", {"direct", "relay"})
      .Rule("asks", Test("callee.relay_calls") || Test("caller.relay_calls"), "relay")
      .document();
}

TEST_CASE("a decision says which rule, what of it, and on what it rests") {
  Compiled compiled(Small());
  CodesSource source;
  source.codes[FactNamed("callee.follows(caller)")] = 1;
  const Decision& decision = compiled.Decide(&source);
  CHECK(decision.effect == Effect::kRing);
  CHECK(decision.signal == Signal::kRinging);
  CHECK(decision.sip_status == 180);
  CHECK(decision.outcome == "ring");
  CHECK(decision.told == "ringing");
  CHECK(decision.rule == "followed");
  CHECK(decision.reason == "followed");
  CHECK(decision.basis == Basis::kComplete);
  CHECK(decision.extra_count == 1);
  CHECK(decision.extras[0].name == "path");
  CHECK(decision.extras[0].value == "direct");
  CHECK(decision.extras[0].rule == "otherwise");
  CHECK(decision.policy_name == "test");
  CHECK(decision.policy_digest == compiled.program.digest_hex);
  CHECK(compiled.effects == 1u << static_cast<unsigned>(Effect::kRing));
}

TEST_CASE("a group is read when its first fact is tested, once, and only then") {
  Compiled compiled(Small());
  CodesSource source;
  source.codes[FactNamed("callee.known")] = 0;
  CHECK(compiled.Decide(&source).rule == "unknown_callee");
  CHECK(compiled.decision.facts_read == Facts({"callee.known"}));
  CHECK(compiled.decision.groups_read == Groups({Group::kCallee}));

  source = CodesSource();
  source.codes[FactNamed("callee.follows(caller)")] = 1;
  compiled.Decide(&source);
  CHECK(compiled.decision.facts_read ==
        Facts({"callee.known", "callee.blocks(caller)", "callee.calls_enabled",
               "callee.allow_followed", "callee.follows(caller)", "callee.relay_calls",
               "caller.relay_calls"}));
  CHECK(compiled.decision.groups_read == Groups({Group::kCallee, Group::kPair, Group::kCaller}));
  CHECK(source.reads[static_cast<size_t>(Group::kCallee)] == 1);
  CHECK(source.reads[static_cast<size_t>(Group::kPair)] == 1);
  CHECK(source.reads[static_cast<size_t>(Group::kCaller)] == 1);
  CHECK(source.reads[static_cast<size_t>(Group::kCohort)] == 0);

  source = CodesSource();
  compiled.Decide(&source);
  CHECK(source.reads[static_cast<size_t>(Group::kCohort)] == 1);
}

TEST_CASE("other decisions are null where ring refuses, and nothing is read for them") {
  Compiled compiled(Small());
  CodesSource source;
  source.codes[FactNamed("callee.blocks(caller)")] = 1;
  const Decision& decision = compiled.Decide(&source);
  CHECK(decision.rule == "blocked");
  CHECK(decision.extra_count == 1);
  CHECK(decision.extras[0].name == "path");
  CHECK(decision.extras[0].value.empty());
  CHECK(decision.extras[0].rule.empty());
  CHECK((decision.groups_read & Bit(Group::kCaller)) == 0);
  // Voicemail lets the call through to something.
  source = CodesSource();
  source.codes[FactNamed("caller.cohort")] = 99;
  source.codes[FactNamed("caller.relay_calls")] = 2;
  CHECK(compiled.Decide(&source).rule == "few");
  CHECK(compiled.decision.extras[0].value == "relay");
}

TEST_CASE("a decision used before keeps nothing of the earlier policy") {
  Compiled small(Small());
  CodesSource source;
  source.codes[FactNamed("callee.follows(caller)")] = 1;
  Decision decision = small.Decide(&source);
  REQUIRE(decision.extras[0].value == "direct");
  Compiled plain(PolicyBuilder().Rule("a", Constant(false), "ring").document());
  plain.decision = decision;
  plain.Decide(&source);
  CHECK(plain.decision.extra_count == 0);
  CHECK(plain.decision.extras[0].name.empty());
  CHECK(plain.decision.extras[0].value.empty());
  CHECK(plain.decision.extras[0].rule.empty());
  CHECK(plain.decision.facts_read == Facts({"callee.known"}));
  CHECK(plain.decision.groups_read == Groups({Group::kCallee}));
  // Refused after it rang: the value is gone, the name stays.
  source.codes[FactNamed("callee.blocks(caller)")] = 1;
  small.Decide(&source);
  CHECK(small.decision.extras[0].name == "path");
  CHECK(small.decision.extras[0].value.empty());
  CHECK(small.decision.extras[0].rule.empty());
}

TEST_CASE("the class of an int is found at both sides of every cut") {
  PolicyBuilder builder;
  for (int64_t start : {0, 1, 2, 499, 500, 9998}) {
    builder.Rule(
        "from-" + std::to_string(start),
        IntIn("caller.cohort", {start}) || Compare("callee.country", CompareOp::kEq, start % 1000),
        "ring");
  }
  const Document document = builder.document();
  Compiled compiled(document);
  std::vector<FactCode> codes = EmptyCodes();
  for (FactId fact : {FactNamed("caller.cohort"), FactNamed("callee.country")}) {
    codes[FactNamed("caller.cohort")] = 7;
    codes[FactNamed("callee.country")] = 8;
    size_t wrong = 0;
    for (FactCode code = 0; code < Catalog::Standard().fact(fact).code_count(); ++code) {
      codes[fact] = code;
      wrong += compiled.DecideCodes(codes).rule != Interpret(document, 0, codes).rule;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("carried facts are used, and a group they cover is not read") {
  Compiled compiled(PolicyBuilder()
                        .Rule("video", Test("call.media", {"video"}), "refuse")
                        .Rule("few", Compare("caller.cohort", CompareOp::kLt, 100), "ring")
                        .Rule("friend", Test("callee.contact(caller)", {"match"}), "ring")
                        .document());
  CodesSource source;
  source.codes[FactNamed("caller.cohort")] = 100;
  const Fact contact = Catalog::Standard().MakeFact("callee.contact(caller)", "match").value();
  const Fact audio = Catalog::Standard().MakeFact("call.media", "audio").value();
  const Decision& decision = compiled.Decide(&source, {contact, audio});
  CHECK(decision.rule == "friend");
  CHECK(source.reads[static_cast<size_t>(Group::kContact)] == 0);
  CHECK(decision.groups_read == Groups({Group::kCallee, Group::kCohort}));
  CHECK(decision.facts_from_host.Contains(contact.id));
  CHECK(decision.facts_read.Contains(contact.id));
}

TEST_CASE("a question that never leaves what it carries reads nothing") {
  Compiled compiled(PolicyBuilder().Rule("a", Test("call.media", {"video"}), "ring").document());
  CodesSource source;
  const Fact known = Catalog::Standard().MakeFact("callee.known", "true").value();
  const Fact video = Catalog::Standard().MakeFact("call.media", "video").value();
  CHECK(compiled.Decide(&source, {known, video}).rule == "a");
  CHECK(compiled.decision.groups_read == 0);
  CHECK(compiled.decision.facts_read == Facts({"callee.known", "call.media"}));
}

}  // namespace
}  // namespace ringfence
