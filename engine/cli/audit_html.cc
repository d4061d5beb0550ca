// An audit as a page.
#include "cli/audit_html.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "cli/audit_sections.h"
#include "cli/page.h"
#include "cli/replay_html_parts.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kMaxItems = 500;
constexpr size_t kMaxSentence = 1024;
constexpr size_t kMaxValue = 512;  // a verifier key fits
constexpr size_t kLongValue = 32;  // takes a line of its own

/// The class of report.css for an outcome.
std::string_view ToneOf(AuditOutcome outcome) {
  switch (outcome) {
    case AuditOutcome::kHolds:
      return "holds";
    case AuditOutcome::kFails:
      return "fails";
    case AuditOutcome::kCannotTell:
      break;
  }
  return "cannot-tell";
}

void WriteBadge(HtmlOut& html, AuditOutcome outcome) {
  html.Leaf("span", {{"class", Cat({"outcome-badge ", ToneOf(outcome)})}}, ToString(outcome));
}

uint64_t CountOf(const LogAudit& audit, AuditOutcome outcome) {
  return static_cast<uint64_t>(
      std::count_if(audit.answers.begin(), audit.answers.end(),
                    [&](const AuditAnswer& answer) { return answer.outcome == outcome; }));
}

std::string Answer(const LogAudit& audit) {
  if (audit.holds()) return "To all eight questions the answer is that the log holds.";
  const uint64_t fails = CountOf(audit, AuditOutcome::kFails);
  const uint64_t unknown = CountOf(audit, AuditOutcome::kCannotTell);
  std::string text = "Of eight questions, ";
  if (fails > 0) text += Cat({std::to_string(fails), fails == 1 ? " fails" : " fail"});
  if (fails > 0 && unknown > 0) text += " and ";
  if (unknown > 0)
    text += Cat({std::to_string(unknown), " cannot be answered from what was given"});
  return text + ".";
}

void WriteSummary(HtmlOut& html, const LogAudit& audit) {
  html.Leaf("p", {{"class", "answer"}}, Answer(audit));
  const auto list = html.In("dl", {{"class", "facts-of-report"}});
  const LogVerification& seen = audit.verification;
  WriteTerm(html, "Entries", Thousands(seen.entries));
  WriteTerm(html, "Decisions", Thousands(seen.decisions));
  WriteTerm(html, "First entry", ClockText(seen.first_time_ns));
  WriteTerm(html, "Last entry", ClockText(seen.last_time_ns));
  if (audit.from_ns != 0) WriteTerm(html, "Replayed and listed from", ClockText(audit.from_ns));
  if (audit.to_ns != UINT64_MAX) WriteTerm(html, "up to", ClockText(audit.to_ns));
  std::string anchors;
  for (const std::string& anchor : audit.anchors) {
    anchors += Cat({anchors.empty() ? "" : ", ", anchor});
  }
  WriteTerm(html, "Compared with", anchors.empty() ? "nothing outside the log" : anchors);
}

/// The questions and their answers, each a link to its section.
void WriteAnswers(HtmlOut& html, const std::vector<AuditSection>& sections) {
  const InTable table(html, "Questions and answers", {{"Question"}, {"Answer"}, {"Why"}});
  const auto body = html.In("tbody");
  for (const AuditSection& section : sections) {
    const auto row = html.In("tr");
    {
      const auto head = html.In("th", {{"scope", "row"}});
      html.Leaf("a", {{"href", Cat({"#", section.id})}}, section.title);
    }
    {
      const auto cell = html.In("td");
      WriteBadge(html, section.outcome);
    }
    std::string why;
    if (!section.reasons.empty()) {
      why = Shortened(section.reasons.front(), kMaxSentence);
      const size_t more = section.reasons.size() - 1;
      if (more > 0) why += Cat({" And ", Count(more, "more reason", "more reasons"), "."});
    }
    TextCell(html, why);
  }
}

void WriteSentences(HtmlOut& html, std::string_view title, const std::vector<std::string>& texts,
                    std::string_view tone) {
  if (texts.empty()) return;
  html.Leaf("h3", title);
  {
    const auto list = html.In("ul", {{"class", Cat({"notes ", tone})}});
    for (size_t i = 0; i < std::min(texts.size(), kMaxItems); ++i) {
      html.Leaf("li", Shortened(texts[i], kMaxSentence));
    }
  }
  WriteMore(html, kMaxItems, texts.size(), "sentences");
}

