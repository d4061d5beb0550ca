// A compiled decision to its drawing. Takes a program; gives the public DecisionGraph, what of it
// an explained decision followed, and the words on its edges.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/explain.h>
#include <ringfence/graph.h>

#include <cstddef>
#include <string>
#include <vector>

#include "program/program.h"

namespace ringfence {

/// `decision` indexes the program's decisions. Nothing is live.
DecisionGraph DrawDecision(const Catalog& catalog, const Program& program, size_t decision);

/// Marks what the explanation's decision followed. `graph` is decision number `decision` of the
/// policy that was explained. Facts that the explanation does not name count as unavailable.
void MarkLive(const Catalog& catalog, size_t decision, const Explanation& explanation,
              DecisionGraph* graph);

/// Codes of a fact as people write them: "true or unset", "audio, video", "all but spam, fraud",
/// "10..19", ">= 3 min", "< 22:00". `codes` is ascending; what touches has been joined.
std::string FormatCodeRanges(const Catalog& catalog, FactId fact,
                             const std::vector<CodeRange>& codes);

/// Codes of the fact outside the ranges, in the same form.
std::vector<CodeRange> OtherCodes(const FactInfo& fact, const std::vector<CodeRange>& codes);

}  // namespace ringfence
