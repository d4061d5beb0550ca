// Where a condition's text stands in its file. Takes the JSON string it was read from, or nothing
// but the text itself; gives places for diagnostics.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/span.h"
#include "policy/cel.h"

namespace ringfence {

/// The place of every byte, worked out by one walk: asking for many costs no more than asking for
/// one.
class PlaceTable : public PlaceMapper {
 public:
  SourceSpan Place(size_t begin, size_t length) const override;

 protected:
  struct At {
    uint32_t offset = 0;  // bytes in the file
    uint32_t line = 1;
    uint32_t column = 1;
  };
  std::vector<At> at_;  // per byte of the condition, and one for its end
};

/// A condition inside a JSON string, escapes accounted for.
class JsonPlaces : public PlaceTable {
 public:
  /// `value` is a string of `text`, the text it was parsed from.
  JsonPlaces(const JsonValue& value, std::string_view text);
};

/// A condition that is a text of its own: a command line argument, a test.
class TextPlaces : public PlaceTable {
 public:
  explicit TextPlaces(std::string_view text);
};

}  // namespace ringfence
