// Document -> Program, one pass per file: build (rules in effective order), order (candidate orders
// of facts), reduce (one reduced ordered diagram), emit (flat program). choose.cc tries the orders
// and takes the best; compile.cc runs it all for every decision.
#pragma once

#include <ringfence/limits.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "facts/frame.h"
#include "policy/document.h"
#include "program/program.h"

namespace ringfence {

struct CompileOptions {
  uint32_t max_nodes = kMaxDiagramNodes;      ///< kept, per decision
  uint32_t max_created = kMaxDiagramCreated;  ///< made while building one decision, all orders
  bool sift = true;
  /// Takes the first order that fits, whichever is best: for programs that are run a few times.
  bool first_fit = false;
};

/// A rule ready for the diagram: guard and leaf. Position in RuleList::rules is the leaf.
struct OrderedRule {
  const Rule* rule = nullptr;  ///< null for unknown_callee
  const Condition* when = nullptr;
  bool floor = false;
  bool reserved = false;
  uint16_t then = 0;

  std::string_view id() const { return rule == nullptr ? kUnknownCallee : rule->id; }
};

/// build.cc: one decision's rules in effective order. unknown_callee first (ring only), floor,
/// rules as the combining algorithm sorts them, otherwise, on_unavailable (never reached by the
/// diagram). Points into what it was built from.
struct RuleList {
  const Document* document = nullptr;
  const DecisionRules* decision = nullptr;
  std::vector<OrderedRule> rules;
  uint16_t otherwise = 0;
  uint16_t on_unavailable = 0;
};
RuleList BuildRules(const Document& document, const DecisionRules& decision,
                    const Condition& unknown_callee);
/// "!callee.known": the condition of the reserved rule.
Condition UnknownCalleeCondition(FactId callee_known);
std::string DumpRules(const RuleList& rules);

/// order.cc: candidate variable orders, best guess first, no two equal, each naming its heuristic.
struct VariableOrder {
  std::string heuristic;
  std::vector<FactId> facts;
};
std::vector<VariableOrder> CandidateOrders(const Catalog& catalog, const RuleList& rules);

/// One edge: the codes from `from` up to the next edge's `from`, or the fact's last code.
struct DiagramEdge {
  FactCode from = 0;
  Ref to = kLeafBit;
  friend bool operator==(const DiagramEdge&, const DiagramEdge&) = default;
};

struct DiagramNode {
  uint32_t position = 0;    ///< in Diagram::order
  uint32_t first_edge = 0;  ///< of edge_count >= 2; the first is `from` 0, no two neighbours equal
  uint32_t edge_count = 0;
};

/// reduce.cc: one reduced ordered multi-terminal decision diagram. Every policy has exactly one for
/// an order of facts.
struct Diagram {
  std::vector<FactId> order;
  std::vector<DiagramNode> nodes;  ///< children before parents, no two equal
  std::vector<DiagramEdge> edges;
  Ref root = kLeafBit;
};

/// What building a diagram cost. A node counts when it is made, also if an equal one was there; one
/// of many edges counts once more for every 32 of them, so that the count bounds time and memory.
struct Growth {
  uint32_t created = 0;
  uint32_t nodes = 0;  ///< kept; 0 when not finished
};

/// nullopt when more than max_created nodes were made, or more than max_nodes are left in the end.
std::optional<Diagram> ReduceRules(const Layout& layout, const RuleList& rules,
                                   const VariableOrder& order, uint32_t max_nodes,
                                   uint32_t max_created, Growth* growth);
/// The rule most nodes are made for when the rules are laid onto each other one by one, last first,
/// until max_created are made: where a diagram over budget grew. The position in RuleList::rules.
uint32_t WorstRule(const Layout& layout, const RuleList& rules, const VariableOrder& order,
                   uint32_t max_created, uint32_t* created);
std::string DumpDiagram(const Catalog& catalog, const RuleList& rules, const Diagram& diagram);

/// Groups read per decision when every class of every fact is equally likely: of a bool or enum
/// fact every code, of an int every interval between constants that matter. Exact up to 200,000
/// pairs of node and groups loaded, an upper bound beyond.
double ExpectedReads(const Layout& layout, const Diagram& diagram);

/// choose.cc: the candidate orders and those sifting finds, each built within what is left of the
/// budget; the smallest diagram wins, of equal ones the one that reads less.
struct Choice {
  std::optional<Diagram> diagram;  ///< none: no order fits the budget
  std::string reason;              ///< what was tried and what came of it
  uint32_t created = 0;
  double reads = 0;
  uint32_t worst_rule = 0;  ///< without a diagram: where it grew, in the order of first use
};
Choice ChooseOrder(const Layout& layout, const RuleList& rules, const CompileOptions& options);

/// emit.cc: the flat form, apart from what only the choice knows (reason, reads, nodes created).
ProgramDecision EmitDecision(const Layout& layout, const RuleList& rules, const Diagram& diagram);

/// compile.cc: the whole way. The program has passed VerifyProgram. nullopt with an error
/// diagnostic when a decision is over budget. O(max_created) per decision.
std::optional<Program> Compile(const Layout& layout, const Document& document,
                               const CompileOptions& options, std::string_view file,
                               Diagnostics* diagnostics, std::string* diagram_dump = nullptr);

}  // namespace ringfence
