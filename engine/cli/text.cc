// Text for people. Character classes, widths and normal forms come from utf8proc: one small library
// without dependencies under the MIT licence (libunistring is five times its size and LGPL, ICU
// eighty times).
#include "cli/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <new>

namespace ringfence::cli {
namespace {

constexpr char kHexDigits[] = "0123456789ABCDEF";

/// One step through UTF-8: the code point and its bytes; a bad byte has length 1 and no code point.
struct Step {
  utf8proc_int32_t code_point = -1;
  size_t length = 1;
};

Step Next(std::string_view text) {
  Step step;
  const utf8proc_ssize_t length =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &step.code_point);
  if (length > 0) {
    step.length = static_cast<size_t>(length);
  } else {
    step.code_point = -1;
  }
  return step;
}

/// Characters that show nothing or change how others show: also private and unassigned ones, which
/// every terminal treats in its own way.
bool IsShown(utf8proc_int32_t code_point) {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

void AppendEscaped(std::string* out, std::string_view bytes, utf8proc_int32_t code_point) {
  if (code_point < 0x80) {  // a control character or a byte that is not UTF-8
    for (char byte : bytes) {
      const auto value = static_cast<unsigned char>(byte);
      *out += "\\x";
      *out += kHexDigits[value >> 4];
      *out += kHexDigits[value & 15];
    }
    return;
  }
  std::string digits;
  for (auto rest = static_cast<uint32_t>(code_point); rest != 0; rest >>= 4) {
    digits.insert(digits.begin(), kHexDigits[rest & 15]);
  }
  *out += "\\u{" + digits + "}";
}

std::string Escape(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Step step = Next(text);
    const std::string_view bytes = text.substr(0, step.length);
    if ((keep_lines && (step.code_point == '\n' || step.code_point == '\t')) ||
        (step.code_point >= 0 && IsShown(step.code_point))) {
      out += bytes;
    } else {
      AppendEscaped(&out, bytes, step.code_point);
    }
    text.remove_prefix(step.length);
  }
  return out;
}

std::string NormalForm(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  if (length == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (length < 0) return std::string(text);  // not UTF-8: has no other form
  std::string form(reinterpret_cast<char*>(mapped), static_cast<size_t>(length));
  std::free(mapped);
  return form;
}

/// Damerau-Levenshtein: exchanging two neighbours is one change.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Cat(std::initializer_list<std::string_view> pieces) {
  std::string out;
  for (std::string_view piece : pieces) out += piece;
  return out;
}

std::string Thousands(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

std::string Count(uint64_t number, std::string_view singular, std::string_view plural) {
  return Cat({Thousands(number), " ", number == 1 ? singular : plural});
}

std::string PrintableJson(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  auto unit = [&](uint32_t value) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHexDigits[(value >> shift) & 15];
  };
  while (!json.empty()) {
    const Step step = Next(json);
    const auto code_point = static_cast<uint32_t>(step.code_point);
    if (step.code_point < 0x7F || IsShown(step.code_point)) {
      out += json.substr(0, step.length);
    } else if (code_point < 0x10000) {
      unit(code_point);
    } else {
      unit(0xD800 + ((code_point - 0x10000) >> 10));
      unit(0xDC00 + ((code_point - 0x10000) & 0x3FF));
    }
    json.remove_prefix(step.length);
  }
  return out;
}

std::string Printable(std::string_view text) { return Escape(text, false); }
std::string PrintableLines(std::string_view text) { return Escape(text, true); }

size_t Width(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    const Step step = Next(text);
    if (step.code_point >= 0) {
      columns += static_cast<size_t>(std::max(0, utf8proc_charwidth(step.code_point)));
    }
    text.remove_prefix(step.length);
  }
  return columns;
}

std::string Pad(std::string_view text, size_t width) {
  std::string out(text);
  const size_t columns = Width(text);
  if (columns < width) out.append(width - columns, ' ');
  return out;
}

std::string PadLeft(std::string_view text, size_t width) {
  const size_t columns = Width(text);
  return std::string(columns < width ? width - columns : 0, ' ') + std::string(text);
}

std::string Wrap(std::string_view text, size_t indent, size_t width) {
  std::string out;
  std::string line;
  const std::string margin(indent, ' ');
  auto flush = [&] {
    if (!line.empty()) out += margin + line + "\n";
    line.clear();
  };
  for (std::string_view paragraph : Split(text, '\n')) {
    if (paragraph.empty() || paragraph.front() == ' ') {
      flush();
      out += paragraph.empty() ? "\n" : Cat({margin, paragraph, "\n"});
      continue;
    }
    for (std::string_view word : Split(paragraph, ' ')) {
      if (word.empty()) continue;
      if (!line.empty() && indent + Width(line) + 1 + Width(word) > width) flush();
      if (!line.empty()) line += ' ';
      line += word;
    }
  }
  flush();
  return out;
}

std::string Indent(std::string_view lines, size_t indent) {
  std::string out;
  while (lines.ends_with('\n')) lines.remove_suffix(1);
  for (std::string_view line : Split(lines, '\n')) {
    out += line.empty() ? "\n" : Cat({std::string(indent, ' '), line, "\n"});
  }
  return out;
}

std::optional<std::string> Nearest(std::string_view word, const std::vector<std::string>& names) {
  std::optional<std::string> best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string& name : names) {
    const size_t distance = EditDistance(word, name);
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

std::optional<uint64_t> WholeNumber(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> cells;
  for (;;) {
    const size_t end = text.find(separator);
    cells.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return cells;
    text.remove_prefix(end + 1);
  }
}

std::string ComposedForm(std::string_view text) { return NormalForm(text, UTF8PROC_COMPOSE); }
std::string DecomposedForm(std::string_view text) { return NormalForm(text, UTF8PROC_DECOMPOSE); }

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const Step step = Next(text);
    if (step.code_point < 0) return false;
    text.remove_prefix(step.length);
  }
  return true;
}

}  // namespace ringfence::cli
