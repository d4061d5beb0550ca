// What a policy does, without how it says so: everything of a decision that people or devices can
// notice, so that two policies can be compared. Takes policies of a space; gives diagrams whose
// leaves are answers.
#pragma once

#include <ringfence/decision.h>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analyze/space.h"
#include "program/program.h"

namespace ringfence {

/// A decision but for names of outcomes and rules, and reasons.
struct Answer {
  Effect effect = Effect::kRefuse;
  Signal signal = Signal::kOffline;
  Record record = Record::kNothing;
  uint16_t sip_status = 0;
  uint32_t retry_after_s = 0;
  std::string told;
  /// Other decisions' values by name; none where `ring` refuses. Of a refusal that is told as
  /// ringing the pretended path.
  std::vector<std::pair<std::string, std::string>> extras;

  friend auto operator<=>(const Answer&, const Answer&) = default;
};

/// Numbers for answers, the same for every policy of a space: leaf kLeafBit | number.
class AnswerTable {
 public:
  Ref LeafOf(const Answer& answer);
  const Answer& operator[](Ref leaf) const { return *answers_[leaf & ~kLeafBit]; }
  size_t size() const { return answers_.size(); }

 private:
  std::map<Answer, Ref> leaves_;
  std::vector<const Answer*> answers_;
};

/// What the policy does where those rules decide: positions in its lists, by decision.
Answer AnswerOf(const PolicyDiagrams& policy, const std::vector<uint32_t>& rules);

/// The answer in every situation.
Ref AnswersOf(Space* space, const PolicyDiagrams& policy, AnswerTable* table);

/// The same policy where any fact may also be unavailable (Space::WithUnavailable): `rules` are as
/// the evaluator settles them, `on_unavailable` among them.
PolicyDiagrams WithUnavailable(Space* space, const PolicyDiagrams& policy);

/// A set of situations, for situations where any fact may also be unavailable: those in which the
/// unavailable facts could have values that are in the set.
Ref PossibleValues(Space* space, Ref set);

/// The facts of a policy's own diagrams, in their order: to be preferred by spaces it lies in.
std::vector<FactId> OrderOf(const Program& program);

/// The possible situations where any fact may also be unavailable, as reads go: of a symmetric
/// relation both sides are or none, for it is one thing to read; and of an account that is known
/// not to be there nothing is.
Ref PossibleReads(Space* space);

/// Whether two documents decide alike.
struct Comparison {
  bool over_budget = false;          ///< too many nodes: nothing is known
  std::optional<Situation> differs;  ///< none: alike in every possible situation
};
/// What two documents of one catalog decide in every possible situation, whichever facts are
/// unavailable (PossibleReads). Where they differ although all facts
/// are read, `differs` has all, and as few unusual ones as can be. What a refusal pretends its path
/// to be does not count: no case can expect it.
Comparison Compare(const Layout& layout, const Document& a, const Document& b,
                   std::span<const Condition> constraints, std::span<const FactId> preferred);

}  // namespace ringfence
