// From opened facts back to a frame: what the evaluator saw when the decision was made.
// Takes a decision's facts in clear; gives a frame that needs no source.
#pragma once

#include "facts/frame.h"
#include "log/open_facts.h"

namespace ringfence {

/// Fills every field of `frame`. `unknown`: facts the recorded catalog lacks, which therefore were
/// not collected whatever their group's state says; they are unavailable. Groups that were not
/// collected are not loaded: without a source, loading one makes its facts unavailable, and that is
/// what they are. O(groups), and O(facts) where facts differ from their group. Does not allocate.
void Recall(const Layout& layout, const OpenedFacts& facts, const FactSet& unknown, Frame* frame);

/// Of the facts that were `tested` on a recalled frame: those nobody had collected.
FactSet NotCollected(const Layout& layout, const OpenedFacts& facts, const FactSet& unknown,
                     const FactSet& tested);

}  // namespace ringfence
