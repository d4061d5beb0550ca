// Two policies of one catalog: in which situations do people or devices notice a difference? Takes
// documents; gives every change of answers with the situations it happens in, exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analyze/answers.h"
#include "analyze/cover.h"
#include "analyze/space.h"

namespace ringfence {

/// A part of the situations of a change.
struct ChangedCube {
  Cube cube;
  double share = 0;   ///< of all possible situations; cubes may overlap
  Situation witness;  ///< one in which it happens
};

/// One answer in place of another. Where one of them refuses and the other does not, values of
/// other decisions are left out of both: a refused call has none.
struct AnswerChange {
  Answer was, now;
  double share = 0;                ///< of all possible situations
  std::vector<ChangedCube> cubes;  ///< largest first, at least one
  double rest_share = 0;           ///< of the situations that no cube covers
  std::optional<Situation> rest;   ///< one of them; none: the cubes are all
};

struct DocumentDiff {
  double share = 0;  ///< of the possible situations whose answer changes
  /// All facts can be read. Gained, lost, others; the largest share first.
  std::vector<AnswerChange> changes;
  /// Some fact is unavailable, and the change does not follow from one above: where each value it
  /// could have makes the same change, that is not told again. Shares are 0.
  std::vector<AnswerChange> unavailable;

  bool Equivalent() const { return changes.empty() && unavailable.empty(); }
};

struct DocumentDiffOptions {
  std::span<const FactId> preferred;  ///< Space
  size_t max_cubes = 100;             ///< of each change
  uint32_t max_created = kMaxAnalysisCreated;
};

/// nullopt: over the budget of nodes. Both documents have the layout's catalog.
std::optional<DocumentDiff> DiffDocuments(const Layout& layout, const Document& older,
                                          const Document& newer,
                                          std::span<const Condition> constraints,
                                          const DocumentDiffOptions& options);

}  // namespace ringfence
