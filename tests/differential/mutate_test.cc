// What `mutate` claims against brute force by the reference evaluator: of every mutant of small
// policies, whether the cases kill it, whether anything could, and whether the case it gives does.
// All policies of one rule and a part of those of two, drawn by the seed; random larger ones.
#include "analyze/mutate.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <string>

#include "compile/compile.h"
#include "differential/small_policies.h"
#include "reference/reference.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

/// A situation: codes, and nothing where a fact is unavailable.
reference::Assignment AssignmentOf(const std::vector<FactCode>& codes) {
  reference::Assignment assignment;
  for (size_t i = 0; i < codes.size(); ++i) {
    assignment[static_cast<FactId>(i)] =
        codes[i] == kUnavailableCode ? std::nullopt : std::optional<FactCode>(codes[i]);
  }
  return assignment;
}

/// What somebody can tell of a decision, and nothing of how the policy says it.
std::string Told(const Document& document, const reference::Answer& answer) {
  const auto is_it = [&](const Outcome& outcome) { return outcome.name == answer.outcome; };
  const auto found = std::find_if(document.outcomes.begin(), document.outcomes.end(), is_it);
  REQUIRE(found != document.outcomes.end());
  std::string text =
      std::string(ToString(found->effect)) + " " + std::string(ToString(found->signal)) + " " +
      std::string(ToString(found->record)) + " " + std::to_string(found->sip_status) + " " +
      std::to_string(found->retry_after_s) + " " + found->told;
  for (const reference::ExtraAnswer& extra : answer.extras) {
    text += " " + extra.name + "=" + extra.value;
  }
  return text;
}

bool Passes(const reference::Answer& answer, const Case& one) {
  return std::all_of(one.expect.begin(), one.expect.end(), [&](const Expectation& expectation) {
    const std::string value = expectation.value.value_or("");
    if (expectation.field == "effect") return value == ToString(answer.effect);
    if (expectation.field == "rule") return value == answer.rule;
    if (expectation.field == "outcome") return value == answer.outcome;
    for (const reference::ExtraAnswer& extra : answer.extras) {
      if (extra.name == expectation.field) return value == extra.value;
    }
    return false;
  });
}

struct Counts {
  size_t policies = 0, mutants = 0, killed = 0, equivalent = 0, survivors = 0;
};

/// One policy, the situations its claims are checked in, and cases for some of them.
class Check {
 public:
  Check(const Layout& layout, const Document& document, std::vector<std::vector<FactCode>> all)
      : layout_(layout), document_(document), situations_(std::move(all)) {
    Diagnostics diagnostics;
    program_ = Compile(layout, document, {.sift = false}, "policy", &diagnostics);
    REQUIRE(program_.has_value());
  }

  /// `exact`: the situations are all there are, so that a survivor must differ in one of them.
  void Run(const std::vector<size_t>& chosen, bool exact, Counts* counts) {
    CaseFile file;
    for (size_t i : chosen) {
      file.cases.push_back(CaseOf(layout_, *program_, std::to_string(i), situations_[i]));
    }
    const Mutations found = Mutate(layout_, document_, *program_, file, {}, {});
    CHECK(found.undecided.empty());
    CHECK(found.mutants == found.killed + found.equivalent + found.survivors.size());
    // Two mutants may have the same words: of a test that a condition has twice.
    std::map<std::string, std::vector<Document>> changed_by;
    std::vector<std::string> differing, surviving;
    size_t killed = 0, passed = 0;
    for (const Mutant& mutant : MutantsOf(layout_.catalog, document_)) {
      CAPTURE(mutant.what);
      Document changed = document_;
      changed.invariants.clear();
      mutant.change(&changed);
      if (Kills(file, changed)) {
        ++killed;
        continue;
      }
      ++passed;
      if (Differs(changed)) differing.push_back(mutant.what);
      changed_by[mutant.what].push_back(std::move(changed));
    }
    for (const Survivor& survivor : found.survivors) {
      CAPTURE(survivor.what);
      surviving.push_back(survivor.what);
      const Case& one = survivor.kills;
      CHECK(Passes(Decide(document_, one.codes), one));
      const std::vector<Document>& all = changed_by[survivor.what];
      CHECK(std::any_of(all.begin(), all.end(), [&](const Document& changed) {
        return !Passes(Decide(changed, one.codes), one);
      }));
    }
    CHECK(killed == found.killed);
    CHECK(passed == found.equivalent + surviving.size());
    if (exact) CHECK(surviving == differing);
    std::sort(surviving.begin(), surviving.end());
    std::sort(differing.begin(), differing.end());
    CHECK(std::includes(surviving.begin(), surviving.end(), differing.begin(), differing.end()));
    ++counts->policies;
    counts->mutants += found.mutants;
    counts->killed += killed;
    counts->equivalent += found.equivalent;
    counts->survivors += found.survivors.size();
  }

 private:
  reference::Answer Decide(const Document& document, const std::vector<FactCode>& codes) const {
    return reference::Decide(layout_.catalog, document, AssignmentOf(codes));
  }

