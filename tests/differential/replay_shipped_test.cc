// What one small change of a shipped policy would have done: a default, a rule less, a rule more.
// The reference evaluator says which entries change; a default touches only those who never chose.
#include <doctest/doctest.h>

#include <iostream>

#include "differential/replay_check.h"
#include "unit/seed.h"

namespace ringfence::differential {
namespace {

Document ParsedRules(const Catalog& catalog, const std::string& name) {
  const std::string text = Policy::ShippedText(name).value();
  Diagnostics diagnostics;
  std::optional<Document> document = ParsePolicy(catalog, text, name, &diagnostics);
  REQUIRE(document.has_value());
  document->invariants.clear();  // they speak of rules by name
  return *std::move(document);
}

KnownPolicy Known(const Catalog& catalog, const Document& document) {
  std::optional<KnownPolicy> known = MakeKnown(catalog, document);
  REQUIRE(known.has_value());
  return *std::move(known);
}

/// Another default for a setting or attribute both sides have, or may have.
Document WithDefault(const Catalog& catalog, Document document, FactId id) {
  const FactInfo& fact = catalog.fact(id);
  std::erase_if(document.defaults,
                [&](const PolicyDefault& each) { return each.entry == fact.entry; });
  PolicyDefault added;
  added.entry = fact.entry;
  const bool of_callee = fact.group == Group::kCallee;
  added.callee_fact = of_callee ? id : fact.reverse;
  added.caller_fact = of_callee ? fact.reverse : id;
  added.value = (DefaultValue(catalog, document, id) + 1) % (fact.code_count() - 1);
  document.defaults.push_back(added);
  return document;
}

/// Rings for everybody who let everybody ring.
Document WithRule(const Catalog& catalog, Document document, bool first) {
  ConditionBuilder builder;
  builder.Test(catalog.Find("callee.allow_everyone").value(), {1});
  Rule rule;
  rule.id = rule.reason = "added";
  rule.when = builder.Take(catalog);
  rule.then = 0;
  std::vector<Rule>& rules = document.decisions[0].rules;
  rules.insert(first ? rules.begin() : rules.end(), rule);
  return document;
}

struct Variant {
  std::string what;
  KnownPolicy policy;
  std::optional<FactId> of_default;
};

std::vector<Variant> Variants(const Catalog& catalog, const Document& document) {
  std::vector<Variant> variants;
  const auto add = [&](const std::string& what, const Document& changed,
                       std::optional<FactId> of_default = {}) {
    variants.push_back({what, Known(catalog, changed), of_default});
  };
  add("nothing", document);
  for (const FactId id : FactsNamed(catalog, document)) {
    const FactInfo& fact = catalog.fact(id);
    if (!fact.can_be_unset) continue;
    add("default of " + fact.name, WithDefault(catalog, document, id), id);
  }
  for (size_t i = 0; i < document.decisions[0].rules.size(); ++i) {
    Document changed = document;
    std::vector<Rule>& rules = changed.decisions[0].rules;
    const std::string id = rules[i].id;
    rules.erase(rules.begin() + static_cast<ptrdiff_t>(i));
    add("without " + id, changed);
  }
  add("one more rule, last", WithRule(catalog, document, false));
  add("one more rule, first", WithRule(catalog, document, true));
  return variants;
}

/// Somebody who chose is not touched by another default, whichever side of the call they are on.
void CheckChosen(const Catalog& catalog, const ReplayLog& log, FactId id,
                 const std::vector<ReplayReport>& reports) {
  const FactInfo& fact = catalog.fact(id);
  for (size_t i = 0; i < reports.size(); ++i) {
    const Logged& entry = log.entries()[i];
    const auto unset = [&](FactId side) {
      const auto found = entry.facts.find(side);
      return found != entry.facts.end() && found->second == FactCode{0};
    };
    if (reports[i].changed == 1) CHECK((unset(id) || unset(fact.reverse)));
  }
}

TEST_CASE("one change of a shipped policy") {
  const Catalog& catalog = Catalog::Standard();
  Random random(Seed());
  for (const auto& [name, questions] : {std::pair("default", 200), std::pair("x-2024", 60)}) {
    const Document document = ParsedRules(catalog, name);
    const std::vector<Variant> variants = Variants(catalog, document);
    std::set<FactId> facts;
    for (const Variant& variant : variants) {
      facts.insert(variant.policy.named.begin(), variant.policy.named.end());
    }
    ReplayLog log(catalog, {facts.begin(), facts.end()}, {Known(catalog, document)}, random);
    log.Record(questions, 2, LogOptions::Collect::kAll);
    size_t with_changes = 0;
    for (const Variant& variant : variants) {
      INFO(name << ": " << variant.what);
      WhatIfTally tally;
      const std::vector<ReplayReport> reports =
          CheckWhatIf(catalog, log, variant.policy, 2, &tally);
      CHECK(tally.too_many_worlds * 20 < reports.size());
      if (variant.what == "nothing") CHECK(tally.changed + tally.indeterminate == 0);
      if (variant.of_default) CheckChosen(catalog, log, *variant.of_default, reports);
      with_changes += tally.changed > 0 ? 1 : 0;
      std::cout << name << ", " << variant.what << ": " << tally.Text() << "\n";
    }
    // Most questions end at a gate of the other policies; that they are compared is enough there.
    if (document.name == "default") CHECK(with_changes >= 4);
  }
}

}  // namespace
}  // namespace ringfence::differential
