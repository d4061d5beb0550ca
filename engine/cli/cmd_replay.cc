// `ringfence replay`: does a decision log follow from its facts and policies, and what would
// another policy have done?
#include <optional>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/log_findings.h"
#include "cli/log_given.h"
#include "cli/log_input.h"
#include "cli/new_file.h"
#include "cli/progress.h"
#include "cli/replay_gates.h"
#include "cli/replay_html.h"
#include "cli/replay_json.h"
#include "cli/replay_record.h"
#include "cli/replay_text.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr uint64_t kMaxExamples = 1000;
constexpr size_t kExamplesInText = 5;

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

Result<ReplayMode> ModeFrom(const Context& context, const Arguments& arguments) {
  if (!arguments.Has("shadow")) {
    return arguments.Has("policy") ? ReplayMode::kWhatIf : ReplayMode::kReproduce;
  }
  if (context.policy().empty()) return ReplayMode::kShadow;
  return Invalid(
      "--shadow and --policy exclude each other: shadow evaluations were made under the "
      "policy they are recorded with");
}

Result<ReplayAttempts> AttemptsFrom(const Arguments& arguments, ReplayMode mode) {
  const std::string_view text = arguments.Get("attempts");
  if (!arguments.Has("attempts") || text == "recorded") return ReplayAttempts::kRecorded;
  if (text != "simulated") {
    return Invalid(Cat({"--attempts is recorded or simulated, not '", Printable(text), "'"}));
  }
  if (mode == ReplayMode::kWhatIf) return ReplayAttempts::kSimulated;
  return Invalid(
      "--attempts simulated needs --policy: recorded decisions follow from the attempts that were "
      "recorded");
}

Result<ReplayOptions> OptionsFrom(const Context& context, const Arguments& arguments,
                                  ReplayMode mode, const LogReader& reader) {
  ReplayOptions options;
  options.mode = mode;
  auto times = TimesFrom(arguments);
  if (!times.ok()) return times.status();
  options.from_ns = times->from_ns;
  options.to_ns = times->to_ns;
  auto attempts = AttemptsFrom(arguments, mode);
  if (!attempts.ok()) return attempts.status();
  options.attempts = *attempts;
  auto threads = ThreadsOption(arguments);
  if (!threads.ok()) return threads.status();
  options.threads = *threads;
  auto examples =
      NumberOption(arguments, "examples", 0, kMaxExamples, ReplayOptions().max_examples);
  if (!examples.ok()) return examples.status();
  options.max_examples = *examples;
  options.proofs = !arguments.Has("no-proofs");
  auto month = MonthOption(arguments, reader);
  if (!month.ok()) return month.status();
  options.month = *month;
  if (mode == ReplayMode::kWhatIf) {
    auto policy = context.CompilePolicy(context.policy());
    if (!policy.ok()) return policy.status();
    options.policy = *std::move(policy);
  }
  options.secrets.catalog = context.catalog();
  if (mode == ReplayMode::kShadow) {
    if (!arguments.Has("facts") && !arguments.Has("keys")) return options;
    return Invalid("--shadow opens no facts: it takes neither --facts nor --keys");
  }
  auto secrets = SecretsFrom(context, arguments);
  if (!secrets.ok()) return secrets.status();
  options.secrets = *std::move(secrets);
  return options;
}

/// Nothing of a log that does not hold is replayed.
int SayUnverified(Context& context, const LogVerification& seen) {
  if (context.json()) {
    JsonOut json;
    json.Object().Key("log").Text(seen.name).Key("verified").Bool(false);
    json.Key("replayed").Bool(false).Key("verification");
    WriteVerification(json, seen);
    json.EndObject();
    context.out().Print(json.Line());
  } else {
    PrintFindings(context.out(), seen);
    context.out().Print("nothing was replayed\n");
  }
  return kExitNegative;
}

