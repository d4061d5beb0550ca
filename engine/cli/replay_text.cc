// A replay's report for people.
#include "cli/replay_text.h"

#include <cstdio>

#include "cli/context.h"
#include "cli/html.h"
#include "cli/log_time.h"
#include "cli/replay_simulated.h"
#include "cli/replay_tables.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

std::string Headline(const Output& out, const ReplayReport& report) {
  const std::string log = Printable(report.log);
  std::string what = ": every decision again, under the policy recorded with it";
  if (report.mode == ReplayMode::kWhatIf) {
    what =
        Cat({": what ", PolicyLabel(report.policy_name, report.policy_digest), " would have done"});
  } else if (report.mode == ReplayMode::kShadow) {
    what = ": shadow evaluations against the decisions they stand beside";
  }
  std::string text = Cat({out.Styled(Style::kBold, log + what), "\n"});
  const bool all = report.entries > 0 && report.covered() == report.entries;
  const std::string coverage =
      Cat({"coverage ", report.entries == 0 ? "0 %" : ShareText(report.covered(), report.entries),
           ": ", Thousands(report.covered()), " of ", Count(report.entries, "entry", "entries"),
           report.mode == ReplayMode::kShadow ? " could be compared" : " could be decided again"});
  text += Cat({out.Styled(all ? Style::kGood : Style::kMiddling, coverage), "\n"});
  if (report.attempts == ReplayAttempts::kSimulated) {
    text += Cat({"attempts: ", SimulatedText(report), "\n"});
  }
  if (report.entries == 0) return text;
  return text +
         Cat({"from ", TimeNsText(report.first_ns), " to ", TimeNsText(report.last_ns), "\n"});
}

/// A bin, and below it why entries are there.
std::string Bin(std::string_view name, uint64_t entries, uint64_t all, std::string_view remark) {
  std::string row = ReplayRow(name, entries);
  row.pop_back();
  row += PadLeft(ShareText(entries, all), 11);
  if (entries > 0 && !remark.empty()) row += Cat({"  ", remark});
  return row + "\n";
}

std::string Reasons(const std::vector<ReplayReason>& reasons) {
  std::string text;
  for (const ReplayReason& one : reasons) {
    text += ReplayRow(Cat({"    ", Printable(one.reason)}), one.entries);
  }
  return text;
}

std::string MaybeText(const ReplayReport& report) {
  if (report.maybe_gained == 0 && report.maybe_lost == 0) return "a fact was not collected";
  return Cat({"gained perhaps ", Thousands(report.maybe_gained), ", lost perhaps ",
              Thousands(report.maybe_lost)});
}

std::string Bins(const ReplayReport& report) {
  const uint64_t all = report.entries;
  const bool reproducing = report.mode == ReplayMode::kReproduce;
  const std::string other = report.other_rule == 0
                                ? std::string()
                                : Cat({Thousands(report.other_rule), " by a rule of another name"});
  std::string text = Bin("reproduced", report.reproduced, all, other);
  text += Bin("changed", report.changed, all,
              reproducing ? "not what was recorded: a defect, or a false log" : "");
  text += Bin("indeterminate", report.indeterminate, all, MaybeText(report));
  text += Reasons(report.indeterminate_by_fact);
  text += Bin("not replayable", report.not_replayable, all, "");
  text += Reasons(report.not_replayable_by_reason);
  text += Bin("sealed", report.sealed, all, "there is no key to their facts");
  const uint64_t sum = report.reproduced + report.changed + report.indeterminate +
                       report.not_replayable + report.sealed;
  text += ReplayRow("sum", sum);
  text.pop_back();
  text += sum == all ? " = entries\n" : Cat({", but there are ", Thousands(all), " entries\n"});
  if (report.shadow > 0 && report.mode != ReplayMode::kShadow) {
    text += Cat({"  ", Count(report.shadow, "shadow evaluation", "shadow evaluations"),
                 reproducing ? " among them\n" : " left out\n"});
  }
  return text;
}

std::string DistinctText(const ReplayDistinct& distinct, std::string_view one,
                         std::string_view many) {
  return Cat({distinct.exact ? "" : "about ", Count(distinct.count, one, many)});
}

