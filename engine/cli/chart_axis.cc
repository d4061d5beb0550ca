// Axes of charts.
#include "cli/chart_axis.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

namespace chrono = std::chrono;

constexpr uint64_t kSecondNs = 1000000000;
constexpr int64_t kDayS = 86400;
constexpr size_t kMaxTimeTicks = 8;
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Seconds between ticks of times that are all alike. Months and years are not.
constexpr int64_t kSteps[] = {1,     5,         15,        60,        300,
                              900,   3600,      3 * 3600,  6 * 3600,  12 * 3600,
                              kDayS, 2 * kDayS, 7 * kDayS, 14 * kDayS};
constexpr int kMonthSteps[] = {1, 3, 6, 12, 60, 120, 600, 1200};

chrono::year_month_day DateOf(int64_t seconds) {
  return chrono::year_month_day(
      chrono::floor<chrono::days>(chrono::sys_seconds(chrono::seconds(seconds))));
}

std::string_view MonthName(const chrono::year_month_day& date) {
  return kMonths[static_cast<unsigned>(date.month()) - 1];
}

std::string DayLabel(int64_t seconds) {
  const auto date = DateOf(seconds);
  return Cat({std::to_string(static_cast<unsigned>(date.day())), " ", MonthName(date)});
}

std::string TimeLabel(int64_t seconds, int64_t step) {
  if (step >= kDayS || seconds % kDayS == 0) return DayLabel(seconds);
  const std::string clock = ClockText(static_cast<uint64_t>(seconds) * kSecondNs).substr(11);
  return step < 60 ? clock : clock.substr(0, 5);
}

std::vector<ChartTick> TicksApart(int64_t from, int64_t to, int64_t step) {
  std::vector<ChartTick> ticks;
  for (int64_t at = (from + step - 1) / step * step; at < to; at += step) {
    ticks.push_back(
        {static_cast<double>(at - from) / static_cast<double>(to - from), TimeLabel(at, step)});
  }
  return ticks;
}

std::vector<ChartTick> MonthTicks(int64_t from, int64_t to, int step) {
  std::vector<ChartTick> ticks;
  const auto first = DateOf(from);
  const int begin = static_cast<int>(first.year()) * 12;
  for (int month = begin;; month += step) {
    const chrono::year_month_day date{chrono::year(month / 12),
                                      chrono::month(static_cast<unsigned>(month % 12) + 1),
                                      chrono::day(1)};
    const int64_t at =
        chrono::duration_cast<chrono::seconds>(chrono::sys_days(date).time_since_epoch()).count();
    if (at >= to) return ticks;
    if (at < from) continue;
    const std::string year = std::to_string(static_cast<int>(date.year()));
    ticks.push_back({static_cast<double>(at - from) / static_cast<double>(to - from),
                     step % 12 == 0 ? year : Cat({MonthName(date), " ", year})});
  }
}

}  // namespace

std::vector<uint64_t> RoundNumbers(uint64_t top) {
  uint64_t step = 1;
  while (top / step > 5) {  // 1, 2, 5, 10, 20, ...
    std::string digits = std::to_string(step);
    step = digits[0] == '2' ? step / 2 * 5 : step * 2;
  }
  std::vector<uint64_t> numbers;
  for (uint64_t number = step; number <= top; number += step) {
    numbers.push_back(number);
    if (number > UINT64_MAX - step) break;
  }
  return numbers;
}

std::vector<ChartTick> TimeTicks(uint64_t from_ns, uint64_t to_ns) {
  const auto from = static_cast<int64_t>(from_ns / kSecondNs);
  const auto to = static_cast<int64_t>(to_ns / kSecondNs);
  if (to <= from) return {};
  for (const int64_t step : kSteps) {
    if ((to - from) / step < static_cast<int64_t>(kMaxTimeTicks)) return TicksApart(from, to, step);
  }
  for (const int step : kMonthSteps) {
    if ((to - from) / (step * 28 * kDayS) < static_cast<int64_t>(kMaxTimeTicks)) {
      return MonthTicks(from, to, step);
    }
  }
  return {};
}

uint64_t SumUpTo(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

std::string Percent(double share) { return Decimal(share * 100) + "%"; }

InChart::InChart(HtmlOut& html, std::string_view title, std::string_view about, int height,
                 std::string_view tone)
    : svg_(html.In("svg", {{"class", Cat({"chart ", tone})},
                           {"role", "img"},
                           {"width", "100%"},
                           {"height", std::to_string(height)}})) {
  html.Leaf("title", title);
  html.Leaf("desc", about);
}

void WriteTimeAxis(HtmlOut& html, const std::vector<ChartTick>& ticks, int y) {
  bool minor = false;
  for (const ChartTick& tick : ticks) {
    const std::string x = Percent(tick.place);
    const std::string_view anchor = tick.place < 0.04   ? "start"
                                    : tick.place > 0.96 ? "end"
                                                        : "middle";
    html.Leaf("text",
              {{"class", minor ? "tick minor" : "tick"},
               {"x", x},
               {"y", std::to_string(y)},
               {"text-anchor", anchor}},
              tick.label);
    minor = !minor;
  }
}

}  // namespace ringfence::cli
