// The manual pages: what --help prints, laid out from the commands' specifications.
#include <algorithm>

#include "cli/command.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kIndent = 4;
constexpr size_t kOptionIndent = 8;
constexpr size_t kNameColumn = 22;

std::string Section(std::string_view title, std::string_view body) {
  return body.empty() ? std::string() : Cat({title, "\n", body, "\n"});
}

std::string OptionLines(const std::vector<OptionSpec>& options) {
  std::string out;
  for (const OptionSpec& option : options) {
    const std::string_view shorthand = option.name == "help"    ? "-h, "
                                       : option.name == "quiet" ? "-q, "
                                                                : "";
    out += Cat({std::string(kIndent, ' '), shorthand, "--", option.name,
                option.value.empty() ? "" : " ", option.value, option.many ? " ..." : "", "\n"});
    out += Wrap(option.help, kOptionIndent, kColumns);
  }
  return out;
}

/// One form of a synopsis; a line is broken between arguments, not inside brackets or between an
/// option and its value.
std::string SynopsisForm(std::string_view lead, std::string_view form) {
  std::vector<std::string> arguments;
  int depth = 0;
  bool value_follows = false;
  for (std::string_view word : Split(form, ' ')) {
    if (word.empty()) continue;
    const bool joins = depth > 0 || (value_follows && word[0] != '-' && word[0] != '[');
    joins ? arguments.back() += Cat({" ", word}) : arguments.emplace_back(word);
    depth += static_cast<int>(std::count(word.begin(), word.end(), '[') -
                              std::count(word.begin(), word.end(), ']'));
    value_follows = word.starts_with("--");
  }
  const std::string margin(kIndent, ' ');
  std::string out;
  std::string line = margin + std::string(lead);
  for (const std::string& argument : arguments) {
    if (line.size() + 1 + argument.size() > kColumns) {
      out += line + "\n";
      line = margin + margin;
    } else {
      line += ' ';
    }
    line += argument;
  }
  return out + line + "\n";
}

std::string CommandLines(std::string_view group) {
  std::string out;
  for (const Command& command : Commands()) {
    const std::string start = Cat({group, " "});
    if (!group.empty() && !command.name.starts_with(start)) continue;
    out += Cat({std::string(kIndent, ' '), Pad(command.name, kNameColumn), command.brief, "\n"});
  }
  return out;
}

constexpr std::string_view kSharedExits =
    "2   the command line or the input is at fault\n"
    "3   the environment is: a file, a lock, a disk";

}  // namespace

const std::vector<std::string>& CommandGroups() {
  static const std::vector<std::string> groups = {"user",     "list",  "group",  "attempt",
                                                  "grant",    "knock", "policy", "catalog",
                                                  "contacts", "log",   "who"};
  return groups;
}

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = [] {
    std::vector<Command> all = {InitCommand(), ImportCommand(), ExportCommand()};
    for (const auto& several : {UserCommands(), QuietCommands(), RelationCommands(), ListCommands(),
                                GroupCommands(), AttemptCommands(), GrantCommands(),
                                KnockCommands(), PolicyCommands(), CatalogCommands()}) {
      all.insert(all.end(), several.begin(), several.end());
    }
    all.push_back(ContactSyncCommand());
    for (const auto& several :
         {ContactIdentityCommands(), ContactProtocolCommands(), ContactKeyCommands()}) {
      all.insert(all.end(), several.begin(), several.end());
    }
    all.push_back(LogInitCommand());
    all.push_back(LogVerifyCommand());
    for (const auto& several : {LogShowCommands(), std::vector<Command>{LogStatsCommand()},
                                LogPublishCommands(), LogKeyCommands()}) {
      all.insert(all.end(), several.begin(), several.end());
    }
    const auto add = [&](std::initializer_list<Command> more) { all.insert(all.end(), more); };
    add({ReplayCommand(), AuditCommand(), AtCommand(), RulesCommand(), CheckCommand(),
         ExplainCommand()});
    for (Command& one : WhoCommands()) all.push_back(std::move(one));
    add({CompileCommand(), LintCommand(), FmtCommand(), ProveCommand(), DiffCommand(),
         GraphCommand(), CasesCommand(), MutateCommand(), TestCommand(), DoctorCommand(),
         MigrateCommand()});
    return all;
  }();
  return commands;
}

std::string HelpPage(const Command& command) {
  const std::string lead = Cat({"ringfence ", command.name});
  std::string synopsis;
  for (std::string_view form : Split(command.synopsis, '\n')) {
    synopsis += SynopsisForm(lead, form);
  }
  return Section("NAME", Wrap(Cat({lead, " - ", command.brief}), kIndent, kColumns)) +
         Section("SYNOPSIS", synopsis) +
         Section("DESCRIPTION", Wrap(command.description, kIndent, kColumns)) +
         Section("OPTIONS", OptionLines(command.options)) +
         Section("OPTIONS OF EVERY COMMAND (before or after its name)",
                 OptionLines(GlobalOptions())) +
         Section("EXAMPLES", Indent(command.examples, kIndent)) + "EXIT STATUS\n" +
         Indent(command.exits, kIndent) + Indent(kSharedExits, kIndent);
}

std::string GroupPage(std::string_view group) {
  return Section("SYNOPSIS", Cat({std::string(kIndent, ' '), "ringfence ", group,
                                  " COMMAND [ARGUMENT...] [OPTION...]\n"})) +
         Section("COMMANDS", CommandLines(group)) + "`ringfence " + std::string(group) +
         " COMMAND --help` prints a command's page.\n";
}

std::string Overview() {
  return Section("NAME", "    ringfence - may caller A ring callee B, now, and how?\n") +
         Section("SYNOPSIS", "    ringfence [OPTION...] COMMAND [ARGUMENT...] [OPTION...]\n") +
         Section("DESCRIPTION",
                 Wrap("Ringfence keeps users' settings and relations in one database, decides by "
                      "a policy who may ring whom, and says why. This tool is for the people who "
                      "own the rules; servers ask the same questions through the library, on the "
                      "same database.",
                      kIndent, kColumns)) +
         Section("COMMANDS", CommandLines("")) +
         Section("OPTIONS OF EVERY COMMAND (before or after its name)",
                 OptionLines(GlobalOptions())) +
         Section("EXAMPLES", Indent("ringfence --db world.db init\n"
                                    "ringfence --db world.db relate bob follows alice\n"
                                    "ringfence --db world.db check --caller alice --callee bob\n"
                                    "ringfence --db world.db explain --caller carol --callee bob",
                                    kIndent)) +
         "EXIT STATUS\n" +
         Indent("0   let through, passed, equal, done\n1   refused, failed, different", kIndent) +
         Indent(kSharedExits, kIndent) + "\n`ringfence COMMAND --help` prints a command's page.\n";
}

}  // namespace ringfence::cli
