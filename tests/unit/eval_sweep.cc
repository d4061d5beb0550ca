// Facts that cannot be read: the sweep against trying every value, and every small policy.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <stdexcept>

#include "unit/eval_support.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

const ProgramDecision& Ring(const Compiled& compiled) { return compiled.program.decisions[0]; }

/// What the evaluator says, in the words of the interpretation.
Interpretation Said(Compiled* compiled, size_t decision, const std::vector<FactCode>& codes) {
  const Decision& said = compiled->DecideCodes(codes);
  if (decision == 0) {
    return {std::string(said.rule), std::string(said.outcome), said.basis, compiled->effects};
  }
  const ExtraDecision& extra = said.extras[decision - 1];
  return {std::string(extra.rule), std::string(extra.value), extra.basis, 0};
}

bool IsClear(const std::vector<uint64_t>& bits) {
  return std::all_of(bits.begin(), bits.end(), [](uint64_t word) { return word == 0; });
}

TEST_CASE("an unavailable fact that does not matter does not show") {
  Compiled compiled(
      PolicyBuilder()
          .Rule("a", Test("callee.follows(caller)") && Test("caller.verified"), "ring")
          .document());
  std::vector<FactCode> codes = EmptyCodes();
  codes[FactNamed("callee.follows(caller)")] = kUnavailableCode;
  // Whatever follows is: no rule but otherwise, so the decision is complete.
  CHECK(compiled.DecideCodes(codes).rule == "otherwise");
  CHECK(compiled.decision.basis == Basis::kComplete);
  codes[FactNamed("caller.verified")] = 2;
  CHECK(compiled.DecideCodes(codes).rule == "on_unavailable");
  CHECK(compiled.decision.basis == Basis::kOnUnavailable);
  CHECK(compiled.effects == 0b11);
  CHECK(IsClear(compiled.scratch.active));
  CHECK(IsClear(compiled.scratch.reachable));
}

TEST_CASE("rules that lead to the same are partial, and the first of them is named") {
  Compiled compiled(PolicyBuilder()
                        .Rule("a", Test("callee.follows(caller)"), "ring")
                        .Rule("b", Test("caller.verified"), "ring")
                        .document());
  std::vector<FactCode> codes = EmptyCodes();
  codes[FactNamed("callee.follows(caller)")] = kUnavailableCode;
  codes[FactNamed("caller.verified")] = 2;
  CHECK(compiled.DecideCodes(codes).rule == "a");
  CHECK(compiled.decision.basis == Basis::kPartial);
  CHECK(compiled.effects == 0b10);
}

TEST_CASE("x or not x rings, though x is unavailable") {
  Compiled compiled(
      PolicyBuilder()
          .Rule("a", Test("callee.follows(caller)") || !Test("callee.follows(caller)"), "ring")
          .document());
  std::vector<FactCode> codes = EmptyCodes();
  codes[FactNamed("callee.follows(caller)")] = kUnavailableCode;
  CHECK(compiled.DecideCodes(codes).rule == "a");
  CHECK(compiled.decision.basis == Basis::kComplete);
}

TEST_CASE("a code that no value has counts as unavailable, for that fact alone") {
  Compiled compiled(PolicyBuilder()
                        .Rule("a", Test("callee.calls_enabled"), "ring")
                        .Rule("b", Test("callee.allow_everyone"), "ring")
                        .document());
  std::vector<FactCode> codes = EmptyCodes();
  codes[FactNamed("callee.calls_enabled")] = 3;
  CHECK(compiled.DecideCodes(codes).rule == "on_unavailable");
  codes[FactNamed("callee.allow_everyone")] = 2;
  CHECK(compiled.DecideCodes(codes).rule == "a");
  CHECK(compiled.decision.basis == Basis::kPartial);
}

TEST_CASE("a group that fails is asked once and named; others are still read on demand") {
  const Document document =
      PolicyBuilder()
          .Floor("blocked", Test("callee.blocks(caller)"), "refuse")
          .Rule("a", Test("callee.follows(caller)") && Test("caller.verified"), "ring")
          .Rule("b", Compare("caller.cohort", CompareOp::kLt, 100), "ring")
          .Rule("c", Test("callee.contact(caller)", {"match"}), "ring")
          .document();
  Compiled compiled(document);
  CodesSource source;
  source.failing = Bit(Group::kPair);
  source.codes[FactNamed("caller.cohort")] = 5;
  CHECK(compiled.Decide(&source).rule == "on_unavailable");
  CHECK(compiled.decision.groups_unavailable == Bit(Group::kPair));
  CHECK(source.reads[static_cast<size_t>(Group::kPair)] == 1);
  CHECK(source.reads[static_cast<size_t>(Group::kCohort)] == 1);
  CHECK(source.reads[static_cast<size_t>(Group::kContact)] == 0);
  CHECK(compiled.effects == 0b11);
}

