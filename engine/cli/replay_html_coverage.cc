// How much of a log a replay could decide again, and why not the rest.
#include <utility>
#include <vector>

#include "cli/chart.h"
#include "cli/page.h"
#include "cli/replay_html_parts.h"
#include "cli/replay_simulated.h"
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

/// A part of a bin.
struct SubBin {
  std::string_view name;  // of foreign origin, where it has no tone
  std::string_view tone, about;
  uint64_t entries = 0;
};

struct Bin {
  std::string_view name, tone, about;
  uint64_t entries = 0;
  std::vector<SubBin> parts;
  size_t more_parts = 0;  // too many to be shown
};

void AddReasons(const std::vector<ReplayReason>& reasons, bool facts, Bin* bin) {
  for (const ReplayReason& reason : reasons) {
    if (bin->parts.size() == kMaxReasons) break;
    const std::string_view about = facts ? std::string_view() : AboutReason(reason.reason);
    bin->parts.push_back({reason.reason, {}, about, reason.entries});
  }
  bin->more_parts = reasons.size() - bin->parts.size();
}

std::vector<Bin> BinsOf(const ReplayReport& report) {
  const bool reproduce = report.mode == ReplayMode::kReproduce;
  Bin reproduced{"Reproduced", "reproduced", "the same answer", report.reproduced, {}, 0};
  Bin changed{WordsOf(report.mode).changed,
              reproduce ? "bad" : "",
              "another answer",
              report.changed,
              {},
              0};
  if (!reproduce) {
    changed.parts = {
        {"Gained", "gained", "refused, and would be let through", report.changes.gained},
        {"Lost", "lost", "let through, and would be refused", report.changes.lost},
        {"Another kind", "kind", "neither: another effect, signal, told or path",
         report.changes.kind}};
  }
  Bin indeterminate{"Indeterminate",
                    "indeterminate",
                    "depends on a fact that was not collected",
                    report.indeterminate,
                    {},
                    0};
  AddReasons(report.indeterminate_by_fact, true, &indeterminate);
  Bin not_replayable{"Not replayable",
                     "not-replayable",
                     "what is needed to decide again is not there",
                     report.not_replayable,
                     {},
                     0};
  AddReasons(report.not_replayable_by_reason, false, &not_replayable);
  Bin sealed{"Sealed", "sealed", "no key to its facts was given", report.sealed, {}, 0};
  return {std::move(reproduced), std::move(changed), std::move(indeterminate),
          std::move(not_replayable), std::move(sealed)};
}

void WriteSubBin(HtmlOut& html, const SubBin& part, uint64_t all) {
  const auto row = html.In("tr", {{"class", "sub"}});
  {
    const auto head = html.In("th", {{"scope", "row"}});
    if (!part.tone.empty()) WriteSwatch(html, part.tone);
    html.Name(part.name);
  }
  TextCell(html, part.about);
  NumberCell(html, part.entries);
  NumberCell(html, ShareText(part.entries, all));
}

void WriteBin(HtmlOut& html, const Bin& bin, uint64_t all) {
  {
    const auto row = html.In("tr");
    {
      const auto head = html.In("th", {{"scope", "row"}});
      if (!bin.tone.empty()) WriteSwatch(html, bin.tone);
      html.Text(bin.name);
    }
    TextCell(html, bin.about);
    NumberCell(html, bin.entries);
    NumberCell(html, ShareText(bin.entries, all));
  }
  for (const SubBin& part : bin.parts) WriteSubBin(html, part, all);
  if (bin.more_parts == 0) return;
  const auto row = html.In("tr", {{"class", "sub"}});
  html.Leaf("th", {{"scope", "row"}, {"colspan", "4"}},
            Cat({"… and ", Thousands(bin.more_parts), " more reasons"}));
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
  WriteFigure(html, DistinctText(report.callees), "callees touched", {}, "plain");
  WriteFigure(html, DistinctText(report.callers), "callers touched", {}, "plain");
}

void WriteFigures(HtmlOut& html, const ReplayReport& report) {
  const auto figures = html.In("div", {{"class", "figures"}});
  const std::string_view entry = WordsOf(report.mode).entry;
  WriteFigure(
      html, ShareText(report.covered(), report.entries), "coverage",
      Cat({Thousands(report.covered()), " of ", Count(report.entries, entry, Cat({entry, "s"}))}),
      "lead");
  if (report.mode == ReplayMode::kReproduce) {
    WriteFigure(html, Thousands(report.changed), "divergent",
                Cat({ShareText(report.changed, report.covered()), " of covered"}),
                report.changed > 0 ? "bad" : "plain");
  } else {
    WriteChangeFigures(html, report);
  }
}

/// What the bins do not say.
void WriteRemarks(HtmlOut& html, const ReplayReport& report) {
  const bool shadows = report.shadow > 0 && report.mode != ReplayMode::kShadow;
  const bool simulated = report.attempts == ReplayAttempts::kSimulated;
  if (report.maybe_gained == 0 && report.maybe_lost == 0 && report.other_rule == 0 && !shadows &&
      !simulated) {
    return;
  }
  const auto list = html.In("ul", {{"class", "remarks small"}});
  if (simulated) html.Leaf("li", Cat({"Attempts: ", SimulatedText(report), "."}));
  if (report.maybe_gained > 0 || report.maybe_lost > 0) {
    html.Leaf("li", Cat({"Of the indeterminate, at most ", Thousands(report.maybe_gained),
                         " would be gained and at most ", Thousands(report.maybe_lost), " lost."}));
  }
  if (report.other_rule > 0) {
    html.Leaf("li", Cat({"Of the reproduced, ", Thousands(report.other_rule),
                         report.other_rule == 1 ? " has" : " have",
                         " the same answer by a rule of another name."}));
  }
  if (shadows) {
    html.Leaf("li", Cat({"The range has ",
                         Count(report.shadow, "shadow evaluation", "shadow evaluations"),
                         report.mode == ReplayMode::kWhatIf ? ", which are left out here."
                                                            : ", which are among the entries."}));
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
    if (bin.tone.empty()) {  // drawn as what it consists of
      for (const SubBin& part : bin.parts) parts.push_back({{part.name, part.tone}, part.entries});
    } else {
      parts.push_back({{bin.name, bin.tone}, bin.entries});
    }
  }
  if (report.entries > 0) WriteShareBar(html, "Where the entries are", parts);
  WriteBins(html, report, bins);
  WriteRemarks(html, report);
}

}  // namespace ringfence::cli
