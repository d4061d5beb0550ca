// EmbeddedFile: a file of this tree whose text is compiled into the library. What the sources made
// by rf_embed (cmake/embed.cmake) give.
#pragma once

#include <string_view>

namespace ringfence {

struct EmbeddedFile {
  std::string_view name;  // the file's own name, or its folder's: see rf_embed
  std::string_view text;
  std::string_view sha256;  // of the text, in hexadecimal
};

}  // namespace ringfence
