// What every question about whole policies begins with, and how it fails.
#pragma once

#include <ringfence/status.h>

#include <initializer_list>
#include <string_view>
#include <vector>

#include "program/program.h"

namespace ringfence {

/// Facts in the order in which the programs' diagrams test them, each once.
std::vector<FactId> PreferredOrder(std::initializer_list<const Program*> programs);

/// kInvalidArgument: no situation satisfies them, and of none everything is true.
Status ContradictoryConstraints();
/// kLimit: `what` ("the proof") needs more than kMaxAnalysisCreated nodes.
Status OverBudget(std::string_view what);

}  // namespace ringfence
