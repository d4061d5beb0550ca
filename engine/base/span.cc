// Lines and columns from byte offsets.
#include "base/span.h"

#include <algorithm>

#include "base/utf8.h"

namespace ringfence {

SourceSpan SpanAt(std::string_view text, size_t offset, size_t length) {
  offset = std::min(offset, text.size());
  length = std::min(length, text.size() - offset);
  const std::string_view before = text.substr(0, offset);
  const size_t newline = before.rfind('\n');
  const size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
  SourceSpan span;
  span.line = static_cast<uint32_t>(1 + std::count(before.begin(), before.end(), '\n'));
  span.column = static_cast<uint32_t>(1 + CodePoints(before.substr(line_begin)));
  span.offset = static_cast<uint32_t>(offset);
  span.length = static_cast<uint32_t>(length);
  return span;
}

}  // namespace ringfence
