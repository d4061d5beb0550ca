// `ringfence who`: everybody who may ring one user, and everybody one user can ring.
#include <ringfence/who.h>

#include "cli/command.h"
#include "cli/duration.h"
#include "cli/json_out.h"
#include "cli/progress.h"
#include "cli/question.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

struct Asking {
  std::string_view user;
  bool is_callee = true;
  uint64_t limit = 0;  ///< 0: none
};

void WriteEffects(JsonOut& json, Effects effects) {
  json.Key("effects").Array();
  for (int i = 0; i < 8; ++i) {
    if (((effects >> i) & 1) != 0) json.Text(FormatEffects(static_cast<Effects>(1 << i)));
  }
  json.EndArray();
}

std::string FoundLine(bool as_json, const WhoFound& found) {
  if (!as_json) {
    return Cat({Printable(found.user), "\t", FormatEffects(found.effects), "\t", found.rule, "\n"});
  }
  JsonOut json;
  json.Object().Key("user").Text(found.user);
  WriteEffects(json, found.effects);
  json.Key("rule").Text(found.rule).EndObject();
  return json.Line();
}

std::string SummaryLine(const WhoSummary& summary) {
  JsonOut json;
  json.Object().Key("certain").Number(summary.certain).Key("possibly").Number(summary.possibly);
  json.Key("cannot_tell").Number(summary.cannot_tell).Key("counts").Array();
  for (const WhoCount& count : summary.counts) {
    json.Object();
    WriteEffects(json, count.effects);
    json.Key("rule").Text(count.rule).Key("users").Number(count.users).EndObject();
  }
  json.EndArray().Key("plan").Array();
  for (const std::string& set : summary.plan) json.Text(set);
  json.EndArray().Key("decided").Number(summary.decided).Key("complete").Bool(!summary.stopped);
  json.Key("policy").Object().Key("name").Text(summary.policy_name);
  json.Key("digest").Text(summary.policy_digest).EndObject();
  json.Key("revision").Number(summary.revision).EndObject();
  return json.Line();
}

std::string PlanText(const WhoSummary& summary) {
  if (summary.plan.empty())
    return "looked at nobody: nothing about anybody could let a call through";
  std::string text;
  for (const std::string& set : summary.plan) {
    text += (text.empty() ? "" : "; ") + Printable(set);
  }
  return Cat({"looked at ", Count(summary.decided, "user", "users"), ": ", text});
}

std::string SummaryText(const Asking& asking, const WhoSummary& summary) {
  const std::string user = Printable(asking.user);
  std::string text = Count(summary.certain, "user", "users");
  text += asking.is_callee ? Cat({" may ring ", user}) : Cat({" can be rung by ", user});
  if (summary.stopped) text += ", and maybe more: stopped here";
  text += "\n";
  for (const WhoCount& count : summary.counts) {
    text += Cat({PadLeft(Thousands(count.users), 12), "  ", Pad(FormatEffects(count.effects), 8),
                 "  ", count.rule, "\n"});
  }
  if (summary.possibly > 0) {
    text += Cat({Thousands(summary.possibly),
                 " more possibly, by address book: whose is in whose is not looked up\n"});
  }
  if (summary.cannot_tell > 0) {
    text += Cat({Thousands(summary.cannot_tell),
                 " more of whom one cannot tell: a fact is not available\n"});
  }
  return text + PlanText(summary) + "\n";
}

Result<uint64_t> ReadLimit(const Arguments& arguments) {
  if (!arguments.Has("limit")) return uint64_t{0};
  const auto limit = WholeNumber(arguments.Get("limit"));
  if (limit && *limit > 0) return *limit;
  return Status(StatusCode::kInvalidArgument, Cat({"--limit '", Printable(arguments.Get("limit")),
                                                   "': expected a whole number above 0"}));
}

