// Charts as plain SVG: bars over time, flows, shares, spans of time.
// Takes numbers and names; gives SVG inside HTML. Colours are classes of report.css.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/html.h"

namespace ringfence::cli {

/// What a kind of thing is called, and the class that gives it its colour.
struct ChartKey {
  std::string_view name;
  std::string_view tone;  ///< "ring", "gained", ...
};

/// The keys with their colours, as a list.
void WriteLegend(HtmlOut& html, const std::vector<ChartKey>& keys);

/// Columns of equal width in time, side by side where time is.
struct TimeColumns {
  uint64_t width_ns = 0;
  std::vector<uint64_t> from_ns;  ///< in time's order, multiples of the width apart
};
/// One layer of bars: a value for each column. Layers are stacked in their order, away from the
/// base line: upwards, or downwards.
struct BarLayer {
  ChartKey key;
  std::vector<uint64_t> values;
  bool down = false;
};
struct BarChart {
  std::string_view title;
  std::string_view about;  ///< what it shows, for who cannot see it
  std::vector<BarLayer> layers;
  uint64_t top = 0;     ///< of the scale: at least the highest column
  uint64_t bottom = 0;  ///< of the scale of the layers that go down
  int height = 150;     ///< in pixels
};
/// At most so many columns are drawn and listed; neighbours are added up where there are more.
inline constexpr size_t kMaxChartColumns = 200;
/// Adds up neighbours until they are at most kMaxChartColumns, counting those that would be empty.
void MergeColumns(TimeColumns* columns, std::vector<BarLayer*> layers);
/// The highest stack of the layers that go in one direction.
uint64_t HighestStack(const std::vector<BarLayer>& layers, bool down);
void WriteBarChart(HtmlOut& html, const TimeColumns& columns, const BarChart& chart);

/// A band from one name on the left to one on the right, as thick as it is heavy.
struct FlowBand {
  std::string from, to;  ///< of foreign origin
  std::string_view from_tone, to_tone, tone;
  std::string_view what;  ///< "gained"
  uint64_t weight = 0;
};
/// At most so many bands are drawn, the heaviest.
inline constexpr size_t kMaxFlowBands = 40;
void WriteFlowChart(HtmlOut& html, std::string_view title, std::string_view about,
                    std::vector<FlowBand> bands);

/// One bar over the whole width, in parts.
struct SharePart {
  ChartKey key;
  uint64_t amount = 0;
};
void WriteShareBar(HtmlOut& html, std::string_view title, const std::vector<SharePart>& parts);
/// A cell of a table: how much `amount` is of `whole`, as a thin bar.
void ShareCell(HtmlOut& html, uint64_t amount, uint64_t whole, std::string_view tone);

/// Spans of time in lanes, one below the other.
struct TimeSpan {
  uint64_t from_ns = 0, to_ns = 0;
};
struct TimeLane {
  std::string name;  ///< of foreign origin
  std::vector<TimeSpan> spans;
};
void WriteTimeLanes(HtmlOut& html, std::string_view title, const std::vector<TimeLane>& lanes);

}  // namespace ringfence::cli
