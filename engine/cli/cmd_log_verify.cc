// `ringfence log verify`: whether a decision log is what was signed, all of it.
#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/log_findings.h"
#include "cli/log_input.h"
#include "cli/log_time.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

// A checkpoint with the cosignatures of every witness there is.
constexpr size_t kMaxNoteBytes = size_t{1} << 20;
constexpr size_t kNameColumns = 14;

/// A checkpoint, or the one a .tlog-proof ends with: what somebody who was given a receipt holds.
std::string CheckpointIn(const std::string& text) {
  const size_t blank = text.find("\n\n");
  const bool proof = text.starts_with("c2sp.org/tlog-proof@v1\n") && blank != std::string::npos;
  return proof ? text.substr(blank + 2) : text;
}

Result<LogVerifyOptions> ReadOptions(const Context& context, const Arguments& arguments) {
  LogVerifyOptions options;
  options.keys = arguments.All("key");
  options.witnesses = arguments.All("witness");
  auto threads = ThreadsOption(arguments);
  if (!threads.ok()) return threads.status();
  options.threads = *threads;
  for (const std::string& file : arguments.All("trusted")) {
    auto note = ReadFile(file, kMaxNoteBytes);
    if (!note.ok()) return note.status();
    options.trusted.push_back(CheckpointIn(*note));
  }
  if (context.has_db()) {
    auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
    if (!store.ok()) return store.status();
    options.store = *std::move(store);
  }
  return options;
}

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
  table.Add("decisions", seen.decisions);
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
  auto options = ReadOptions(context, arguments);
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
  command.options = {
      {"key", "VKEY",
       "Trust this verifier key (NAME+ID+KEY, as in log.vkey) instead of the one in the log, one a "
       "month.",
       true},
      {"trusted", "FILE",
       "A checkpoint somebody kept, or a .tlog-proof with one: the log must be a continuation.",
       true},
      {"witness", "VKEY", "Count and check the cosignatures of this witness.", true},
      ThreadsOptionSpec()};
  command.examples =
      "ringfence --log n7 log verify\n"
      "ringfence --log n7 --db world.db log verify --trusted mail/checkpoint-2026-11-02 --json";
  command.exits = "0   all of it holds\n1   something is wrong: the output says what and where";
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
