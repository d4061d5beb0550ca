// Names that people give and machines quote: of policies and what is in them, of extensions.
#pragma once

#include <algorithm>
#include <string_view>

namespace ringfence {

/// [a-z0-9][a-z0-9_-]*, of any length: kMaxNameBytes is asked for where there is a name to say so.
inline bool IsNameLike(std::string_view text) {
  const auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && letter_or_digit(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter_or_digit(c) || c == '_' || c == '-'; });
}

}  // namespace ringfence
