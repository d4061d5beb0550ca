// The second evaluator: slow and obvious. Interprets a document, enumerates the values of
// unavailable facts. Shares no code with compile/ or eval/. Linked into tests only.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>

#include <map>
#include <optional>
#include <string>

#include "policy/document.h"

namespace ringfence::reference {

/// Per fact: a code (unset included), or nothing: unavailable. A fact not in the map has the value
/// it has when nothing is stored (settings: unset; the rest: absent value).
using Assignment = std::map<FactId, std::optional<FactCode>>;

struct ExtraAnswer {
  std::string name, value, rule;  ///< value empty where ring refuses
  Basis basis = Basis::kComplete;
  bool operator==(const ExtraAnswer&) const = default;
};

struct Answer {
  Effect effect = Effect::kRefuse;
  std::string outcome, rule, reason, told;
  Basis basis = Basis::kComplete;
  uint8_t effects = 0;  ///< bit per reachable Effect
  std::vector<ExtraAnswer> extras;
  bool operator==(const Answer&) const = default;
};

Answer Decide(const Catalog& catalog, const Document& document, const Assignment& assignment);

/// Is one condition true under values of all its facts (none unavailable)?
bool Holds(const Catalog& catalog, const Document& document, const Condition& condition,
           const Assignment& assignment);

}  // namespace ringfence::reference
