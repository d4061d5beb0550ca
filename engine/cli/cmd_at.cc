// `ringfence at`: what was decided about a call then, as the decision log has it.
#include "cli/command.h"
#include "cli/decision_text.h"
#include "cli/json_out.h"
#include "cli/log_input.h"
#include "cli/log_text.h"
#include "cli/log_time.h"
#include "cli/progress.h"
#include "cli/question.h"
#include "cli/recorded.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kPairColumns = 14;
constexpr size_t kEffectColumns = 9;
constexpr size_t kRuleColumns = 16;
constexpr size_t kColumns = 96;

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

/// Who is asked about, and how they are called in the answer.
struct Asked {
  RecordedQuestion question;
  AskedQuestion names;
  std::vector<std::string> unknown;  ///< to the database
};

Result<Asked> ReadQuestion(const Context& context, const Arguments& arguments) {
  Asked asked;
  if (!arguments.Has("time")) return Invalid("--time TIME is missing");
  asked.names.caller = arguments.Get("caller");
  asked.names.callee = arguments.Get("callee");
  asked.names.no_account = arguments.Has("no-account");
  if (Status status = CheckComplete(asked.names); !status.ok()) return status;
  auto span = ParseTimeSpan(arguments.Get("time"), "time", NowNs());
  if (!span.ok()) return span.status();
  asked.question.span = *span;
  asked.question.caller = asked.names.caller;
  asked.question.callee = asked.names.callee;
  if (!context.has_db()) {
    return Invalid(
        "the database (--db FILE) and the log's key file are needed: the log itself names nobody");
  }
  return asked;
}

/// The keys, and who is not known any more, or not yet.
Status OpenSecrets(const Context& context, const Arguments& arguments, Asked* asked) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return store.status();
  for (const std::string& user : {asked->question.caller, asked->question.callee}) {
    if (user.empty()) continue;
    auto info = store->ShowUser(user);
    if (info.ok()) continue;
    if (info.status().code() != StatusCode::kNotFound) return info.status();
    asked->unknown.push_back(user);
  }
  LogSecrets& secrets = asked->question.secrets;
  secrets.store = *std::move(store);
  secrets.keys = context.LogKeysPath();
  if (!arguments.Has("facts")) return Status();
  auto contents = ReadFactsKeys(arguments.Get("facts"));
  if (!contents.ok()) return contents.status();
  secrets.facts_keys = *std::move(contents);
  asked->question.shows_facts = true;
  return Status();
}

std::string PairText(const Asked& asked) {
  return Pad(Cat({asked.names.CallerName(), " -> ", asked.names.CalleeName()}), kPairColumns);
}

std::string SpanText(const TimeSpan& span) {
  return Cat({"from ", TimeNsText(span.from_ns), " to ", TimeNsText(span.to_ns)});
}

std::string NameOf(const RecordedAnswer& answer, const std::string& digest) {
  for (const RecordedPolicy& policy : answer.policies) {
    if (policy.digest == digest && !policy.name.empty()) return PolicyLabel(policy.name, digest);
  }
  return digest.empty() ? "of which the log has no text" : PolicyLabel("(no text)", digest);
}

std::string PlaceText(const LogReader& reader, const LogEntry& entry) {
  return Cat(
      {"entry ", std::to_string(entry.index), " of ", Printable(OriginOf(reader.name(), entry))});
}

std::string DecisionText(const Output& out, const LogReader& reader, const Asked& asked,
                         const RecordedAnswer& answer, const LogEntry& entry) {
  const std::string effect = Pad(ToString(entry.effect), kEffectColumns);
  std::string text = Cat({PairText(asked), "  ", out.Styled(StyleOf(entry.effect), effect), "  ",
                          Printable(entry.rule)});
  if (!entry.path.empty()) text += Cat({"  [", Printable(entry.path), "]"});
  if (entry.shadow) text += "  (shadow: nobody was answered so)";
  text += Cat({"\n  ", TimeNsText(entry.time_ns), ", ", PlaceText(reader, entry), "\n"});
  text += Cat({"  outcome ", Printable(entry.outcome), ", ", ToString(entry.basis), ", policy ",
               NameOf(answer, entry.policy_digest), "\n"});
  text += Cat({"  receipt ", Printable(entry.request_id), "\n"});
  for (const std::string& fact : entry.facts) text += Cat({"    ", Printable(fact), "\n"});
  return text;
}

