// The whole way from a document to a verified program, decision by decision.
#include "compile/compile.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

/// So many of a rule's facts are named in a diagnostic.
constexpr size_t kNamedFacts = 8;

std::string NameFacts(const Catalog& catalog, const Condition& condition) {
  const std::vector<FactId> facts = FactsOf(condition);
  std::string names;
  for (size_t i = 0; i < std::min(facts.size(), kNamedFacts); ++i) {
    names += (i == 0 ? "" : ", ") + catalog.fact(facts[i]).name;
  }
  if (facts.size() > kNamedFacts) {
    names += " and " + std::to_string(facts.size() - kNamedFacts) + " more";
  }
  return names;
}

void ReportOverBudget(const Layout& layout, const RuleList& rules, const CompileOptions& options,
                      const Choice& choice, std::string_view file, Diagnostics* diagnostics) {
  const OrderedRule& rule = rules.rules[choice.worst_rule];
  const SourceSpan span = rule.rule == nullptr ? rules.decision->span : rule.rule->span;
  diagnostics->Error(
      file, span,
      "the diagram of '" + rules.decision->name + "' grows too large at rule '" +
          std::string(rule.id()) + "', which tests " + NameFacts(layout.catalog, *rule.when) +
          "; orders of facts tried: " + choice.reason,
      "at most " + std::to_string(options.max_nodes) + " nodes kept and " +
          std::to_string(options.max_created) + " made, all orders together",
      "test facts that belong together in one rule, and the same ones together in every rule; "
      "compare fewer facts with each other; give what can be decided apart a decision of its own");
}

ProgramOutcome Flat(const Outcome& outcome) {
  ProgramOutcome flat;
  flat.name = outcome.name;
  flat.effect = outcome.effect;
  flat.signal = outcome.signal;
  flat.record = outcome.record;
  flat.sip_status = outcome.sip_status;
  flat.retry_after_s = outcome.retry_after_s;
  flat.told = outcome.told;
  return flat;
}

Program Header(const Layout& layout, const Document& document) {
  Program program;
  program.policy_name = document.name;
  program.digest_hex = PolicyDigest(layout.catalog, document);
  for (const Outcome& outcome : document.outcomes) program.outcomes.push_back(Flat(outcome));
  program.unset_values.assign(layout.catalog.size(), 0);
  for (const FactInfo& fact : layout.catalog.facts()) {
    if (!fact.can_be_unset) continue;
    program.unset_values[fact.id] = DefaultValue(layout.catalog, document, fact.id);
  }
  return program;
}

}  // namespace

std::optional<Program> Compile(const Layout& layout, const Document& document,
                               const CompileOptions& options, std::string_view file,
                               Diagnostics* diagnostics, std::string* diagram_dump) {
  CHECK(!document.decisions.empty() && document.unknown_callee < document.outcomes.size());
  Program program = Header(layout, document);
  const Condition unknown_callee = UnknownCalleeCondition(layout.callee_known);
  for (const DecisionRules& decision : document.decisions) {
    const RuleList rules = BuildRules(document, decision, unknown_callee);
    Choice choice = ChooseOrder(layout, rules, options);
    if (!choice.diagram) {
      ReportOverBudget(layout, rules, options, choice, file, diagnostics);
      return std::nullopt;
    }
    if (diagram_dump != nullptr) {
      *diagram_dump += DumpRules(rules) + DumpDiagram(layout.catalog, rules, *choice.diagram);
    }
    ProgramDecision flat = EmitDecision(layout, rules, *choice.diagram);
    flat.order_reason = std::move(choice.reason);
    flat.expected_reads = choice.reads;
    flat.nodes_created = choice.created;
    program.max_nodes = std::max(program.max_nodes, static_cast<uint32_t>(flat.nodes.size()));
    program.decisions.push_back(std::move(flat));
  }
  const Status verified = VerifyProgram(layout, program);
  CHECK_MSG(verified.ok(), verified.message());
  return program;
}

}  // namespace ringfence
