// Last pass: a diagram -> the flat nodes, edges and cuts of a program, parents before children.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "compile/compile.h"

namespace ringfence {
namespace {

/// Nodes by place in the order, equal ones as their parents come to them: every edge leads forward.
std::vector<Ref> TopologicalOrder(const Diagram& diagram) {
  std::vector<std::vector<Ref>> levels(diagram.order.size());
  std::vector<bool> seen(diagram.nodes.size());
  const auto visit = [&](Ref ref) {
    if ((ref & kLeafBit) != 0 || seen[ref]) return;
    seen[ref] = true;
    levels[diagram.nodes[ref].position].push_back(ref);
  };
  visit(diagram.root);
  std::vector<Ref> sorted;
  for (const std::vector<Ref>& level : levels) {
    for (Ref ref : level) {
      const DiagramNode& node = diagram.nodes[ref];
      for (uint32_t i = 0; i < node.edge_count; ++i) visit(diagram.edges[node.first_edge + i].to);
      sorted.push_back(ref);
    }
  }
  CHECK(sorted.size() == diagram.nodes.size());
  return sorted;
}

/// Writes the nodes of one decision.
class Emitter {
 public:
  Emitter(const Layout& layout, const Diagram& diagram, ProgramDecision* out)
      : layout_(layout), diagram_(diagram), out_(out), renamed_(diagram.nodes.size()) {}

  void Emit() {
    const std::vector<Ref> sorted = TopologicalOrder(diagram_);
    for (Ref i = 0; i < sorted.size(); ++i) renamed_[sorted[i]] = i;
    FactSet tested;
    for (Ref ref : sorted) {
      EmitNode(diagram_.nodes[ref]);
      tested.Insert(diagram_.order[diagram_.nodes[ref].position]);
    }
    out_->root = Renamed(diagram_.root);
    for (FactId fact : diagram_.order) {
      if (tested.Contains(fact)) out_->order.push_back(fact);
    }
  }

 private:
  Ref Renamed(Ref ref) const { return (ref & kLeafBit) != 0 ? ref : renamed_[ref]; }

  void EmitNode(const DiagramNode& node) {
    const FactInfo& fact = layout_.catalog.fact(diagram_.order[node.position]);
    ProgramNode flat;
    flat.fact = fact.id;
    flat.place = layout_.places[fact.id];
    flat.code_count = layout_.code_counts[fact.id];
    flat.is_int = fact.type == FactType::kInt;
    flat.first_edge = static_cast<uint32_t>(out_->edges.size());
    flat.first_cut = static_cast<uint32_t>(out_->cuts.size());
    for (uint32_t i = 0; i < node.edge_count; ++i) {
      const DiagramEdge& edge = diagram_.edges[node.first_edge + i];
      const bool last = i + 1 == node.edge_count;
      const FactCode end = last ? flat.code_count : diagram_.edges[node.first_edge + i + 1].from;
      CHECK(edge.from < end && end <= flat.code_count);
      EmitEdge(fact, edge, end);
    }
    flat.class_count = static_cast<uint32_t>(out_->edges.size()) - flat.first_edge;
    out_->nodes.push_back(flat);
  }

  /// A bool or enum gets an edge for each code, an int one for the interval; unset stays apart.
  void EmitEdge(const FactInfo& fact, const DiagramEdge& edge, FactCode end) {
    const Ref to = Renamed(edge.to);
    if (fact.type != FactType::kInt) {
      out_->edges.insert(out_->edges.end(), end - edge.from, to);
      return;
    }
    if (edge.from > 0) out_->cuts.push_back(edge.from);
    out_->edges.push_back(to);
    if (edge.from > 0 || !fact.can_be_unset || end == 1) return;
    out_->cuts.push_back(1);
    out_->edges.push_back(to);
  }

  const Layout& layout_;
  const Diagram& diagram_;
  ProgramDecision* out_;
  std::vector<Ref> renamed_;
};

}  // namespace

ProgramDecision EmitDecision(const Layout& layout, const RuleList& rules, const Diagram& diagram) {
  ProgramDecision out;
  out.name = rules.decision->name;
  out.values = rules.decision->values;
  out.otherwise = rules.otherwise;
  out.on_unavailable = rules.on_unavailable;
  for (const OrderedRule& rule : rules.rules) {
    ProgramRule flat;
    flat.id = rule.id();
    flat.reason = rule.rule == nullptr || rule.rule->reason.empty() ? flat.id : rule.rule->reason;
    flat.then = rule.then;
    flat.floor = rule.floor;
    flat.reserved = rule.reserved;
    flat.when = *rule.when;
    out.rules.push_back(std::move(flat));
  }
  Emitter(layout, diagram, &out).Emit();
  return out;
}

}  // namespace ringfence
