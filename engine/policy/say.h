// Say: a sentence with its parts put in. Every message and hint of this folder is written with it,
// so that a test can list them all and demand a golden file that shows each.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace ringfence {

inline std::string SayPart(std::string_view text) {
  constexpr size_t kShown = 80;  // bytes; what a line of a terminal has
  return Printable(text, kShown);
}
inline std::string SayPart(std::integral auto number) { return std::to_string(number); }

/// Each "{}" of `pattern` stands for the next part. Parts from outside are cut and made printable.
template <class... Parts>
std::string Say(std::string_view pattern, const Parts&... parts) {
  std::string out;
  [[maybe_unused]] const auto put = [&](const auto& part) {
    const size_t mark = pattern.find("{}");
    out += pattern.substr(0, mark);
    out += SayPart(part);
    pattern.remove_prefix(mark == std::string_view::npos ? pattern.size() : mark + 2);
  };
  (put(parts), ...);
  out += pattern;
  return out;
}

/// "a, b or c" of anything that holds texts; at most `most` of them, then "...".
template <class Texts>
std::string OneOf(const Texts& texts, size_t most = 8) {
  std::string out;
  size_t count = 0;
  for (const auto& text : texts) {
    const bool last = count + 1 == texts.size();
    if (count > 0) out += last ? " or " : ", ";
    if (count == most && !last) return out + "...";
    out += SayPart(std::string_view(text));
    ++count;
  }
  return out;
}

}  // namespace ringfence
