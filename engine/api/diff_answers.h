// Answers as differences of policies have them: which kind of change, and in which parts.
#pragma once

#include <ringfence/decision.h>
#include <ringfence/diff.h>

#include <string>
#include <vector>

namespace ringfence {

DiffKind KindOf(const DiffAnswer& was, const DiffAnswer& now);
/// As DiffChange::parts.
std::vector<std::string> PartsOf(const DiffAnswer& was, const DiffAnswer& now);
/// Of a decision that was made.
DiffAnswer AnswerOf(const Decision& decision);
/// A refused call has no path: where one refuses and the other does not, neither has values.
void DropValues(DiffAnswer* was, DiffAnswer* now);

}  // namespace ringfence
