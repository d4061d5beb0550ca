// What the log commands read from their command lines.
#include "cli/log_input.h"

#include <algorithm>
#include <deque>

#include "cli/log_time.h"
#include "cli/progress.h"
#include "cli/question.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

// A key of a callee and an epoch is some 100 bytes of text: ten million of them.
constexpr size_t kMaxFactsKeysBytes = size_t{1} << 30;
constexpr uint64_t kMaxThreads = 256;

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

const std::vector<std::string>& Kinds() {
  static const std::vector<std::string> kinds = {"genesis", "policy",    "decision", "boot",
                                                 "gap",     "clock",     "erasure",  "seal",
                                                 "replay",  "keycommit", "access",   "detail"};
  return kinds;
}

Status ReadKind(const Arguments& arguments, LogFilter* filter) {
  if (!arguments.Has("kind")) return Status();
  filter->kind = arguments.Get("kind");
  if (std::find(Kinds().begin(), Kinds().end(), filter->kind) != Kinds().end()) return Status();
  std::string message = Cat({"--kind '", Printable(filter->kind), "' is no kind of entry"});
  if (auto nearest = Nearest(filter->kind, Kinds())) {
    return Invalid(message + Cat({"; did you mean ", *nearest, "?"}));
  }
  std::string all;
  for (const std::string& kind : Kinds()) all += Cat({all.empty() ? "" : ", ", kind});
  return Invalid(Cat({message, ": they are ", all}));
}

Status ReadShadow(const Arguments& arguments, LogFilter* filter) {
  if (!arguments.Has("shadow")) return Status();
  const std::string_view which = arguments.Get("shadow");
  if (which != "only" && which != "none") {
    return Invalid(Cat({"--shadow '", Printable(which), "': expected only or none"}));
  }
  filter->shadow = which == "only";
  return Status();
}

Status ReadFilter(const Arguments& arguments, LogFilter* filter) {
  if (Status status = ReadKind(arguments, filter); !status.ok()) return status;
  auto times = TimesFrom(arguments);
  if (!times.ok()) return times.status();
  filter->from_ns = times->from_ns;
  filter->to_ns = times->to_ns;
  if (Status status = ReadShadow(arguments, filter); !status.ok()) return status;
  if (arguments.Has("effect")) {
    filter->effect = ParseEffect(arguments.Get("effect"));
    if (!filter->effect) {
      return Invalid(Cat({"--effect '", Printable(arguments.Get("effect")),
                          "': expected refuse, ring, silence, screen or voicemail"}));
    }
  }
  filter->rule = arguments.Get("rule");
  filter->request_id = arguments.Get("receipt");
  filter->caller = arguments.Get("caller");
  filter->callee = arguments.Get("callee");
  return Status();
}

/// Persons are found by the seeds in the database and the epochs' keys; facts are opened by what
/// `log keys` exported.
Result<LogSecrets> ReadSecrets(const Context& context, const Arguments& arguments) {
  LogSecrets secrets;
  secrets.catalog = context.catalog();
  if (arguments.Has("caller") || arguments.Has("callee")) {
    if (!context.has_db()) {
      return Invalid(
          "--caller and --callee need the database (--db FILE) and the log's key file: the log "
          "itself names nobody");
    }
    auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
    if (!store.ok()) return store.status();
    secrets.store = *std::move(store);
    secrets.keys = context.LogKeysPath();
  }
  if (arguments.Has("facts")) {
    auto contents = ReadFactsKeys(arguments.Get("facts"));
    if (!contents.ok()) return contents.status();
    secrets.facts_keys = *std::move(contents);
  }
  return secrets;
}

Status ReadLimits(const Arguments& arguments, LogSelection* selection) {
  if (arguments.Has("limit") && arguments.Has("tail")) {
    return Invalid("--limit and --tail exclude each other");
  }
  auto limit = NumberOption(arguments, "limit", 1, UINT64_MAX, UINT64_MAX);
  if (!limit.ok()) return limit.status();
  selection->limit = *limit;
  auto tail = NumberOption(arguments, "tail", 1, 1000000, UINT64_MAX);
  if (!tail.ok()) return tail.status();
  selection->tail = *tail;
  return Status();
}

Status ReadIndex(const Arguments& arguments, const LogReader& reader, LogSelection* selection) {
  auto month = MonthOption(arguments, reader);
  if (!month.ok()) return month.status();
  selection->filter.month = *month;
  if (!arguments.Has("index")) return Status();
  auto index = ParseNumber(arguments.Get("index"), "--index", 0, UINT64_MAX);
  if (!index.ok()) return index.status();
  auto months = reader.ListMonths();
  if (!months.ok()) return months.status();
  LogReader::Month chosen;  // the newest where none is named
  for (const LogReader::Month& one : *months) {
    if (month->empty() || one.month == *month) chosen = one;
  }
  if (*index >= chosen.entries) {
    return Invalid(Cat({"--index ", std::to_string(*index), ": the month has ",
                        Count(chosen.entries, "entry", "entries"), " under its checkpoint"}));
  }
  selection->filter.month = chosen.month;
  selection->index = *index;
  selection->filter.first_index = *index;
  return Status();
}

}  // namespace

Result<uint64_t> ParseNumber(std::string_view text, std::string_view what, uint64_t least,
                             uint64_t most) {
  const std::optional<uint64_t> number = WholeNumber(text);
  if (number && *number >= least && *number <= most) return *number;
  const std::string range =
      most == UINT64_MAX ? Cat({"of at least ", std::to_string(least)})
                         : Cat({"from ", std::to_string(least), " to ", std::to_string(most)});
  return Invalid(Cat({what, " '", Printable(text), "': expected a whole number ", range}));
}

