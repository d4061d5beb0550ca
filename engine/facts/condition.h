// A typed condition over facts, as the CEL subset means it. Made by policy/, carried by a document
// and by a program (for explanations), turned into a diagram by compile/.
#pragma once

#include <ringfence/catalog.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/span.h"

namespace ringfence {

enum class CompareOp : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };

/// One node. `a`, `b`, `c` index Condition::nodes; children come before their parents.
struct ConditionNode {
  enum class Op : uint8_t {
    kConst,  ///< value
    kTest,   ///< `fact` has one of `values` (bool and enum; sorted value codes, unset never listed)
    kCompare,  ///< `fact` `compare` `constant` (int; constant in the catalog's range)
    kIntIn,    ///< `fact` in `constants` (int; sorted)
    kSame,     ///< `fact` == `other` (one bool or enum type; compare is kEq or kNe)
    kNot,      ///< a
    kAnd,      ///< a && b
    kOr,       ///< a || b
    kIf,       ///< a ? b : c
  };
  Op op = Op::kConst;
  bool value = false;
  CompareOp compare = CompareOp::kEq;
  FactId fact = 0;
  FactId other = 0;
  uint32_t a = 0, b = 0, c = 0;
  int64_t constant = 0;
  std::vector<FactCode> values;  ///< as FactCode of a value: bool 0/1, enum member index (no shift)
  std::vector<int64_t> constants;
  SourceSpan span;  ///< in the policy's file
};

/// The last node is the root. Never empty after validation.
struct Condition {
  std::vector<ConditionNode> nodes;
  std::string text;  ///< canonical text; parses back to the same condition

  uint32_t root() const { return static_cast<uint32_t>(nodes.size()) - 1; }
};

/// "callee.follows(caller) && call.media in ['audio', 'video']": canonical, minimal parentheses.
std::string FormatCondition(const Catalog& catalog, const Condition& condition);
/// The same for the subtree at `node`.
std::string FormatCondition(const Catalog& catalog, const Condition& condition, uint32_t node);

/// Facts the condition names, each once, in the order of first use.
std::vector<FactId> FactsOf(const Condition& condition);

}  // namespace ringfence
