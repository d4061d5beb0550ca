// Mutants of a policy against its cases. See mutate.h.
#include "analyze/mutate.h"

#include <algorithm>
#include <optional>

#include "analyze/answers.h"
#include "base/check.h"
#include "compile/compile.h"

namespace ringfence {
namespace {

/// The name of the outcome in a case's situation.
std::string OutcomeOf(const Program& program, const Case& one) {
  const auto is_rule = [](const Expectation& expectation) { return expectation.field == "rule"; };
  const auto rule = std::find_if(one.expect.begin(), one.expect.end(), is_rule);
  CHECK(rule != one.expect.end());
  for (const ProgramRule& candidate : program.decisions[0].rules) {
    if (candidate.id == rule->value) return program.outcomes[candidate.then].name;
  }
  CHECK_MSG(false, "a rule decided that the program has not");
  return {};
}

class Trial {
 public:
  Trial(const Layout& layout, const Document& document, const Program& program,
        const CaseFile& cases, std::span<const Condition> constraints)
      : layout_(layout),
        document_(document),
        program_(program),
        cases_(cases),
        constraints_(constraints),
        order_(OrderOf(program)) {
    CHECK(AllPass(layout, program, cases));
  }

  void Try(Mutant mutant) {
    ++found_.mutants;
    Document changed = document_;
    changed.invariants.clear();  // they may name a rule that is no more, and decide nothing
    mutant.change(&changed);
    Diagnostics diagnostics;
    const std::optional<Program> made =
        Compile(layout_, changed, {.sift = false, .first_fit = true}, document_.file, &diagnostics);
    if (!made) {
      found_.undecided.push_back(std::move(mutant));
    } else if (!AllPass(layout_, *made, cases_)) {
      ++found_.killed;
    } else {
      Passed(std::move(mutant), changed, *made);
    }
  }

  Mutations Finish() { return std::move(found_); }

 private:
  void Passed(Mutant mutant, const Document& changed, const Program& made) {
    const auto kills = [&](const Given& given) { return !AllPass(layout_, made, given.effects); };
    auto given = std::find_if(given_.begin(), given_.end(), kills);
    if (given == given_.end()) {
      const Comparison comparison = Compare(layout_, document_, changed, constraints_, order_);
      if (comparison.over_budget) return found_.undecided.push_back(std::move(mutant));
      if (!comparison.differs) {
        ++found_.equivalent;
        return;
      }
      given = given_.insert(given, {Killing(mutant.what, *comparison.differs, made), {}});
      given->effects.cases = {given->one};
      std::erase_if(given->effects.cases[0].expect, [](const Expectation& expectation) {
        return expectation.field == "rule" || expectation.field == "outcome";
      });
    }
    found_.survivors.push_back({mutant.span, std::move(mutant.what), given->one});
  }

  Case Killing(const std::string& name, const Situation& situation, const Program& made) const {
    CaseFile file{"", {CaseOf(layout_, program_, name, situation)}};
    Case& one = file.cases[0];
    if (AllPass(layout_, made, file)) {
      one.expect.push_back({"outcome", OutcomeOf(program_, one), {}});
    }
    CHECK(AllPass(layout_, program_, file) && !AllPass(layout_, made, file));
    return one;
  }

  /// The case of an earlier survivor, and the same without names of rules and outcomes: where that
  /// fails the mutant is not equivalent, and this case kills it.
  struct Given {
    Case one;
    CaseFile effects;
  };

  const Layout& layout_;
  const Document& document_;
  const Program& program_;
  const CaseFile& cases_;
  std::span<const Condition> constraints_;
  const std::vector<FactId> order_;
  std::vector<Given> given_;
  Mutations found_;
};

}  // namespace

Mutations Mutate(const Layout& layout, const Document& document, const Program& program,
                 const CaseFile& cases, std::span<const Condition> constraints,
                 const std::function<void(size_t done, size_t all)>& progress) {
  Trial trial(layout, document, program, cases, constraints);
  std::vector<Mutant> mutants = MutantsOf(layout.catalog, document);
  for (size_t i = 0; i < mutants.size(); ++i) {
    if (progress) progress(i, mutants.size());
    trial.Try(std::move(mutants[i]));
  }
  return trial.Finish();
}

}  // namespace ringfence
