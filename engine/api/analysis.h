// What all whole-policy questions of the public interface need of a policy.
#pragma once

#include <vector>

#include "facts/condition.h"
#include "facts/frame.h"

namespace ringfence {

/// What the catalog declares impossible, as conditions that always hold.
inline std::vector<Condition> AnalysisConstraints(const Layout&) { return {}; }

}  // namespace ringfence
