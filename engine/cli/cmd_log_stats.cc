// `ringfence log stats`: what was decided how often, by which rules, and how complete it is.
#include <algorithm>
#include <filesystem>
#include <map>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/log_input.h"
#include "cli/log_text.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kNameColumns = 24;
constexpr size_t kNumberColumns = 14;

using Counts = std::map<std::string, uint64_t, std::less<>>;

struct Stats {
  std::string log;
  std::vector<LogReader::Month> months;
  Counts kinds;
  /// Decisions, or shadow evaluations.
  struct Answers {
    uint64_t entries = 0;
    Counts effects, rules, bases;
  } decisions, shadows;
  uint64_t entries = 0;
  uint64_t gaps = 0, not_recorded = 0;
  uint64_t boots = 0;
  uint64_t first_time_ns = 0, last_time_ns = 0;
  std::optional<uint64_t> bytes;  ///< of the months' files; of everything only

  void Add(const LogEntry& entry);
};

void Stats::Add(const LogEntry& entry) {
  first_time_ns = entries == 0 ? entry.time_ns : std::min(first_time_ns, entry.time_ns);
  last_time_ns = std::max(last_time_ns, entry.time_ns);
  ++entries;
  ++kinds[entry.kind];
  if (entry.kind == "boot") ++boots;
  if (entry.kind == "gap") {
    ++gaps;
    not_recorded += FieldNumber(entry, "count");
  }
  if (entry.kind != "decision") return;
  Answers& answers = entry.shadow ? shadows : decisions;
  ++answers.entries;
  ++answers.effects[std::string(ToString(entry.effect))];
  ++answers.rules[entry.rule];
  ++answers.bases[std::string(ToString(entry.basis))];
}

/// Bytes of the files of a month: entries, hashes, checkpoints, policies.
uint64_t FolderBytes(const std::string& folder) {
  namespace fs = std::filesystem;
  uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) bytes += at->file_size(ignored);
  }
  return bytes;
}

/// Most frequent first, then by name.
std::vector<std::pair<std::string, uint64_t>> Sorted(const Counts& counts) {
  std::vector<std::pair<std::string, uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& one, const auto& other) { return one.second > other.second; });
  return sorted;
}

std::string Row(std::string_view name, std::string_view number) {
  return Cat({"  ", Pad(name, kNameColumns), PadLeft(number, kNumberColumns), "\n"});
}

/// "  37.5 %"
std::string Share(uint64_t part, uint64_t whole) {
  const uint64_t tenths = (part * 1000 + whole / 2) / whole;
  const std::string text =
      Cat({std::to_string(tenths / 10), ".", std::to_string(tenths % 10), " %"});
  return PadLeft(text, 9);
}

std::string Block(std::string_view title, const Counts& counts, uint64_t whole) {
  std::string out = counts.empty() ? std::string() : Cat({title, "\n"});
  for (const auto& [name, number] : Sorted(counts)) {
    std::string row = Row(Printable(name), Thousands(number));
    row.insert(row.size() - 1, Share(number, whole));
    out += row;
  }
  return out;
}

std::string Blocks(std::string_view prefix, const Stats::Answers& answers) {
  const auto block = [&](std::string_view title, const Counts& counts) {
    return Block(Cat({prefix, title}), counts, answers.entries);
  };
  return block("effects", answers.effects) + block("rules", answers.rules) +
         block("bases", answers.bases);
}

std::string Table(const Stats& stats) {
  if (stats.months.empty()) return Cat({Printable(stats.log), ": nothing yet\n"});
  std::string out = Cat({Printable(stats.log), ", entries by month\n"});
  for (const LogReader::Month& month : stats.months) {
    out += Row(Printable(month.month), Thousands(month.entries));
  }
  if (stats.bytes && stats.decisions.entries > 0) {
    out += Row("bytes", Thousands(*stats.bytes));
    out += Row("bytes a decision", Thousands(*stats.bytes / stats.decisions.entries));
  }
  if (stats.entries == 0) return out;
  out += Cat({"  ", Pad("first", kNameColumns), "  ", TimeNsText(stats.first_time_ns), "\n"});
  out += Cat({"  ", Pad("last", kNameColumns), "  ", TimeNsText(stats.last_time_ns), "\n"});
  out += Block("kinds", stats.kinds, stats.entries);
  out += Blocks("", stats.decisions) + Blocks("shadow ", stats.shadows);
  out += "completeness\n" + Row("gaps", Thousands(stats.gaps));
  out += Row("decisions not recorded", Thousands(stats.not_recorded));
  return out + Row("boots", Thousands(stats.boots));
}

