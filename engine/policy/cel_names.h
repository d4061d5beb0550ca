// Names and constants of a condition. Takes one node of the syntax tree; gives the fact, the part
// of a decision or the constant it stands for, or an error with the name that may have been meant.
#pragma once

#include <ringfence/catalog.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cel_parser.h"
#include "policy/document.h"

namespace ringfence {

/// One side of a comparison.
struct CelOperand {
  enum class Kind : uint8_t {
    kError,      ///< already reported
    kFact,       ///< fact
    kTerm,       ///< decision, part
    kBool,       ///< flag
    kInt,        ///< integer
    kDuration,   ///< integer, in nanoseconds
    kText,       ///< text
    kList,       ///< the node's kids
    kCondition,  ///< an operator's outcome
  };
  Kind kind = Kind::kError;
  bool flag = false;
  FactId fact = 0;
  uint16_t decision = 0;
  DecisionTerm::Part part = DecisionTerm::Part::kEffect;
  int64_t integer = 0;
  std::string_view text;
  const CelNode* node = nullptr;

  bool is_constant() const {
    return kind == Kind::kBool || kind == Kind::kInt || kind == Kind::kDuration ||
           kind == Kind::kText;
  }
};

class CelNames {
 public:
  /// `document` non-null: parts of its decisions may be named.
  CelNames(const Catalog& catalog, const Document* document, const CelTree& tree, CelErrors* errors)
      : catalog_(catalog), document_(document), tree_(tree), errors_(*errors) {}

  CelOperand Read(const CelNode& node);

  /// What `D.part` may be compared with.
  std::vector<std::string_view> TermTexts(const CelOperand& term) const;

 private:
  void Error(const CelNode& node, std::string message, std::string expected = {},
             std::string hint = {}) {
    errors_.Error(node.begin, node.end, std::move(message), std::move(expected), std::move(hint));
  }
  CelOperand ReadName(const CelNode& node);
  CelOperand ReadFact(const CelNode& node, std::string_view party);
  CelOperand ReadTerm(const CelNode& node, uint16_t decision);
  CelOperand ReadDuration(const CelNode& node);
  CelOperand ReadInt(const CelNode& node);
  void ReportFact(const CelNode& node, std::string_view party);
  void ReportFunction(const CelNode& node);
  void ReportUnknown(const CelNode& node);
  // Catalog::Find guesses the nearest name when there is none, which a bad file could ask for
  // often.
  const FactInfo* Find(std::string_view fact_name) const;
  bool Has(std::string_view fact_name) const { return Find(fact_name) != nullptr; }
  std::string GuessFact(std::string_view word) const;

  const Catalog& catalog_;
  const Document* document_;
  const CelTree& tree_;
  CelErrors& errors_;
};

}  // namespace ringfence
