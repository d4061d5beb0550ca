// SourceSpan: a place in a text, for diagnostics. What every parsed thing carries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ringfence {

struct SourceSpan {
  uint32_t line = 0;    // 1-based; 0 when there is no place
  uint32_t column = 0;  // 1-based, in UTF-8 code points
  uint32_t offset = 0;  // bytes from the start of the text
  uint32_t length = 0;  // bytes

  friend bool operator==(const SourceSpan&, const SourceSpan&) = default;
};

// The place of `length` bytes at `offset`, both cut to the text. Linear in `offset`.
SourceSpan SpanAt(std::string_view text, size_t offset, size_t length);

}  // namespace ringfence
