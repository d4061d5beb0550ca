// `ringfence check`: one question from the command line, or many from a file or standard input.
#include <ringfence/engine.h>
#include <ringfence/response.h>

#include "cli/command.h"
#include "cli/decision_text.h"
#include "cli/duration.h"
#include "cli/json_out.h"
#include "cli/question.h"
#include "cli/questions.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr int kPatienceMs = 10000;

/// --as ("operator", everything, unless it says caller) and --sip.
Result<AnswerForm> ReadForm(const Context& context, const Arguments& arguments) {
  const std::string_view as = arguments.Get("as");
  if (!as.empty() && as != "operator" && as != "caller") {
    return Status(StatusCode::kInvalidArgument, "--as is caller or operator");
  }
  if (arguments.Has("sip") && arguments.Has("questions") && !context.json()) {
    return Status(StatusCode::kInvalidArgument, "--sip of many questions goes with --json");
  }
  return AnswerForm{as == "caller", arguments.Has("sip")};
}

/// --collect and --ack (and whether there may be a --shadow), where decisions are recorded.
Result<LogOptions> ReadLogOptions(const Context& context, const Arguments& arguments) {
  LogOptions options;
  const std::string_view collect = arguments.Get("collect");
  const std::string_view ack = arguments.Get("ack");
  std::string_view error;
  if (!collect.empty() && collect != "read" && collect != "all") error = "--collect is read or all";
  if (!ack.empty() && ack != "async" && ack != "durable") error = "--ack is async or durable";
  for (std::string_view option : {"collect", "ack", "shadow"}) {
    if (!context.has_log() && arguments.Has(option)) {
      error = "--collect, --ack and --shadow go with --log";
    }
  }
  if (arguments.Has("shadow") && arguments.Get("shadow").empty()) error = "--shadow names a policy";
  if (!error.empty()) return Status(StatusCode::kInvalidArgument, std::string(error));
  // Nobody rings while this tool decides: a file of questions waits for the disk rather than leave
  // gaps.
  options.block_ms = kPatienceMs;
  if (collect == "all") options.collect = LogOptions::Collect::kAll;
  if (ack == "durable") options.ack = LogOptions::Ack::kDurable;
  return options;
}

/// What a SIP server would send, and what it has to add.
void PrintSip(Context& context, const CallerView& view) {
  context.out().Print(SipText(view));
  if (ResponseFor(view).needs_call_info) {
    context.out().Note("a 608 needs a Call-Info with the address for complaints (RFC 8688)");
  }
}

void PrintOne(Context& context, OpenEngine& open, const AskedQuestion& question,
              const Decision& decision, bool with_response) {
  Output& out = context.out();
  if (context.json()) {
    JsonOut json;
    json.Object();
    WriteDecision(json, open.engine().catalog(), question, decision,
                  open.InForce(decision.revision));
    if (open.has_log()) json.Key("receipt").TextOrNull(decision.ForCaller().receipt);
    if (with_response) json.Key("response").Raw(ResponseFor(decision.ForCaller()).ToJson());
    json.EndObject();
    out.Print(json.Line());
    return;
  }
  out.Print(DecisionLine(out, question, decision, RuleAndReason(decision)) + "\n");
  const std::string basis = BasisNote(decision);
  if (!basis.empty()) out.Print(Cat({"  ", basis, "\n"}));
  const std::string note = open.PolicyNote();
  if (!note.empty()) out.Print(Cat({"  ", note, "\n"}));
  if (open.has_log()) out.Print(Cat({"  ", ReceiptText(decision), "\n"}));
}

int CheckOne(Context& context, const AskedQuestion& question, OpenEngine& open, AnswerForm form) {
  auto reader = open.engine().NewReader();
  if (!reader.ok()) return Fail(reader.status());
  auto decision = reader->Decide(question.View());
  if (!decision.ok()) return Fail(decision.status());
  if (form.response && !context.json()) {
    PrintSip(context, decision->ForCaller());
  } else if (!form.as_caller) {
    PrintOne(context, open, question, *decision, form.response);
  } else if (context.json()) {
    context.out().Print(CallerViewLine(decision->ForCaller(), form.response));
  } else {
    context.out().Print(CallerViewText(decision->ForCaller()));
  }
  return decision->let_through() ? kExitGood : kExitNegative;
}

int Run(Context& context, const Arguments& arguments) {
  auto form = ReadForm(context, arguments);
  if (!form.ok()) return Fail(form.status());
  // The command line is looked at before the database is.
  auto question = QuestionFromArguments(context.catalog(), arguments);
  if (!question.ok()) return Fail(question.status());
  auto recording = ReadLogOptions(context, arguments);
  if (!recording.ok()) return Fail(recording.status());
  auto clock_ms = ClockFromArguments(arguments);
  if (!clock_ms.ok()) return Fail(clock_ms.status());
  OpenEngine::Options options;
  options.without_db = arguments.Has("without-db");
  if (context.has_log()) options.recording = &*recording;
  options.shadow = arguments.Get("shadow");
  options.clock_ms = *std::move(clock_ms);
  auto open = OpenEngine::Open(context, std::move(options));
  if (!open.ok()) return Fail(open.status());
  const int code =
      *question ? CheckOne(context, **question, *open, *form)
                : CheckQuestions(context, *open, std::string(arguments.Get("questions")), *form);
  const Status closed = open->CloseLog();
  return closed.ok() ? code : Fail(closed, "the decision log");
}

