// A decision as the tool prints it.
#include "cli/decision_text.h"

#include <ringfence/response.h>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

// So wide that the usual lines stand in columns under each other.
constexpr size_t kPairColumns = 14;
constexpr size_t kEffectColumns = 6;
constexpr size_t kSummaryColumns = 30;

/// "unavailable, 480, retry after 30 s"
std::string ToldText(const CallerView& view) {
  std::string text = Printable(view.told);
  if (view.sip_status != 0) text += Cat({", ", std::to_string(view.sip_status)});
  if (view.retry_after_s != 0) {
    text += Cat({", retry after ", std::to_string(view.retry_after_s), " s"});
  }
  return text;
}

}  // namespace

Style StyleOf(Effect effect) {
  if (effect == Effect::kRefuse) return Style::kBad;
  return effect == Effect::kRing ? Style::kGood : Style::kMiddling;
}

std::string_view GroupName(Group group) {
  static constexpr std::string_view kNames[kGroupCount] = {
      "call",           "callee", "caller", "pair",     "cohort", "contact",
      "caller_contact", "list",   "grant",  "attempts", "time"};
  return kNames[static_cast<size_t>(group)];
}

std::string_view WhoName(Who who) {
  switch (who) {
    case Who::kNobody:
      return "nobody";
    case Who::kCallee:
      return "callee";
    case Who::kCaller:
      return "caller";
    case Who::kOperator:
      return "operator";
  }
  return "nobody";
}

std::string DecisionLine(const Output& out, const AskedQuestion& question, const Decision& decision,
                         std::string_view summary) {
  const std::string pair = Cat({question.CallerName(), " -> ", question.CalleeName()});
  // Padded before it is styled: the escape sequences take no columns.
  const std::string effect = Pad(ToString(decision.effect), kEffectColumns);
  std::string line =
      Cat({Pad(pair, kPairColumns), "  ", out.Styled(StyleOf(decision.effect), effect), "  "});
  if (decision.let_through()) {
    line += summary;
    if (!decision.path().empty()) line += Cat({"  [", Printable(decision.path()), "]"});
    return line;
  }
  const std::string told = ToldText(decision.ForCaller());
  return line + Cat({Pad(summary, kSummaryColumns), "  (", question.CallerInSentence(),
                     " is told: ", told, ")"});
}

std::string RuleAndReason(const Decision& decision) {
  std::string rule = Printable(decision.rule);
  if (decision.reason.empty() || decision.reason == decision.rule) return rule;
  return Cat({rule, ": ", Printable(decision.reason)});
}

std::string BasisNote(const Decision& decision) {
  if (decision.basis == Basis::kComplete) return "";
  std::string groups;
  for (int i = 0; i < kGroupCount; ++i) {
    const auto group = static_cast<Group>(i);
    if ((decision.groups_unavailable & Bit(group)) == 0) continue;
    groups += Cat({groups.empty() ? "" : ", ", GroupName(group)});
  }
  const std::string_view matter = decision.basis == Basis::kPartial
                                      ? "but the answer is the same whatever they are"
                                      : "and they matter";
  return Cat({"some facts could not be read", groups.empty() ? "" : " (", groups,
              groups.empty() ? ", " : "), ", matter});
}

std::string ReceiptText(const Decision& decision) {
  if (!decision.recorded()) return "not recorded: the decision log is full or has failed";
  return Cat({"receipt ", decision.ForCaller().receipt});
}

std::string CallerViewText(const CallerView& view) {
  std::string text = Cat({"told  ", Printable(view.told), "\n"});
  if (!view.path.empty()) text += Cat({"path  ", Printable(view.path), "\n"});
  if (view.sip_status != 0) text += Cat({"sip   ", std::to_string(view.sip_status), "\n"});
  if (view.retry_after_s != 0) {
    text += Cat({"retry after ", std::to_string(view.retry_after_s), " s\n"});
  }
  if (!view.receipt.empty()) text += Cat({"receipt  ", view.receipt, "\n"});
  return text;
}

std::string CallerViewLine(const CallerView& view, bool with_response) {
  std::string object = view.ToJson();
  if (with_response) {
    object.pop_back();  // the brace: one member more
    object += Cat({",\"response\":", ResponseFor(view).ToJson(), "}"});
  }
  return PrintableJson(object) + "\n";
}

std::string SipText(const CallerView& view) {
  const Response response = ResponseFor(view);
  if (response.sends_nothing()) return "(send nothing)\n";
  std::string text;
  for (const char c : response.SipFragment()) {
    if (c != '\r') text += c;
  }
  return text;
}

void WriteGroups(JsonOut& json, GroupSet groups) {
  json.Array();
  for (int i = 0; i < kGroupCount; ++i) {
    const auto group = static_cast<Group>(i);
    if ((groups & Bit(group)) != 0) json.Text(GroupName(group));
  }
  json.EndArray();
}

void WriteDecision(JsonOut& json, const Catalog& catalog, const AskedQuestion& question,
                   const Decision& decision, std::optional<bool> in_force) {
  json.Key("caller").TextOrNull(question.caller).Key("callee").Text(question.callee);
  json.Key("effect").Text(ToString(decision.effect));
  json.Key("outcome").Text(decision.outcome);
  json.Key("signal").Text(ToString(decision.signal));
  json.Key("sip");
  decision.sip_status == 0 ? json.Null() : json.Number(decision.sip_status);
  json.Key("retry_after");
  decision.retry_after_s == 0 ? json.Null() : json.Number(decision.retry_after_s);
  json.Key("told").Text(decision.told);
  json.Key("path").TextOrNull(decision.path());
  for (size_t i = 0; i < decision.extra_count; ++i) {
    const ExtraDecision& extra = decision.extras[i];
    if (extra.name != "path") json.Key(extra.name).TextOrNull(extra.value);
  }
  json.Key("rule").Text(decision.rule).Key("reason").Text(decision.reason);
  json.Key("basis").Text(ToString(decision.basis));
  json.Key("facts_read").Array();
  for (const FactInfo& fact : catalog.facts()) {
    if (decision.facts_read.Contains(fact.id)) json.Text(fact.name);
  }
  json.EndArray().Key("groups_read");
  WriteGroups(json, decision.groups_read);
  json.Key("groups_unavailable");
  WriteGroups(json, decision.groups_unavailable);
  json.Key("policy").Object().Key("name").Text(decision.policy_name);
  json.Key("digest").Text(decision.policy_digest);
  if (in_force) json.Key("in_force").Bool(*in_force);
  json.EndObject().Key("revision").Number(decision.revision);
}

}  // namespace ringfence::cli
