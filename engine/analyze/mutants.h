// Every small mistake one could make in a policy: what `mutate` tries the cases on. Takes a
// document; gives changes of it, each with its place and words for people.
#pragma once

#include <ringfence/catalog.h>

#include <functional>
#include <string>
#include <vector>

#include "base/span.h"
#include "facts/condition.h"
#include "policy/document.h"

namespace ringfence {

/// One change. The changed document may have an invariant that names a rule it has not; otherwise
/// it is as the reader of policies would give it.
struct Mutant {
  SourceSpan span;   ///< in the document's file; line 0: of what the file does not state
  std::string what;  ///< "rule 'followed': '!' put before callee.follows(caller)"
  std::function<void(Document*)> change;
};

/// Rules taken out, moved and leading elsewhere, tests of conditions negated or settled, operators,
/// boundaries and members changed, defaults, the combining algorithm. In the order of the document;
/// no two make the same of one rule. Small: as many as the policy has parts, a few times.
std::vector<Mutant> MutantsOf(const Catalog& catalog, const Document& document);

/// A condition with one part changed.
struct ConditionChange {
  SourceSpan span;
  std::string what;
  Condition made;  ///< with its text
};

/// Changes of one condition: no two alike, none that is the condition itself or false.
std::vector<ConditionChange> ChangesOf(const Catalog& catalog, const Condition& condition);

}  // namespace ringfence
