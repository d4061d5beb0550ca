// RapidJSON's SAX reader with a tree builder that finds the place of every token, and the checks
// and error texts that RapidJSON does not have.
#include "base/json.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <ringfence/limits.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/json_errors.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

constexpr unsigned kReaderFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseCommentsFlag |
                                  rapidjson::kParseTrailingCommasFlag |
                                  rapidjson::kParseNumbersAsStringsFlag;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// One escape or one code point of a string as written.
struct StringPiece {
  size_t written = 0;       // bytes in the text
  uint32_t code_point = 0;  // a lone surrogate stays one
};

uint32_t ReadHex4(std::string_view digits) {
  uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

// `at` is inside a string whose escapes RapidJSON has accepted.
StringPiece ReadPiece(std::string_view text, size_t at) {
  if (text[at] != '\\') {
    const Utf8Step step = DecodeUtf8(text, at);
    return {step.length, step.code_point};
  }
  switch (text[at + 1]) {
    case 'b':
      return {2, '\b'};
    case 'f':
      return {2, '\f'};
    case 'n':
      return {2, '\n'};
    case 'r':
      return {2, '\r'};
    case 't':
      return {2, '\t'};
    case 'u':
      break;
    default:
      return {2, static_cast<unsigned char>(text[at + 1])};
  }
  const uint32_t first = ReadHex4(text.substr(at + 2, 4));
  if (first < 0xD800 || first > 0xDBFF) return {6, first};
  const uint32_t second = ReadHex4(text.substr(at + 8, 4));
  return {12, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)};
}

size_t Utf8Length(uint32_t code_point) {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

// Walks the text behind the reader from token to token, so that lines are counted once.
class TokenCursor {
 public:
  explicit TokenCursor(std::string_view text) : text_(text) {}

  // Moves over whitespace, comments and the separators , and : to the next token's first byte, or
  // to a broken comment's. Between two tokens of well-formed JSON there is nothing else.
  size_t SkipToToken() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '/') {
        if (!SkipComment()) break;
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':') {
        Advance(at_ + 1);
      } else {
        break;
      }
    }
    return at_;
  }

  // The place of the next token, which ends at `end`, and moves there.
  SourceSpan TakeToken(size_t end) {
    const size_t begin = SkipToToken();
    CHECK(begin < end && end <= text_.size());
    SourceSpan span = Here();
    span.length = static_cast<uint32_t>(end - begin);
    Advance(end);
    return span;
  }

  // The place of the next byte, length 0.
  SourceSpan Here() const { return {line_, column_, static_cast<uint32_t>(at_), 0}; }

 private:
  bool SkipComment() {
    const std::string_view rest = text_.substr(at_);
    size_t end = std::string_view::npos;
    if (rest.starts_with("//")) {
      end = std::min(text_.find('\n', at_), text_.size());
    } else if (rest.starts_with("/*")) {
      end = text_.find("*/", at_ + 2);
      if (end != std::string_view::npos) end += 2;
    }
    if (end == std::string_view::npos) return false;
    Advance(end);
    return true;
  }

  void Advance(size_t end) {
    for (; at_ < end; ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        column_ = 1;
      } else if ((c & 0xC0) != 0x80) {  // the text is valid UTF-8: count first bytes
        ++column_;
      }
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  uint32_t line_ = 1;
  uint32_t column_ = 1;
};

// RapidJSON's handler: builds the tree, and reports what is wrong with values RapidJSON accepts.
// Those errors do not stop the reading, so that one run reports them all; only nesting too deep
// does.
class TreeBuilder {
 public:
  using Stream = rapidjson::MemoryStream;
  using Type = JsonValue::Type;

  TreeBuilder(std::string_view text, std::string_view file, const Stream& stream,
              Diagnostics& diagnostics)
      : text_(text), file_(file), stream_(stream), diagnostics_(diagnostics), cursor_(text) {}

  bool Null() {
    Attach(Scalar(Type::kNull));
    return true;
  }

  bool Bool(bool boolean) {
    JsonValue value = Scalar(Type::kBool);
    value.boolean = boolean;
    Attach(std::move(value));
    return true;
  }

