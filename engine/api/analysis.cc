// Shared beginnings and ends of questions about whole policies. See analysis.h.
#include "api/analysis.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <string>

namespace ringfence {

std::vector<FactId> PreferredOrder(std::initializer_list<const Program*> programs) {
  std::vector<FactId> order;
  FactSet seen;
  for (const Program* program : programs) {
    for (const ProgramDecision& decision : program->decisions) {
      for (FactId fact : decision.order) {
        if (seen.Contains(fact)) continue;
        seen.Insert(fact);
        order.push_back(fact);
      }
    }
  }
  return order;
}

Status ContradictoryConstraints() {
  return Status(StatusCode::kInvalidArgument,
                "the catalog's constraints contradict each other: no situation satisfies them all, "
                "and of none everything would be proven");
}

Status OverBudget(std::string_view what) {
  return Status(StatusCode::kLimit,
                std::string(what) + " needs more than " + std::to_string(kMaxAnalysisCreated) +
                    " nodes: compare fewer facts with each other, or give what can be decided "
                    "apart a decision of its own");
}

}  // namespace ringfence
