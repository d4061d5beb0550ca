// Prove: a policy laid into a space, and every claim about it.
#include "analyze/prove.h"

#include <ringfence/prove.h>

#include <algorithm>
#include <utility>

#include "analyze/opacity.h"
#include "api/analysis.h"
#include "api/policy_impl.h"

namespace ringfence {

std::string_view ToString(ClaimKind kind) {
  switch (kind) {
    case ClaimKind::kInvariant:
      return "invariant";
    case ClaimKind::kFloor:
      return "floor";
    case ClaimKind::kNobodyRings:
      return "unknown-callee";
    case ClaimKind::kRule:
      return "rule";
    case ClaimKind::kCondition:
      return "condition";
    case ClaimKind::kOpacity:
      return "opacity";
    case ClaimKind::kDisclosure:
      return "disclosure";
  }
  return "unknown";
}

bool ProofReport::Holds() const {
  return std::all_of(claims.begin(), claims.end(), [](const Claim& claim) { return claim.holds; });
}

Result<ProofReport> Prove(const Policy& policy, const ProveOptions& options) {
  const Policy::Impl& impl = *policy.impl();
  Result<std::vector<Condition>> constraints = AnalysisConstraints(impl.layout);
  if (!constraints.ok()) return constraints.status();
  const Document* const documents[] = {&impl.document};
  Space space(impl.layout, documents, *constraints, OrderOf(impl.program));
  ProofReport report;
  report.policy_name = policy.name();
  report.file = impl.document.file;
  report.claims = ProveClaims(&space, impl.program, options);
  AddOpacityClaims(&space, impl.program, &report);
  for (size_t i = 0; i < impl.program.decisions.size(); ++i) {
    if (space.exhausted()) return OverBudget("the proof");
    if (DiagramOf(&space, impl.program.decisions[i]) == space.policy(0).rules[i]) continue;
    if (space.exhausted()) return OverBudget("the proof");
    return Status(StatusCode::kInternal, "the compiled diagram of '" +
                                             impl.program.decisions[i].name +
                                             "' does not follow from the rules");
  }
  report.facts = space.order().size();
  report.nodes = space.created();
  return report;
}

}  // namespace ringfence
