// The one layout of the files an admin writes: policies, cases, catalog extensions.
// Takes a text; gives the same text laid out, or every error in it.
//
// Keys, their order and all comments (// and /* */) stay. Two blanks a level; an object or array
// stays broken over lines where its author broke the line after its bracket, and stands on one line
// otherwise if it ends within 120 columns; at most one empty line between two things; no trailing
// comma. Formatting twice is formatting once.
//
// Conditions of a policy get single quotes, blanks around operators, no needless parentheses, facts
// on the left of a comparison, and lists in the catalog's order; durations stay. A condition with a
// comment in it is left as it is.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/status.h>

#include <string>
#include <string_view>

namespace ringfence {

/// Errors of all: kParse with every diagnostic, as the file's own reader gives them; also where the
/// result would be larger than a file may be. All are thread-safe. O(text * nesting).

/// The digest of the policy is the same after it.
RINGFENCE_API Result<std::string> FormatPolicy(std::string_view text,
                                               std::string_view file_name = "policy.json",
                                               const Catalog& catalog = Catalog::Standard());

/// The policy that the file names is not read: a name under "expect" that is no field of a decision
/// is taken for another decision of the policy.
RINGFENCE_API Result<std::string> FormatCases(std::string_view text,
                                              std::string_view file_name = "cases.json",
                                              const Catalog& catalog = Catalog::Standard());

/// `base` is what the file extends. The digest of the catalog is the same after it.
RINGFENCE_API Result<std::string> FormatExtension(
    std::string_view text, std::string_view file_name = "catalog-extension.json",
    const Catalog& base = Catalog::Standard());

/// Whichever of the three the text is: "extension" makes a catalog extension of it, "cases" a cases
/// file, and anything else is read as a policy. An extension extends the standard catalog, whatever
/// `catalog` the others are read with.
RINGFENCE_API Result<std::string> FormatFile(std::string_view text, std::string_view file_name,
                                             const Catalog& catalog = Catalog::Standard());

}  // namespace ringfence
