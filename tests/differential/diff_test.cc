// Differences of policies against exhaustive enumeration by the reference evaluator: all policies
// of at most two rules over two facts, random ones, shipped sets.
//   diff_test [--seed=N] [--scope quick|full] [--pairs N]
// quick: of the pairs of different behaviours one in five, and each shipped set against one other;
// full: all, and each set against four, drawn by the seed.
#include <doctest/doctest.h>
#include <ringfence/policy.h>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "differential/diff_check.h"
#include "differential/random_policy.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

Document Parsed(const Catalog& catalog, const std::string& text) {
  Diagnostics diagnostics;
  std::optional<Document> parsed = ParsePolicy(catalog, text, "policy", &diagnostics);
  REQUIRE_MESSAGE(parsed.has_value(), text << diagnostics.Render(text));
  return *std::move(parsed);
}

/// Policies of at most two rules over a setting and a relation. `twin` is `refuse` under another
/// name, which matters where facts are unavailable.
class TwoFacts {
 public:
  TwoFacts() : catalog_(Catalog::Standard()), layout_(catalog_) {
    setting_ = catalog_.Find("callee.calls_enabled").value();
    relation_ = catalog_.Find("callee.follows(caller)").value();
    const std::string s = "callee.calls_enabled", r = "callee.follows(caller)";
    for (const std::string& a : {s, "!" + s}) {
      conditions_.push_back(a);
      for (const std::string& b : {r, "!" + r}) {
        for (const char* both : {" && ", " || "}) {
          conditions_.push_back(std::string(a).append(both).append(b));
        }
      }
    }
    conditions_.insert(conditions_.end(), {r, "!" + r, "true"});
    Situation usual = UsualSituation(layout_);
    for (FactCode known : {FactCode{1}, FactCode{0}, kUnavailableCode}) {
      for (FactCode setting : {FactCode{0}, FactCode{1}, FactCode{2}, kUnavailableCode}) {
        for (FactCode relation : {FactCode{0}, FactCode{1}, kUnavailableCode}) {
          usual[layout_.callee_known] = known;
          usual[setting_] = setting;
          usual[relation_] = relation;
          situations_.push_back(usual);
        }
      }
    }
  }

  const Layout& layout() const { return layout_; }
  const std::vector<Situation>& situations() const { return situations_; }

