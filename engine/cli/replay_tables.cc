// The tables of a replay's report.
#include "cli/replay_tables.h"

#include <algorithm>
#include <map>

#include "cli/context.h"
#include "cli/decision_text.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kChangeColumns = 11;
constexpr size_t kMargin = 2;
constexpr size_t kIndent = 6;

std::string ChangesHeader() {
  return Cat({PadLeft("gained", kChangeColumns), PadLeft("lost", kChangeColumns),
              PadLeft("kind", kChangeColumns), "\n"});
}

/// Zeros are dots: what is there is to be seen.
std::string CellText(uint64_t number) { return number == 0 ? "." : Thousands(number); }

std::string ChangesCells(const ReplayChanges& changes) {
  return Cat({PadLeft(CellText(changes.gained), kChangeColumns),
              PadLeft(CellText(changes.lost), kChangeColumns),
              PadLeft(CellText(changes.kind), kChangeColumns)});
}

/// "ring by followed", with path and basis where there is something to say.
std::string AnswerText(const ReplayAnswer& answer) {
  std::string text = Printable(answer.outcome);
  if (answer.outcome != ToString(answer.effect)) text += Cat({" (", ToString(answer.effect), ")"});
  text += Cat({" by ", Printable(answer.rule)});
  if (!answer.path.empty()) text += Cat({" [", Printable(answer.path), "]"});
  if (answer.basis != Basis::kComplete) text += Cat({", ", ToString(answer.basis)});
  return text;
}

/// The different names of one side of the flows, in the order in which they come.
struct Side {
  std::vector<std::string> names;
  size_t Add(const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<size_t>(found - names.begin());
    names.push_back(name);
    return names.size() - 1;
  }
};

std::string OutcomeLabel(const std::string& name, Effect effect) {
  if (name == ToString(effect)) return Printable(name);
  return Cat({Printable(name), " (", ToString(effect), ")"});
}

struct Matrix {
  struct Cell {
    uint64_t entries = 0;
    bool changed = false;
  };
  Side from, to;
  std::map<std::pair<size_t, size_t>, Cell> cells;
  size_t name_columns = 0;
  std::vector<size_t> columns;  ///< by `to`

  explicit Matrix(const std::vector<ReplayFlow>& flows) {
    for (const ReplayFlow& flow : flows) {
      const size_t row = from.Add(OutcomeLabel(flow.from, flow.from_effect));
      const size_t column = to.Add(OutcomeLabel(flow.to, flow.to_effect));
      Cell& cell = cells[{row, column}];
      cell.entries += flow.entries;
      cell.changed = cell.changed || flow.changes.all() > 0;
      name_columns = std::max(name_columns, Width(from.names[row]));
      columns.resize(to.names.size());
      columns[column] = std::max(
          {columns[column], Width(to.names[column]), Width(Thousands(cell.entries)), size_t{6}});
    }
  }
  size_t width() const {
    size_t sum = kMargin + name_columns;
    for (size_t one : columns) sum += kMargin + one;
    return sum;
  }
};

std::string MatrixTable(const Output& out, const Matrix& matrix) {
  const std::string margin(kMargin, ' ');
  std::string text = margin + std::string(matrix.name_columns, ' ');
  for (size_t column = 0; column < matrix.columns.size(); ++column) {
    text += margin + PadLeft(matrix.to.names[column], matrix.columns[column]);
  }
  text += "\n";
  for (size_t row = 0; row < matrix.from.names.size(); ++row) {
    text += margin + Pad(matrix.from.names[row], matrix.name_columns);
    for (size_t column = 0; column < matrix.columns.size(); ++column) {
      const auto cell = matrix.cells.find({row, column});
      const Matrix::Cell shown = cell == matrix.cells.end() ? Matrix::Cell() : cell->second;
      const std::string number = PadLeft(CellText(shown.entries), matrix.columns[column]);
      text += margin + (shown.changed ? out.Styled(Style::kMiddling, number) : number);
    }
    text += "\n";
  }
  return text;
}

std::string FlowList(const Output& out, const Matrix& matrix) {
  std::string text;
  for (const auto& [place, cell] : matrix.cells) {
    const std::string number = PadLeft(Thousands(cell.entries), kReplayNumberColumns);
    text += Cat({cell.changed ? out.Styled(Style::kMiddling, number) : number, "  ",
                 matrix.from.names[place.first], " -> ", matrix.to.names[place.second], "\n"});
  }
  return text;
}

std::string RuleTable(std::string_view title, const std::vector<ReplayRule>& rules) {
  std::string rows;
  for (const ReplayRule& rule : rules) {
    if (rule.entries == 0) continue;
    std::string row = ReplayRow(Printable(rule.id), rule.entries);
    row.pop_back();
    rows += Cat({row, ChangesCells(rule.changes), "\n"});
  }
  if (rows.empty()) return rows;
  return Cat({Pad(title, kMargin + kReplayNameColumns), PadLeft("entries", kReplayNumberColumns),
              ChangesHeader(), rows});
}

std::string NeverReached(const std::vector<ReplayRule>& rules) {
  std::string names;
  for (const ReplayRule& rule : rules) {
    if (rule.entries == 0) names += Cat({names.empty() ? "" : ", ", Printable(rule.id)});
  }
  if (names.empty()) return names;
  return "rules that no recorded decision reaches\n" + Wrap(names, kMargin, kReplayColumns);
}

