// What DiffDocuments says of two documents, held against the reference evaluator situation by
// situation. Takes documents and situations; knows nothing of diagrams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyze/diff.h"
#include "differential/random_policy.h"
#include "policy/document.h"

namespace ringfence::differential {

/// The answer as people and devices notice it, by the reference evaluator. `situation` has a code
/// or kUnavailableCode for every fact.
Answer Noticed(const Layout& layout, const Document& document, const Situation& situation);

class DiffCheck {
 public:
  static constexpr size_t kAllCubes = 1000000;
  /// Both documents outlive it. Facts are those that either names, and those of accounts. Cubes
  /// beyond `max_cubes` of a change are not asked for: then some situations may be in none.
  DiffCheck(const Layout& layout, const Document& older, const Document& newer,
            size_t max_cubes = kAllCubes);

  const DocumentDiff& diff() const { return diff_; }
  const std::vector<FactId>& facts() const { return facts_; }
  /// Codes of a fact that can make a difference, unavailable not among them.
  const std::vector<FactCode>& Codes(FactId fact) const { return codes_.at(fact); }
  Situation Random(unsigned percent_unavailable, differential::Random& random) const;

  /// What is wrong with the diff in this situation; empty: nothing. Counts.
  std::string At(const Situation& situation);
  /// The witnesses of all cubes, and that a cube has one.
  std::string Witnesses();

  uint64_t changed = 0, untold = 0, asked = 0;

 private:
  using Pair = std::pair<Answer, Answer>;
  Pair PairAt(const Situation& situation) const;
  bool IsPossible(const Situation& situation) const;
  bool Solvable(const Situation& situation) const;
  bool PartnersAgree(const FactInfo& fact, const Situation& situation, bool same) const;
  bool FollowsFromValues(const Situation& situation, const Pair& pair) const;
  bool IsIncomplete(const Pair& pair) const;
  std::string InCubes(const std::vector<AnswerChange>& changes, const Situation& situation,
                      const Pair& pair, bool* found) const;
  std::string CubeText(const Cube& cube) const;
  std::string Show(const Situation& situation) const;

  const Layout& layout_;
  const Document& older_;
  const Document& newer_;
  size_t max_cubes_;
  std::vector<FactId> facts_;
  std::map<FactId, std::vector<FactCode>> codes_;
  DocumentDiff diff_;
};

}  // namespace ringfence::differential
