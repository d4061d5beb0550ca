// What `ringfence diff` and `audit` say about two policies. Takes what the library found; gives
// text for people, and JSON.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/diff.h>

#include <string>
#include <vector>

#include "cli/json_out.h"
#include "cli/output.h"

namespace ringfence::cli {

struct DiffTextOptions {
  /// Every set of situations; else few of each change, and of those that come while facts are
  /// unavailable only how many there are.
  bool all = false;
};

/// "different: 2 gained, 1 lost and 0 other sets of situations, 3.1 % of all situations", the
/// changes with their situations, and those that come while facts are unavailable.
std::string DiffText(const Output& out, const Catalog& catalog, const PolicyDiff& diff,
                     const DiffTextOptions& options);

/// The members of one object: names, digests, "equivalent", "share", "changes", "unavailable".
void WriteDiff(JsonOut& json, const Catalog& catalog, const PolicyDiff& diff);

/// An answer as one object.
void WriteAnswer(JsonOut& json, const DiffAnswer& answer);

}  // namespace ringfence::cli