std::string PolicyName(const ReplayReport& report, const std::string& digest) {
  for (const ReplayPolicyUse& use : report.policies) {
    if (use.digest == digest) return PolicyLabel(use.name.empty() ? "(no text)" : use.name, digest);
  }
  return PolicyLabel("(unknown)", digest);
}

std::string TimesText(uint64_t first_ns, uint64_t last_ns) {
  return Cat({TimeNsText(first_ns), " to ", TimeNsText(last_ns)});
}

}  // namespace

std::string ReplayRow(std::string_view name, uint64_t number) {
  return Cat({"  ", Pad(name, kReplayNameColumns), PadLeft(Thousands(number), kReplayNumberColumns),
              "\n"});
}

std::string MatrixText(const Output& out, const std::vector<ReplayFlow>& flows) {
  if (flows.empty()) return "";
  const Matrix matrix(flows);
  const std::string title = "outcomes: what was, down; what would be, across\n";
  return title +
         (matrix.width() <= kReplayColumns ? MatrixTable(out, matrix) : FlowList(out, matrix));
}

std::string RulesText(const ReplayReport& report) {
  return Cat({RuleTable("rules that decided", report.old_rules),
              RuleTable("rules that would decide", report.new_rules),
              NeverReached(report.new_rules)});
}

std::string MoversText(std::string_view title, const std::vector<ReplayMover>& movers) {
  if (movers.empty()) return "";
  const std::string blank(kReplayNumberColumns - kIndent + kMargin, ' ');
  std::string text =
      Cat({Pad(title, kMargin + kReplayNameColumns), blank, "    ", ChangesHeader()});
  for (const ReplayMover& mover : movers) {
    text += Cat({"  ", Pad(Printable(mover.pseudonym), kReplayNameColumns + kReplayNumberColumns),
                 ChangesCells(mover.changes)});
    if (mover.at_most_missed > 0) {
      text += Cat({"  at most ", Thousands(mover.at_most_missed), " more"});
    }
    text += "\n";
  }
  return text;
}

std::string ExamplesText(const Output& out, const std::vector<ReplayExample>& examples,
                         size_t most) {
  if (examples.empty() || most == 0) return "";
  std::string text = "examples\n";
  for (size_t i = 0; i < std::min(most, examples.size()); ++i) {
    const ReplayExample& example = examples[i];
    const Style style = example.change == "gained" ? Style::kGood
                        : example.change == "lost" ? Style::kBad
                                                   : Style::kMiddling;
    text += Cat({"  ", out.Styled(style, Pad(Printable(example.change), kIndent)), "  ",
                 Printable(example.month), " entry ", std::to_string(example.index), "  ",
                 TimeNsText(example.time_ns), "\n"});
    text += Cat({std::string(kIndent, ' '), AnswerText(example.was), " -> ",
                 AnswerText(example.now), "\n"});
    text += Cat({std::string(kIndent, ' '), "receipt ", Printable(example.request_id), "\n"});
    std::string facts;
    for (const std::string& fact : example.facts) {
      facts += Cat({facts.empty() ? "" : ", ", Printable(fact)});
    }
    if (!facts.empty()) text += Wrap(facts, kIndent, kReplayColumns);
  }
  if (examples.size() <= most) return text;
  return text + Cat({"  and ", Thousands(examples.size() - most),
                     " more: --examples, --json or --html have them\n"});
}

std::string DivergencesText(const Output& out, const ReplayReport& report) {
  std::string text;
  for (const ReplayDivergence& one : report.divergences) {
    text += Cat({out.Styled(Style::kBad, "divergent: "), Printable(one.month), " entry ",
                 std::to_string(one.index), ", ", Printable(one.stage), "\n"});
    text += Cat({"  recorded  ", AnswerText(one.recorded), "\n"});
    text += Cat({"  derived   ", AnswerText(one.derived), "\n"});
  }
  if (report.changed > report.divergences.size()) {
    text += Cat({"... and ", Thousands(report.changed - report.divergences.size()), " more\n"});
  }
  return text;
}

std::string PoliciesText(const ReplayReport& report) {
  if (report.policies.empty()) return "";
  std::string text = "policies of the decisions\n";
  for (const ReplayPolicyUse& use : report.policies) {
    text += ReplayRow(Cat({PolicyName(report, use.digest), use.shadow ? ", shadow" : ""}),
                      use.decisions);
    text += Cat({"      ", TimesText(use.first_ns, use.last_ns), "\n"});
  }
  const auto real = std::count_if(report.policies.begin(), report.policies.end(),
                                  [](const ReplayPolicyUse& use) { return !use.shadow; });
  // Where each was in force once, the first and last of its decisions say when.
  if (report.policy_periods.size() <= static_cast<size_t>(real)) return text;
  text += "in force, one after the other\n";
  for (const ReplayPolicyPeriod& period : report.policy_periods) {
    text += ReplayRow(PolicyName(report, period.digest), period.decisions);
    text += Cat({"      ", TimesText(period.from_ns, period.to_ns), "\n"});
  }
  return text;
}

}  // namespace ringfence::cli
