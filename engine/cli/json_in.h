// JSON as the tool reads it: one object a line, at most one level of objects inside.
// Takes a line; gives its members in order, values as text.
#pragma once

#include <ringfence/status.h>

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::cli {

struct JsonMember {
  std::string outer;  ///< key of the object it lies in; empty at the top
  std::string key;
  std::string value;  ///< "true", "12", or the string itself
  bool is_null = false;
};

/// kParse, with the column, for anything that is not one object of texts, numbers and booleans, or
/// of objects of these; for a key that occurs twice, NUL bytes, and bytes that are not UTF-8.
Result<std::vector<JsonMember>> ParseJsonObject(std::string_view text);

}  // namespace ringfence::cli
