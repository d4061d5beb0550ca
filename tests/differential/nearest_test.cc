// Nearest changes against brute force by the reference evaluator, on small random policies.
#include "differential/nearest.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "compile/compile.h"
#include "differential/answers.h"
#include "differential/random_policy.h"
#include "differential/scenario.h"
#include "eval/evaluate.h"
#include "eval/explain.h"
#include "eval/nearest.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr int kDocuments = 400;
constexpr int kExplanations = 5;  ///< of each document

Explanation NearestOfEngine(const Layout& layout, const Program& program, const Scenario& scenario,
                            int max_sets, EvalScratch* scratch) {
  AssignmentSource source(layout);
  source.Serve(scenario.sources);
  for (size_t i = 0; i < kGroupCount; ++i) {
    source.SetStyle(static_cast<Group>(i), scenario.styles[i]);
  }
  FactSource* const sources[] = {&source};
  const Question question = scenario.question();
  Status begun = BeginFrame(layout, question, &scratch->frame);
  REQUIRE_MESSAGE(begun.ok(), begun.message());
  Decision decision;
  Evaluate(program, layout, question, Sources{sources, 0}, scratch, &decision);
  const GroupSet named = GroupsNamed(program, layout);
  for (int i = 1; i < kGroupCount; ++i) {
    const auto group = static_cast<Group>(i);
    if ((named & ~scratch->frame.loaded & Bit(group)) == 0) continue;
    LoadGroup(layout, group, question, sources, 0, &scratch->frame);
  }
  Explanation explanation;
  const ExplainContext context{layout, program, scratch->frame, "alice", "bob"};
  FindNearest(context, decision, 3, max_sets, &explanation);
  return explanation;
}

TEST_CASE("nearest changes of random small policies") {
  const Catalog& catalog = Catalog::Standard();
  const Layout layout(catalog);
  Random random(Seed());
  uint64_t sets = 0, compared = 0, truncated = 0;
  uint64_t by_size[4] = {};
  for (int i = 0; i < kDocuments; ++i) {
    PolicyShape shape;
    shape.facts = PickChangeable(catalog, 3 + random.Below(8), random);
    if (random.Percent(25)) {
      // Both directions of a relation that both parties share: whoever changes one changes both.
      const FactId friends = catalog.FindRelation("friend").value();
      for (FactId fact : {friends, catalog.fact(friends).reverse}) {
        if (std::find(shape.facts.begin(), shape.facts.end(), fact) == shape.facts.end()) {
          shape.facts.push_back(fact);
        }
      }
    }
    shape.max_rules = 8;
    shape.max_leaves = 8;
    shape.max_decisions = 2;
    shape.int_once = true;
    const Document document = RandomDocument(catalog, shape, random);
    Diagnostics diagnostics;
    std::optional<Program> program =
        Compile(layout, document, CompileOptions{}, "random", &diagnostics);
    REQUIRE_MESSAGE(program.has_value(), diagnostics.Render(""));
    EvalScratch scratch;
    scratch.Prepare(*program);
    const std::vector<FactId> named = FactsNamed(catalog, document);
    std::vector<FactId> tested = program->decisions[0].order;
    std::sort(tested.begin(), tested.end());
    for (int j = 0; j < kExplanations; ++j) {
      const Scenario scenario = RandomScenario(catalog, document, named, 30, random);
      const int max_sets = j == 0 ? 2 : 20;
      const Explanation explanation =
          NearestOfEngine(layout, *program, scenario, max_sets, &scratch);
      const std::vector<ChangesSet> all =
          NearestByReference(catalog, document, tested, scenario.assignment);
      const auto listed = static_cast<size_t>(max_sets);
      const std::string wrong = CompareNearest(catalog, explanation, all, listed);
      REQUIRE_MESSAGE(wrong.empty(), wrong << "\n"
                                           << DumpDocument(catalog, document)
                                           << Show(catalog, scenario));
      ++compared;
      sets += all.size();
      truncated += all.size() > listed ? 1 : 0;
      for (const ChangesSet& set : all) ++by_size[set.changes.size()];
    }
  }
  std::cout << "nearest: " << compared << " explanations, " << sets
            << " sets of changes: " << by_size[1] << " of one, " << by_size[2] << " of two, "
            << by_size[3] << " of three; " << truncated << " lists cut short\n";
  for (size_t size = 1; size <= 3; ++size) CHECK(by_size[size] > 0);
  CHECK(truncated > 0);
}

}  // namespace
}  // namespace ringfence::differential
