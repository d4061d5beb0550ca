// Shared beginnings and ends of questions about whole policies. See analysis.h.
#include "api/analysis.h"

#include <ringfence/limits.h>

#include <string>

#include "analyze/space.h"
#include "policy/constraints.h"

namespace ringfence {

Result<std::vector<Condition>> AnalysisConstraints(const Layout& layout) {
  Result<std::vector<Condition>> constraints = ParseConstraints(layout.catalog);
  if (!constraints.ok()) return constraints;
  std::vector<FactId> bound;
  for (const Condition& constraint : *constraints) {
    const std::vector<FactId> facts = FactsOf(constraint);
    bound.insert(bound.end(), facts.begin(), facts.end());
  }
  const Space space(layout, {}, *constraints, bound);
  if (space.exhausted()) return OverBudget("combining the catalog's constraints");
  if (space.possible() != kFalseLeaf) return constraints;
  std::string ids;
  for (const CatalogConstraint& constraint : layout.catalog.constraints()) {
    ids += (ids.empty() ? "'" : ", '") + constraint.id + "'";
  }
  return Status(StatusCode::kInvalidArgument,
                "the catalog's constraints contradict each other: no situation satisfies " + ids +
                    " together, and of none everything would be proven");
}

Status OverBudget(std::string_view what) {
  return Status(StatusCode::kLimit,
                std::string(what) + " needs more than " + std::to_string(kMaxAnalysisCreated) +
                    " nodes: compare fewer facts with each other, or give what can be decided "
                    "apart a decision of its own");
}

}  // namespace ringfence
