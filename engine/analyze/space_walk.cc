// What walks the diagrams of a space: products, quantifiers, counts, witnesses. See space.h.
#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "analyze/space.h"
#include "base/check.h"

namespace ringfence {
namespace {

bool IsLeaf(Ref ref) { return (ref & kLeafBit) != 0; }

using Memo = std::unordered_map<uint64_t, Ref>;

/// Makes the diagram of what `leaf` says of the leaves of two others.
class Joiner {
 public:
  /// `same` joined with itself is the same: then so are whole diagrams.
  Joiner(DiagramBuilder* builder, const std::function<Ref(Ref, Ref)>& leaf, bool same = false)
      : builder_(*builder), leaf_(leaf), same_(same) {}

  Ref Join(Ref a, Ref b) {
    if (builder_.exhausted()) return kFalseLeaf;
    if (same_ && a == b) return a;
    if (IsLeaf(a) && IsLeaf(b)) return leaf_(a, b);
    const uint64_t key = uint64_t{a} << 32 | b;
    if (const auto known = memo_.find(key); known != memo_.end()) return known->second;
    const uint32_t position = std::min(Position(a), Position(b));
    const std::vector<DiagramEdge> of_a = Edges(a, position), of_b = Edges(b, position);
    std::vector<DiagramEdge> edges;
    for (size_t i = 0, k = 0; i < of_a.size() && k < of_b.size();) {
      edges.push_back({std::max(of_a[i].from, of_b[k].from), Join(of_a[i].to, of_b[k].to)});
      const FactCode next_a = i + 1 < of_a.size() ? of_a[i + 1].from : kEnd;
      const FactCode next_b = k + 1 < of_b.size() ? of_b[k + 1].from : kEnd;
      if (next_a <= next_b) ++i;
      if (next_b <= next_a) ++k;
    }
    const Ref made = builder_.exhausted() ? kFalseLeaf : builder_.Make(position, edges);
    memo_.emplace(key, made);
    return made;
  }

 private:
  static constexpr FactCode kEnd = std::numeric_limits<FactCode>::max();

  uint32_t Position(Ref ref) const {
    return IsLeaf(ref) ? std::numeric_limits<uint32_t>::max() : builder_.PositionOf(ref);
  }
  std::vector<DiagramEdge> Edges(Ref ref, uint32_t position) const {
    if (Position(ref) != position) return {{0, ref}};
    const auto edges = builder_.EdgesOf(ref);
    return {edges.begin(), edges.end()};
  }

  DiagramBuilder& builder_;
  const std::function<Ref(Ref, Ref)>& leaf_;
  const bool same_;
  Memo memo_;
};

/// Rebuilds a diagram from its leaves upwards: `node` makes a node of its new edges.
template <class Leaf, class Node>
class Rebuilder {
 public:
  Rebuilder(const DiagramBuilder& builder, const Leaf& leaf, const Node& node)
      : builder_(builder), leaf_(leaf), node_(node) {}

  Ref Rebuild(Ref root) {
    if (builder_.exhausted()) return kFalseLeaf;
    if (IsLeaf(root)) return leaf_(root);
    if (const auto known = memo_.find(root); known != memo_.end()) return known->second;
    const uint32_t position = builder_.PositionOf(root);
    const auto old = builder_.EdgesOf(root);
    std::vector<DiagramEdge> edges(old.begin(), old.end());
    for (DiagramEdge& edge : edges) edge.to = Rebuild(edge.to);
    const Ref made = builder_.exhausted() ? kFalseLeaf : node_(position, edges);
    memo_.emplace(root, made);
    return made;
  }

