// Random documents against the reference evaluator, as programs on frames: values that are unset,
// absent, carried, corrupt, unavailable alone or with their group; a part of them by way of text.
//   random_test [--seed=N] [--documents N] [--api-documents N]
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "compile/compile.h"
#include "differential/answers.h"
#include "differential/random_policy.h"
#include "differential/scenario.h"
#include "eval/evaluate.h"
#include "reference/reference.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr double kMaxWorlds = 1500;
constexpr int kScenarios = 30;

struct Tally {
  uint64_t documents = 0, through_text = 0, over_budget = 0, decisions = 0;
  uint64_t by_basis[3] = {};
  uint64_t with_extras = 0;
};

/// What an answer says about how it was made must fit the question.
void CheckBookkeeping(const Layout& layout, const Scenario& scenario,
                      const std::vector<FactId>& named, const Decision& decision,
                      const AssignmentSource& host, const AssignmentSource& store) {
  GroupSet groups = 0;
  for (size_t i = 0; i < layout.catalog.size(); ++i) {
    const auto id = static_cast<FactId>(i);
    if (!decision.facts_read.Contains(id)) continue;
    groups = static_cast<GroupSet>(groups | Bit(layout.catalog.fact(id).group));
    REQUIRE_MESSAGE(std::count(named.begin(), named.end(), id) == 1,
                    layout.catalog.fact(id).name << " was read and is not named");
  }
  REQUIRE((decision.groups_read & ~groups) == 0);
  REQUIRE((decision.groups_unavailable & ~decision.groups_read) == 0);
  for (int i = 1; i < kGroupCount; ++i) {
    const auto group = static_cast<Group>(i);
    const bool from_host = (scenario.host_groups & Bit(group)) != 0;
    const bool read = (decision.groups_read & Bit(group)) != 0;
    REQUIRE(host.reads(group) == (read ? 1 : 0));
    REQUIRE(store.reads(group) == (read && !from_host ? 1 : 0));
    const bool failed = scenario.styles[static_cast<size_t>(i)] == Style::kUnavailable;
    REQUIRE(((decision.groups_unavailable & Bit(group)) != 0) == (read && failed));
  }
}

class RandomComparison {
 public:
  RandomComparison() : catalog_(Catalog::Standard()), layout_(catalog_), random_(Seed()) {}

  void OneDocument(bool through_text) {
    PolicyShape shape;
    shape.facts = PickFacts(catalog_, 2 + random_.Below(14), random_);
    if (random_.Percent(50)) shape.max_rules = 8;
    const Document document = RandomDocument(catalog_, shape, random_);
    std::optional<Program> program = Compiled(document, through_text);
    if (!program.has_value()) return;
    ++tally.documents;
    tally.through_text += through_text ? 1 : 0;
    scratch_.Prepare(*program);
    const std::vector<FactId> named = FactsNamed(catalog_, document);
    for (int i = 0; i < kScenarios; ++i) {
      const Scenario scenario = RandomScenario(catalog_, document, named, kMaxWorlds, random_);
      OneScenario(*program, document, named, scenario);
    }
  }

  Tally tally;

 private:
  std::optional<Program> Compiled(const Document& document, bool through_text) {
    Diagnostics diagnostics;
    if (!through_text) {
      std::optional<Program> program =
          Compile(layout_, document, CompileOptions{}, "random", &diagnostics);
      tally.over_budget += program.has_value() ? 0 : 1;
      return program;
    }
    const Document parsed = Parsed(PrintDocument(catalog_, document));
    // Parsing may simplify a condition that no text gave, once.
    const std::string canonical = PrintDocument(catalog_, parsed);
    const Document again = Parsed(canonical);
    REQUIRE(PrintDocument(catalog_, again) == canonical);
    REQUIRE(PolicyDigest(catalog_, again) == PolicyDigest(catalog_, parsed));
    std::optional<Program> program =
        Compile(layout_, parsed, CompileOptions{}, "random", &diagnostics);
    tally.over_budget += program.has_value() ? 0 : 1;
    return program;
  }

  Document Parsed(const std::string& text) {
    Diagnostics diagnostics;
    std::optional<Document> parsed = ParsePolicy(catalog_, text, "random", &diagnostics);
    REQUIRE_MESSAGE(parsed.has_value(), text << diagnostics.Render(text));
    return std::move(parsed).value();
  }

  void OneScenario(const Program& program, const Document& document,
                   const std::vector<FactId>& named, const Scenario& scenario) {
    AssignmentSource host(layout_), store(layout_);
    host.SetGroups(scenario.host_groups);
    for (AssignmentSource* source : {&host, &store}) {
      source->Serve(scenario.sources);
      for (size_t i = 0; i < kGroupCount; ++i) {
        source->SetStyle(static_cast<Group>(i), scenario.styles[i]);
      }
    }
    FactSource* const sources[] = {&host, &store};
    const Question question = scenario.question();
    Status begun = BeginFrame(layout_, question, &scratch_.frame);
    REQUIRE_MESSAGE(begun.ok(), begun.message() << "\n" << Show(catalog_, scenario));
    Decision decision;
    EffectSet effects = 0;
    Evaluate(program, layout_, question, Sources{sources, 1}, &scratch_, &decision, &effects);
    const reference::Answer answer = reference::Decide(catalog_, document, scenario.assignment);
    ++tally.decisions;
    ++tally.by_basis[static_cast<size_t>(answer.basis)];
    tally.with_extras += answer.extras.empty() ? 0 : 1;
    REQUIRE_MESSAGE(Agrees(decision, effects, answer),
                    DumpDocument(catalog_, document)
                        << Show(catalog_, scenario) << "reference: " << Show(answer)
                        << "\nengine:    " << Show(ToAnswer(decision, effects)));
    CheckBookkeeping(layout_, scenario, named, decision, host, store);
  }

  const Catalog& catalog_;
  Layout layout_;
  Random random_;
  EvalScratch scratch_;
};

TEST_CASE("random policies on frames") {
  const std::string count = Argument("documents").value_or("1200");
  const uint64_t documents = std::strtoull(count.c_str(), nullptr, 10);
  RandomComparison comparison;
  for (uint64_t i = 0; i < documents; ++i) comparison.OneDocument(i % 3 == 0);
  const Tally& tally = comparison.tally;
  std::cout << "random: " << tally.documents << " documents (" << tally.through_text
            << " through text, " << tally.over_budget << " over the node budget), "
            << tally.decisions << " decisions: " << tally.by_basis[0] << " complete, "
            << tally.by_basis[1] << " partial, " << tally.by_basis[2] << " on_unavailable; "
            << tally.with_extras << " with further decisions\n";
  // The test must have seen what it is for.
  CHECK(tally.over_budget * 20 < documents);
  for (const uint64_t decisions : tally.by_basis) CHECK(decisions * 50 > tally.decisions);
}

}  // namespace
}  // namespace ringfence::differential
