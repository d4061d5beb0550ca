// Second pass: in which order a diagram may test its facts. The size of a diagram can depend on
// that exponentially, and no one heuristic is always right, so there are several.
#include <algorithm>

#include "base/check.h"
#include "compile/compile.h"

namespace ringfence {

std::vector<VariableOrder> CandidateOrders(const Catalog& catalog, const RuleList& rules) {
  VariableOrder first_use{"first use", {}};
  FactSet seen;
  for (uint16_t i = 0; i < rules.otherwise; ++i) {
    for (FactId fact : FactsOf(*rules.rules[i].when)) {
      CHECK(fact < catalog.size());
      if (seen.Contains(fact)) continue;
      seen.Insert(fact);
      first_use.facts.push_back(fact);
    }
  }
  // Facts that come with the question before one row of the callee's, and so on to the dearest.
  VariableOrder cost_groups{"cost groups", first_use.facts};
  std::stable_sort(cost_groups.facts.begin(), cost_groups.facts.end(), [&](FactId a, FactId b) {
    return catalog.fact(a).group < catalog.fact(b).group;
  });
  std::vector<VariableOrder> orders = {first_use};
  if (cost_groups.facts != first_use.facts) orders.push_back(cost_groups);
  return orders;
}

}  // namespace ringfence
