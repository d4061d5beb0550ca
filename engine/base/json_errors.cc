// The sentences for RapidJSON's error codes.
#include "base/json_errors.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr size_t kShownBytes = 64;
constexpr const char* kEscapes = R"(one of \" \\ \/ \b \f \n \r \t \uXXXX)";

// What one of RapidJSON's error codes says to a person.
struct SyntaxError {
  SourceSpan span;
  std::string message;
  std::string expected;
  std::string hint = {};
};

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '+' || c == '-' || (c & 0x80) != 0;
}

// What stands where something else was expected: a word, or one character. Length 0 at the end of
// the text.
SourceSpan UnexpectedAt(std::string_view text, size_t offset) {
  size_t end = offset;
  while (end < text.size() && IsWordByte(text[end])) ++end;
  if (end == offset && end < text.size()) ++end;
  return SpanAt(text, offset, end - offset);
}

std::string Unexpected(std::string_view text, const SourceSpan& span) {
  if (span.length == 0) return "unexpected end of the text";
  return "unexpected '" + Printable(text.substr(span.offset, span.length), kShownBytes) + "'";
}

SyntaxError StrayText(std::string_view text, size_t offset, std::string expected) {
  const SourceSpan span = UnexpectedAt(text, offset);
  return {span, Unexpected(text, span), std::move(expected)};
}

SyntaxError BadValue(std::string_view text, size_t offset) {
  SyntaxError error = StrayText(text, offset, kExpectedValue);
  const std::string_view word = text.substr(offset, error.span.length);
  if (word == "'") {
    error.hint = "strings are written in double quotes";
  } else {
    std::string lower(word);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    error.hint = DidYouMean(lower, {"true", "false", "null"});
  }
  return error;
}

// RapidJSON computes a double to learn that it is too big.
SyntaxError BadNumber(std::string_view text, size_t offset) {
  const SourceSpan span = UnexpectedAt(text, offset);
  const std::string_view number = text.substr(span.offset, span.length);
  const bool integer = number.find_first_of(".eE") == std::string_view::npos;
  return {span, integer ? kIntegerOutOfRange : kNumberWithFraction, kExpectedInteger};
}

// A string that is not closed is shown from its quote to the end of its line: where it should have
// ended nobody knows.
SyntaxError OpenString(std::string_view text, size_t quote) {
  size_t end = std::min(text.find('\n', quote), text.size());
  if (end > quote && text[end - 1] == '\r') --end;
  return {SpanAt(text, quote, end - quote), "a string that is not closed on its line", "'\"'"};
}

SyntaxError BadEscape(std::string_view text, size_t offset, size_t token) {
  const char c = text[offset];
  if (c == '\n' || c == '\r') return OpenString(text, token);
  if (c != '\\') {
    return {SpanAt(text, offset, 1), "a control character in a string",
            "an escape such as \\t or \\u0009"};
  }
  const std::string_view escaped = text.substr(offset + 1, 1);
  if (escaped.empty() || escaped == "\n" || escaped == "\r") return OpenString(text, token);
  const size_t length = 1 + DecodeUtf8(text, offset + 1).length;
  return {SpanAt(text, offset, length), "an unknown escape in a string", kEscapes};
}

// `offset` is where a \u stands whose digits, or whose second half, are wrong.
SyntaxError BadUnicodeEscape(std::string_view text, size_t offset, bool surrogate) {
  size_t end = offset + 2;
  while (end < text.size() && end < offset + 6 && IsWordByte(text[end]) && (text[end] & 0x80) == 0)
    ++end;
  const SourceSpan span = SpanAt(text, offset, end - offset);
  if (surrogate) {
    return {span, "a high surrogate without a low one after it", kExpectedSurrogates};
  }
  return {span, "an escape without four hexadecimal digits", "\\u and four of 0-9 a-f A-F"};
}

// RapidJSON stops at the end of a broken comment; the cursor at its begin.
SyntaxError BadComment(std::string_view text, size_t slash) {
  if (text.substr(slash).starts_with("/*")) {
    return {SpanAt(text, slash, 2), "a comment that is not closed", "'*/'"};
  }
  return {SpanAt(text, slash, 1), "unexpected '/'", "'//' or '/*' for a comment"};
}

SyntaxError Explain(rapidjson::ParseErrorCode code, std::string_view text, size_t offset,
                    size_t token) {
  // RapidJSON stops inside a bad value; the token before a bad separator is behind it.
  const size_t first = std::min(offset, token);
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
      return StrayText(text, offset, kExpectedValue);
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return StrayText(text, offset, "nothing after the value but whitespace and comments");
    case rapidjson::kParseErrorValueInvalid:
      return BadValue(text, first);
    case rapidjson::kParseErrorObjectMissName:
      return StrayText(text, offset, "a key in double quotes, or '}'");
    case rapidjson::kParseErrorObjectMissColon:
      return StrayText(text, offset, "':' after a key");
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return StrayText(text, offset, "',' or '}' after an object member");
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return StrayText(text, offset, "',' or ']' after an array element");
    case rapidjson::kParseErrorStringMissQuotationMark:
      return OpenString(text, token);
    case rapidjson::kParseErrorStringEscapeInvalid:
      return BadEscape(text, offset, token);
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
      return BadUnicodeEscape(text, offset, false);
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return BadUnicodeEscape(text, offset, true);
    case rapidjson::kParseErrorNumberTooBig:
    case rapidjson::kParseErrorNumberMissFraction:
    case rapidjson::kParseErrorNumberMissExponent:
      return BadNumber(text, first);
    case rapidjson::kParseErrorUnspecificSyntaxError:
      return BadComment(text, token);
    default:
      return StrayText(text, offset, "JSON");
  }
}

}  // namespace

Diagnostic ExplainSyntaxError(rapidjson::ParseErrorCode code, std::string_view text,
                              std::string_view file, size_t offset, size_t token) {
  SyntaxError error =
      Explain(code, text, std::min(offset, text.size()), std::min(token, text.size()));
  return {Diagnostic::Severity::kError, std::string(file),         error.span,
          std::move(error.message),     std::move(error.expected), std::move(error.hint)};
}

}  // namespace ringfence
