// `ringfence grant set`, `grant list`, `grant request`: consent to be called.
#include <ringfence/grants.h>

#include "cli/command.h"
#include "cli/consent.h"
#include "cli/duration.h"
#include "cli/json_out.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

/// What `grant set` is to do, from its options: exactly one.
struct Wanted {
  enum class Act : uint8_t { kGive, kGivePermanently, kDecline, kRevoke };
  Act act = Act::kGive;
  int64_t until_ms = 0;
};

Result<Wanted> ReadWanted(const Arguments& arguments) {
  using Act = Wanted::Act;
  constexpr std::pair<std::string_view, Act> kOptions[] = {{"for", Act::kGive},
                                                           {"until", Act::kGive},
                                                           {"permanent", Act::kGivePermanently},
                                                           {"decline", Act::kDecline},
                                                           {"revoke", Act::kRevoke}};
  Wanted wanted;
  int given = 0;
  for (const auto& [option, act] : kOptions) {
    if (!arguments.Has(option)) continue;
    ++given;
    wanted.act = act;
  }
  if (given != 1) {
    return Status(StatusCode::kInvalidArgument,
                  "one of --for, --until, --permanent, --decline and --revoke is needed");
  }
  auto now_ms = TimeMsFromArguments(arguments);
  if (!now_ms.ok()) return now_ms.status();
  if (arguments.Has("for")) {
    auto length_ms = ParseDurationMs(arguments.Get("for"), "for");
    if (!length_ms.ok()) return length_ms.status();
    wanted.until_ms = *now_ms + *length_ms;
  }
  if (arguments.Has("until")) {
    auto until_ns =
        ParseTime(arguments.Get("until"), "until", static_cast<uint64_t>(*now_ms) * kNsPerMs);
    if (!until_ns.ok()) return until_ns.status();
    wanted.until_ms = static_cast<int64_t>(*until_ns / kNsPerMs);
  }
  return wanted;
}

int RunSet(Context& context, const Arguments& arguments) {
  auto wanted = ReadWanted(arguments);
  if (!wanted.ok()) return Fail(wanted.status());
  auto grants = OpenGrants(context, arguments, StoreOptions::Mode::kReadWrite);
  if (!grants.ok()) return Fail(grants.status());
  const std::string_view callee = arguments.At(0);
  const std::string_view caller = arguments.At(1);
  constexpr GrantSource kBy = GrantSource::kOperator;
  const std::string pair = Cat({Printable(callee), " to ", Printable(caller), ": "});
  switch (wanted->act) {
    case Wanted::Act::kGive:
      return SayRevision(context, grants->Give(callee, caller, wanted->until_ms, kBy),
                         Cat({pair, "temporary until ", TimeMsText(wanted->until_ms)}));
    case Wanted::Act::kGivePermanently:
      return SayRevision(context, grants->GivePermanently(callee, caller, kBy),
                         Cat({pair, "permanent"}));
    case Wanted::Act::kDecline:
      return SayRevision(context, grants->Decline(callee, caller, kBy), Cat({pair, "declined"}));
    case Wanted::Act::kRevoke:
      break;
  }
  return SayRevision(context, grants->Revoke(callee, caller, kBy), Cat({pair, "revoked"}));
}

void PrintGrant(Context& context, const GrantInfo& info) {
  if (context.json()) {
    JsonOut json;
    WriteGrant(info, &json);
    context.out().Print(json.Line());
    return;
  }
  std::string line = Cat({Printable(info.callee), " to ", Printable(info.caller), ": ",
                          ToString(info.state), info.one_call ? ", for one call" : ""});
  if (info.until_ms != 0) {
    line += Cat({info.state == GrantState::kExpired ? ", ended by " : " until ",
                 TimeMsText(info.until_ms)});
  }
  context.out().Print(
      Cat({line, " (", ToString(info.source), ", ", TimeMsText(info.given_at_ms), ")\n"}));
}

int RunList(Context& context, const Arguments& arguments) {
  auto grants = OpenGrants(context, arguments, StoreOptions::Mode::kReadOnly);
  if (!grants.ok()) return Fail(grants.status());
  for (const auto& list : {grants->GivenBy(arguments.At(0)), grants->GivenTo(arguments.At(0))}) {
    if (!list.ok()) return Fail(list.status());
    for (const GrantInfo& info : *list) PrintGrant(context, info);
  }
  return kExitGood;
}

int RunRequest(Context& context, const Arguments& arguments) {
  auto grants = OpenGrants(context, arguments, StoreOptions::Mode::kReadWrite);
  if (!grants.ok()) return Fail(grants.status());
  const auto answer = grants->Request(arguments.At(0), arguments.At(1));
  if (!answer.ok()) return Fail(answer.status());
  PrintAskAnswer(context, answer->accepted, answer->retry_after_s);
  return answer->accepted ? kExitGood : kExitNegative;
}

Command SetCommand() {
  Command command;
  command.name = "grant set";
  command.brief = "store that a callee consents to a caller's calls, or does not";
  command.synopsis =
      "CALLEE CALLER --for LENGTH\n"
      "CALLEE CALLER --until TIME\n"
      "CALLEE CALLER --permanent|--decline|--revoke";
  command.description =
      "Consent is the fact `callee.grant(caller)`, which policies such as `whatsapp-business` ask "
      "for. It replaces what stood there before, answers a knock that waits, and is on disk when "
      "the command returns. Both users must be known. Consent for a time ends in the very "
      "millisecond it names. A decline stands for 24 hours, in which the caller may not ask.";
  command.options = {{"for", "LENGTH", "Consent from now on: 30m, 24h, 7d."},
                     {"until", "TIME", "Consent until then: 2026-12-24, 2026-11-29T12:00:00Z."},
                     {"permanent", "", "Consent for good."},
                     {"decline", "", "No consent, and no asking for 24 hours."},
                     {"revoke", "", "Takes back a consent that holds."},
                     AtOption()};
  command.examples =
      "ringfence --db world.db grant set bob shop --for 7d\n"
      "ringfence --db world.db grant set bob shop --revoke";
  command.exits = "0   done";
  command.least = 2;
  command.most = 2;
  command.run = RunSet;
  return command;
}

}  // namespace

std::vector<Command> GrantCommands() {
  Command list;
  list.name = "grant list";
  list.brief = "the consent a user has given and was given";
  list.synopsis = "USER";
  list.description =
      "One line each: whose consent to whom, the state (temporary, permanent, declined, revoked, "
      "expired), and who put it there and when.";
  list.options = {AtOption()};
  list.examples = "ringfence --db world.db grant list bob";
  list.exits = "0   done";
  list.least = 1;
  list.most = 1;
  list.run = RunList;

  Command request;
  request.name = "grant request";
  request.brief = "may a caller's request for consent be delivered? Counts it if so";
  request.synopsis = "CALLER CALLEE";
  request.description =
      "At most one in 24 hours and two in 7 days, and none in the 24 hours after a decline. A "
      "connected call between the two starts the count again. It counts, and knows no blocks and "
      "no "
      "lists: ask `check` too before you deliver (or use `knock ask`, which asks the policy). "
      "Whoever delivers the request stores the answer with `grant set`.";
  request.options = {AtOption()};
  request.examples = "ringfence --db world.db grant request shop bob";
  request.exits =
      "0   it may be delivered, and was counted\n"
      "1   too soon";
  request.least = 2;
  request.most = 2;
  request.run = RunRequest;
  return {SetCommand(), list, request};
}

}  // namespace ringfence::cli
