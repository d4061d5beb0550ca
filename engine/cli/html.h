// HTML and SVG as the tool writes them: always balanced, always escaped.
// Takes elements in document order and text from anywhere; gives the document's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace ringfence::cli {

struct HtmlAttribute {
  std::string_view name;  ///< of ours
  std::string_view value;
};
using HtmlAttributes = std::initializer_list<HtmlAttribute>;

/// Tags and attributes' names are ours; texts and attributes' values may come from anywhere:
/// control characters, those that change direction, and bytes that are not UTF-8 are spelled out as
/// Printable() does it, and what has a meaning in HTML is escaped.
class HtmlOut {
 public:
  /// Closes its element when it goes, so that elements nest as C++ blocks do.
  class [[nodiscard]] Scope {
   public:
    Scope(std::string* out, std::string_view tag) : out_(out), tag_(tag) {}
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    std::string* out_;
    std::string_view tag_;
  };

  /// <tag name="value">, until the scope ends. A class without a name is left out.
  Scope In(std::string_view tag, HtmlAttributes attributes = {});
  /// <tag name="value">text</tag>
  HtmlOut& Leaf(std::string_view tag, HtmlAttributes attributes, std::string_view text);
  HtmlOut& Leaf(std::string_view tag, std::string_view text) { return Leaf(tag, {}, text); }
  /// An element without contents: <br>, <meta name="value">.
  HtmlOut& Void(std::string_view tag, HtmlAttributes attributes = {});
  HtmlOut& Text(std::string_view text);
  /// The same for several lines: line feeds and tabs stay.
  HtmlOut& Lines(std::string_view text);
  /// A name or another short text of foreign origin: cut to kMaxShownBytes, and kept from changing
  /// the direction of what stands beside it. "–" for an empty one.
  HtmlOut& Name(std::string_view name);
  /// Markup, a stylesheet or a script of ours, byte for byte.
  HtmlOut& Verbatim(std::string_view text);

  std::string Take() { return std::move(out_); }

 private:
  void Open(std::string_view tag, HtmlAttributes attributes);

  std::string out_;
};

/// What a page shows of one text of foreign origin: twice what a policy's names may have. A log
/// may say anything.
inline constexpr size_t kMaxShownBytes = 128;
/// At most so many bytes of a text, whole characters, with an ellipsis where some are missing.
std::string Shortened(std::string_view text, size_t max_bytes = kMaxShownBytes);

/// "99.82 %", rounded down; "100 %" only of all, "0 %" only of none; "–" of nothing.
std::string ShareText(uint64_t part, uint64_t whole);
/// "1.2 M": for axes.
std::string ShortNumber(uint64_t number);
/// A number for an attribute: at most three digits after the point, none that say nothing.
std::string Decimal(double number);
/// "2026-11-29 12:00:00", UTC; "–" for 0.
std::string ClockText(uint64_t time_ns);

}  // namespace ringfence::cli
