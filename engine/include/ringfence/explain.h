// Why a decision is what it is, and what would change it. For callee, operator and auditor: nothing
// here is for the caller, who gets Decision::ForCaller().
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>
#include <ringfence/export.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence {

/// Where a value came from.
enum class FactOrigin : uint8_t {
  kChosen,       ///< stored: the user chose it, or the operator gave it
  kDefault,      ///< unset: the policy's default, else the catalog's
  kRelation,     ///< stored relation (or none stored: false)
  kCall,         ///< attribute of the call
  kHost,         ///< carried with the question, or given by a host's source
  kDerived,      ///< worked out
  kAbsent,       ///< account or data does not exist: the catalog's absent value
  kUnavailable,  ///< could not be read
};
RINGFENCE_API std::string_view ToString(FactOrigin origin);

/// Of a condition. Unknown: it depends on a fact that could not be read (Kleene's logic).
enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

/// One fact with its value at the time of the decision.
struct FactSeen {
  FactId id = 0;
  std::string name;                          ///< "callee.allow_followed"
  std::string value;                         ///< "true"; "unset" never: the default it takes
  FactOrigin origin = FactOrigin::kDerived;  ///< where the value came from
  std::string
      sentence;  ///< "bob allows people he follows (default)"; empty when the catalog has none
  std::string detail;  ///< of a contact: "kind tel, generation 12, epoch 3"; mostly empty
};

/// One part of a rule's condition, split at its outermost && or ||.
struct ConditionSeen {
  std::string text;  ///< canonical
  Truth truth = Truth::kUnknown;
  std::vector<FactId> facts;  ///< named in it, each once, in the order of first use
};

/// One rule with what its condition came to.
struct RuleSeen {
  std::string id;
  std::string then;  ///< outcome or value
  std::string text;  ///< whole condition; empty for otherwise and on_unavailable
  bool floor = false;
  bool decides = false;  ///< exactly one rule of a decision that was made
  Truth truth = Truth::kUnknown;
  std::vector<ConditionSeen> parts;
};

/// One decision of the policy. `decides` marks no rule of `path` where `ring` refuses.
struct DecisionSeen {
  std::string name;             ///< "ring", "path"
  std::vector<RuleSeen> rules;  ///< in effective order
};

/// One fact taking another value.
struct FactChange {
  FactId id = 0;
  std::string name;       ///< "callee.follows(caller)"
  std::string from;       ///< the value it has, defaults resolved
  std::string to;         ///< the value it would take
  Who by = Who::kNobody;  ///< who can bring that about; never kNobody in a ChangeSet
  std::string sentence;   ///< "follow carol"
};

/// Changes that together alter the effect, none of which can be left out.
struct ChangeSet {
  std::vector<FactChange> changes;  ///< 1-3
  Effect effect = Effect::kRefuse;  ///< what it would become
  uint8_t who = 0;                  ///< bits of Who: all who must act
};

/// What to look for, and what to call the parties.
struct ExplainOptions {
  bool nearest = true;      ///< look for the nearest changes at all
  int max_changes = 3;      ///< 1-3 facts in one set
  int max_sets = 20;        ///< >= 0; the rest is cut and nearest_truncated set
  std::string caller_name;  ///< for the sentences where the question names parties by handle
  std::string callee_name;
};

/// Everything about one decision. Owns its text.
struct Explanation {
  OwnedDecision decision;               ///< the decision itself, as Decide would have given it
  std::vector<FactSeen> facts;          ///< every fact any rule names, by FactId
  std::vector<DecisionSeen> decisions;  ///< `ring` first
  std::vector<ChangeSet> nearest;       ///< fewest changes first, then callee, caller, operator
  bool nearest_truncated = false;       ///< there were more than max_sets
  bool floor_decides = false;           ///< then nearest is empty: a floor rule is never lifted
  std::string summary;                  ///< "followed: bob follows alice; bob allows ... (default)"
};

}  // namespace ringfence
