// Program + loaded frame -> why: every rule in order, every condition with its facts, where each
// value came from. For people: allocates freely.
#pragma once

#include <ringfence/explain.h>

#include <array>
#include <string>
#include <vector>

#include "facts/frame.h"
#include "program/program.h"

namespace ringfence {

/// For each group, how its source came to its facts, in words; mostly empty.
using GroupDetails = std::array<std::string, static_cast<size_t>(kGroupCount)>;

/// What explanations are made from. Every group that a fact of the program lies in was loaded.
struct ExplainContext {
  const Layout& layout;
  const Program& program;
  const Frame& frame;
  std::string caller;  ///< names for the sentences
  std::string callee;
  GroupDetails details = {};
};

/// Groups of all facts that any rule of the program names.
GroupSet GroupsNamed(const Program& program, const Layout& layout);

/// The value (not code) a fact takes: unset is the program's default.
FactCode EffectiveValue(const ExplainContext& context, FactId fact);

/// Kleene's three values: a part with an unavailable fact is unknown unless the rest settles it.
Truth Evaluate(const ExplainContext& context, const Condition& condition, uint32_t node);

FactSeen SeeFact(const ExplainContext& context, FactId fact);

/// "{subject} follows {object}" with the names filled in; from `says` or `change` of the catalog.
std::string FillSentence(const ExplainContext& context, const FactInfo& fact,
                         const std::string& sentence, FactCode value);

/// Everything but `decision` and `nearest`.
void ExplainDecision(const ExplainContext& context, const Decision& decision,
                     Explanation* explanation);

}  // namespace ringfence
