// Warnings about a valid document: what is allowed and probably not meant.
#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>

#include "policy/document.h"
#include "policy/say.h"

namespace ringfence {
namespace {

class Linter {
 public:
  Linter(const Catalog& catalog, const Document& document, Diagnostics* diagnostics)
      : catalog_(catalog), document_(document), diagnostics_(*diagnostics) {}

  void Run() {
    LintDefaults();
    LintOutcomes();
    for (const DecisionRules& decision : document_.decisions) {
      LintReserved(decision, decision.otherwise);
      LintReserved(decision, decision.on_unavailable);
      LintRules(decision);
      LintValues(decision);
    }
    LintInvariants();
  }

 private:
  // `id` is one of LintRules().
  void Warn(SourceSpan span, std::string message, std::string hint, std::string_view id) {
    diagnostics_.Warning(document_.file, span, std::move(message), {}, std::move(hint), id);
  }

  static bool IsConst(const Condition& condition, bool value) {
    const ConditionNode& root = condition.nodes[condition.root()];
    return root.op == ConditionNode::Op::kConst && root.value == value;
  }
  bool IsRing(const DecisionRules& decision) const {
    return &decision == &document_.decisions.front();
  }

  void LintDefaults() {
    for (const PolicyDefault& value : document_.defaults) {
      if (value.value != catalog_.fact(value.callee_fact).default_code) continue;
      Warn(value.span, Say("the default of '{}' is the catalog's", value.entry), "leave it out",
           "default-of-catalog");
    }
  }

  template <class Visit>
  static void EachRule(const DecisionRules& decision, const Visit& visit) {
    for (const Rule& rule : decision.floor) visit(rule);
    for (const Rule& rule : decision.rules) visit(rule);
  }

  // Indices some rule of `decision` leads to.
  static std::set<uint16_t> Used(const DecisionRules& decision) {
    std::set<uint16_t> used = {decision.otherwise.then, decision.on_unavailable.then};
    EachRule(decision, [&](const Rule& rule) { used.insert(rule.then); });
    return used;
  }

  void LintOutcomes() {
    const DecisionRules& ring = document_.decisions.front();
    std::set<uint16_t> used = Used(ring);
    used.insert(document_.unknown_callee);
    for (size_t i = 0; i < document_.outcomes.size(); ++i) {
      const Outcome& outcome = document_.outcomes[i];
      if (outcome.built_in) continue;
      if (!used.contains(static_cast<uint16_t>(i))) {
        Warn(outcome.span, Say("no rule leads to the outcome '{}'", outcome.name), "leave it out",
             "unused-outcome");
      }
      if (outcome.rank && ring.combine != Combine::kHighest) {
        Warn(outcome.span, Say("nothing looks at the rank of '{}'", outcome.name),
             "only \"combine\": \"highest\" sorts by rank", "unused-rank");
      }
    }
  }

  void LintValues(const DecisionRules& decision) {
    const std::set<uint16_t> used = Used(decision);
    for (size_t i = 0; i < decision.values.size(); ++i) {
      if (used.contains(static_cast<uint16_t>(i))) continue;
      Warn(decision.span,
           Say("no rule of '{}' leads to the value '{}'", decision.name, decision.values[i]),
           "leave it out", "unused-value");
    }
  }

  // XEP-0016 and Signal ring where nothing is known; here that is worth a second look.
  void LintReserved(const DecisionRules& decision, const Rule& rule) {
    if (!IsRing(decision) || document_.outcomes[rule.then].effect != Effect::kRing) return;
    Warn(rule.span, Say("'{}' rings: calls ring that no rule admits", rule.id),
         "admit callers by a rule, and refuse here", "rings-without-rule");
  }

  // The caller chooses what is in their own address book, so what hangs on it they can try out.
  void LintGuesses(const Rule& rule) {
    const std::vector<FactId> facts = FactsOf(rule.when);
    const bool asks = std::ranges::any_of(
        facts, [&](FactId fact) { return catalog_.fact(fact).group == Group::kCallerContact; });
    if (!asks) return;
    Warn(rule.span, Say("the rule '{}' looks into the caller's address book", rule.id),
         "callers learn by calling whose number a guess is: ask about the callee's book instead",
         "callers-address-book");
  }

  void LintRules(const DecisionRules& decision) {
    std::unordered_map<std::string, const Rule*> conditions, ids;
    EachRule(decision, [&](const Rule& rule) {
      if (IsConst(rule.when, false)) {
        Warn(rule.span, Say("the rule '{}' never applies", rule.id), "leave it out",
             "never-applies");
      } else if (IsConst(rule.when, true)) {
        Warn(rule.span, Say("the rule '{}' always applies, so 'otherwise' never does", rule.id),
             "say it in 'otherwise', or give the rule a condition", "always-applies");
      } else {
        const auto [same, is_new] = conditions.emplace(FormatCondition(catalog_, rule.when), &rule);
        if (!is_new) {
          Warn(rule.span,
               Say("the rules '{}' and '{}' have one condition, so one never decides",
                   same->second->id, rule.id),
               "leave out one of them", "same-condition");
        }
      }
      if (IsRing(decision)) LintGuesses(rule);
      std::string id = rule.id;
      std::ranges::replace(id, '_', '-');
      const auto [alike, is_new_id] = ids.emplace(std::move(id), &rule);
      if (!is_new_id) {
        Warn(rule.span,
             Say("the ids '{}' and '{}' differ only in - and _", alike->second->id, rule.id),
             "people will mix them up", "similar-ids");
      }
    });
  }

  void LintInvariants() {
    for (const Invariant& invariant : document_.invariants) {
      const bool always = IsConst(invariant.that, true);
      if (!always && !IsConst(invariant.that, false)) continue;
      Warn(invariant.span,
           always ? Say("the invariant '{}' holds whatever the rules say", invariant.id)
                  : Say("the invariant '{}' can never hold", invariant.id),
           "compare a part of a decision, as in ring.effect == 'refuse'", "constant-invariant");
    }
  }

  const Catalog& catalog_;
  const Document& document_;
  Diagnostics& diagnostics_;
};

}  // namespace

void LintDocument(const Catalog& catalog, const Document& document, Diagnostics* diagnostics) {
  Linter(catalog, document, diagnostics).Run();
}

}  // namespace ringfence
