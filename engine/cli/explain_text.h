// An explanation as the tool prints it: rules in order with facts and where they came from, and the
// nearest changes grouped by who can make them.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/explain.h>

#include <optional>
#include <string>

#include "cli/json_out.h"
#include "cli/output.h"
#include "cli/question.h"

namespace ringfence::cli {

/// The line of the decision, then who could change what (brief: for a refusal only).
std::string ExplanationHead(const Output& out, const AskedQuestion& question,
                            const Explanation& explanation, bool brief);
/// Every decision's rules in order, each condition with its facts.
std::string ExplanationRules(const Output& out, const Explanation& explanation);

/// The members that explain a decision, without braces.
void WriteExplanation(JsonOut& json, const Catalog& catalog, const Explanation& explanation);

}  // namespace ringfence::cli
