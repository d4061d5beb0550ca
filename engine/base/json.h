// A strict JSON reader that keeps places. Takes a text from outside; gives a tree, or diagnostics.
// Comments (// and /* */) and trailing commas are accepted; numbers are 64-bit integers only.
#pragma once

#include <ringfence/limits.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/span.h"

namespace ringfence {

// A key every file that people edit may have at its top: where its JSON Schema is. A string for
// editors; the engine never looks there.
inline constexpr std::string_view kSchemaKey = "$schema";

struct JsonValue {
  enum class Type { kNull, kBool, kInt, kString, kArray, kObject };
  struct Member;

  Type type = Type::kNull;
  bool boolean = false;
  int64_t integer = 0;
  std::string string;  // decoded; valid UTF-8 without NUL
  std::vector<JsonValue> items;
  std::vector<Member> members;  // in the order written; keys are distinct
  SourceSpan span;              // the whole value: quotes and brackets included

  // The member's value, or nullptr (also when this is no object). Linear in the number of members.
  const JsonValue* Find(std::string_view key) const;
};

struct JsonValue::Member {
  std::string key;
  SourceSpan key_span;  // quotes included
  JsonValue value;
};

// "null", "a boolean", "an integer", "a string", "an array", "an object": for messages.
std::string_view ToString(JsonValue::Type type);

// The place in the file of `length` bytes at `begin` of a decoded string, escapes accounted for; a
// position inside one escaped character gives the whole escape. `text` is the text `value` was
// parsed from, `value` a string of it; begin and length are cut to the string (begin == size gives
// the closing quote's place, length 0).
// Linear in begin + length: made for diagnostics, not for every token of a long string.
SourceSpan SpanInString(const JsonValue& value, size_t begin, size_t length, std::string_view text);

// Parses one whole text. On success `*out` is the tree and nothing was added to `diagnostics`;
// otherwise false, at least one error was added and `*out` is null. Refused before parsing: empty,
// more than kMaxJsonBytes, a byte order mark, NUL, invalid UTF-8 (also in comments). Refused while
// parsing: nesting deeper than kMaxJsonDepth, duplicate keys (every one, compared exactly),
// fractions, exponents and integers outside int64, escapes that decode to lone surrogates or NUL,
// anything after the value. `file` is only for the diagnostics.
// A reader of machine-made texts may allow more bytes.
bool ParseJson(std::string_view text, std::string_view file, Diagnostics& diagnostics,
               JsonValue* out, size_t most_bytes = kMaxJsonBytes);

}  // namespace ringfence
