// Conditions as text: one spelling, least parentheses, and the parser reads the same condition
// back.
#include <doctest/doctest.h>
#include <ringfence/catalog.h>

#include <string>
#include <vector>

#include "facts/condition.h"
#include "policy/cel.h"
#include "unit/policy_builder.h"

namespace ringfence {
namespace {

std::string Format(const Expr& expr) {
  Condition condition;
  condition.nodes = expr.nodes;
  return FormatCondition(Catalog::Standard(), condition);
}

class NoPlaces final : public PlaceMapper {
 public:
  SourceSpan Place(size_t begin, size_t length) const override {
    return {1, 1, static_cast<uint32_t>(begin), static_cast<uint32_t>(length)};
  }
};

/// The canonical text of a text.
std::string Canonical(std::string_view text) {
  Diagnostics diagnostics;
  const std::optional<Condition> condition =
      ParseCondition(Catalog::Standard(), text, NoPlaces(), "f", nullptr, nullptr, &diagnostics);
  CAPTURE(diagnostics.Render(text));
  REQUIRE(condition.has_value());
  return FormatCondition(Catalog::Standard(), *condition);
}

/// The leaves conditions are made of here.
struct Leaves {
  const Expr follows = Test("callee.follows(caller)");
  const Expr verified = Test("caller.verified");
  const Expr video = Test("call.media", {"video"});
  const Expr apps = Test("call.platform", {"ios", "mac"});
  const Expr old = Compare("callee.account_age_d", CompareOp::kGe, 30);
};

TEST_CASE_FIXTURE(Leaves, "leaves") {
  CHECK(Format(Constant(true)) == "true");
  CHECK(Format(Constant(false)) == "false");
  CHECK(Format(follows) == "callee.follows(caller)");
  CHECK(Format(video) == "call.media == 'video'");
  CHECK(Format(apps) == "call.platform in ['ios', 'mac']");
  CHECK(Format(old) == "callee.account_age_d >= 30");
  CHECK(Format(IntIn("call.tenant", {1, 5})) == "call.tenant in [1, 5]");
  CHECK(Format(Same("callee.premium", "caller.premium")) == "callee.premium == caller.premium");
  CHECK(Format(Same("callee.premium", "caller.premium", CompareOp::kNe)) ==
        "callee.premium != caller.premium");
  const FactId id = follows.nodes[0].fact;
  CHECK(Format(Test(id, {0})) == "!callee.follows(caller)");
  CHECK(Format(Test(id, {0, 1})) == "true");
  CHECK(Format(Test(id, {})) == "false");
  const std::pair<CompareOp, const char*> compares[] = {
      {CompareOp::kEq, "call.tenant == 7"}, {CompareOp::kNe, "call.tenant != 7"},
      {CompareOp::kLt, "call.tenant < 7"},  {CompareOp::kLe, "call.tenant <= 7"},
      {CompareOp::kGt, "call.tenant > 7"},  {CompareOp::kGe, "call.tenant >= 7"}};
  for (const auto& [op, text] : compares) CHECK(Format(Compare("call.tenant", op, 7)) == text);
}

TEST_CASE_FIXTURE(Leaves, "operators and the parentheses they need") {
  CHECK(Format(!follows) == "!callee.follows(caller)");
  CHECK(Format(!video) == "call.media != 'video'");
  CHECK(Format(!apps) == "!(call.platform in ['ios', 'mac'])");
  CHECK(Format(!old) == "!(callee.account_age_d >= 30)");
  CHECK(Format(!!video) == "!(call.media != 'video')");
  CHECK(Format(!(follows && video)) == "!(callee.follows(caller) && call.media == 'video')");
  CHECK(Format((follows && verified) || video) ==
        "callee.follows(caller) && caller.verified || call.media == 'video'");
  CHECK(Format(follows && (verified || video)) ==
        "callee.follows(caller) && (caller.verified || call.media == 'video')");
  CHECK(Format((follows && verified) && (video && old)) ==
        "callee.follows(caller) && caller.verified && call.media == 'video' && "
        "callee.account_age_d >= 30");
  CHECK(Format(If(follows || video, verified, !verified)) ==
        "callee.follows(caller) || call.media == 'video' ? caller.verified : !caller.verified");
  CHECK(Format(If(If(follows, video, old), If(video, old, follows), If(old, follows, video))) ==
        "(callee.follows(caller) ? call.media == 'video' : callee.account_age_d >= 30)"
        " ? (call.media == 'video' ? callee.account_age_d >= 30 : callee.follows(caller))"
        " : callee.account_age_d >= 30 ? callee.follows(caller) : call.media == 'video'");
  CHECK(Format(If(follows, video, old) && verified) ==
        "(callee.follows(caller) ? call.media == 'video' : callee.account_age_d >= 30) && "
        "caller.verified");
  CHECK(Format(!If(follows, video, old)) ==
        "!(callee.follows(caller) ? call.media == 'video' : callee.account_age_d >= 30)");
}

TEST_CASE_FIXTURE(Leaves, "a subtree") {
  Condition condition;
  condition.nodes = (follows && video).nodes;
  CHECK(FormatCondition(Catalog::Standard(), condition, 0) == "callee.follows(caller)");
  CHECK(FormatCondition(Catalog::Standard(), condition, 1) == "call.media == 'video'");
  CHECK(FormatCondition(Catalog::Standard(), condition, condition.root()) ==
        FormatCondition(Catalog::Standard(), condition));
}

TEST_CASE_FIXTURE(Leaves, "the parser reads back what is printed") {
  const std::vector<Expr> leaves = {follows,
                                    video,
                                    apps,
                                    old,
                                    Same("callee.premium", "caller.premium", CompareOp::kNe),
                                    IntIn("call.tenant", {1, 5})};
  std::vector<Expr> all = leaves;
  for (const Expr& a : leaves) {
    all.push_back(!a);
    for (const Expr& b : leaves) {
      all.push_back(a && !b);
      all.push_back(!a || b);
      all.push_back(!(a || b));
      all.push_back(If(a, !b, a));
      all.push_back((a || b) && (b || !a));
      all.push_back(a || (b && !a) || b);
      all.push_back(If(a, b, If(b, a, !b)) && If(If(a, b, a), a && b, a || b));
    }
  }
  for (const Expr& expr : all) {
    const std::string text = Format(expr);
    CHECK(Canonical(text) == text);
  }
}

TEST_CASE_FIXTURE(Leaves, "different spellings of one condition") {
  CHECK(Canonical("  ( callee.follows(caller) )") == "callee.follows(caller)");
  CHECK(Canonical("callee.follows(caller) == false") == "!callee.follows(caller)");
  CHECK(Canonical("'video' == call.media // calls") == "call.media == 'video'");
  CHECK(Canonical("!(call.media == \"video\")") == "call.media != 'video'");
  CHECK(Canonical("call.platform in ['mac', 'ios']") == "call.platform in ['ios', 'mac']");
  CHECK(Canonical("30 <= callee.account_age_d") == "callee.account_age_d >= 30");
  CHECK(Canonical("callee.since_attempt_ms(caller) <= duration('3m')") ==
        "callee.since_attempt_ms(caller) <= 180000");
}

TEST_CASE_FIXTURE(Leaves, "facts of a condition, in the order of first use") {
  Condition condition;
  condition.nodes =
      (video && If(follows, video, old) && Same("callee.premium", "caller.premium")).nodes;
  CHECK(FactsOf(condition) ==
        std::vector<FactId>{FactNamed("call.media"), FactNamed("callee.follows(caller)"),
                            FactNamed("callee.account_age_d"), FactNamed("callee.premium"),
                            FactNamed("caller.premium")});
  condition.nodes = Constant(true).nodes;
  CHECK(FactsOf(condition).empty());
}

}  // namespace
}  // namespace ringfence