void WriteCounts(JsonOut& json, std::string_view key, const Counts& counts) {
  json.Key(key).Object();
  for (const auto& [name, number] : Sorted(counts)) json.Key(name).Number(number);
  json.EndObject();
}

void WriteAnswers(JsonOut& json, const Stats::Answers& answers) {
  WriteCounts(json, "effects", answers.effects);
  WriteCounts(json, "rules", answers.rules);
  WriteCounts(json, "bases", answers.bases);
}

std::string Json(const Stats& stats) {
  JsonOut json;
  json.Object().Key("log").Text(stats.log).Key("months").Array();
  for (const LogReader::Month& month : stats.months) {
    json.Object().Key("month").Text(month.month).Key("origin").Text(month.origin);
    json.Key("entries").Number(month.entries).Key("vkey").Text(month.vkey).EndObject();
  }
  json.EndArray().Key("entries").Number(stats.entries);
  json.Key("decisions").Number(stats.decisions.entries);
  WriteCounts(json, "kinds", stats.kinds);
  WriteAnswers(json, stats.decisions);
  json.Key("shadow").Object().Key("entries").Number(stats.shadows.entries);
  WriteAnswers(json, stats.shadows);
  json.EndObject();
  json.Key("gaps").Number(stats.gaps).Key("not_recorded").Number(stats.not_recorded);
  json.Key("boots").Number(stats.boots);
  json.Key("first").TextOrNull(stats.entries == 0 ? "" : TimeNsText(stats.first_time_ns));
  json.Key("last").TextOrNull(stats.entries == 0 ? "" : TimeNsText(stats.last_time_ns));
  json.Key("bytes");
  stats.bytes ? json.Number(*stats.bytes) : json.Null();
  json.Key("bytes_per_decision");
  stats.bytes&& stats.decisions.entries > 0 ? json.Number(*stats.bytes / stats.decisions.entries)
                                            : json.Null();
  json.EndObject();
  return json.Line();
}

int Run(Context& context, const Arguments& arguments) {
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  auto selection = SelectionFrom(context, arguments, *reader);
  if (!selection.ok()) return Fail(selection.status());
  auto months = reader->ListMonths();
  if (!months.ok()) return Fail(months.status());
  Stats stats;
  stats.log = reader->name();
  for (LogReader::Month& month : *months) {
    const std::string& wanted = selection->filter.month;
    if (wanted.empty() || wanted == month.month) stats.months.push_back(std::move(month));
  }
  auto counted =
      EachSelected(*reader, *selection, context.out().quiet(), [&](const LogEntry& entry) {
        stats.Add(entry);
        return true;
      });
  if (!counted.ok()) return Fail(counted.status());
  if (!arguments.Has("from") && !arguments.Has("to")) {
    stats.bytes = 0;
    for (const LogReader::Month& month : stats.months) {
      *stats.bytes += FolderBytes(reader->path() + "/" + month.month);
    }
  }
  context.out().Print(context.json() ? Json(stats) : Table(stats));
  return kExitGood;
}

}  // namespace

Command LogStatsCommand() {
  Command command;
  command.name = "log stats";
  command.brief = "how often what was decided, by which rules";
  command.synopsis = "[--from TIME] [--to TIME] [--month YYYY-MM]";
  command.description =
      "Counts the entries under a checkpoint: by kind; decisions by effect, rule and basis, and "
      "shadow evaluations, which are none, likewise and apart; gaps, "
      "the decisions they say were not recorded, and openings by a writer. Of whole months also "
      "what they take on disk. Trusts what it reads: `ringfence log verify` tells whether one "
      "may.";
  for (const OptionSpec& option : SelectionOptions()) {
    if (option.name == "from" || option.name == "to" || option.name == "month") {
      command.options.push_back(option);
    }
  }
  command.examples =
      "ringfence --log n7 log stats\n"
      "ringfence --log n7 log stats --from -24h --json";
  command.exits = "0   counted";
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
