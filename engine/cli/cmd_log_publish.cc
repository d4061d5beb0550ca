// `ringfence log prove|tiles|add-cosignature`: what others get of a log, and what witnesses give.
#include <algorithm>
#include <optional>

#include "cli/command.h"
#include "cli/contact_input.h"
#include "cli/json_out.h"
#include "cli/log_input.h"
#include "cli/log_text.h"
#include "cli/new_file.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr mode_t kForAll = 0644;
constexpr size_t kMaxSignatureBytes = 65536;
constexpr std::string_view kSignatureStart = "\u2014 ";  // of a signature line of a signed note

/// The month of --month, else the newest.
Result<LogReader::Month> ChosenMonth(const Arguments& arguments, const LogReader& reader) {
  auto name = MonthOption(arguments, reader);
  if (!name.ok()) return name.status();
  auto months = reader.ListMonths();
  if (!months.ok()) return months.status();
  if (months->empty()) return Status(StatusCode::kNotFound, "the log has no month yet");
  const auto found =
      std::find_if(months->begin(), months->end(),
                   [&](const LogReader::Month& month) { return month.month == *name; });
  return found == months->end() ? months->back() : *found;
}

/// Writes to a new file, if an option names one. Both files of `prove` are made before either is
/// written.
Result<std::optional<NewFile>> FileOption(const Arguments& arguments, std::string_view option) {
  if (!arguments.Has(option)) return std::optional<NewFile>();
  auto file = NewFile::Create(std::string(arguments.Get(option)), kForAll);
  if (!file.ok()) return file.status();
  return std::optional<NewFile>(*std::move(file));
}

/// Which entry is meant: by its index, or by the receipt the caller's side was given.
struct Meant {
  std::string month;
  std::string origin;
  uint64_t index = 0;
};

constexpr size_t kReceiptDigits = 32;

Result<Meant> FindReceipt(Context& context, const LogReader& reader, const LogFilter& filter) {
  std::optional<Meant> found;
  Progress progress("looking for the receipt", "entries", context.out().quiet());
  Status read = reader.Each(
      filter, {},
      [&](const LogEntry& entry) {
        found = Meant{entry.month, OriginOf(reader.name(), entry), entry.index};
        return false;
      },
      [&](uint64_t done, uint64_t total) { progress.Work(done, total); });
  progress.Clear();
  if (!read.ok()) return read;
  if (found) return *found;
  return Status(StatusCode::kNotFound,
                Cat({"no decision under a checkpoint has the receipt ", filter.request_id}));
}

Result<Meant> FindMeant(Context& context, const Arguments& arguments, const LogReader& reader) {
  const std::string_view text = arguments.At(0);
  if (text.size() == kReceiptDigits) {
    LogFilter filter;
    filter.request_id = text;
    filter.month = arguments.Get("month");
    return FindReceipt(context, reader, filter);
  }
  auto index = ParseNumber(text, "INDEX", 0, UINT64_MAX);
  if (!index.ok()) return index.status();
  auto month = ChosenMonth(arguments, reader);
  if (!month.ok()) return month.status();
  return Meant{month->month, month->origin, *index};
}

int RunProve(Context& context, const Arguments& arguments) {
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  auto meant = FindMeant(context, arguments, *reader);
  if (!meant.ok()) return Fail(meant.status());
  auto proof = reader->Prove(meant->month, meant->index);
  if (!proof.ok()) return Fail(proof.status());
  auto entry = reader->EntryBytes(meant->month, meant->index);
  if (!entry.ok()) return Fail(entry.status());
  auto proof_file = FileOption(arguments, "output");
  if (!proof_file.ok()) return Fail(proof_file.status());
  auto entry_file = FileOption(arguments, "entry");
  if (!entry_file.ok()) return Fail(entry_file.status());
  if (*entry_file) {
    if (Status status = (*entry_file)->Write(*entry); !status.ok()) return Fail(status);
  }
  if (*proof_file) {
    if (Status status = (*proof_file)->Write(*proof); !status.ok()) return Fail(status);
  }
  if (context.json()) {
    JsonOut json;
    json.Object().Key("origin").Text(meant->origin).Key("index").Number(meant->index);
    json.Key("proof").Text(*proof).Key("entry");
    json.Text(ToHex({reinterpret_cast<const uint8_t*>(entry->data()), entry->size()}));
    json.EndObject();
    context.out().Print(json.Line());
  } else if (!*proof_file) {
    context.out().Data(*proof);
  } else {
    context.out().Say(Cat({"proof that entry ", std::to_string(meant->index), " stands in ",
                           Printable(meant->origin), " as it was signed\n"}));
  }
  return kExitGood;
}

int RunTiles(Context& context, const Arguments& arguments) {
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  auto month = ChosenMonth(arguments, *reader);
  if (!month.ok()) return Fail(month.status());
  const std::string folder(arguments.At(0));
  Progress progress("tiles", "entries", context.out().quiet());
  Status status = reader->WriteTiles(
      month->month, folder, [&](uint64_t done, uint64_t total) { progress.Work(done, total); });
  progress.Clear();
  if (!status.ok()) return Fail(status);
  if (context.json()) {
    JsonOut json;
    json.Object().Key("origin").Text(month->origin).Key("entries").Number(month->entries);
    json.Key("folder").Text(folder).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Say(Cat({Printable(folder), ": ", Count(month->entries, "entry", "entries"),
                           " of ", Printable(month->origin), "\n"}));
  }
  return kExitGood;
}

