// `ringfence cases`: the smallest set of cases that reaches all of a policy.
#include <ringfence/cases.h>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

/// How a cases file beside the policy's would name it.
std::string PathInFile(const Arguments& arguments) {
  if (arguments.Has("policy-path")) return std::string(arguments.Get("policy-path"));
  const std::string_view name = arguments.At(0);
  return std::string(name.substr(name.rfind('/') + 1));
}

std::string SizeText(const GeneratedCases& made) {
  const std::string count = Count(made.cases, "case", "cases");
  if (made.cases == made.at_least) return count + ", the fewest that reach all";
  return Cat({count, ", at most ", std::to_string(made.cases - made.at_least),
              " more than the fewest that reach all"});
}

int Run(Context& context, const Arguments& arguments) {
  auto policy = context.CompilePolicy(arguments.At(0));
  if (!policy.ok()) return Fail(policy.status());
  auto made = GenerateCases(*policy, PathInFile(arguments));
  if (!made.ok()) return Fail(made.status());
  Output& out = context.out();
  if (context.json()) {
    JsonOut json;
    json.Object().Key("policy").Text(policy->name()).Key("cases").Number(made->cases);
    json.Key("at_least").Number(made->at_least).Key("unreachable").Array();
    for (const std::string& what : made->unreachable) json.Text(what);
    json.EndArray().Key("file").Raw(made->text).EndObject();
    out.Print(json.Line());
    return kExitGood;
  }
  out.Print(PrintableJson(made->text));
  out.Note(Cat({Printable(policy->name()), ": ", SizeText(*made)}));
  for (const std::string& what : made->unreachable) out.Note(Printable(what));
  return kExitGood;
}

}  // namespace

Command CasesCommand() {
  Command command;
  command.name = "cases";
  command.brief = "write the smallest set of cases that reaches all of a policy";
  command.synopsis = "FILE|NAME [--policy-path PATH]";
  command.description =
      "Prints a cases file with few cases, the fewest or near it, in which every rule decides once "
      "and every test of a condition is true once and false once: what `test --require-coverage` "
      "asks for. They expect what the policy decides now, so read them: as a start for cases of "
      "your own, or to see that a change leaves decisions as they were. `mutate` then says which "
      "mistakes they would not notice.\n"
      "\n"
      "How many there are, and what no case can reach because no situation does, goes to standard "
      "error (not with --quiet).";
  command.options = {{"policy-path", "PATH",
                      "The path under \"policy\", relative to where the file will be; default: "
                      "beside it."}};
  command.examples =
      "ringfence cases rules.json > rules.cases.json\n"
      "ringfence cases x-2024 --policy-path ../rules/x-2024/policy.json";
  command.exits = "0   the cases are printed";
  command.least = 1;
  command.most = 1;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
