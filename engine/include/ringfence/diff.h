// What changes for people if one policy replaces another? Takes two policies of one catalog; gives
// every change of answers with the situations it happens in: exact for all values of all facts, and
// for facts that cannot be read.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>
#include <ringfence/export.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ringfence {

enum class DiffKind : uint8_t {
  kGained,  ///< refused, and would be let through
  kLost,    ///< let through, and would be refused
  kOther,   ///< neither: another effect, signal, path, text, ...
};
RINGFENCE_API std::string_view ToString(DiffKind kind);  ///< "gained", "lost", "kind"

/// All of a decision that people or devices can notice. Names of rules and outcomes, and reasons,
/// are no part of it.
struct DiffAnswer {
  Effect effect = Effect::kRefuse;
  Signal signal = Signal::kOffline;
  Record record = Record::kNothing;
  uint16_t sip_status = 0;     ///< 0: none
  uint32_t retry_after_s = 0;  ///< 0: none
  std::string told;
  /// Other decisions and their values, by name: where both answers let the call through. Of
  /// refusals that are told as ringing the path that is pretended, where both refuse.
  std::vector<std::pair<std::string, std::string>> values;

  friend bool operator==(const DiffAnswer&, const DiffAnswer&) = default;
};

/// One fact, and the codes it has in some situations.
struct DiffCondition {
  FactId fact = 0;
  /// First and last codes, ascending. A further code, FactInfo::code_count(), is unavailable.
  std::vector<std::pair<FactCode, FactCode>> codes;
  /// "callee.contact(caller) == 'match'", as conditions of policies say it, whichever of the two
  /// policies' defaults applies; what they cannot say: "callee.allow_contacts is unset".
  std::string text;

  friend bool operator==(const DiffCondition&, const DiffCondition&) = default;
};

/// Some of the situations in which a change happens, by what they have in common.
struct DiffSituations {
  /// All hold; none: always. Situations that cannot occur (settings of nobody, relations to
  /// oneself) may meet them too. Situations of one change may overlap.
  std::vector<DiffCondition> conditions;
  double share = 0;  ///< of all that can occur, 0 to 1; 0 where facts are unavailable
  /// One of them: facts that differ from those of two known users who have chosen nothing. With as
  /// few as possible.
  std::vector<Fact> witness;
  std::string was_rule, now_rule;  ///< the rule of `ring` that decides the witness
  /// The witness as an element of "cases" in cases.json, with what each policy decides. Names are
  /// "gained 1", "lost 2", ...: different in one diff.
  std::string was_case, now_case;

  /// The conditions, joined by &&; "always".
  RINGFENCE_API std::string When() const;
};

/// One answer in place of another.
struct DiffChange {
  DiffKind kind = DiffKind::kOther;
  DiffAnswer was, now;
  /// What differs: "effect", "signal", "record", "sip", "retry_after", "told", and names of
  /// decisions such as "path", in this order.
  std::vector<std::string> parts;
  double share = 0;                        ///< exact, of all situations that can occur
  std::vector<DiffSituations> situations;  ///< largest share first; at least one
  /// Where there are more than DiffOptions::max_situations: the share of those that none of
  /// `situations` covers. `complete`: they cover all.
  bool complete = true;
  double rest_share = 0;
};

struct PolicyDiff {
  std::string old_name, old_digest, new_name, new_digest;
  double share = 0;  ///< of all situations that can occur: those whose answer changes
  std::vector<DiffChange> changes;  ///< gained, lost, others; the largest share first
  /// Changes while some fact is unavailable that do not follow from `changes`: from another
  /// `on_unavailable`, say, or because facts matter that did not. In the same order.
  std::vector<DiffChange> unavailable;

  /// They decide alike, whatever the facts are and whichever are unavailable.
  bool Equivalent() const { return changes.empty() && unavailable.empty(); }
  /// Sets of situations of that kind, of both lists; one more for each incomplete change.
  RINGFENCE_API size_t Count(DiffKind kind) const;
};

struct DiffOptions {
  size_t max_situations = 100;  ///< of each change, > 0
};

/// Compares two policies. Shares take every bool and enum value, and every interval of an int
/// between constants that matter, as equally likely. Errors: kInvalidArgument for policies of
/// different catalogs, or a bad option; kLimit where the comparison takes more than
/// kMaxAnalysisCreated nodes. Thread-safe.
RINGFENCE_API Result<PolicyDiff> DiffPolicies(const Policy& older, const Policy& newer,
                                              const DiffOptions& options = {});

}  // namespace ringfence
