// The rule sets that ship inside the library: rules/<name>/policy.json, embedded at build time.
#pragma once

#include <span>

#include "base/embedded.h"

namespace ringfence {

/// By name.
std::span<const EmbeddedFile> ShippedRules();

}  // namespace ringfence
