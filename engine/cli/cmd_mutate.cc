// `ringfence mutate`: would a policy's cases notice a small mistake in it?
#include <ringfence/limits.h>
#include <ringfence/mutate.h>

#include <filesystem>
#include <set>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

namespace fs = std::filesystem;

/// --cases, else cases.json beside the policy's file.
Result<std::string> CasesOf(const Arguments& arguments) {
  if (arguments.Has("cases")) return std::string(arguments.Get("cases"));
  const std::string policy(arguments.At(0));
  if (policy.find('/') == std::string::npos && !policy.ends_with(".json")) {
    return Status(StatusCode::kInvalidArgument,
                  "the cases of a shipped rule set are not in the tool: name them with --cases "
                  "FILE, or give the path of the policy");
  }
  return (fs::path(policy).parent_path() / "cases.json").string();
}

std::string PlaceOf(const std::string& policy, const PolicyMutant& mutant) {
  return Cat({Printable(policy), ":", mutant.line == 0 ? "" : std::to_string(mutant.line) + ":",
              " ", Printable(mutant.what), "\n"});
}

void PrintReport(Context& context, const std::string& policy, const MutationReport& report) {
  Output& out = context.out();
  std::set<std::string_view> printed;
  for (const PolicyMutant& mutant : report.survivors) {
    out.Print(Cat({out.Styled(Style::kBad, "SURVIVES"), " ", PlaceOf(policy, mutant)}));
    if (printed.insert(mutant.kills).second) {
      out.Print(Cat({"  a case that kills it:\n", PrintableJson(mutant.kills), "\n"}));
    } else {
      out.Print("  a case above kills it too\n");
    }
  }
  for (const PolicyMutant& mutant : report.undecided) {
    out.Print(Cat({out.Styled(Style::kMiddling, "UNDECIDED"), " ", PlaceOf(policy, mutant)}));
  }
  std::string line = Cat({Printable(policy), ": ", Count(report.mutants, "mutant", "mutants"), ": ",
                          Thousands(report.killed), " killed, ", Thousands(report.equivalent),
                          " equivalent, ", Thousands(report.survivors.size()), " survive"});
  if (!report.undecided.empty()) {
    line += Cat({", ", Thousands(report.undecided.size()), " undecided"});
  }
  out.Print(line + "\n");
}

void PrintMutants(JsonOut* json, const std::vector<PolicyMutant>& mutants) {
  json->Array();
  for (const PolicyMutant& mutant : mutants) {
    json->Object().Key("line").Number(mutant.line).Key("column").Number(mutant.column);
    json->Key("what").Text(mutant.what).Key("case");
    mutant.kills.empty() ? json->Null() : json->Raw(mutant.kills);
    json->EndObject();
  }
  json->EndArray();
}

void PrintObject(Context& context, const std::string& policy, const MutationReport& report) {
  JsonOut json;
  json.Object().Key("policy").Text(policy).Key("mutants").Number(report.mutants);
  json.Key("killed").Number(report.killed).Key("equivalent").Number(report.equivalent);
  json.Key("survivors");
  PrintMutants(&json, report.survivors);
  json.Key("undecided");
  PrintMutants(&json, report.undecided);
  json.EndObject();
  context.out().Print(json.Line());
}

/// Cases that fail already would seem to kill every mutant.
int Failing(const std::string& file, const MutationReport& report) {
  const Status status(StatusCode::kConflict,
                      Cat({Count(report.failing.size(), "case fails", "cases fail"),
                           " with the policy itself, the first '", Printable(report.failing[0]),
                           "': run `ringfence test` first, and put them right"}));
  Fail(status, Printable(file));
  return kExitNegative;
}

int Run(Context& context, const Arguments& arguments) {
  const std::string name(arguments.At(0));
  auto file = CasesOf(arguments);
  if (!file.ok()) return Fail(file.status());
  auto policy = context.CompilePolicy(name);
  if (!policy.ok()) return Fail(policy.status());
  auto text = ReadFile(*file, kMaxJsonBytes);
  if (!text.ok()) return Fail(text.status());
  Progress progress("mutate", "mutants", context.out().quiet());
  auto report = MutatePolicy(*policy, *text, *file,
                             [&](size_t done, size_t all) { progress.Work(done, all); });
  progress.Clear();
  if (!report.ok()) return Fail(report.status());
  if (!report->failing.empty()) return Failing(*file, *report);
  context.json() ? PrintObject(context, name, *report) : PrintReport(context, name, *report);
  return report->survivors.empty() && report->undecided.empty() ? kExitGood : kExitNegative;
}

}  // namespace

Command MutateCommand() {
  Command command;
  command.name = "mutate";
  command.brief = "find small mistakes in a policy that its cases would not notice";
  command.synopsis = "FILE|NAME [--cases FILE]";
  command.description =
      "Changes the policy in every small way (a rule taken out, moved, leading elsewhere; a test "
      "of "
      "a condition negated or always true; && for ||, < for <=; a default; the combining "
      "algorithm) "
      "and runs the cases on each of these mutants. A mutant that fails a case is killed. One that "
      "decides like the policy whatever the facts are, also where some are unavailable, is "
      "equivalent: no case could fail. Every other survives: the policy could have that mistake "
      "and "
      "all its cases would pass. It is printed with a case that would fail, ready for the file but "
      "for its name; check first that what it expects is what you want.\n"
      "\n"
      "A mutant whose decision diagram is over the budget is undecided. The cases are those of "
      "--cases, else cases.json beside the policy's file; they must pass.";
  command.options = {{"cases", "FILE", "The cases; default: cases.json beside the policy."}};
  command.examples =
      "ringfence mutate rules/default/policy.json\n"
      "ringfence mutate ./next.json --cases tests/next.cases.json --json";
  command.exits =
      "0   no mutant survives\n"
      "1   one survives or is undecided, or a case fails with the policy itself";
  command.least = 1;
  command.most = 1;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