  bool RawNumber(const char*, rapidjson::SizeType, bool) {
    JsonValue value = Scalar(Type::kInt);
    const std::string_view digits = text_.substr(value.span.offset, value.span.length);
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value.integer);
    if (stop != end) {
      Error(value.span, kNumberWithFraction, kExpectedInteger);
    } else if (error != std::errc()) {
      Error(value.span, kIntegerOutOfRange, kExpectedInteger);
    }
    Attach(std::move(value));
    return true;
  }

  bool String(const char* data, rapidjson::SizeType size, bool) {
    JsonValue value = Scalar(Type::kString);
    value.string.assign(data, size);
    CheckEscapes(value.span);
    Attach(std::move(value));
    return true;
  }

  bool Key(const char* data, rapidjson::SizeType size, bool) {
    JsonValue::Member member;
    member.key.assign(data, size);
    member.key_span = cursor_.TakeToken(stream_.Tell());
    CheckEscapes(member.key_span);
    open_.back().members.push_back(std::move(member));
    return true;
  }

  bool StartObject() { return Open(Type::kObject); }
  bool StartArray() { return Open(Type::kArray); }

  bool EndObject(rapidjson::SizeType) {
    ReportDuplicates(open_.back());
    return Close();
  }

  bool EndArray(rapidjson::SizeType) { return Close(); }

  // Never called: numbers come as RawNumber. RapidJSON's reader wants them to be there.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

  JsonValue TakeRoot() { return std::move(root_); }
  TokenCursor& cursor() { return cursor_; }

 private:
  void Error(SourceSpan span, std::string message, std::string expected, std::string hint = {}) {
    diagnostics_.Error(file_, span, std::move(message), std::move(expected), std::move(hint));
  }

  JsonValue Scalar(Type type) {
    JsonValue value;
    value.type = type;
    value.span = cursor_.TakeToken(stream_.Tell());
    return value;
  }

  void Attach(JsonValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().type == Type::kArray) {
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().members.back().value = std::move(value);
    }
  }

  // RapidJSON calls this and Close with the bracket still ahead.
  bool Open(Type type) {
    JsonValue value;
    value.type = type;
    value.span = cursor_.TakeToken(stream_.Tell() + 1);
    if (open_.size() == kMaxJsonDepth) {
      Error(value.span, "objects and arrays nested too deeply",
            "at most " + std::to_string(kMaxJsonDepth) + " levels");
      return false;
    }
    open_.push_back(std::move(value));
    return true;
  }

  bool Close() {
    const SourceSpan bracket = cursor_.TakeToken(stream_.Tell() + 1);
    JsonValue value = std::move(open_.back());
    open_.pop_back();
    value.span.length = bracket.offset + 1 - value.span.offset;
    Attach(std::move(value));
    return true;
  }

  // RapidJSON decodes \u0000, and a low surrogate that follows no high one.
  void CheckEscapes(const SourceSpan& span) {
    if (text_.substr(span.offset, span.length).find("\\u") == std::string_view::npos) return;
    const uint32_t end = span.offset + span.length - 1;
    SourceSpan place = {span.line, span.column + 1, span.offset + 1, 0};
    while (place.offset < end) {
      const StringPiece piece = ReadPiece(text_, place.offset);
      place.length = static_cast<uint32_t>(piece.written);
      if (piece.code_point >= 0xDC00 && piece.code_point <= 0xDFFF) {
        Error(place, "a low surrogate without a high one before it", kExpectedSurrogates);
      } else if (piece.code_point == 0) {
        Error(place, "NUL in a string", "any other character");
      }
      place.column += text_[place.offset] == '\\' ? place.length : 1;
      place.offset += place.length;
    }
  }

  void ReportDuplicates(const JsonValue& object) {
    const std::vector<JsonValue::Member>& members = object.members;
    std::vector<uint32_t> order(members.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&members](uint32_t a, uint32_t b) {
      const int compared = members[a].key.compare(members[b].key);
      return compared != 0 ? compared < 0 : a < b;
    });
    for (size_t i = 1, first = 0; i < order.size(); ++i) {
      const JsonValue::Member& member = members[order[i]];
      const JsonValue::Member& earlier = members[order[first]];
      if (member.key != earlier.key) {
        first = i;
      } else {
        Error(member.key_span, "duplicate key '" + Printable(member.key, kMaxNameBytes) + "'",
              "each key once in an object",
              "it was first given in line " + std::to_string(earlier.key_span.line));
      }
    }
  }

  std::string_view text_;
  std::string_view file_;
  const Stream& stream_;
  Diagnostics& diagnostics_;
  TokenCursor cursor_;
  std::vector<JsonValue> open_;
  JsonValue root_;
};

