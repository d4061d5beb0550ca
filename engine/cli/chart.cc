// Bars over time, shares, and spans of time.
//
// Widths are percentages, so that a chart fits any screen and letters keep their size; bars over
// time are one path a layer in an inner drawing that is stretched.
#include "cli/chart.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/chart_axis.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr int kTopMargin = 8;     // a label of the scale stands half above its line
constexpr int kAxisHeight = 22;   // below the plot, for the labels of time
constexpr int kScaleWidth = 46;   // left of it, for those of the scale
constexpr int kStretched = 1000;  // height of the inner drawing
constexpr size_t kGapsUpTo = 60;  // columns; more are too narrow for a gap between them
constexpr int kLaneHeight = 36;
constexpr double kThinnest = 0.002;  // of the width: what is there can be seen

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// The number of a column, counting those without decisions.
uint64_t SlotOf(const TimeColumns& columns, size_t column) {
  return (columns.from_ns[column] - columns.from_ns.front()) / columns.width_ns;
}
uint64_t SlotCount(const TimeColumns& columns) {
  return SlotOf(columns, columns.from_ns.size() - 1) + 1;
}

/// Where values lie between the top of the plot (0) and its bottom (1).
struct Scale {
  uint64_t top = 0, bottom = 0;
  double base() const {
    const double all = static_cast<double>(top) + static_cast<double>(bottom);
    return all == 0 ? 1 : static_cast<double>(top) / all;
  }
  double Place(uint64_t value, bool down) const {
    const double all = static_cast<double>(top) + static_cast<double>(bottom);
    if (all == 0) return base();
    const double length = std::min(static_cast<double>(value) / all, 1.0);
    return base() + (down ? length : -length);
  }
};

/// The bars of one layer that stands on `below`, which grows by it.
std::string LayerPath(const TimeColumns& columns, const BarLayer& layer, const Scale& scale,
                      std::vector<uint64_t>* below) {
  const bool gaps = SlotCount(columns) <= kGapsUpTo;
  std::string path;
  for (size_t i = 0; i < columns.from_ns.size(); ++i) {
    const uint64_t value = layer.values[i];
    if (value == 0) continue;
    const uint64_t end = SumUpTo((*below)[i], value);
    const std::string from = Decimal(scale.Place((*below)[i], layer.down) * kStretched);
    const std::string to = Decimal(scale.Place(end, layer.down) * kStretched);
    const uint64_t x = SlotOf(columns, i) * 10 + (gaps ? 1 : 0);
    path += Cat({"M", std::to_string(x), " ", from, "h", gaps ? "8" : "10", "V", to, "H",
                 std::to_string(x), "z"});
    (*below)[i] = end;
  }
  return path;
}

void WriteBars(HtmlOut& html, const TimeColumns& columns, const BarChart& chart) {
  const Scale scale{chart.top, chart.bottom};
  const std::string box =
      Cat({"0 0 ", std::to_string(SlotCount(columns) * 10), " ", std::to_string(kStretched)});
  const auto inner = html.In("svg", {{"x", "0"},
                                     {"y", std::to_string(kTopMargin)},
                                     {"width", "100%"},
                                     {"height", std::to_string(chart.height)},
                                     {"viewBox", box},
                                     {"preserveAspectRatio", "none"}});
  std::vector<uint64_t> up(columns.from_ns.size());
  std::vector<uint64_t> down(columns.from_ns.size());
  for (const BarLayer& layer : chart.layers) {
    const std::string path = LayerPath(columns, layer, scale, layer.down ? &down : &up);
    if (!path.empty()) html.Leaf("path", {{"class", layer.key.tone}, {"d", path}}, "");
  }
}

/// What a column says when it is pointed at.
void WriteColumnTitles(HtmlOut& html, const TimeColumns& columns, const BarChart& chart) {
  const uint64_t slots = SlotCount(columns);
  for (size_t i = 0; i < columns.from_ns.size(); ++i) {
    std::string text = ClockText(columns.from_ns[i]);
    for (const BarLayer& layer : chart.layers) {
      if (layer.values[i] == 0) continue;
      text += Cat({"\n", layer.key.name, " ", Thousands(layer.values[i])});
    }
    const auto hit = html.In("rect", {{"class", "hit"},
                                      {"x", Percent(Share(SlotOf(columns, i), slots))},
                                      {"y", "0"},
                                      {"width", Percent(Share(1, slots))},
                                      {"height", std::to_string(kTopMargin + chart.height)}});
    const auto title = html.In("title");
    html.Lines(text);
  }
}

