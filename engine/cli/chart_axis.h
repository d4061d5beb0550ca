// Axes of charts: where ticks go and what they say. Takes a range; gives round numbers and times.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/html.h"

namespace ringfence::cli {

struct ChartTick {
  double place = 0;  ///< 0 to 1 along the axis
  std::string label;
};

/// About four round numbers from 0 to `top`, without 0.
std::vector<uint64_t> RoundNumbers(uint64_t top);
/// At most eight round times within the range, [from, to), UTC.
std::vector<ChartTick> TimeTicks(uint64_t from_ns, uint64_t to_ns);

/// a + b, or the largest number there is.
uint64_t SumUpTo(uint64_t a, uint64_t b);

/// "12.5%": a place or a length along an axis.
std::string Percent(double share);
/// An SVG as wide as its place, until the scopes end; title and description are written at once.
class InChart {
 public:
  InChart(HtmlOut& html, std::string_view title, std::string_view about, int height,
          std::string_view tone);

 private:
  HtmlOut::Scope svg_;
};
/// The labels of a time axis at height `y`, inside an SVG; every other one is "minor": narrow
/// screens do without it.
void WriteTimeAxis(HtmlOut& html, const std::vector<ChartTick>& ticks, int y);

}  // namespace ringfence::cli
