// A policy's text, laid out. Takes text; gives text, or every error in it.
#pragma once

#include <ringfence/catalog.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace ringfence {

/// FormatJson, with each condition as RespellCondition writes it. Errors as ParsePolicy; the policy
/// digest is the same. Formatting twice is formatting once.
std::optional<std::string> FormatPolicyText(const Catalog& catalog, std::string_view text,
                                            std::string_view file, Diagnostics* diagnostics);

}  // namespace ringfence
