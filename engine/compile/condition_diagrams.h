// Conditions -> boolean diagrams under one order of facts. Takes typed conditions and what unset
// settings are worth; gives nodes of a DiagramBuilder. The compiler and analysis share it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compile/compile.h"
#include "compile/diagram_builder.h"

namespace ringfence {

/// Combines neighbours two by two until one is left. Takes at least one.
template <class Combine>
Ref Fold(std::vector<Ref> refs, const Combine& combine) {
  while (refs.size() > 1) {
    size_t kept = 0;
    for (size_t i = 0; i + 1 < refs.size(); i += 2) refs[kept++] = combine(refs[i], refs[i + 1]);
    if (refs.size() % 2 != 0) refs[kept++] = refs.back();
    refs.resize(kept);
  }
  return refs[0];
}

class ConditionDiagrams {
 public:
  /// Facts that no order of the builder has may not be tested. An unset setting has `document`'s
  /// default.
  ConditionDiagrams(const Layout& layout, const Document& document, std::span<const FactId> order,
                    DiagramBuilder* builder);

  /// `terms[i]` is what a test of Invariant::kTermFact + i stands for: a boolean diagram.
  /// Meaningless once the builder is exhausted.
  Ref Build(const Condition& condition, std::span<const Ref> terms = {});

 private:
  /// One fact as the tests of a condition see it.
  struct Variable {
    uint32_t position = kNoPosition;
    FactCode shift = 0;  ///< 1 where code 0 is unset
    FactCode code_count = 0;
    FactCode unset_value = 0;
    int64_t lowest = 0;
  };
  static constexpr uint32_t kNoPosition = 0xFFFFFFFFu;

  void CountUses(const Condition& condition);
  std::vector<Ref> Operands(const Condition& condition, uint32_t last) const;
  Ref BuildNode(const Condition& condition, uint32_t index);
  const Variable& At(FactId fact) const;
  Ref Node(const Variable& variable, const std::vector<DiagramEdge>& ends);
  Ref OneOf(const Variable& variable, const std::vector<FactCode>& values, Ref in = kTrueLeaf,
            Ref out = kFalseLeaf);
  static FactCode ToValue(const Variable& variable, int64_t number);
  Ref Compare(const Variable& variable, CompareOp op, int64_t constant);
  Ref IntIn(const Variable& variable, const std::vector<int64_t>& constants);
  Ref Same(const Variable& one, const Variable& other, bool equal);

  DiagramBuilder* builder_;
  std::vector<Variable> variables_;  ///< by fact
  std::vector<Ref> refs_;            ///< by node of the condition being built
  std::vector<bool> absorbed_;       ///< likewise; such a node has no ref
  std::vector<DiagramEdge> edges_;
  std::span<const Ref> terms_;  ///< of the condition being built
};

}  // namespace ringfence