/// An exit code where the command ends here.
std::optional<int> Verify(Context& context, const LogReader& reader, int threads) {
  LogVerifyOptions options;
  options.threads = threads;
  if (context.has_db()) {
    auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
    if (!store.ok()) return Fail(store.status());
    options.store = *std::move(store);
  }
  Progress progress("verify", "entries", context.out().quiet());
  options.progress = [&](uint64_t done, uint64_t total) { progress.Work(done, total); };
  auto seen = reader.Verify(options);
  progress.Clear();
  if (!seen.ok()) return Fail(seen.status());
  if (!seen->findings.empty()) return SayUnverified(context, *seen);
  return std::nullopt;
}

/// Whoever opens facts leaves a trace, which is `log keys`: what the database's seeds open is
/// counted, and not shown.
void HideFacts(const LogSecrets& secrets, ReplayReport* report) {
  if (!secrets.facts_keys.empty()) return;
  for (ReplayExample& example : report->examples) example.facts.clear();
}

int ExitOf(const ReplayReport& report, const std::vector<GateResult>& gates) {
  const bool divergent = report.mode == ReplayMode::kReproduce && report.changed > 0;
  return divergent || !AllHold(gates) ? kExitNegative : kExitGood;
}

void Print(Context& context, const Arguments& arguments, const ReplayOptions& options,
           const ReplayReport& report, bool verified, const std::vector<GateResult>& gates) {
  Output& out = context.out();
  if (context.json()) return out.Print(ReplayJson(report, verified, gates));
  ReplayTextOptions how;
  how.has_keys = options.secrets.store.has_value() || !options.secrets.facts_keys.empty();
  how.examples = arguments.Has("examples") ? options.max_examples : kExamplesInText;
  out.Print(ReplayText(out, report, how));
  if (!gates.empty()) out.Print("\n" + GatesText(out, gates));
  if (arguments.Has("html")) {
    out.Say(Cat({Printable(arguments.Get("html")), ": the report as a page\n"}));
  }
}

/// After the report was printed: gives `code` where it could be recorded.
int Record(Context& context, const LogReader& reader, const ReplayReport& report, bool verified,
           const std::vector<GateResult>& gates, int code) {
  auto recorded = RecordReport(context, reader, report, verified, gates);
  if (!recorded.ok()) return Fail(recorded.status(), "recording the report");
  const std::string text = RecordedText(*recorded);
  if (context.json()) {
    context.out().Note(text);
  } else {
    context.out().Print(Cat({text, "\n"}));
  }
  return code;
}

int Run(Context& context, const Arguments& arguments) {
  if (Status status = ChooseLog(context, arguments); !status.ok()) return Fail(status);
  auto mode = ModeFrom(context, arguments);
  if (!mode.ok()) return Fail(mode.status());
  auto gates = GatesFrom(arguments, *mode);
  if (!gates.ok()) return Fail(gates.status());
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  auto options = OptionsFrom(context, arguments, *mode, *reader);
  if (!options.ok()) return Fail(options.status());
  auto page = PageFile(arguments);
  if (!page.ok()) return Fail(page.status());
  const bool verify = !arguments.Has("no-verify");
  if (verify) {
    if (const auto code = Verify(context, *reader, options->threads)) return *code;
  }
  Progress progress("replay", "entries", context.out().quiet());
  options->progress = [&](uint64_t done, uint64_t total) { progress.Work(done, total); };
  auto report = Replay(*reader, *options);
  progress.Clear();
  if (!report.ok()) return Fail(report.status());
  HideFacts(options->secrets, &*report);
  if (*page) {
    if (Status status = (*page)->Write(ReplayHtml(*report)); !status.ok()) return Fail(status);
  }
  const std::vector<GateResult> held = CheckGates(*gates, *report);
  Print(context, arguments, *options, *report, verify, held);
  const int code = ExitOf(*report, held);
  return arguments.Has("record") ? Record(context, *reader, *report, verify, held, code) : code;
}

