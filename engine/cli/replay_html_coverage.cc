// How much of a log a replay could decide again, and why not the rest.
#include <utility>
#include <vector>

#include "cli/chart.h"
#include "cli/page.h"
#include "cli/replay_html_parts.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kMaxReasons = 300;  // more than there are facts

std::string_view AboutReason(std::string_view reason) {
  constexpr std::pair<std::string_view, std::string_view> kAbout[] = {
      {"erased", "the callee was erased: the facts cannot be opened any more"},
      {"policy_missing", "the log does not have the text of the policy"},
      {"catalog", "decided by facts that are not known here"},
      {"gap", "made, but not recorded: only counted"},
      {"damaged", "the entry or its facts cannot be read"},
      {"wrong_key", "the keys given are not those of its facts"},
      {"diverges", "its own policy does not give the recorded answer"},
      {"engine", "its policy compiles to other rules here"},
      {"alone", "a shadow evaluation without its decision"},
  };
  for (const auto& [name, about] : kAbout) {
    if (name == reason) return about;
  }
  return {};
}

struct Bin {
  std::string_view name, tone, about;
  uint64_t entries = 0;
  const std::vector<ReplayReason>* reasons = nullptr;
};

std::vector<Bin> BinsOf(const ReplayReport& report) {
  const bool reproduce = report.mode == ReplayMode::kReproduce;
  return {
      {"Reproduced", "reproduced",
       reproduce ? "derived again, with the recorded answer" : "the same answer",
       report.reproduced},
      {WordsOf(report.mode).changed, reproduce ? "bad" : "changed",
       reproduce ? "derived again, with another answer" : "another answer", report.changed},
      {"Indeterminate", "indeterminate", "depends on a fact that was not collected",
       report.indeterminate, &report.indeterminate_by_fact},
      {"Not replayable", "not-replayable", "what is needed to decide again is not there",
       report.not_replayable, &report.not_replayable_by_reason},
      {"Sealed", "sealed", "no key to its facts was given", report.sealed},
  };
}

void WriteBin(HtmlOut& html, const Bin& bin, uint64_t all) {
  {
    const auto row = html.In("tr");
    {
      const auto head = html.In("th", {{"scope", "row"}});
      WriteSwatch(html, bin.tone);
      html.Text(bin.name);
    }
    TextCell(html, bin.about);
    NumberCell(html, bin.entries);
    NumberCell(html, ShareText(bin.entries, all));
  }
  if (bin.reasons == nullptr) return;
  size_t shown = 0;
  for (const ReplayReason& reason : *bin.reasons) {
    if (shown++ == kMaxReasons) break;
    const auto row = html.In("tr", {{"class", "sub"}});
    {
      const auto head = html.In("th", {{"scope", "row"}});
      html.Name(reason.reason);
    }
    TextCell(html, bin.tone == "not-replayable" ? AboutReason(reason.reason) : "");
    NumberCell(html, reason.entries);
    NumberCell(html, ShareText(reason.entries, all));
  }
}

void WriteBins(HtmlOut& html, const ReplayReport& report, const std::vector<Bin>& bins) {
  const InTable table(html, "Every entry is in one bin",
                      {{"Bin"}, {"What it means"}, {"Entries", true}, {"Share", true}});
  uint64_t sum = 0;
  {
    const auto body = html.In("tbody");
    for (const Bin& bin : bins) {
      WriteBin(html, bin, report.entries);
      sum += bin.entries;
    }
  }
  const auto foot = html.In("tfoot");
  const auto row = html.In("tr");
  HeadCell(html, "Sum");
  if (sum == report.entries) {
    TextCell(html, "all entries of the range");
  } else {
    html.Leaf("td", {{"class", "bad-text"}},
              Cat({"does not account for the ", Thousands(report.entries), " of the range"}));
  }
  NumberCell(html, sum);
  NumberCell(html, ShareText(sum, report.entries));
}

std::string DistinctText(const ReplayDistinct& distinct) {
  return Cat({distinct.exact ? "" : "≈ ", Thousands(distinct.count)});
}

void WriteChangeFigures(HtmlOut& html, const ReplayReport& report) {
  const ReplayChanges& changes = report.changes;
  const uint64_t covered = report.covered();
  const auto share = [&](uint64_t part) { return Cat({ShareText(part, covered), " of covered"}); };
  WriteFigure(html, Thousands(changes.gained), "gained", share(changes.gained), "gained");
  WriteFigure(html, Thousands(changes.lost), "lost", share(changes.lost), "lost");
  WriteFigure(html, Thousands(changes.kind), "of another kind", share(changes.kind), "kind");
  WriteFigure(html, DistinctText(report.callees), "callees touched", {}, {});
  WriteFigure(html, DistinctText(report.callers), "callers touched", {}, {});
}

void WriteFigures(HtmlOut& html, const ReplayReport& report) {
  const auto figures = html.In("div", {{"class", "figures"}});
  WriteFigure(html, ShareText(report.covered(), report.entries), "coverage",
              Cat({Thousands(report.covered()), " of ", Thousands(report.entries), " ",
                   WordsOf(report.mode).entries}),
              "lead");
  if (report.mode == ReplayMode::kReproduce) {
    WriteFigure(html, Thousands(report.changed), "divergent",
                Cat({ShareText(report.changed, report.covered()), " of covered"}),
                report.changed > 0 ? "bad" : "");
  } else {
    WriteChangeFigures(html, report);
  }
}

}  // namespace

void WriteSwatch(HtmlOut& html, std::string_view tone) {
  html.Verbatim("<svg class=\"swatch\" aria-hidden=\"true\" width=\"10\" height=\"10\">");
  html.Leaf("rect", {{"class", tone}, {"width", "10"}, {"height", "10"}}, "");
  html.Verbatim("</svg>");
}

void WriteCoverage(HtmlOut& html, const ReplayReport& report) {
  WriteFigures(html, report);
  const std::vector<Bin> bins = BinsOf(report);
  std::vector<SharePart> parts;
  for (const Bin& bin : bins) {
    if (bin.tone == "changed") {
      parts.push_back({{"Gained", "gained"}, report.changes.gained});
      parts.push_back({{"Lost", "lost"}, report.changes.lost});
      parts.push_back({{"Another kind", "kind"}, report.changes.kind});
    } else {
      parts.push_back({{bin.name, bin.tone}, bin.entries});
    }
  }
  if (report.entries > 0) WriteShareBar(html, "Where the entries are", parts);
  WriteBins(html, report, bins);
  if (report.maybe_gained > 0 || report.maybe_lost > 0) {
    html.Leaf("p", Cat({"Of the indeterminate, at most ", Thousands(report.maybe_gained),
                        " would be gained and at most ", Thousands(report.maybe_lost), " lost."}));
  }
  if (report.other_rule > 0) {
    html.Leaf("p", Cat({"Of the reproduced, ", Thousands(report.other_rule),
                        " have the same answer by a rule of another name."}));
  }
  if (report.shadow > 0 && report.mode != ReplayMode::kShadow) {
    html.Leaf(
        "p", Cat({"The range has ", Count(report.shadow, "shadow evaluation", "shadow evaluations"),
                  report.mode == ReplayMode::kWhatIf ? ", which are left out here."
                                                     : ", which are among the entries."}));
  }
}

}  // namespace ringfence::cli
