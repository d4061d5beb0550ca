// `ringfence lint`: what is wrong with policies, and what they probably do not mean.
#include <ringfence/lint.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/sarif.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

enum class Format : uint8_t { kText, kJson, kSarif };

Result<Format> ReadFormat(const Context& context, const Arguments& arguments) {
  const std::string_view name = arguments.Get("format");
  const Format given = context.json() ? Format::kJson : Format::kText;
  if (name.empty() && !arguments.Has("format")) return given;
  if (name == "json") return Format::kJson;
  if (context.json()) return Status(StatusCode::kInvalidArgument, "--json is --format json");
  if (name == "text") return Format::kText;
  if (name == "sarif") return Format::kSarif;
  return Status(StatusCode::kInvalidArgument, "--format is text, json or sarif");
}

int ExitOf(const LintReport& report) {
  if (report.errors > 0) return kExitUsage;
  return report.warnings > 0 ? kExitNegative : kExitGood;
}

void PrintJson(Context& context, const std::string& name, const LintReport& report) {
  JsonOut json;
  json.Object().Key("policy").Text(name).Key("warnings").TextOrNull(report.text);
  json.Key("findings").Array();
  for (const LintFinding& finding : report.findings) {
    json.Object().Key("rule").Text(finding.rule);
    json.Key("line").Number(finding.line).Key("column").Number(finding.column);
    json.Key("message").Text(finding.message);
    json.Key("expected").TextOrNull(finding.expected).Key("hint").TextOrNull(finding.hint);
    json.EndObject();
  }
  json.EndArray().EndObject();
  context.out().Print(json.Line());
}

int LintOne(Context& context, const std::string& name, Format format) {
  auto text = ReadPolicyText(name);
  if (!text.ok()) return Fail(text.status());
  const LintReport report = LintPolicy(text->text, text->file_name, context.catalog());
  if (report.errors > 0) return Fail(Status(StatusCode::kParse, report.text));
  if (format == Format::kJson) {
    PrintJson(context, name, report);
  } else {
    context.out().Print(PrintableLines(report.text));
    if (report.findings.empty()) context.out().Say(Cat({Printable(name), ": no warnings\n"}));
  }
  return ExitOf(report);
}

/// One log of all; what cannot be read is said on standard error too.
int LintAll(Context& context, const std::vector<std::string>& names) {
  std::vector<LintedFile> files;
  int worst = kExitGood;
  for (const std::string& name : names) {
    LintedFile& file = files.emplace_back();
    auto text = ReadPolicyText(name);
    if (!text.ok()) {
      file.unread = text.status().message();
      worst = std::max(worst, Fail(text.status()));
      continue;
    }
    file.path = text->file_name;
    file.report = LintPolicy(text->text, text->file_name, context.catalog());
    file.text = std::move(text->text);
    worst = std::max(worst, ExitOf(file.report));
  }
  context.out().Print(SarifLog(files, RINGFENCE_VERSION));
  return worst;
}

int Run(Context& context, const Arguments& arguments) {
  auto format = ReadFormat(context, arguments);
  if (!format.ok()) return Fail(format.status());
  if (*format == Format::kSarif) return LintAll(context, arguments.positional());
  int worst = kExitGood;
  for (const std::string& name : arguments.positional()) {
    worst = std::max(worst, LintOne(context, name, *format));
  }
  return worst;
}

}  // namespace

Command LintCommand() {
  Command command;
  command.name = "lint";
  command.brief = "warn of what a policy probably does not mean";
  command.synopsis = "FILE|NAME... [--format text|json|sarif]";
  command.description =
      "Compiles each policy and prints warnings: a decision that rings when no rule matched or "
      "facts could not be read, conditions that are always true or false, outcomes no rule uses, "
      "defaults that change nothing, ids that differ only in case. A policy that does not compile "
      "is an error, as with `compile`.\n"
      "\n"
      "With --format sarif all of it, errors too, is one SARIF 2.1.0 log with one run, which code "
      "hosts show at the lines it is about: rules with an id, a level and help, results with file, "
      "line and columns in UTF-16 code units. Give files as paths relative to the repository.\n"
      "\n"
      "With --json (or --format json) one object a policy: policy, warnings (the text, or null), "
      "findings [{rule, line, column, message, expected, hint}].";
  command.options = {{"format", "text|json|sarif", "How to print what was found. Default: text."}};
  command.examples =
      "ringfence lint default ./rules.json\n"
      "ringfence lint policies/*.json --format sarif > policies.sarif";
  command.exits =
      "0   no warnings\n"
      "1   warnings";
  command.least = 1;
  command.most = kAnyNumber;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
