// Collecting diagnostics, showing them with their source line and a caret, and guessing misspelt
// words.
#include "base/diagnostic.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <numeric>

#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr size_t kMaxColumns = 100;
constexpr std::string_view kCut = "...";

struct Colors {
  std::string_view error, warning, bold, caret, off;
};
constexpr Colors kNoColors = {};
constexpr Colors kTerminalColors = {"\x1b[1;31m", "\x1b[1;35m", "\x1b[1m", "\x1b[32m", "\x1b[0m"};

// One code point of the source line as it is shown.
struct Cell {
  std::string text;
  size_t columns = 0;
};

Cell MakeCell(std::string_view bytes) {
  if (bytes == "\t") return {" ", 1};
  std::string text = Printable(bytes);
  const size_t columns = CodePoints(text);
  return {std::move(text), columns};
}

// The part of a line around a span: the cells, which of them the span covers, and whether the line
// goes on beyond.
struct Window {
  std::vector<Cell> cells;
  size_t span_begin = 0;
  size_t span_end = 0;
  bool cut_left = false;
  bool cut_right = false;
};

// Looks at no more of the line than can be shown, so that a million-byte line costs nothing.
Window ReadAround(std::string_view text, const SourceSpan& span) {
  constexpr size_t kReach = 4 * kMaxColumns;  // a code point has at most four bytes
  const size_t offset = std::min<size_t>(span.offset, text.size());
  const size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
  size_t line_end = std::min(text.find('\n', offset), text.size());
  if (line_end > line_begin && text[line_end - 1] == '\r') --line_end;
  size_t begin = offset - line_begin > kReach ? offset - kReach : line_begin;
  while (begin > line_begin && begin < offset && (text[begin] & 0xC0) == 0x80) ++begin;
  const size_t end = std::min(line_end, offset + kReach);
  const size_t span_end = std::min(offset + span.length, end);

  Window window;
  window.cut_left = begin > line_begin;
  window.cut_right = end < line_end;
  for (size_t at = begin; at < end;) {
    const size_t length = std::min<size_t>(DecodeUtf8(text, at).length, end - at);
    if (at < offset) ++window.span_begin;
    if (at < span_end) ++window.span_end;
    window.cells.push_back(MakeCell(text.substr(at, length)));
    at += length;
  }
  window.span_end = std::max(window.span_end, window.span_begin);
  return window;
}

// Keeps what fits: the span from its begin, then cells to the right and to the left of it in turn.
void Narrow(Window* window) {
  size_t total = 0;
  for (const Cell& cell : window->cells) total += cell.columns;
  if (total <= kMaxColumns && !window->cut_left && !window->cut_right) return;

  size_t room = kMaxColumns - 2 * kCut.size();
  size_t low = window->span_begin;
  size_t high = window->span_begin;
  const auto fits = [&](size_t i) { return window->cells[i].columns <= room; };
  const auto take = [&](size_t i) { room -= window->cells[i].columns; };
  while (high < window->span_end && fits(high)) take(high++);
  bool grown = high == window->span_end;
  while (grown) {
    grown = false;
    if (high < window->cells.size() && fits(high)) take(high++), grown = true;
    if (low > 0 && fits(low - 1)) take(--low), grown = true;
  }
  window->cut_left |= low > 0;
  window->cut_right |= high < window->cells.size();
  window->cells.erase(window->cells.begin() + static_cast<ptrdiff_t>(high), window->cells.end());
  window->cells.erase(window->cells.begin(), window->cells.begin() + static_cast<ptrdiff_t>(low));
  window->span_begin -= low;
  window->span_end = std::min(window->span_end, high) - low;
}

// The source line and the line with the caret below it.
void RenderSource(std::string_view text, const SourceSpan& span, const Colors& colors,
                  std::string* out) {
  Window window = ReadAround(text, span);
  Narrow(&window);
  std::string caret(window.cut_left ? kCut.size() : 0, ' ');
  size_t marked = 0;
  if (window.cut_left) *out += kCut;
  for (size_t i = 0; i < window.cells.size(); ++i) {
    *out += window.cells[i].text;
    if (i < window.span_begin) caret.append(window.cells[i].columns, ' ');
    if (i >= window.span_begin && i < window.span_end) marked += window.cells[i].columns;
  }
  if (window.cut_right) *out += kCut;
  caret += colors.caret;
  caret += '^';
  if (marked > 1) caret.append(marked - 1, '~');
  caret += colors.off;
  *out += '\n' + caret + '\n';
}

