// Spaces of situations: sets, shares, witnesses, quantifiers; and what becomes of every question
// when the budget of nodes is used up.
#include <doctest/doctest.h>
#include <ringfence/prove.h>

#include <string>
#include <vector>

#include "analyze/answers.h"
#include "analyze/opacity.h"
#include "analyze/prove.h"
#include "api/policy_impl.h"
#include "bench/policies.h"

namespace ringfence {
namespace {

struct Fixture {
  explicit Fixture(const std::string& text, uint32_t budget = kMaxAnalysisCreated)
      : policy(Policy::Compile(text).value()),
        documents{&policy.impl()->document},
        space(policy.impl()->layout, documents, {}, OrderOf(policy.impl()->program), budget) {}

  FactId Id(const char* name) const { return policy.catalog().Find(name).value(); }

  Policy policy;
  std::vector<const Document*> documents;
  Space space;
};

std::string Text(const std::string& when, const std::string& more = {}) {
  return R"({ "policy": "p", "catalog": 1, "unknown_callee": "refuse", "decisions": { "ring": {
    "rules": [ { "id": "r", "when": ")" +
         when + R"(", "then": "ring" } ], "otherwise": "refuse", "on_unavailable": "refuse" } })" +
         more + " }";
}

TEST_CASE("shares count classes of facts") {
  Fixture fixture(Text("callee.follows(caller) && callee.attempts_1h(caller) >= 3"));
  Space& space = fixture.space;
  const Ref follows = space.Holds(fixture.Id("callee.follows(caller)"), 1, 1);
  CHECK(space.Share(follows, kTrueLeaf) == doctest::Approx(0.5));
  // Of the int two intervals matter: below 3, and from 3 on.
  const Ref few = space.Holds(fixture.Id("callee.attempts_1h(caller)"), 0, 2);
  CHECK(space.Share(space.And(follows, few), kTrueLeaf) == doctest::Approx(0.25));
  CHECK(space.Share(follows, follows) == doctest::Approx(1));
  CHECK(space.Share(kFalseLeaf, kTrueLeaf) == 0);
  CHECK(space.Share(kTrueLeaf, kFalseLeaf) == 0);  // of nothing
}

TEST_CASE("accounts that do not exist have chosen nothing and know nobody") {
  Fixture fixture(Text("callee.allow_everyone || callee.follows(caller) || caller.friend(callee)"));
  Space& space = fixture.space;
  const auto possible = [&](Ref set) { return space.And(set, space.possible()) != kFalseLeaf; };
  const Ref unknown = space.Holds(fixture.Id("callee.known"), 0, 0);
  const FactId everyone = fixture.Id("callee.allow_everyone");
  CHECK(possible(unknown));
  CHECK(!possible(space.And(unknown, space.Holds(everyone, 2, 2))));
  CHECK(!possible(space.And(unknown, space.Holds(everyone, 0, 0))));  // unset is a choice's absence
  CHECK(possible(space.And(unknown, space.Holds(everyone, 1, 1))));
  CHECK(!possible(space.And(unknown, space.Holds(fixture.Id("callee.follows(caller)"), 1, 1))));
  const Ref mine = space.Holds(fixture.Id("callee.friend(caller)"), 1, 1);
  const Ref theirs = space.Holds(fixture.Id("caller.friend(callee)"), 1, 1);
  CHECK(possible(space.And(mine, theirs)));
  CHECK(!possible(space.Minus(mine, theirs)));
  const Ref same = space.Holds(fixture.Id("call.same_account"), 1, 1);
  CHECK(!possible(space.And(same, mine)));
  const Ref caller_unknown = space.Holds(fixture.Id("caller.known"), 0, 0);
  CHECK(!possible(space.And(same, space.And(caller_unknown, space.Not(unknown)))));
}

TEST_CASE("a witness is the most usual situation of a set") {
  Fixture fixture(Text("callee.attempts_1h(caller) >= 3 && call.media == 'video'"));
  Space& space = fixture.space;
  const FactId attempts = fixture.Id("callee.attempts_1h(caller)");
  const FactId media = fixture.Id("call.media");
  const Situation usual = UsualSituation(space.layout());
  CHECK(space.Witness(kTrueLeaf) == usual);
  Situation expected = usual;
  expected[attempts] = 3;  // of 3 to 15 the nearest to none
  CHECK(space.Witness(space.Holds(attempts, 3, 15)) == expected);
  // One unusual fact is better than two.
  const Ref both = space.And(space.Holds(attempts, 3, 15), space.Holds(media, 2, 2));
  const Ref known = space.Holds(fixture.Id("callee.known"), 0, 0);
  Situation unknown = usual;
  unknown[fixture.Id("callee.known")] = 0;
  CHECK(space.Witness(space.Or(both, known)) == unknown);
  CHECK(space.At(both, space.Witness(both)) == kTrueLeaf);
}