// What is refused before RapidJSON sees the text: it would take NUL for the end, and bad UTF-8 in
// comments.
bool CheckBytes(std::string_view text, std::string_view file, Diagnostics& diagnostics,
                size_t most_bytes) {
  if (text.empty()) {
    diagnostics.Error(file, {}, "the text is empty", kExpectedValue);
    return false;
  }
  if (text.size() > most_bytes) {
    diagnostics.Error(file, {}, "the text has " + std::to_string(text.size()) + " bytes",
                      "at most " + std::to_string(most_bytes) + " bytes");
    return false;
  }
  if (text.starts_with(kByteOrderMark)) {
    diagnostics.Error(file, SpanAt(text, 0, kByteOrderMark.size()), "a byte order mark",
                      "UTF-8 without a byte order mark");
    return false;
  }
  if (const size_t bad = FindInvalidUtf8(text); bad != std::string_view::npos) {
    diagnostics.Error(file, SpanAt(text, bad, 1), "a byte that is not valid UTF-8", "UTF-8 text");
    return false;
  }
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    diagnostics.Error(file, SpanAt(text, nul, 1), "a NUL byte", "text");
    return false;
  }
  return true;
}

}  // namespace

const JsonValue* JsonValue::Find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string_view ToString(JsonValue::Type type) {
  switch (type) {
    case JsonValue::Type::kNull:
      return "null";
    case JsonValue::Type::kBool:
      return "a boolean";
    case JsonValue::Type::kInt:
      return "an integer";
    case JsonValue::Type::kString:
      return "a string";
    case JsonValue::Type::kArray:
      return "an array";
    case JsonValue::Type::kObject:
      return "an object";
  }
  return "nothing";
}

SourceSpan SpanInString(const JsonValue& value, size_t begin, size_t length,
                        std::string_view text) {
  CHECK(value.type == JsonValue::Type::kString);
  CHECK(value.span.offset + value.span.length <= text.size());
  begin = std::min(begin, value.string.size());
  const size_t end = begin + std::min(length, value.string.size() - begin);

  SourceSpan span = value.span;
  size_t at = value.span.offset + 1;
  size_t decoded = 0;
  ++span.column;
  while (decoded < value.string.size()) {
    const StringPiece piece = ReadPiece(text, at);
    const size_t next = decoded + Utf8Length(piece.code_point);
    if (next > begin) break;
    span.column += static_cast<uint32_t>(CodePoints(text.substr(at, piece.written)));
    at += piece.written;
    decoded = next;
  }
  span.offset = static_cast<uint32_t>(at);
  while (decoded < end) {
    const StringPiece piece = ReadPiece(text, at);
    at += piece.written;
    decoded += Utf8Length(piece.code_point);
  }
  span.length = static_cast<uint32_t>(at - span.offset);
  return span;
}

bool ParseJson(std::string_view text, std::string_view file, Diagnostics& diagnostics,
               JsonValue* out, size_t most_bytes) {
  *out = JsonValue();
  if (!CheckBytes(text, file, diagnostics, most_bytes)) return false;

  const size_t errors_before = diagnostics.errors();
  rapidjson::MemoryStream stream(text.data(), text.size());
  TreeBuilder builder(text, file, stream, diagnostics);
  rapidjson::Reader reader;
  const rapidjson::ParseResult parsed = reader.Parse<kReaderFlags>(stream, builder);
  if (parsed.IsError() && parsed.Code() != rapidjson::kParseErrorTermination) {
    diagnostics.Add(ExplainSyntaxError(parsed.Code(), text, file, parsed.Offset(),
                                       builder.cursor().SkipToToken()));
  }
  if (diagnostics.errors() > errors_before) return false;
  CHECK(!parsed.IsError());
  *out = builder.TakeRoot();
  return true;
}

}  // namespace ringfence
