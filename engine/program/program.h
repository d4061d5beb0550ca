// What the compiler emits and the evaluator runs: a flat, immutable, self-contained program.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facts/condition.h"
#include "facts/frame.h"
#include <ringfence/catalog.h>
#include <ringfence/decision.h>
#include <ringfence/status.h>

namespace ringfence {

/// A reference to a node, or (top bit) to a rule of the decision: a leaf.
using Ref = uint32_t;
inline constexpr Ref kLeafBit = 0x80000000u;

/// Tests one fact. Its edges are edges[first_edge + class]. For bool and enum facts the class is the
/// fact's code (unset included); for int facts it is looked up in the fact's cuts.
struct ProgramNode {
  FactPlace place;
  FactId fact = 0;
  uint16_t class_count = 0;  ///< of codes for bool and enum, of intervals for int
  uint32_t first_edge = 0;
  uint32_t first_cut = 0;    ///< int facts: class = number of cuts <= code; cut_count == class_count - 1
  uint32_t code_count = 0;   ///< a code not below this is corrupt, that is: unavailable
  bool is_int = false;
};

/// A rule in effective order (floor, then sorted by the combining algorithm, then otherwise).
/// Leaf index == position here. [0] of `ring` is "unknown_callee"; the last two are "otherwise" and
/// "on_unavailable".
struct ProgramRule {
  std::string id;
  std::string reason;
  uint16_t then = 0;      ///< index into Program::outcomes, or into ProgramDecision::values
  bool floor = false;
  bool reserved = false;  ///< unknown_callee, otherwise, on_unavailable
  Condition when;         ///< for explanation only
};

struct ProgramOutcome {
  std::string name;
  Effect effect = Effect::kRefuse;
  Signal signal = Signal::kOffline;
  Record record = Record::kNothing;
  uint16_t sip_status = 0;
  uint32_t retry_after_s = 0;
  std::string told;
};

/// One decision's diagram, nodes in topological order: every edge leads to a later node or a leaf.
struct ProgramDecision {
  std::string name;
  std::vector<std::string> values;  ///< empty for ring
  std::vector<ProgramRule> rules;
  std::vector<ProgramNode> nodes;
  std::vector<Ref> edges;
  std::vector<FactCode> cuts;       ///< ascending per node
  Ref root = kLeafBit;
  uint16_t otherwise = 0;           ///< leaf of that rule
  uint16_t on_unavailable = 0;
  std::vector<FactId> order;        ///< variable order of the diagram
  std::string order_reason;         ///< "first use: 12 nodes, 1.40 reads; cost groups: ..."
  double expected_reads = 0;        ///< groups read per decision, each class of a fact equally likely
  uint32_t nodes_created = 0;
};

struct Program {
  std::string policy_name;
  std::string digest_hex;
  std::vector<ProgramOutcome> outcomes;
  std::vector<ProgramDecision> decisions;  ///< [0] is ring
  std::vector<FactCode> unset_values;      ///< per fact: the value (not code) an unset fact takes
  uint32_t max_nodes = 0;                  ///< of any decision: size of the evaluator's bitset
};

/// Everything the evaluator relies on: indices in range, edges forward, classes complete, one order of
/// facts along every path, cuts ascending, every leaf a rule, reserved rules in place. kCorrupt names
/// the first violation.
Status VerifyProgram(const Layout& layout, const Program& program);

/// Listing for golden tests and `compile --dump program`.
std::string DumpProgram(const Catalog& catalog, const Program& program);

}  // namespace ringfence
