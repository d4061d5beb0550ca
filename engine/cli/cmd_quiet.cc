// `ringfence user quiet` and `ringfence user schedule`: when a user wants to be left alone.
#include <ringfence/quiet.h>
#include <ringfence/zones.h>

#include "cli/command.h"
#include "cli/duration.h"
#include "cli/list_json.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

Status Bad(std::string message) { return Status(StatusCode::kInvalidArgument, std::move(message)); }

int ShowQuiet(Context& context, std::string_view user) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto period = QuietTimes(*store).ShowQuiet(user);
  if (!period.ok()) return Fail(period.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("user").Text(user).Key("quiet");
    WriteQuiet(*period, &json);
    json.EndObject();
    context.out().Print(json.Line());
    return kExitGood;
  }
  if (!period->has_value() || (*period)->until_s <= NowMs() / kMsPerSecond) {
    context.out().Print(Cat({Printable(user), ": not quiet\n"}));
    return kExitGood;
  }
  context.out().Print(
      Cat({Printable(user), ": quiet until ", TimeText((*period)->until_s),
           (*period)->except_listed ? ", but for the people their list lets call" : "", "\n"}));
  return kExitGood;
}

int RunQuiet(Context& context, const Arguments& arguments) {
  const std::string_view user = arguments.At(0);
  const bool has_for = arguments.Has("for");
  if (!has_for && !arguments.Has("off")) {
    if (arguments.Has("except")) return Fail(Bad("--except goes with --for"));
    return ShowQuiet(context, user);
  }
  if (has_for && arguments.Has("off")) return Fail(Bad("--for and --off exclude each other"));
  if (arguments.Has("except") && (!has_for || arguments.Get("except") != "list")) {
    return Fail(Bad("--except takes 'list', and goes with --for"));
  }
  QuietPeriod period;
  if (has_for) {
    auto length_ms = ParseDurationMs(arguments.Get("for"), "for");
    if (!length_ms.ok()) return Fail(length_ms.status());
    period.until_s = (NowMs() + *length_ms) / kMsPerSecond;
    period.except_listed = arguments.Has("except");
  }
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  QuietTimes times(*store);
  if (!has_for) {
    return SayRevision(context, times.EndQuiet(user), Cat({Printable(user), ": not quiet"}));
  }
  return SayRevision(context, times.SetQuiet(user, period),
                     Cat({Printable(user), ": quiet until ", TimeText(period.until_s)}));
}

int ShowSchedule(Context& context, std::string_view user) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return Fail(store.status());
  auto schedule = QuietTimes(*store).ShowSchedule(user);
  if (!schedule.ok()) return Fail(schedule.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("user").Text(user).Key("schedule");
    WriteSchedule(*schedule, &json);
    json.EndObject();
    context.out().Print(json.Line());
    return kExitGood;
  }
  if (!schedule->has_value()) {
    context.out().Print(Cat({Printable(user), ": no time zone, no quiet hours\n"}));
    return kExitGood;
  }
  std::string text = Cat({Printable(user), ": ", (*schedule)->zone, "\n"});
  for (const QuietInterval& interval : (*schedule)->intervals) {
    text += Cat({"  quiet ", ToString(interval), "\n"});
  }
  context.out().Print(text);
  return kExitGood;
}

int RunSchedule(Context& context, const Arguments& arguments) {
  const std::string_view user = arguments.At(0);
  const bool off = arguments.Has("off");
  const bool sets = arguments.Has("zone") || arguments.Has("quiet-hours");
  if (!off && !sets) return ShowSchedule(context, user);
  if (off && sets) return Fail(Bad("--off stands alone"));
  if (!off && !arguments.Has("zone")) return Fail(Bad("--quiet-hours needs --zone"));
  QuietSchedule schedule;
  schedule.zone = arguments.Get("zone");
  for (const std::string& text : arguments.All("quiet-hours")) {
    auto interval = ParseQuietInterval(text);
    if (!interval.ok()) return Fail(interval.status());
    schedule.intervals.push_back(*interval);
  }
  auto zones = SystemTimeZones();
  if (!off && !zones.ok()) return Fail(Status(StatusCode::kIo, zones.status().message()));
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  QuietTimes times(*store);
  if (off) {
    return SayRevision(context, times.ClearSchedule(user),
                       Cat({Printable(user), ": no time zone, no quiet hours"}));
  }
  std::string what = Cat({Printable(user), ": ", schedule.zone});
  for (const QuietInterval& interval : schedule.intervals) {
    what += Cat({", quiet ", ToString(interval)});
  }
  return SayRevision(context, times.SetSchedule(user, schedule, **zones), what);
}

}  // namespace

std::vector<Command> QuietCommands() {
  Command quiet;
  quiet.name = "user quiet";
  quiet.brief = "leave a user alone for a while";
  quiet.synopsis = "USER --for LENGTH [--except list]\nUSER --off\nUSER";
  quiet.description =
      "Until the time is over callee.quiet(caller) is true, for everybody: the user's own floor, "
      "which ends by itself. With --except list it is not for people whom the user's own list "
      "names, as persons or members of a group, and lets call (always or bypass); domains, and "
      "entries such as everyone or contacts, except nobody. What is ringing is ended by the "
      "server's next Recheck. Without an option the command says what holds.";
  quiet.options = {{"for", "LENGTH", "How long: a number and one of s, m, h, d."},
                   {"except", "list", "Not for people the user's list names and lets call."},
                   {"off", "", "The quiet is over."}};
  quiet.examples =
      "ringfence --db world.db user quiet bob --for 24h --except list\n"
      "ringfence --db world.db user quiet bob --off";
  quiet.exits = "0   done";
  quiet.least = quiet.most = 1;
  quiet.run = RunQuiet;

  Command schedule;
  schedule.name = "user schedule";
  schedule.brief = "a user's time zone, and quiet hours every week";
  schedule.synopsis = "USER --zone ZONE [--quiet-hours TIMES...]\nUSER --off\nUSER";
  schedule.description =
      "Sets where the user's clock stands (callee.local_minute, callee.local_weekday) and when "
      "callee.quiet_hours is true, in place of what was set. TIMES are days and two times of day: "
      "\"mon-fri 22:00-07:00\" begins on the evenings of Monday to Friday and ends on the mornings "
      "after; also \"sat,sun 00:00-24:00\" and \"daily 13:00-14:30\".\n"
      "\n"
      "Times are what the clock on the wall shows: an hour that does not happen as clocks go "
      "forward is not quiet, one that happens twice is quiet twice. Without an option the command "
      "prints the schedule.";
  schedule.options = {{"zone", "ZONE", "An IANA name: Europe/Berlin."},
                      {"quiet-hours", "TIMES", "Quiet from and to, on these days.", true},
                      {"off", "", "Forget zone and quiet hours."}};
  schedule.examples =
      "ringfence --db world.db user schedule bob --zone Europe/Berlin \\\n"
      "  --quiet-hours \"mon-fri 22:00-07:00\" \"sat,sun 00:00-10:00\"";
  schedule.exits = "0   done";
  schedule.least = schedule.most = 1;
  schedule.run = RunSchedule;
  return {quiet, schedule};
}

}  // namespace ringfence::cli