constexpr std::string_view kDescription =
    "Decides whether a call may ring, and prints the effect, the deciding rule and, for a refusal, "
    "what the caller is told.\n"
    "\n"
    "With --questions every question of a file is answered, one line each: caller, callee, effect, "
    "rule, told, path, separated by tabs (`-` for no path); with --json one object a line. From "
    "standard input each line is answered and flushed before the next is read, under the newest "
    "policy and revision, so that a script can hold the program open. A line that is no question "
    "is answered by `error` and the reason (with --json an object with the key `error`), and the "
    "exit code at the end is 2.\n"
    "\n"
    "Questions with an `expect` (an effect) are compared: the end of the output is a matrix of "
    "expected and given effects and an explanation of the first 20 differences. From a file such "
    "questions are not answered one by one unless --json is given.\n"
    "\n"
    "The keys of a JSON object are caller, callee, effect (refuse, ring, silence, screen, "
    "voicemail), outcome, signal, sip, retry_after, told, path and other decisions, rule, reason, "
    "basis (complete, partial, on_unavailable), facts_read, groups_read, groups_unavailable, "
    "policy {name, digest, in_force}, revision and, with a decision log, receipt. `reason`, `rule` "
    "and the facts are not for the "
    "caller's eyes: what is, is what --as caller prints.\n"
    "\n"
    "With --sip what is printed is the response of a SIP server, status line and header fields, or "
    "`(send nothing)`; it is made of what the caller may see alone. With --json the object has the "
    "key `response` instead {sip, xmpp, matrix, webrtc, text}: how to say it in each protocol "
    "(schema/responses.md).\n"
    "\n"
    "With --log every decision is recorded in the decision log, which must not be open elsewhere, "
    "and its receipt is printed: the request id under which `ringfence log show` lists it and "
    "`ringfence log prove` proves it. In lines it is one more cell, `-` for a decision that could "
    "not be recorded; then the exit code is 3.\n"
    "\n"
    "With --shadow another policy is evaluated beside, from the same facts, and the log records "
    "what it would have decided directly behind each decision, marked `shadow`. Nothing else comes "
    "of it: answers, output and exit code are those without it.";

constexpr std::string_view kExamples =
    "ringfence check --caller alice --callee bob\n"
    "ringfence check --caller alice --callee bob --call media=video platform=ios\n"
    "ringfence check --caller alice --callee bob --as caller --json\n"
    "ringfence check --caller alice --callee bob --sip\n"
    "ringfence check --no-account --callee bob\n"
    "ringfence check --caller a --callee b --without-db --policy default \\\n"
    "    --fact 'callee.follows(caller)=true' 'callee.blocks(caller)=false'\n"
    "ringfence check --questions expected.tsv --policy ./next.json\n"
    "ringfence check --questions - --json\n"
    "ringfence --log n7 check --caller alice --callee bob --ack durable\n"
    "ringfence --log n7 check --questions - --shadow ./next.json";

}  // namespace

Command CheckCommand() {
  Command command;
  command.name = "check";
  command.brief = "may this caller ring this callee?";
  command.synopsis =
      "--caller USER --callee USER [--call NAME=VALUE ...] [--fact NAME=VALUE ...] [--as caller] "
      "[--sip] [--at TIME] [--collect read|all] [--ack async|durable] [--shadow POLICY]\n"
      "--no-account --callee USER [...]\n"
      "--questions FILE|- [--as caller] [--sip] [--at TIME] [--shadow POLICY]";
  command.description = kDescription;
  command.options = QuestionOptions();
  command.options.push_back({"as", "caller|operator",
                             "caller: print only what the caller may see, without the reason. "
                             "operator, the default: print everything."});
  command.options.push_back({"sip", "",
                             "Print the response in signalling: SIP, or with --json in "
                             "every protocol."});
  command.options.push_back(AtOption());
  command.options.push_back({"collect", "read|all",
                             "What the log gets: the facts the decision needed, the default, or "
                             "besides every fact that a replay by another policy may need."});
  command.options.push_back({"ack", "async|durable",
                             "durable: answer once the decision is on disk. async, the default: "
                             "at once; then power loss may take the last 50 ms."});
  command.options.push_back({"shadow", "POLICY",
                             "A shipped rule set or a file with a slash in its name: what it would "
                             "decide is recorded beside each decision, and does nothing else."});
  command.examples = kExamples;
  command.exits =
      "0   the call is let through; all questions were answered, as expected\n"
      "1   the call is refused; an answer differs from what was expected";
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
