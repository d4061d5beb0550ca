// Places of decoded bytes: one walk over the raw string, counting what each escape decodes to.
#include "policy/places.h"

#include <algorithm>

#include "base/check.h"
#include "base/utf8.h"

namespace ringfence {
namespace {

// One character as it is written in a JSON string: how long, and what it decodes to.
struct Written {
  size_t raw_bytes = 0;
  size_t raw_columns = 0;
  size_t decoded_bytes = 0;
};

uint32_t HexAt(std::string_view raw, size_t at) {
  uint32_t value = 0;
  for (size_t i = at; i < at + 4 && i < raw.size(); ++i) {
    const char c = raw[i];
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  return value;
}

size_t Utf8Bytes(uint32_t code_point) {
  if (code_point < 0x80) return 1;
  if (code_point < 0x800) return 2;
  return code_point < 0x10000 ? 3 : 4;
}

// The string has passed the JSON reader: its escapes are well formed and surrogates come in pairs.
Written ReadWritten(std::string_view raw, size_t at) {
  if (raw[at] != '\\') {
    const size_t bytes = DecodeUtf8(raw, at).length;
    return {bytes, 1, bytes};
  }
  if (at + 1 >= raw.size() || raw[at + 1] != 'u') return {2, 2, 1};
  const uint32_t unit = HexAt(raw, at + 2);
  if (unit >= 0xD800 && unit < 0xE000) return {12, 12, 4};
  return {6, 6, Utf8Bytes(unit)};
}

}  // namespace

JsonPlaces::JsonPlaces(const JsonValue& value, std::string_view text) {
  CHECK(value.type == JsonValue::Type::kString && value.span.length >= 2);
  const std::string_view raw = text.substr(value.span.offset + 1, value.span.length - 2);
  at_.reserve(value.string.size() + 1);
  At next{value.span.offset + 1, value.span.line, value.span.column + 1};
  for (size_t at = 0; at < raw.size();) {
    const Written written = ReadWritten(raw, at);
    at_.insert(at_.end(), written.decoded_bytes, next);
    next.offset += static_cast<uint32_t>(written.raw_bytes);
    next.column += static_cast<uint32_t>(written.raw_columns);
    at += written.raw_bytes;
  }
  at_.push_back(next);
  CHECK(at_.size() == value.string.size() + 1);
}

TextPlaces::TextPlaces(std::string_view text) {
  at_.reserve(text.size() + 1);
  At next;
  while (next.offset < text.size()) {
    const uint32_t bytes = DecodeUtf8(text, next.offset).length;
    const bool ends_line = text[next.offset] == '\n';
    at_.insert(at_.end(), bytes, next);
    next.offset += bytes;
    next.line += ends_line ? 1 : 0;
    next.column = ends_line ? 1 : next.column + 1;
  }
  at_.push_back(next);
}

SourceSpan PlaceTable::Place(size_t begin, size_t length) const {
  begin = std::min(begin, at_.size() - 1);
  size_t end = std::min(begin + length, at_.size() - 1);
  // A position inside a character gives the whole of it.
  while (end > 0 && at_[end].offset == at_[end - 1].offset) ++end;
  SourceSpan span;
  span.line = at_[begin].line;
  span.column = at_[begin].column;
  span.offset = at_[begin].offset;
  span.length = at_[end].offset - at_[begin].offset;
  return span;
}

}  // namespace ringfence