  template <class Visit>
  void Each(const Visit& visit) const {
    const std::vector<std::string> outcomes = {"ring", "refuse", "twin"};
    std::vector<std::string> rules = {""};
    for (const std::string& condition : conditions_) {
      for (const std::string& outcome : outcomes) {
        rules.emplace_back("\"when\": \"");
        rules.back().append(condition).append("\", \"then\": \"").append(outcome).append("\" }");
      }
    }
    for (const char* on_unavailable : {"refuse", "ring"}) {
      for (const char* chosen : {"false", "true"}) {
        for (const std::string& first : rules) {
          for (const std::string& second : rules) {
            if (first.empty() && !second.empty()) continue;
            std::string list = first.empty() ? "" : "{ \"id\": \"a\", " + first;
            if (!second.empty()) list += ", { \"id\": \"b\", " + second;
            visit(Parsed(catalog_, R"({ "policy": "p", "catalog": 1, "defaults": {
                "calls_enabled": )" + std::string(chosen) +
                                       R"( }, "outcomes": { "twin": { "effect": "refuse" } },
                "unknown_callee": "refuse", "decisions": { "ring": { "rules": [)" +
                                       list + R"(], "otherwise": "refuse",
                "on_unavailable": ")" + on_unavailable +
                                       "\" } } }"));
          }
        }
      }
    }
  }

 private:
  const Catalog& catalog_;
  Layout layout_;
  FactId setting_ = 0, relation_ = 0;
  std::vector<std::string> conditions_;
  std::vector<Situation> situations_;
};

TEST_CASE("all policies of two rules over two facts") {
  TwoFacts scope;
  Random random(Seed());
  // Of each behaviour some policy, drawn at random; all others are equivalent to it.
  std::map<std::vector<Answer>, std::pair<Document, uint64_t>> classes;
  uint64_t policies = 0, alike = 0;
  scope.Each([&](const Document& document) {
    ++policies;
    std::vector<Answer> behaviour;
    for (const Situation& situation : scope.situations()) {
      behaviour.push_back(Noticed(scope.layout(), document, situation));
    }
    const auto [entry, added] = classes.try_emplace(std::move(behaviour), document, 1);
    if (added) return;
    const DiffCheck check(scope.layout(), entry->second.first, document);
    REQUIRE_MESSAGE(check.diff().Equivalent(), DumpDocument(Catalog::Standard(), document));
    ++alike;
    if (random.Below(++entry->second.second) == 0) entry->second.first = document;
  });
  const bool all = Argument("scope").value_or("quick") == "full";
  uint64_t pairs = 0, changed = 0, untold = 0;
  for (auto one = classes.begin(); one != classes.end(); ++one) {
    for (auto other = std::next(one); other != classes.end(); ++other) {
      if (!all && !random.Percent(20)) continue;
      const bool turned = random.Percent(50);
      DiffCheck check(scope.layout(), (turned ? other : one)->second.first,
                      (turned ? one : other)->second.first);
      REQUIRE(!check.diff().Equivalent());
      for (const Situation& situation : scope.situations()) {
        const std::string wrong = check.At(situation);
        REQUIRE_MESSAGE(wrong.empty(), wrong);
      }
      const std::string wrong = check.Witnesses();
      REQUIRE_MESSAGE(wrong.empty(), wrong);
      ++pairs;
      changed += check.changed;
      untold += check.untold;
    }
  }
  std::cout << policies << " policies, " << alike << " equivalent to another, " << classes.size()
            << " behaviours, " << pairs << " pairs: " << changed << " situations change, " << untold
            << " as other facts' values have it\n";
  CHECK(classes.size() > 50);
  CHECK(untold > 0);
}

TEST_CASE("a budget that is used up is told, and nothing else") {
  const Layout layout(Catalog::Standard());
  const Document older = Parsed(layout.catalog, Policy::ShippedText("default").value());
  const Document newer = Parsed(layout.catalog, Policy::ShippedText("x-2024").value());
  uint32_t refused = 0;
  DocumentDiffOptions options;
  for (options.max_created = 1; options.max_created < 1000000;
       options.max_created += options.max_created / 3 + 1) {
    if (!DiffDocuments(layout, older, newer, {}, options).has_value()) ++refused;
  }
  CHECK(refused > 10);
  options.max_created = kMaxAnalysisCreated;
  CHECK(DiffDocuments(layout, older, newer, {}, options).has_value());
}

TEST_CASE("shares are counted situations") {
  TwoFacts scope;
  Random random(Seed());
  std::vector<Document> some;
  scope.Each([&](const Document& document) {
    if (random.Percent(1)) some.push_back(document);
  });
  for (size_t i = 0; i + 1 < some.size(); ++i) {
    DiffCheck check(scope.layout(), some[i], some[i + 1]);
    double all = 0, different = 0;
    Situation situation = UsualSituation(scope.layout());
    const std::function<void(size_t)> each = [&](size_t k) {
      if (k < check.facts().size()) {
        for (FactCode code : check.Codes(check.facts()[k])) {
          situation[check.facts()[k]] = code;
          each(k + 1);
        }
        return;
      }
      const uint64_t before = check.asked, changed_before = check.changed;
      REQUIRE(check.At(situation).empty());
      all += static_cast<double>(check.asked - before);
      different += static_cast<double>(check.changed - changed_before);
    };
    each(0);
    CHECK(std::abs(check.diff().share - different / all) < 1e-12);
  }
}

void CheckRandomly(const Layout& layout, const Document& older, const Document& newer,
                   size_t max_cubes, int count, Random& random, uint64_t* changed) {
  DiffCheck check(layout, older, newer, max_cubes);
  for (int i = 0; i < count; ++i) {
    const std::string wrong = check.At(check.Random(i % 2 == 0 ? 0 : 15, random));
    REQUIRE_MESSAGE(wrong.empty(), wrong);
  }
  const std::string wrong = check.Witnesses();
  REQUIRE_MESSAGE(wrong.empty(), wrong);
  *changed += check.changed;
}

TEST_CASE("random pairs") {
  const Catalog& catalog = Catalog::Standard();
  const Layout layout(catalog);
  Random random(Seed());
  const int pairs = std::atoi(Argument("pairs").value_or("150").c_str());
  uint64_t changed = 0;
  for (int i = 0; i < pairs; ++i) {
    PolicyShape shape;
    shape.facts = PickFacts(catalog, 2 + random.Below(4), random);
    shape.max_rules = 6;
    shape.max_outcomes = 3;
    const Document older = RandomDocument(catalog, shape, random);
    const Document newer = RandomDocument(catalog, shape, random);
    CheckRandomly(layout, older, newer, DiffCheck::kAllCubes, 120, random, &changed);
  }
  std::cout << pairs << " random pairs, " << changed << " changed situations\n";
  CHECK(changed > static_cast<uint64_t>(pairs));
}

TEST_CASE("shipped sets against each other") {
  const Layout layout(Catalog::Standard());
  Random random(Seed());
  std::vector<Document> shipped;
  for (const std::string& name : Policy::ShippedNames()) {
    shipped.push_back(Parsed(layout.catalog, Policy::ShippedText(name).value()));
  }
  uint64_t changed = 0;
  const int others = Argument("scope").value_or("quick") == "full" ? 4 : 1;
  for (size_t i = 0; i < shipped.size(); ++i) {
    for (int k = 0; k < others; ++k) {
      const size_t other = (i + 1 + random.Below(shipped.size() - 1)) % shipped.size();
      CheckRandomly(layout, shipped[i], shipped[other], 10, 40, random, &changed);
    }
  }
  std::cout << shipped.size() << " shipped sets, " << changed << " changed situations\n";
}

}  // namespace
}  // namespace ringfence::differential
