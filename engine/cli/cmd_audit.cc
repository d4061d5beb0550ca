// `ringfence audit`: what an auditor asks of a decision log, and what it answers.
#include <ringfence/audit.h>

#include "cli/audit_html.h"
#include "cli/audit_print.h"
#include "cli/command.h"
#include "cli/log_given.h"
#include "cli/log_input.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr uint64_t kMaxEntries = 100000;

Result<LogAuditOptions> OptionsFrom(const Context& context, const Arguments& arguments) {
  LogAuditOptions options;
  auto times = TimesFrom(arguments);
  if (!times.ok()) return times.status();
  options.from_ns = times->from_ns;
  options.to_ns = times->to_ns;
  auto entries = NumberOption(arguments, "entries", 0, kMaxEntries, options.max_entries);
  if (!entries.ok()) return entries.status();
  options.max_entries = *entries;
  auto verify = VerifyOptionsFrom(context, arguments);
  if (!verify.ok()) return verify.status();
  options.verify = *std::move(verify);
  auto secrets = SecretsFrom(context, arguments);
  if (!secrets.ok()) return secrets.status();
  options.secrets = *std::move(secrets);
  return options;
}

void Print(Context& context, const LogAudit& audit) {
  Output& out = context.out();
  if (!audit.verification.findings.empty()) {
    out.Warn("this log does not hold: what follows believes what it reads");
  }
  out.Print(context.json() ? AuditJson(audit) : AuditText(out, audit));
}

int Run(Context& context, const Arguments& arguments) {
  if (Status status = ChooseLog(context, arguments); !status.ok()) return Fail(status);
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  auto options = OptionsFrom(context, arguments);
  if (!options.ok()) return Fail(options.status());
  auto page = PageFile(arguments);
  if (!page.ok()) return Fail(page.status());
  Progress progress("audit", "entries", context.out().quiet());
  options->verify.progress = [&](uint64_t done, uint64_t total) { progress.Work(done, total); };
  auto audit = Audit(*reader, *options);
  progress.Clear();
  if (!audit.ok()) return Fail(audit.status());
  if (page->has_value()) {
    if (Status status = (*page)->Write(AuditHtml(*audit)); !status.ok()) return Fail(status);
  }
  Print(context, *audit);
  if (page->has_value() && !context.json()) {
    context.out().Say(Cat({Printable(arguments.Get("html")), ": the report as a page\n"}));
  }
  return audit->holds() ? kExitGood : kExitNegative;
}

}  // namespace

Command AuditCommand() {
  Command command;
  command.name = "audit";
  command.brief = "what an auditor asks of a log, and what it answers";
  command.synopsis =
      "[LOG] [--key VKEY ...] [--trusted FILE ...] [--witness VKEY ...] [--facts FILE] "
      "[--from TIME] [--to TIME] [--entries N] [--threads N] [--html FILE]";
  command.description =
      "Verifies the log, decides every decision again, reads what the log says of itself, and "
      "answers eight questions: is anything missing, was anything changed, under which policies "
      "was it decided, does every decision follow from its facts, who read what is sealed, is the "
      "clock right, were erasures done, was the log down. Each answer is one of holds, fails, and "
      "cannot be told, with what was checked, the evidence, and what it does not prove.\n"
      "\n"
      "Whether a log was written anew as a whole can only be told by what is not in its folder: a "
      "verifier key, a checkpoint somebody kept, a witness's key, the database. Whether decisions "
      "follow from their facts needs keys to these: --facts FILE (--keys FILE means the same "
      "here), which `ringfence log keys` exports, or the database together with the log's key "
      "file. Without, these answers cannot be told, and the exit code is 1.\n"
      "\n"
      "A log that does not hold is audited as far as it can be read; where something was changed, "
      "no other answer holds. --from and --to choose what is replayed and listed; verified is "
      "always all of it.\n"
      "\n"
      "With --json one object: log, holds, from, to, anchors, sections (id, question, outcome, "
      "checked, reasons, findings, evidence, not_proved), verification (as `log verify --json`), "
      "months, entries by kind (count, first), outages, counts, unread, policy_changes (what each "
      "change of the policy in force gained and lost, in sets of situations as `ringfence diff` "
      "lists them), and replay (as `replay "
      "--json`), or null and replay_error.";
  command.options = VerifyOptionSpecs();
  command.options.push_back(FactsOptionSpec());
  command.options.push_back(
      {"from", "TIME",
       "Replay and list what is of that time and later. A TIME is like 2026-11-29T12:00:00Z, a "
       "date (its midnight, UTC), or counted back from now: -90s, -15m, -24h, -30d."});
  command.options.push_back({"to", "TIME", "Replay and list what is earlier than that."});
  command.options.push_back(
      {"entries", "N", "List the first N entries of each kind, 20 if not given."});
  command.options.push_back({"html", "FILE",
                             "Write the report there as well, as one HTML file that needs nothing "
                             "beside it. No file is overwritten."});
  command.examples =
      "ringfence audit n7 --key \"$(cat kept/n7-2026-11.vkey)\" --facts case-17.keys\n"
      "ringfence --db world.db --log n7 audit\n"
      "ringfence audit n7 --trusted mail/checkpoint-2026-11-02 --from -30d --json";
  command.exits =
      "0   every answer is that it holds\n"
      "1   something fails or cannot be told";
  command.most = 1;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
