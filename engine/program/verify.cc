// Is a program fit to be run? Takes a program from anywhere; gives Ok, or the first violation. The
// evaluator checks nothing while it runs: all it relies on is checked here.
#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.h"
#include "program/program.h"

namespace ringfence {
namespace {

/// The violation, or nothing: "decision 'ring': node 3: ...".
using Finding = std::string;

constexpr uint32_t kNoPosition = 0xFFFFFFFFu;

bool IsDigest(std::string_view text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::all_of(text.begin(), text.end(), is_digit);
}

Finding CheckOutcomes(const Program& program) {
  if (program.outcomes.empty() || program.outcomes.size() > kMaxOutcomes) {
    return "number of outcomes";
  }
  std::set<std::string_view> names;
  for (const ProgramOutcome& outcome : program.outcomes) {
    const std::string where = "outcome '" + outcome.name + "': ";
    if (outcome.name.empty() || !names.insert(outcome.name).second) return where + "name";
    if (outcome.effect > Effect::kVoicemail) return where + "effect";
    if (static_cast<int>(outcome.signal) >= kSignalCount) return where + "signal";
    if (outcome.record > Record::kMessage) return where + "record";
    const bool no_status = outcome.sip_status == 0;
    if (!no_status && (outcome.sip_status < 100 || outcome.sip_status > 699)) {
      return where + "SIP status";
    }
    if (outcome.told.empty()) return where + "told";
  }
  return {};
}

Finding CheckCondition(const Layout& layout, const Condition& condition) {
  if (condition.nodes.empty()) return "condition without a test";
  if (condition.text.empty()) return "condition without text";
  for (uint32_t i = 0; i < condition.nodes.size(); ++i) {
    const ConditionNode& node = condition.nodes[i];
    using Op = ConditionNode::Op;
    if (node.op > Op::kIf) return "condition's operator";
    if (node.compare > CompareOp::kGe) return "condition's comparison";
    const size_t facts = layout.catalog.size();
    if (node.fact >= facts || node.other >= facts) return "condition's fact";
    const bool uses_a = node.op >= Op::kNot;
    const bool uses_b = node.op == Op::kAnd || node.op == Op::kOr || node.op == Op::kIf;
    const bool backward =
        (!uses_a || node.a < i) && (!uses_b || node.b < i) && (node.op != Op::kIf || node.c < i);
    if (!backward) return "condition's order";
  }
  return {};
}

/// The reserved rules stand where the evaluator and explanations look for them, and nowhere else.
Finding CheckReserved(const Program& program, const ProgramDecision& decision, bool ring) {
  const size_t count = decision.rules.size();
  const size_t first_own = ring ? 1 : 0;
  if (count < first_own + 2 || count > kMaxRules + first_own + 2) return "number of rules";
  if (decision.otherwise != count - 2 || decision.rules[count - 2].id != kOtherwise) {
    return "place of otherwise";
  }
  if (decision.on_unavailable != count - 1 || decision.rules[count - 1].id != kOnUnavailable) {
    return "place of on_unavailable";
  }
  if (ring && decision.rules[0].id != kUnknownCallee) return "place of unknown_callee";
  if (ring && program.outcomes[decision.rules[0].then].effect != Effect::kRefuse) {
    return "unknown_callee does not refuse";
  }
  bool floor_over = false;
  for (size_t i = 0; i < count; ++i) {
    const ProgramRule& rule = decision.rules[i];
    const bool reserved = i < first_own || i >= count - 2;
    if (rule.reserved != reserved) return "rule '" + rule.id + "': reserved";
    if (rule.floor && (reserved || floor_over)) return "rule '" + rule.id + "': floor";
    floor_over = floor_over || (!reserved && !rule.floor);
  }
  return {};
}

Finding CheckRules(const Layout& layout, const Program& program, const ProgramDecision& decision,
                   bool ring) {
  const size_t thens = ring ? program.outcomes.size() : decision.values.size();
  std::set<std::string_view> ids;
  for (const ProgramRule& rule : decision.rules) {
    const std::string where = "rule '" + rule.id + "': ";
    if (rule.id.empty() || !ids.insert(rule.id).second) return where + "id";
    if (rule.reason.empty()) return where + "reason";
    if (rule.then >= thens) return where + "what it leads to";
    const Finding finding = CheckCondition(layout, rule.when);
    if (!finding.empty()) return where + finding;
  }
  return CheckReserved(program, decision, ring);
}

/// Positions of facts in the decision's order; kNoPosition for those it does not test.
Finding CheckOrder(const Layout& layout, const ProgramDecision& decision,
                   std::vector<uint32_t>* positions) {
  positions->assign(layout.catalog.size(), kNoPosition);
  for (uint32_t i = 0; i < decision.order.size(); ++i) {
    const FactId fact = decision.order[i];
    if (fact >= positions->size() || (*positions)[fact] != kNoPosition) return "order of facts";
    (*positions)[fact] = i;
  }
  return {};
}

Finding CheckNode(const Layout& layout, const Program& program, const ProgramDecision& decision,
                  const ProgramNode& node) {
  if (node.fact >= layout.catalog.size()) return "fact";
  const FactInfo& fact = layout.catalog.fact(node.fact);
  const FactPlace& place = layout.places[node.fact];
  if (node.place.word != place.word || node.place.shift != place.shift ||
      node.place.group != place.group || node.place.mask != place.mask) {
    return "place of the fact";
  }
  if (node.is_int != (fact.type == FactType::kInt)) return "type of the fact";
  if (node.code_count != layout.code_counts[node.fact]) return "number of codes";
  if (node.class_count < 2 || node.class_count > decision.edges.size()) return "number of classes";
  if (!node.is_int && node.class_count != node.code_count) return "number of classes";
  if (node.first_edge > decision.edges.size() - node.class_count) return "edges";
  FactCode below = 0;
  if (node.is_int && (node.class_count - 1 > decision.cuts.size() ||
                      node.first_cut > decision.cuts.size() - (node.class_count - 1))) {
    return "cuts";
  }
  for (uint32_t i = 0; node.is_int && i < node.class_count - 1; ++i) {
    const FactCode cut = decision.cuts[node.first_cut + i];
    if (cut <= below || cut >= node.code_count) return "order of cuts";
    below = cut;
  }
  if (!fact.can_be_unset) return {};
  if (node.is_int && decision.cuts[node.first_cut] != 1) return "no edge for unset";
  const FactCode code = program.unset_values[node.fact] + 1;
  const auto cuts = decision.cuts.begin() + node.first_cut;
  const auto default_class = node.is_int
                                 ? std::upper_bound(cuts, cuts + node.class_count - 1, code) - cuts
                                 : std::ptrdiff_t{code};
  CHECK(default_class > 0 && default_class < std::ptrdiff_t{node.class_count});
  const auto edges = decision.edges.begin() + node.first_edge;
  if (edges[0] != edges[default_class]) return "the edge of unset is not its default's";
  return {};
}

/// `ref` as an edge of a node at `position` (kNoPosition: as the root); marks the node it leads to.
Finding CheckEdge(const ProgramDecision& decision, const std::vector<uint32_t>& positions,
                  int64_t parent, Ref ref, std::vector<bool>* reached) {
  if ((ref & kLeafBit) != 0) {
    const uint32_t leaf = ref & ~kLeafBit;
    if (leaf >= decision.rules.size()) return "leaf is no rule";
    return leaf == decision.on_unavailable ? "leads to on_unavailable" : "";
  }
  if (ref >= decision.nodes.size()) return "edge leads nowhere";
  if (parent < 0) {
    (*reached)[ref] = true;
    return ref == 0 ? "" : "root is not the first node";
  }
  if (int64_t{ref} <= parent) return "edge leads backward";
  const FactId from = decision.nodes[static_cast<size_t>(parent)].fact;
  if (positions[decision.nodes[ref].fact] <= positions[from]) return "order of facts on a path";
  (*reached)[ref] = true;
  return {};
}

Finding CheckNodes(const Layout& layout, const Program& program, const ProgramDecision& decision,
                   const std::vector<uint32_t>& positions) {
  std::vector<bool> tested(layout.catalog.size());
  uint64_t edges = 0, cuts = 0;
  for (size_t i = 0; i < decision.nodes.size(); ++i) {
    const ProgramNode& node = decision.nodes[i];
    const std::string where = "node " + std::to_string(i) + ": ";
    Finding finding = CheckNode(layout, program, decision, node);
    if (!finding.empty()) return where + finding;
    if (positions[node.fact] == kNoPosition) return where + "fact is not in the order";
    if (node.first_edge != edges) return where + "edges";
    if (node.first_cut != cuts) return where + "cuts";
    edges += node.class_count;
    if (node.is_int) cuts += node.class_count - 1;
    tested[node.fact] = true;
  }
  if (edges != decision.edges.size()) return "number of edges";
  if (cuts != decision.cuts.size()) return "number of cuts";
  for (FactId fact : decision.order) {
    if (!tested[fact]) return "order names a fact that no node tests";
  }
  return {};
}

Finding CheckPaths(const ProgramDecision& decision, const std::vector<uint32_t>& positions) {
  std::vector<bool> reached(decision.nodes.size());
  Finding finding = CheckEdge(decision, positions, -1, decision.root, &reached);
  if (!finding.empty()) return "root: " + finding;
  for (size_t i = 0; i < decision.nodes.size(); ++i) {
    const ProgramNode& node = decision.nodes[i];
    for (uint32_t edge = 0; edge < node.class_count; ++edge) {
      finding = CheckEdge(decision, positions, static_cast<int64_t>(i),
                          decision.edges[node.first_edge + edge], &reached);
      if (!finding.empty()) return "node " + std::to_string(i) + ": " + finding;
    }
  }
  const bool all = std::all_of(reached.begin(), reached.end(), [](bool one) { return one; });
  return all ? "" : "a node that no path reaches";
}

Finding CheckDecision(const Layout& layout, const Program& program, size_t index) {
  CHECK(index < program.decisions.size());
  const ProgramDecision& decision = program.decisions[index];
  const bool ring = index == 0;
  if ((decision.name == "ring") != ring || decision.name.empty()) return "name";
  if (decision.values.empty() != ring || decision.values.size() > kMaxPathValues) return "values";
  const std::set<std::string_view> values(decision.values.begin(), decision.values.end());
  if (values.size() != decision.values.size() || values.count("") != 0) return "values";
  if (decision.nodes.size() > program.max_nodes) return "number of nodes";
  if (!std::isfinite(decision.expected_reads) || decision.expected_reads < 0 ||
      decision.expected_reads > kGroupCount) {
    return "expected reads";
  }
  if (decision.nodes_created < decision.nodes.size()) return "nodes created";
  if (decision.order_reason.empty()) return "reason of the order";
  Finding finding = CheckRules(layout, program, decision, ring);
  if (!finding.empty()) return finding;
  std::vector<uint32_t> positions;
  finding = CheckOrder(layout, decision, &positions);
  if (finding.empty()) finding = CheckNodes(layout, program, decision, positions);
  if (finding.empty()) finding = CheckPaths(decision, positions);
  return finding;
}

Finding CheckHeader(const Layout& layout, const Program& program) {
  if (program.policy_name.empty()) return "policy name";
  if (!IsDigest(program.digest_hex)) return "policy digest";
  if (program.decisions.empty() || program.decisions.size() > kMaxDecisions) {
    return "number of decisions";
  }
  size_t most = 0;
  std::set<std::string_view> names;
  for (const ProgramDecision& decision : program.decisions) {
    most = std::max(most, decision.nodes.size());
    if (!names.insert(decision.name).second) return "decision '" + decision.name + "' twice";
  }
  if (program.max_nodes != most) return "largest number of nodes";
  if (program.unset_values.size() != layout.catalog.size()) return "number of unset values";
  for (const FactInfo& fact : layout.catalog.facts()) {
    const FactCode value = program.unset_values[fact.id];
    const FactCode values = fact.can_be_unset ? layout.code_counts[fact.id] - 1 : 1;
    if (value >= values) return "unset value of " + fact.name;
  }
  return {};
}

}  // namespace

Status VerifyProgram(const Layout& layout, const Program& program) {
  CHECK(layout.catalog.size() <= kMaxFacts);
  Finding finding = CheckHeader(layout, program);
  if (finding.empty()) finding = CheckOutcomes(program);
  for (size_t i = 0; finding.empty() && i < program.decisions.size(); ++i) {
    finding = CheckDecision(layout, program, i);
    if (!finding.empty()) finding.insert(0, "decision '" + program.decisions[i].name + "': ");
  }
  if (finding.empty()) return {};
  return Status(StatusCode::kCorrupt, "program: " + finding);
}

}  // namespace ringfence
