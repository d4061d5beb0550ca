// What every question about whole policies begins with, and how it fails.
#pragma once

#include <ringfence/status.h>

#include <string_view>
#include <vector>

#include "facts/condition.h"
#include "facts/frame.h"

namespace ringfence {

/// The catalog's constraints. Errors: kParse where one cannot be read; kInvalidArgument where no
/// situation satisfies them all, for of none everything would be proven.
Result<std::vector<Condition>> AnalysisConstraints(const Layout& layout);

/// kLimit: `what` ("the proof") needs more than kMaxAnalysisCreated nodes.
Status OverBudget(std::string_view what);

}  // namespace ringfence
