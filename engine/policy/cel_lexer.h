// Tokens of a condition. Takes its text; gives tokens by byte position, and errors about everything
// that is no token of the language, with advice where it is one of full CEL.
// Source: github.com/google/cel-spec, doc/langdef.md, "Syntax" (the lexis).
#pragma once

#include <ringfence/limits.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "policy/cel.h"

namespace ringfence {

/// Puts errors of one condition at their places in the file.
class CelErrors {
 public:
  CelErrors(const PlaceMapper& places, std::string_view file, Diagnostics* diagnostics)
      : places_(places), file_(file), diagnostics_(*diagnostics) {}

  void Error(size_t begin, size_t end, std::string message, std::string expected = {},
             std::string hint = {}) {
    any_ = true;
    diagnostics_.Error(file_, Place(begin, end), std::move(message), std::move(expected),
                       std::move(hint), "condition");
  }
  void Warning(size_t begin, size_t end, std::string message, std::string hint,
               std::string_view id) {
    diagnostics_.Warning(file_, Place(begin, end), std::move(message), {}, std::move(hint), id);
  }
  SourceSpan Place(size_t begin, size_t end) const { return places_.Place(begin, end - begin); }
  bool any() const { return any_; }
  /// False when so many errors came before that no further one is shown: spare the guessing.
  bool shown() const { return diagnostics_.errors() < kMaxDiagnostics; }

 private:
  const PlaceMapper& places_;
  std::string_view file_;
  Diagnostics& diagnostics_;
  bool any_ = false;
};

struct CelToken {
  enum class Kind : uint8_t {
    kEnd,
    kName,
    kInt,   ///< magnitude
    kText,  ///< content: what stands between the quotes
    kBad,   ///< a constant that is no part of the language; already reported
    kTrue,
    kFalse,
    kIn,
    kNull,
    kAnd,
    kOr,
    kNot,
    kQuestion,
    kColon,
    kEq,
    kNe,
    kLt,
    kLe,
    kGt,
    kGe,
    kOpen,
    kClose,
    kOpenList,
    kCloseList,
    kOpenMap,
    kCloseMap,
    kComma,
    kDot,
    kMinus,
    kArithmetic,  ///< + * / %
  };
  Kind kind = Kind::kEnd;
  uint32_t begin = 0;
  uint32_t end = 0;
  uint64_t magnitude = 0;
  std::string_view content;
};

/// All tokens, kEnd last. After an error that leaves a hole (an unknown character, an open quote)
/// there is nothing to parse, and the list is empty.
std::vector<CelToken> LexCel(std::string_view text, CelErrors* errors);

}  // namespace ringfence
