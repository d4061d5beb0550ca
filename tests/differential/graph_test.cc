// The shipped rule sets on a follow graph in an SQLite store: every decision is the reference
// evaluator's, which is fed from maps and not from the store; every effect and every rule decides.
//   graph_test [--seed=N] [--graph FILE.tsv | --follows N]
// FILE.tsv has the header "subject object"; without it a graph is generated.
#include <doctest/doctest.h>
#include <ringfence/engine.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>

#include "differential/answers.h"
#include "differential/follow_graph.h"
#include "differential/random_policy.h"
#include "policy/document.h"
#include "reference/reference.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

constexpr uint64_t kAtLeast = 100;  ///< decisions by each rule and with each effect

/// What the host knows better than the store, and where it says that a read failed.
class Host : public FactSource {
 public:
  explicit Host(const Catalog& catalog)
      : contact_(catalog.Find("callee.contact(caller)").value()),
        quiet_(catalog.Find("callee.quiet(caller)").value()),
        caller_cohort_(catalog.Find("caller.cohort").value()),
        callee_cohort_(catalog.Find("callee.cohort").value()) {}

  ReadState Read(Group group, const Question&, GroupWriter& out) noexcept override {
    if (group == asked->fails) return ReadState::kUnavailable;
    if (group == Group::kContact) {
      out.Set(contact_, asked->contact);
      return ReadState::kRead;
    }
    if (group == Group::kList) {
      out.Set(quiet_, asked->quiet ? 1 : 0);
      return ReadState::kRead;
    }
    if (group != Group::kCohort) return ReadState::kNotMine;
    out.Set(caller_cohort_, CohortOf(asked->caller, Seed()));
    out.Set(callee_cohort_, CohortOf(asked->callee, Seed()));
    return ReadState::kRead;
  }

  const GraphQuestion* asked = nullptr;

 private:
  FactId contact_, quiet_, caller_cohort_, callee_cohort_;
};

struct Figures {
  uint64_t decisions = 0, agreeing = 0;
  double engine_s = 0;
  std::map<std::string, uint64_t> effects;  ///< of ring
  std::map<std::string, uint64_t> rules;    ///< "ring: followed"
};

class GraphComparison {
 public:
  GraphComparison(Engine& engine, const Society& society)
      : catalog_(engine.catalog()), engine_(engine), society_(society), host_(catalog_) {
    FactSource* const sources[] = {&host_};
    reader_ = engine.NewReader(sources).value();
  }

  Figures Run(const std::string& policy) {
    const std::string text = Policy::ShippedText(policy).value();
    Diagnostics diagnostics;
    const std::optional<Document> document = ParsePolicy(catalog_, text, policy, &diagnostics);
    REQUIRE_MESSAGE(document.has_value(), diagnostics.Render(text));
    REQUIRE(engine_.SetPolicy(Policy::Shipped(policy).value()).ok());
    const std::vector<FactId> named = FactsNamed(catalog_, *document);
    Figures figures;
    ExpectRules(*document, &figures);
    for (const GraphQuestion& asked : society_.questions) {
      One(*document, named, asked, &figures);
    }
    return figures;
  }

 private:
  /// Whoever should decide stands in the figures, with 0 decisions.
  static void ExpectRules(const Document& document, Figures* figures) {
    figures->rules["ring: unknown_callee"] = 0;
    for (const DecisionRules& decision : document.decisions) {
      const auto expect = [&](const Rule& rule) {
        figures->rules[decision.name + ": " + rule.id] = 0;
        if (decision.values.empty()) {
          figures->effects[std::string(ToString(document.outcomes[rule.then].effect))] = 0;
        }
      };
      for (const Rule& rule : decision.floor) expect(rule);
      for (const Rule& rule : decision.rules) expect(rule);
      expect(decision.otherwise);
      expect(decision.on_unavailable);
    }
  }

  std::optional<FactCode> CodeOf(FactId id, const GraphQuestion& asked) const {
    const FactInfo& fact = catalog_.fact(id);
    if (fact.name == "call.platform") return asked.platform;
    if (fact.name == "call.media") return asked.media;
    if (fact.group != Group::kCall && fact.group == asked.fails) return std::nullopt;
    if (fact.name == "callee.contact(caller)") return asked.contact;
    if (fact.name == "callee.quiet(caller)") return asked.quiet ? 1 : 0;
    if (fact.name == "caller.cohort") return CohortOf(asked.caller, Seed());
    if (fact.name == "callee.cohort") return CohortOf(asked.callee, Seed());
    return society_.world.CodeOf(id, asked.caller, asked.callee);
  }

