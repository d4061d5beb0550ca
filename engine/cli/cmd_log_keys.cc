// `ringfence log keys|prune`: keys for who replays decisions, and the end of keys and months.
#include <algorithm>
#include <filesystem>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/log_input.h"
#include "cli/log_time.h"
#include "cli/new_file.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr mode_t kForOwner = 0600;

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

/// kInvalidArgument where the file would lie inside the folder: who copies the log would get it.
Status CheckOutside(const std::string& file, const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path inner = fs::weakly_canonical(fs::absolute(file, ignored), ignored);
  fs::path outer = fs::weakly_canonical(fs::absolute(folder, ignored), ignored);
  if (!outer.has_filename()) outer = outer.parent_path();  // it was named with a slash behind it
  const auto [end, unused] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  if (end != outer.end()) return Status();
  return Invalid("--output must lie outside the log: who copies the log must not get the keys");
}

Result<FactsKeyExport> ReadWhat(const Arguments& arguments) {
  for (std::string_view option : {"from", "output"}) {
    if (!arguments.Has(option)) return Invalid(Cat({"--", option, " is missing"}));
  }
  FactsKeyExport what;
  const uint64_t now_ns = NowNs();
  auto from = ParseTime(arguments.Get("from"), "from", now_ns);
  if (!from.ok()) return from.status();
  what.from_ns = *from;
  what.to_ns = now_ns;
  if (arguments.Has("to")) {
    auto to = ParseTime(arguments.Get("to"), "to", now_ns);
    if (!to.ok()) return to.status();
    what.to_ns = *to;
  }
  if (what.from_ns >= what.to_ns) return Invalid("--from must be earlier than --to");
  return what;
}

void SayExported(Context& context, const std::string& file, const FactsKeyExported& exported,
                 bool logged) {
  if (context.json()) {
    JsonOut json;
    json.Object().Key("file").Text(file).Key("keys").Number(exported.keys);
    json.Key("first_epoch").Number(exported.first_epoch);
    json.Key("last_epoch").Number(exported.last_epoch);
    json.Key("case_id").Text(exported.case_id).Key("logged").Bool(logged).EndObject();
    context.out().Print(json.Line());
    return;
  }
  const std::string epochs = exported.first_epoch == exported.last_epoch
                                 ? Cat({"epoch ", std::to_string(exported.first_epoch)})
                                 : Cat({"epochs ", std::to_string(exported.first_epoch), " to ",
                                        std::to_string(exported.last_epoch)});
  context.out().Print(Cat({Printable(file), ": ", Count(exported.keys, "facts key", "facts keys"),
                           " of ", epochs, "\n"}));
  context.out().Print(
      Cat({"case ", exported.case_id, ": ", "the KEYCOMMIT and ACCESS entries ",
           logged ? "are in the log\n"
                  : "wait in the database for the process that has the log open\n"}));
}

int RunKeys(Context& context, const Arguments& arguments) {
  auto log = context.LogPath();
  if (!log.ok()) return Fail(log.status());
  auto what = ReadWhat(arguments);
  if (!what.ok()) return Fail(what.status());
  const std::string file(arguments.Get("output"));
  if (Status status = CheckOutside(file, *log); !status.ok()) return Fail(status);
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  // Before anything is logged: an export that cannot be kept is none.
  auto output = NewFile::Create(file, kForOwner);
  if (!output.ok()) return Fail(output.status());
  Progress progress("keys", "entries", context.out().quiet());
  auto exported =
      ExportFactsKeys(*log, context.LogKeysPath(), *store, *what,
                      [&](uint64_t done, uint64_t total) { progress.Work(done, total); });
  progress.Clear();
  if (!exported.ok()) return Fail(exported.status());
  auto logged = context.LogWhatWaits(*store);
  if (!logged.ok()) return Fail(logged.status(), "the decision log");
  if (Status status = output->Write(exported->contents); !status.ok()) return Fail(status);
  SayExported(context, file, *exported, *logged);
  return kExitGood;
}

