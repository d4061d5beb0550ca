// How many groups a diagram reads on average: a dynamic programme over (node, groups loaded), since
// whether a node reads depends on what was read above it.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "compile/compile.h"

namespace ringfence {
namespace {

constexpr size_t kMaxReadStates = 200000;

/// How likely a node is come to with these groups loaded.
using Arrivals = std::vector<std::pair<GroupSet, double>>;

/// Codes at which a class of the fact begins: all of a bool or enum; of an int, those where some
/// node's edges change. A constant at which no node's edges change matters to no decision.
std::vector<std::vector<FactCode>> Classes(const Layout& layout, const Diagram& diagram) {
  std::vector<std::vector<FactCode>> classes(diagram.order.size());
  for (const DiagramNode& node : diagram.nodes) {
    for (uint32_t i = 0; i < node.edge_count; ++i) {
      classes[node.position].push_back(diagram.edges[node.first_edge + i].from);
    }
  }
  for (size_t position = 0; position < classes.size(); ++position) {
    std::vector<FactCode>& starts = classes[position];
    const FactInfo& fact = layout.catalog.fact(diagram.order[position]);
    if (fact.type != FactType::kInt) {
      starts.resize(layout.code_counts[fact.id]);
      for (FactCode code = 0; code < starts.size(); ++code) starts[code] = code;
      continue;
    }
    if (fact.can_be_unset) starts.push_back(1);
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  }
  return classes;
}

void Arrive(GroupSet loaded, double likelihood, Arrivals* arrivals, size_t* states) {
  // Beyond the cap nothing counts as loaded, so that what is read again is counted again.
  if (*states >= kMaxReadStates) loaded = Bit(Group::kCall);
  for (auto& [groups, sum] : *arrivals) {
    if (groups != loaded) continue;
    sum += likelihood;
    return;
  }
  arrivals->emplace_back(loaded, likelihood);
  ++*states;
}

}  // namespace

double ExpectedReads(const Layout& layout, const Diagram& diagram) {
  if ((diagram.root & kLeafBit) != 0) return 0;
  const std::vector<std::vector<FactCode>> classes = Classes(layout, diagram);
  std::vector<Arrivals> arrivals(diagram.nodes.size());
  size_t states = 0;
  double reads = 0;
  Arrive(Bit(Group::kCall), 1.0, &arrivals[diagram.root], &states);
  for (size_t i = diagram.nodes.size(); i-- > 0;) {
    const DiagramNode& node = diagram.nodes[i];
    const std::vector<FactCode>& starts = classes[node.position];
    const GroupSet group = Bit(layout.catalog.fact(diagram.order[node.position]).group);
    for (auto& [groups, likelihood] : arrivals[i]) {
      if ((groups & group) == 0) reads += likelihood;
      groups = static_cast<GroupSet>(groups | group);
    }
    auto begin = starts.begin();
    for (uint32_t edge = 0; edge < node.edge_count; ++edge) {
      const DiagramEdge& at = diagram.edges[node.first_edge + edge];
      const auto end = edge + 1 < node.edge_count
                           ? std::lower_bound(begin, starts.end(),
                                              diagram.edges[node.first_edge + edge + 1].from)
                           : starts.end();
      const double share = static_cast<double>(end - begin) / static_cast<double>(starts.size());
      begin = end;
      if ((at.to & kLeafBit) != 0) continue;
      CHECK(at.to < i);
      for (const auto& [groups, likelihood] : arrivals[i]) {
        Arrive(groups, likelihood * share, &arrivals[at.to], &states);
      }
    }
    arrivals[i] = {};
  }
  return reads;
}

}  // namespace ringfence
