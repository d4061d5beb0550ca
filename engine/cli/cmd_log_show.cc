// `ringfence log show` and `log export`: entries for people, and for programs.
#include "cli/command.h"
#include "cli/log_input.h"
#include "cli/log_text.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr std::string_view kSelection =
    "[--from TIME] [--to TIME] [--month YYYY-MM] [--index N] [--kind KIND] [--effect EFFECT] "
    "[--rule RULE] [--shadow only|none] [--receipt ID] "
    "[--caller USER] [--callee USER] [--limit N|--tail N] [--facts FILE]";

/// Prints what is selected, each by `print`.
int PrintSelected(Context& context, const Arguments& arguments, const LogReader& reader,
                  const std::function<void(const LogEntry&)>& print) {
  auto selection = SelectionFrom(context, arguments, reader);
  if (!selection.ok()) return Fail(selection.status());
  Output& out = context.out();
  auto given = EachSelected(reader, *selection, out.quiet(), [&](const LogEntry& entry) {
    print(entry);
    return !out.failed();
  });
  return Fail(given.status());
}

/// The report of a replay, byte for byte as it was kept.
int ShowReport(Context& context, const Arguments& arguments, const LogReader& reader) {
  if (!arguments.Has("index")) {
    return Fail(Status(StatusCode::kInvalidArgument,
                       "--report is missing --index N: that of the REPLAY entry"));
  }
  auto selection = SelectionFrom(context, arguments, reader);
  if (!selection.ok()) return Fail(selection.status());
  auto report = reader.Report(selection->filter.month, *selection->index);
  if (!report.ok()) return Fail(report.status());
  context.out().Data(*report);
  return kExitGood;
}

int RunShow(Context& context, const Arguments& arguments) {
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  if (arguments.Has("report")) return ShowReport(context, arguments, *reader);
  Output& out = context.out();
  const bool page = arguments.Has("index");
  std::string month;
  return PrintSelected(context, arguments, *reader, [&](const LogEntry& entry) {
    if (context.json()) return out.Print(EntryJson(reader->name(), entry));
    if (page) return out.Print(EntryPage(reader->name(), entry));
    if (month != entry.month) {
      month = entry.month;
      out.Print(out.Styled(Style::kBold, Printable(OriginOf(reader->name(), entry))) + "\n");
    }
    out.Print(EntryLine(out, entry));
  });
}

int RunExport(Context& context, const Arguments& arguments) {
  const std::string_view format = arguments.Get("format");
  if (format != "ndjson" && format != "csv") {
    return Fail(Status(StatusCode::kInvalidArgument,
                       arguments.Has("format")
                           ? Cat({"--format '", Printable(format), "': expected ndjson or csv"})
                           : "--format ndjson or --format csv is missing"));
  }
  if (format == "csv" && context.json()) {
    return Fail(Status(StatusCode::kInvalidArgument, "--json and --format csv exclude each other"));
  }
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  Output& out = context.out();
  bool header_due = format == "csv";
  const int code = PrintSelected(context, arguments, *reader, [&](const LogEntry& entry) {
    if (format == "ndjson") return out.Print(EntryJson(reader->name(), entry));
    if (header_due) out.Print(EntryCsvHeader());
    header_due = false;
    out.Data(EntryCsv(reader->name(), entry));
  });
  if (code == kExitGood && header_due) out.Print(EntryCsvHeader());
  return code;
}

Command ShowCommand() {
  static const std::string synopsis = Cat({kSelection, "\n--index N --report [--month YYYY-MM]"});
  Command command;
  command.name = "log show";
  command.brief = "what was decided, entry by entry";
  command.synopsis = synopsis;
  command.description =
      "Prints the entries under a checkpoint, one a line: index, time, for a decision effect, rule "
      "and request id (the receipt), for other entries their kind and fields. Each month begins "
      "with its origin and counts from 0. With --index all fields of one entry; with --json one "
      "object a line.\n"
      "\n"
      "Callers and callees are pseudonyms that change every day and every 30 days; --caller and "
      "--callee find a user's. The facts of a decision are sealed: `ringfence log keys` exports "
      "the keys to them, and logs that it did; --facts shows them below the entry.";
  command.options = SelectionOptions();
  command.options.push_back(
      {"report", "",
       "The report of the replay that entry --index keeps (`ringfence replay --record`)."});
  command.examples =
      "ringfence --log n7 log show --tail 20\n"
      "ringfence --log n7 log show --from -24h --effect refuse --rule blocked\n"
      "ringfence --log n7 --db world.db log show --callee bob --from 2026-11-01\n"
      "ringfence --log n7 log show --receipt 8ef1957f8f1c4a64febb9b084fcb0c6a\n"
      "ringfence --log n7 log show --index 4711 --facts case-17.keys\n"
      "ringfence --log n7 log show --index 4720 --report";
  command.exits = "0   everything that was asked for was printed, which may be nothing";
  command.run = RunShow;
  return command;
}

Command ExportCommandOfLog() {
  static const std::string synopsis = Cat({"--format ndjson|csv ", kSelection});
  Command command;
  command.name = "log export";
  command.brief = "entries as JSON lines or CSV, for other tools";
  command.synopsis = synopsis;
  command.description =
      "Prints one entry a line with all its fields: origin, index, kind, time (RFC 3339, "
      "nanoseconds), writer, boot, seq, flags; of a decision policy (the index of its POLICY "
      "entry), policy_digest, effect, outcome, rule, path, basis, revision, request_id, caller, "
      "callee; of other entries their fields; and leaf_hash, by which the line can be compared "
      "with the log. With --facts the facts that the keys open.\n"
      "\n"
      "A line is a rendering: what is signed are the bytes that `ringfence log prove` gives. In "
      "CSV an apostrophe stands before a cell that a spreadsheet would take for a formula.";
  command.options = SelectionOptions();
  command.options.insert(command.options.begin(),
                         {"format", "ndjson|csv", "JSON lines, or RFC 4180 with a header."});
  command.examples =
      "ringfence --log n7 log export --format ndjson --from -1d > yesterday.ndjson\n"
      "ringfence --log n7 log export --format csv --month 2026-11 --kind decision > november.csv";
  command.exits = "0   everything that was asked for was printed";
  command.run = RunExport;
  return command;
}

}  // namespace

std::vector<Command> LogShowCommands() { return {ShowCommand(), ExportCommandOfLog()}; }

}  // namespace ringfence::cli
