// A document as lines of text: one per default, outcome, rule and invariant, in document order.
#include "policy/document.h"

namespace ringfence {
namespace {

std::string Quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string OutcomeLine(const Outcome& outcome) {
  std::string line = "outcome " + outcome.name + ": ";
  line += ToString(outcome.effect);
  line += " signal=";
  line += ToString(outcome.signal);
  line += " record=";
  line += ToString(outcome.record);
  line += " sip=" + (outcome.sip_status == 0 ? "none" : std::to_string(outcome.sip_status));
  line += " told=" + outcome.told;
  if (outcome.retry_after_s != 0) line += " retry_after=" + std::to_string(outcome.retry_after_s);
  if (outcome.rank) line += " rank=" + std::to_string(*outcome.rank);
  if (outcome.built_in) line += " built-in";
  return line + "\n";
}

class DocumentDump {
 public:
  DocumentDump(const Catalog& catalog, const Document& document)
      : catalog_(catalog), document_(document) {}

  std::string Run() {
    out_ =
        "policy " + document_.name + " catalog " + std::to_string(document_.catalog_version) + "\n";
    for (const PolicyDefault& value : document_.defaults) {
      const FactInfo& fact = catalog_.fact(value.callee_fact);
      out_ += "default " + value.entry + " = " +
              catalog_.FormatValue(fact.id, value.value + (fact.can_be_unset ? 1 : 0)) + "\n";
    }
    for (const Outcome& outcome : document_.outcomes) out_ += OutcomeLine(outcome);
    out_ += "unknown_callee -> " + document_.outcomes[document_.unknown_callee].name + "\n";
    for (const DecisionRules& decision : document_.decisions) Decision(decision);
    for (const Invariant& invariant : document_.invariants) {
      out_ += "invariant " + invariant.id + ": " + FormatInvariant(catalog_, document_, invariant) +
              "\n";
    }
    for (const Disclosure& disclosure : document_.discloses) {
      out_ +=
          "discloses " + catalog_.fact(disclosure.fact).name + ": " + Quoted(disclosure.why) + "\n";
    }
    return std::move(out_);
  }

 private:
  void Decision(const DecisionRules& decision) {
    out_ += "decision " + decision.name + " combine=";
    out_ += ToString(decision.combine);
    for (size_t i = 0; i < decision.values.size(); ++i) {
      out_ += (i == 0 ? " values=" : ",") + decision.values[i];
    }
    out_ += "\n";
    for (const Rule& rule : decision.floor) Line("floor", decision, rule);
    for (const Rule& rule : decision.rules) Line("rule", decision, rule);
    Line("rule", decision, decision.otherwise);
    Line("rule", decision, decision.on_unavailable);
  }

  void Line(std::string_view kind, const DecisionRules& decision, const Rule& rule) {
    out_ += "  ";
    out_ += kind;
    out_ += ' ' + rule.id + ": " + FormatCondition(catalog_, rule.when) + " -> ";
    out_ +=
        decision.values.empty() ? document_.outcomes[rule.then].name : decision.values[rule.then];
    if (rule.reason != rule.id) out_ += " reason=" + Quoted(rule.reason);
    out_ += "\n";
  }

  const Catalog& catalog_;
  const Document& document_;
  std::string out_;
};

}  // namespace

std::string DumpDocument(const Catalog& catalog, const Document& document) {
  return DocumentDump(catalog, document).Run();
}

}  // namespace ringfence
