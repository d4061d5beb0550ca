// What the compiler emits and the evaluator runs: a flat, immutable, self-contained program.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>
#include <ringfence/status.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facts/condition.h"
#include "facts/frame.h"

namespace ringfence {

/// A reference to a node, or (top bit) to a rule of the decision: a leaf.
using Ref = uint32_t;
inline constexpr Ref kLeafBit = 0x80000000u;

/// Ids of the rules every decision has without naming them.
inline constexpr std::string_view kUnknownCallee = "unknown_callee";
inline constexpr std::string_view kOtherwise = "otherwise";
inline constexpr std::string_view kOnUnavailable = "on_unavailable";

/// Tests one fact. Its edges are edges[first_edge + class]. For bool and enum facts the class is
/// the fact's code (unset included); for int facts it is looked up in the fact's cuts. Nodes use
/// edges and cuts in the order of the nodes, without gaps.
struct ProgramNode {
  FactPlace place;
  uint32_t first_edge = 0;
  uint32_t class_count = 0;  ///< >= 2; of codes for bool and enum, of intervals for int
  uint32_t code_count = 0;   ///< a code not below this is corrupt, that is: unavailable
  uint32_t first_cut = 0;    ///< int facts: class = number of cuts <= code; class_count - 1 cuts
  FactId fact = 0;
  bool is_int = false;
};

/// A rule in effective order (floor, then sorted by the combining algorithm, then otherwise).
/// Leaf index == position here. [0] of `ring` is "unknown_callee"; the last two are "otherwise" and
/// "on_unavailable".
struct ProgramRule {
  std::string id;
  std::string reason;
  uint16_t then = 0;  ///< index into Program::outcomes, or into ProgramDecision::values
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
  std::vector<ProgramNode> nodes;  ///< [0] is the root, unless the root is a leaf
  std::vector<Ref> edges;
  std::vector<FactCode> cuts;  ///< ascending per node
  Ref root = kLeafBit;
  uint16_t otherwise = 0;  ///< leaf of that rule
  uint16_t on_unavailable = 0;
  std::vector<FactId> order;   ///< facts tested, in the order every path tests them
  std::string order_reason;    ///< "first use: 12 nodes, 1.40 reads (chosen); cost groups: ..."
  double expected_reads = 0;   ///< groups read per decision, each class of a fact equally likely
  uint32_t nodes_created = 0;  ///< while compiling, all orders tried
};

struct Program {
  std::string policy_name;
  std::string digest_hex;  ///< of the policy, 64 digits
  std::vector<ProgramOutcome> outcomes;
  std::vector<ProgramDecision> decisions;  ///< [0] is ring
  std::vector<FactCode> unset_values;  ///< per fact: the value (not code) an unset fact takes, or 0
  uint32_t max_nodes = 0;              ///< of any decision: size of the evaluator's bitset
};

/// The decision named "path", which chooses the media path; 0 (that is `ring`): there is none.
inline size_t PathDecision(const Program& program) {
  for (size_t i = 1; i < program.decisions.size(); ++i) {
    if (program.decisions[i].name == "path") return i;
  }
  return 0;
}

/// Everything the evaluator and explanations rely on: indices in range, edges forward, classes
/// complete, the unset edge equal to its default's, one order of facts along every path, cuts
/// ascending, every leaf a rule, reserved rules in place. kCorrupt names the first violation.
/// O(size of the program).
Status VerifyProgram(const Layout& layout, const Program& program);

/// Listing for golden tests and `compile --dump program`.
std::string DumpProgram(const Catalog& catalog, const Program& program);

/// The codes `first` to `last` of a fact as a listing names them: "unset", "video", "10..19".
std::string FormatCodes(const Catalog& catalog, FactId fact, FactCode first, FactCode last);

}  // namespace ringfence
