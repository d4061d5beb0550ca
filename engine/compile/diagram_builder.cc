// Hash-consed nodes, combined with a computed cache. See diagram_builder.h.
#include "compile/diagram_builder.h"

#include <algorithm>

#include "base/check.h"

namespace ringfence {
namespace {

constexpr uint32_t kNoPosition = 0xFFFFFFFFu;
constexpr size_t kFirstTable = 1024;
constexpr size_t kLargestCache = size_t{1} << 20;
/// So many edges cost about as much as a node.
constexpr size_t kEdgesPerNode = 32;

uint64_t Mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

bool IsLeaf(Ref ref) { return (ref & kLeafBit) != 0; }

}  // namespace

/// One operand, walked along the fact that is expanded: a node that tests it, or
/// anything else, which is the same for every code.
struct DiagramBuilder::Cursor {
  uint32_t edge = 0;
  uint32_t last = 0;
  Ref now = 0;

  bool AtEnd() const { return edge == last; }
};

DiagramBuilder::DiagramBuilder(uint32_t max_created)
    : max_created_(max_created), table_(kFirstTable), cache_(kFirstTable) {}

uint32_t DiagramBuilder::Position(Ref ref) const {
  return IsLeaf(ref) ? kNoPosition : nodes_[ref].position;
}

void DiagramBuilder::Count(size_t edges) {
  const size_t cost = 1 + edges / kEdgesPerNode;
  if (cost > max_created_ - created_) {
    created_ = max_created_;
    exhausted_ = true;
    return;
  }
  created_ += static_cast<uint32_t>(cost);
}

Ref DiagramBuilder::Make(uint32_t position, std::span<const DiagramEdge> edges) {
  CHECK(!edges.empty() && edges[0].from == 0);
  Count(edges.size());
  if (exhausted_) return kFalseLeaf;
  const size_t base = pending_.size();
  for (const DiagramEdge& edge : edges) {
    DCHECK(Position(edge.to) > position);
    PushEdge(base, edge.from, edge.to);
  }
  return Intern(position, base);
}

void DiagramBuilder::PushEdge(size_t base, FactCode from, Ref to) {
  if (pending_.size() > base && pending_.back().to == to) return;
  pending_.push_back({from, to});
}

/// The node of the pending edges from `base` on, which are taken off.
Ref DiagramBuilder::Intern(uint32_t position, size_t base) {
  const std::span<const DiagramEdge> edges = std::span(pending_).subspan(base);
  DCHECK(!edges.empty());
  if (edges.size() == 1) {
    const Ref only = edges[0].to;
    pending_.resize(base);
    return only;
  }
  uint64_t mixed = position;
  for (const DiagramEdge& edge : edges) mixed = Mix(mixed, uint64_t{edge.from} << 32 | edge.to);
  const auto hash = static_cast<uint32_t>(mixed >> 32);
  size_t slot = hash & (table_.size() - 1);
  for (; table_[slot] != 0; slot = (slot + 1) & (table_.size() - 1)) {
    const Node& node = nodes_[table_[slot] - 1];
    if (node.hash != hash || node.position != position || node.edge_count != edges.size()) continue;
    if (!std::equal(edges.begin(), edges.end(), edges_.begin() + node.first_edge)) continue;
    pending_.resize(base);
    return table_[slot] - 1;
  }
  const auto made = static_cast<Ref>(nodes_.size());
  CHECK(!IsLeaf(made) && edges_.size() + edges.size() <= UINT32_MAX);
  table_[slot] = made + 1;
  nodes_.push_back(
      {position, static_cast<uint32_t>(edges_.size()), static_cast<uint32_t>(edges.size()), hash});
  edges_.insert(edges_.end(), edges.begin(), edges.end());
  pending_.resize(base);
  if (nodes_.size() * 2 > table_.size()) GrowTable();
  return made;
}

void DiagramBuilder::GrowTable() {
  table_.assign(table_.size() * 4, 0);
  for (size_t i = 0; i < nodes_.size(); ++i) {
    size_t slot = nodes_[i].hash & (table_.size() - 1);
    while (table_[slot] != 0) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = static_cast<uint32_t>(i + 1);
  }
  // What was computed is forgotten: computing it again finds every node made.
  if (cache_.size() < kLargestCache) cache_.assign(cache_.size() * 4, CacheEntry());
}

Ref DiagramBuilder::Apply(Ref condition, Ref then, Ref otherwise) {
  if (exhausted_) return kFalseLeaf;
  if (condition == kFirst) {
    if (then == kNoRuleLeaf) return otherwise;
    if (IsLeaf(then) || then == otherwise || otherwise == kNoRuleLeaf) return then;
  } else {
    if (condition == kTrueLeaf) return then;
    if (condition == kFalseLeaf) return otherwise;
    CHECK_MSG(!IsLeaf(condition), "a condition with a rule for a leaf");
    if (condition == then) then = kTrueLeaf;
    if (condition == otherwise) otherwise = kFalseLeaf;
    if (then == otherwise) return then;
    if (then == kTrueLeaf && otherwise == kFalseLeaf) return condition;
  }
  const uint64_t hash = Mix(Mix(uint64_t{condition} << 32 | then, otherwise), 0);
  const size_t index = hash >> 32;
  const CacheEntry& known = cache_[index & (cache_.size() - 1)];
  if (known.condition == condition && known.then == then && known.otherwise == otherwise) {
    return known.out;
  }
  const Ref out = Expand(condition, then, otherwise);
  if (!exhausted_) cache_[index & (cache_.size() - 1)] = {condition, then, otherwise, out};
  return out;
}

/// Splits by the first fact that any of the three tests. Recursion is as deep as there are facts.
Ref DiagramBuilder::Expand(Ref condition, Ref then, Ref otherwise) {
  const uint32_t position = std::min({Position(condition), Position(then), Position(otherwise)});
  const auto cursor = [&](Ref ref) {
    if (Position(ref) != position) return Cursor{0, 0, ref};
    const Node& node = nodes_[ref];
    return Cursor{node.first_edge + 1, node.first_edge + node.edge_count,
                  edges_[node.first_edge].to};
  };
  Cursor cursors[3] = {cursor(condition), cursor(then), cursor(otherwise)};
  const size_t base = pending_.size();
  size_t visited = 0;
  FactCode from = 0;
  for (;;) {
    const Ref to = Apply(cursors[0].now, cursors[1].now, cursors[2].now);
    if (exhausted_) {
      pending_.resize(base);
      return kFalseLeaf;
    }
    PushEdge(base, from, to);
    ++visited;
    bool ended = true;
    FactCode next = 0;
    for (const Cursor& one : cursors) {
      if (one.AtEnd()) continue;
      const FactCode start = edges_[one.edge].from;
      if (ended || start < next) next = start;
      ended = false;
    }
    if (ended) break;
    from = next;
    for (Cursor& one : cursors) {
      if (one.AtEnd() || edges_[one.edge].from != next) continue;
      one.now = edges_[one.edge++].to;
    }
  }
  Count(visited);
  if (exhausted_) {
    pending_.resize(base);
    return kFalseLeaf;
  }
  return Intern(position, base);
}

/// Children have smaller numbers than their parents, so one pass from the root downwards is enough.
std::vector<bool> DiagramBuilder::Below(Ref root) const {
  std::vector<bool> below(IsLeaf(root) ? 0 : root + 1);
  if (!below.empty()) below[root] = true;
  for (size_t i = below.size(); i-- > 0;) {
    if (!below[i]) continue;
    const Node& node = nodes_[i];
    for (uint32_t edge = 0; edge < node.edge_count; ++edge) {
      const Ref to = edges_[node.first_edge + edge].to;
      if (!IsLeaf(to)) below[to] = true;
    }
  }
  return below;
}

Diagram DiagramBuilder::Extract(Ref root) const {
  CHECK(!exhausted_);
  Diagram diagram;
  const std::vector<bool> below = Below(root);
  std::vector<Ref> renamed(below.size());
  const auto rename = [&](Ref ref) { return IsLeaf(ref) ? ref : renamed[ref]; };
  for (size_t i = 0; i < below.size(); ++i) {
    if (!below[i]) continue;
    const Node& node = nodes_[i];
    renamed[i] = static_cast<Ref>(diagram.nodes.size());
    diagram.nodes.push_back(
        {node.position, static_cast<uint32_t>(diagram.edges.size()), node.edge_count});
    for (uint32_t edge = 0; edge < node.edge_count; ++edge) {
      const DiagramEdge& old = edges_[node.first_edge + edge];
      diagram.edges.push_back({old.from, rename(old.to)});
    }
  }
  diagram.root = rename(root);
  return diagram;
}

}  // namespace ringfence
