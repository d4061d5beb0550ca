// SourceSpan: a place in a text, for diagnostics. What every parsed thing carries.
#ifndef RINGFENCE_BASE_SPAN_H_
#define RINGFENCE_BASE_SPAN_H_

#include <cstdint>

namespace ringfence {

struct SourceSpan {
  uint32_t line = 0;    // 1-based; 0 when there is no place
  uint32_t column = 0;  // 1-based, in UTF-8 code points
  uint32_t offset = 0;  // bytes from the start of the text
  uint32_t length = 0;  // bytes

  friend bool operator==(const SourceSpan&, const SourceSpan&) = default;
};

}  // namespace ringfence

#endif  // RINGFENCE_BASE_SPAN_H_