std::string NearestText(const Output& out, std::string_view which,
                        const std::optional<LogEntry>& entry) {
  if (!entry) return Cat({"  ", which, "  nothing about the two\n"});
  const std::string effect = Pad(ToString(entry->effect), kEffectColumns);
  return Cat({"  ", which, "  ", TimeNsText(entry->time_ns), "  ",
              out.Styled(StyleOf(entry->effect), effect), "  ",
              Pad(Printable(entry->rule), kRuleColumns), "  ", Printable(entry->month), " entry ",
              std::to_string(entry->index), "\n"});
}

/// What was in force, by what else was decided.
std::string PolicyText(const TimeSpan& span, const RecordedAnswer& answer) {
  if (answer.policies.empty()) return "  no decision of anybody is in the log\n";
  std::string text;
  for (const RecordedPolicy& policy : answer.policies) {
    const std::string label =
        PolicyLabel(policy.name.empty() ? "(no text)" : policy.name, policy.digest);
    if (policy.last_ns < span.from_ns) {
      text += Cat({"  policy ", label, " decided until ", TimeNsText(policy.last_ns), "\n"});
    } else if (policy.first_ns >= span.to_ns) {
      text += Cat({"  policy ", label, " decided from ", TimeNsText(policy.first_ns), " on\n"});
    } else {
      text += Cat({"  policy ", label, " was in force\n"});
    }
  }
  if (answer.log_first_ns >= span.to_ns) {
    text += "  the log begins later than that\n";
  } else if (answer.log_last_ns < span.from_ns) {
    text += "  nothing so late is under a checkpoint\n";
  }
  return text;
}

std::string MissingText(const Output& out, const Asked& asked, const RecordedAnswer& answer) {
  const TimeSpan& span = asked.question.span;
  std::string text = Cat({PairText(asked), "  ", out.Styled(Style::kMiddling, "not recorded"),
                          "\n  ", SpanText(span), "\n"});
  text += NearestText(out, "before", answer.before);
  text += NearestText(out, "after ", answer.after);
  if (answer.not_recorded > 0) {
    text += Cat({"  gaps of that time count ", Count(answer.not_recorded, "decision", "decisions"),
                 " of anybody, shadow evaluations among them\n"});
  }
  return text + PolicyText(span, answer);
}

std::string UnknownText(const std::vector<std::string>& unknown) {
  std::string text;
  for (const std::string& user : unknown) {
    text += Wrap(Cat({"note: nobody called ", Printable(user),
                      " is in the database, not yet or not any more. Decisions made while somebody "
                      "was, who has been forgotten since, cannot be found; those about the bare "
                      "name can."}),
                 0, kColumns);
  }
  return text;
}

void WriteEntries(JsonOut& json, const LogReader& reader, std::string_view key,
                  const std::vector<LogEntry>& entries) {
  json.Key(key).Array();
  for (const LogEntry& entry : entries) WriteEntry(json, reader.name(), entry);
  json.EndArray();
}

