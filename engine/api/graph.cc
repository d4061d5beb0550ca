// Drawings of policies: finds the decision, draws it, marks what an explained decision followed.
#include "analyze/graph.h"

#include <ringfence/graph.h>

#include <algorithm>

#include "api/policy_impl.h"

namespace ringfence {

Result<DecisionGraph> MakeGraph(const Policy& policy, const GraphOptions& options) {
  const Policy::Impl& impl = *policy.impl();
  const std::vector<ProgramDecision>& decisions = impl.program.decisions;
  const auto is_it = [&](const ProgramDecision& one) { return one.name == options.decision; };
  const auto found = std::find_if(decisions.begin(), decisions.end(), is_it);
  if (found == decisions.end()) {
    std::string names;
    for (const ProgramDecision& one : decisions) names += (names.empty() ? "" : ", ") + one.name;
    return Status(StatusCode::kNotFound, "the policy has no such decision; it decides: " + names);
  }
  const Explanation* explanation = options.explanation;
  if (explanation != nullptr && explanation->decision->policy_digest != policy.digest()) {
    return Status(StatusCode::kInvalidArgument, "the explanation is of another policy");
  }
  const auto index = static_cast<size_t>(found - decisions.begin());
  DecisionGraph graph = DrawDecision(policy.catalog(), impl.program, index);
  if (explanation != nullptr) MarkLive(policy.catalog(), index, *explanation, &graph);
  return graph;
}

}  // namespace ringfence
