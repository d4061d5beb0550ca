// Drawings to files.
#include "cli/graph_file.h"

#include <utility>

#include "cli/graphviz.h"
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

Result<GraphFile> GraphFile::Create(const std::string& path, std::string_view format) {
  if (!format.empty() && format != "dot" && format != "svg") {
    return Status(StatusCode::kInvalidArgument, "--format is dot or svg");
  }
  const bool svg = format.empty() ? path.ends_with(".svg") : format == "svg";
  if (path.empty()) return GraphFile(std::nullopt, svg);
  auto file = NewFile::Create(path, 0666);
  if (!file.ok()) return file.status();
  return GraphFile(*std::move(file), svg);
}

Status GraphFile::Draw(Output& out, const std::vector<DecisionGraph>& graphs) {
  WarnOfSize(out, graphs);
  std::string text = GraphDot(graphs);
  if (svg_) {
    auto drawn = DotToSvg(text);
    if (!drawn.ok()) return drawn.status();
    text = *std::move(drawn);
  }
  if (file_) return file_->Write(text);
  out.Data(text);
  return Status();
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

}  // namespace ringfence::cli
