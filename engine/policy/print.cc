// A document as canonical JSON, and invariants as text.
#include "base/check.h"
#include "base/json_writer.h"
#include "policy/document.h"

namespace ringfence {
namespace {

using Op = ConditionNode::Op;

std::string_view PartName(DecisionTerm::Part part) {
  switch (part) {
    case DecisionTerm::Part::kEffect:
      return "effect";
    case DecisionTerm::Part::kOutcome:
      return "outcome";
    case DecisionTerm::Part::kRule:
      return "rule";
    case DecisionTerm::Part::kSignal:
      return "signal";
  }
  CHECK_MSG(false, "no such part");
  return {};
}

// How tightly the text of a node binds, as in the grammar of CEL.
enum class Binding : uint8_t { kIf, kOr, kAnd, kRelation, kUnary };

class InvariantText {
 public:
  InvariantText(const Catalog& catalog, const Document& document, const Invariant& invariant)
      : catalog_(catalog), document_(document), invariant_(invariant) {}

  std::string Text(uint32_t index, Binding least) const {
    const ConditionNode& node = invariant_.that.nodes[index];
    Binding own = Binding::kUnary;
    std::string text;
    switch (node.op) {
      case Op::kAnd:
        own = Binding::kAnd;
        text = Text(node.a, own) + " && " + Text(node.b, own);
        break;
      case Op::kOr:
        own = Binding::kOr;
        text = Text(node.a, own) + " || " + Text(node.b, own);
        break;
      case Op::kIf:
        own = Binding::kIf;
        text = Text(node.a, Binding::kOr) + " ? " + Text(node.b, Binding::kOr) + " : " +
               Text(node.c, Binding::kIf);
        break;
      case Op::kNot:
        if (IsPlainLeaf(node.a)) {
          own = Binding::kRelation;
          text = FormatCondition(catalog_, invariant_.that, index);
          if (text.starts_with('!')) own = Binding::kUnary;
        } else {
          text = "!" + Text(node.a, Binding::kUnary);
        }
        break;
      default:
        own = IsBare(node) ? Binding::kUnary : Binding::kRelation;
        text = IsTerm(node) ? TermText(node) : FormatCondition(catalog_, invariant_.that, index);
    }
    return own < least ? "(" + text + ")" : text;
  }

 private:
  static bool IsTerm(const ConditionNode& node) {
    return node.op == Op::kTest && node.fact >= Invariant::kTermFact;
  }
  // A leaf written as one name or constant.
  bool IsBare(const ConditionNode& node) const {
    if (node.op == Op::kConst) return true;
    return node.op == Op::kTest && !IsTerm(node) &&
           catalog_.fact(node.fact).type == FactType::kBool;
  }
  bool IsPlainLeaf(uint32_t index) const {
    const ConditionNode& node = invariant_.that.nodes[index];
    return !IsTerm(node) &&
           (node.op == Op::kConst || node.op == Op::kTest || node.op == Op::kCompare ||
            node.op == Op::kIntIn || node.op == Op::kSame);
  }

  std::string TermText(const ConditionNode& node) const {
    const DecisionTerm& term = invariant_.terms[node.fact - Invariant::kTermFact];
    std::string text = document_.decisions[term.decision].name;
    text += '.';
    text += PartName(term.part);
    if (term.texts.size() == 1) {
      return text + (term.equal ? " == '" : " != '") + term.texts[0] + "'";
    }
    CHECK_MSG(term.equal, "a list is only asked for what is in it");
    text += " in [";
    for (size_t i = 0; i < term.texts.size(); ++i) {
      text += (i == 0 ? "'" : ", '") + term.texts[i] + "'";
    }
    return text + "]";
  }

  const Catalog& catalog_;
  const Document& document_;
  const Invariant& invariant_;
};

class DocumentPrinter {
 public:
  DocumentPrinter(const Catalog& catalog, const Document& document)
      : catalog_(catalog), document_(document) {}

  std::string Run() {
    out_.BeginObject();
    out_.Key("policy").String(document_.name);
    out_.Key("catalog").Int(document_.catalog_version);
    Defaults();
    Outcomes();
    out_.Key("unknown_callee").String(document_.outcomes[document_.unknown_callee].name);
    out_.Key("decisions").BeginObject();
    for (const DecisionRules& decision : document_.decisions) Decision(decision);
    out_.EndObject();
    Invariants();
    Discloses();
    out_.EndObject();
    return out_.Finish() + "\n";
  }

