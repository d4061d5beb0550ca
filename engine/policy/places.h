// Where a condition's text stands in its file. Takes the JSON string it was read from, or nothing
// but the text itself; gives places for diagnostics.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/span.h"
#include "policy/cel.h"

namespace ringfence {

/// A condition inside a JSON string, escapes accounted for. Walks the string once, so that asking
/// for many places costs no more than asking for one.
class JsonPlaces : public PlaceMapper {
 public:
  /// `value` is a string of `text`, the text it was parsed from.
  JsonPlaces(const JsonValue& value, std::string_view text);
  SourceSpan Place(size_t begin, size_t length) const override;

 private:
  struct At {
    uint32_t offset;  // bytes in the file
    uint32_t column;
  };
  uint32_t line_ = 0;
  std::vector<At> at_;  // per byte of the decoded string, and one for its end
};

/// A condition that is a text of its own: a command line argument, a test.
class TextPlaces : public PlaceMapper {
 public:
  explicit TextPlaces(std::string_view text) : text_(text) {}
  SourceSpan Place(size_t begin, size_t length) const override;

 private:
  std::string_view text_;
};

}  // namespace ringfence