int Run(Context& context, const Arguments& arguments, bool is_callee) {
  AskedQuestion asked;
  Status facts = AssignFacts(context.catalog(), arguments, &asked);
  if (!facts.ok()) return Fail(facts);
  auto limit = ReadLimit(arguments);
  if (!limit.ok()) return Fail(limit.status());
  auto clock_ms = ClockFromArguments(arguments);
  if (!clock_ms.ok()) return Fail(clock_ms.status());
  OpenEngine::Options options;
  options.clock_ms = *std::move(clock_ms);
  auto open = OpenEngine::Open(context, std::move(options));
  if (!open.ok()) return Fail(open.status());

  const Asking asking{arguments.At(0), is_callee, *limit};
  Output& out = context.out();
  uint64_t printed = 0;
  WhoOptions who;
  who.facts = asked.facts;
  // Not beside the names on one terminal.
  Progress progress("who", "users", out.quiet());
  who.progress = [&](uint64_t decided) { progress.Work(decided, 0); };
  who.found = [&](const WhoFound& found) {
    progress.Clear();
    out.Print(FoundLine(context.json(), found));
    return ++printed != asking.limit && !out.failed();
  };
  auto summary = is_callee ? WhoMayRing(open->engine(), asking.user, who)
                           : WhoCanBeRungBy(open->engine(), asking.user, who);
  progress.Clear();
  if (!summary.ok()) return Fail(summary.status());
  if (context.json()) {
    out.Print(SummaryLine(*summary));
  } else {
    out.Say(SummaryText(asking, *summary));
    const std::string note = open->PolicyNote();
    if (!note.empty()) out.Say(Cat({note, "\n"}));
  }
  return summary->certain > 0 ? kExitGood : kExitNegative;
}

int RunMayRing(Context& context, const Arguments& arguments) {
  return Run(context, arguments, true);
}
int RunCanBeRungBy(Context& context, const Arguments& arguments) {
  return Run(context, arguments, false);
}

constexpr std::string_view kHow =
    "Names come in the order in which users became known to the database, each on a line as soon "
    "as it is found: name, effect, rule, separated by tabs. Then how many by each rule. An answer "
    "is what `ringfence check` gives for the two with the same --call and --fact, except that "
    "address books are taken for unreadable. Nobody can be listed because of one: users who get "
    "through or not depending on a match are counted as possibly, whether they are in a book or "
    "not, and not named. Others depend on facts that cannot be read, such as a local time without "
    "time zones: of them one cannot tell. Where users get through whatever an address book says, "
    "but not in the same way, all effects are named, and the rule may be on_unavailable.\n"
    "\n"
    "Only users are looked at whom the policy could let through for a relation, consent, earlier "
    "calls, a list, or a value that few have and the database has an index for; if it may let "
    "through others too, all users. The end says which. One state of the database is read "
    "from beginning to end; others can write meanwhile.\n"
    "\n"
    "This is for who owns the database: it tells whom a user blocked, allowed and follows.\n"
    "\n"
    "With --json one object a line {user, effects, rule}, and at the end one {certain, possibly, "
    "cannot_tell, counts, plan, decided, complete, policy, revision}. With -q names alone.";

Command Make(std::string_view name, std::string_view brief, std::string_view description) {
  Command command;
  command.name = name;
  command.brief = brief;
  command.synopsis =
      "USER [--call NAME=VALUE ...] [--fact NAME=VALUE ...] [--policy FILE|NAME] [--limit N] "
      "[--at TIME]";
  command.description = description;
  command.options = FactOptions();
  command.options.push_back({"limit", "N", "Stop after N names; the counts are those so far."});
  command.options.push_back(AtOption());
  command.exits = "0   somebody gets through\n1   nobody does for certain";
  command.least = 1;
  command.most = 1;
  return command;
}

}  // namespace

std::vector<Command> WhoCommands() {
  static const std::string may_ring =
      Cat({"Lists every known user whose call to USER the policy in force lets through now.\n\n",
           kHow});
  static const std::string can_be_rung_by = Cat(
      {"Lists every known user to whom the policy in force lets a call of USER through now.\n\n",
       kHow});
  Command first = Make("who may-ring", "everybody who may ring a user", may_ring);
  first.examples =
      "ringfence --db world.db who may-ring bob\n"
      "ringfence --db world.db who may-ring bob --call media=video platform=ios --json\n"
      "ringfence --db world.db who may-ring bob --policy ./next.json --limit 20";
  first.run = RunMayRing;
  Command second = Make("who can-be-rung-by", "everybody whom a user can ring", can_be_rung_by);
  second.examples =
      "ringfence --db world.db who can-be-rung-by alice\n"
      "ringfence --db world.db who can-be-rung-by alice --at 2026-11-29T23:00Z -q | wc -l";
  second.run = RunCanBeRungBy;
  return {first, second};
}

}  // namespace ringfence::cli
