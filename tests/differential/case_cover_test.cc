// The fewest cases that reach all of a small policy, against brute force: what each situation
// reaches by the counter that users' cases are counted with, and the least cover by trying all.
#include "analyze/case_cover.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>

#include "compile/compile.h"
#include "differential/small_policies.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

/// One bit for each rule that decided and each side of a test that was seen.
uint32_t Bits(const Coverage& coverage) {
  uint32_t bits = 0, next = 1;
  const auto add = [&](bool seen) {
    if (seen) bits |= next;
    next <<= 1;
  };
  for (const auto& rule : coverage.rules) add(rule.decided > 0);
  for (const auto& condition : coverage.conditions) {
    add(condition.seen_true > 0);
    add(condition.seen_false > 0);
  }
  REQUIRE(coverage.rules.size() + 2 * coverage.conditions.size() <= 20);
  return bits;
}

size_t TargetCount(const Coverage& coverage) {
  return coverage.rules.size() + 2 * coverage.conditions.size();
}

std::vector<std::vector<FactCode>> Situations(const Layout& layout, const SmallScope& scope) {
  std::vector<FactCode> usual;
  for (const FactInfo& fact : layout.catalog.facts()) {
    const bool known = fact.id == layout.callee_known || fact.id == layout.caller_known;
    usual.push_back(fact.can_be_unset ? 0 : known ? 1 : fact.absent_code);
  }
  std::vector<std::vector<FactCode>> all = {usual};
  all[0][layout.callee_known] = 0;
  all[0][scope.setting()] = layout.catalog.fact(scope.setting()).absent_code + 1;
  for (FactCode known : {FactCode{1}, kUnavailableCode}) {
    for (FactCode setting : {FactCode{0}, FactCode{1}, FactCode{2}, kUnavailableCode}) {
      for (FactCode relation : {FactCode{0}, FactCode{1}, kUnavailableCode}) {
        for (FactCode choice : {FactCode{0}, FactCode{1}, FactCode{2}, kUnavailableCode}) {
          all.push_back(usual);
          all.back()[layout.callee_known] = known;
          all.back()[scope.setting()] = setting;
          all.back()[scope.relation()] = relation;
          all.back()[scope.choice()] = choice;
        }
      }
    }
  }
  return all;
}

/// The least number of those sets whose union is the union of all.
size_t LeastCover(const std::vector<uint32_t>& sets) {
  uint32_t all = 0;
  for (uint32_t set : sets) all |= set;
  std::vector<uint32_t> reached = {0};
  for (size_t count = 0;; ++count) {
    if (std::find(reached.begin(), reached.end(), all) != reached.end()) return count;
    std::vector<uint32_t> next;
    for (uint32_t before : reached) {
      for (uint32_t set : sets) next.push_back(before | set);
    }
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    reached = std::move(next);
  }
}

TEST_CASE(
    "small policies: the cases reach all that can be reached, and are the fewest or near it") {
  const Layout layout{Catalog::Standard()};
  SmallScope scope(layout.catalog);
  Random random(Seed());
  const auto situations = Situations(layout, scope);
  size_t policies = 0, fewest = 0, proven = 0;
  for (size_t rules : {size_t{1}, size_t{2}}) {
    const size_t one_in = rules == 1 ? 1 : 150;
    scope.EachClass(rules, [&](SmallPolicy policy) {
      if (random.Below(one_in) != 0) return;
      policy.floor_count = random.Below(rules + 1);
      const Document& document = scope.Build(policy, random);
      Diagnostics diagnostics;
      const auto program = Compile(layout, document, {.sift = false}, "small", &diagnostics);
      REQUIRE(program.has_value());
      uint32_t all = 0;
      std::vector<uint32_t> sets;
      size_t targets = 0;
      for (const auto& codes : situations) {
        const CaseFile one{"", {CaseOf(layout, *program, "one", codes)}};
        const Coverage coverage = RunCaseFile(layout, *program, one).coverage;
        targets = TargetCount(coverage);
        sets.push_back(Bits(coverage));
        all |= sets.back();
      }
      std::sort(sets.begin(), sets.end());
      sets.erase(std::unique(sets.begin(), sets.end()), sets.end());
      const Cover cover = CoverPolicy(layout, document, *program, {});
      const CasesReport report = RunCaseFile(layout, *program, {"", cover.cases});
      CHECK(report.failures.empty());
      CHECK(Bits(report.coverage) == all);
      CHECK(cover.unreachable.size() == targets - static_cast<size_t>(__builtin_popcount(all)));
      const size_t least = LeastCover(sets);
      CHECK(cover.at_least <= least);
      CHECK(least <= cover.cases.size());
      ++policies;
      fewest += cover.cases.size() == least ? 1 : 0;
      proven += cover.cases.size() == cover.at_least ? 1 : 0;
    });
  }
  std::cout << policies << " policies: the fewest cases for " << fewest << ", and known to be for "
            << proven << "\n";
  CHECK(fewest * 20 >= policies * 19);
}

}  // namespace
}  // namespace ringfence::differential
