// Syntax of a condition. Takes tokens; gives an untyped tree, and errors for what is no CEL or is a
// part of CEL that conditions leave out. No fact is known here.
// Source: github.com/google/cel-spec, doc/langdef.md, "Syntax" (the grammar).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facts/condition.h"
#include "policy/cel_lexer.h"

namespace ringfence {

struct CelNode {
  enum class Kind : uint8_t {
    kError,    ///< already reported
    kBool,     ///< flag
    kInt,      ///< magnitude, flag: negative
    kText,     ///< text
    kName,     ///< text: the parts before the call, joined by dots; flag: called with kids
    kList,     ///< kids
    kNot,      ///< kids[0]; chains of ! are shortened to one or none
    kAnd,      ///< kids, two or more, none of them kAnd
    kOr,       ///< kids, two or more, none of them kOr
    kIf,       ///< kids[0] ? kids[1] : kids[2]
    kCompare,  ///< kids[0] compare kids[1]
    kIn,       ///< kids[0] in kids[1]
  };
  Kind kind = Kind::kError;
  CompareOp compare = CompareOp::kEq;
  bool flag = false;
  uint32_t begin = 0;  ///< bytes of the text, parentheses around the node not included
  uint32_t end = 0;
  uint64_t magnitude = 0;
  std::string text;
  std::vector<uint32_t> kids;  ///< before their parents
};

struct CelTree {
  std::vector<CelNode> nodes;
  uint32_t root = 0;
};

/// Words that can be no name in a condition: "if", "package", "in", "true", ...
bool IsReservedInCel(std::string_view word);

/// Errors that cannot be gone on from end the parse, at most one per condition, and leave no tree.
/// Nesting is at most kMaxConditionDepth deep, which bounds the recursion of everything that reads
/// the tree.
CelTree ParseCel(const std::vector<CelToken>& tokens, std::string_view text, CelErrors* errors);

}  // namespace ringfence
