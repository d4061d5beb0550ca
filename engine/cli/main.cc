// The program `ringfence`: finds the command, parses its options, runs it, gives the exit code.
#include <ringfence/catalog.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

int UsageError(std::string_view message, std::string_view help) {
  Output::Error(message);
  Output::Diagnostics(Cat({"Try `", help, " --help`."}));
  return kExitUsage;
}

int PrintPage(const std::string& page) {
  Output out(ColorMode::kNever, false);
  out.Print(page);
  return out.Flush() ? kExitGood : kExitEnvironment;
}

std::string Version() {
  const Catalog& catalog = Catalog::Standard();
  return Cat({"ringfence ", RINGFENCE_VERSION, " (catalog ", std::to_string(catalog.version()),
              ", ", catalog.digest_hex().substr(0, 8), ")\n"});
}

bool IsGroup(const std::string& word) {
  for (const std::string& group : CommandGroups()) {
    if (group == word) return true;
  }
  return false;
}

const Command* FindCommand(const std::string& name) {
  for (const Command& command : Commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

int UnknownCommand(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : Commands()) names.emplace_back(command.name);
  std::string message = Cat({"unknown command '", Printable(name), "'"});
  if (auto nearest = Nearest(name, names)) message += Cat({"; did you mean ", *nearest, "?"});
  return UsageError(message, "ringfence");
}

/// The command line names no command: only --help and --version make sense.
int RunWithoutCommand(const SplitLine& line) {
  auto arguments = ParseArguments(line.rest, {});
  if (!arguments.ok()) return UsageError(arguments.status().message(), "ringfence");
  if (arguments->Has("version")) return PrintPage(Version());
  const bool group = !line.words.empty();
  if (arguments->Has("help")) return PrintPage(group ? GroupPage(line.words[0]) : Overview());
  return UsageError(group ? Cat({"which `", line.words[0], "` command?"}) : "a command is missing",
                    group ? Cat({"ringfence ", line.words[0]}) : "ringfence");
}

std::optional<ColorMode> ParseColor(std::string_view text) {
  if (text.empty() || text == "auto") return ColorMode::kAuto;
  if (text == "always") return ColorMode::kAlways;
  if (text == "never") return ColorMode::kNever;
  return std::nullopt;
}

int RunCommand(const Command& command, const std::vector<std::string>& rest) {
  const std::string help = Cat({"ringfence ", command.name});
  auto arguments = ParseArguments(rest, command.options);
  if (!arguments.ok()) return UsageError(arguments.status().message(), help);
  if (arguments->Has("help")) return PrintPage(HelpPage(command));
  if (arguments->Has("version")) return PrintPage(Version());
  Status count = arguments->ExpectPositional(command.least, command.most);
  if (!count.ok()) return UsageError(count.message(), help);
  const auto color = ParseColor(arguments->Get("color"));
  if (!color) return UsageError("--color is auto, always or never", help);

  Context context(*arguments, *color);
  if (Status loaded = context.LoadCatalog(); !loaded.ok()) return Fail(loaded);
  const int code = command.run(context, *arguments);
  if (!context.out().Flush()) {
    Output::Error("standard output cannot be written");
    return kExitEnvironment;
  }
  return code;
}

int Run(const std::vector<std::string>& line) {
  SplitLine split = SplitAtCommand(line, CommandGroups());
  if (split.words.empty() || (split.words.size() == 1 && IsGroup(split.words[0]))) {
    return RunWithoutCommand(split);
  }
  std::string name = split.words[0];
  if (split.words.size() > 1) name += " " + split.words[1];
  const Command* command = FindCommand(name);
  return command == nullptr ? UnknownCommand(name) : RunCommand(*command, split.rest);
}

}  // namespace
}  // namespace ringfence::cli

int main(int argc, char** argv) {
  try {
    return ringfence::cli::Run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    // The library throws nothing; what is left is memory that ran out.
    std::fprintf(stderr, "ringfence: %s\n", error.what());
    return ringfence::cli::kExitEnvironment;
  }
}
