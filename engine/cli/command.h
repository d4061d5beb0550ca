// A command: its words, its manual page, its code. One file per command gives one of these (user
// and policy give several).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/context.h"

namespace ringfence::cli {

struct Command {
  std::string_view name;      ///< "check", "user set"
  std::string_view brief;     ///< for the list of commands: one line, no full stop
  std::string_view synopsis;  ///< what follows the name; one form a line
  std::string_view description;
  std::vector<OptionSpec> options;
  std::string_view examples;
  std::string_view exits;  ///< what 0 and 1 mean here, one a line; 2 and 3 are added
  size_t least = 0;        ///< positional arguments
  size_t most = 0;
  int (*run)(Context& context, const Arguments& arguments) = nullptr;
};

inline constexpr size_t kAnyNumber = static_cast<size_t>(-1);

/// Every command, in the order of the overview.
const std::vector<Command>& Commands();
/// First words of commands with two: "user", "grant", "policy", "log".
const std::vector<std::string>& CommandGroups();

/// The page of `--help`, of one command or of the whole tool.
std::string HelpPage(const Command& command);
std::string Overview();
/// The commands of a group: "user".
std::string GroupPage(std::string_view group);

// One function per file, in the order of the overview.
Command InitCommand();
Command ImportCommand();
Command ExportCommand();
std::vector<Command> UserCommands();
std::vector<Command> RelationCommands();
std::vector<Command> QuietCommands();
std::vector<Command> ListCommands();
std::vector<Command> GroupCommands();
std::vector<Command> AttemptCommands();
std::vector<Command> GrantCommands();
std::vector<Command> KnockCommands();
std::vector<Command> PolicyCommands();
std::vector<Command> CatalogCommands();
Command ContactSyncCommand();
std::vector<Command> ContactIdentityCommands();
std::vector<Command> ContactProtocolCommands();
std::vector<Command> ContactKeyCommands();
Command LogInitCommand();
Command LogVerifyCommand();
std::vector<Command> LogShowCommands();
Command LogStatsCommand();
std::vector<Command> LogPublishCommands();
std::vector<Command> LogKeyCommands();
Command ReplayCommand();
Command AuditCommand();
Command AtCommand();
Command RulesCommand();
Command CheckCommand();
Command ExplainCommand();
std::vector<Command> WhoCommands();
Command CompileCommand();
Command GraphCommand();
Command DiffCommand();
Command LintCommand();
Command ProveCommand();
Command FmtCommand();
Command TestCommand();
Command CasesCommand();
Command MutateCommand();
Command DoctorCommand();
Command MigrateCommand();

}  // namespace ringfence::cli
