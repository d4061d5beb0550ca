// A replay as a page: what it consists of, and the answer in a sentence.
#include "cli/replay_html.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/page.h"
#include "cli/replay_html_parts.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kMaxNotes = 100;
constexpr size_t kMaxNoteShown = 1024;

std::string Heading(const ReplayReport& report) {
  switch (report.mode) {
    case ReplayMode::kReproduce:
      return "Does the log follow from its facts?";
    case ReplayMode::kWhatIf:
      return Cat({"What if “", report.policy_name.empty() ? "another policy" : report.policy_name,
                  "” had decided?"});
    case ReplayMode::kShadow:
      return "Does the shadow policy answer as the one in force?";
  }
  return {};
}

/// What the report says, in a sentence that claims no more than what was covered.
std::string Answer(const ReplayReport& report) {
  if (report.entries == 0) return "There is no decision in this range.";
  const uint64_t covered = report.covered();
  if (covered == 0) {
    return "Nothing could be decided again, so this report says nothing about the decisions.";
  }
  const std::string of_covered =
      Cat({"Of ", Count(covered, "decision", "decisions"), " that could be decided again, "});
  if (report.mode == ReplayMode::kReproduce) {
    if (report.changed == 0) {
      return Cat({of_covered, covered == 1 ? "it" : "all", " gave the recorded answer."});
    }
    return Cat({of_covered, Thousands(report.changed),
                " did not give the recorded answer: the log, the policy or the engine is not what "
                "it was."});
  }
  if (report.changed == 0) return Cat({of_covered, "none would be answered differently."});
  const std::pair<uint64_t, std::string_view> changes[] = {
      {report.changes.gained, " let through instead of refused"},
      {report.changes.lost, " refused instead of let through"},
      {report.changes.kind, " in another way"}};
  std::string how;
  for (const auto& [number, what] : changes) {
    if (number > 0) how += Cat({how.empty() ? ": " : ", ", Thousands(number), what});
  }
  return Cat({of_covered, Thousands(report.changed), " would be answered differently", how, "."});
}

void WriteSummary(HtmlOut& html, const ReplayReport& report) {
  html.Leaf("p", {{"class", "answer"}}, Answer(report));
  const auto list = html.In("dl", {{"class", "facts-of-report"}});
  const auto term = [&](std::string_view name, std::string_view value) {
    WriteTerm(html, name, value);
  };
  if (report.first_ns != 0) term("First decision", ClockText(report.first_ns));
  if (report.last_ns != 0) term("Last decision", ClockText(report.last_ns));
  if (report.changes.all() > 0) {
    term("First change", ClockText(report.first_change_ns));
    term("Last change", ClockText(report.last_change_ns));
  }
  if (report.mode == ReplayMode::kWhatIf) {
    term("Policy", report.policy_name);
    WriteTerm(html, "Digest", report.policy_digest, "digest");
  }
}

void WriteNotes(HtmlOut& html, const ReplayReport& report) {
  {
    const auto list = html.In("ul", {{"class", "notes"}});
    for (size_t i = 0; i < std::min(report.notes.size(), kMaxNotes); ++i) {
      html.Leaf("li", Shortened(report.notes[i], kMaxNoteShown));
    }
  }
  WriteMore(html, kMaxNotes, report.notes.size(), "notes");
}

struct Part {
  PageSection section;
  bool there;
  void (*write)(HtmlOut& html, const ReplayReport& report);
};

std::vector<Part> PartsOf(const ReplayReport& report) {
  // Tables of nothing but zeros say nothing.
  const bool compares = report.mode != ReplayMode::kReproduce && report.covered() > 0;
  const bool rules = compares && (!report.old_rules.empty() || !report.new_rules.empty());
  const bool movers = compares && (!report.top_callees.empty() || !report.top_callers.empty());
  std::vector<Part> parts = {
      {{"coverage", "Coverage"}, true, WriteCoverage},
      {{"divergences", "Divergences"}, !report.divergences.empty(), WriteDivergences},
      {{"notes", "Notes"}, !report.notes.empty(), WriteNotes},
      {{"time", "Outcomes over time"}, !report.periods.empty(), WriteOverTime},
      {{"flows", "From outcome to outcome"}, compares && !report.flows.empty(), WriteFlows},
      {{"rules", "Rules"}, rules, WriteRules},
      {{"movers", "Who is touched most"}, movers, WriteMovers},
      {{"policies", "Policies in force"}, !report.policies.empty(), WritePolicies},
      {{"examples", "Examples"}, !report.examples.empty(), WriteExamples},
  };
  std::erase_if(parts, [](const Part& part) { return !part.there; });
  return parts;
}

}  // namespace

ReplayWords WordsOf(ReplayMode mode) {
  switch (mode) {
    case ReplayMode::kReproduce:
      return {"Replay", "decision", "Divergent", "As recorded", "As derived"};
    case ReplayMode::kWhatIf:
      return {"What-if replay", "decision", "Changed", "As recorded", "Under the other policy"};
    case ReplayMode::kShadow:
      return {"Shadow evaluations", "evaluation", "Changed", "As decided", "Under the shadow"};
  }
  return {};
}

std::string ReplayHtml(const ReplayReport& report) {
  const std::vector<Part> parts = PartsOf(report);
  PageHead head;
  head.kind = WordsOf(report.mode).kind;
  head.heading = Shortened(Heading(report));
  head.log = report.log;
  for (const Part& part : parts) head.sections.push_back(part.section);
  return WritePage(head, [&](HtmlOut& html) {
    WriteSummary(html, report);
    for (const Part& part : parts) {
      const InSection section(html, part.section);
      part.write(html, report);
    }
  });
}

}  // namespace ringfence::cli