TEST_CASE("other decisions have a basis of their own") {
  Compiled compiled(PolicyBuilder()
                        .Rule("a", Test("callee.calls_enabled"), "ring")
                        .Decision("path", {"direct", "relay"})
                        .Rule("asks", Test("caller.relay_calls"), "relay")
                        .OnUnavailable("relay")
                        .document());
  std::vector<FactCode> codes = EmptyCodes();
  codes[FactNamed("caller.relay_calls")] = kUnavailableCode;
  CHECK(compiled.DecideCodes(codes).basis == Basis::kComplete);
  CHECK(compiled.decision.extras[0].value == "relay");
  CHECK(compiled.decision.extras[0].rule == "on_unavailable");
  CHECK(compiled.decision.extras[0].basis == Basis::kOnUnavailable);
}

/// Compares on every assignment of the facts, each also unavailable. Gives the number compared.
size_t CompareEverywhere(const Document& document, const std::vector<FactId>& facts) {
  Compiled compiled(document);
  std::vector<FactCode> codes = EmptyCodes();
  size_t compared = 0, wrong = 0;
  const std::function<void(size_t)> each = [&](size_t depth) {
    if (depth == facts.size()) {
      ++compared;
      wrong += Said(&compiled, 0, codes) != Interpret(document, 0, codes);
      return;
    }
    const FactId fact = facts[depth];
    for (FactCode code = 0; code < Catalog::Standard().fact(fact).code_count(); ++code) {
      codes[fact] = code;
      each(depth + 1);
    }
    codes[fact] = kUnavailableCode;
    each(depth + 1);
  };
  each(0);
  if (wrong > 0)
    FAIL_CHECK(wrong << " wrong: " << DumpProgram(Catalog::Standard(), compiled.program));
  return compared;
}

/// Constants, literals, and two literals joined, over a setting, a relation and an enum.
std::vector<Expr> SmallConditions() {
  const Expr setting = Test("callee.allow_verified"), relation = Test("callee.follows(caller)");
  const Expr member = Test("call.media", {"audio"});
  const std::vector<Expr> literals = {setting, !setting, relation, !relation, member, !member};
  std::vector<Expr> conditions = {Constant(true), Constant(false)};
  for (size_t i = 0; i < literals.size(); ++i) {
    conditions.push_back(literals[i]);
    for (size_t j = i + 1; j < literals.size(); ++j) {
      conditions.push_back(literals[i] && literals[j]);
      conditions.push_back(literals[i] || literals[j]);
    }
  }
  return conditions;
}

TEST_CASE("every policy of two small rules, every value, unset and unavailable") {
  const std::vector<Expr> conditions = SmallConditions();
  const std::vector<FactId> facts = {FactNamed("callee.allow_verified"),
                                     FactNamed("callee.follows(caller)"), FactNamed("call.media")};
  size_t compared = 0;
  for (size_t i = 0; i < conditions.size(); ++i) {
    for (size_t j = 0; j < conditions.size(); ++j) {
      // Every combination of outcomes and algorithms comes round.
      const size_t turn = i * conditions.size() + j;
      PolicyBuilder builder;
      builder.Combine(turn % 2 == 0 ? Combine::kFirstApplicable : Combine::kDenyOverrides)
          .Rule("a", conditions[i], turn % 3 == 0 ? "refuse" : "ring")
          .Rule("b", conditions[j], turn % 5 < 3 ? "refuse" : "ring")
          .Otherwise(turn % 7 < 4 ? "refuse" : "ring");
      compared += CompareEverywhere(builder.document(), facts);
    }
  }
  CHECK(compared == conditions.size() * conditions.size() * 4 * 3 * 4);
}

/// Random documents over few facts of every kind.
class RandomDocument {
 public:
  explicit RandomDocument(std::mt19937_64* random) : random_(*random) {
    const size_t count = Catalog::Standard().size();
    for (int i = 0; i < 5; ++i) facts_.push_back(static_cast<FactId>(Below(count)));
  }

