// Drawings to files: dot text as it is, or SVG drawn by Graphviz.
// Takes drawings; writes a new file or standard output.
#pragma once

#include <ringfence/explain.h>
#include <ringfence/graph.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/new_file.h"
#include "cli/output.h"

namespace ringfence::cli {

/// Where drawings go.
class GraphFile {
 public:
  /// A new file, whose name is taken before the work begins, or standard output where the path is
  /// empty. As `format` says, "dot" or "svg"; where it is empty, svg for a path that ends in .svg.
  static Result<GraphFile> Create(const std::string& path, std::string_view format);

  /// Warns of pictures that nobody will read.
  Status Draw(Output& out, const std::vector<DecisionGraph>& graphs);

 private:
  GraphFile(std::optional<NewFile> file, bool svg) : file_(std::move(file)), svg_(svg) {}

  std::optional<NewFile> file_;
  bool svg_;
};

/// Every decision of a policy; of an explained one those that have a value.
Result<std::vector<DecisionGraph>> GraphsOf(const Policy& policy, const Explanation* explanation);

}  // namespace ringfence::cli
