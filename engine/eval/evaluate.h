// Program + sources -> decision: the only hot loop. One walk while every fact can be read; a sweep
// of all reachable nodes once one cannot.
#pragma once

#include <ringfence/decision.h>
#include <ringfence/fact_source.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "facts/frame.h"
#include "program/program.h"

namespace ringfence {

/// Scratch of one evaluation: owned by a Reader, sized once per program, no allocation afterwards.
struct EvalScratch {
  Frame frame;
  std::vector<uint64_t> active;     ///< bit per node; all clear between evaluations
  std::vector<uint64_t> reachable;  ///< bit per leaf; likewise
  /// Of the last evaluation, by decision of the program: position of the rule that decided, and on
  /// what basis. Good for those that have a value.
  std::array<uint16_t, kMaxDecisions> deciding{};
  std::array<Basis, kMaxDecisions> bases{};
  /// For both of these programs; `other` may be null.
  void Prepare(const Program& program, const Program* other = nullptr);
};

/// Where facts come from: host sources first, then the store's.
struct Sources {
  std::span<FactSource* const> all;
  size_t host_count = 0;
};

/// What the sweep saw of `ring`: bit i is Effect i. A single bit unless facts were unavailable.
using EffectSet = uint8_t;

/// Walks every decision of the program that has a value: `ring`, and the others where it lets
/// through. `scratch` gets rules and bases, `tested` the facts that were looked at. Gives the
/// effects that `ring` could have. What Evaluate does but for making a Decision of it.
EffectSet Walk(const Program& program, const Layout& layout, const Question& question,
               const Sources& sources, EvalScratch* scratch, FactSet* tested);

/// Decides every decision of the program, which has passed VerifyProgram for this layout.
/// `scratch->frame` was begun for the question (BeginFrame). No allocation, lock or string of ours.
/// The caller sets revision.
///
/// Basis: complete when the same rule decides whatever the unavailable facts are; partial when
/// several rules can decide and all lead to the same; on_unavailable otherwise. So it does not
/// depend on the order of facts. O(facts on one path) when all facts are available, else O(edges).
void Evaluate(const Program& program, const Layout& layout, const Question& question,
              const Sources& sources, EvalScratch* scratch, Decision* decision,
              EffectSet* effects = nullptr);

}  // namespace ringfence
