// The lexer of conditions: one pass, one function per class of token.
#include "policy/cel_lexer.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "policy/say.h"

namespace ringfence {
namespace {

using Kind = CelToken::Kind;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }

struct Operator {
  std::string_view text;
  Kind kind;
};
// Longer ones first.
constexpr Operator kOperators[] = {
    {"&&", Kind::kAnd},       {"||", Kind::kOr},        {"==", Kind::kEq},
    {"!=", Kind::kNe},        {"<=", Kind::kLe},        {">=", Kind::kGe},
    {"<", Kind::kLt},         {">", Kind::kGt},         {"!", Kind::kNot},
    {"?", Kind::kQuestion},   {":", Kind::kColon},      {"(", Kind::kOpen},
    {")", Kind::kClose},      {"[", Kind::kOpenList},   {"]", Kind::kCloseList},
    {"{", Kind::kOpenMap},    {"}", Kind::kCloseMap},   {",", Kind::kComma},
    {".", Kind::kDot},        {"-", Kind::kMinus},      {"+", Kind::kArithmetic},
    {"*", Kind::kArithmetic}, {"/", Kind::kArithmetic}, {"%", Kind::kArithmetic},
};

// Half of an operator, and the whole of it: the parser goes on as if it had been written.
constexpr Operator kHalves[] = {{"&", Kind::kAnd}, {"|", Kind::kOr}, {"=", Kind::kEq}};
std::string_view WholeOf(Kind kind) {
  return kind == Kind::kAnd ? "&&" : kind == Kind::kOr ? "||" : "==";
}

class CelLexer {
 public:
  CelLexer(std::string_view text, CelErrors* errors) : text_(text), errors_(*errors) {}

  std::vector<CelToken> Run() {
    for (SkipSpace(); at_ < text_.size(); SkipSpace()) Next();
    if (broken_) return {};
    Add(Kind::kEnd, text_.size());
    return std::move(tokens_);
  }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void SkipSpace() {
    while (at_ < text_.size()) {
      if (std::string_view(" \t\n\r\f").find(Peek()) != std::string_view::npos) {
        ++at_;
      } else if (Peek() == '/' && Peek(1) == '/') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        return;
      }
    }
  }

  CelToken& Add(Kind kind, size_t end) {
    CelToken token;
    token.kind = kind;
    token.begin = static_cast<uint32_t>(at_);
    token.end = static_cast<uint32_t>(end);
    tokens_.push_back(token);
    at_ = end;
    return tokens_.back();
  }

  void Next() {
    if (IsNameStart(Peek())) return NameOrPrefix();
    if (IsDigit(Peek()) || (Peek() == '.' && IsDigit(Peek(1)))) return Number();
    if (Peek() == '\'' || Peek() == '"') return Text(at_);
    for (const Operator& candidate : kOperators) {
      if (text_.substr(at_).starts_with(candidate.text)) {
        Add(candidate.kind, at_ + candidate.text.size());
        return;
      }
    }
    Unknown();
  }

  void Unknown() {
    for (const Operator& half : kHalves) {
      if (Peek() != half.text.front()) continue;
      errors_.Error(at_, at_ + 1, Say("'{}' is not an operator", half.text), {},
                    Say("write '{}'", WholeOf(half.kind)));
      Add(half.kind, at_ + 1);
      return;
    }
    const size_t end = at_ + DecodeUtf8(text_, at_).length;
    errors_.Error(at_, end, Say("unexpected character '{}'", text_.substr(at_, end - at_)),
                  "facts, constants in quotes, numbers and operators");
    broken_ = true;
    at_ = end;
  }

  void NameOrPrefix() {
    size_t end = at_;
    while (end < text_.size() && IsNamePart(text_[end])) ++end;
    const std::string_view name = text_.substr(at_, end - at_);
    const bool quote = end < text_.size() && (text_[end] == '\'' || text_[end] == '"');
    if (quote && name.find_first_not_of("rRbB") == std::string_view::npos && name.size() <= 2) {
      errors_.Error(at_, end,
                    Say("raw and byte strings ({}'...') are not part of the language", name),
                    "a name in plain quotes", Say("leave out the {}", name));
      const size_t begin = at_;
      at_ = end;
      return Text(begin);
    }
    Kind kind = Kind::kName;
    if (name == "true") kind = Kind::kTrue;
    if (name == "false") kind = Kind::kFalse;
    if (name == "in") kind = Kind::kIn;
    if (name == "null") kind = Kind::kNull;
    Add(kind, end).content = name;
  }

