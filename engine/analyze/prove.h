// Claims about one policy, proven or refuted in a space. <ringfence/prove.h> is the public face of
// this.
#pragma once

#include <ringfence/prove.h>

#include <vector>

#include "analyze/space.h"
#include "program/program.h"

namespace ringfence {

/// Claims about the only policy of `space`, which `program` was compiled from: kInvariant, kFloor,
/// kNobodyRings, kRule, kCondition. What they say is worthless once the space is exhausted.
std::vector<Claim> ProveClaims(Space* space, const Program& program, const ProveOptions& options);

/// The situation as people and cases write it.
Counterexample MakeCounterexample(const Layout& layout, const Program& program, std::string name,
                                  const Situation& situation);

/// A decision of the program over the space's order of facts: leaf kLeafBit | deciding rule. The
/// space has its facts.
Ref DiagramOf(Space* space, const ProgramDecision& decision);

}  // namespace ringfence
