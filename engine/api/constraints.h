// What a catalog says can never be: the one place where whole-policy questions get it from.
#pragma once

#include <span>

#include "facts/condition.h"
#include "policy/document.h"

namespace ringfence {

/// No catalog says anything yet.
inline std::span<const Condition> ConstraintsOf(const Document&) { return {}; }

}  // namespace ringfence
