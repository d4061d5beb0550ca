// `ringfence diff`: what changes for people if one policy replaces another?
#include <ringfence/diff.h>
#include <ringfence/diff_store.h>
#include <ringfence/replay.h>
#include <ringfence/zones.h>

#include <optional>

#include "cli/command.h"
#include "cli/diff_counts.h"
#include "cli/diff_gates.h"
#include "cli/diff_text.h"
#include "cli/json_out.h"
#include "cli/log_given.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kNeverShown = 5;  ///< situations that never occurred in the log, without --all

constexpr std::string_view kInForce = "in-force";

/// A file, a shipped rule set, or the policy in force.
Result<Policy> PolicyFrom(const Context& context, std::string_view name) {
  if (name != kInForce) return context.CompilePolicy(name);
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return store.status();
  auto record = store->PolicyInForce();
  if (!record.ok()) return record.status();
  return Policy::Compile(record->text, record->name, context.catalog());
}

Result<StoreDiff> OnStore(Context& context, const Policy& older, const Policy& newer,
                          const PolicyDiff& diff) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return store.status();
  DiffStoreOptions options;
  if (!context.keys().empty()) {
    auto contacts = context.OpenContacts(*store);
    if (!contacts.ok()) return contacts.status();
    options.contacts = *std::move(contacts);
  }
  if (auto zones = SystemTimeZones(); zones.ok()) options.time_zones = *std::move(zones);
  Progress progress("diff", "pairs", context.out().quiet());
  options.progress = [&](uint64_t pairs) { progress.Work(pairs, 0); };
  return DiffOnStore(*store, older, newer, diff, options);
}

Result<ReplayReport> OnLog(Context& context, const Arguments& arguments, const Policy& older,
                           const Policy& newer, const PolicyDiff& diff) {
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return reader.status();
  ReplayOptions options;
  options.mode = ReplayMode::kWhatIf;
  options.policy = newer;
  options.against = older;
  options.situations = SituationsOf(diff);
  options.max_examples = 0;
  auto secrets = SecretsFrom(context, arguments);
  if (!secrets.ok()) return secrets.status();
  options.secrets = *std::move(secrets);
  Progress progress("replay", "entries", context.out().quiet());
  options.progress = [&](uint64_t done, uint64_t total) { progress.Work(done, total); };
  return Replay(*reader, options);
}

/// Everything that was found.
struct Found {
  PolicyDiff diff;
  std::optional<StoreDiff> store;
  std::optional<ReplayReport> log;

  DiffCounts Counts() const {
    if (log) {
      const bool blind = log->entries > 0 && log->covered() == 0;
      return {"decisions of the log", log->changes.gained, log->changes.lost,
              blind ? "nothing was decided" : ""};
    }
    if (store) {
      const bool blind = !store->not_counted.empty() && store->unrelated > 0;
      return {"pairs of users", store->Count(DiffKind::kGained), store->Count(DiffKind::kLost),
              blind ? "not all pairs were counted" : ""};
    }
    return {"sets of situations", diff.Count(DiffKind::kGained), diff.Count(DiffKind::kLost)};
  }
};

void Print(Context& context, const Arguments& arguments, const Found& found,
           const std::vector<GateResult>& held) {
  Output& out = context.out();
  if (context.json()) {
    JsonOut json;
    json.Object();
    WriteDiff(json, context.catalog(), found.diff);
    if (found.store) WriteStoreDiff(json, *found.store);
    if (found.log) WriteLogDiff(json, found.diff, *found.log);
    WriteDiffGates(json, found.Counts(), held);
    json.EndObject();
    return out.Print(json.Line());
  }
  DiffTextOptions how;
  how.all = arguments.Has("all");
  out.Print(DiffText(out, context.catalog(), found.diff, how));
  if (found.store) out.Print(StoreDiffText(out, *found.store));
  if (found.log)
    out.Print(LogDiffText(out, found.diff, *found.log, how.all ? SIZE_MAX : kNeverShown));
  out.Print(DiffGatesText(out, found.Counts(), held));
}