/// The one signature line of a text: what a witness answers, or a whole note it has signed.
Result<std::string> SignatureLine(std::string_view text) {
  std::string line;
  size_t count = 0;
  for (std::string_view one : Split(text, '\n')) {
    if (!one.starts_with(kSignatureStart)) continue;
    line = one;
    ++count;
  }
  if (count == 1) return line + "\n";
  return Status(StatusCode::kParse,
                Cat({"expected one line that starts with an em dash and a blank, as witnesses "
                     "answer; there ",
                     count == 0 ? "is none" : Cat({"are ", std::to_string(count)})}));
}

int RunAddCosignature(Context& context, const Arguments& arguments) {
  if (!arguments.Has("witness")) {
    return Fail(Status(StatusCode::kInvalidArgument,
                       "--witness VKEY is missing: the verifier key of who signed"));
  }
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  auto month = ChosenMonth(arguments, *reader);
  if (!month.ok()) return Fail(month.status());
  const std::string file(arguments.At(0).empty() ? "-" : arguments.At(0));
  auto text = ReadFile(file, kMaxSignatureBytes);
  if (!text.ok()) return Fail(text.status());
  auto line = SignatureLine(*text);
  if (!line.ok()) return Fail(line.status());
  Status status =
      reader->AddCosignature(*line, std::string(arguments.Get("witness")), month->month);
  if (!status.ok()) return Fail(status);
  if (context.json()) {
    JsonOut json;
    json.Object().Key("origin").Text(month->origin).Key("added").Bool(true).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Say(Cat({Printable(month->origin), ": a cosignature was added\n"}));
  }
  return kExitGood;
}

Command LogProveCommand() {
  Command command;
  command.name = "log prove";
  command.brief = "the proof that an entry stands in the log";
  command.synopsis = "INDEX|RECEIPT [--month YYYY-MM] [--output FILE] [--entry FILE]";
  command.description =
      "Prints a c2sp.org/tlog-proof of one entry, named by its index or by the receipt that the "
      "caller's side was given, under the newest checkpoint of its month, which "
      "others verify without the log: with log.vkey of the month and the 182 bytes of the entry, "
      "which --entry writes. With --json both, the entry in hexadecimal digits. No file is "
      "overwritten.";
  command.options = {{"month", "YYYY-MM",
                      "The month of the index, the newest if not given; a receipt is looked for in "
                      "all."},
                     {"output", "FILE", "Write the proof there instead of printing it."},
                     {"entry", "FILE", "Write the bytes the proof is about there."}};
  command.examples =
      "ringfence --log n7 log prove 4711 --output 4711.tlog-proof --entry 4711.entry\n"
      "ringfence --log n7 log prove 8ef1957f8f1c4a64febb9b084fcb0c6a";
  command.exits = "0   the proof was given";
  command.least = 1;
  command.most = 1;
  command.run = RunProve;
  return command;
}

Command TilesCommand() {
  Command command;
  command.name = "log tiles";
  command.brief = "a month under the paths of C2SP tlog-tiles";
  command.synopsis = "FOLDER [--month YYYY-MM]";
  command.description =
      "Writes checkpoint, tiles and entry bundles into a folder that is new or empty, under the "
      "paths that clients of tile-based transparency logs ask for: put it behind any web server, "
      "or let them read it. It is the state of the newest checkpoint, whatever is written "
      "meanwhile.";
  command.options = {{"month", "YYYY-MM", "That month; the newest if not given."}};
  command.examples = "ringfence --log n7 log tiles /srv/www/n7-2026-11 --month 2026-11";
  command.exits = "0   everything was written";
  command.least = 1;
  command.most = 1;
  command.run = RunTiles;
  return command;
}

Command AddCosignatureCommand() {
  Command command;
  command.name = "log add-cosignature";
  command.brief = "keep what a witness has signed";
  command.synopsis = "[FILE|-] --witness VKEY [--month YYYY-MM]";
  command.description =
      "Reads the signature line (cosignature/v1) that a witness answered for one of the log's "
      "checkpoints, from a file or from standard input, verifies it with the witness's key and "
      "adds it to that checkpoint. A line that signs no checkpoint of this log is refused. Once a "
      "witness run by others has signed, not even the holder of the log's keys can change what "
      "lies below without being found out.";
  command.options = {{"witness", "VKEY", "The witness's verifier key, NAME+ID+KEY."},
                     {"month", "YYYY-MM", "The month signed; the newest if not given."}};
  command.examples =
      "ringfence --log n7 log add-cosignature answer.txt --witness \"$(cat witness.vkey)\"";
  command.exits = "0   the cosignature is right, and is kept";
  command.most = 1;
  command.run = RunAddCosignature;
  return command;
}

}  // namespace

std::vector<Command> LogPublishCommands() {
  return {LogProveCommand(), TilesCommand(), AddCosignatureCommand()};
}

}  // namespace ringfence::cli