 private:
  const DiagramBuilder& builder_;
  const Leaf& leaf_;
  const Node& node_;
  Memo memo_;
};

template <class Leaf, class Node>
Ref Rebuild(const DiagramBuilder& builder, Ref root, const Leaf& leaf, const Node& node) {
  return Rebuilder<Leaf, Node>(builder, leaf, node).Rebuild(root);
}

Ref SameLeaf(Ref leaf) { return leaf; }

}  // namespace

Ref Space::Map(Ref root, const std::function<Ref(Ref leaf)>& leaf) {
  return Rebuild(builder_, root, leaf, [&](uint32_t position, std::span<const DiagramEdge> edges) {
    return builder_.Make(position, edges);
  });
}

Ref Space::Product(Ref a, Ref b, const std::function<Ref(Ref a, Ref b)>& leaf) {
  return Joiner(&builder_, leaf).Join(a, b);
}

Ref Space::Where(Ref root, const std::function<bool(Ref leaf)>& is) {
  return Map(root, [&](Ref leaf) { return is(leaf) ? kTrueLeaf : kFalseLeaf; });
}

Ref Space::Exists(Ref set, const FactSet& facts) {
  return Rebuild(builder_, set, SameLeaf,
                 [&](uint32_t position, std::span<const DiagramEdge> edges) {
                   if (!facts.Contains(order_[position])) return builder_.Make(position, edges);
                   Ref any = kFalseLeaf;
                   for (const DiagramEdge& edge : edges) any = Or(any, edge.to);
                   return any;
                 });
}

Ref Space::Fix(Ref root, FactId fact, FactCode code) {
  return Rebuild(builder_, root, SameLeaf,
                 [&](uint32_t position, std::span<const DiagramEdge> edges) {
                   if (order_[position] != fact) return builder_.Make(position, edges);
                   Ref to = edges[0].to;
                   for (const DiagramEdge& edge : edges) {
                     if (edge.from <= code) to = edge.to;
                   }
                   return to;
                 });
}

Ref Space::WithUnavailable(Ref root, const std::function<Ref(Ref a, Ref b)>& both) {
  Joiner joiner(&builder_, both, true);
  return Rebuild(builder_, root, SameLeaf,
                 [&](uint32_t position, const std::vector<DiagramEdge>& edges) {
                   Ref any = edges[0].to;
                   for (const DiagramEdge& edge : edges) any = joiner.Join(any, edge.to);
                   std::vector<DiagramEdge> more = edges;
                   more.push_back({layout_.code_counts[order_[position]], any});
                   return builder_.exhausted() ? kFalseLeaf : builder_.Make(position, more);
                 });
}

std::vector<Ref> Space::Leaves(Ref root) const {
  if (IsLeaf(root)) return {root};
  std::vector<Ref> leaves;
  for (const DiagramEdge& edge : builder_.Extract(root).edges) {
    if (IsLeaf(edge.to)) leaves.push_back(edge.to);
  }
  std::sort(leaves.begin(), leaves.end());
  leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
  return leaves;
}

FactSet Space::Facts(Ref root) const {
  FactSet facts;
  if (IsLeaf(root)) return facts;
  for (const DiagramNode& node : builder_.Extract(root).nodes) facts.Insert(order_[node.position]);
  return facts;
}

Ref Space::At(Ref root, const Situation& situation) const {
  while (!IsLeaf(root)) {
    const FactId fact = order_[builder_.PositionOf(root)];
    const FactCode code =
        situation[fact] == kUnavailableCode ? layout_.code_counts[fact] : situation[fact];
    Ref to = root;
    for (const DiagramEdge& edge : builder_.EdgesOf(root)) {
      if (edge.from <= code) to = edge.to;
    }
    root = to;
  }
  return root;
}

double Space::Share(Ref set, Ref within) const {
  std::unordered_map<Ref, double> memo;
  const std::function<double(Ref)> part = [&](Ref ref) -> double {
    if (IsLeaf(ref)) return ref == kTrueLeaf ? 1 : 0;
    if (const auto known = memo.find(ref); known != memo.end()) return known->second;
    const std::vector<FactCode>& cuts = cuts_[builder_.PositionOf(ref)];
    const auto edges = builder_.EdgesOf(ref);
    double sum = 0;
    for (size_t i = 0; i < edges.size(); ++i) {
      const auto first = std::lower_bound(cuts.begin(), cuts.end(), edges[i].from);
      const auto last = i + 1 < edges.size()
                            ? std::lower_bound(cuts.begin(), cuts.end(), edges[i + 1].from)
                            : cuts.end();
      sum += static_cast<double>(last - first) * part(edges[i].to);
    }
    return memo[ref] = sum / static_cast<double>(cuts.size());
  };
  const double all = part(within);
  return all == 0 ? 0 : part(set) / all;
}

Situation Space::Witness(Ref set) const {
  CHECK(set != kFalseLeaf && !exhausted());
  Situation situation = UsualSituation(layout_);
  constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
  // How many facts must differ from the usual situation, below each node.
  std::unordered_map<Ref, uint32_t> memo;
  const auto end = [](std::span<const DiagramEdge> edges, size_t i) {
    return i + 1 < edges.size() ? edges[i + 1].from : std::numeric_limits<FactCode>::max();
  };
  const auto is_usual = [&](Ref ref, std::span<const DiagramEdge> edges, size_t i) {
    const FactCode usual = situation[order_[builder_.PositionOf(ref)]];
    return edges[i].from <= usual && usual < end(edges, i);
  };
  // The second half of a symmetric relation is not said again.
  const auto said = [&](Ref ref) -> uint32_t {
    const FactInfo& fact = layout_.catalog.fact(order_[builder_.PositionOf(ref)]);
    return fact.symmetric && positions_[fact.reverse] < positions_[fact.id] ? 0 : 1;
  };
  const std::function<uint32_t(Ref)> cost = [&](Ref ref) -> uint32_t {
    if (IsLeaf(ref)) return ref == kFalseLeaf ? kNone : 0;
    if (const auto known = memo.find(ref); known != memo.end()) return known->second;
    uint32_t least = kNone;
    const auto edges = builder_.EdgesOf(ref);
    for (size_t i = 0; i < edges.size(); ++i) {
      const uint32_t below = cost(edges[i].to);
      const uint32_t here = is_usual(ref, edges, i) ? 0 : said(ref);
      if (below != kNone) least = std::min(least, below + here);
    }
    return memo[ref] = least;
  };
  const Situation usual = situation;
  while (!IsLeaf(set)) {
    const auto edges = builder_.EdgesOf(set);
    const FactId fact = order_[builder_.PositionOf(set)];
    const uint32_t wanted = cost(set);
    for (size_t i = 0; i < edges.size(); ++i) {
      const uint32_t below = cost(edges[i].to);
      const bool same = is_usual(set, edges, i);
      if (below == kNone || below + (same ? 0 : said(set)) != wanted) continue;
      // Of an interval, the end that is nearer to the usual value.
      const FactCode last = std::min(end(edges, i) - 1, layout_.code_counts[fact]);
      const FactCode code = same ? usual[fact] : edges[i].from > usual[fact] ? edges[i].from : last;
      situation[fact] = code == layout_.code_counts[fact] ? kUnavailableCode : code;
      set = edges[i].to;
      break;
    }
  }
  return situation;
}

}  // namespace ringfence