Result<uint64_t> NumberOption(const Arguments& arguments, std::string_view option, uint64_t least,
                              uint64_t most, uint64_t otherwise) {
  if (!arguments.Has(option)) return otherwise;
  return ParseNumber(arguments.Get(option), Cat({"--", option}), least, most);
}

Result<int> ThreadsOption(const Arguments& arguments) {
  auto threads = NumberOption(arguments, "threads", 1, kMaxThreads, 0);
  if (!threads.ok()) return threads.status();
  return static_cast<int>(*threads);
}

OptionSpec ThreadsOptionSpec() {
  return {"threads", "N", "So many threads; as many as there are cores if not given."};
}

Result<TimeRange> TimesFrom(const Arguments& arguments) {
  TimeRange range;
  const uint64_t now_ns = NowNs();
  if (arguments.Has("from")) {
    auto from = ParseTime(arguments.Get("from"), "from", now_ns);
    if (!from.ok()) return from.status();
    range.from_ns = *from;
  }
  if (arguments.Has("to")) {
    auto to = ParseTime(arguments.Get("to"), "to", now_ns);
    if (!to.ok()) return to.status();
    range.to_ns = *to;
  }
  if (range.from_ns < range.to_ns) return range;
  return Invalid("--from must be earlier than --to");
}

Result<std::string> ReadFactsKeys(std::string_view path) {
  return ReadFile(std::string(path), kMaxFactsKeysBytes);
}

OptionSpec MonthOptionSpec() {
  return {"month", "YYYY-MM", "That month's tree, instead of the newest."};
}

Result<std::string> MonthOption(const Arguments& arguments, const LogReader& reader) {
  if (!arguments.Has("month")) return std::string();
  std::string month(arguments.Get("month"));
  auto months = reader.ListMonths();
  if (!months.ok()) return months.status();
  std::vector<std::string> names;
  for (const LogReader::Month& one : *months) names.push_back(one.month);
  if (std::find(names.begin(), names.end(), month) != names.end()) return month;
  if (names.empty()) return Status(StatusCode::kNotFound, "the log has no month yet");
  return Status(StatusCode::kNotFound,
                Cat({"the log has no month '", Printable(month), "': it has ", names.front(),
                     names.size() == 1 ? "" : Cat({" to ", names.back()})}));
}

std::vector<OptionSpec> SelectionOptions() {
  return {
      {"from", "TIME",
       "Entries of that time and later. A TIME is like 2026-11-29T12:00:00Z, a date (its "
       "midnight, UTC), or counted back from now: -90s, -15m, -24h, -30d."},
      {"to", "TIME", "Entries earlier than that."},
      {"month", "YYYY-MM", "Entries of that month's tree."},
      {"index", "N", "The one entry of that index, in --month or the newest month."},
      {"kind", "KIND",
       "Entries of one kind: genesis, policy, decision, boot, gap, clock, erasure, seal, replay, "
       "keycommit, access, detail. Without it all but detail, which belong to their decisions."},
      {"effect", "EFFECT", "Decisions that came to refuse, ring, silence, screen or voicemail."},
      {"rule", "RULE", "Decisions made by that rule."},
      {"shadow", "only|none",
       "only: shadow evaluations, what another policy would have decided; none: all but these. "
       "Without it they stand behind their decisions, marked `shadow`."},
      {"receipt", "ID", "The decision whose receipt this is: 32 hexadecimal digits."},
      {"caller", "USER",
       "Decisions about calls of that user; needs the database and the key file of the log."},
      {"callee", "USER", "Decisions about calls to that user; needs the same."},
      {"limit", "N", "The first N of these."},
      {"tail", "N", "The last N of these."},
      {"facts", "FILE", "Facts keys that `ringfence log keys` exported: open the sealed facts."},
  };
}

Result<LogSelection> SelectionFrom(const Context& context, const Arguments& arguments,
                                   const LogReader& reader) {
  LogSelection selection;
  if (Status status = ReadFilter(arguments, &selection.filter); !status.ok()) return status;
  if (Status status = ReadLimits(arguments, &selection); !status.ok()) return status;
  if (Status status = ReadIndex(arguments, reader, &selection); !status.ok()) return status;
  auto secrets = ReadSecrets(context, arguments);
  if (!secrets.ok()) return secrets.status();
  selection.secrets = *std::move(secrets);
  selection.opens_facts = arguments.Has("facts");
  return selection;
}

Result<uint64_t> EachSelected(const LogReader& reader, const LogSelection& selection, bool quiet,
                              const std::function<bool(const LogEntry&)>& sink) {
  Progress progress("log", "entries", quiet);
  uint64_t given = 0;
  std::deque<LogEntry> last;
  const bool tail = selection.tail != UINT64_MAX;
  const auto take = [&](const LogEntry& read) {
    LogEntry entry = read;
    if (!selection.opens_facts) {  // whoever opens facts leaves a trace: `log keys`
      entry.facts.clear();
      entry.facts_opened = false;
    }
    if (selection.index && entry.index != *selection.index) return false;
    if (tail) {
      last.push_back(entry);
      if (last.size() > selection.tail) last.pop_front();
      return true;
    }
    progress.Clear();
    ++given;
    return sink(entry) && given < selection.limit && !selection.index;
  };
  Status status = reader.Each(selection.filter, selection.secrets, take,
                              [&](uint64_t done, uint64_t total) { progress.Work(done, total); });
  progress.Clear();
  if (!status.ok()) return status;
  for (const LogEntry& entry : last) {
    ++given;
    if (!sink(entry)) break;
  }
  return given;
}

}  // namespace ringfence::cli
