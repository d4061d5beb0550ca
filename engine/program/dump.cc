// A program as text, for golden tests and `compile --dump program`: outcomes, rules, and every node
// with where each class of its fact leads.
#include <algorithm>
#include <cstdio>

#include "base/check.h"
#include "program/program.h"

namespace ringfence {
namespace {

std::string Decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

void DumpOutcome(const ProgramOutcome& outcome, size_t index, std::string* out) {
  *out += "  " + std::to_string(index) + " " + outcome.name + ": ";
  *out += std::string(ToString(outcome.effect)) + ", signal " +
          std::string(ToString(outcome.signal)) + ", record " +
          std::string(ToString(outcome.record)) + ", sip " + std::to_string(outcome.sip_status) +
          ", told " + Quoted(outcome.told);
  if (outcome.retry_after_s != 0) *out += ", retry " + std::to_string(outcome.retry_after_s) + " s";
  *out += "\n";
}

void DumpRule(const Program& program, const ProgramDecision& decision, size_t index,
              std::string* out) {
  const ProgramRule& rule = decision.rules[index];
  CHECK(rule.then < program.outcomes.size() || rule.then < decision.values.size());
  const std::string& then =
      decision.values.empty() ? program.outcomes[rule.then].name : decision.values[rule.then];
  *out += "    " + std::to_string(index) + " " + rule.id + " -> " + then;
  if (rule.floor) *out += " [floor]";
  if (rule.reserved) *out += " [reserved]";
  if (rule.id != kOtherwise && rule.id != kOnUnavailable) *out += ": " + rule.when.text;
  if (rule.reason != rule.id) *out += " (" + rule.reason + ")";
  *out += "\n";
}

std::string Target(const ProgramDecision& decision, Ref ref) {
  CHECK((ref & ~kLeafBit) <
        ((ref & kLeafBit) != 0 ? decision.rules.size() : decision.nodes.size()));
  return (ref & kLeafBit) != 0 ? decision.rules[ref & ~kLeafBit].id : "#" + std::to_string(ref);
}

/// "false -> #3, true -> followed": neighbouring classes that lead to the same place together.
void DumpNode(const Catalog& catalog, const ProgramDecision& decision, size_t index,
              std::string* out) {
  const ProgramNode& node = decision.nodes[index];
  CHECK(node.first_edge + node.class_count <= decision.edges.size());
  const auto first_code = [&](uint32_t wanted) {
    if (wanted == 0) return FactCode{0};
    return node.is_int ? decision.cuts[node.first_cut + wanted - 1] : FactCode{wanted};
  };
  *out += "    #" + std::to_string(index) + " " + catalog.fact(node.fact).name + ":";
  const bool unset_first = catalog.fact(node.fact).can_be_unset;
  for (uint32_t begin = 0; begin < node.class_count;) {
    const Ref to = decision.edges[node.first_edge + begin];
    uint32_t end = begin + 1;
    const bool alone = begin == 0 && unset_first;
    while (!alone && end < node.class_count && decision.edges[node.first_edge + end] == to) ++end;
    const FactCode last = end == node.class_count ? node.code_count - 1 : first_code(end) - 1;
    *out += (begin == 0 ? " " : ", ") + FormatCodes(catalog, node.fact, first_code(begin), last) +
            " -> " + Target(decision, to);
    begin = end;
  }
  *out += "\n";
}

void DumpDecision(const Catalog& catalog, const Program& program, const ProgramDecision& decision,
                  std::string* out) {
  *out += "decision " + decision.name + "\n";
  if (!decision.values.empty()) {
    *out += "  values";
    for (const std::string& value : decision.values) *out += " " + value;
    *out += "\n";
  }
  *out += "  rules\n";
  for (size_t i = 0; i < decision.rules.size(); ++i) DumpRule(program, decision, i, out);
  *out += "  order: " + decision.order_reason + "\n";
  for (FactId fact : decision.order) *out += "    " + catalog.fact(fact).name + "\n";
  *out += "  " + std::to_string(decision.nodes.size()) + " nodes, " +
          std::to_string(decision.edges.size()) + " edges, " +
          std::to_string(decision.cuts.size()) + " cuts, " +
          std::to_string(decision.nodes_created) + " nodes made, " +
          Decimal(decision.expected_reads) + " reads\n";
  *out += "  root " + Target(decision, decision.root) + "\n";
  for (size_t i = 0; i < decision.nodes.size(); ++i) DumpNode(catalog, decision, i, out);
}

}  // namespace

std::string FormatCodes(const Catalog& catalog, FactId fact, FactCode first, FactCode last) {
  CHECK(first <= last);
  const FactInfo& info = catalog.fact(fact);
  if (first == last) return catalog.FormatValue(fact, first);
  if (info.type == FactType::kInt) {
    const std::string unset = first == 0 && info.can_be_unset ? "unset " : "";
    const FactCode lowest = unset.empty() ? first : 1;
    const std::string ends = lowest == last ? "" : ".." + catalog.FormatValue(fact, last);
    return unset + catalog.FormatValue(fact, lowest) + ends;
  }
  std::string text;
  for (FactCode code = first; code <= last; ++code) {
    text += (text.empty() ? "" : " ") + catalog.FormatValue(fact, code);
  }
  return text;
}

std::string DumpProgram(const Catalog& catalog, const Program& program) {
  CHECK(program.unset_values.size() == catalog.size());
  std::string out = "policy " + program.policy_name + "\n";
  out += "digest " + program.digest_hex + "\n";
  out += "outcomes\n";
  for (size_t i = 0; i < program.outcomes.size(); ++i) {
    DumpOutcome(program.outcomes[i], i, &out);
  }
  for (const ProgramDecision& decision : program.decisions) {
    DumpDecision(catalog, program, decision, &out);
  }
  out += "unset\n";
  for (const FactInfo& info : catalog.facts()) {
    const FactCode value = program.unset_values[info.id];
    // What the policy leaves as the catalog has it is in the catalog.
    if (!info.can_be_unset || value == info.default_code) continue;
    out += "  " + info.name + " counts as " + catalog.FormatValue(info.id, value + 1) + "\n";
  }
  return out;
}

}  // namespace ringfence
