// Why a decision is what it is, and what would change it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <ringfence/catalog.h>
#include <ringfence/decision.h>
#include <ringfence/export.h>

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

enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

struct FactSeen {
  FactId id = 0;
  std::string name;      ///< "callee.allow_followed"
  std::string value;     ///< "true"; "unset" never: the default it takes
  FactOrigin origin = FactOrigin::kDerived;
  std::string sentence;  ///< "bob allows people he follows (default)"; empty when the catalog has none
};

/// One part of a rule's condition, split at its outermost && or ||.
struct ConditionSeen {
  std::string text;
  Truth truth = Truth::kUnknown;
  std::vector<FactId> facts;
};

struct RuleSeen {
  std::string id;
  std::string then;  ///< outcome or value
  std::string text;  ///< whole condition; empty for otherwise and on_unavailable
  bool floor = false;
  bool decides = false;
  Truth truth = Truth::kUnknown;
  std::vector<ConditionSeen> parts;
};

struct DecisionSeen {
  std::string name;  ///< "ring", "path"
  std::vector<RuleSeen> rules;  ///< in effective order
};

struct FactChange {
  FactId id = 0;
  std::string name, from, to;
  Who by = Who::kNobody;
  std::string sentence;  ///< "follow carol"
};

/// Changes that together alter the effect, none of which can be left out.
struct ChangeSet {
  std::vector<FactChange> changes;  ///< 1-3
  Effect effect = Effect::kRefuse;  ///< what it would become
  uint8_t who = 0;                  ///< bits of Who: all who must act
};

struct ExplainOptions {
  bool nearest = true;
  int max_changes = 3;      ///< 1-3 facts in one set
  int max_sets = 20;
  std::string caller_name;  ///< for the sentences where the question names parties by handle
  std::string callee_name;
};

struct Explanation {
  OwnedDecision decision;
  std::vector<FactSeen> facts;  ///< every fact any rule names, by FactId
  std::vector<DecisionSeen> decisions;
  std::vector<ChangeSet> nearest;  ///< fewest changes first, then callee, caller, operator
  bool nearest_truncated = false;
  bool floor_decides = false;      ///< then nearest is empty: a floor rule is never lifted
  std::string summary;             ///< "followed: bob follows alice; bob allows ... (default)"
};

}  // namespace ringfence
