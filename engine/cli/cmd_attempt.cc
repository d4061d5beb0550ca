// `ringfence attempt add`, `attempt show`: earlier calls, which limits and "ring at the second try"
// are decided by.
#include <ringfence/attempts.h>

#include "cli/command.h"
#include "cli/duration.h"
#include "cli/json_out.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr uint64_t kMostEvents = 100000;

/// CALLER CALLEE, or CALLEE alone with --no-account (an empty caller).
struct Pair {
  std::string caller, callee;
};
Result<Pair> PairFromArguments(const Arguments& arguments) {
  const size_t expected = arguments.Has("no-account") ? 1 : 2;
  if (arguments.positional().size() != expected) {
    return Status(StatusCode::kInvalidArgument,
                  "expected CALLER and CALLEE, or --no-account and CALLEE");
  }
  if (expected == 1) return Pair{"", std::string(arguments.At(0))};
  // To the library an empty caller has no account: not what an empty variable of a script means.
  if (arguments.At(0).empty()) {
    return Status(StatusCode::kInvalidArgument,
                  "CALLER is empty: say --no-account if there is none");
  }
  return Pair{std::string(arguments.At(0)), std::string(arguments.At(1))};
}

/// One of the ways in which a call, or a button, is reported.
struct Reported {
  std::string_view option, event, verb;
  Status (Attempts::*report)(const Party&, const Party&, int64_t);
};
constexpr Reported kReported[] = {
    {"", "attempt", "tried to call", &Attempts::Attempted},
    {"connected", "connected", "was answered by", &Attempts::Connected},
    {"unanswered", "unanswered", "was not answered by", &Attempts::Unanswered},
    {"preview", "preview", "saw the call button of", &Attempts::Previewed},
};

Result<Reported> ReportedFromArguments(const Arguments& arguments) {
  Reported chosen = kReported[0];
  for (const Reported& reported : kReported) {
    if (reported.option.empty() || !arguments.Has(reported.option)) continue;
    if (!chosen.option.empty()) {
      return Status(StatusCode::kInvalidArgument,
                    Cat({"--", chosen.option, " and --", reported.option, " exclude each other"}));
    }
    chosen = reported;
  }
  return chosen;
}

Result<uint64_t> CountFromArguments(const Arguments& arguments) {
  if (!arguments.Has("count")) return uint64_t{1};
  const std::string_view text = arguments.Get("count");
  const std::optional<uint64_t> count = WholeNumber(text);
  if (count && *count >= 1 && *count <= kMostEvents) return *count;
  return Status(StatusCode::kInvalidArgument,
                Cat({"--count '", Printable(text), "': expected a number from 1 to 100,000"}));
}

int RunAdd(Context& context, const Arguments& arguments) {
  auto pair = PairFromArguments(arguments);
  if (!pair.ok()) return Fail(pair.status());
  auto reported = ReportedFromArguments(arguments);
  if (!reported.ok()) return Fail(reported.status());
  auto count = CountFromArguments(arguments);
  if (!count.ok()) return Fail(count.status());
  auto time_ms = TimeMsFromArguments(arguments);
  if (!time_ms.ok()) return Fail(time_ms.status());
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  auto attempts = Attempts::Open(*std::move(store));
  if (!attempts.ok()) return Fail(attempts.status());
  for (uint64_t i = 0; i < *count; ++i) {
    Status status = ((*attempts).*(reported->report))(pair->caller, pair->callee, *time_ms);
    if (!status.ok()) return Fail(status);
  }
  if (Status flushed = attempts->Flush(); !flushed.ok()) return Fail(flushed);
  if (context.json()) {
    JsonOut json;
    json.Object().Key("event").Text(reported->event).Key("count").Number(*count);
    json.Key("time").Text(TimeMsText(*time_ms)).EndObject();
    context.out().Print(json.Line());
    return kExitGood;
  }
  const std::string caller =
      pair->caller.empty() ? "a caller without account" : Printable(pair->caller);
  context.out().Say(Cat({caller, " ", reported->verb, " ", Printable(pair->callee),
                         *count == 1 ? "" : Cat({", ", Count(*count, "time", "times")}), "\n"}));
  return kExitGood;
}

