// Diagram -> drawing: nodes and rules as they are, edges of one pair of places joined; and which of
// them an explained decision followed.
#include "analyze/graph.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

DecisionGraph::Rule DrawRule(const Program& program, const ProgramDecision& decision,
                             const ProgramRule& rule) {
  DecisionGraph::Rule drawn;
  drawn.id = rule.id;
  drawn.reason = rule.reason;
  drawn.floor = rule.floor;
  drawn.reserved = rule.reserved;
  if (rule.id != kOtherwise && rule.id != kOnUnavailable) drawn.when = rule.when.text;
  if (!decision.values.empty()) {
    drawn.then = decision.values[rule.then];
    return drawn;
  }
  const ProgramOutcome& outcome = program.outcomes[rule.then];
  drawn.then = outcome.name;
  drawn.told = outcome.told;
  drawn.effect = outcome.effect;
  return drawn;
}

/// The codes of one class of a node.
CodeRange CodesOf(const ProgramDecision& decision, const ProgramNode& node, uint32_t edge) {
  if (!node.is_int) return {edge, edge};
  const FactCode* cuts = &decision.cuts[node.first_cut];
  const FactCode first = edge == 0 ? 0 : cuts[edge - 1];
  const FactCode last = edge + 1 == node.class_count ? node.code_count - 1 : cuts[edge] - 1;
  return {first, last};
}

void DrawEdges(const Catalog& catalog, const ProgramDecision& decision, uint32_t index,
               std::vector<DecisionGraph::Edge>* edges) {
  const ProgramNode& node = decision.nodes[index];
  const size_t begin = edges->size();
  std::map<Ref, size_t> edge_to;
  for (uint32_t i = 0; i < node.class_count; ++i) {
    const Ref to = decision.edges[node.first_edge + i];
    const auto [found, is_new] = edge_to.emplace(to, edges->size());
    if (is_new) {
      DecisionGraph::Edge edge;
      edge.from = index;
      edge.to = to & ~kLeafBit;
      edge.to_rule = (to & kLeafBit) != 0;
      edges->push_back(std::move(edge));
    }
    std::vector<CodeRange>& codes = (*edges)[found->second].codes;
    const CodeRange range = CodesOf(decision, node, i);
    const bool touches = !codes.empty() && codes.back().last + 1 == range.first;
    touches ? void(codes.back().last = range.last) : codes.push_back(range);
  }
  for (size_t i = begin; i < edges->size(); ++i) {
    (*edges)[i].label = FormatCodeRanges(catalog, node.fact, (*edges)[i].codes);
  }
}

/// The code of each fact that was seen; none: unavailable.
using Codes = std::map<FactId, std::optional<FactCode>>;

Codes CodesSeen(const Catalog& catalog, const Explanation& explanation) {
  Codes codes;
  for (const FactSeen& fact : explanation.facts) {
    std::optional<FactCode>& code = codes[fact.id];
    if (fact.origin == FactOrigin::kUnavailable) continue;
    if (fact.origin == FactOrigin::kDefault) {
      code = 0;  // unset
      continue;
    }
    const Result<FactCode> parsed = catalog.ParseValue(fact.id, fact.value);
    CHECK_MSG(parsed.ok(), "an explanation's value is none of its fact");
    code = *parsed;
  }
  return codes;
}

bool Holds(const DecisionGraph::Edge& edge, FactCode code) {
  return std::any_of(edge.codes.begin(), edge.codes.end(), [&](const CodeRange& range) {
    return range.first <= code && code <= range.last;
  });
}

std::string SeenText(const Explanation& explanation, FactId fact) {
  const auto is_it = [&](const FactSeen& seen) { return seen.id == fact; };
  const auto seen = std::find_if(explanation.facts.begin(), explanation.facts.end(), is_it);
  if (seen == explanation.facts.end()) return "unavailable";
  if (seen->origin == FactOrigin::kUnavailable) return seen->value;
  return seen->value + ", " + std::string(ToString(seen->origin));
}

}  // namespace

DecisionGraph DrawDecision(const Catalog& catalog, const Program& program, size_t index) {
  CHECK(index < program.decisions.size());
  const ProgramDecision& decision = program.decisions[index];
  DecisionGraph graph;
  graph.policy = program.policy_name;
  graph.decision = decision.name;
  graph.title = program.policy_name + ": " + decision.name;
  graph.is_ring = decision.values.empty();
  for (const ProgramRule& rule : decision.rules) {
    graph.rules.push_back(DrawRule(program, decision, rule));
  }
  for (uint32_t i = 0; i < decision.nodes.size(); ++i) {
    const FactInfo& fact = catalog.fact(decision.nodes[i].fact);
    graph.nodes.push_back({fact.id, fact.name, fact.doc, {}, false});
    DrawEdges(catalog, decision, i, &graph.edges);
  }
  // VerifyProgram holds the root to be the first node where there is any.
  if (graph.nodes.empty()) graph.only_rule = decision.root & ~kLeafBit;
  return graph;
}

void MarkLive(const Catalog& catalog, size_t decision, const Explanation& explanation,
              DecisionGraph* graph) {
  graph->explained = true;
  const Decision& decided = explanation.decision.view;
  CHECK(decision <= decided.extra_count);
  const std::string_view deciding =
      decision == 0 ? decided.rule : decided.extras[decision - 1].rule;
  if (deciding.empty()) return;  // null, because `ring` refuses
  for (DecisionGraph::Rule& rule : graph->rules) rule.decides = rule.id == deciding;
  if (graph->nodes.empty()) {
    graph->rules[graph->only_rule].live = true;
    return;
  }
  const Codes codes = CodesSeen(catalog, explanation);
  graph->nodes[0].live = true;
  for (DecisionGraph::Edge& edge : graph->edges) {  // by `from`, and every edge leads forward
    DecisionGraph::Node& from = graph->nodes[edge.from];
    if (!from.live) continue;
    if (from.seen.empty()) from.seen = SeenText(explanation, from.fact);
    const auto seen = codes.find(from.fact);
    const bool known = seen != codes.end() && seen->second.has_value();
    edge.live = !known || Holds(edge, *seen->second);
    if (!edge.live) continue;
    (edge.to_rule ? graph->rules[edge.to].live : graph->nodes[edge.to].live) = true;
  }
}

}  // namespace ringfence
