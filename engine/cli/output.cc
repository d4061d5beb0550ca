// Where the tool writes.
#include "cli/output.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/text.h"

namespace ringfence::cli {
namespace {

bool TakesColor(ColorMode mode) {
  if (mode != ColorMode::kAuto) return mode == ColorMode::kAlways;
  if (isatty(STDOUT_FILENO) == 0) return false;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  return term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

std::string_view Sequence(Style style) {
  switch (style) {
    case Style::kBold:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kGood:
      return "\x1b[32m";
    case Style::kBad:
      return "\x1b[31m";
    case Style::kMiddling:
      return "\x1b[33m";
  }
  return "";
}

void WriteError(std::string_view text) {
  std::fflush(stdout);  // so that the two appear in the order in which they were written
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

Output::Output(ColorMode color, bool quiet)
    : color_(TakesColor(color)), terminal_(isatty(STDOUT_FILENO) != 0), quiet_(quiet) {}

void Output::Print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) failed_ = true;
}

void Output::Data(std::string_view lines) {
  Print(terminal_ ? PrintableLines(lines) : std::string(lines));
}

void Output::Say(std::string_view text) {
  if (!quiet_) Print(text);
}

void Output::Note(std::string_view text) const {
  if (!quiet_) WriteError(Cat({"ringfence: note: ", text, "\n"}));
}

void Output::Warn(std::string_view text) const {
  WriteError(Cat({"ringfence: warning: ", text, "\n"}));
}

void Output::Error(std::string_view text) { WriteError(Cat({"ringfence: ", text, "\n"})); }

void Output::Diagnostics(std::string_view text) { WriteError(Cat({text, "\n"})); }

bool Output::Flush() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) failed_ = true;
  return !failed_;
}

std::string Output::Styled(Style style, std::string_view text) const {
  return color_ ? Cat({Sequence(style), text, "\x1b[0m"}) : std::string(text);
}

}  // namespace ringfence::cli
