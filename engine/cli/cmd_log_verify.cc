// `ringfence log verify`: whether a decision log is what was signed, all of it.
#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/log_findings.h"
#include "cli/log_given.h"
#include "cli/log_time.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kNameColumns = 14;

class Table {
 public:
  void Add(std::string_view name, std::string_view value) {
    text_ += Cat({Pad(name, kNameColumns), value, "\n"});
  }
  void Add(std::string_view name, uint64_t number, std::string_view remark = {}) {
    Add(name, Cat({Thousands(number), remark.empty() ? "" : "  ", remark}));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string SummaryTable(const LogVerification& seen) {
  Table table;
  table.Add("log", Printable(seen.name));
  table.Add("months", seen.months);
  table.Add("entries", seen.entries,
            seen.beyond == 0 ? std::string()
                             : Cat({"and ", Thousands(seen.beyond),
                                    " after the newest checkpoint, which nothing signs yet"}));
  table.Add("checkpoints", seen.checkpoints);
  table.Add("cosignatures", seen.cosignatures);
  table.Add("decisions", seen.decisions,
            seen.shadows == 0
                ? std::string()
                : Cat({"and ", Count(seen.shadows, "shadow evaluation", "shadow evaluations")}));
  table.Add("gaps", seen.gaps,
            seen.gaps == 0
                ? std::string()
                : Cat({Count(seen.not_recorded, "decision", "decisions"), " not recorded"}));
  table.Add("boots", seen.boots,
            seen.unclean_boots == 0
                ? std::string()
                : Cat({Thousands(seen.unclean_boots), " after a writer that was not closed"}));
  table.Add("clock steps", seen.clock_steps);
  table.Add("erasures", seen.erasures);
  table.Add("key exports", seen.accesses);
  if (seen.unknown_kinds > 0) table.Add("unknown kinds", seen.unknown_kinds);
  if (seen.entries > 0) {
    table.Add("first", TimeNsText(seen.first_time_ns));
    table.Add("last", TimeNsText(seen.last_time_ns));
  }
  return table.text();
}

void Print(Context& context, const LogVerification& seen) {
  Output& out = context.out();
  if (context.json()) {
    JsonOut json;
    WriteVerification(json, seen);
    return out.Print(json.Line());
  }
  out.Print(SummaryTable(seen));
  PrintFindings(out, seen);
  if (seen.findings.empty()) {
    out.Print(Cat({out.Styled(Style::kGood, "all of it holds"), "\n"}));
  }
}

int Run(Context& context, const Arguments& arguments) {
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  auto options = VerifyOptionsFrom(context, arguments);
  if (!options.ok()) return Fail(options.status());
  Progress progress("verify", "entries", context.out().quiet());
  options->progress = [&](uint64_t done, uint64_t total) { progress.Work(done, total); };
  auto seen = reader->Verify(*options);
  progress.Clear();
  if (!seen.ok()) return Fail(seen.status());
  Print(context, *seen);
  return seen->findings.empty() ? kExitGood : kExitNegative;
}

}  // namespace

Command LogVerifyCommand() {
  Command command;
  command.name = "log verify";
  command.brief = "is the log what was signed, all of it?";
  command.synopsis =
      "[--key VKEY ...] [--trusted FILE ...] [--witness VKEY ...] [--threads N] [--db FILE]";
  command.description =
      "Hashes everything again and compares entries with leaf hashes, leaf hashes with tiles, "
      "roots with every checkpoint ever signed, months with each other, policies with their "
      "texts, and counts: a decision that is missing without a GAP entry that says so is found. "
      "Writes nothing, needs no key file, and may run while the log is written: what came after "
      "the newest checkpoint is counted apart.\n"
      "\n"
      "The log's own keys say that nobody without the key file changed it. Whoever has that file "
      "can rewrite everything that is younger than the newest checkpoint somebody else holds: "
      "give checkpoints away (LOG/MONTH/checkpoint is a text of three lines and signatures), and "
      "name them with --trusted. With a database, its copy of the newest checkpoint must be "
      "contained as well.";
  command.options = VerifyOptionSpecs();
  command.examples =
      "ringfence --log n7 log verify\n"
      "ringfence --log n7 --db world.db log verify --trusted mail/checkpoint-2026-11-02 --json";
  command.exits = "0   all of it holds\n1   something is wrong: the output says what and where";
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
