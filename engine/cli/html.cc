// HTML and SVG text.
#include "cli/html.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

namespace chrono = std::chrono;

constexpr std::string_view kNothing = "–";

void AppendEscaped(std::string* out, std::string_view printable) {
  for (const char byte : printable) {
    switch (byte) {
      case '&':
        *out += "&amp;";
        break;
      case '<':
        *out += "&lt;";
        break;
      case '>':
        *out += "&gt;";
        break;
      case '"':
        *out += "&quot;";
        break;
      case '\'':
        *out += "&#39;";
        break;
      default:
        *out += byte;
    }
  }
}

bool ContinuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::string Fixed(double number, int digits) {
  char buffer[400];  // the largest double has 309 digits before the point
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed, digits);
  return std::string(buffer, end.ptr);
}

template <typename Number>
std::string TwoDigits(Number number) {
  return Cat({number < 10 ? "0" : "", std::to_string(number)});
}

}  // namespace

HtmlOut::Scope::~Scope() { *out_ += Cat({"</", tag_, ">"}); }

void HtmlOut::Open(std::string_view tag, HtmlAttributes attributes) {
  out_ += Cat({"<", tag});
  for (const HtmlAttribute& attribute : attributes) {
    if (attribute.name == "class" && attribute.value.empty()) continue;
    out_ += Cat({" ", attribute.name, "=\""});
    AppendEscaped(&out_, Printable(attribute.value));
    out_ += '"';
  }
  out_ += '>';
}

HtmlOut::Scope HtmlOut::In(std::string_view tag, HtmlAttributes attributes) {
  // A line for each element: long lines are hard on editors and diffs, and blanks between blocks
  // show nothing.
  if (tag != "a" && tag != "bdi" && tag != "code" && tag != "span" && tag != "summary") {
    out_ += '\n';
  }
  Open(tag, attributes);
  return Scope(&out_, tag);
}

HtmlOut& HtmlOut::Leaf(std::string_view tag, HtmlAttributes attributes, std::string_view text) {
  Open(tag, attributes);
  Text(text);
  out_ += Cat({"</", tag, ">"});
  return *this;
}

HtmlOut& HtmlOut::Void(std::string_view tag, HtmlAttributes attributes) {
  Open(tag, attributes);
  return *this;
}

HtmlOut& HtmlOut::Text(std::string_view text) {
  AppendEscaped(&out_, Printable(text));
  return *this;
}

HtmlOut& HtmlOut::Lines(std::string_view text) {
  AppendEscaped(&out_, PrintableLines(text));
  return *this;
}

HtmlOut& HtmlOut::Name(std::string_view name) {
  return name.empty() ? Text(kNothing) : Leaf("bdi", Shortened(name));
}

HtmlOut& HtmlOut::Verbatim(std::string_view text) {
  out_ += text;
  return *this;
}

std::string Shortened(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  size_t end = max_bytes;
  while (end > 0 && ContinuesCharacter(text[end])) --end;
  return Cat({text.substr(0, end), "…"});
}

std::string ShareText(uint64_t part, uint64_t whole) {
  if (whole == 0) return std::string(kNothing);
  if (part == 0) return "0 %";
  if (part == whole) return "100 %";
  constexpr uint64_t kAll = 10000;
  // Exact where it fits; where it does not, both are so large that it makes no difference.
  const uint64_t shown =
      part <= UINT64_MAX / kAll ? part * kAll / whole : part / (whole / kAll + 1);
  if (shown == 0) return "< 0.01 %";
  return Cat({std::to_string(shown / 100), ".", TwoDigits(shown % 100), " %"});
}

std::string ShortNumber(uint64_t number) {
  constexpr std::pair<double, std::string_view> kUnits[] = {
      {1e18, " E"}, {1e15, " P"}, {1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}};
  for (const auto& [unit, name] : kUnits) {
    const double scaled = static_cast<double>(number) / unit;
    if (scaled >= 1) return Cat({Decimal(std::round(scaled * 100) / 100), name});
  }
  return std::to_string(number);
}

std::string Decimal(double number) {
  std::string text = Fixed(number, 3);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string ClockText(uint64_t time_ns) {
  if (time_ns == 0) return std::string(kNothing);
  const chrono::sys_seconds time{chrono::seconds(time_ns / 1000000000)};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  return Cat({std::to_string(static_cast<int>(date.year())), "-",
              TwoDigits(static_cast<unsigned>(date.month())), "-",
              TwoDigits(static_cast<unsigned>(date.day())), " ", TwoDigits(clock.hours().count()),
              ":", TwoDigits(clock.minutes().count()), ":", TwoDigits(clock.seconds().count())});
}

}  // namespace ringfence::cli