  bool Kills(const CaseFile& file, const Document& changed) const {
    return std::any_of(file.cases.begin(), file.cases.end(),
                       [&](const Case& one) { return !Passes(Decide(changed, one.codes), one); });
  }

  bool Differs(const Document& changed) {
    if (told_.empty()) {
      for (const auto& codes : situations_) {
        told_.push_back(Told(document_, Decide(document_, codes)));
      }
    }
    for (size_t i = 0; i < situations_.size(); ++i) {
      if (Told(changed, Decide(changed, situations_[i])) != told_[i]) return true;
    }
    return false;
  }

  const Layout& layout_;
  const Document& document_;
  const std::vector<std::vector<FactCode>> situations_;
  std::optional<Program> program_;
  std::vector<std::string> told_;  ///< by situation, of the policy itself
};

/// As a case has them that states nothing.
std::vector<FactCode> Usual(const Layout& layout) {
  std::vector<FactCode> codes;
  for (const FactInfo& fact : layout.catalog.facts()) {
    const bool known = fact.id == layout.callee_known || fact.id == layout.caller_known;
    codes.push_back(fact.can_be_unset ? 0 : known ? 1 : fact.absent_code);
  }
  return codes;
}

/// All values of the scope's facts, unset and unavailable included, with a callee who is known, and
/// one of whom that cannot be read.
std::vector<std::vector<FactCode>> AllSituations(const Layout& layout, const SmallScope& scope) {
  std::vector<std::vector<FactCode>> all = {Usual(layout)};
  const auto vary = [&](FactId fact, std::vector<FactCode> values) {
    values.push_back(kUnavailableCode);
    std::vector<std::vector<FactCode>> more;
    for (const std::vector<FactCode>& codes : all) {
      for (FactCode value : values) {
        more.push_back(codes);
        more.back()[fact] = value;
      }
    }
    all = std::move(more);
  };
  vary(scope.setting(), {0, 1, 2});
  vary(scope.relation(), {0, 1});
  vary(scope.choice(), {0, 1, 2});
  vary(layout.callee_known, {1});
  return all;
}

std::vector<size_t> Some(size_t most, size_t of, Random& random) {
  std::vector<size_t> chosen(random.Below(most + 1));
  for (size_t& one : chosen) one = random.Below(of);
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

void Print(const char* what, const Counts& counts) {
  std::cout << what << ": " << counts.policies << " policies, " << counts.mutants << " mutants, "
            << counts.killed << " killed, " << counts.equivalent << " equivalent, "
            << counts.survivors << " survive\n";
  CHECK(counts.killed > 0);
  CHECK(counts.equivalent > 0);
  CHECK(counts.survivors > 0);
}

TEST_CASE("small policies: killed, equivalent and surviving mutants are what brute force says") {
  const Layout layout{Catalog::Standard()};
  SmallScope scope(layout.catalog);
  Random random(Seed());
  const auto situations = AllSituations(layout, scope);
  // The enum has more members than the scope names; the first three are enough to tell them apart.
  for (size_t rules : {size_t{1}, size_t{2}}) {
    Counts counts;
    const size_t one_in = rules == 1 ? 2 : 600;
    scope.EachClass(rules, [&](SmallPolicy policy) {
      if (random.Below(one_in) != 0) return;
      policy.floor_count = random.Below(rules + 1);
      const Document document = scope.Build(policy, random);
      Check(layout, document, situations).Run(Some(6, situations.size(), random), true, &counts);
    });
    Print(rules == 1 ? "one rule" : "two rules", counts);
  }
}

TEST_CASE("random policies: what is called equivalent is, and each case kills its mutant") {
  const Layout layout{Catalog::Standard()};
  Random random(Seed());
  Counts counts;
  for (int i = 0; i < 60; ++i) {
    CAPTURE(i);
    PolicyShape shape;
    shape.facts = PickFacts(layout.catalog, 5, random);
    shape.max_rules = 5;
    shape.max_decisions = 2;
    shape.max_leaves = 3;
    shape.max_outcomes = 3;
    const Document document = RandomDocument(layout.catalog, shape, random);
    std::vector<std::vector<FactCode>> situations;
    const std::vector<FactId> named = FactsNamed(layout.catalog, document);
    while (situations.size() < 60) {
      std::vector<FactCode> codes = Usual(layout);
      for (FactId fact : named) {
        const FactInfo& info = layout.catalog.fact(fact);
        const bool free = info.group != Group::kCall && !info.symmetric &&
                          fact != layout.callee_known && fact != layout.caller_known;
        if (!free) continue;
        codes[fact] = RandomCode(info, ConstantsOf(document, fact), random);
        if (random.Percent(10)) codes[fact] = kUnavailableCode;
      }
      situations.push_back(std::move(codes));
    }
    Check(layout, document, std::move(situations)).Run(Some(20, 60, random), false, &counts);
  }
  Print("random", counts);
}

}  // namespace
}  // namespace ringfence::differential
