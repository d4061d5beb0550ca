// An explanation for people.
#include "cli/explain_text.h"

#include <algorithm>

#include "cli/decision_text.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

// Where the second group of changes starts: under what the caller is told.
constexpr size_t kSecondGroupColumn = 56;
constexpr size_t kLineColumns = 100;
constexpr size_t kTruthColumns = 8;
constexpr size_t kMaxIdColumns = 24;

constexpr auto kCallee = static_cast<uint8_t>(Who::kCallee);
constexpr auto kCaller = static_cast<uint8_t>(Who::kCaller);
constexpr auto kOperator = static_cast<uint8_t>(Who::kOperator);

std::string_view TruthText(Truth truth) {
  switch (truth) {
    case Truth::kFalse:
      return "no";
    case Truth::kTrue:
      return "yes";
    case Truth::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string WhoText(uint8_t who, const AskedQuestion& question) {
  std::string text;
  auto add = [&](uint8_t bit, const std::string& name) {
    if ((who & bit) == 0) return;
    text += Cat({text.empty() ? "" : " and ", name});
  };
  add(kCallee, question.CalleeName());
  add(kCaller, question.no_account ? "the caller" : question.CallerName());
  add(kOperator, "the operator");
  return text.empty() ? "nobody" : text;
}

/// What the changes lead to, where it is not the plain opposite.
bool IsUsual(Effect before, Effect after) {
  return before == Effect::kRefuse ? after == Effect::kRing : after == Effect::kRefuse;
}

std::string SetText(const ChangeSet& set, Effect before) {
  std::string text;
  for (const FactChange& change : set.changes) {
    const std::string phrase =
        change.sentence.empty() ? Cat({change.name, " = ", change.to}) : change.sentence;
    text += Cat({text.empty() ? "" : " and ", Printable(phrase)});
  }
  return IsUsual(before, set.effect) ? text : Cat({text, " (", ToString(set.effect), ")"});
}

/// "bob could change: follow carol | allow everyone"
std::string GroupText(uint8_t who, const AskedQuestion& question, const Explanation& explanation) {
  std::string sets;
  for (const ChangeSet& set : explanation.nearest) {
    if (set.who != who) continue;
    sets += Cat({sets.empty() ? "" : " | ", SetText(set, explanation.decision->effect)});
  }
  const bool together = (who & (who - 1)) != 0;
  const bool single_side = who == kCallee || who == kCaller;
  if (sets.empty() && !single_side) return "";
  return Cat({WhoText(who, question), together ? " together" : "",
              " could change: ", sets.empty() ? "nothing" : sets});
}

std::string NearestText(const AskedQuestion& question, const Explanation& explanation) {
  if (explanation.floor_decides) return "";
  std::string out = Cat({"  ", GroupText(kCallee, question, explanation)});
  const std::string caller = GroupText(kCaller, question, explanation);
  const std::string beside = Cat({Pad(out, kSecondGroupColumn), caller});
  const bool fits = Width(out) < kSecondGroupColumn && Width(beside) <= kLineColumns;
  out = fits ? Cat({beside, "\n"}) : Cat({out, "\n  ", caller, "\n"});
  for (uint8_t who = 1; who <= (kCallee | kCaller | kOperator); ++who) {
    if (who == kCallee || who == kCaller) continue;
    const std::string group = GroupText(who, question, explanation);
    if (!group.empty()) out += Cat({"  ", group, "\n"});
  }
  if (explanation.nearest_truncated) out += "  (and more)\n";
  return out;
}

std::string FactText(const Explanation& explanation, FactId id) {
  auto seen = std::find_if(explanation.facts.begin(), explanation.facts.end(),
                           [&](const FactSeen& fact) { return fact.id == id; });
  if (seen == explanation.facts.end()) return "";
  return Cat({Printable(seen->name), " = ", Printable(seen->value), "  ", ToString(seen->origin)});
}

std::string ConditionText(const Output& out, const Explanation& explanation, const RuleSeen& rule,
                          size_t margin) {
  std::string text;
  const std::string indent(margin, ' ');
  const bool several = rule.parts.size() > 1;
  for (const ConditionSeen& part : rule.parts) {
    if (several) {
      text += Cat({indent, Pad(TruthText(part.truth), kTruthColumns), Printable(part.text), "\n"});
    }
    for (FactId id : part.facts) {
      const std::string fact = FactText(explanation, id);
      if (fact.empty()) continue;
      text += Cat({indent, std::string(kTruthColumns + (several ? 2 : 0), ' '),
                   out.Styled(Style::kDim, fact), "\n"});
    }
  }
  return text;
}

std::string RuleText(const Output& out, const Explanation& explanation, const RuleSeen& rule,
                     size_t id_columns) {
  std::string line = Cat(
      {rule.decides ? "-> " : "   ", rule.floor ? "floor  " : "       ",
       Pad(Printable(rule.id), id_columns), "  ", Pad(TruthText(rule.truth), kTruthColumns),
       rule.text.empty() ? "" : Cat({Printable(rule.text), "  "}), "=> ", Printable(rule.then)});
  if (rule.decides) line = out.Styled(Style::kBold, line);
  return Cat({line, "\n", ConditionText(out, explanation, rule, 10 + id_columns + 2)});
}

}  // namespace

std::string ExplanationHead(const Output& out, const AskedQuestion& question,
                            const Explanation& explanation) {
  const Decision& decision = explanation.decision.view;
  std::string text = DecisionLine(out, question, decision, Printable(explanation.summary)) + "\n";
  if (!decision.let_through()) text += NearestText(question, explanation);
  const std::string basis = BasisNote(decision);
  if (!basis.empty()) text += Cat({"  ", basis, "\n"});
  return text;
}

std::string ExplanationRules(const Output& out, const Explanation& explanation) {
  std::string text;
  for (const DecisionSeen& decision : explanation.decisions) {
    size_t id_columns = 0;
    for (const RuleSeen& rule : decision.rules) {
      id_columns = std::max(id_columns, std::min(Width(rule.id), kMaxIdColumns));
    }
    text += Cat({"\n", Printable(decision.name), ", rules in order:\n"});
    for (const RuleSeen& rule : decision.rules) {
      text += RuleText(out, explanation, rule, id_columns);
    }
  }
  return text;
}

}  // namespace ringfence::cli
