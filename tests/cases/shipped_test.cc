// Every case of every shipped rule set passes, covers its policy, and the second evaluator agrees.
#include "cases/shipped.h"

#include <ringfence/policy.h>
#include <ringfence/prove.h>

#include <algorithm>

#include "compile/compile.h"
#include "reference/reference.h"

namespace ringfence::test {
namespace {

std::string Show(const CaseFailure& failure) {
  std::string text = failure.name;
  for (const std::string& difference : failure.differences) text += "\n  " + difference;
  return text + "\n" + failure.explanation;
}

reference::Assignment AssignmentOf(const Case& one) {
  reference::Assignment assignment;
  for (size_t i = 0; i < one.codes.size(); ++i) {
    const FactCode code = one.codes[i];
    assignment[static_cast<FactId>(i)] =
        code == kUnavailableCode ? std::nullopt : std::optional<FactCode>(code);
  }
  return assignment;
}

/// What the second evaluator says where the case expects something of it.
std::string ReferenceValue(const reference::Answer& answer, const std::string& field) {
  if (field == "effect") return std::string(ToString(answer.effect));
  if (field == "outcome") return answer.outcome;
  if (field == "rule") return answer.rule;
  if (field == "reason") return answer.reason;
  if (field == "told") return answer.told;
  if (field == "basis") return std::string(ToString(answer.basis));
  for (const reference::ExtraAnswer& extra : answer.extras) {
    if (extra.name == field) return extra.value;
  }
  return "?";
}

TEST_CASE("the three sets that the documentation names are there") {
  std::vector<std::string> names;
  for (const auto& set : ShippedRuleSets()) {
    names.push_back(set->name);
    CHECK(set->document.name == set->name);
    CHECK(set->cases.policy == "policy.json");
    CHECK_MESSAGE(set->warnings.empty(), set->warnings);
  }
  for (const char* name : {"default", "x-2023", "x-2024"}) {
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  }
}

TEST_CASE("every case passes") {
  for (const auto& set : ShippedRuleSets()) {
    CAPTURE(set->name);
    const CasesReport report = RunCaseFile(set->layout, set->program, set->cases);
    for (const CaseFailure& failure : report.failures) FAIL_CHECK(Show(failure));
    CHECK(report.cases.size() == set->cases.cases.size());
    CHECK(report.policy_name == set->name);
  }
}

TEST_CASE("every rule decides a case, and every test of a condition is seen true and false") {
  for (const auto& set : ShippedRuleSets()) {
    CAPTURE(set->name);
    const Coverage coverage = RunCaseFile(set->layout, set->program, set->cases).coverage;
    CHECK(coverage.Complete());
    for (const Coverage::RuleCoverage& rule : coverage.rules) {
      CHECK_MESSAGE(rule.decided > 0, rule.decision, " ", rule.rule);
    }
    for (const Coverage::ConditionCoverage& one : coverage.conditions) {
      CHECK_MESSAGE(one.seen_true > 0, one.decision, " ", one.rule, ": ", one.text);
      CHECK_MESSAGE(one.seen_false > 0, one.decision, " ", one.rule, ": ", one.text);
    }
  }
}

TEST_CASE("the reference evaluator gives what every case expects") {
  for (const auto& set : ShippedRuleSets()) {
    for (const Case& one : set->cases.cases) {
      CAPTURE(set->name);
      CAPTURE(one.name);
      const reference::Answer answer =
          reference::Decide(set->layout.catalog, set->document, AssignmentOf(one));
      for (const Expectation& expectation : one.expect) {
        const std::string value = ReferenceValue(answer, expectation.field);
        if (value != "?") CHECK(value == expectation.value.value_or(""));
      }
    }
  }
}

TEST_CASE("taking any rule out of a shipped set fails a case") {
  for (const auto& set : ShippedRuleSets()) {
    for (size_t d = 0; d < set->document.decisions.size(); ++d) {
      for (const bool floor : {true, false}) {
        const DecisionRules& decision = set->document.decisions[d];
        const size_t count = (floor ? decision.floor : decision.rules).size();
        for (size_t i = 0; i < count; ++i) {
          Document mutant = set->document;
          std::vector<Rule>& rules = floor ? mutant.decisions[d].floor : mutant.decisions[d].rules;
          const std::string taken = set->name + ": " + rules[i].id;
          rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(i));
          mutant.invariants.clear();  // they may name the rule
          Diagnostics diagnostics;
          const auto program =
              Compile(set->layout, mutant, CompileOptions{}, "mutant", &diagnostics);
          REQUIRE(program.has_value());
          const CasesReport report = RunCaseFile(set->layout, *program, set->cases);
          CHECK_MESSAGE(!report.failures.empty(), taken);
        }
      }
    }
  }
}

TEST_CASE("every shipped set is proven, and discloses only what it lists") {
  for (const std::string& name : Policy::ShippedNames()) {
    const Result<ProofReport> report = Prove(Policy::Shipped(name).value());
    REQUIRE_MESSAGE(report.ok(), report.status().message());
    for (const Claim& claim : report->claims) {
      CHECK_MESSAGE(claim.holds, name << ": " << ToString(claim.kind) << " " << claim.subject
                                      << ": " << claim.text);
    }
    const bool listed = std::ranges::any_of(
        report->claims, [](const Claim& claim) { return claim.kind == ClaimKind::kDisclosure; });
    if (name == "default" || name == "recommended" || name.starts_with("x-")) CHECK(!listed);
  }
}

}  // namespace
}  // namespace ringfence::test