/// PruneLog knows one time, now. What is kept longer than the retention is what would be pruned at
/// an earlier one.
Result<uint64_t> PruneTime(const Arguments& arguments, const LogReader& reader) {
  const uint64_t now_ns = NowNs();
  const uint64_t retention = reader.retention_days();
  auto days = NumberOption(arguments, "keep-days", 1, 36500, retention);
  if (!days.ok()) return days.status();
  if (*days < retention) {
    return Invalid(Cat({"--keep-days ", std::to_string(*days),
                        ": the log's published retention is ", Count(retention, "day", "days")}));
  }
  const uint64_t longer_ns = (*days - retention) * kNsPerDay;
  return longer_ns > now_ns ? 0 : now_ns - longer_ns;
}

int RunPrune(Context& context, const Arguments& arguments) {
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  auto time_ns = PruneTime(arguments, *reader);
  if (!time_ns.ok()) return Fail(time_ns.status());
  if (!arguments.Has("yes")) {
    return Fail(
        Invalid("pruning cannot be undone, and opens no facts of old epochs again: say "
                "--yes"));
  }
  auto months = PruneLog(reader->path(), context.LogKeysPath(), *time_ns);
  if (!months.ok()) return Fail(months.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("months").Array();
    for (const std::string& month : *months) json.Text(month);
    json.EndArray().EndObject();
    context.out().Print(json.Line());
    return kExitGood;
  }
  std::string names;
  for (const std::string& month : *months) names += Cat({names.empty() ? "" : ", ", month});
  context.out().Say(months->empty() ? std::string("no month is old enough\n")
                                    : Cat({"deleted ", Printable(names), "\n"}));
  return kExitGood;
}

Command KeysCommand() {
  Command command;
  command.name = "log keys";
  command.brief = "export the keys to sealed facts, and log that it was done";
  command.synopsis = "--from TIME [--to TIME] --output FILE";
  command.description =
      "Writes the facts keys of all callees the log names in that time, so that a third person can "
      "read the facts of its decisions (`ringfence log show --facts`) and replay them. Needs the "
      "database and the key file. Epochs of 30 days that overlap the time are exported whole. The "
      "file opens facts and names nobody; it is readable by its owner alone, lies outside the log, "
      "and overwrites nothing. Delete it when the case is closed.\n"
      "\n"
      "Before the file is written the log gets, for each epoch, a KEYCOMMIT entry, which binds the "
      "keys so that no others can be offered later, and an ACCESS entry with the case id. While "
      "another process has the log open, they wait in the database, and that process writes them.";
  command.options = {
      {"from", "TIME", "Like 2026-11-29T12:00:00Z, 2026-11-29, or counted back from now: -30d."},
      {"to", "TIME", "The same, not included; now, if not given."},
      {"output", "FILE", "The file to make."}};
  command.examples =
      "ringfence --log n7 --db world.db log keys --from 2026-11-01 --to 2026-12-01 \\\n"
      "    --output case-17.keys";
  command.exits = "0   the keys are in the file, and the export is or will be logged";
  command.run = RunKeys;
  return command;
}

Command PruneCommand() {
  Command command;
  command.name = "log prune";
  command.brief = "delete months, and keys of epochs, that are past retention";
  command.synopsis = "--yes [--keep-days N]";
  command.description =
      "Deletes whole months that ended longer ago than the retention published in the log, and "
      "takes the keys of epochs that ended as long ago out of the key file: nobody can read the "
      "facts of these epochs or compute their pseudonyms any more, whatever copies of the log "
      "there are. The newest month stays, and its first entry names the final checkpoint of the "
      "month before it. Run it daily.";
  command.options = {{"yes", "", "Yes, delete them. Always wanted."},
                     {"keep-days", "N", "Keep more days than the published retention."}};
  command.examples = "ringfence --log n7 log prune --yes";
  command.exits = "0   nothing is past retention any more";
  command.run = RunPrune;
  return command;
}

}  // namespace

std::vector<Command> LogKeyCommands() { return {KeysCommand(), PruneCommand()}; }

}  // namespace ringfence::cli
