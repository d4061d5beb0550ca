// Character sets of address books. Only those that exports have: UTF-8, UTF-16 with its mark,
// ISO-8859-1 and Windows-1252.
#include "cli/address_text.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <array>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

// 0x80-0x9F of Windows-1252; 0: nothing.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void Append(uint32_t code_point, std::string* out) {
  const auto tail = [&](int shift) {
    *out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
  };
  if (code_point < 0x80) {
    *out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    *out += static_cast<char>(0xC0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    *out += static_cast<char>(0xE0 | (code_point >> 12));
    tail(6);
    tail(0);
  } else {
    *out += static_cast<char>(0xF0 | (code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// The text behind the mark, in UTF-8; false when it is no UTF-16.
bool DecodeUtf16(std::string_view bytes, bool big_endian, std::string* out) {
  if (bytes.size() % 2 != 0) return false;
  const auto unit = [&](size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<uint32_t>(big_endian ? first << 8 | second : second << 8 | first);
  };
  out->reserve(bytes.size() / 2 * 3);  // what a unit becomes at most
  for (size_t at = 0; at < bytes.size(); at += 2) {
    uint32_t code_point = unit(at);
    if (code_point >= 0xD800 && code_point < 0xE000) {
      at += 2;
      if (code_point >= 0xDC00 || at >= bytes.size()) return false;
      const uint32_t low = unit(at);
      if (low < 0xDC00 || low >= 0xE000) return false;
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
    }
    Append(code_point, out);
  }
  return true;
}

}  // namespace

Status Expected(size_t line, std::string_view what) {
  return Status(StatusCode::kParse, Cat({"line ", std::to_string(line), ": expected ", what}));
}

Status TakeByteOrderMark(std::string_view* text, OwnText* own) {
  if (text->size() > kMaxAddressBookBytes) {
    return Status(StatusCode::kLimit, Cat({"an address book file has at most ",
                                           Thousands(kMaxAddressBookBytes), " bytes"}));
  }
  if (text->starts_with("\xEF\xBB\xBF")) text->remove_prefix(3);
  const bool big_endian = text->starts_with("\xFE\xFF");
  if (!big_endian && !text->starts_with("\xFF\xFE")) return Status();
  if (!DecodeUtf16(text->substr(2), big_endian, &own->text)) {
    return Expected(1, "UTF-16 throughout, as the byte order mark announces");
  }
  *text = own->text;
  return Status();
}

Charset FindCharset(std::string_view name) {
  struct Name {
    std::string_view text;
    Charset charset;
  };
  constexpr Name kNames[] = {
      {"", Charset::kUtf8},
      {"utf-8", Charset::kUtf8},
      {"utf8", Charset::kUtf8},
      {"us-ascii", Charset::kUtf8},
      {"ascii", Charset::kUtf8},
      {"iso-8859-1", Charset::kLatin1},
      {"iso_8859-1", Charset::kLatin1},
      {"latin1", Charset::kLatin1},
      {"windows-1252", Charset::kWindows1252},
      {"cp1252", Charset::kWindows1252},
  };
  for (const Name& known : kNames) {
    if (SameWord(name, known.text)) return known.charset;
  }
  return Charset::kOther;
}

bool AppendAsUtf8(std::string_view bytes, Charset charset, std::string* out) {
  if (IsAscii(bytes) || (charset == Charset::kUtf8 && IsUtf8(bytes))) {
    out->append(bytes);
    return true;
  }
  if (charset == Charset::kUtf8 || charset == Charset::kOther) return false;
  for (const char c : bytes) {
    uint32_t code_point = static_cast<unsigned char>(c);
    if (charset == Charset::kWindows1252 && code_point >= 0x80 && code_point < 0xA0) {
      code_point = kWindows1252[code_point - 0x80];
      if (code_point == 0) return false;
    }
    Append(code_point, out);
  }
  return true;
}

bool SameWord(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return Lower(a) == Lower(b); });
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace ringfence::cli
