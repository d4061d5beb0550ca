// Policies written as C++: conditions from facts and operators, documents from rules. For tests of
// what comes after parsing. Also a brute-force interpretation of such documents.
#pragma once

#include <ringfence/catalog.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/condition.h"
#include "policy/document.h"

namespace ringfence {

/// A condition under construction.
struct Expr {
  std::vector<ConditionNode> nodes;
};

FactId FactNamed(std::string_view name);

Expr Constant(bool value);
/// A bool fact by name, or an enum fact with one of these members.
Expr Test(std::string_view fact);
Expr Test(std::string_view fact, const std::vector<std::string>& members);
Expr Test(FactId fact, std::vector<FactCode> values);
Expr Compare(std::string_view fact, CompareOp op, int64_t constant);
Expr IntIn(std::string_view fact, std::vector<int64_t> constants);
Expr Same(std::string_view fact, std::string_view other, CompareOp op = CompareOp::kEq);
Expr If(const Expr& a, const Expr& b, const Expr& c);
Expr operator!(const Expr& a);
Expr operator&&(const Expr& a, const Expr& b);
Expr operator||(const Expr& a, const Expr& b);

/// With its canonical text.
Condition Finish(const Expr& expr);

/// A document over Catalog::Standard(): outcomes "ring" 0 and "refuse" 1, decision `ring` with
/// otherwise and on_unavailable "refuse", no rule.
class PolicyBuilder {
 public:
  PolicyBuilder();

  PolicyBuilder& Outcome(std::string name, Effect effect, std::optional<int64_t> rank = {});
  PolicyBuilder& Default(std::string_view entry, FactCode value);
  PolicyBuilder& Combine(Combine combine);
  PolicyBuilder& Floor(std::string id, const Expr& when, std::string_view then);
  PolicyBuilder& Rule(std::string id, const Expr& when, std::string_view then);
  PolicyBuilder& Otherwise(std::string_view then);
  PolicyBuilder& OnUnavailable(std::string_view then);
  PolicyBuilder& UnknownCallee(std::string_view then);
  /// What follows is about this new decision; otherwise and on_unavailable are its first value.
  PolicyBuilder& Decision(std::string name, std::vector<std::string> values);

  const Document& document() const { return document_; }

 private:
  DecisionRules& Current() { return document_.decisions.back(); }
  uint16_t Then(std::string_view name) const;
  ringfence::Rule MakeRule(std::string id, const Expr& when, std::string_view then) const;

  Document document_;
};

/// The value (not code) the code of a fact stands for under a document.
FactCode ValueOf(const Document& document, FactId fact, FactCode code);

/// Is the condition true for these codes (indexed by fact)?
bool IsTrue(const Document& document, const Condition& condition,
            const std::vector<FactCode>& codes);

/// Facts any rule of the document names, and callee.known, each once, ascending.
std::vector<FactId> FactsNamed(const Document& document);

/// Codes of a fact between which no condition of the document tells: all of a bool or enum (unset
/// included), of an int both sides of every constant.
std::vector<FactCode> CodesThatMatter(const Document& document, FactId fact);

/// What a decision of a document is, by trying every value of the facts whose code is
/// kUnavailableCode and every rule in effective order.
struct Interpretation {
  std::string rule, then;
  Basis basis = Basis::kComplete;
  uint8_t effects = 0;  ///< of ring
  bool operator==(const Interpretation&) const = default;
};
Interpretation Interpret(const Document& document, size_t decision,
                         const std::vector<FactCode>& codes);

/// Codes where two known accounts have nothing stored: unset, else the absent value.
std::vector<FactCode> EmptyCodes();

}  // namespace ringfence
