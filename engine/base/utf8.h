// UTF-8 (RFC 3629) checks, and what ids may be. Takes bytes from outside; gives yes or no, or text
// safe to print.
#pragma once

#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence {

// One step of decoding. An invalid sequence gives ok = false and length 1, so that a reader can go
// on.
struct Utf8Step {
  uint32_t code_point = 0;
  uint32_t length = 0;  // bytes; 0 only at the end of the text
  bool ok = false;
};
Utf8Step DecodeUtf8(std::string_view text, size_t offset);

// Appends one code point (a Unicode scalar value).
void AppendUtf8(uint32_t code_point, std::string* out);

// Neither overlong forms nor surrogates nor anything above U+10FFFF are valid.
bool IsValidUtf8(std::string_view text);

// The offset of the first byte that is not valid UTF-8, or npos.
size_t FindInvalidUtf8(std::string_view text);

// Whether any byte is below 0x20 or is 0x7F.
bool HasControlBytes(std::string_view text);

// The number of code points; each byte of an invalid sequence counts as one.
size_t CodePoints(std::string_view text);

// The text with everything that a terminal might act on written as \xNN, byte by byte: control
// characters (C0, DEL, C1), invalid UTF-8, and the invisible characters that change the direction
// or the line of what follows. At most `max_bytes` of the input are shown; "..." stands for the
// rest.
std::string Printable(std::string_view text, size_t max_bytes = std::string_view::npos);

// Ids of users: 1-255 bytes of valid UTF-8 without control bytes, compared exactly and never
// folded. kInvalidArgument otherwise; the message shows at most the first 32 bytes, escaped.
Status CheckId(std::string_view id);

}  // namespace ringfence
