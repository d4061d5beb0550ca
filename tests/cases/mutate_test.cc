// The cases of the shipped rule sets notice every small mistake in them; and for each set the
// fewest cases that reach all of it are found.
#include "analyze/mutate.h"

#include "analyze/case_cover.h"
#include "cases/shipped.h"
#include "policy/constraints.h"

namespace ringfence::test {
namespace {

std::vector<Condition> ConstraintsOf(const RuleSet& set) {
  return ParseConstraints(set.layout.catalog).value();
}

TEST_CASE("no mutant of a shipped set survives its cases") {
  for (const auto& set : ShippedRuleSets()) {
    const Mutations found =
        Mutate(set->layout, set->document, set->program, set->cases, ConstraintsOf(*set), {});
    for (const Survivor& survivor : found.survivors) {
      FAIL_CHECK(set->name, ": ", survivor.what, "\n", PrintCase(set->layout, survivor.kills));
    }
    CHECK(found.undecided.empty());
    CHECK(found.mutants == found.killed + found.equivalent + found.survivors.size());
    CHECK_MESSAGE(found.killed > found.mutants / 2, set->name);
  }
}

TEST_CASE("half of the cases leave survivors, and the cases given with those kill them") {
  const auto& set = ShippedRuleSets()[0];
  CaseFile half = set->cases;
  half.cases.resize(half.cases.size() / 2);
  const Mutations found =
      Mutate(set->layout, set->document, set->program, half, ConstraintsOf(*set), {});
  CHECK_FALSE(found.survivors.empty());
  for (const Survivor& survivor : found.survivors) half.cases.push_back(survivor.kills);
  CHECK(Mutate(set->layout, set->document, set->program, half, ConstraintsOf(*set), {})
            .survivors.empty());
}

TEST_CASE("the fewest cases that reach all of a shipped set") {
  for (const auto& set : ShippedRuleSets()) {
    CAPTURE(set->name);
    const Cover cover = CoverPolicy(set->layout, set->document, set->program, ConstraintsOf(*set));
    CHECK_FALSE(cover.over_budget);
    CHECK(cover.unreachable.empty());
    CHECK(cover.cases.size() == cover.at_least);
    CHECK(cover.cases.size() <= set->cases.cases.size());
    const CaseFile file{"policy.json", cover.cases};
    const CasesReport report = RunCaseFile(set->layout, set->program, file);
    CHECK(report.failures.empty());
    CHECK(report.coverage.Complete());

    std::string text = R"({"policy": "policy.json", "cases": [)";
    for (size_t i = 0; i < cover.cases.size(); ++i) {
      text += (i == 0 ? "" : ",") + PrintCase(set->layout, cover.cases[i]);
    }
    Diagnostics diagnostics;
    const auto read =
        ParseCases(set->layout.catalog, set->document, text + "]}", "made", &diagnostics);
    REQUIRE_MESSAGE(read.has_value(), diagnostics.Render(text + "]}"));
    CHECK(RunCaseFile(set->layout, set->program, *read).coverage.Complete());

    const Cover again = CoverPolicy(set->layout, set->document, set->program, ConstraintsOf(*set));
    REQUIRE(again.cases.size() == cover.cases.size());
    for (size_t i = 0; i < cover.cases.size(); ++i) {
      CHECK(PrintCase(set->layout, again.cases[i]) == PrintCase(set->layout, cover.cases[i]));
    }
  }
}

}  // namespace
}  // namespace ringfence::test