std::string Description() {
  return Cat(
      {"Decides every decision of a log again. Without --policy under the policy that is recorded "
       "with each: the same answer, by the same rule, from the same facts must come out. With "
       "--policy under that policy: what it would have changed. With --shadow nothing is decided: "
       "shadow evaluations are compared with the decisions they stand beside. The log is verified "
       "first (`ringfence log verify` can also be given keys and checkpoints that somebody kept); "
       "of one that does not hold nothing is replayed.\n"
       "\n"
       "Every entry ends in exactly one place: reproduced, changed, indeterminate (it depends on a "
       "fact that was not collected), not replayable (erased, a policy is missing, a gap, ...), or "
       "sealed (there is no key to its facts). The share of the first two is the coverage, and "
       "comes first: what was not covered is unknown, not unchanged. Gained are calls that were "
       "refused and would be let through, lost the reverse.\n"
       "\n"
       "Counters of earlier attempts to call are facts like others: what was not collected could "
       "have any value. With --attempts simulated they are worked out from the log's own earlier "
       "decisions there. That is an estimate, and the output says for how many decisions attempts "
       "may be missing (burn-in: the log or a day's pseudonyms had just begun, decisions were "
       "lost).\n"
       "\n"
       "Facts are opened by --facts FILE, which `ringfence log keys` makes, and logs that it did; "
       "--keys FILE means the same here. With the database and the log's key file instead they are "
       "counted, and not shown. With neither everything is sealed: the output says that nothing "
       "could be decided, and --min-coverage fails.\n"
       "\n"
       "With --json one object: ",
       ReplayJsonMembers(), "."});
}

}  // namespace

Command ReplayCommand() {
  static const std::string description = Description();
  Command command;
  command.name = "replay";
  command.brief = "does the log follow from its facts; what would another policy do?";
  command.synopsis =
      "[LOG] [--facts FILE] [--no-verify] [--from TIME] [--to TIME] [--month YYYY-MM] "
      "[--threads N] [--min-coverage PERCENT] [--html FILE] [--record]\n"
      "[LOG] --policy FILE|NAME [--attempts recorded|simulated] [--max-gained N] [--max-lost N] "
      "[--min-coverage PERCENT] [--examples N] [--no-proofs] [--facts FILE] ...\n"
      "[LOG] --shadow [--max-gained N] [--max-lost N] [--min-coverage PERCENT] ...";
  command.description = description;
  command.options = {
      FactsOptionSpec(),
      {"shadow", "", "Compare shadow evaluations with their decisions; needs no keys."},
      {"no-verify", "", "Do not verify the log first: it has been."},
      {"from", "TIME",
       "Decisions of that time and later. A TIME is like 2026-11-29T12:00:00Z, a date (its "
       "midnight, UTC), or counted back from now: -90s, -15m, -24h, -30d."},
      {"to", "TIME", "Decisions earlier than that."},
      {"month", "YYYY-MM", "Decisions of that month's tree."},
      ThreadsOptionSpec()};
  for (const OptionSpec& option : GateOptions()) command.options.push_back(option);
  command.options.push_back(
      {"attempts", "recorded|simulated",
       "With --policy: earlier attempts to call as they are recorded, or, where they are not, as "
       "the log's earlier decisions have them."});
  command.options.push_back(
      {"record", "",
       "Keep the report in the log: the JSON object, without facts, in a REPLAY entry. Needs the "
       "log's key file, and the database where another process has the log open, or ever had it."});
  command.options.push_back({"examples", "N",
                             "At most so many changed decisions, 60 if not given, of which the "
                             "text shows five."});
  command.options.push_back({"html", "FILE",
                             "Write the report there as well, as one HTML file that needs nothing "
                             "beside it. No file is overwritten."});
  command.options.push_back({"no-proofs", "", "Examples without their .tlog-proof."});
  command.examples =
      "ringfence replay n7 --facts case-17.keys\n"
      "ringfence --db world.db replay n7 --policy ./proposed.json\n"
      "ringfence replay n7 --facts ci.keys --policy ./proposed.json --max-gained 0 --max-lost 5 "
      "--min-coverage 99.9\n"
      "ringfence replay n7 --facts ci.keys --policy ios-focus --attempts simulated\n"
      "ringfence --log n7 replay --shadow --from -7d --json";
  command.exits =
      "0   nothing diverges, and every gate holds; the coverage says of how much\n"
      "1   a decision diverges from its record, or a gate or the log does not hold";
  command.most = 1;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
