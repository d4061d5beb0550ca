// The frame that all reports as HTML share: one file that asks the network for nothing, and the
// blocks it is laid out in. Takes a head and a function that writes the body; gives the page.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "cli/html.h"

namespace ringfence::cli {

/// A section that the page's contents list: its anchor and its title.
struct PageSection {
  std::string_view id;
  std::string_view title;
};

struct PageHead {
  std::string kind;     ///< "What-if replay"
  std::string heading;  ///< the question that the report answers
  std::string log;      ///< its name, of foreign origin
  std::vector<PageSection> sections;
};

/// The whole page. `body` writes what stands between head and foot; sections as PageSection
/// announces them. What is allowed to run is this page's own script, by its hash; a browser loads
/// nothing else, whatever a report may contain.
std::string WritePage(const PageHead& head, const std::function<void(HtmlOut&)>& body);

/// <section id>, until the scope ends; its heading is written at once.
class InSection {
 public:
  InSection(HtmlOut& html, const PageSection& section);

 private:
  HtmlOut::Scope scope_;
};

/// A number that stands out, what it counts, and a note in small letters (empty: none).
/// `tone`: a class of report.css ("gained", "lost", "kind", "bad") or empty.
void WriteFigure(HtmlOut& html, std::string_view number, std::string_view label,
                 std::string_view note, std::string_view tone = {});

/// A column's title; numbers are set flush right.
struct TableColumn {
  std::string_view title;
  bool number = false;
};
/// A table, until the scopes end; its caption, and its head where columns are given, are written
/// at once. Wider than the page it scrolls by itself, also with the keyboard.
class InTable {
 public:
  InTable(HtmlOut& html, std::string_view caption, std::initializer_list<TableColumn> columns);

 private:
  HtmlOut::Scope frame_, table_;
};

/// Cells of a row: <tr> is the caller's. Texts are sentences of ours, names are of foreign origin.
void TextCell(HtmlOut& html, std::string_view text);
void NameCell(HtmlOut& html, std::string_view name);
void NumberCell(HtmlOut& html, uint64_t number);
void NumberCell(HtmlOut& html, std::string_view number);
void TimeCell(HtmlOut& html, uint64_t time_ns);
/// The head of a row.
void HeadCell(HtmlOut& html, std::string_view text);

/// A term and its value in a list (<dl> is the caller's), the value of foreign origin.
void WriteTerm(HtmlOut& html, std::string_view term, std::string_view value,
               std::string_view tone = {});

}  // namespace ringfence::cli