struct ScaleLine {
  int y = 0;
  std::string label;
};

std::vector<ScaleLine> ScaleLines(const BarChart& chart) {
  const Scale scale{chart.top, chart.bottom};
  const auto y_of = [&](uint64_t value, bool down) {
    return kTopMargin + static_cast<int>(scale.Place(value, down) * chart.height);
  };
  std::vector<ScaleLine> lines = {{y_of(0, false), "0"}};
  // Where both directions have a scale, one of few lines is enough: the ends.
  const bool both = chart.top > 0 && chart.bottom > 0;
  for (const bool down : {false, true}) {
    std::vector<uint64_t> numbers = RoundNumbers(down ? chart.bottom : chart.top);
    if (both && !numbers.empty()) numbers = {numbers.back()};
    for (const uint64_t number : numbers) {
      const ScaleLine line{y_of(number, down), ShortNumber(number)};
      if (std::abs(line.y - lines.front().y) >= 12) lines.push_back(line);
    }
  }
  return lines;
}

void WriteScale(HtmlOut& html, const std::vector<ScaleLine>& lines, int height) {
  const auto svg = html.In("svg", {{"class", "chart scale"},
                                   {"aria-hidden", "true"},
                                   {"width", std::to_string(kScaleWidth)},
                                   {"height", std::to_string(height)}});
  for (const ScaleLine& line : lines) {
    html.Leaf("text",
              {{"class", "tick"},
               {"x", std::to_string(kScaleWidth - 8)},
               {"y", std::to_string(line.y + 4)},
               {"text-anchor", "end"}},
              line.label);
  }
}

void WriteLine(HtmlOut& html, int y, std::string_view tone) {
  const std::string at = std::to_string(y);
  html.Leaf("line", {{"class", tone}, {"x1", "0"}, {"x2", "100%"}, {"y1", at}, {"y2", at}}, "");
}

}  // namespace

void WriteLegend(HtmlOut& html, const std::vector<ChartKey>& keys) {
  const auto list = html.In("ul", {{"class", "legend"}});
  for (const ChartKey& key : keys) {
    const auto item = html.In("li");
    {
      const auto swatch = html.In(
          "svg", {{"class", "swatch"}, {"aria-hidden", "true"}, {"width", "12"}, {"height", "12"}});
      html.Leaf("rect", {{"class", key.tone}, {"width", "12"}, {"height", "12"}}, "");
    }
    html.Text(key.name);
  }
}

void MergeColumns(TimeColumns* columns, std::vector<BarLayer*> layers) {
  if (columns->from_ns.empty()) return;
  const uint64_t slots = SlotCount(*columns);
  const uint64_t together = (slots - 1) / kMaxChartColumns + 1;
  if (together == 1) return;
  TimeColumns merged;
  merged.width_ns = columns->width_ns * together;
  std::vector<std::vector<uint64_t>> sums(layers.size());
  std::optional<uint64_t> last;
  for (size_t i = 0; i < columns->from_ns.size(); ++i) {
    const uint64_t slot = SlotOf(*columns, i) / together;
    if (last != slot) {
      merged.from_ns.push_back(columns->from_ns.front() + slot * merged.width_ns);
      for (auto& layer : sums) layer.push_back(0);
      last = slot;
    }
    for (size_t k = 0; k < layers.size(); ++k) {
      sums[k].back() = SumUpTo(sums[k].back(), layers[k]->values[i]);
    }
  }
  *columns = std::move(merged);
  for (size_t k = 0; k < layers.size(); ++k) layers[k]->values = std::move(sums[k]);
}

uint64_t HighestStack(const std::vector<BarLayer>& layers, bool down) {
  std::vector<uint64_t> stacks;
  for (const BarLayer& layer : layers) {
    if (layer.down != down) continue;
    stacks.resize(std::max(stacks.size(), layer.values.size()));
    for (size_t i = 0; i < layer.values.size(); ++i)
      stacks[i] = SumUpTo(stacks[i], layer.values[i]);
  }
  return stacks.empty() ? 0 : *std::max_element(stacks.begin(), stacks.end());
}

