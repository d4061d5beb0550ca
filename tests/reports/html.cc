// The pieces that pages are made of: escaping, shares, axes, charts; and what a page says.
#include "cli/html.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cli/audit_html.h"
#include "cli/chart.h"
#include "cli/chart_axis.h"
#include "cli/replay_html.h"
#include "reports/fake_audits.h"
#include "reports/fake_reports.h"

namespace ringfence::cli {
namespace {

constexpr uint64_t kSecondNs = 1000000000;
constexpr uint64_t kDayNs = 86400 * kSecondNs;

size_t CountOf(const std::string& text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

bool Has(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

ReplayReport Fake(std::string_view name) {
  for (auto& [its_name, report] : reports_test::FakeReplays()) {
    if (its_name == name) return report;
  }
  FAIL("no report of this name");
  return {};
}

TEST_CASE("elements nest as scopes do, and text cannot leave its place") {
  HtmlOut html;
  {
    const auto outer = html.In("p", {{"class", "a\"b"}});
    html.Text("<&>'\"").Leaf("b", {{"title", "'>"}}, "x").Void("br");
    html.Name("a\u202Eb\nc\xFF");
  }
  CHECK(html.Take() ==
        "\n<p class=\"a&quot;b\">&lt;&amp;&gt;&#39;&quot;<b title=\"&#39;&gt;\">x</b><br>"
        "<bdi>a\\u{202E}b\\x0Ac\\xFF</bdi></p>");
}

TEST_CASE("long texts are cut between characters") {
  CHECK(Shortened("abcd", 4) == "abcd");
  CHECK(Shortened("abcde", 4) == "abcd…");
  CHECK(Shortened("ab\u20AC", 4) == "ab…");
  CHECK(Shortened("ab\u20AC", 5) == "ab\u20AC");
  CHECK(Shortened(std::string(10, '\x80'), 4) == "…");
  HtmlOut html;
  html.Name(std::string(kMaxShownBytes + 1, 'x'));
  CHECK(html.Take() == "<bdi>" + std::string(kMaxShownBytes, 'x') + "…</bdi>");
}

TEST_CASE("a share never says more than there is") {
  CHECK(ShareText(0, 0) == "–");
  CHECK(ShareText(0, 7) == "0 %");
  CHECK(ShareText(7, 7) == "100 %");
  CHECK(ShareText(29, 10000) == "0.29 %");
  CHECK(ShareText(1, 10000) == "0.01 %");
  CHECK(ShareText(1, 10001) == "< 0.01 %");
  CHECK(ShareText(9999999, 10000000) == "99.99 %");
  CHECK(ShareText(1, 3) == "33.33 %");
  CHECK(ShareText(UINT64_MAX - 1, UINT64_MAX) == "99.99 %");
  CHECK(ShareText(UINT64_MAX / 2, UINT64_MAX) == "49.99 %");
  CHECK(ShareText(1, UINT64_MAX) == "< 0.01 %");
}

TEST_CASE("numbers and times of axes") {
  CHECK(ShortNumber(0) == "0");
  CHECK(ShortNumber(999) == "999");
  CHECK(ShortNumber(1500) == "1.5 k");
  CHECK(ShortNumber(20000000) == "20 M");
  CHECK(ShortNumber(UINT64_MAX) == "18.45 E");
  CHECK(Decimal(0.1 + 0.2) == "0.3");
  CHECK(Decimal(-0.0001) == "0");
  CHECK(Decimal(100) == "100");
  CHECK(ClockText(0) == "–");
  CHECK(ClockText(20000 * kDayNs + 3661 * kSecondNs + 5) == "2024-10-04 01:01:01");
  CHECK(ClockText(UINT64_MAX) == "2554-07-21 23:34:33");
}

TEST_CASE("scales have few round numbers, none above the top") {
  CHECK(RoundNumbers(0).empty());
  CHECK(RoundNumbers(1) == std::vector<uint64_t>{1});
  CHECK(RoundNumbers(5) == std::vector<uint64_t>{1, 2, 3, 4, 5});
  CHECK(RoundNumbers(6) == std::vector<uint64_t>{2, 4, 6});
  CHECK(RoundNumbers(870) == std::vector<uint64_t>{200, 400, 600, 800});
  CHECK(RoundNumbers(UINT64_MAX).size() == 3);
}

TEST_CASE("times on an axis are round, within it, and few") {
  const std::vector<ChartTick> hours = TimeTicks(20000 * kDayNs, 20001 * kDayNs);
  REQUIRE(hours.size() == 4);
  CHECK(hours[0].label == "4 Oct");
  CHECK(hours[1].label == "06:00");
  CHECK(hours[1].place == doctest::Approx(0.25));
  CHECK(TimeTicks(5, 5).empty());
  for (uint64_t length = kSecondNs; length < UINT64_MAX / 3; length = length / 2 * 3) {
    const std::vector<ChartTick> ticks = TimeTicks(19999 * kDayNs + 7, 19999 * kDayNs + length);
    CAPTURE(length);
    CHECK(ticks.size() <= 13);
    for (const ChartTick& tick : ticks) {
      CHECK(tick.place >= 0);
      CHECK(tick.place < 1);
    }
  }
}

TEST_CASE("merged columns add up to what they were") {
  TimeColumns columns{kSecondNs, {}};
  BarLayer one{{"one", "ring"}, {}};
  BarLayer two{{"two", "refuse"}, {}};
  for (uint64_t i = 0; i < 1000; ++i) {
    if (i % 7 == 3) continue;
    columns.from_ns.push_back((500 + i) * kSecondNs);
    one.values.push_back(i);
    two.values.push_back(1);
  }
  const size_t before = columns.from_ns.size();
  MergeColumns(&columns, {&one, &two});
  CHECK(columns.width_ns == 5 * kSecondNs);
  CHECK(columns.from_ns.size() == 200);
  CHECK(columns.from_ns[1] == 505 * kSecondNs);
  uint64_t ones = 0;
  uint64_t twos = 0;
  for (size_t i = 0; i < columns.from_ns.size(); ++i) {
    ones += one.values[i];
    twos += two.values[i];
  }
  CHECK(twos == before);
  CHECK(ones == 999 * 1000 / 2 - 143 * (3 + 997) / 2);
  const TimeColumns as_it_was = columns;
  MergeColumns(&columns, {&one, &two});
  CHECK(columns.from_ns == as_it_was.from_ns);
}

TEST_CASE("bars stand where their time is, as high as their share of the scale") {
  const TimeColumns columns{kSecondNs, {10 * kSecondNs, 12 * kSecondNs}};
  const std::vector<BarLayer> layers = {{{"ring", "ring"}, {1, 2}}, {{"refuse", "refuse"}, {3, 0}}};
  CHECK(HighestStack(layers, false) == 4);
  CHECK(HighestStack(layers, true) == 0);
  HtmlOut html;
  WriteBarChart(html, columns, {"Title", "About", layers, 4, 0});
  const std::string svg = html.Take();
  CHECK(Has(svg, "<title>Title</title><desc>About</desc>"));
  CHECK(Has(svg, "viewBox=\"0 0 30 1000\""));
  CHECK(Has(svg, "<path class=\"ring\" d=\"M1 1000h8V750H1zM21 1000h8V500H21z\">"));
  CHECK(Has(svg, "<path class=\"refuse\" d=\"M1 750h8V0H1z\">"));
  CHECK(Has(svg, "1970-01-01 00:00:10\nring 1\nrefuse 3"));
}

TEST_CASE("bands are as thick as they are heavy, the heaviest first") {
  HtmlOut html;
  WriteFlowChart(html, "Title", "About",
                 {{"a", "x", "ring", "refuse", "lost", "lost", 1},
                  {"a", "y", "ring", "refuse", "lost", "lost", 3},
                  {"b", "y", "refuse", "ring", "gained", "gained", 0}});
  const std::string svg = html.Take();
  CHECK(CountOf(svg, "class=\"band lost\"") == 2);
  CHECK_FALSE(Has(svg, "gained"));
  CHECK(svg.find("a → y: 3 lost") < svg.find("a → x: 1 lost"));
  // The upper band is three quarters of 220 pixels thick, from 0 on both sides.
  CHECK(Has(svg, "d=\"M0 0C50 0 50 0 100 0V165C50 165 50 165 0 165z\""));
}

TEST_CASE("a page says coverage, bins, and that they add up") {
  const ReplayReport report = Fake("what-if");
  const std::string page = ReplayHtml(report);
  CHECK(page == ReplayHtml(report));
  CHECK(Has(page, ShareText(report.covered(), report.entries)));
  CHECK(Has(page, "all entries of the range"));
  CHECK_FALSE(Has(page, "does not account for"));
  CHECK(CountOf(page, ">never reached<") == 2);
  CHECK(CountOf(page, "<article ") == report.examples.size());
  CHECK(page.find("coverage</p>") < page.find(">gained</p>"));
}

TEST_CASE("a report that does not add up is not taken for one that does") {
  ReplayReport report = Fake("what-if");
  ++report.entries;
  const std::string page = ReplayHtml(report);
  CHECK(Has(page, "does not account for"));
  CHECK_FALSE(Has(page, "all entries of the range"));
}

TEST_CASE("nothing covered claims nothing") {
  CHECK(Has(ReplayHtml(Fake("empty")), "There is no decision in this range."));
  CHECK(Has(ReplayHtml(Fake("sealed")), "Nothing could be decided again"));
  CHECK(Has(ReplayHtml(Fake("reproduce")), "all gave the recorded answer"));
  CHECK(Has(ReplayHtml(Fake("divergent")), "17 did not give the recorded answer"));
}

TEST_CASE("reproducing shows divergences, and nothing of another policy") {
  const std::string page = ReplayHtml(Fake("divergent"));
  CHECK(Has(page, "<h2>Divergences</h2>"));
  CHECK_FALSE(Has(page, "Gained"));
  CHECK_FALSE(Has(page, "<h2>Rules</h2>"));
}

TEST_CASE("an audit answers each question, and says why where it does not hold") {
  for (const auto& [name, audit] : reports_test::FakeAudits()) {
    CAPTURE(name);
    const std::string page = AuditHtml(audit);
    size_t holding = 0;
    for (const AuditAnswer& answer : audit.answers) {
      if (answer.outcome == AuditOutcome::kHolds) ++holding;
    }
    // Each answer stands in the table and in its section.
    CHECK(CountOf(page, "class=\"outcome-badge holds\"") == 2 * holding);
    CHECK(CountOf(page, "class=\"outcome-badge ") == 2 * kAuditQuestions);
    CHECK(Has(page, "To all eight questions the answer is that the log holds.") == audit.holds());
  }
  const std::string fails = AuditHtml(reports_test::FakeAudits()[2].audit);
  CHECK(Has(fails, "1 fails and 2 cannot be answered from what was given."));
  CHECK(Has(fails, "nothing outside the log"));
  CHECK(Has(fails, "… and 17 more of these."));
  CHECK(Has(fails, "Nothing could be decided again: there are no keys"));
}

TEST_CASE("no page is larger than what a browser likes to open") {
  for (const auto& [name, report] : reports_test::FakeReplays()) {
    CAPTURE(name);
    CHECK(ReplayHtml(report).size() < 4000000);
  }
}

}  // namespace
}  // namespace ringfence::cli
