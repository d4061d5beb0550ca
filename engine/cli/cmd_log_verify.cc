// `ringfence log verify`: whether a decision log is what was signed, all of it.
#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/log_input.h"
#include "cli/log_time.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

// A checkpoint with the cosignatures of every witness there is.
constexpr size_t kMaxNoteBytes = size_t{1} << 20;
constexpr uint64_t kMaxThreads = 256;
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
  auto threads = NumberOption(arguments, "threads", 1, kMaxThreads, 0);
  if (!threads.ok()) return threads.status();
  options.threads = static_cast<int>(*threads);
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

std::string Place(const LogFinding& finding) {
  std::string place = Printable(finding.month);
  if (finding.index) {
    place += Cat({place.empty() ? "" : " ", "entry ", std::to_string(*finding.index)});
  }
  return place.empty() ? place : place + ": ";
}

std::string FindingLine(const LogFinding& finding) {
  return Cat(
      {Printable(finding.check), ": ", Place(finding), PrintableLines(finding.detail), "\n"});
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

void WriteFindings(JsonOut& json, const std::vector<LogFinding>& findings) {
  json.Array();
  for (const LogFinding& finding : findings) {
    json.Object().Key("check").Text(finding.check).Key("month").TextOrNull(finding.month);
    json.Key("index");
    finding.index ? json.Number(*finding.index) : json.Null();
    json.Key("detail").Text(finding.detail).EndObject();
  }
  json.EndArray();
}

std::string Json(const LogVerification& seen) {
  JsonOut json;
  json.Object().Key("log").Text(seen.name).Key("holds").Bool(seen.findings.empty());
  json.Key("months").Number(seen.months).Key("entries").Number(seen.entries);
  json.Key("beyond").Number(seen.beyond).Key("checkpoints").Number(seen.checkpoints);
  json.Key("cosignatures").Number(seen.cosignatures).Key("decisions").Number(seen.decisions);
  json.Key("shadows").Number(seen.shadows);
  json.Key("gaps").Number(seen.gaps).Key("not_recorded").Number(seen.not_recorded);
  json.Key("boots").Number(seen.boots).Key("unclean_boots").Number(seen.unclean_boots);
  json.Key("clock_steps").Number(seen.clock_steps).Key("erasures").Number(seen.erasures);
  json.Key("accesses").Number(seen.accesses).Key("unknown_kinds").Number(seen.unknown_kinds);
  const bool any = seen.entries > 0;
  json.Key("first").TextOrNull(any ? TimeNsText(seen.first_time_ns) : "");
  json.Key("last").TextOrNull(any ? TimeNsText(seen.last_time_ns) : "");
  json.Key("findings");
  WriteFindings(json, seen.findings);
  json.Key("more_findings").Number(seen.more_findings).Key("notes");
  WriteFindings(json, seen.notes);
  json.EndObject();
  return json.Line();
}

void Print(Context& context, const LogVerification& seen) {
  Output& out = context.out();
  if (context.json()) return out.Print(Json(seen));
  out.Print(SummaryTable(seen));
  for (const LogFinding& note : seen.notes) out.Print(Cat({"note: ", FindingLine(note)}));
  for (const LogFinding& finding : seen.findings) {
    out.Print(Cat({out.Styled(Style::kBad, "wrong: "), FindingLine(finding)}));
  }
  if (seen.more_findings > 0) {
    out.Print(Cat({"... and ", Thousands(seen.more_findings), " more\n"}));
  }
  if (!seen.findings.empty()) {
    const uint64_t all = seen.findings.size() + seen.more_findings;
    out.Print(Cat({"this log does not hold: ", Count(all, "finding", "findings"), "\n"}));
  } else {
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
      {"threads", "N", "So many threads; as many as there are cores if not given."}};
  command.examples =
      "ringfence --log n7 log verify\n"
      "ringfence --log n7 --db world.db log verify --trusted mail/checkpoint-2026-11-02 --json";
  command.exits = "0   all of it holds\n1   something is wrong: the output says what and where";
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
