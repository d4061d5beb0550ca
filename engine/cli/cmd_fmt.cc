// `ringfence fmt`: policies, cases files and catalog extensions in their one layout.
#include <ringfence/format.h>
#include <ringfence/limits.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/replace_file.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr std::string_view kStandardInput = "-";

enum class To : uint8_t { kFile, kStandardOutput, kNowhere };

Result<To> ReadTo(const Context& context, const Arguments& arguments) {
  const std::vector<std::string>& files = arguments.positional();
  const bool input = std::ranges::find(files, kStandardInput) != files.end();
  const bool output = arguments.Has("stdout") || (input && !arguments.Has("check"));
  std::string_view error;
  if (arguments.Has("stdout") && arguments.Has("check")) error = "--check prints no text: --stdout";
  if (output && files.size() > 1) error = "standard output takes one file";
  if (output && context.json()) error = "a text on standard output is no answer for --json";
  if (!error.empty()) return Status(StatusCode::kInvalidArgument, std::string(error));
  return output ? To::kStandardOutput : arguments.Has("check") ? To::kNowhere : To::kFile;
}

void Report(Context& context, const std::string& file, bool changed, To to) {
  if (context.json()) {
    JsonOut json;
    json.Object().Key("file").Text(file).Key("changed").Bool(changed);
    json.Key("written").Bool(changed && to == To::kFile).EndObject();
    context.out().Print(json.Line());
  } else if (changed && to == To::kNowhere) {
    context.out().Print(Cat({Printable(file), "\n"}));
  } else if (changed) {
    context.out().Say(Cat({Printable(file), ": formatted\n"}));
  }
}

int FormatOne(Context& context, const std::string& file, To to) {
  if (to == To::kFile && file != kStandardInput) {
    const Status regular = CheckRegular(file);  // before a pipe is waited for
    if (!regular.ok()) return Fail(regular);
  }
  auto text = ReadFile(file, kMaxJsonBytes);
  if (!text.ok()) return Fail(text.status());
  auto formatted =
      FormatFile(*text, file == kStandardInput ? "standard input" : file, context.catalog());
  if (!formatted.ok()) return Fail(formatted.status());
  if (to == To::kStandardOutput) {
    context.out().Data(*formatted);
    return kExitGood;
  }
  const bool changed = *formatted != *text;
  if (changed && to == To::kFile) {
    const Status written = ReplaceFile(file, *formatted);
    if (!written.ok()) return Fail(written);
  }
  Report(context, file, changed, to);
  return changed && to == To::kNowhere ? kExitNegative : kExitGood;
}

int Run(Context& context, const Arguments& arguments) {
  auto to = ReadTo(context, arguments);
  if (!to.ok()) return Fail(to.status());
  int worst = kExitGood;
  for (const std::string& file : arguments.positional()) {
    worst = std::max(worst, FormatOne(context, file, *to));
  }
  return worst;
}

constexpr std::string_view kDescription =
    "Lays out policies, cases files and catalog extensions in the one way all of ours are laid "
    "out, and writes each back where that changes it. Comments, keys and their order stay; "
    "decisions do too: what is written is read again first, and has the digest it had.\n"
    "\n"
    "Two blanks a level. An object or array whose author broke the line after its opening bracket "
    "stays broken, one thing a line; any other stands on one line if it ends within 120 columns. "
    "At most one empty line stays between two things, and no comma before a closing bracket.\n"
    "\n"
    "In conditions: single quotes, blanks around operators, no needless parentheses, facts on the "
    "left of a comparison, lists in the catalog's order. duration('15m') stays as it is, and so "
    "does a whole condition that has a comment in it.\n"
    "\n"
    "A file is replaced in one step, with its permissions; behind a symbolic link, the file it "
    "names. One that does not compile is left alone, with everything that is wrong with it "
    "printed. `-` is standard input, and its layout goes to standard output.\n"
    "\n"
    "With --json one object a file: file, changed, written.";

}  // namespace

Command FmtCommand() {
  Command command;
  command.name = "fmt";
  command.brief = "lay out policies and cases files";
  command.synopsis = "FILE... [--check]\nFILE|- --stdout";
  command.description = kDescription;
  command.options = {
      {"check", "", "Write nothing; print the names of the files that would change."},
      {"stdout", "", "Print the layout of one file, and leave the file as it is."}};
  command.examples =
      "ringfence fmt policy.json cases.json\n"
      "ringfence fmt --check rules/*/*.json\n"
      "ringfence fmt - < draft.json > policy.json";
  command.exits =
      "0   all files are laid out\n"
      "1   --check: a file would change";
  command.least = 1;
  command.most = kAnyNumber;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
