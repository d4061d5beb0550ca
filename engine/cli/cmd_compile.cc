// `ringfence compile`: does a policy compile, how large does it get, what is inside?
#include <cstdio>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

Result<Policy::Dump> ParseDump(std::string_view text) {
  if (text == "document") return Policy::Dump::kDocument;
  if (text == "diagram") return Policy::Dump::kDiagram;
  if (text == "program") return Policy::Dump::kProgram;
  return Status(StatusCode::kInvalidArgument, "--dump is document, diagram or program");
}

std::string TwoPlaces(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

std::string StatsObject(const Policy& policy, const std::string* dump) {
  JsonOut json;
  json.Object().Key("name").Text(policy.name()).Key("digest").Text(policy.digest());
  json.Key("decisions").Array();
  for (const Policy::DecisionStats& stats : policy.Stats()) {
    json.Object().Key("name").Text(stats.name).Key("rules").Number(stats.rules);
    json.Key("nodes").Number(stats.nodes).Key("facts").Number(stats.facts);
    json.Key("expected_reads").Real(stats.expected_reads);
    json.Key("order").Text(stats.order).EndObject();
  }
  json.EndArray();
  if (dump != nullptr) json.Key("dump").Text(*dump);
  json.EndObject();
  return json.Line();
}

std::string StatsText(const Policy& policy) {
  std::string text = Cat({"policy ", Printable(policy.name()), "\ndigest ", policy.digest(), "\n"});
  for (const Policy::DecisionStats& stats : policy.Stats()) {
    text += Cat({Printable(stats.name), ": ", Count(stats.rules, "rule", "rules"), ", ",
                 Count(stats.nodes, "node", "nodes"), ", ", Count(stats.facts, "fact", "facts"),
                 ", ", TwoPlaces(stats.expected_reads), " groups read per decision\n"});
  }
  return text;
}

int Run(Context& context, const Arguments& arguments) {
  auto policy = context.CompilePolicy(arguments.At(0));
  if (!policy.ok()) return Fail(policy.status());
  if (!arguments.Has("dump")) {
    context.out().Print(context.json() ? StatsObject(*policy, nullptr) : StatsText(*policy));
    return kExitGood;
  }
  auto dump = ParseDump(arguments.Get("dump"));
  if (!dump.ok()) return Fail(dump.status());
  const std::string text = policy->DumpText(*dump);
  context.out().Print(context.json() ? StatsObject(*policy, &text) : PrintableLines(text));
  return kExitGood;
}

}  // namespace

Command CompileCommand() {
  Command command;
  command.name = "compile";
  command.brief = "compile a policy and print its size or what is inside";
  command.synopsis = "FILE|NAME [--dump document|diagram|program]";
  command.description =
      "Compiles a policy: a file, if the argument contains a slash or ends in .json, else a "
      "shipped rule set. Prints its digest and for each decision the number of rules, nodes and "
      "facts, and how many groups of facts one decision reads on average. Everything that is wrong "
      "with a policy is reported in one run, each error with its place.";
  command.options = {
      {"dump", "document|diagram|program",
       "Print a stage instead: the document as parsed; the decision diagram with the order of "
       "facts and why it was chosen; the program that the evaluator runs."}};
  command.examples =
      "ringfence compile ./rules.json\n"
      "ringfence compile x-2023 --dump diagram";
  command.exits = "0   the policy compiles";
  command.least = 1;
  command.most = 1;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
