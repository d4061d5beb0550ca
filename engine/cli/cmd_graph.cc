// `ringfence graph`: a policy's decision diagram as a picture.
#include <ringfence/graph.h>

#include <vector>

#include "cli/command.h"
#include "cli/graph_file.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

Result<std::vector<DecisionGraph>> Graphs(const Policy& policy, std::string_view decision) {
  std::vector<DecisionGraph> graphs;
  if (decision != "all") {
    GraphOptions options;
    if (!decision.empty()) options.decision = decision;
    auto graph = MakeGraph(policy, options);
    if (!graph.ok()) return graph.status();
    graphs.push_back(*std::move(graph));
    return graphs;
  }
  return GraphsOf(policy, nullptr);
}

/// Where a code stands for a value as catalogs write it.
void WriteValues(JsonOut& json, const Catalog& catalog, FactId id,
                 const std::vector<CodeRange>& codes) {
  const FactInfo& fact = catalog.fact(id);
  json.Key("values").Array();
  for (const CodeRange& range : codes) {
    FactCode first = range.first;
    if (fact.type != FactType::kInt) {
      for (; first <= range.last; ++first) json.Text(catalog.FormatValue(id, first));
      continue;
    }
    const FactCode shift = fact.can_be_unset ? 1 : 0;
    if (first < shift) json.Text(catalog.FormatValue(id, first++));
    if (first > range.last) continue;
    json.Object().Key("from").Signed(fact.lowest + int64_t{first} - shift);
    json.Key("to").Signed(fact.lowest + int64_t{range.last} - shift).EndObject();
  }
  json.EndArray();
}

void WriteRule(JsonOut& json, const DecisionGraph& graph, const DecisionGraph::Rule& rule) {
  json.Object().Key("rule").Text(rule.id);
  json.Key(graph.is_ring ? "outcome" : "value").Text(rule.then);
  if (graph.is_ring) {
    json.Key("effect").Text(ToString(rule.effect)).Key("told").Text(rule.told);
  }
  json.Key("reason").Text(rule.reason).Key("when").TextOrNull(rule.when);
  json.Key("floor").Bool(rule.floor).Key("reserved").Bool(rule.reserved).EndObject();
}

void WriteGraph(JsonOut& json, const Catalog& catalog, const DecisionGraph& graph) {
  json.Object().Key("name").Text(graph.decision);
  json.Key("nodes").Array();
  for (const DecisionGraph::Node& node : graph.nodes)
    json.Object().Key("fact").Text(node.name).EndObject();
  json.EndArray().Key("rules").Array();
  for (const DecisionGraph::Rule& rule : graph.rules) WriteRule(json, graph, rule);
  json.EndArray().Key("edges").Array();
  for (const DecisionGraph::Edge& edge : graph.edges) {
    json.Object().Key("from").Number(edge.from);
    json.Key(edge.to_rule ? "to_rule" : "to").Number(edge.to);
    json.Key("label").Text(edge.label);
    WriteValues(json, catalog, graph.nodes[edge.from].fact, edge.codes);
    json.EndObject();
  }
  json.EndArray();
  if (graph.nodes.empty()) json.Key("only_rule").Number(graph.only_rule);
  json.EndObject();
}

std::string GraphsJson(const Policy& policy, const std::vector<DecisionGraph>& graphs) {
  JsonOut json;
  json.Object().Key("policy").Text(policy.name()).Key("digest").Text(policy.digest());
  json.Key("decisions").Array();
  for (const DecisionGraph& graph : graphs) WriteGraph(json, policy.catalog(), graph);
  json.EndArray().EndObject();
  return json.Line();
}

int Run(Context& context, const Arguments& arguments) {
  if (context.json() && (arguments.Has("format") || arguments.Has("output"))) {
    return Fail(Status(StatusCode::kInvalidArgument,
                       "--json prints nodes and edges; leave out --format and --output"));
  }
  auto policy = context.CompilePolicy(arguments.At(0));
  if (!policy.ok()) return Fail(policy.status());
  auto graphs = Graphs(*policy, arguments.Get("decision"));
  if (!graphs.ok()) return Fail(graphs.status());
  if (context.json()) {
    context.out().Print(GraphsJson(*policy, *graphs));
    return kExitGood;
  }
  auto file = GraphFile::Create(std::string(arguments.Get("output")), arguments.Get("format"));
  if (!file.ok()) return Fail(file.status());
  return Fail(file->Draw(context.out(), *graphs));
}

constexpr std::string_view kDescription =
    "Draws how a policy decides: a grey box a fact, in the order in which facts are looked at, an "
    "arrow for the values that lead the same way, and a coloured box for the rule that decides "
    "then, with its outcome, the effect and what the caller is told. It is the diagram that the "
    "evaluator runs, not a sketch of it. A rule has a box under every fact that leads to it; a "
    "dashed one is of unknown_callee, otherwise or on_unavailable. `or unset` is said where users "
    "who never chose go. The heading names the answer where facts that matter cannot be read, and "
    "rules that never decide.\n"
    "\n"
    "The text is Graphviz's dot language. With --format svg the program `dot` of Graphviz must be "
    "on the PATH; a browser shows each rule's reason and condition, and each fact's meaning, when "
    "the pointer rests on a box.\n"
    "\n"
    "`ringfence explain --graph FILE` draws the way of one decision.";

}  // namespace

Command GraphCommand() {
  Command command;
  command.name = "graph";
  command.brief = "draw how a policy decides, as a picture";
  command.synopsis = "FILE|NAME [--decision NAME|all] [--format dot|svg] [--output FILE]";
  command.description = kDescription;
  command.options = {
      {"decision", "NAME|all", "The decision to draw; `ring` where not given, `all` for all."},
      {"format", "dot|svg",
       "Dot text, or a picture drawn by Graphviz. Where not given: svg if FILE ends in .svg, else "
       "dot."},
      {"output", "FILE", "Write a new file instead of standard output. None is overwritten."}};
  command.examples =
      "ringfence graph default --output default.svg\n"
      "ringfence graph ./rules.json --decision path --format svg > path.svg\n"
      "ringfence graph x-2024 | dot -Tpng > x-2024.png\n"
      "ringfence graph x-2024 --json | jq '.decisions[].nodes | length'";
  command.exits = "0   drawn";
  command.least = 1;
  command.most = 1;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