  Document Make() {
    PolicyBuilder builder;
    builder.Outcome("quiet", Effect::kSilence, 5).Outcome("screen", Effect::kScreen, -1);
    if (Below(2) == 0) builder.Default("allow_verified", 1).Default("unknown_callers", 3);
    const Combine algorithms[] = {Combine::kFirstApplicable, Combine::kDenyOverrides,
                                  Combine::kPermitOverrides, Combine::kHighest};
    const char* const outcomes[] = {"ring", "refuse", "quiet", "screen"};
    builder.Combine(algorithms[Below(4)]).Otherwise(outcomes[Below(4)]);
    if (Below(2) == 0) builder.Floor("floor", Condition(2), outcomes[Below(4)]);
    for (size_t i = Below(6); i > 0; --i) {
      builder.Rule("rule-" + std::to_string(i), Condition(3), outcomes[Below(4)]);
    }
    builder.OnUnavailable(outcomes[Below(4)]);
    const char* const values[] = {"direct", "relay", "none"};
    builder.Decision("path", {"direct", "relay", "none"});
    builder.Combine(algorithms[Below(2) == 0 ? 0 : 3]).OnUnavailable(values[Below(3)]);
    for (size_t i = Below(4); i > 0; --i) {
      builder.Rule("rule-" + std::to_string(i), Condition(2), values[Below(3)]);
    }
    Document document = builder.document();
    document.outcomes[0].rank = 3;
    document.outcomes[1].rank = 0;
    return document;
  }

  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }

 private:
  Expr Condition(int depth) {
    const size_t kind = depth == 0 ? 0 : Below(6);
    if (kind < 2) return Leaf();
    const Expr a = Condition(depth - 1), b = Condition(depth - 1);
    if (kind == 2) return !a;
    if (kind == 3) return a && b;
    return kind == 4 ? a || b : If(a, b, Condition(depth - 1));
  }

  Expr Leaf() {
    const FactInfo& fact = Catalog::Standard().fact(facts_[Below(facts_.size())]);
    const FactInfo& other = Catalog::Standard().fact(facts_[Below(facts_.size())]);
    const bool alike =
        fact.type != FactType::kInt && fact.type == other.type && fact.members == other.members;
    if (alike && Below(4) == 0) {
      return Same(fact.name, other.name, Below(2) == 0 ? CompareOp::kEq : CompareOp::kNe);
    }
    if (fact.type == FactType::kBool) return Test(fact.id, {static_cast<FactCode>(Below(2))});
    if (fact.type == FactType::kEnum) {
      std::vector<FactCode> members;
      for (FactCode member = 0; member < fact.members.size(); ++member) {
        if (Below(2) == 0) members.push_back(member);
      }
      return Test(fact.id, members);
    }
    const auto constant = [&] {
      return fact.lowest +
             static_cast<int64_t>(Below(static_cast<size_t>(fact.highest - fact.lowest) + 1));
    };
    if (Below(3) == 0) {
      const int64_t one = constant();
      return IntIn(fact.name, one < fact.highest ? std::vector<int64_t>{one, one + 1}
                                                 : std::vector<int64_t>{one});
    }
    return Compare(fact.name, static_cast<CompareOp>(Below(6)), constant());
  }

  std::mt19937_64& random_;
  std::vector<FactId> facts_;
};

TEST_CASE("random policies, random facts, some unset and some unavailable") {
  std::mt19937_64 random(Seed());
  size_t bases[3] = {0, 0, 0};
  for (int round = 0; round < 250; ++round) {
    RandomDocument generator(&random);
    const Document document = generator.Make();
    Compiled compiled(document);
    const std::vector<FactId> facts = FactsNamed(document);
    for (int question = 0; question < 12; ++question) {
      std::vector<FactCode> codes = EmptyCodes();
      size_t missing = 0;
      for (FactId fact : facts) {
        const std::vector<FactCode> worth = CodesThatMatter(document, fact);
        codes[fact] = worth[generator.Below(worth.size())];
        if (missing >= 3 || generator.Below(4) != 0) continue;
        codes[fact] = kUnavailableCode;
        ++missing;
      }
      const Interpretation expected = Interpret(document, 0, codes);
      const Interpretation said = Said(&compiled, 0, codes);
      ++bases[static_cast<size_t>(said.basis)];
      INFO("round " << round << ", question " << question);
      INFO(DumpProgram(Catalog::Standard(), compiled.program));
      REQUIRE(said.rule == expected.rule);
      REQUIRE(said == expected);
      if (compiled.decision.let_through()) {
        REQUIRE(Said(&compiled, 1, codes) == Interpret(document, 1, codes));
      }
      REQUIRE(IsClear(compiled.scratch.active));
      REQUIRE(IsClear(compiled.scratch.reachable));
    }
  }
  CHECK(bases[0] > 0);
  CHECK(bases[1] > 0);
  CHECK(bases[2] > 0);
}

TEST_CASE("a sweep over a diagram of thousands of nodes visits each once and reaches every rule") {
  PolicyBuilder builder;
  for (int i = 0; i < 1000; ++i) {
    builder.Rule("t" + std::to_string(i),
                 Compare("call.tenant", CompareOp::kEq, i) && Test("callee.calls_enabled") &&
                     Compare("caller.cohort", CompareOp::kLt, 9 * i + 9),
                 i % 2 == 0 ? "ring" : "refuse");
  }
  Compiled compiled(builder.document());
  CHECK(Ring(compiled).nodes.size() > 1000);
  std::vector<FactCode> codes = EmptyCodes();
  for (FactId fact : FactsNamed(builder.document())) codes[fact] = kUnavailableCode;
  codes[FactNamed("callee.known")] = 1;
  CHECK(compiled.DecideCodes(codes).rule == "on_unavailable");
  CHECK(compiled.effects == 0b11);
  CHECK(compiled.decision.facts_read.Count() == 4);
  CHECK(IsClear(compiled.scratch.active));
  CHECK(IsClear(compiled.scratch.reachable));
  // With the tenant known there is one rule to tell from otherwise.
  codes[FactNamed("call.tenant")] = 7;
  CHECK(compiled.DecideCodes(codes).basis == Basis::kPartial);
  CHECK(compiled.decision.rule == "t7");
}

}  // namespace
}  // namespace ringfence