void RenderOne(const Diagnostic& diagnostic, std::string_view text, const Colors& colors,
               std::string* out) {
  const bool is_error = diagnostic.severity == Diagnostic::Severity::kError;
  *out += colors.bold;
  *out += Printable(diagnostic.file);
  if (diagnostic.span.line > 0) {
    *out +=
        ':' + std::to_string(diagnostic.span.line) + ':' + std::to_string(diagnostic.span.column);
  }
  *out += ": ";
  *out += colors.off;
  *out += is_error ? colors.error : colors.warning;
  *out += is_error ? "error: " : "warning: ";
  *out += colors.off;
  *out += Printable(diagnostic.message) + '\n';
  if (diagnostic.span.line > 0) RenderSource(text, diagnostic.span, colors, out);
  if (!diagnostic.expected.empty()) *out += "  expected: " + Printable(diagnostic.expected) + '\n';
  if (!diagnostic.hint.empty()) *out += "  hint: " + Printable(diagnostic.hint) + '\n';
}

std::string Count(size_t count, std::string_view noun) {
  return std::to_string(count) + " more " + std::string(noun) + (count == 1 ? "" : "s");
}

bool IsWarning(const Diagnostic& diagnostic) {
  return diagnostic.severity == Diagnostic::Severity::kWarning;
}

// Damerau-Levenshtein distance in its optimal string alignment form: no substring is edited twice.
// Distances of `enough` and more are all the same to the caller.
size_t Distance(std::string_view a, std::string_view b, size_t enough) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
    // The least of a row never falls. A transposition adds one to a cell two rows above, and the
    // row above is at most one more in that column.
    if (*std::min_element(last.begin(), last.end()) >= enough) return enough;
  }
  return last[b.size()];
}

}  // namespace

void Diagnostics::Add(Diagnostic diagnostic) {
  const bool warning = IsWarning(diagnostic);
  ++(warning ? warnings_ : errors_);
  if (items_.size() == kMaxDiagnostics) {
    const auto last_warning = std::find_if(items_.rbegin(), items_.rend(), IsWarning);
    if (warning || last_warning == items_.rend()) return;
    items_.erase(std::next(last_warning).base());
  }
  const auto place = std::upper_bound(
      items_.begin(), items_.end(), diagnostic.span.offset,
      [](uint32_t offset, const Diagnostic& item) { return offset < item.span.offset; });
  items_.insert(place, std::move(diagnostic));
}

bool Diagnostics::full() const {
  return items_.size() == kMaxDiagnostics && std::none_of(items_.begin(), items_.end(), IsWarning);
}

void Diagnostics::Error(std::string_view file, SourceSpan span, std::string message,
                        std::string expected, std::string hint, std::string_view id) {
  Add({Diagnostic::Severity::kError, std::string(file), span, std::move(message),
       std::move(expected), std::move(hint), id});
}

void Diagnostics::Warning(std::string_view file, SourceSpan span, std::string message,
                          std::string expected, std::string hint, std::string_view id) {
  Add({Diagnostic::Severity::kWarning, std::string(file), span, std::move(message),
       std::move(expected), std::move(hint), id});
}

void Diagnostics::Name(std::string_view id) {
  for (Diagnostic& item : items_) {
    if (item.id.empty()) item.id = id;
  }
}

std::string Diagnostics::Render(std::string_view file_text, bool color) const {
  const Colors& colors = color ? kTerminalColors : kNoColors;
  std::string out;
  for (const Diagnostic& item : items_) RenderOne(item, file_text, colors, &out);

  const auto kept_warnings =
      static_cast<size_t>(std::count_if(items_.begin(), items_.end(), IsWarning));
  const size_t more_errors = errors_ - (items_.size() - kept_warnings);
  const size_t more_warnings = warnings_ - kept_warnings;
  if (more_errors + more_warnings > 0) {
    if (more_errors > 0) out += Count(more_errors, "error");
    if (more_errors > 0 && more_warnings > 0) out += " and ";
    if (more_warnings > 0) out += Count(more_warnings, "warning");
    out += " not shown\n";
  }
  return out;
}

std::string Nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr size_t kLongestWord = 128;  // beyond it the square of the length is not worth a guess
  if (word.size() > kLongestWord) return {};
  const size_t limit = word.size() / 3;
  size_t best = limit + 1;
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    const size_t longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) >= best) continue;
    const size_t distance = Distance(word, candidate, best);
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
  }
  return std::string(nearest);
}

std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string nearest = Nearest(word, candidates);
  return nearest.empty() ? std::string() : "did you mean '" + nearest + "'?";
}

}  // namespace ringfence