void WriteBarChart(HtmlOut& html, const TimeColumns& columns, const BarChart& chart) {
  if (columns.from_ns.empty()) return;
  const int height = kTopMargin + chart.height + kAxisHeight;
  const std::vector<ScaleLine> lines = ScaleLines(chart);
  const auto plot = html.In("div", {{"class", "plot"}});
  WriteScale(html, lines, height);
  const InChart svg(html, chart.title, chart.about, height, "bars");
  for (size_t i = 1; i < lines.size(); ++i) WriteLine(html, lines[i].y, "grid");
  WriteBars(html, columns, chart);
  WriteLine(html, lines.front().y, "base");
  const uint64_t from = columns.from_ns.front();
  WriteTimeAxis(html, TimeTicks(from, from + SlotCount(columns) * columns.width_ns), height - 4);
  WriteColumnTitles(html, columns, chart);
}

void WriteShareBar(HtmlOut& html, std::string_view title, const std::vector<SharePart>& parts) {
  constexpr int kHeight = 26;
  double whole = 0;
  std::string about;
  for (const SharePart& part : parts) {
    whole += static_cast<double>(part.amount);
    if (part.amount == 0) continue;
    about += Cat({about.empty() ? "" : ", ", part.key.name, " ", Thousands(part.amount)});
  }
  const InChart svg(html, title, about, kHeight, "shares");
  double at = 0;
  for (const SharePart& part : parts) {
    if (part.amount == 0) continue;
    const double length = static_cast<double>(part.amount) / whole;
    const auto bar = html.In("rect", {{"class", part.key.tone},
                                      {"x", Percent(std::min(at, 1 - kThinnest))},
                                      {"width", Percent(std::max(length, kThinnest))},
                                      {"height", std::to_string(kHeight)}});
    html.Leaf("title", Cat({part.key.name, " ", Thousands(part.amount)}));
    at += length;
  }
}

void ShareCell(HtmlOut& html, uint64_t amount, uint64_t whole, std::string_view tone) {
  const auto cell = html.In("td", {{"class", "share"}});
  if (amount == 0 || whole == 0) return;
  const auto svg = html.In("svg", {{"aria-hidden", "true"}, {"width", "100%"}, {"height", "10"}});
  const double share = std::clamp(Share(amount, whole), 0.01, 1.0);
  html.Leaf("rect", {{"class", tone}, {"width", Percent(share)}, {"height", "10"}}, "");
}

void WriteTimeLanes(HtmlOut& html, std::string_view title, const std::vector<TimeLane>& lanes) {
  uint64_t from = UINT64_MAX;
  uint64_t to = 0;
  for (const TimeLane& lane : lanes) {
    for (const TimeSpan& span : lane.spans) {
      from = std::min(from, span.from_ns);
      to = std::max(to, span.to_ns);
    }
  }
  if (from >= to) return;
  const int bottom = kLaneHeight * static_cast<int>(lanes.size());
  const InChart svg(html, title, "The table below has the same in numbers.", bottom + kAxisHeight,
                    "lanes");
  int y = 0;
  for (const TimeLane& lane : lanes) {
    html.Leaf("text", {{"class", "name"}, {"x", "0"}, {"y", std::to_string(y + 12)}},
              Shortened(lane.name, 40));
    double drawn_to = -1;
    for (const TimeSpan& span : lane.spans) {
      const double begin = std::min(Share(span.from_ns - from, to - from), 1 - kThinnest);
      const double end = std::max(Share(span.to_ns - from, to - from), begin + kThinnest);
      if (end <= drawn_to) continue;  // it would not be seen
      html.Leaf("rect",
                {{"class", "span"},
                 {"x", Percent(begin)},
                 {"y", std::to_string(y + 18)},
                 {"width", Percent(end - begin)},
                 {"height", "10"}},
                "");
      drawn_to = end;
    }
    y += kLaneHeight;
  }
  WriteLine(html, bottom, "base");
  WriteTimeAxis(html, TimeTicks(from, to), bottom + kAxisHeight - 5);
}

}  // namespace ringfence::cli
