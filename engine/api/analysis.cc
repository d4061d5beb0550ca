// Shared beginnings and ends of questions about whole policies. See analysis.h.
#include "api/analysis.h"

#include <ringfence/limits.h>

#include <string>

#include "analyze/space.h"
#include "policy/constraints.h"

namespace ringfence {
namespace {

/// The situations that `constraints` leave; all facts that they name are asked about.
struct Left {
  bool none = false;
  bool exhausted = false;
};
Left LeftBy(const Layout& layout, const std::vector<Condition>& constraints) {
  std::vector<FactId> bound;
  for (const Condition& constraint : constraints) {
    const std::vector<FactId> facts = FactsOf(constraint);
    bound.insert(bound.end(), facts.begin(), facts.end());
  }
  const Space space(layout, {}, constraints, bound);
  return {space.possible() == kFalseLeaf, space.exhausted()};
}

/// "'a', 'b'" of constraints none of which can be left out of the contradiction.
std::string Contradicting(const Layout& layout, std::vector<Condition> constraints) {
  const auto all = layout.catalog.constraints();
  std::vector<std::string> ids;
  for (const CatalogConstraint& constraint : all) ids.push_back(constraint.id);
  for (size_t i = 0; i < constraints.size();) {
    std::vector<Condition> fewer = constraints;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (!LeftBy(layout, fewer).none) {
      ++i;
      continue;
    }
    constraints = std::move(fewer);
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i));
  }
  std::string text;
  for (const std::string& id : ids) text += (text.empty() ? "'" : ", '") + id + "'";
  return text;
}

}  // namespace

Result<std::vector<Condition>> AnalysisConstraints(const Layout& layout) {
  Result<std::vector<Condition>> constraints = ParseConstraints(layout.catalog);
  if (!constraints.ok()) return constraints;
  const Left left = LeftBy(layout, *constraints);
  if (left.exhausted) return OverBudget("combining the catalog's constraints");
  if (!left.none) return constraints;
  return Status(StatusCode::kInvalidArgument,
                "the catalog's constraints contradict each other: no situation satisfies " +
                    Contradicting(layout, *constraints) +
                    " together, and of none everything would be proven");
}

Status OverBudget(std::string_view what) {
  return Status(StatusCode::kLimit,
                std::string(what) + " needs more than " + std::to_string(kMaxAnalysisCreated) +
                    " nodes: compare fewer facts with each other, or give what can be decided "
                    "apart a decision of its own");
}

}  // namespace ringfence
