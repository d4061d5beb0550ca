// The one layout of a JSON text with comments. Takes a text that ParseJson accepts; gives the same
// values, keys, order and comments laid out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ringfence {

// Columns (code points) an object or array on one line may end at.
inline constexpr size_t kJsonLineColumns = 120;

// What a scalar is to be written as instead: JSON, for the value that begins at `offset`.
struct JsonEdit {
  uint32_t offset = 0;
  std::string written;
};

// An object or array stays broken where its author broke the line after its bracket, and is put on
// one line where not and there is room; the outermost is always broken. Two blanks a level, no
// trailing comma, at most one empty line between two things. Numbers and strings are left as they
// were written but for `edits`, which are sorted by offset. Formatting twice is formatting once.
// O(text * depth).
std::string FormatJson(std::string_view text, const std::vector<JsonEdit>& edits);

// The same for a file: nothing and an error in `diagnostics` where the result would have more than
// kMaxJsonBytes, so that what is written can be read again.
std::optional<std::string> LayOut(std::string_view text, const std::vector<JsonEdit>& edits,
                                  std::string_view file, Diagnostics* diagnostics);

}  // namespace ringfence
