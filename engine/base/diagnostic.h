// Diagnostics: what is wrong with a text, where, what was expected and what may have been meant.
// Takes places and sentences from the readers of one file; gives the text a person sees.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace ringfence {

struct Diagnostic {
  enum class Severity { kError, kWarning };

  Severity severity = Severity::kError;
  std::string file;
  SourceSpan span;           // line 0: about the file as a whole
  std::string message;       // "unknown fact 'x'"
  std::string expected;      // "a fact of the catalog"; may be empty
  std::string hint;          // "did you mean 'y'?"; may be empty
  std::string_view id = {};  // its sort: a literal; may be empty
};

// The diagnostics of one text. Keeps at most kMaxDiagnostics and counts the rest; when full, an
// error takes the place of the last warning, so that no number of warnings hides why a text was
// refused.
class Diagnostics {
 public:
  void Add(Diagnostic diagnostic);
  void Error(std::string_view file, SourceSpan span, std::string message, std::string expected = {},
             std::string hint = {}, std::string_view id = {});
  void Warning(std::string_view file, SourceSpan span, std::string message,
               std::string expected = {}, std::string hint = {}, std::string_view id = {});
  // Gives all those that have no id this one.
  void Name(std::string_view id);

  bool HasErrors() const { return errors_ > 0; }
  size_t errors() const { return errors_; }      // including those not kept
  size_t warnings() const { return warnings_; }  // including those not kept

  // Whether a further error would only be counted. A reader that has many should then spend nothing
  // on hints.
  bool full() const;

  // Those kept, by offset; equal offsets in the order they were added.
  const std::vector<Diagnostic>& items() const { return items_; }

  // All as text, each as
  //   FILE:LINE:COLUMN: error: MESSAGE
  //   the source line, at most 100 columns of it around the span
  //        ^~~~~
  //     expected: ...
  //     hint: ...
  // `file_text` is the text the spans are places in. Nothing in it or in a message reaches a
  // terminal unescaped.
  std::string Render(std::string_view file_text, bool color = false) const;

 private:
  std::vector<Diagnostic> items_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

// The candidate nearest to a misspelt word (Damerau-Levenshtein distance over bytes, adjacent
// transpositions count one), at most a third of the word's length away; the first of equals; ""
// when none is near.
std::string Nearest(std::string_view word, const std::vector<std::string_view>& candidates);

// "did you mean 'CANDIDATE'?", or "" when none is near: what goes into Diagnostic::hint.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace ringfence
