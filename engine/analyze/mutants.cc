// Every small mistake one could make in a policy. See mutants.h.
#include "analyze/mutants.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace ringfence {
namespace {

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

bool SameToAll(const Outcome& a, const Outcome& b) {
  return a.effect == b.effect && a.signal == b.signal && a.record == b.record &&
         a.sip_status == b.sip_status && a.told == b.told && a.retry_after_s == b.retry_after_s;
}

class Maker {
 public:
  Maker(const Catalog& catalog, const Document& document)
      : catalog_(catalog), document_(document) {}

  std::vector<Mutant> All() {
    StatedDefaults();
    CatalogDefaults();
    UnknownCallee();
    for (size_t d = 0; d < document_.decisions.size(); ++d) Decision(d);
    return std::move(mutants_);
  }

 private:
  /// A list of rules of a decision, or one of its reserved rules.
  struct Where {
    size_t decision = 0;
    std::vector<Rule> DecisionRules::*list = nullptr;
    std::vector<Rule>& In(Document* document) const { return document->decisions[decision].*list; }
  };

  void Add(SourceSpan span, std::string what, std::function<void(Document*)> change) {
    mutants_.push_back({span, std::move(what), std::move(change)});
  }

  std::string Named(size_t decision, std::string_view what) const {
    return std::string(what) +
           (decision == 0 ? "" : " of " + Quoted(document_.decisions[decision].name));
  }
  const std::string& Then(size_t decision, uint16_t then) const {
    return decision == 0 ? document_.outcomes[then].name
                         : document_.decisions[decision].values[then];
  }

  // Defaults.
  static std::string ValueText(const FactInfo& fact, FactCode value) {
    if (fact.type == FactType::kBool) return value == 0 ? "false" : "true";
    if (fact.type == FactType::kEnum) return Quoted(fact.members[value]);
    return std::to_string(fact.lowest + int64_t{value});
  }
  /// Of a bool or enum all others, of an int its neighbours.
  static std::vector<FactCode> OtherValues(const FactInfo& fact, FactCode value) {
    const auto count = fact.code_count() - (fact.can_be_unset ? 1 : 0);
    std::vector<FactCode> others;
    for (FactCode other = 0; fact.type != FactType::kInt && other < count; ++other) {
      if (other != value) others.push_back(other);
    }
    if (fact.type == FactType::kInt && value > 0) others.push_back(value - 1);
    if (fact.type == FactType::kInt && value + 1 < count) others.push_back(value + 1);
    return others;
  }

  void StatedDefaults() {
    for (size_t i = 0; i < document_.defaults.size(); ++i) {
      const PolicyDefault& stated = document_.defaults[i];
      const FactInfo& fact = catalog_.fact(stated.callee_fact);
      const std::string name = "default of " + Quoted(stated.entry) + ": ";
      for (FactCode other : OtherValues(fact, stated.value)) {
        Add(stated.span, name + ValueText(fact, stated.value) + " made " + ValueText(fact, other),
            [i, other](Document* document) { document->defaults[i].value = other; });
      }
      // Of a bool or enum that is one of the above.
      if (fact.type != FactType::kInt || fact.default_code == stated.value) continue;
      Add(stated.span, name + "taken out", [i](Document* document) {
        document->defaults.erase(document->defaults.begin() + static_cast<std::ptrdiff_t>(i));
      });
    }
  }

  /// Those of settings that the policy tests and has no default for.
  void CatalogDefaults() {
    std::vector<FactId> tested;
    const auto add = [&](const std::vector<Rule>& rules) {
      for (const Rule& rule : rules) {
        const std::vector<FactId> facts = FactsOf(rule.when);
        tested.insert(tested.end(), facts.begin(), facts.end());
      }
    };
    for (const DecisionRules& decision : document_.decisions) {
      add(decision.floor);
      add(decision.rules);
    }
    std::vector<std::string_view> done;
    done.reserve(document_.defaults.size());
    for (const PolicyDefault& stated : document_.defaults) done.push_back(stated.entry);
    for (FactId id : tested) {
      const FactInfo& fact = catalog_.fact(id);
      if (!fact.can_be_unset || std::find(done.begin(), done.end(), fact.entry) != done.end()) {
        continue;
      }
      done.push_back(fact.entry);
      const bool callee = fact.group == Group::kCallee;
      PolicyDefault made{fact.entry, callee ? id : fact.reverse, callee ? fact.reverse : id, 0, {}};
      for (FactCode other : OtherValues(fact, fact.default_code)) {
        made.value = other;
        Add({},
            "default of " + Quoted(fact.entry) + ", the catalog's: " +
                ValueText(fact, fact.default_code) + " made " + ValueText(fact, other),
            [made](Document* document) {
              // As the reader of policies has them: by fact.
              document->defaults.insert(
                  std::ranges::upper_bound(document->defaults, made.callee_fact, {},
                                           &PolicyDefault::callee_fact),
                  made);
            });
      }
    }
  }

  // Where rules lead.
  void UnknownCallee() {
    const Outcome& now = document_.outcomes[document_.unknown_callee];
    for (size_t i = 0; i < document_.outcomes.size(); ++i) {
      const Outcome& other = document_.outcomes[i];
      if (other.effect != Effect::kRefuse || SameToAll(other, now)) continue;
      Add({}, "unknown_callee: " + Quoted(now.name) + " made " + Quoted(other.name),
          [i](Document* document) { document->unknown_callee = static_cast<uint16_t>(i); });
      return;
    }
  }