int Run(Context& context, const Arguments& arguments) {
  auto gates = DiffGatesFrom(arguments);
  if (!gates.ok()) return Fail(gates.status());
  auto older = PolicyFrom(context, arguments.At(0));
  if (!older.ok()) return Fail(older.status());
  auto newer = PolicyFrom(context, arguments.At(1));
  if (!newer.ok()) return Fail(newer.status());
  auto diff = DiffPolicies(*older, *newer);
  if (!diff.ok()) return Fail(diff.status());
  Found found{*std::move(diff), {}, {}};
  if (context.has_db_option()) {
    auto store = OnStore(context, *older, *newer, found.diff);
    if (!store.ok()) return Fail(store.status());
    found.store = *std::move(store);
  }
  if (arguments.Has("log")) {
    auto log = OnLog(context, arguments, *older, *newer, found.diff);
    if (!log.ok()) return Fail(log.status());
    found.log = *std::move(log);
  }
  const std::vector<GateResult> held = CheckDiffGates(*gates, found.Counts());
  Print(context, arguments, found, held);
  if (!held.empty()) return AllHold(held) ? kExitGood : kExitNegative;
  return found.diff.Equivalent() ? kExitGood : kExitNegative;
}

}  // namespace

Command DiffCommand() {
  Command command;
  command.name = "diff";
  command.brief = "what changes for people if one policy replaces another?";
  command.synopsis = "OLD NEW [--all] [--max-gained N] [--max-lost N] [--log DIR [--facts FILE]]";
  command.description =
      "Compares two policies, each a file (a slash in the argument, or .json at its end), a "
      "shipped "
      "rule set, or with --db the one that is `in-force`. They are compared by what they decide, "
      "not by how they are written: other names of rules and outcomes, another order without "
      "effect and conditions written otherwise make no difference. Either they are equivalent, for "
      "all values of all facts, or every change of answers is listed with the situations in which "
      "it happens, an example of each, and their share of all situations (every value of a fact "
      "taken as equally likely; of a number every interval that matters).\n"
      "\n"
      "Gained are calls that were refused and would be let through, lost the reverse. A setting "
      "that nobody chose is `unset`. What only changes while facts cannot be read is listed apart, "
      "and counts as a difference.\n"
      "\n"
      "With --db the pairs of users whose calls would be answered otherwise are counted, as the "
      "database has them now, with call attributes that are not specified: those that a relation "
      "joins one by one, with examples, and all others where nothing matters that is known of a "
      "pair alone; else the output says what was not counted. Without --keys address books cannot "
      "be asked. With --log each decision of a log is made again under both policies, from its "
      "recorded facts: the situations are ranked by how often they occurred, and those that never "
      "did come apart. That needs --facts, or the database and the log's key file; verify the log "
      "first (`ringfence log verify`).\n"
      "\n"
      "With --json one object: old, new, equivalent, share, changes and unavailable (each change: "
      "change, parts, was, now, share, situations, complete, rest_share; each of the situations: "
      "when, conditions, share, witness, was_rule, now_rule, and the witness as a case for either "
      "policy), "
      "database, log, counts, gates.";
  command.options = {
      FactsOptionSpec(),
      {"all", "",
       "All situations of each change, where otherwise five are shown, and of those that come "
       "while facts are unavailable only how many there are."}};
  for (const OptionSpec& option : DiffGateOptions()) command.options.push_back(option);
  command.examples =
      "ringfence diff x-2023 x-2024\n"
      "ringfence --db world.db diff in-force ./proposed.json\n"
      "ringfence diff ./rules.json ./proposed.json --max-gained 0\n"
      "ringfence diff x-2023 ./proposed.json --log n7 --facts ci.keys --max-lost 5";
  command.exits =
      "0   they are equivalent; with gates: every gate holds\n"
      "1   they differ; with gates: one does not hold";
  command.least = 2;
  command.most = 2;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
