// A question about a document, at random: the values of its facts, which of them the question
// carries and how sources hand over the rest.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/question.h>

#include <array>
#include <string>
#include <vector>

#include "differential/answers.h"
#include "differential/random_policy.h"
#include "policy/document.h"
#include "reference/reference.h"

namespace ringfence::differential {

struct Scenario {
  reference::Assignment assignment;  ///< what the decision rests on: every fact the document names
  reference::Assignment sources;     ///< what the sources hold; carried facts may differ there
  std::vector<Fact> carried;
  std::array<Style, kGroupCount> styles{};
  GroupSet host_groups = 0;  ///< served by a first source, the others by a second
  std::string caller = kCallerId, callee = kCalleeId;

  Question question() const {
    Question asked;
    asked.caller = caller;
    asked.callee = callee;
    asked.facts = carried;
    return asked;
  }
};

/// The reference evaluator tries at most about `max_worlds` worlds for it.
Scenario RandomScenario(const Catalog& catalog, const Document& document,
                        const std::vector<FactId>& named, double max_worlds, Random& random);

/// Facts of the assignment that are unavailable.
std::vector<FactId> Unavailable(const reference::Assignment& assignment);

std::string Show(const Catalog& catalog, const Scenario& scenario);

}  // namespace ringfence::differential
