// Drawings to files.
#include "cli/graph_file.h"

#include <optional>
#include <utility>

#include "cli/graphviz.h"
#include "cli/new_file.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

void WarnOfSize(const Output& out, const std::vector<DecisionGraph>& graphs) {
  for (const DecisionGraph& graph : graphs) {
    if (graph.nodes.size() <= kReadableGraphNodes) continue;
    out.Warn(
        Cat({Printable(graph.decision), " has ", Thousands(graph.nodes.size()), " nodes; beyond ",
             std::to_string(kReadableGraphNodes), " a picture can hardly be read"}));
  }
}

}  // namespace

Result<GraphFormat> GraphForm(std::string_view format, std::string_view path) {
  if (format == "svg") return GraphFormat::kSvg;
  if (format == "dot") return GraphFormat::kDot;
  if (!format.empty()) return Status(StatusCode::kInvalidArgument, "--format is dot or svg");
  return path.ends_with(".svg") ? GraphFormat::kSvg : GraphFormat::kDot;
}

Result<std::vector<DecisionGraph>> GraphsOf(const Policy& policy, const Explanation* explanation) {
  std::vector<DecisionGraph> graphs;
  for (const Policy::DecisionStats& decision : policy.Stats()) {
    GraphOptions options;
    options.decision = decision.name;
    options.explanation = explanation;
    const bool refused = explanation != nullptr && !explanation->decision->let_through();
    if (refused && !graphs.empty()) continue;
    auto graph = MakeGraph(policy, options);
    if (!graph.ok()) return graph.status();
    graphs.push_back(*std::move(graph));
  }
  return graphs;
}

Status DrawGraphs(Output& out, const std::vector<DecisionGraph>& graphs, GraphFormat format,
                  const std::string& path) {
  std::optional<NewFile> file;
  if (!path.empty()) {
    auto created = NewFile::Create(path, 0666);
    if (!created.ok()) return created.status();
    file.emplace(*std::move(created));
  }
  WarnOfSize(out, graphs);
  std::string text = GraphDot(graphs);
  if (format == GraphFormat::kSvg) {
    auto svg = DotToSvg(text);
    if (!svg.ok()) return svg.status();
    text = *std::move(svg);
  }
  if (file) return file->Write(text);
  out.Data(text);
  return Status();
}

}  // namespace ringfence::cli
