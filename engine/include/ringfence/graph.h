// A decision of a policy as a picture: the facts it tests, in order, and where each value leads.
// The drawing is exact: it is the diagram that decides (schema/policy.md), edge for edge.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>
#include <ringfence/explain.h>
#include <ringfence/export.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// Codes of a fact, both ends included.
struct CodeRange {
  FactCode first = 0;
  FactCode last = 0;
  friend bool operator==(const CodeRange&, const CodeRange&) = default;
};

/// One decision of a policy, to be drawn. Owns its text. Nothing in it is for the caller.
struct DecisionGraph {
  /// Tests one fact; each fact at most once on every path.
  struct Node {
    FactId fact = 0;
    std::string name;  ///< "callee.follows(caller)"
    std::string doc;   ///< the catalog's sentence about it
    std::string seen;  ///< of an explained decision: "true, default"; empty elsewhere
    bool live = false;
  };
  /// A rule in effective order, whether anything leads to it or not.
  struct Rule {
    std::string id;
    std::string then;                 ///< name of the outcome, or the value of a decision like path
    std::string told;                 ///< key of what the caller is told; empty but for `ring`
    std::string reason;               ///< free text
    std::string when;                 ///< canonical; empty for otherwise and on_unavailable
    Effect effect = Effect::kRefuse;  ///< of `ring`
    bool floor = false;
    bool reserved = false;  ///< unknown_callee, otherwise, on_unavailable
    bool live = false;
    bool decides = false;  ///< at most one, of an explained decision
  };
  /// All values of a node's fact that lead to one place: one edge a pair of places.
  struct Edge {
    uint32_t from = 0;             ///< index into nodes
    uint32_t to = 0;               ///< index into nodes, above `from`; or into rules
    bool to_rule = false;          ///< which of the two
    std::vector<CodeRange> codes;  ///< ascending, apart from each other
    std::string label;             ///< "true or unset", ">= 3 min", "all but spam, fraud"
    bool live = false;
  };

  std::string policy;  ///< its name
  std::string decision;
  std::string title;        ///< "default: ring"; may be changed before drawing
  bool is_ring = true;      ///< whether rules have an effect
  bool explained = false;   ///< `live` and `decides` mean something
  std::vector<Node> nodes;  ///< [0] is where it begins; empty where one rule decides everything
  std::vector<Rule> rules;
  std::vector<Edge> edges;  ///< by `from`, then by their first code
  uint32_t only_rule = 0;   ///< where there are no nodes: the rule that decides
};

/// What to draw.
struct GraphOptions {
  std::string_view decision = "ring";
  /// Then what the decision followed is `live`: one path, and where facts were unavailable every
  /// edge that any of their values leads along. Nothing is live in a decision without a value.
  const Explanation* explanation = nullptr;
};

/// More nodes than that are drawn, but nobody will read the picture.
inline constexpr size_t kReadableGraphNodes = 200;

/// kNotFound: the policy has no such decision (the message names those it has).
/// kInvalidArgument: the explanation is of another policy. Thread-safe. O(edges).
RINGFENCE_API Result<DecisionGraph> MakeGraph(const Policy& policy,
                                              const GraphOptions& options = {});

/// Graphviz's dot text of the decisions, in one picture. Whatever texts they hold, it parses. A
/// rule stands once under each fact that leads to it, so that lines stay short.
RINGFENCE_API std::string GraphDot(std::span<const DecisionGraph> graphs);

}  // namespace ringfence
