// Graphviz, the program `dot`, run as a filter. Takes dot text; gives SVG.
#pragma once

#include <ringfence/status.h>

#include <chrono>
#include <string>
#include <string_view>

namespace ringfence::cli {

/// Runs `dot -Tsvg` from the PATH, without a shell. kIo: it is not installed, failed (with the
/// first line of what it said), or had not finished in time, after which it is stopped.
Result<std::string> DotToSvg(std::string_view dot,
                             std::chrono::milliseconds limit = std::chrono::minutes(1));

}  // namespace ringfence::cli
