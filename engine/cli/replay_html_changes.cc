// What differs in a replay: over time, by outcome, by rule, by party; and the policies it was
// decided under.
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "cli/chart.h"
#include "cli/page.h"
#include "cli/replay_html_parts.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr uint64_t kSecondNs = 1000000000;
constexpr size_t kMaxRows = 500;
constexpr size_t kMaxLanes = 12;
constexpr size_t kShortDigest = 16;
constexpr size_t kEffects = std::tuple_size_v<decltype(ReplayPeriod::was)>;

constexpr ChartKey kGained = {"gained", "gained"};
constexpr ChartKey kLost = {"lost", "lost"};
constexpr ChartKey kKind = {"another kind", "kind"};

/// The report's periods as columns and layers.
struct Periods {
  TimeColumns columns;
  std::vector<BarLayer> was, now, changes;
};

std::vector<BarLayer> EffectLayers(const std::vector<ReplayPeriod>& periods,
                                   std::array<uint64_t, kEffects> ReplayPeriod::*side) {
  std::vector<BarLayer> layers;
  // What was let through stands on the base line, refusals above it.
  for (const Effect effect :
       {Effect::kRing, Effect::kSilence, Effect::kScreen, Effect::kVoicemail, Effect::kRefuse}) {
    BarLayer layer{{ToString(effect), ToneOf(effect)}, {}};
    for (const ReplayPeriod& period : periods) {
      layer.values.push_back((period.*side)[static_cast<size_t>(effect)]);
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::vector<BarLayer> ChangeLayers(const std::vector<ReplayPeriod>& periods) {
  std::vector<BarLayer> layers = {{kGained, {}}, {kLost, {}, true}, {kKind, {}, true}};
  for (const ReplayPeriod& period : periods) {
    layers[0].values.push_back(period.changes.gained);
    layers[1].values.push_back(period.changes.lost);
    layers[2].values.push_back(period.changes.kind);
  }
  return layers;
}

Periods PeriodsOf(const ReplayReport& report) {
  Periods periods;
  periods.columns.width_ns = std::max<uint64_t>(report.width_s, 1) * kSecondNs;
  for (const ReplayPeriod& period : report.periods) {
    periods.columns.from_ns.push_back(period.from_ns);
  }
  periods.was = EffectLayers(report.periods, &ReplayPeriod::was);
  periods.now = EffectLayers(report.periods, &ReplayPeriod::now);
  periods.changes = ChangeLayers(report.periods);
  std::vector<BarLayer*> all;
  for (auto* layers : {&periods.was, &periods.now, &periods.changes}) {
    for (BarLayer& layer : *layers) all.push_back(&layer);
  }
  MergeColumns(&periods.columns, all);
  return periods;
}

std::string WidthText(uint64_t seconds) {
  constexpr std::pair<uint64_t, std::string_view> kUnits[] = {
      {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
  for (const auto& [unit, name] : kUnits) {
    if (seconds % unit == 0) {
      const uint64_t number = seconds / unit;
      return number == 1 ? std::string(name) : Cat({Thousands(number), " ", name, "s"});
    }
  }
  return {};
}

void WriteChartFigure(HtmlOut& html, const TimeColumns& columns, const BarChart& chart) {
  const auto figure = html.In("figure");
  html.Leaf("figcaption", chart.title);
  WriteBarChart(html, columns, chart);
}

void WritePeriodTable(HtmlOut& html, const Periods& periods, bool with_changes) {
  const auto details = html.In("details");
  html.Leaf("summary", "The same in numbers");
  std::vector<const BarLayer*> layers;
  for (const auto* side : {&periods.was, &periods.now, &periods.changes}) {
    if (side != &periods.was && !with_changes) continue;
    for (const BarLayer& layer : *side) layers.push_back(&layer);
  }
  const InTable table(html, "Decisions over time", {});
  {
    const auto head = html.In("thead");
    if (with_changes) {
      const auto groups = html.In("tr");
      html.Leaf("td", "");
      html.Leaf("th", {{"colspan", "5"}, {"scope", "colgroup"}}, "Was");
      html.Leaf("th", {{"colspan", "5"}, {"scope", "colgroup"}}, "Would be");
      html.Leaf("th", {{"colspan", "3"}, {"scope", "colgroup"}}, "Changes");
    }
    const auto row = html.In("tr");
    html.Leaf("th", {{"scope", "col"}}, "From");
    for (const BarLayer* layer : layers) {
      html.Leaf("th", {{"scope", "col"}, {"class", "n"}}, layer->key.name);
    }
  }
  const auto body = html.In("tbody");
  for (size_t i = 0; i < periods.columns.from_ns.size(); ++i) {
    const auto row = html.In("tr");
    HeadCell(html, ClockText(periods.columns.from_ns[i]));
    for (const BarLayer* layer : layers) NumberCell(html, layer->values[i]);
  }
}

std::vector<ChartKey> KeysOf(const std::vector<BarLayer>& layers) {
  std::vector<ChartKey> keys;
  keys.reserve(layers.size());
  for (const BarLayer& layer : layers) keys.push_back(layer.key);
  return keys;
}

void WriteRuleTable(HtmlOut& html, std::string_view caption, const std::vector<ReplayRule>& rules) {
  uint64_t most = 0;
  for (const ReplayRule& rule : rules) most = std::max(most, rule.entries);
  {
    const InTable table(
        html, caption,
        {{"Rule"}, {"Entries", true}, {""}, {"Gained", true}, {"Lost", true}, {"Kind", true}});
    const auto body = html.In("tbody");
    for (size_t i = 0; i < std::min(rules.size(), kMaxRows); ++i) {
      const ReplayRule& rule = rules[i];
      const auto row = html.In("tr", {{"class", rule.entries == 0 ? "never" : ""}});
      {
        const auto name = html.In("th", {{"scope", "row"}});
        html.Name(rule.id);
        if (rule.entries == 0) {
          html.Text(" ").Leaf("span", {{"class", "badge"}}, "never reached");
        }
      }
      NumberCell(html, rule.entries);
      ShareCell(html, rule.entries, most, "ink");
      NumberCell(html, rule.changes.gained);
      NumberCell(html, rule.changes.lost);
      NumberCell(html, rule.changes.kind);
    }
  }
  WriteMore(html, kMaxRows, rules.size(), "rules");
}

void WriteMoverTable(HtmlOut& html, std::string_view caption,
                     const std::vector<ReplayMover>& movers) {
  if (movers.empty()) return;
  uint64_t missed = 0;
  {
    const InTable table(html, caption,
                        {{"Pseudonym"}, {"Gained", true}, {"Lost", true}, {"Kind", true}});
    const auto body = html.In("tbody");
    for (const ReplayMover& mover : movers) {
      const auto row = html.In("tr");
      {
        const auto name = html.In("th", {{"scope", "row"}, {"class", "id"}});
        html.Name(mover.pseudonym);
      }
      NumberCell(html, mover.changes.gained);
      NumberCell(html, mover.changes.lost);
      NumberCell(html, mover.changes.kind);
      missed = std::max(missed, mover.at_most_missed);
    }
  }
  if (missed > 0) {
    html.Leaf("p", {{"class", "small"}},
              Cat({"There were too many to count each: of one of these, up to ",
                   Count(missed, "change", "changes"), " may be missing."}));
  }
}

std::string PolicyLabel(const ReplayPolicyUse& policy) {
  return Cat(
      {policy.name.empty() ? "(text is missing)" : policy.name, "  ", policy.digest.substr(0, 8)});
}

std::vector<TimeLane> LanesOf(const ReplayReport& report) {
  std::map<std::string_view, std::vector<TimeSpan>> spans;
  for (const ReplayPolicyPeriod& period : report.policy_periods) {
    spans[period.digest].push_back({period.from_ns, std::max(period.to_ns, period.from_ns)});
  }
  std::vector<TimeLane> lanes;
  for (const ReplayPolicyUse& policy : report.policies) {
    const auto found = spans.find(policy.digest);
    if (policy.shadow || found == spans.end() || lanes.size() == kMaxLanes) continue;
    lanes.push_back({PolicyLabel(policy), std::move(found->second)});
    spans.erase(found);
  }
  return lanes;
}

}  // namespace

std::string_view ToneOf(Effect effect) { return ToString(effect); }

std::string_view ToneOfChange(std::string_view change) {
  for (const ChartKey& key : {kGained, kLost}) {
    if (key.tone == change) return key.tone;
  }
  return kKind.tone;
}

void WriteOutcome(HtmlOut& html, std::string_view name, Effect effect) {
  const auto outcome = html.In("span", {{"class", "outcome"}});
  WriteSwatch(html, ToneOf(effect));
  html.Name(name);
  if (name != ToString(effect)) {
    html.Text(" ").Leaf("span", {{"class", "effect"}}, ToString(effect));
  }
}

void WriteMore(HtmlOut& html, size_t shown, size_t all, std::string_view what) {
  if (all <= shown) return;
  html.Leaf("p", {{"class", "small"}},
            Cat({"… and ", Thousands(all - shown), " more ", what, "."}));
}

void WriteOverTime(HtmlOut& html, const ReplayReport& report) {
  const Periods periods = PeriodsOf(report);
  const ReplayWords words = WordsOf(report.mode);
  const bool compares = report.mode != ReplayMode::kReproduce;
  const std::string per = WidthText(periods.columns.width_ns / kSecondNs);
  const uint64_t top = std::max(HighestStack(periods.was, false), HighestStack(periods.now, false));
  const std::string was = Cat({words.was, ", per ", per});
  const std::string now = Cat({words.now, ", per ", per});
  const std::string changes =
      Cat({"Gained above the line, lost and of another kind below, per ", per});
  constexpr std::string_view kAbout = "Bars over time. The table below has the same in numbers.";
  WriteLegend(html, KeysOf(periods.was));
  WriteChartFigure(html, periods.columns, {was, kAbout, periods.was, top, 0});
  if (compares) {
    WriteChartFigure(html, periods.columns, {now, kAbout, periods.now, top, 0});
    if (report.changes.all() > 0) {
      WriteLegend(html, KeysOf(periods.changes));
      WriteChartFigure(html, periods.columns,
                       {changes, kAbout, periods.changes, HighestStack(periods.changes, false),
                        HighestStack(periods.changes, true), 110});
    }
  }
  WritePeriodTable(html, periods, compares);
}

void WriteFlows(HtmlOut& html, const ReplayReport& report) {
  std::vector<FlowBand> bands;
  for (const ReplayFlow& flow : report.flows) {
    const std::pair<ChartKey, uint64_t> parts[] = {
        {kGained, flow.changes.gained}, {kLost, flow.changes.lost}, {kKind, flow.changes.kind}};
    for (const auto& [key, weight] : parts) {
      bands.push_back({flow.from, flow.to, ToneOf(flow.from_effect), ToneOf(flow.to_effect),
                       key.tone, key.name, weight});
    }
  }
  if (report.changes.all() > 0) {
    const auto figure = html.In("figure");
    html.Leaf("figcaption",
              "Changed answers: on the left as they were, on the right as they would "
              "be");
    WriteLegend(html, {kGained, kLost, kKind});
    WriteFlowChart(html, "Changed answers by outcome",
                   "Bands from the recorded outcome to the other one. The table below has the same "
                   "in numbers.",
                   std::move(bands));
  }
  {
    const InTable table(html, "All answers, those that did not change too",
                        {{"Was"},
                         {"Would be"},
                         {"Entries", true},
                         {"Gained", true},
                         {"Lost", true},
                         {"Kind", true}});
    const auto body = html.In("tbody");
    for (size_t i = 0; i < std::min(report.flows.size(), kMaxRows); ++i) {
      const ReplayFlow& flow = report.flows[i];
      const auto row = html.In("tr");
      {
        const auto cell = html.In("td", {{"class", "name"}});
        WriteOutcome(html, flow.from, flow.from_effect);
      }
      {
        const auto cell = html.In("td", {{"class", "name"}});
        WriteOutcome(html, flow.to, flow.to_effect);
      }
      NumberCell(html, flow.entries);
      NumberCell(html, flow.changes.gained);
      NumberCell(html, flow.changes.lost);
      NumberCell(html, flow.changes.kind);
    }
  }
  WriteMore(html, kMaxRows, report.flows.size(), "pairs of outcomes");
}

void WriteRules(HtmlOut& html, const ReplayReport& report) {
  const auto pair = html.In("div", {{"class", "pair"}});
  if (!report.old_rules.empty()) {
    const auto side = html.In("div");
    WriteRuleTable(html, "Rules that decided", report.old_rules);
  }
  if (!report.new_rules.empty()) {
    const auto side = html.In("div");
    WriteRuleTable(html, "Rules that would decide, in the policy's order", report.new_rules);
  }
}

void WriteMovers(HtmlOut& html, const ReplayReport& report) {
  html.Leaf("p", {{"class", "small"}},
            "Who has the most changed answers. One person has another pseudonym each day as a "
            "caller, and every 30 days as a callee.");
  const auto pair = html.In("div", {{"class", "pair"}});
  {
    const auto side = html.In("div");
    WriteMoverTable(html, "Callees", report.top_callees);
  }
  const auto side = html.In("div");
  WriteMoverTable(html, "Callers", report.top_callers);
}

void WritePolicies(HtmlOut& html, const ReplayReport& report) {
  const std::vector<TimeLane> lanes = LanesOf(report);
  if (lanes.size() > 1) {
    const auto figure = html.In("figure");
    html.Leaf("figcaption", "When each policy decided");
    WriteTimeLanes(html, "When each policy decided", lanes);
  }
  {
    const InTable table(html, "Policies that recorded decisions were made under",
                        {{"Policy"}, {"Digest"}, {"Decisions", true}, {"First"}, {"Last"}});
    const auto body = html.In("tbody");
    for (size_t i = 0; i < std::min(report.policies.size(), kMaxRows); ++i) {
      const ReplayPolicyUse& policy = report.policies[i];
      const auto row = html.In("tr");
      {
        const auto name = html.In("th", {{"scope", "row"}});
        html.Name(policy.name.empty() ? "(text is missing)" : policy.name);
        if (policy.shadow) html.Text(" ").Leaf("span", {{"class", "badge"}}, "shadow");
      }
      {
        const auto digest = html.In("td", {{"class", "id"}, {"title", Shortened(policy.digest)}});
        html.Name(Shortened(policy.digest, kShortDigest));
      }
      NumberCell(html, policy.decisions);
      TimeCell(html, policy.first_ns);
      TimeCell(html, policy.last_ns);
    }
  }
  WriteMore(html, kMaxRows, report.policies.size(), "policies");
}

}  // namespace ringfence::cli