  /// Outcomes that somebody could tell from that one. `highest` needs a rank.
  std::vector<uint16_t> OtherOutcomes(uint16_t then, bool ranked) const {
    std::vector<uint16_t> others;
    for (size_t i = 0; i < document_.outcomes.size(); ++i) {
      const Outcome& other = document_.outcomes[i];
      if (SameToAll(other, document_.outcomes[then]) || (ranked && !other.rank)) continue;
      others.push_back(static_cast<uint16_t>(i));
    }
    return others;
  }

  std::vector<uint16_t> OtherThens(size_t decision, uint16_t then, bool reserved) const {
    const DecisionRules& of = document_.decisions[decision];
    if (decision == 0) {
      return OtherOutcomes(then, of.combine == Combine::kHighest && !reserved);
    }
    std::vector<uint16_t> others;
    for (size_t i = 0; i < of.values.size(); ++i) {
      if (i != then) others.push_back(static_cast<uint16_t>(i));
    }
    return others;
  }

  void Reserved(size_t decision, Rule DecisionRules::*rule) {
    const Rule& now = document_.decisions[decision].*rule;
    for (uint16_t other : OtherThens(decision, now.then, true)) {
      Add(now.span,
          Named(decision, now.id) + ": " + Quoted(Then(decision, now.then)) + " made " +
              Quoted(Then(decision, other)),
          [decision, rule, other](Document* document) {
            (document->decisions[decision].*rule).then = other;
          });
    }
  }

  // Rules.
  void Decision(size_t d) {
    const DecisionRules& decision = document_.decisions[d];
    Algorithms(d);
    for (const auto list : {&DecisionRules::floor, &DecisionRules::rules}) {
      for (size_t i = 0; i < (decision.*list).size(); ++i) OneRule({d, list}, i);
    }
    Reserved(d, &DecisionRules::otherwise);
    Reserved(d, &DecisionRules::on_unavailable);
  }

  void Algorithms(size_t d) {
    const DecisionRules& decision = document_.decisions[d];
    const auto has_rank = [&](const Rule& rule) {
      return d != 0 || document_.outcomes[rule.then].rank.has_value();
    };
    const bool ranked = std::all_of(decision.rules.begin(), decision.rules.end(), has_rank);
    for (const Combine other : {Combine::kFirstApplicable, Combine::kDenyOverrides,
                                Combine::kPermitOverrides, Combine::kHighest}) {
      const bool by_effect = other == Combine::kDenyOverrides || other == Combine::kPermitOverrides;
      if (other == decision.combine || (by_effect && d != 0)) continue;
      if (other == Combine::kHighest && !ranked) continue;
      Add(decision.span,
          Named(d, "rules") + ": combined by " + Quoted(ToString(other)) + " instead of " +
              Quoted(ToString(decision.combine)),
          [d, other](Document* document) { document->decisions[d].combine = other; });
    }
  }

  void OneRule(Where where, size_t i) {
    const DecisionRules& decision = document_.decisions[where.decision];
    const std::vector<Rule>& rules = decision.*where.list;
    const Rule& rule = rules[i];
    const std::string name = Named(where.decision, "rule " + Quoted(rule.id)) + ": ";
    const auto at = static_cast<std::ptrdiff_t>(i);
    Add(rule.span, name + "taken out", [where, at](Document* document) {
      where.In(document).erase(where.In(document).begin() + at);
    });
    for (uint16_t other : OtherThens(where.decision, rule.then, false)) {
      Add(rule.span,
          name + Quoted(Then(where.decision, rule.then)) + " made " +
              Quoted(Then(where.decision, other)),
          [where, i, other](Document* document) { where.In(document)[i].then = other; });
    }
    if (i > 0) {
      Add(rule.span, name + "moved before rule " + Quoted(rules[i - 1].id),
          [where, i](Document* document) {
            std::swap(where.In(document)[i - 1], where.In(document)[i]);
          });
    }
    if (where.list == &DecisionRules::floor && MayLeaveFloor(where.decision, rule)) {
      Add(rule.span, name + "moved out of the floor, behind all rules",
          [where, at](Document* document) {
            DecisionRules& of = document->decisions[where.decision];
            of.rules.push_back(of.floor[static_cast<size_t>(at)]);
            of.floor.erase(of.floor.begin() + at);
          });
    }
    for (ConditionChange& change : ChangesOf(catalog_, rule.when)) {
      Add(change.span, name + change.what,
          [where, i, made = std::move(change.made)](Document* document) {
            where.In(document)[i].when = made;
          });
    }
  }

  bool MayLeaveFloor(size_t decision, const Rule& rule) const {
    return decision != 0 || document_.decisions[0].combine != Combine::kHighest ||
           document_.outcomes[rule.then].rank.has_value();
  }

  const Catalog& catalog_;
  const Document& document_;
  std::vector<Mutant> mutants_;
};

}  // namespace

std::vector<Mutant> MutantsOf(const Catalog& catalog, const Document& document) {
  return Maker(catalog, document).All();
}

}  // namespace ringfence