TEST_CASE("quantifiers and fixed facts") {
  Fixture fixture(Text("callee.follows(caller) && call.media == 'video'"));
  Space& space = fixture.space;
  const FactId follows = fixture.Id("callee.follows(caller)");
  const FactId media = fixture.Id("call.media");
  const Ref video = space.Holds(media, 2, 2);
  const Ref both = space.And(space.Holds(follows, 1, 1), video);
  FactSet facts;
  facts.Insert(follows);
  CHECK(space.Exists(both, facts) == video);
  CHECK(space.Fix(both, follows, 1) == video);
  CHECK(space.Fix(both, follows, 0) == kFalseLeaf);
  CHECK(space.Facts(both).Count() == 2);
  CHECK(space.Facts(kTrueLeaf).Empty());
  CHECK(space.Leaves(both) == std::vector<Ref>{kFalseLeaf, kTrueLeaf});
}

/// Asks all there is to ask. Must come to its end whatever the budget.
struct Asked {
  bool exhausted = false;
  size_t claims = 0;
  bool all_hold = true;
};
Asked AskAll(const std::string& text, uint32_t budget) {
  Fixture fixture(text, budget);
  Space& space = fixture.space;
  ProveOptions options;
  options.unavailable = true;
  Asked asked;
  const Program& program = fixture.policy.impl()->program;
  for (const Claim& claim : ProveClaims(&space, program, options)) {
    ++asked.claims;
    asked.all_hold = asked.all_hold && claim.holds;
  }
  AnswerTable table;
  AnswersOf(&space, space.policy(0), &table);
  const bool found = FindLeaks(&space, space.policy(0)).has_value();
  CHECK(found == !space.exhausted());
  for (const ProgramDecision& decision : program.decisions) DiagramOf(&space, decision);
  asked.exhausted = space.exhausted();
  return asked;
}

TEST_CASE("a budget that is used up ends every question, and says so") {
  const std::string text = Policy::ShippedText("recommended").value();
  const Asked whole = AskAll(text, kMaxAnalysisCreated);
  REQUIRE(!whole.exhausted);
  bool ended = false;
  for (uint32_t budget = 1; !ended; budget += 1 + budget / 4) {
    CAPTURE(budget);
    const Asked asked = AskAll(text, budget);
    CHECK(asked.claims <= whole.claims);
    ended = !asked.exhausted;
    if (!ended) continue;
    CHECK(asked.claims == whole.claims);
    CHECK(asked.all_hold == whole.all_hold);
  }
  CHECK(AskAll(bench::Tenants(200), 10000).exhausted);
}

TEST_CASE("constraints that contradict each other prove nothing") {
  const auto extension = [](const std::string& constraints) {
    return Catalog::Extend(Catalog::Standard(),
                           R"({ "extension": "x", "version": 1, "catalog": 1, "call": [
      { "name": "x_trunk", "type": "bool", "absent": false, "bit": 60,
        "known_to": ["caller", "operator"], "changeable": "caller", "replay": true,
        "says": { "false": "no trunk", "true": "a trunk" }, "doc": "A trunk." } ],
      "constraints": [)" + constraints +
                               "] }");
  };
  const auto prove = [&](const std::string& constraints) {
    const Result<Catalog> catalog = extension(constraints);
    REQUIRE_MESSAGE(catalog.ok(), catalog.status().message());
    const Result<Policy> policy = Policy::Compile(Text("call.x_trunk"), "p.json", *catalog);
    REQUIRE_MESSAGE(policy.ok(), policy.status().message());
    return Prove(*policy);
  };
  const auto constraint = [](const std::string& id, const std::string& that) {
    return R"({ "id": ")" + id + R"(", "that": ")" + that + R"(", "doc": "So it is." })";
  };
  const Result<ProofReport> without = prove("");
  REQUIRE_MESSAGE(without.ok(), without.status().message());
  CHECK(without->Holds());
  const Result<ProofReport> one = prove(constraint("x_one", "!call.x_trunk"));
  REQUIRE_MESSAGE(one.ok(), one.status().message());
  CHECK(!one->Holds());  // the rule never decides
  const Result<ProofReport> both =
      prove(constraint("x_one", "!call.x_trunk") + ", " + constraint("x_two", "call.x_trunk"));
  REQUIRE(!both.ok());
  CHECK(both.status().code() == StatusCode::kInvalidArgument);
  CHECK(both.status().message().find("'x_two'") != std::string::npos);
}

}  // namespace
}  // namespace ringfence
