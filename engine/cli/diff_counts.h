// How often differences of two policies occur: in a database, in a decision log. Takes what the
// library counted; gives text for people, and JSON.
#pragma once

#include <ringfence/diff.h>
#include <ringfence/diff_store.h>
#include <ringfence/replay.h>

#include <cstddef>
#include <string>
#include <vector>

#include "cli/json_out.h"
#include "cli/output.h"

namespace ringfence::cli {

/// "in the database: 12 of 2,000 pairs of users...", each change with its pairs and examples.
std::string StoreDiffText(const Output& out, const StoreDiff& diff);
/// The member "database".
void WriteStoreDiff(JsonOut& json, const StoreDiff& diff);

/// What ReplayOptions::situations takes: first `changes`, then `unavailable`.
std::vector<std::vector<DiffCondition>> SituationsOf(const PolicyDiff& diff);
/// What a replay on these found: the situations by how often they occurred, and at most `most` of
/// those that never did.
std::string LogDiffText(const Output& out, const PolicyDiff& diff, const ReplayReport& report,
                        size_t most);
/// The member "log".
void WriteLogDiff(JsonOut& json, const PolicyDiff& diff, const ReplayReport& report);

}  // namespace ringfence::cli
