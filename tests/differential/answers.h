// Between the engine's types and the reference evaluator's: feeds an assignment to the engine as a
// source and a question would, and turns decisions into reference answers so that == compares them.
#pragma once

#include <ringfence/decision.h>
#include <ringfence/fact_source.h>

#include <optional>
#include <string>
#include <vector>

#include "eval/evaluate.h"
#include "policy/document.h"
#include "program/program.h"
#include "reference/reference.h"

namespace ringfence::differential {

/// How a source hands over one group. Of the unavailable facts of a group that is read, some are
/// said to be unavailable and some have a code out of range.
enum class Style : uint8_t {
  kFacts,        ///< fact by fact
  kPacked,       ///< as packed words
  kAbsent,       ///< "nothing held": every fact must have its absent value
  kUnavailable,  ///< the read fails: every fact must be unavailable
};

/// Serves the facts of an assignment. What the assignment does not name has the value of nothing
/// stored. Does not own the assignment.
class AssignmentSource : public FactSource {
 public:
  explicit AssignmentSource(const Layout& layout) : layout_(layout) {}
  void Serve(const reference::Assignment& assignment) { assignment_ = &assignment; }
  void SetStyle(Group group, Style style) { styles_[static_cast<size_t>(group)] = style; }
  /// Groups this source serves; the others are kNotMine. At first all.
  void SetGroups(GroupSet groups) { groups_ = groups; }
  /// How often the group was asked for.
  int reads(Group group) const { return reads_[static_cast<size_t>(group)]; }
  ReadState Read(Group group, const Question& question, GroupWriter& out) noexcept override;

 private:
  void WriteFacts(Group group, GroupWriter& out) const;
  void WritePacked(Group group, GroupWriter& out) const;
  std::optional<FactCode> CodeOf(FactId id) const;

  const Layout& layout_;
  const reference::Assignment* assignment_ = nullptr;
  GroupSet groups_ = (1u << kGroupCount) - 1;
  Style styles_[kGroupCount] = {};
  int reads_[kGroupCount] = {};
};

/// The code a fact has where nothing is stored about it: unset, else the absent value.
FactCode CodeOfNothing(const FactInfo& fact);
/// The code a fact has where the account does not exist.
FactCode CodeOfAbsent(const FactInfo& fact);

reference::Answer ToAnswer(const Decision& decision, EffectSet effects);
/// ToAnswer(decision, effects) == answer, without making one.
bool Agrees(const Decision& decision, EffectSet effects, const reference::Answer& answer);

/// "ring partial by 'r1' (reason, told) effects 3; path=relay by 'r2' complete".
std::string Show(const reference::Answer& answer);
/// One "name = value" per line, by FactId.
std::string Show(const Catalog& catalog, const reference::Assignment& assignment);

/// The ids of the two parties of an assignment: the same one where call.same_account is true.
inline constexpr const char* kCallerId = "alice";
inline constexpr const char* kCalleeId = "bob";

}  // namespace ringfence::differential
