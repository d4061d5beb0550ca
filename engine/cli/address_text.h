// What the readers of address books share: character sets, texts that are erased, errors that name
// a place and never what stands there.
#pragma once

#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/address_book.h"

namespace ringfence::cli {

/// "line 12: expected ...", kParse.
Status Expected(size_t line, std::string_view what);

/// Erased when it ends. Reserve it where it grows: a text that moves leaves a copy behind.
struct OwnText {
  std::string text;

  OwnText() = default;
  ~OwnText() { EraseText(&text); }
  OwnText(const OwnText&) = delete;
  OwnText& operator=(const OwnText&) = delete;
};

/// Takes a byte order mark off. A text in UTF-16 is decoded into `own`, and `*text` points there.
/// kParse when it is not UTF-16 after all; kLimit over kMaxAddressBookBytes.
Status TakeByteOrderMark(std::string_view* text, OwnText* own);

enum class Charset : uint8_t { kUtf8, kLatin1, kWindows1252, kOther };
/// A name of the IANA's list, in any case. "" is UTF-8.
Charset FindCharset(std::string_view name);
/// The text in UTF-8, or nothing: false when it is in a charset that is not read here, or not in
/// the charset it claims. ASCII is ASCII whatever the name.
bool AppendAsUtf8(std::string_view bytes, Charset charset, std::string* out);

bool SameWord(std::string_view one, std::string_view other);  ///< ASCII letters in any case
std::string_view Trimmed(std::string_view text);              ///< without ASCII blanks around it

}  // namespace ringfence::cli
