// An explanation for people.
#include "cli/explain_text.h"

#include <algorithm>

#include "cli/decision_text.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

// Where the second group of changes starts: under what the caller is told.
constexpr size_t kSecondGroupColumn = 56;
constexpr size_t kGroupGap = 3;
constexpr size_t kLineColumns = 100;
constexpr size_t kTruthColumns = 8;
constexpr size_t kMarginColumns = 10;  // "-> floor  "
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
  add(kCaller, question.CallerInSentence());
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
  std::string out = Cat({"  ", GroupText(kCallee, question, explanation)});
  const std::string caller = GroupText(kCaller, question, explanation);
  const std::string beside =
      Cat({Pad(out, std::max(kSecondGroupColumn, Width(out) + kGroupGap)), caller});
  const bool fits = Width(beside) <= kLineColumns;
  out = fits ? Cat({beside, "\n"}) : Cat({out, "\n  ", caller, "\n"});
  for (int bits = 1; bits <= (kCallee | kCaller | kOperator); ++bits) {
    const auto who = static_cast<uint8_t>(bits);
    if (who == kCallee || who == kCaller) continue;
    const std::string group = GroupText(who, question, explanation);
    if (!group.empty()) out += Cat({"  ", group, "\n"});
  }
  if (explanation.nearest_truncated) out += "  (and more)\n";
  return out;
}

/// "true  chosen"; with its name in front where `named`.
std::string FactText(const Explanation& explanation, FactId id, bool named) {
  auto seen = std::find_if(explanation.facts.begin(), explanation.facts.end(),
                           [&](const FactSeen& fact) { return fact.id == id; });
  if (seen == explanation.facts.end()) return "";
  return Cat({named ? Cat({Printable(seen->name), " = "}) : std::string(), Printable(seen->value),
              "  ", ToString(seen->origin),
              seen->detail.empty() ? std::string() : Cat({" (", Printable(seen->detail), ")"})});
}

/// One part of a condition and its facts: on the same line where there is one fact and its name is
/// in sight already, else below.
std::string PartText(const Output& out, const Explanation& explanation, const ConditionSeen& part,
                     const std::string& indent, size_t text_columns) {
  std::string line = Cat({indent, Pad(TruthText(part.truth), kTruthColumns)});
  if (part.facts.size() == 1) {
    const std::string fact = FactText(explanation, part.facts[0], false);
    return Cat(
        {line, Pad(Printable(part.text), text_columns), "  ", out.Styled(Style::kDim, fact), "\n"});
  }
  line += Printable(part.text) + "\n";
  for (FactId id : part.facts) {
    line += Cat({indent, std::string(kTruthColumns + 2, ' '),
                 out.Styled(Style::kDim, FactText(explanation, id, true)), "\n"});
  }
  return line;
}

std::string ConditionText(const Output& out, const Explanation& explanation, const RuleSeen& rule,
                          size_t margin) {
  std::string text;
  const std::string indent(margin, ' ');
  if (rule.parts.size() == 1) {  // the rule's own line says the rest
    for (FactId id : rule.parts[0].facts) {
      text += Cat({indent, std::string(kTruthColumns, ' '),
                   out.Styled(Style::kDim, FactText(explanation, id, true)), "\n"});
    }
    return text;
  }
  size_t text_columns = 0;
  for (const ConditionSeen& part : rule.parts) {
    if (part.facts.size() == 1) text_columns = std::max(text_columns, Width(part.text));
  }
  for (const ConditionSeen& part : rule.parts) {
    text += PartText(out, explanation, part, indent, text_columns);
  }
  return text;
}

std::string RuleText(const Output& out, const Explanation& explanation, const RuleSeen& rule,
                     size_t id_columns) {
  const bool reserved = rule.text.empty();  // otherwise, on_unavailable: there is nothing to test
  std::string line = Cat({rule.decides ? "-> " : "   ", rule.floor ? "floor  " : "       ",
                          Pad(Printable(rule.id), id_columns), "  ",
                          Pad(reserved ? "" : TruthText(rule.truth), kTruthColumns),
                          reserved ? std::string() : Cat({Printable(rule.text), "  "}), "=> ",
                          Printable(rule.then)});
  if (rule.decides) line = out.Styled(Style::kBold, line);
  return Cat({line, "\n", ConditionText(out, explanation, rule, kMarginColumns + id_columns + 2)});
}

}  // namespace

std::string ExplanationHead(const Output& out, const AskedQuestion& question,
                            const Explanation& explanation, bool brief) {
  const Decision& decision = explanation.decision.view;
  std::string text = DecisionLine(out, question, decision, Printable(explanation.summary)) + "\n";
  if (explanation.floor_decides) {
    if (!brief) text += "  a rule of the floor decides: it is not for lifting\n";
  } else if (!brief || !decision.let_through()) {
    text += NearestText(question, explanation);
  }
  const std::string basis = BasisNote(decision);
  if (!basis.empty()) text += Cat({"  ", basis, "\n"});
  return text;
}

std::string ExplanationRules(const Output& out, const Explanation& explanation) {
  std::string text;
  for (const DecisionSeen& decision : explanation.decisions) {
    const bool first = &decision == &explanation.decisions.front();
    if (!first && !explanation.decision->let_through()) {
      text += Cat({"\n", Printable(decision.name), ": not decided, the call is refused\n"});
      continue;
    }
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
