// Document -> Program, one pass per file: build (rules in effective order), order (candidate orders of
// facts), reduce (one reduced ordered diagram), emit (flat program). Compile runs them and chooses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "facts/frame.h"
#include "policy/document.h"
#include "program/program.h"
#include <ringfence/limits.h>

namespace ringfence {

struct CompileOptions {
  uint32_t max_nodes = kMaxDiagramNodes;      ///< kept, per decision
  uint32_t max_created = kMaxDiagramCreated;  ///< created while building one decision, all orders
  bool sift = true;
};

/// A rule ready for the diagram: guard and leaf. Position in RuleList::rules is the leaf.
struct OrderedRule {
  const Rule* rule = nullptr;        ///< null for unknown_callee
  const Condition* when = nullptr;
  bool floor = false;
  bool reserved = false;
  uint16_t then = 0;
};

/// build.cc: one decision's rules in effective order. unknown_callee first (ring only), floor, rules as
/// the combining algorithm sorts them, otherwise, on_unavailable (never reached by the diagram).
struct RuleList {
  std::vector<OrderedRule> rules;
  uint16_t otherwise = 0;
  uint16_t on_unavailable = 0;
};
RuleList BuildRules(const Document& document, const DecisionRules& decision,
                    const Condition& unknown_callee);
std::string DumpRules(const Catalog& catalog, const RuleList& rules);

/// order.cc: candidate variable orders, best guess first, each naming its heuristic.
struct VariableOrder {
  std::string heuristic;
  std::vector<FactId> facts;
};
std::vector<VariableOrder> CandidateOrders(const Catalog& catalog, const RuleList& rules);

/// reduce.cc: one reduced ordered multi-terminal decision diagram.
struct DiagramNode {
  FactId fact = 0;
  uint32_t first_edge = 0;
  uint32_t edge_count = 0;
};
struct Diagram {
  std::vector<FactId> order;
  std::vector<std::vector<FactCode>> cuts;  ///< per position in order; empty for bool and enum
  std::vector<DiagramNode> nodes;           ///< children before parents
  std::vector<Ref> edges;
  Ref root = kLeafBit;
  uint32_t created = 0;
};
/// nullopt: over budget; `diagnostics` then names the rule and facts at which it grew.
std::optional<Diagram> ReduceRules(const Layout& layout, const Document& document,
                                   const RuleList& rules, const VariableOrder& order,
                                   uint32_t max_nodes, uint32_t max_created,
                                   Diagnostics* diagnostics);
std::string DumpDiagram(const Catalog& catalog, const RuleList& rules, const Diagram& diagram);
/// Groups read per decision when every class of every fact is equally likely.
double ExpectedReads(const Layout& layout, const Diagram& diagram);

/// emit.cc
ProgramDecision EmitDecision(const Layout& layout, const Document& document,
                             const DecisionRules& decision, const RuleList& rules,
                             const Diagram& diagram);

/// compile.cc: the whole way. The program has passed VerifyProgram. nullopt with an error diagnostic
/// when a decision is over budget.
std::optional<Program> Compile(const Layout& layout, const Document& document,
                               const CompileOptions& options, std::string_view file,
                               Diagnostics* diagnostics, std::string* diagram_dump = nullptr);

}  // namespace ringfence
