// A deterministic JSON writer: the same calls give the same bytes. Takes values in order; gives
// text. Keys stay in the order written; nothing is sorted, and no number is ever written as a
// fraction.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ringfence {

// Calls must nest to exactly one value; anything else is a defect (CHECK). Use one object for one
// text.
class JsonWriter {
 public:
  enum class Style {
    kCompact,  // no spaces, one line
    kPretty,   // two spaces of indent, one member or item a line
  };

  explicit JsonWriter(Style style = Style::kCompact);
  ~JsonWriter();
  JsonWriter(JsonWriter&&) noexcept;
  JsonWriter& operator=(JsonWriter&&) noexcept;

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);

  // Bytes that are not valid UTF-8 are written as U+FFFD, so that the text is always JSON.
  JsonWriter& String(std::string_view value);
  JsonWriter& Int(int64_t value);
  JsonWriter& Uint(uint64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();

  // The finished text, without a final newline. Ends the use of this writer.
  std::string Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringfence
