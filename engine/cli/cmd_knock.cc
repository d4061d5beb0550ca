// `ringfence knock ask`, `knock list`, `knock answer`: a refused caller asks to be let in.
#include <ringfence/grants.h>

#include "cli/command.h"
#include "cli/consent.h"
#include "cli/duration.h"
#include "cli/json_out.h"
#include "cli/question.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

int RunAsk(Context& context, const Arguments& arguments) {
  AskedQuestion asked;
  asked.caller = arguments.At(0);
  asked.callee = arguments.At(1);
  const Status facts = AssignFacts(context.catalog(), arguments, &asked);
  if (!facts.ok()) return Fail(facts);
  GrantsOptions consent;
  auto clock = ClockFromArguments(arguments);
  if (!clock.ok()) return Fail(clock.status());
  consent.clock_ms = *clock;
  OpenEngine::Options options;
  options.writes = true;
  options.clock_ms = *std::move(clock);
  auto open = OpenEngine::Open(context, std::move(options));
  if (!open.ok()) return Fail(open.status());
  auto grants = Grants::Open(open->engine().store(), consent);
  if (!grants.ok()) return Fail(grants.status());
  auto reader = open->engine().NewReader();
  if (!reader.ok()) return Fail(reader.status());
  const auto answer = grants->Knock(*reader, asked.View());
  if (!answer.ok()) return Fail(answer.status());
  PrintAskAnswer(context, answer->accepted, answer->retry_after_s);
  return answer->accepted ? kExitGood : kExitNegative;
}

int RunList(Context& context, const Arguments& arguments) {
  auto grants = OpenGrants(context, arguments, StoreOptions::Mode::kReadOnly);
  if (!grants.ok()) return Fail(grants.status());
  const auto knocks = grants->Knocks(arguments.At(0));
  if (!knocks.ok()) return Fail(knocks.status());
  for (const KnockInfo& knock : *knocks) {
    if (context.json()) {
      JsonOut json;
      WriteKnock(knock, &json);
      context.out().Print(json.Line());
      continue;
    }
    context.out().Print(Cat({Printable(knock.caller), " asked ", TimeMsText(knock.asked_at_ms),
                             ", waits until ", TimeMsText(knock.until_ms), "\n"}));
  }
  return kExitGood;
}

int RunAnswer(Context& context, const Arguments& arguments) {
  const bool allow = arguments.Has("allow");
  if (allow == arguments.Has("decline")) {
    return Fail(Status(StatusCode::kInvalidArgument, "one of --allow and --decline is needed"));
  }
  if (!allow && arguments.Has("for")) {
    return Fail(Status(StatusCode::kInvalidArgument, "--for goes with --allow"));
  }
  auto for_ms = ParseDurationMs(arguments.Has("for") ? arguments.Get("for") : "1h", "for");
  if (!for_ms.ok()) return Fail(for_ms.status());
  auto grants = OpenGrants(context, arguments, StoreOptions::Mode::kReadWrite);
  if (!grants.ok()) return Fail(grants.status());
  const std::string_view callee = arguments.At(0);
  const std::string_view caller = arguments.At(1);
  const auto revision =
      allow ? grants->AllowKnock(callee, caller, *for_ms) : grants->DeclineKnock(callee, caller);
  return SayRevision(context, revision,
                     Cat({Printable(callee), " to ", Printable(caller), ": ",
                          allow ? "let in for one call" : "not let in"}));
}

Command AskCommand() {
  Command command;
  command.name = "knock ask";
  command.brief = "a refused caller asks a callee to be let in";
  command.synopsis = "CALLER CALLEE [--call NAME=VALUE ...] [--fact NAME=VALUE ...]";
  command.description =
      "The callee is shown the knock if the policy would let the call through with their consent; "
      "so a block or a never-list is neither lifted nor shown. The answer says nothing of that, "
      "nor whether there is such a callee: at most one knock in 24 hours and two in 7 days are "
      "taken, and that is all it depends on. Not more than 20 knocks wait for a callee.";
  command.options = FactOptions();
  command.options.push_back(AtOption());
  command.examples = "ringfence --db world.db knock ask alice bob --call media=video";
  command.exits =
      "0   taken, be it shown or not\n"
      "1   too soon";
  command.least = 2;
  command.most = 2;
  command.run = RunAsk;
  return command;
}

}  // namespace

std::vector<Command> KnockCommands() {
  Command list;
  list.name = "knock list";
  list.brief = "the knocks that wait for a callee's answer";
  list.synopsis = "CALLEE";
  list.description = "One line each, the oldest first. A knock waits for 24 hours.";
  list.options = {AtOption()};
  list.examples = "ringfence --db world.db knock list bob";
  list.exits = "0   done";
  list.least = 1;
  list.most = 1;
  list.run = RunList;

  Command answer;
  answer.name = "knock answer";
  answer.brief = "let a caller who knocked in for one call, or do not";
  answer.synopsis = "CALLEE CALLER --allow [--for LENGTH]\nCALLEE CALLER --decline";
  answer.description =
      "With --allow the caller has consent for one call, which ends with the first one that is "
      "reported, or when the time is over. With --decline nothing changes, and the caller is not "
      "told: for 24 hours no knock of theirs is shown.";
  answer.options = {{"allow", "", "Let the caller in."},
                    {"for", "LENGTH",
                     "How long the caller may take to call: 30m, 24h, at most 127d. Default: 1h."},
                    {"decline", "", "Do not."},
                    AtOption()};
  answer.examples =
      "ringfence --db world.db knock answer bob alice --allow\n"
      "ringfence --db world.db knock answer bob alice --decline";
  answer.exits = "0   done";
  answer.least = 2;
  answer.most = 2;
  answer.run = RunAnswer;
  return {AskCommand(), list, answer};
}

}  // namespace ringfence::cli