  // Takes everything that hangs together as one number, so that "1.5e3u" is one error.
  void Number() {
    size_t end = at_;
    bool fraction = false;
    const bool hex = Peek() == '0' && (Peek(1) | 0x20) == 'x';
    while (end < text_.size()) {
      const char c = text_[end];
      const bool exponent_sign = !hex && (c == '+' || c == '-') && end > at_ &&
                                 (text_[end - 1] | 0x20) == 'e' && end + 1 < text_.size() &&
                                 IsDigit(text_[end + 1]);
      const bool point = c == '.' && end + 1 < text_.size() && IsDigit(text_[end + 1]);
      if (!IsNamePart(c) && !exponent_sign && !point) break;
      fraction |= exponent_sign || point;
      ++end;
    }
    const std::string_view written = text_.substr(at_, end - at_);
    std::string_view digits = hex ? written.substr(2) : written;
    uint64_t magnitude = 0;
    const auto [stop, code] =
        std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, hex ? 16 : 10);
    const std::string_view rest(stop, static_cast<size_t>(digits.data() + digits.size() - stop));
    if (code == std::errc() && rest.empty()) {
      Add(Kind::kInt, end).magnitude = magnitude;
      return;
    }
    BadNumber(written, rest, fraction, code == std::errc::result_out_of_range);
    Add(Kind::kBad, end);
  }

  void BadNumber(std::string_view written, std::string_view rest, bool fraction, bool too_large) {
    const size_t end = at_ + written.size();
    if (fraction || (!rest.empty() && (rest.front() | 0x20) == 'e')) {
      errors_.Error(at_, end,
                    Say("'{}' is not an integer: there are no fractions and exponents", written),
                    "a whole number, or duration('1m30s') for a fact with a unit of time");
    } else if (rest == "u" || rest == "U") {
      errors_.Error(
          at_, end,
          Say("'{}': the suffix of unsigned numbers is not part of the language", written),
          "a whole number", Say("write {}", written.substr(0, written.size() - 1)));
    } else if (too_large && rest.empty()) {
      errors_.Error(at_, end, Say("{} does not fit 64 bits", written),
                    "a whole number in the range of the fact");
    } else {
      errors_.Error(at_, end, Say("'{}' is neither a number nor a name", written),
                    "a whole number");
    }
  }

  // at_ is at the opening quote; an error about the text starts at `begin`, where a prefix may
  // stand.
  void Text(size_t begin) {
    const char quote = Peek();
    if (Peek(1) == quote && Peek(2) == quote) {
      errors_.Error(at_, at_ + 3, Say("triple quotes are not part of the language"),
                    "a name in plain quotes");
      const size_t close = text_.find(std::string(3, quote), at_ + 3);
      Add(Kind::kBad, close == std::string_view::npos ? text_.size() : close + 3);
      return;
    }
    const size_t close = text_.find_first_of(quote == '"' ? "\"\n" : "'\n", at_ + 1);
    if (close == std::string_view::npos || text_[close] == '\n') {
      errors_.Error(at_, at_ + 1, Say("the quote is never closed"), {},
                    Say("close it with {}", quote == '"' ? "\"" : "'"));
      broken_ = true;
      at_ = std::min(close, text_.size());
      return;
    }
    const std::string_view content = text_.substr(at_ + 1, close - at_ - 1);
    const size_t escape = content.find('\\');
    if (escape != std::string_view::npos) {
      const size_t place = at_ + 1 + escape;
      errors_.Error(place, place + 1, Say("a name in quotes has no escapes"),
                    "letters, digits, '_' and '-' between the quotes");
      broken_ = true;
      at_ = close + 1;
      return;
    }
    const bool prefixed = begin != at_;
    Add(prefixed ? Kind::kBad : Kind::kText, close + 1).content = content;
  }

  std::string_view text_;
  CelErrors& errors_;
  std::vector<CelToken> tokens_;
  size_t at_ = 0;
  bool broken_ = false;
};

}  // namespace

std::vector<CelToken> LexCel(std::string_view text, CelErrors* errors) {
  return CelLexer(text, errors).Run();
}

}  // namespace ringfence