void WriteFindings(HtmlOut& html, std::string_view caption,
                   const std::vector<LogFinding>& findings) {
  if (findings.empty()) return;
  const InTable table(html, caption, {{"Check"}, {"Month"}, {"Entry", true}, {"What is wrong"}});
  const auto body = html.In("tbody");
  for (size_t i = 0; i < std::min(findings.size(), kMaxItems); ++i) {
    const LogFinding& finding = findings[i];
    const auto row = html.In("tr");
    {
      const auto head = html.In("th", {{"scope", "row"}});
      html.Name(finding.check);
    }
    NameCell(html, finding.month);
    NumberCell(html, finding.index ? Thousands(*finding.index) : std::string());
    TextCell(html, Shortened(finding.detail, kMaxSentence));
  }
}

void WriteEvidence(HtmlOut& html, const AuditSection& section) {
  if (section.evidence.empty()) return;
  html.Leaf("h3", "Evidence");
  const auto list = html.In("dl", {{"class", "evidence"}});
  for (size_t i = 0; i < std::min(section.evidence.size(), kMaxItems); ++i) {
    const auto& [name, value] = section.evidence[i];
    const auto pair = html.In("div", {{"class", value.size() > kLongValue ? "long" : ""}});
    html.Leaf("dt", Shortened(name));
    const auto cell = html.In("dd");
    html.Leaf("bdi", Shortened(value, kMaxValue));
  }
}

void WriteListing(HtmlOut& html, const AuditListing& listing) {
  const size_t shown = std::min(listing.items.size(), kMaxItems);
  const auto details = html.In("details", {{"class", "listing"}});
  std::string title = Cat({Shortened(listing.name), ": "});
  title += shown < listing.count
               ? Cat({"the first ", Thousands(shown), " of ", Thousands(listing.count)})
               : Thousands(listing.count);
  html.Leaf("summary", title);
  const InTable table(html, Shortened(listing.name), {{"Entry"}, {"Time"}, {"What it says"}});
  const auto body = html.In("tbody");
  for (size_t i = 0; i < shown; ++i) {
    const AuditListing::Item& item = listing.items[i];
    const auto row = html.In("tr");
    HeadCell(html, item.month.empty()
                       ? std::string()
                       : Cat({Shortened(item.month, 16), " #", Thousands(item.index)}));
    TimeCell(html, item.time_ns);
    TextCell(html, Shortened(item.text, kMaxSentence));
  }
}

void WriteQuestion(HtmlOut& html, const AuditSection& section) {
  const InSection scope(html, {section.id, section.title});
  {
    const auto line = html.In("p");
    WriteBadge(html, section.outcome);
  }
  WriteSentences(html, "Why", section.reasons, "");
  WriteFindings(html, "What is wrong", section.findings);
  WriteSentences(html, "Checked", section.checked, "");
  WriteEvidence(html, section);
  for (const AuditListing& listing : section.listings) WriteListing(html, listing);
  WriteSentences(html, "What this does not prove", section.limits, "small");
}

void WriteUnread(HtmlOut& html, const LogAudit& audit) {
  if (audit.unread.empty()) return;
  const InSection scope(html, {"unread", "What could not be read"});
  WriteFindings(html, "Not readable", audit.unread);
  const size_t shown = std::min(audit.unread.size(), kMaxItems);
  WriteMore(html, shown, audit.unread.size() + audit.more_unread, "of these");
}

/// What deciding again gave, as a page of its own would show it.
void WriteReplay(HtmlOut& html, const LogAudit& audit) {
  if (!audit.replay) {
    if (audit.replay_error.empty()) return;
    const InSection scope(html, {"replay-coverage", "Decided again"});
    html.Leaf("p", Cat({"Nothing could be decided again: ",
                        Shortened(audit.replay_error, kMaxSentence)}));
    return;
  }
  const ReplayReport& report = *audit.replay;
  const std::pair<PageSection, void (*)(HtmlOut&, const ReplayReport&)> parts[] = {
      {{"replay-coverage", "Decided again"}, WriteCoverage},
      {{"replay-divergences", "Divergences"},
       report.divergences.empty() ? nullptr : WriteDivergences},
      {{"replay-time", "Outcomes over time"}, report.periods.empty() ? nullptr : WriteOverTime},
      {{"replay-policies", "Policies in force"}, report.policies.empty() ? nullptr : WritePolicies},
  };
  for (const auto& [section, write] : parts) {
    if (write == nullptr) continue;
    const InSection scope(html, section);
    write(html, report);
  }
}

}  // namespace

std::string AuditHtml(const LogAudit& audit) {
  const std::vector<AuditSection> sections = AuditSections(audit);
  PageHead head;
  head.kind = "Audit";
  head.heading = "Does this log hold?";
  head.log = audit.log;
  return WritePage(head, [&](HtmlOut& html) {
    WriteSummary(html, audit);
    {
      const InSection scope(html, {"answers", "Answers"});
      WriteAnswers(html, sections);
    }
    for (const AuditSection& section : sections) WriteQuestion(html, section);
    WriteUnread(html, audit);
    WriteReplay(html, audit);
  });
}

}  // namespace ringfence::cli
