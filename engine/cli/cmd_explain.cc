// `ringfence explain`: why a decision is what it is, and what would change it.
#include <algorithm>
#include <optional>
#include <utility>

#include "cli/command.h"
#include "cli/decision_text.h"
#include "cli/duration.h"
#include "cli/explain_text.h"
#include "cli/graph_file.h"
#include "cli/json_out.h"
#include "cli/questions.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

struct Run {
  Context& context;
  OpenEngine& open;
  Reader& reader;
  bool brief;
  std::optional<GraphFile> graph;

  /// Prints one explanation. The exit code of the decision, or of the failure.
  int Explain(const AskedQuestion& question) {
    auto explanation = reader.Explain(question.View());
    if (!explanation.ok()) return Fail(explanation.status(), Place(question));
    Print(question, *explanation);
    if (graph) {
      Status drawn = Draw(question, *explanation);
      if (!drawn.ok()) return Fail(drawn);
    }
    return explanation->decision->let_through() ? kExitGood : kExitNegative;
  }

  static std::string Place(const AskedQuestion& question) {
    return question.line == 0 ? std::string() : Cat({"line ", std::to_string(question.line)});
  }

  void Print(const AskedQuestion& question, const Explanation& explanation) {
    Output& out = context.out();
    if (context.json()) {
      JsonOut json;
      json.Object();
      WriteDecision(json, open.engine().catalog(), question, explanation.decision.view,
                    open.InForce(explanation.decision->revision));
      WriteExplanation(json, open.engine().catalog(), explanation);
      json.EndObject();
      out.Print(json.Line());
      return;
    }
    out.Print(ExplanationHead(out, question, explanation, brief));
    if (!brief) out.Print(ExplanationRules(out, explanation));
  }

  Status Draw(const AskedQuestion& question, const Explanation& explanation) {
    auto graphs = GraphsOf(reader.policy(), &explanation);
    if (!graphs.ok()) return graphs.status();
    const std::string parties =
        Cat({" (", question.CallerName(), " -> ", question.CalleeName(), ")"});
    for (DecisionGraph& one : *graphs) one.title += parties;
    return graph->Draw(context.out(), *graphs);
  }

  int ExplainFile(const std::string& path) {
    auto lines = LineReader::Open(path);
    if (!lines.ok()) return Fail(lines.status());
    QuestionReader questions(*std::move(lines), open.engine().catalog());
    int worst = kExitGood;
    for (bool first = true;; first = false) {
      const QuestionReader::Got got = questions.Next();
      if (got == QuestionReader::Got::kEnd) return worst;
      if (got != QuestionReader::Got::kQuestion) {
        const std::string place = Cat({"line ", std::to_string(questions.number())});
        worst = std::max(worst, Fail(questions.status(), place));
        if (got == QuestionReader::Got::kFailed) return worst;
        continue;
      }
      if (!first && !brief && !context.json()) context.out().Print("\n");
      const int code = Explain(questions.question());
      if (code > kExitNegative) worst = std::max(worst, code);  // a refusal in a list is no failure
      if (questions.is_stdin() && !context.out().Flush()) return kExitEnvironment;
    }
  }
};

Result<GraphFile> GraphFileFor(bool one_question, const std::string& path) {
  if (!one_question) {
    return Status(StatusCode::kInvalidArgument, "--graph draws one decision, not --questions");
  }
  if (path.empty()) return Status(StatusCode::kInvalidArgument, "--graph needs the name of a file");
  return GraphFile::Create(path, "");
}

int RunExplain(Context& context, const Arguments& arguments) {
  auto question = QuestionFromArguments(context.catalog(), arguments);
  if (!question.ok()) return Fail(question.status());
  std::optional<GraphFile> graph;
  if (arguments.Has("graph")) {
    auto file = GraphFileFor(question->has_value(), std::string(arguments.Get("graph")));
    if (!file.ok()) return Fail(file.status());
    graph.emplace(*std::move(file));
  }
  auto clock_ms = ClockFromArguments(arguments);
  if (!clock_ms.ok()) return Fail(clock_ms.status());
  OpenEngine::Options options;
  options.without_db = arguments.Has("without-db");
  options.clock_ms = *std::move(clock_ms);
  auto open = OpenEngine::Open(context, std::move(options));
  if (!open.ok()) return Fail(open.status());
  auto reader = open->engine().NewReader();
  if (!reader.ok()) return Fail(reader.status());
  Run run{context, *open, *reader, arguments.Has("brief"), std::move(graph)};
  const int code = *question ? run.Explain(**question)
                             : run.ExplainFile(std::string(arguments.Get("questions")));
  const std::string note = open->PolicyNote();
  if (!note.empty() && !context.json() && code <= kExitNegative) {
    context.out().Print(Cat({"  ", note, "\n"}));
  }
  return code;
}

constexpr std::string_view kDescription =
    "Prints the decision with its deciding rule in words, and the nearest changes: "
    "every smallest set of at most three changes of facts that would alter the effect, at most 20 "
    "sets, by who can make them. Changes in one set are joined by `and`, sets are separated by "
    "`|`. An effect other than ring is named behind its set. A rule of the floor is never proposed "
    "for lifting.\n"
    "\n"
    "Then follow the rules of every decision in the order in which they are tried, each condition "
    "with the value of every fact and where it came from: chosen (stored for the user), default "
    "(never chosen: the policy's or the catalog's), relation, call, host (carried with the "
    "question), derived, absent (no such account or data), unavailable (could not be read). An "
    "arrow marks the deciding rule.\n"
    "\n"
    "The output is for operators: it tells what the caller must not learn.";

}  // namespace

Command ExplainCommand() {
  Command command;
  command.name = "explain";
  command.brief = "why is the decision what it is, and what would change it?";
  command.synopsis =
      "--caller USER --callee USER [--call NAME=VALUE ...] [--fact NAME=VALUE ...] [--at TIME] "
      "[--brief] [--graph FILE]\n"
      "--no-account --callee USER [...]\n"
      "--questions FILE|- [--at TIME] [--brief]";
  command.description = kDescription;
  command.options = QuestionOptions();
  command.options.push_back(AtOption());
  command.options.push_back(
      {"brief", "", "Only the decision and, for a refusal, the nearest changes."});
  command.options.push_back(
      {"graph", "FILE",
       "Also draw the decision: the policy's diagram as `ringfence graph` draws it, with the way "
       "of this question through it and the values that were seen. Where facts could not be read "
       "every way that they leave open is drawn. A new file: SVG if FILE ends in .svg, for which "
       "Graphviz must be installed, else dot text. One question only."});
  command.examples =
      "ringfence explain --caller carol --callee bob\n"
      "ringfence explain --caller carol --callee bob --policy x-2023 --call platform=ios\n"
      "ringfence explain --caller carol --callee bob --graph why.svg\n"
      "ringfence explain --questions asked.tsv --brief\n"
      "ringfence explain --caller carol --callee bob --json | jq '.nearest[].changes'";
  command.exits =
      "0   the call is let through; all questions of a file were explained\n"
      "1   the call is refused";
  command.run = RunExplain;
  return command;
}

}  // namespace ringfence::cli
