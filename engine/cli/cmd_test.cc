// `ringfence test`: cases files against their policies, with coverage.
#include <ringfence/cases.h>
#include <ringfence/limits.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/junit.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

namespace fs = std::filesystem;

bool IsCasesFile(const std::string& name) {
  return name == "cases.json" || name.ends_with(".cases.json");
}

/// Cases files below a directory, in the order of their names; a file is taken whatever its name.
Result<std::vector<std::string>> FindCases(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code about;
    if (entry->is_regular_file(about) && IsCasesFile(entry->path().filename().string())) {
      files.push_back(entry->path().string());
    }
  }
  if (error) return Status(StatusCode::kIo, Cat({Printable(path), ": ", error.message()}));
  if (files.empty()) {
    return Status(StatusCode::kNotFound,
                  Cat({Printable(path), ": no cases.json or *.cases.json below it"}));
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The policy of --policy, else the one the file names, relative to the file.
Result<Policy> PolicyOf(const Context& context, std::string_view text, const std::string& file) {
  if (!context.policy().empty()) return context.CompilePolicy(context.policy());
  auto named = CasesPolicyPath(text, file);
  if (!named.ok()) return named.status();
  const fs::path path = fs::path(file).parent_path() / *named;
  auto policy = ReadFile(path.string(), kMaxJsonBytes);
  if (!policy.ok()) return policy.status();
  return Policy::Compile(*policy, path.string(), context.catalog());
}

Result<CasesReport> RunFile(const Context& context, const std::string& file) {
  auto text = ReadFile(file, kMaxJsonBytes);
  if (!text.ok()) return text.status();
  auto policy = PolicyOf(context, *text, file);
  if (!policy.ok()) return policy.status();
  return RunCases(*text, file, *policy);
}

/// What of the policy the cases reached.
struct CoverageCounts {
  explicit CoverageCounts(const Coverage& coverage) {
    for (const auto& rule : coverage.rules) decided += rule.decided > 0 ? 1 : 0;
    for (const auto& condition : coverage.conditions) {
      sides += (condition.seen_true > 0 ? 1 : 0) + (condition.seen_false > 0 ? 1 : 0);
    }
    rules = coverage.rules.size();
    all_sides = 2 * coverage.conditions.size();
  }
  size_t decided = 0, rules = 0, sides = 0, all_sides = 0;
};

std::string CoverageText(const Coverage& coverage) {
  const CoverageCounts counts(coverage);
  std::string text =
      Cat({"  coverage: ", std::to_string(counts.decided), " of ",
           Count(counts.rules, "rule", "rules"), " decided, ", std::to_string(counts.sides), " of ",
           std::to_string(counts.all_sides), " sides of conditions seen\n"});
  for (const auto& rule : coverage.rules) {
    if (rule.decided > 0) continue;
    text += Cat({"    never decided: ", Printable(rule.decision), ".", Printable(rule.rule), "\n"});
  }
  for (const auto& condition : coverage.conditions) {
    const std::string place = Cat({Printable(condition.decision), ".", Printable(condition.rule),
                                   ": ", Printable(condition.text), "\n"});
    if (condition.seen_true == 0) text += Cat({"    never true: ", place});
    if (condition.seen_false == 0) text += Cat({"    never false: ", place});
  }
  return text;
}

void PrintReport(Context& context, const CasesReport& report) {
  Output& out = context.out();
  for (const CaseFailure& failure : report.failures) {
    out.Print(Cat({out.Styled(Style::kBad, "FAILED"), " ", Printable(failure.name),
                   failure.ref.empty() ? "" : Cat({" (", Printable(failure.ref), ")"}), "\n"}));
    for (const std::string& difference : failure.differences) {
      out.Print(Cat({"  ", Printable(difference), "\n"}));
    }
    out.Print(Indent(PrintableLines(failure.explanation), 2));
  }
  const size_t failed = report.failures.size();
  out.Print(Cat({Printable(report.file), ": ", Printable(report.policy_name), ": ",
                 std::to_string(report.cases.size() - failed), " passed, ", std::to_string(failed),
                 " failed\n"}));
  out.Say(CoverageText(report.coverage));
}

void PrintObject(Context& context, const CasesReport& report) {
  const CoverageCounts counts(report.coverage);
  JsonOut json;
  json.Object().Key("file").Text(report.file).Key("policy").Text(report.policy_name);
  json.Key("cases").Number(report.cases.size()).Key("failures").Array();
  for (const CaseFailure& failure : report.failures) {
    json.Object().Key("name").Text(failure.name).Key("ref").TextOrNull(failure.ref);
    json.Key("differences").Array();
    for (const std::string& difference : failure.differences) json.Text(difference);
    json.EndArray().Key("explanation").Text(failure.explanation).EndObject();
  }
  json.EndArray().Key("coverage").Object().Key("complete").Bool(report.coverage.Complete());
  json.Key("rules_decided").Number(counts.decided).Key("rules").Number(counts.rules);
  json.Key("sides_seen").Number(counts.sides).Key("sides").Number(counts.all_sides);
  json.Key("missing").Array();
  for (const auto& rule : report.coverage.rules) {
    if (rule.decided > 0) continue;
    json.Object().Key("decision").Text(rule.decision).Key("rule").Text(rule.rule);
    json.Key("condition").Null().Key("never").Text("decided").EndObject();
  }
  for (const auto& condition : report.coverage.conditions) {
    for (const bool side : {true, false}) {
      if ((side ? condition.seen_true : condition.seen_false) > 0) continue;
      json.Object().Key("decision").Text(condition.decision).Key("rule").Text(condition.rule);
      json.Key("condition").Text(condition.text).Key("never").Text(side ? "true" : "false");
      json.EndObject();
    }
  }
  json.EndArray().EndObject().EndObject();
  context.out().Print(json.Line());
}

Status WriteFile(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  bool good = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  int error = errno;
  if (file != nullptr && std::fclose(file) != 0) {
    good = false;
    error = errno;
  }
  if (good) return Status();
  return Status(StatusCode::kIo, Cat({Printable(path), ": ", std::strerror(error)}));
}

int Run(Context& context, const Arguments& arguments) {
  std::vector<std::string> files;
  for (const std::string& path : arguments.positional()) {
    auto found = FindCases(path);
    if (!found.ok()) return Fail(found.status());
    files.insert(files.end(), found->begin(), found->end());
  }
  int worst = kExitGood;
  std::deque<CasesReport> reports;  // suites point into it
  std::vector<JunitSuite> suites;
  for (const std::string& file : files) {
    auto report = RunFile(context, file);
    if (!report.ok()) {
      const bool named = report.status().message().starts_with(Printable(file));
      worst = std::max(worst, Fail(report.status(), named ? "" : Printable(file)));
      suites.push_back(JunitSuite{file, nullptr, report.status().message()});
      continue;
    }
    context.json() ? PrintObject(context, *report) : PrintReport(context, *report);
    const bool covered = report->coverage.Complete() || !arguments.Has("require-coverage");
    if (!report->failures.empty() || !covered) worst = std::max(worst, kExitNegative);
    reports.push_back(*std::move(report));
    suites.push_back(JunitSuite{file, &reports.back(), ""});
  }
  if (arguments.Has("junit")) {
    Status written = WriteFile(std::string(arguments.Get("junit")), JunitXml(suites));
    if (!written.ok()) return Fail(written);
  }
  return worst;
}

}  // namespace

Command TestCommand() {
  Command command;
  command.name = "test";
  command.brief = "run cases against their policies";
  command.synopsis = "PATH... [--policy FILE|NAME] [--junit FILE] [--require-coverage]";
  command.description =
      "Runs cases files (schema/cases.schema.json). A directory stands for every cases.json and "
      "*.cases.json below it. Each file names its policy, relative to itself; --policy replaces "
      "it. No database is used.\n"
      "\n"
      "A failed case is printed with what differs and the explanation of the decision. Then "
      "follows the coverage: which rules never decided, and which conditions were never true or "
      "never false (not with --quiet).";
  command.options = {{"junit", "FILE", "Also write a JUnit XML report."},
                     {"require-coverage", "",
                      "Fail unless every rule decided and every condition was seen both ways."}};
  command.examples =
      "ringfence test rules/\n"
      "ringfence test my.cases.json --policy ./next.json --junit report.xml";
  command.exits =
      "0   all cases passed\n"
      "1   a case failed, or the coverage is not complete and was required";
  command.least = 1;
  command.most = kAnyNumber;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
