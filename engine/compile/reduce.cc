// Third pass: rules and an order of facts -> the reduced ordered diagram of which rule decides.
// Conditions become boolean diagrams, these diagrams of one rule each, and neighbours are combined
// two by two: a fact compared with n constants by n rules costs n log n that way, not n squared.
#include <algorithm>
#include <span>
#include <utility>

#include "base/check.h"
#include "compile/compile.h"
#include "compile/condition_diagrams.h"
#include "compile/diagram_builder.h"

namespace ringfence {
namespace {

std::string Target(const RuleList& rules, Ref ref) {
  if ((ref & kLeafBit) == 0) return "#" + std::to_string(ref);
  return std::string(rules.rules[ref & ~kLeafBit].id());
}

}  // namespace

std::optional<Diagram> ReduceRules(const Layout& layout, const RuleList& rules,
                                   const VariableOrder& order, uint32_t max_nodes,
                                   uint32_t max_created, Growth* growth) {
  DiagramBuilder builder(max_created);
  ConditionDiagrams conditions(layout, *rules.document, order.facts, &builder);
  std::vector<Ref> parts;
  for (uint32_t i = 0; i < rules.otherwise; ++i) {
    const Ref when = conditions.Build(*rules.rules[i].when);
    parts.push_back(builder.IfThenElse(when, kLeafBit | i, kNoRuleLeaf));
  }
  parts.push_back(kLeafBit | rules.otherwise);
  const Ref root = Fold(std::move(parts), [&](Ref first, Ref second) {
    return builder.FirstApplicable(first, second);
  });
  *growth = {builder.created(), 0};
  if (builder.exhausted()) return std::nullopt;
  Diagram diagram = builder.Extract(root);
  growth->nodes = static_cast<uint32_t>(diagram.nodes.size());
  if (growth->nodes > max_nodes) return std::nullopt;
  diagram.order = order.facts;
  return diagram;
}

uint32_t WorstRule(const Layout& layout, const RuleList& rules, const VariableOrder& order,
                   uint32_t max_created, uint32_t* created) {
  DiagramBuilder builder(max_created);
  ConditionDiagrams conditions(layout, *rules.document, order.facts, &builder);
  Ref root = kLeafBit | rules.otherwise;
  uint32_t worst = 0, worst_made = 0;
  for (uint32_t i = rules.otherwise; i-- > 0 && !builder.exhausted();) {
    const uint32_t before = builder.created();
    root = builder.IfThenElse(conditions.Build(*rules.rules[i].when), kLeafBit | i, root);
    if (builder.created() - before < worst_made) continue;
    worst_made = builder.created() - before;
    worst = i;
  }
  *created = builder.created();
  return worst;
}

std::string DumpDiagram(const Catalog& catalog, const RuleList& rules, const Diagram& diagram) {
  std::string out = "diagram, " + std::to_string(diagram.nodes.size()) + " nodes, root " +
                    Target(rules, diagram.root) + "\n";
  for (size_t i = diagram.nodes.size(); i-- > 0;) {
    const DiagramNode& node = diagram.nodes[i];
    const FactId fact = diagram.order[node.position];
    out += "  #" + std::to_string(i) + " " + catalog.fact(fact).name + ":";
    for (uint32_t edge = 0; edge < node.edge_count; ++edge) {
      const DiagramEdge& at = diagram.edges[node.first_edge + edge];
      const FactCode end = edge + 1 < node.edge_count
                               ? diagram.edges[node.first_edge + edge + 1].from
                               : catalog.fact(fact).code_count();
      out += (edge == 0 ? " " : ", ") + FormatCodes(catalog, fact, at.from, end - 1) + " -> " +
             Target(rules, at.to);
    }
    out += "\n";
  }
  return out;
}

}  // namespace ringfence