std::string ChangesText(const Output& out, const ReplayReport& report) {
  if (report.mode == ReplayMode::kReproduce || report.changed == 0) return "";
  const auto row = [](std::string_view name, uint64_t number, std::string_view remark) {
    std::string text = ReplayRow(name, number);
    text.pop_back();
    return text + Cat({"  ", remark, "\n"});
  };
  const ReplayChanges& changes = report.changes;
  std::string text = Cat({out.Styled(Style::kBold, "changes"), "\n"});
  text += row("gained", changes.gained, "refused, and would be let through");
  text += row("lost", changes.lost, "let through, and would be refused");
  text += row("kind", changes.kind, "another effect, told, signal or path");
  text += Cat({"  of ", DistinctText(report.callers, "caller", "callers"), " and ",
               DistinctText(report.callees, "callee", "callees"),
               " (pseudonyms: callers' last a day, callees' 30 days)\n"});
  return text + Cat({"  from ", TimeNsText(report.first_change_ns), " to ",
                     TimeNsText(report.last_change_ns), "\n"});
}

/// What a reader must not mistake for success, or may take for it.
std::string Conclusion(const Output& out, const ReplayReport& report,
                       const ReplayTextOptions& options) {
  const auto styled = [&](Style style, std::string_view text) {
    return Cat({out.Styled(style, text), "\n"});
  };
  if (report.entries == 0) {
    return styled(Style::kMiddling, report.mode == ReplayMode::kShadow
                                        ? "nothing was compared: no shadow evaluation is there"
                                        : "nothing was decided again: no decision is there");
  }
  if (report.covered() == 0) {
    if (report.sealed == 0) {
      return styled(Style::kBad, "nothing could be decided again: see the reasons above");
    }
    return styled(Style::kBad,
                  options.has_keys
                      ? "nothing could be decided: the keys given open none of the facts"
                      : "nothing could be decided: no keys (--facts FILE, or --db FILE and the "
                        "log's key file)");
  }
  if (report.mode != ReplayMode::kReproduce) return "";
  if (report.changed > 0) {
    return styled(Style::kBad, Cat({Count(report.changed, "decision does", "decisions do"),
                                    " not follow from facts and policy as recorded"}));
  }
  const bool all = report.covered() == report.entries;
  return styled(all ? Style::kGood : Style::kMiddling,
                all ? std::string("every decision follows from its facts and its policy")
                    : Cat({Count(report.covered(), "decision follows", "decisions follow"),
                           " from facts and policy; of ",
                           Thousands(report.entries - report.covered()), " nobody can tell"}));
}

std::string NumberText(double number, bool percent) {
  if (!percent) return Thousands(static_cast<uint64_t>(number));
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", number);
  return Cat({text, " %"});
}

}  // namespace

std::string ReplayText(const Output& out, const ReplayReport& report,
                       const ReplayTextOptions& options) {
  std::string text = Headline(out, report);
  const bool any = report.covered() > 0;
  const std::string none;
  for (const std::string& section :
       {report.entries > 0 ? Bins(report) : none, ChangesText(out, report),
        any ? MatrixText(out, report.flows) : none, any ? RulesText(report) : none,
        MoversText("callees with most changes", report.top_callees),
        MoversText("callers with most changes", report.top_callers),
        ExamplesText(out, report.examples, options.examples), PoliciesText(report)}) {
    if (!section.empty()) text += "\n" + section;
  }
  std::string end;
  for (const std::string& note : report.notes) end += Cat({"note: ", PrintableLines(note), "\n"});
  if (report.mode == ReplayMode::kReproduce) end += DivergencesText(out, report);
  end += Conclusion(out, report, options);
  return end.empty() ? text : text + "\n" + end;
}

std::string GatesText(const Output& out, const std::vector<GateResult>& gates) {
  std::string text;
  for (const GateResult& gate : gates) {
    std::string option(gate.name);
    for (char& letter : option) letter = letter == '_' ? '-' : letter;
    const std::string value =
        gate.blind ? std::string(gate.why_blind) : NumberText(gate.value, gate.percent);
    const std::string_view broken = gate.percent ? "not reached"
                                    : gate.blind ? "not held"
                                                 : "exceeded";
    text += Cat({"gate --", option, " ", NumberText(gate.limit, gate.percent), ": ", value, ", ",
                 out.Styled(gate.holds ? Style::kGood : Style::kBad, gate.holds ? "held" : broken),
                 "\n"});
  }
  return text;
}

}  // namespace ringfence::cli
