// Files of engine/cli/web/ whose text is compiled into the tool: what pages are made with.
// Made by rf_embed (cmake/embed.cmake); base/embedded.h is the same for the library.
#pragma once

#include <span>
#include <string_view>

namespace ringfence::cli {

struct EmbeddedFile {
  std::string_view name;  // "report.css"
  std::string_view text;
  std::string_view sha256;  // of the text, in hexadecimal
};

std::span<const EmbeddedFile> WebFiles();

}  // namespace ringfence::cli