 private:
  void Defaults() {
    if (document_.defaults.empty()) return;
    out_.Key("defaults").BeginObject();
    for (const PolicyDefault& value : document_.defaults) {
      const FactInfo& fact = catalog_.fact(value.callee_fact);
      out_.Key(value.entry);
      switch (fact.type) {
        case FactType::kBool:
          out_.Bool(value.value != 0);
          break;
        case FactType::kEnum:
          out_.String(fact.members[value.value]);
          break;
        case FactType::kInt:
          out_.Int(fact.lowest + static_cast<int64_t>(value.value));
          break;
      }
    }
    out_.EndObject();
  }

  void Outcomes() {
    if (document_.outcomes.size() <= 2) return;
    out_.Key("outcomes").BeginObject();
    for (const Outcome& outcome : document_.outcomes) {
      if (outcome.built_in) continue;
      out_.Key(outcome.name).BeginObject();
      out_.Key("effect").String(ToString(outcome.effect));
      out_.Key("signal").String(ToString(outcome.signal));
      out_.Key("record").String(ToString(outcome.record));
      if (outcome.sip_status != 0) out_.Key("sip").Int(outcome.sip_status);
      out_.Key("told").String(outcome.told);
      if (outcome.retry_after_s != 0) out_.Key("retry_after").Int(outcome.retry_after_s);
      if (outcome.rank) out_.Key("rank").Int(*outcome.rank);
      out_.EndObject();
    }
    out_.EndObject();
  }

  const std::string& Then(const DecisionRules& decision, const Rule& rule) const {
    return decision.values.empty() ? document_.outcomes[rule.then].name
                                   : decision.values[rule.then];
  }

  void Decision(const DecisionRules& decision) {
    out_.Key(decision.name).BeginObject();
    if (!decision.values.empty()) {
      out_.Key("values").BeginArray();
      for (const std::string& value : decision.values) out_.String(value);
      out_.EndArray();
    }
    out_.Key("combine").String(ToString(decision.combine));
    if (!decision.floor.empty()) Rules("floor", decision, decision.floor);
    Rules("rules", decision, decision.rules);
    Reserved(decision, decision.otherwise);
    Reserved(decision, decision.on_unavailable);
    out_.EndObject();
  }

  void Rules(std::string_view key, const DecisionRules& decision, const std::vector<Rule>& rules) {
    out_.Key(key).BeginArray();
    for (const Rule& rule : rules) {
      out_.BeginObject();
      out_.Key("id").String(rule.id);
      out_.Key("when").String(FormatCondition(catalog_, rule.when));
      out_.Key("then").String(Then(decision, rule));
      if (rule.reason != rule.id) out_.Key("reason").String(rule.reason);
      out_.EndObject();
    }
    out_.EndArray();
  }

  void Reserved(const DecisionRules& decision, const Rule& rule) {
    out_.Key(rule.id);
    if (rule.reason == rule.id) {
      out_.String(Then(decision, rule));
      return;
    }
    out_.BeginObject();
    out_.Key("then").String(Then(decision, rule));
    out_.Key("reason").String(rule.reason);
    out_.EndObject();
  }

  void Invariants() {
    if (document_.invariants.empty()) return;
    out_.Key("invariants").BeginArray();
    for (const Invariant& invariant : document_.invariants) {
      out_.BeginObject();
      out_.Key("id").String(invariant.id);
      out_.Key("that").String(FormatInvariant(catalog_, document_, invariant));
      out_.EndObject();
    }
    out_.EndArray();
  }

  void Discloses() {
    if (document_.discloses.empty()) return;
    out_.Key("discloses").BeginArray();
    for (const Disclosure& disclosure : document_.discloses) {
      out_.BeginObject();
      out_.Key("fact").String(catalog_.fact(disclosure.fact).name);
      out_.Key("why").String(disclosure.why);
      out_.EndObject();
    }
    out_.EndArray();
  }

  const Catalog& catalog_;
  const Document& document_;
  JsonWriter out_{JsonWriter::Style::kPretty};
};

}  // namespace

std::string FormatInvariant(const Catalog& catalog, const Document& document,
                            const Invariant& invariant) {
  return InvariantText(catalog, document, invariant).Text(invariant.that.root(), Binding::kIf);
}

std::string PrintDocument(const Catalog& catalog, const Document& document) {
  return DocumentPrinter(catalog, document).Run();
}

}  // namespace ringfence