std::string Json(const LogReader& reader, const Asked& asked, const RecordedAnswer& answer) {
  const auto time = [](uint64_t time_ns) { return time_ns == 0 ? "" : TimeNsText(time_ns); };
  JsonOut json;
  json.Object().Key("caller").TextOrNull(asked.names.caller);
  json.Key("callee").Text(asked.names.callee);
  json.Key("from").Text(TimeNsText(asked.question.span.from_ns));
  json.Key("to").Text(TimeNsText(asked.question.span.to_ns));
  json.Key("recorded").Bool(!answer.decisions.empty());
  WriteEntries(json, reader, "decisions", answer.decisions);
  WriteEntries(json, reader, "shadows", answer.shadows);
  for (const auto& [key, entry] : {std::pair("before", answer.before), {"after", answer.after}}) {
    json.Key(key);
    entry ? WriteEntry(json, reader.name(), *entry) : static_cast<void>(json.Null());
  }
  json.Key("not_recorded").Number(answer.not_recorded).Key("policies").Array();
  for (const RecordedPolicy& policy : answer.policies) {
    json.Object().Key("name").TextOrNull(policy.name).Key("digest").TextOrNull(policy.digest);
    json.Key("first").TextOrNull(time(policy.first_ns));
    json.Key("last").TextOrNull(time(policy.last_ns)).EndObject();
  }
  json.EndArray().Key("unknown").Array();
  for (const std::string& user : asked.unknown) json.Text(user);
  json.EndArray().EndObject();
  return json.Line();
}

int Run(Context& context, const Arguments& arguments) {
  auto asked = ReadQuestion(context, arguments);
  if (!asked.ok()) return Fail(asked.status());
  auto reader = context.OpenLogReader();
  if (!reader.ok()) return Fail(reader.status());
  Status opened = OpenSecrets(context, arguments, &*asked);
  if (!opened.ok()) return Fail(opened);
  Progress progress("log", "entries", context.out().quiet());
  auto answer = FindRecorded(*reader, asked->question,
                             [&](uint64_t done, uint64_t total) { progress.Work(done, total); });
  progress.Clear();
  if (!answer.ok()) return Fail(answer.status());
  Output& out = context.out();
  if (context.json()) {
    out.Print(Json(*reader, *asked, *answer));
  } else {
    for (const std::vector<LogEntry>* entries : {&answer->decisions, &answer->shadows}) {
      for (const LogEntry& entry : *entries) {
        out.Print(DecisionText(out, *reader, *asked, *answer, entry));
      }
    }
    if (answer->decisions.empty()) out.Print(MissingText(out, *asked, *answer));
    out.Print(UnknownText(asked->unknown));
  }
  return answer->decisions.empty() ? kExitNegative : kExitGood;
}

}  // namespace

Command AtCommand() {
  Command command;
  command.name = "at";
  command.brief = "what was decided about a call then?";
  command.synopsis = "--time TIME --caller USER|--no-account --callee USER [--facts FILE]";
  command.description =
      "Prints every decision about the two that the decision log has of that time: effect, rule, "
      "time, place in the log, policy, receipt. Shadow evaluations are marked. Where there is "
      "none, the nearest before and after, decisions that could not be recorded, and the policy "
      "that was in force by what else was decided. Nothing is decided again, and nothing guessed.\n"
      "\n"
      "The database and the log's key file find the two in the log. Who was forgotten is nobody in "
      "it any more. What is read is trusted: `ringfence log verify` tells whether one may.";
  command.options = {
      {"time", "TIME",
       "As exact as it is written: 2026-11-29T12:00:07.5Z, 2026-11-29T12:00:07Z (that second), "
       "2026-11-29T12:00Z (that minute), 2026-11-29T12Z, 2026-11-29 (that day, UTC), or counted "
       "back from now: -90s, -15m (that minute), -24h, -30d."},
      {"caller", "USER", "Who called."},
      {"no-account", "", "The caller had no account, in place of --caller."},
      {"callee", "USER", "Who was called."},
      {"facts", "FILE", "Facts keys that `ringfence log keys` exported: show the facts."}};
  command.examples =
      "ringfence --log n7 --db world.db at --time 2026-11-29T12:00Z --caller alice --callee bob\n"
      "ringfence --log n7 --db world.db at --time 2026-11-29 --caller alice --callee bob --json";
  command.exits = "0   a decision of that time is recorded\n1   none is";
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
