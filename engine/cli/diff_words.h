// Differences of two policies in words, for `diff`, `audit` and their reports.
#pragma once

#include <ringfence/diff.h>

#include <string>
#include <vector>

namespace ringfence::cli {

/// "refuse (offline)": an answer as far as it has to be told from another.
std::string AnswerText(const DiffAnswer& answer, const std::vector<std::string>& parts);
/// "3.1 %"
std::string ShareText(double share);
/// "gained 2, lost 1, otherwise 0 sets of situations; 3.1 % of all situations. First gained: ..."
std::string DiffSentence(const PolicyDiff& diff);

}  // namespace ringfence::cli
