// `ringfence lint`: warnings about policies that compile.
#include <algorithm>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

int LintOne(Context& context, const std::string& name) {
  auto text = ReadPolicyText(name);
  if (!text.ok()) return Fail(text.status());
  auto warnings = Policy::Lint(text->text, text->file_name, context.catalog());
  if (!warnings.ok()) return Fail(warnings.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("policy").Text(name).Key("warnings").TextOrNull(*warnings).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Print(PrintableLines(*warnings));
    if (warnings->empty()) context.out().Say(Cat({Printable(name), ": no warnings\n"}));
  }
  return warnings->empty() ? kExitGood : kExitNegative;
}

int Run(Context& context, const Arguments& arguments) {
  int worst = kExitGood;
  for (const std::string& name : arguments.positional()) {
    worst = std::max(worst, LintOne(context, name));
  }
  return worst;
}

}  // namespace

Command LintCommand() {
  Command command;
  command.name = "lint";
  command.brief = "warn of what a policy probably does not mean";
  command.synopsis = "FILE|NAME...";
  command.description =
      "Compiles each policy and prints warnings: a decision that rings when no rule matched or "
      "facts could not be read, conditions that are always true or false, outcomes no rule uses, "
      "defaults that change nothing, ids that differ only in case. A policy that does not compile "
      "is an error, as with `compile`.";
  command.examples = "ringfence lint default ./rules.json";
  command.exits =
      "0   no warnings\n"
      "1   warnings";
  command.least = 1;
  command.most = kAnyNumber;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