int RunShow(Context& context, const Arguments& arguments) {
  auto pair = PairFromArguments(arguments);
  if (!pair.ok()) return Fail(pair.status());
  auto now_ms = TimeMsFromArguments(arguments);
  if (!now_ms.ok()) return Fail(now_ms.status());
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto facts = Attempts::FactsOf(*store, pair->caller, pair->callee, *now_ms);
  if (!facts.ok()) return Fail(facts.status());
  JsonOut json;
  json.Object().Key("caller").TextOrNull(pair->caller).Key("callee").Text(pair->callee);
  json.Key("time").Text(TimeMsText(*now_ms)).Key("facts").Object();
  std::string lines;
  for (const Fact& fact : *facts) {
    const FactInfo& info = store->catalog().fact(fact.id);
    const std::string value = store->catalog().FormatValue(fact.id, fact.code);
    json.Key(info.name).Signed(info.lowest + fact.code);
    lines += Cat({Pad(info.name, 34), value, info.unit.empty() ? "" : " ", info.unit, "\n"});
  }
  json.EndObject().EndObject();
  context.out().Print(context.json() ? json.Line() : lines);
  return kExitGood;
}

const OptionSpec kNoAccount = {"no-account", "", "The caller has no account; give CALLEE alone."};

}  // namespace

std::vector<Command> AttemptCommands() {
  Command add;
  add.name = "attempt add";
  add.brief = "count an attempt to call, or what came of one";
  add.synopsis =
      "CALLER CALLEE [--connected|--unanswered|--preview] [--at TIME] [--count N]\n"
      "--no-account CALLEE [--at TIME] [--count N]";
  add.description =
      "Counts what a server counts with each decision and reports at the end of a call. Policies "
      "decide by it through the facts of earlier calls, which `attempt show` prints: "
      "callee.since_attempt_ms(caller), callee.attempts_1h(caller) and so on. When the command "
      "returns, it is on disk. It is no new revision. `check` and `explain` count nothing.\n"
      "\n"
      "Nobody becomes known by it: an attempt of an unknown caller is one of the callee's "
      "unknown_calls_1h, an answer needs both to be known.";
  add.options = {
      kNoAccount,
      {"connected", "", "The call was answered."},
      {"unanswered", "", "The call was let through and not answered."},
      {"preview", "", "The caller was shown a call button."},
      {"at", "TIME",
       "When it happened (2026-11-29T12:00:00Z, or -10m). Default: now. What lies further "
       "back than any fact looks is not kept."},
      {"count", "N", "So many of them, 1 to 100,000."}};
  add.examples =
      "ringfence --db world.db attempt add alice bob --at -2m\n"
      "ringfence --db world.db attempt add alice bob --unanswered --count 2\n"
      "ringfence --db world.db attempt add --no-account bob";
  add.exits = "0   counted";
  add.least = 1;
  add.most = 2;
  add.run = RunAdd;

  Command show = add;
  show.name = "attempt show";
  show.brief = "the facts of earlier calls of a caller to a callee";
  show.synopsis =
      "CALLER CALLEE [--at TIME]\n"
      "--no-account CALLEE [--at TIME]";
  show.description =
      "Prints what a decision about this pair would know of earlier calls. With --at it is what "
      "the "
      "rows of now say at that time; what was too old to be kept is not among them. Users nobody "
      "knows are no error: there is little to know of them. With --json the keys are caller (null: "
      "without account), callee, time and facts.";
  show.options = {kNoAccount, AtOption()};
  show.examples =
      "ringfence --db world.db attempt show alice bob\n"
      "ringfence --db world.db attempt show alice bob --json | jq .facts";
  show.exits = "0   printed";
  show.run = RunShow;
  return {add, show};
}

}  // namespace ringfence::cli