  void One(const Document& document, const std::vector<FactId>& named, const GraphQuestion& asked,
           Figures* figures) {
    const Fact facts[] = {{catalog_.Find("call.platform").value(), asked.platform},
                          {catalog_.Find("call.media").value(), asked.media}};
    Question question;
    question.caller = asked.caller;
    question.callee = asked.callee;
    question.facts = facts;
    host_.asked = &asked;
    const auto before = std::chrono::steady_clock::now();
    const Result<Decision> decision = reader_->Decide(question);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
    figures->engine_s += took.count();
    REQUIRE_MESSAGE(decision.ok(), decision.status().message());

    reference::Assignment assignment;
    for (FactId id : named) assignment[id] = CodeOf(id, asked);
    const reference::Answer answer = reference::Decide(catalog_, document, assignment);
    ++figures->decisions;
    ++figures->effects[std::string(ToString(answer.effect))];
    ++figures->rules["ring: " + answer.rule];
    for (const reference::ExtraAnswer& extra : answer.extras) {
      if (!extra.rule.empty()) ++figures->rules[extra.name + ": " + extra.rule];
    }
    if (Agrees(*decision, answer.effects, answer)) {
      ++figures->agreeing;
    } else if (figures->decisions - figures->agreeing <= 5) {
      FAIL_CHECK(document.name << ": " << asked.caller << " -> " << asked.callee << "\n"
                               << Show(catalog_, assignment) << "reference: " << Show(answer)
                               << "\nengine:    " << Show(ToAnswer(*decision, answer.effects)));
    }
  }

  const Catalog& catalog_;
  Engine& engine_;
  const Society& society_;
  Host host_;
  std::optional<Reader> reader_;
};

void Print(const std::string& policy, const Figures& figures) {
  std::cout << policy << ": " << figures.decisions << " decisions, " << figures.agreeing
            << " agree, "
            << static_cast<uint64_t>(static_cast<double>(figures.decisions) / figures.engine_s)
            << " decisions/s\n";
  for (const auto& [effect, count] : figures.effects) {
    std::cout << "  effect " << effect << " " << count << "\n";
  }
  for (const auto& [rule, count] : figures.rules) {
    std::cout << "  " << rule << " " << count << "\n";
  }
}

TEST_CASE("the shipped rule sets on a follow graph") {
  const Catalog& catalog = Catalog::Standard();
  Random random(Seed());
  const std::optional<std::string> file = Argument("graph");
  const std::string count = Argument("follows").value_or("24000");
  const std::vector<Follow> graph =
      file.has_value() ? ReadGraph(*file)
                       : GenerateGraph(std::strtoull(count.c_str(), nullptr, 10), random);
  const Society society = MakeSociety(catalog, graph, random);

  std::string folder = std::filesystem::temp_directory_path() / "ringfence-XXXXXX";
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  {
    Store store = Store::Open({folder + "/graph.db", StoreOptions::Mode::kCreate}).value();
    const auto before = std::chrono::steady_clock::now();
    const Status saved = society.world.Save(store);
    REQUIRE_MESSAGE(saved.ok(), saved.message());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
    std::cout << graph.size() << " follows, " << society.questions.size()
              << " questions; stored in " << took.count() << " s\n";
    EngineOptions options;
    options.store = store;
    options.policy = Policy::Shipped("default").value();
    Engine engine = Engine::Open(std::move(options)).value();
    GraphComparison comparison(engine, society);
    for (const char* policy : {"default", "x-2023", "x-2024"}) {
      const Figures figures = comparison.Run(policy);
      Print(policy, figures);
      CHECK(figures.agreeing == figures.decisions);
      for (const auto& [effect, decided] : figures.effects) {
        CHECK_MESSAGE(decided >= kAtLeast, policy << ": effect " << effect);
      }
      for (const auto& [rule, decided] : figures.rules) {
        CHECK_MESSAGE(decided >= kAtLeast, policy << ": " << rule);
      }
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace ringfence::differential
