// The frame of the reports.
#include "cli/page.h"

#include <algorithm>
#include <cstdlib>
#include <span>

#include "cli/embedded.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

const EmbeddedFile& WebFile(std::string_view name) {
  const auto files = WebFiles();
  const auto file = std::find_if(files.begin(), files.end(),
                                 [&](const EmbeddedFile& one) { return one.name == name; });
  if (file == files.end()) std::abort();  // the list in CMakeLists.txt lacks it
  return *file;
}

uint32_t HexDigit(char digit) {
  return static_cast<uint32_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/// A hash as a Content-Security-Policy names it: 'sha256-BASE64'. 64 hexadecimal digits are 42
/// times six bits and one time four.
std::string HashSource(std::string_view hex) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string base64;
  uint32_t bits = 0;
  int count = 0;
  for (const char digit : hex) {
    bits = bits << 4 | HexDigit(digit);
    count += 4;
    if (count >= 6) {
      count -= 6;
      base64 += kAlphabet[bits >> count & 63];
    }
  }
  if (count > 0) base64 += kAlphabet[bits << (6 - count) & 63];
  while (base64.size() % 4 != 0) base64 += '=';
  return Cat({"'sha256-", base64, "'"});
}

void WriteHead(HtmlOut& html, const PageHead& head) {
  const auto scope = html.In("head");
  const EmbeddedFile& style = WebFile("report.css");
  const std::string policy =
      Cat({"default-src 'none'; style-src ", HashSource(style.sha256), "; script-src ",
           HashSource(WebFile("report.js").sha256), "; base-uri 'none'; form-action 'none'"});
  html.Void("meta", {{"charset", "utf-8"}});
  html.Void("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy}});
  html.Void("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.Void("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
  html.Void("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  html.Leaf("title", Cat({head.kind, " of ", Shortened(head.log)}));
  html.Verbatim("\n<style>").Verbatim(style.text).Verbatim("</style>");
}

void WriteMasthead(HtmlOut& html, const PageHead& head) {
  const auto scope = html.In("header", {{"class", "masthead"}});
  {
    const auto kicker = html.In("p", {{"class", "kicker"}});
    html.Leaf("span", {{"class", "brand"}}, "Ringfence").Text(" ").Leaf("span", head.kind);
  }
  html.Leaf("h1", head.heading);
  const auto of = html.In("p", {{"class", "of"}});
  html.Text("Log ");
  html.Name(head.log);
}

void WriteContents(HtmlOut& html, const std::vector<PageSection>& sections) {
  const auto scope = html.In("nav", {{"aria-label", "Contents"}});
  const auto list = html.In("ul");
  for (const PageSection& section : sections) {
    const auto item = html.In("li");
    html.Leaf("a", {{"href", Cat({"#", section.id})}}, section.title);
  }
}

void WriteFoot(HtmlOut& html) {
  const auto foot = html.In("footer");
  html.Leaf("p",
            "Times are UTC. Callers and callees are pseudonyms: a caller's lasts a day, a "
            "callee's 30 days.");
  html.Leaf("p",
            "Made by ringfence. The charts are SVG that it drew itself; this page loads nothing "
            "from anywhere, and everything but the filters works without its script.");
}

}  // namespace

std::string WritePage(const PageHead& head, const std::function<void(HtmlOut&)>& body) {
  HtmlOut html;
  html.Verbatim("<!DOCTYPE html>");
  {
    const auto page = html.In("html", {{"lang", "en"}});
    WriteHead(html, head);
    const auto whole = html.In("body");
    html.Leaf("a", {{"class", "skip"}, {"href", "#report"}}, "Skip to the report");
    WriteMasthead(html, head);
    if (head.sections.size() > 1) WriteContents(html, head.sections);
    {
      const auto report = html.In("main", {{"id", "report"}});
      body(html);
    }
    WriteFoot(html);
    html.Verbatim("\n<script>").Verbatim(WebFile("report.js").text).Verbatim("</script>");
  }
  html.Verbatim("\n");
  return html.Take();
}

InSection::InSection(HtmlOut& html, const PageSection& section)
    : scope_(html.In("section", {{"id", section.id}})) {
  html.Leaf("h2", section.title);
}

void WriteFigure(HtmlOut& html, std::string_view number, std::string_view label,
                 std::string_view note, std::string_view tone) {
  const auto figure = html.In("div", {{"class", Cat({"figure ", tone})}});
  html.Leaf("p", {{"class", "number"}}, number);
  html.Leaf("p", {{"class", "label"}}, label);
  if (!note.empty()) html.Leaf("p", {{"class", "note"}}, note);
}

InTable::InTable(HtmlOut& html, std::string_view caption,
                 std::initializer_list<TableColumn> columns)
    : frame_(html.In(
          "div",
          {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", caption}})),
      table_(html.In("table")) {
  html.Leaf("caption", caption);
  if (columns.size() == 0) return;
  const auto head = html.In("thead");
  const auto row = html.In("tr");
  for (const TableColumn& column : columns) {
    html.Leaf("th", {{"scope", "col"}, {"class", column.number ? "n" : ""}}, column.title);
  }
}

void TextCell(HtmlOut& html, std::string_view text) { html.Leaf("td", {{"class", "about"}}, text); }

void NameCell(HtmlOut& html, std::string_view name) {
  const auto cell = html.In("td", {{"class", "name"}});
  html.Name(name);
}

void NumberCell(HtmlOut& html, uint64_t number) {
  html.Leaf("td", {{"class", number == 0 ? "n zero" : "n"}}, Thousands(number));
}

void NumberCell(HtmlOut& html, std::string_view number) {
  html.Leaf("td", {{"class", "n"}}, number);
}

void TimeCell(HtmlOut& html, uint64_t time_ns) {
  html.Leaf("td", {{"class", "time"}}, ClockText(time_ns));
}

void HeadCell(HtmlOut& html, std::string_view text) { html.Leaf("th", {{"scope", "row"}}, text); }

void WriteTerm(HtmlOut& html, std::string_view term, std::string_view value,
               std::string_view tone) {
  const auto pair = html.In("div", {{"class", tone}});
  html.Leaf("dt", term);
  const auto cell = html.In("dd");
  html.Name(value);
}

}  // namespace ringfence::cli
