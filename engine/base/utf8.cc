// UTF-8 decoding after RFC 3629 section 4, and the checks and the escaping built on it.
#include "base/utf8.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace ringfence {
namespace {

constexpr char kHexDigits[] = "0123456789ABCDEF";

// What a first byte says about its sequence. The range of the second byte is what excludes overlong
// forms, surrogates and everything above U+10FFFF.
struct Lead {
  uint32_t length;
  uint32_t bits;
  unsigned char second_low;
  unsigned char second_high;
};

Lead LeadOf(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0, 0};
  if (byte < 0xC2) return {0, 0, 0, 0};
  if (byte < 0xE0) return {2, byte & 0x1Fu, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0xD, 0x80, 0x9F};
  if (byte < 0xF0) return {3, byte & 0xFu, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0, 0x90, 0xBF};
  if (byte < 0xF4) return {4, byte & 7u, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 4, 0x80, 0x8F};
  return {0, 0, 0, 0};
}

bool ActsOnTerminals(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) ||  // C0, DEL, C1
         c == 0x061C || c == 0x200B || c == 0x200E ||
         c == 0x200F ||  // marks of direction, zero width
         (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) ||                 // lines, embeddings, isolates
         c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);  // byte order mark, tags
}

// Whether all bytes are printable ASCII, eight at a time: nearly every id is, and ids are checked
// for every decision. False tells nothing.
bool IsPlainAscii(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  constexpr uint64_t kHigh = 0x80 * kOnes;
  uint64_t suspect = 0;
  for (size_t at = 0; at < text.size(); at += 8) {
    uint64_t bytes = ' ' * kOnes;
    std::memcpy(&bytes, text.data() + at, std::min<size_t>(8, text.size() - at));
    const uint64_t no_delete = bytes ^ (0x7F * kOnes);
    suspect |= bytes | (bytes - 0x20 * kOnes) | ((no_delete - kOnes) & ~no_delete);
  }
  return (suspect & kHigh) == 0;
}

}  // namespace

Utf8Step DecodeUtf8(std::string_view text, size_t offset) {
  if (offset >= text.size()) return {};
  const Lead lead = LeadOf(static_cast<unsigned char>(text[offset]));
  if (lead.length == 0 || lead.length > text.size() - offset) return {0, 1, false};
  uint32_t code_point = lead.bits;
  for (uint32_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[offset + i]);
    const unsigned char low = i == 1 ? lead.second_low : 0x80;
    const unsigned char high = i == 1 ? lead.second_high : 0xBF;
    if (byte < low || byte > high) return {0, 1, false};
    code_point = code_point << 6 | (byte & 0x3Fu);
  }
  return {code_point, lead.length, true};
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  CHECK(code_point < 0xD800 || (code_point > 0xDFFF && code_point <= 0x10FFFF));
  const auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  const auto tail = [&](int shift) { put(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    tail(0);
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    tail(6);
    tail(0);
  } else {
    put(0xF0 | code_point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

size_t FindInvalidUtf8(std::string_view text) {
  for (size_t offset = 0; offset < text.size();) {
    const Utf8Step step = DecodeUtf8(text, offset);
    if (!step.ok) return offset;
    offset += step.length;
  }
  return std::string_view::npos;
}

bool IsValidUtf8(std::string_view text) { return FindInvalidUtf8(text) == std::string_view::npos; }

bool HasControlBytes(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

size_t CodePoints(std::string_view text) {
  size_t count = 0;
  for (size_t offset = 0; offset < text.size(); ++count) offset += DecodeUtf8(text, offset).length;
  return count;
}

std::string Printable(std::string_view text, size_t max_bytes) {
  std::string out;
  for (size_t offset = 0; offset < text.size();) {
    const Utf8Step step = DecodeUtf8(text, offset);
    if (offset + step.length > max_bytes) return out + "...";
    const std::string_view bytes = text.substr(offset, step.length);
    if (step.ok && !ActsOnTerminals(step.code_point)) {
      out += bytes;
    } else {
      for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += {'\\', 'x', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
      }
    }
    offset += step.length;
  }
  return out;
}

Status CheckId(std::string_view id) {
  constexpr size_t kShownBytes = 32;
  const auto refuse = [id](const std::string& why) {
    return Status(StatusCode::kInvalidArgument, why + ": '" + Printable(id, kShownBytes) + "'");
  };
  if (id.empty()) return {StatusCode::kInvalidArgument, "an id is empty: expected 1 to 255 bytes"};
  if (id.size() > kMaxIdBytes) {
    return refuse("an id has " + std::to_string(id.size()) + " bytes, expected 1 to " +
                  std::to_string(kMaxIdBytes));
  }
  if (IsPlainAscii(id)) return {};
  if (!IsValidUtf8(id)) return refuse("an id is not valid UTF-8");
  if (HasControlBytes(id)) return refuse("an id has a control byte");
  return {};
}

}  // namespace ringfence
