// Drawings to files: dot text as it is, or SVG drawn by Graphviz.
// Takes drawings; writes a new file or standard output.
#pragma once

#include <ringfence/explain.h>
#include <ringfence/graph.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"

namespace ringfence::cli {

enum class GraphFormat : uint8_t { kDot, kSvg };

/// From --format and, where it is empty, the name of the file. kInvalidArgument for another.
Result<GraphFormat> GraphForm(std::string_view format, std::string_view path);

/// Every decision of a policy; of an explained one those that have a value.
Result<std::vector<DecisionGraph>> GraphsOf(const Policy& policy, const Explanation* explanation);

/// To a new file, or to standard output where the path is empty. Warns of pictures that nobody will
/// read.
Status DrawGraphs(Output& out, const std::vector<DecisionGraph>& graphs, GraphFormat format,
                  const std::string& path);

}  // namespace ringfence::cli
