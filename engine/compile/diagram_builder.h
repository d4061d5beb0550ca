// Nodes of reduced ordered diagrams under one order of facts: makes each node once, and combines
// diagrams by if-then-else. Takes edges by fact code; gives references. Counts what it makes.
// Source: R. Bryant, Graph-Based Algorithms for Boolean Function Manipulation (1986); K. Brace,
// R. Rudell, R. Bryant, Efficient Implementation of a BDD Package (1990).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compile/compile.h"

namespace ringfence {

/// Leaves of boolean diagrams (conditions), and of lists of rules where none applies. No rule has
/// these numbers.
inline constexpr Ref kTrueLeaf = 0xFFFFFFFFu;
inline constexpr Ref kFalseLeaf = 0xFFFFFFFEu;
inline constexpr Ref kNoRuleLeaf = 0xFFFFFFFDu;

class DiagramBuilder {
 public:
  /// Stops making nodes after `max_created` of them.
  explicit DiagramBuilder(uint32_t max_created);

  /// The node that tests the fact at `position`; `edges` start at code 0 and ascend. Neighbours
  /// that lead to the same place become one; a node of one edge is that edge's end.
  Ref Make(uint32_t position, std::span<const DiagramEdge> edges);

  /// Where `condition` (boolean) holds, `then`, elsewhere `otherwise`.
  Ref IfThenElse(Ref condition, Ref then, Ref otherwise) {
    return Apply(condition, then, otherwise);
  }

  /// `first`, and where none of its rules applies, `second`.
  Ref FirstApplicable(Ref first, Ref second) { return Apply(kFirst, first, second); }

  /// Nodes counted so far (see Growth), and whether that was too many: every reference since is
  /// meaningless.
  uint32_t created() const { return created_; }
  bool exhausted() const { return exhausted_; }

  /// A node's place in the order, and its edges; the edges are valid until the next node is made.
  /// `ref` is no leaf.
  uint32_t PositionOf(Ref ref) const { return nodes_[ref].position; }
  std::span<const DiagramEdge> EdgesOf(Ref ref) const {
    return std::span(edges_).subspan(nodes_[ref].first_edge, nodes_[ref].edge_count);
  }

  /// The diagram below `root`, without anything else.
  Diagram Extract(Ref root) const;

 private:
  struct Node {
    uint32_t position, first_edge, edge_count, hash;
  };
  struct CacheEntry {
    Ref condition = kTrueLeaf;  ///< is never looked up: an empty entry
    Ref then = 0, otherwise = 0, out = 0;
  };
  struct Cursor;

  /// In the place of a condition: the other two are combined by FirstApplicable.
  static constexpr Ref kFirst = 0xFFFFFFFCu;

  uint32_t Position(Ref ref) const;
  Ref Apply(Ref condition, Ref then, Ref otherwise);
  Ref Expand(Ref condition, Ref then, Ref otherwise);
  void Count(size_t edges);
  void PushEdge(size_t base, FactCode from, Ref to);
  Ref Intern(uint32_t position, size_t base);
  void GrowTable();
  std::vector<bool> Below(Ref root) const;

  uint32_t max_created_;
  uint32_t created_ = 0;
  bool exhausted_ = false;
  std::vector<Node> nodes_;
  std::vector<DiagramEdge> edges_;
  std::vector<DiagramEdge> pending_;  ///< edges of the nodes being made, innermost last
  std::vector<uint32_t> table_;       ///< open addressing; node + 1, or 0
  std::vector<CacheEntry> cache_;     ///< direct-mapped, lossy, grows with the nodes
};

}  // namespace ringfence
