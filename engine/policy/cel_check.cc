// The type checker: every operator asks what its operands are, and makes one leaf or one operator
// of the typed condition. An error gives a placeholder, so that the rest is checked too.
#include "policy/cel_check.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <string>

#include "policy/cel_names.h"
#include "policy/condition_builder.h"
#include "policy/duration.h"
#include "policy/say.h"

namespace ringfence {
namespace {

using Kind = CelOperand::Kind;
using Op = ConditionNode::Op;
using Part = ConditionBuilder::Part;

bool IsEquality(CompareOp compare) {
  return compare == CompareOp::kEq || compare == CompareOp::kNe;
}

CompareOp Mirrored(CompareOp compare) {
  switch (compare) {
    case CompareOp::kLt:
      return CompareOp::kGt;
    case CompareOp::kLe:
      return CompareOp::kGe;
    case CompareOp::kGt:
      return CompareOp::kLt;
    case CompareOp::kGe:
      return CompareOp::kLe;
    default:
      return compare;
  }
}

template <class T>
bool Compare(const T& a, CompareOp compare, const T& b) {
  switch (compare) {
    case CompareOp::kEq:
      return a == b;
    case CompareOp::kNe:
      return a != b;
    case CompareOp::kLt:
      return a < b;
    case CompareOp::kLe:
      return a <= b;
    case CompareOp::kGt:
      return a > b;
    case CompareOp::kGe:
      return a >= b;
  }
  return false;
}

class CelChecker {
 public:
  CelChecker(const Catalog& catalog, const CelTree& tree, const Document* document,
             std::vector<DecisionTerm>* terms, CelErrors* errors)
      : catalog_(catalog),
        tree_(tree),
        terms_(terms),
        errors_(*errors),
        names_(catalog, terms == nullptr ? nullptr : document, tree, errors) {}

  std::optional<Condition> Run() {
    const Part root = Bool(tree_.root);
    if (errors_.any()) return std::nullopt;
    Condition condition = builder_.Finish(root);
    HandOverTerms(&condition);
    return condition;
  }

 private:
  const CelNode& Get(uint32_t node) const { return tree_.nodes[node]; }
  SourceSpan Place(const CelNode& node) const { return errors_.Place(node.begin, node.end); }

  Part Error(const CelNode& node, std::string message, std::string expected = {},
             std::string hint = {}) {
    errors_.Error(node.begin, node.end, std::move(message), std::move(expected), std::move(hint));
    return Placeholder();
  }
  Part Placeholder() { return builder_.Const(true, {}); }

  void CountTerms(const CelNode& node, size_t count) {
    const size_t before = terms_read_;
    terms_read_ += std::max<size_t>(count, 1);
    if (before > kMaxConditionTerms || terms_read_ <= kMaxConditionTerms) return;
    Error(node, Say("the condition has more than {} tests", kMaxConditionTerms), {},
          "split the rule in two with the same outcome");
  }

  Part Bool(uint32_t index) {
    const CelNode& node = Get(index);
    switch (node.kind) {
      case CelNode::Kind::kNot:
        return builder_.Not(Bool(node.kids[0]), Place(node));
      case CelNode::Kind::kAnd:
      case CelNode::Kind::kOr: {
        std::vector<Part> parts;
        parts.reserve(node.kids.size());
        for (const uint32_t kid : node.kids) parts.push_back(Bool(kid));
        const Op op = node.kind == CelNode::Kind::kAnd ? Op::kAnd : Op::kOr;
        return builder_.Chain(op, parts, Place(node));
      }
      case CelNode::Kind::kIf: {
        const Part guard = Bool(node.kids[0]);
        const Part yes = Bool(node.kids[1]);
        return builder_.If(guard, yes, Bool(node.kids[2]), Place(node));
      }
      case CelNode::Kind::kCompare:
        return Comparison(node);
      case CelNode::Kind::kIn:
        return Membership(node);
      default:
        return Alone(node);
    }
  }

  // What stands where a condition must: a bool fact or constant.
  Part Alone(const CelNode& node) {
    const CelOperand operand = names_.Read(node);
    if (operand.kind == Kind::kError) return Placeholder();
    CountTerms(node, 1);
    if (operand.kind == Kind::kBool) return builder_.Const(operand.flag, Place(node));
    if (operand.kind == Kind::kFact && catalog_.fact(operand.fact).type == FactType::kBool) {
      return Test(operand.fact, {1}, Place(node));
    }
    std::string hint;
    if (operand.kind == Kind::kFact) {
      const FactInfo& fact = catalog_.fact(operand.fact);
      hint = fact.type == FactType::kEnum ? Say("write {} == '{}'", fact.name, fact.members.back())
                                          : Say("write {} > {}", fact.name, fact.lowest);
    }
    return Error(node, Say("{} is no condition by itself", Name(operand)), "true or false",
                 std::move(hint));
  }

  Part Test(FactId fact, std::vector<FactCode> values, SourceSpan span) {
    ConditionNode node;
    node.op = Op::kTest;
    node.fact = fact;
    node.values = std::move(values);
    node.span = span;
    return builder_.Leaf(std::move(node));
  }

  // "call.media", an enum · "5", a number: how errors call an operand.
  std::string Name(const CelOperand& operand) const {
    switch (operand.kind) {
      case Kind::kFact: {
        const FactInfo& fact = catalog_.fact(operand.fact);
        const bool is_int = fact.type == FactType::kInt;
        return fact.name + (fact.type == FactType::kBool ? " (a bool)"
                            : is_int                     ? " (an int)"
                                                         : " (an enum)");
      }
      case Kind::kBool:
        return operand.flag ? "true" : "false";
      case Kind::kInt:
        return "the number " + std::to_string(operand.integer);
      case Kind::kDuration:
        return "a duration";
      case Kind::kText:
        return "the text '" + std::string(operand.text) + "'";
      case Kind::kTerm:
        return std::string(operand.node->text) + " (a text)";
      case Kind::kList:
        return "a list";
      default:
        return "a condition";
    }
  }

  // What a fact may be compared with.
  std::string Values(const FactInfo& fact) const {
    if (fact.type == FactType::kBool) return "true or false";
    if (fact.type == FactType::kEnum) return OneOf(fact.members);
    return Say("{} to {}{}{}", fact.lowest, fact.highest, fact.unit.empty() ? "" : " ", fact.unit);
  }

  Part Comparison(const CelNode& node) {
    const CelOperand left = names_.Read(Get(node.kids[0]));
    const CelOperand right = names_.Read(Get(node.kids[1]));
    if (left.kind == Kind::kError || right.kind == Kind::kError) return Placeholder();
    if (left.kind == Kind::kList || right.kind == Kind::kList) {
      return Error(node, Say("lists cannot be compared"), "FACT in [CONSTANTS]");
    }
    if (left.is_constant() && right.is_constant()) return Fold(node, left, node.compare, right);
    const bool swap = left.is_constant() || (left.kind == Kind::kCondition && !right.is_constant());
    return swap ? Compared(node, right, Mirrored(node.compare), left)
                : Compared(node, left, node.compare, right);
  }

  // Two constants.
  Part Fold(const CelNode& node, const CelOperand& left, CompareOp compare,
            const CelOperand& right) {
    CountTerms(node, 1);
    if (left.kind != right.kind) return Mismatch(node, left, right);
    const SourceSpan span = Place(node);
    if (left.kind == Kind::kInt || left.kind == Kind::kDuration) {
      return builder_.Const(Compare(left.integer, compare, right.integer), span);
    }
    if (!IsEquality(compare)) return NoOrder(node, left);
    return left.kind == Kind::kBool ? builder_.Const(Compare(left.flag, compare, right.flag), span)
                                    : builder_.Const(Compare(left.text, compare, right.text), span);
  }

  Part Mismatch(const CelNode& node, const CelOperand& left, const CelOperand& right) {
    const std::string expected =
        left.kind == Kind::kFact ? Values(catalog_.fact(left.fact)) : std::string();
    return Error(node, Say("{} cannot be compared with {}", Name(left), Name(right)), expected);
  }

  Part NoOrder(const CelNode& node, const CelOperand& operand) {
    return Error(node, Say("{} has no order", Name(operand)), "== or !=, or in [...]");
  }

  // `left` is a fact, a term or a condition.
  Part Compared(const CelNode& node, const CelOperand& left, CompareOp compare,
                const CelOperand& right) {
    if (left.kind == Kind::kTerm || right.kind == Kind::kTerm) {
      return ComparedTerm(node, left, compare, right);
    }
    if (left.kind == Kind::kCondition) return ComparedCondition(node, left, compare, right);
    const FactInfo& fact = catalog_.fact(left.fact);
    if (right.kind == Kind::kCondition) {
      return Error(node, Say("{} cannot be compared with a condition", Name(left)), Values(fact),
                   "write CONDITION ? A : B, or join conditions with && and ||");
    }
    CountTerms(node, 1);
    if (right.kind == Kind::kFact) return Same(node, left, compare, right);
    if (fact.type == FactType::kInt) return ComparedInt(node, left, compare, right);
    if (!IsEquality(compare)) return NoOrder(node, left);
    const std::optional<FactCode> value = ValueOf(node, left, right);
    if (!value) return Placeholder();
    return Unless(compare == CompareOp::kNe, ValueTest(fact, {*value}, Place(node)), Place(node));
  }

  Part Unless(bool negated, Part part, SourceSpan span) {
    return negated ? builder_.Not(part, span) : part;
  }

  // A bool test is always one for true, an enum test has at least one value.
  Part ValueTest(const FactInfo& fact, std::vector<FactCode> values, SourceSpan span) {
    if (values.empty()) return builder_.Const(false, span);
    if (fact.type != FactType::kBool) return Test(fact.id, std::move(values), span);
    if (values.size() == 2) return builder_.Const(true, span);
    return Unless(values[0] == 0, Test(fact.id, {1}, span), span);
  }

  // `left` is an operator's outcome: only true and false can stand on the other side.
  Part ComparedCondition(const CelNode& node, const CelOperand& left, CompareOp compare,
                         const CelOperand& right) {
    if (right.kind != Kind::kBool) {
      return Error(node, Say("a condition cannot be compared with {}", Name(right)),
                   "true or false", "write CONDITION ? A : B, or join conditions with && and ||");
    }
    if (!IsEquality(compare)) return NoOrder(node, left);
    const Part part = Bool(static_cast<uint32_t>(left.node - tree_.nodes.data()));
    return Unless(right.flag != (compare == CompareOp::kEq), part, Place(node));
  }

  Part Same(const CelNode& node, const CelOperand& left, CompareOp compare,
            const CelOperand& right) {
    const FactInfo& a = catalog_.fact(left.fact);
    const FactInfo& b = catalog_.fact(right.fact);
    if (a.type == FactType::kInt && b.type == FactType::kInt) {
      return Error(node, Say("two int facts cannot be compared with each other"),
                   Say("{} or {} compared with a number", a.name, b.name));
    }
    if (a.type != b.type || a.members != b.members) return Mismatch(node, left, right);
    if (!IsEquality(compare)) return NoOrder(node, left);
    if (a.id == b.id) return builder_.Const(compare == CompareOp::kEq, Place(node));
    ConditionNode leaf;
    leaf.op = Op::kSame;
    leaf.compare = compare;
    leaf.fact = a.id;
    leaf.other = b.id;
    leaf.span = Place(node);
    return builder_.Leaf(std::move(leaf));
  }

  Part ComparedInt(const CelNode& node, const CelOperand& left, CompareOp compare,
                   const CelOperand& right) {
    const std::optional<int64_t> constant = IntOf(node, left, right);
    if (!constant) return Placeholder();
    ConditionNode leaf;
    leaf.op = Op::kCompare;
    leaf.compare = compare;
    leaf.fact = left.fact;
    leaf.constant = *constant;
    leaf.span = Place(node);
    return builder_.Leaf(std::move(leaf));
  }

  // The code of a constant for a bool or enum fact.
  std::optional<FactCode> ValueOf(const CelNode& node, const CelOperand& left,
                                  const CelOperand& constant) {
    const FactInfo& fact = catalog_.fact(left.fact);
    if (fact.type == FactType::kBool && constant.kind == Kind::kBool) return constant.flag ? 1 : 0;
    if (fact.type != FactType::kEnum || constant.kind != Kind::kText) {
      Mismatch(node, left, constant);
      return std::nullopt;
    }
    const auto found = std::ranges::find(fact.members, constant.text);
    if (found == fact.members.end()) {
      const std::vector<std::string_view> members(fact.members.begin(), fact.members.end());
      Error(*constant.node, Say("{} is never '{}'", fact.name, constant.text), OneOf(fact.members),
            errors_.shown() ? DidYouMean(constant.text, members) : "");
      return std::nullopt;
    }
    return static_cast<FactCode>(found - fact.members.begin());
  }

  // A constant for an int fact, in its unit and range.
  std::optional<int64_t> IntOf(const CelNode& node, const CelOperand& left,
                               const CelOperand& constant) {
    const FactInfo& fact = catalog_.fact(left.fact);
    int64_t value = constant.integer;
    if (constant.kind == Kind::kDuration) {
      const int64_t unit = UnitNs(fact.unit);
      if (unit == 0) {
        Error(*constant.node, Say("{} is no length of time", fact.name), Values(fact));
        return std::nullopt;
      }
      if (value % unit != 0) {
        Error(*constant.node, Say("this duration is no whole number of {}", fact.unit),
              Say("{} counts in {}", fact.name, fact.unit));
        return std::nullopt;
      }
      value /= unit;
    } else if (constant.kind != Kind::kInt) {
      Mismatch(node, left, constant);
      return std::nullopt;
    }
    if (value < fact.lowest || value > fact.highest) {
      Error(*constant.node, Say("{} is outside the range of {}", value, fact.name), Values(fact));
      return std::nullopt;
    }
    return value;
  }

  Part ComparedTerm(const CelNode& node, const CelOperand& left, CompareOp compare,
                    const CelOperand& right) {
    if (left.kind != Kind::kTerm || right.kind != Kind::kText) {
      const CelOperand& term = left.kind == Kind::kTerm ? left : right;
      const CelOperand& other = left.kind == Kind::kTerm ? right : left;
      return Error(node, Say("{} cannot be compared with {}", Name(term), Name(other)),
                   "a text in quotes");
    }
    CountTerms(node, 1);
    if (!IsEquality(compare)) return NoOrder(node, left);
    const std::vector<std::string_view> known = names_.TermTexts(left);
    if (!IsKnownText(left, right, known)) return Placeholder();
    return Term(left, compare == CompareOp::kEq, {std::string(right.text)}, Place(node));
  }

  bool IsKnownText(const CelOperand& term, const CelOperand& text,
                   const std::vector<std::string_view>& known) {
    if (std::ranges::find(known, text.text) != known.end()) return true;
    Error(*text.node, Say("{} is never '{}'", term.node->text, text.text), OneOf(known),
          errors_.shown() ? DidYouMean(text.text, known) : "");
    return false;
  }

  Part Term(const CelOperand& operand, bool equal, std::vector<std::string> texts,
            SourceSpan span) {
    const size_t index = all_terms_.size();
    all_terms_.push_back({operand.decision, operand.part, equal, std::move(texts)});
    return Test(static_cast<FactId>(Invariant::kTermFact + index), {1}, span);
  }

  // Folding leaves terms behind that nothing names; the rest are numbered anew, in the order of
  // use.
  void HandOverTerms(Condition* condition) {
    for (ConditionNode& node : condition->nodes) {
      if (node.op != Op::kTest || node.fact < Invariant::kTermFact) continue;
      DecisionTerm& term = all_terms_[node.fact - Invariant::kTermFact];
      node.fact = static_cast<FactId>(Invariant::kTermFact + terms_->size());
      terms_->push_back(std::move(term));
    }
  }

  Part Membership(const CelNode& node) {
    const CelOperand left = names_.Read(Get(node.kids[0]));
    const CelOperand list = names_.Read(Get(node.kids[1]));
    if (left.kind == Kind::kError || list.kind == Kind::kError) return Placeholder();
    if (list.kind != Kind::kList) {
      return Error(*list.node, Say("{} is no list", Name(list)), "[CONSTANT, ...]");
    }
    if (left.kind == Kind::kList || left.kind == Kind::kCondition) {
      return Error(*left.node, Say("{} cannot be in a list", Name(left)),
                   "a fact or a constant before 'in'");
    }
    CountTerms(node, list.node->kids.size());
    std::vector<CelOperand> items;
    bool good = true;
    for (const uint32_t kid : list.node->kids) {
      items.push_back(names_.Read(Get(kid)));
      if (items.back().is_constant()) continue;
      good = false;
      if (items.back().kind == Kind::kError) continue;
      Error(Get(kid), Say("{} in a list: a list holds constants only", Name(items.back())), {},
            "write FACT == A || FACT == B");
    }
    if (!good) return Placeholder();
    if (left.is_constant()) return FoldMembership(node, left, items);
    if (left.kind == Kind::kTerm) return TermMembership(node, left, items);
    return FactMembership(node, left, items);
  }

  Part FoldMembership(const CelNode& node, const CelOperand& left,
                      const std::vector<CelOperand>& items) {
    bool found = false;
    for (const CelOperand& item : items) {
      if (item.kind != left.kind) return Mismatch(*item.node, left, item);
      found |= left.kind == Kind::kText   ? left.text == item.text
               : left.kind == Kind::kBool ? left.flag == item.flag
                                          : left.integer == item.integer;
    }
    return builder_.Const(found, Place(node));
  }

  Part TermMembership(const CelNode& node, const CelOperand& left,
                      const std::vector<CelOperand>& items) {
    const std::vector<std::string_view> known = names_.TermTexts(left);
    std::vector<std::string> texts;
    for (const CelOperand& item : items) {
      if (item.kind != Kind::kText) {
        Error(*item.node, Say("{} cannot be compared with {}", Name(left), Name(item)),
              "a text in quotes");
      } else if (IsKnownText(left, item, known)) {
        texts.emplace_back(item.text);
      }
    }
    if (texts.empty()) return builder_.Const(false, Place(node));
    SortUnique(node, &texts);
    return Term(left, true, std::move(texts), Place(node));
  }

  Part FactMembership(const CelNode& node, const CelOperand& left,
                      const std::vector<CelOperand>& items) {
    const FactInfo& fact = catalog_.fact(left.fact);
    ConditionNode leaf;
    leaf.op = Op::kIntIn;
    leaf.fact = fact.id;
    leaf.span = Place(node);
    for (const CelOperand& item : items) {
      if (fact.type == FactType::kInt) {
        const std::optional<int64_t> value = IntOf(*item.node, left, item);
        if (value) leaf.constants.push_back(*value);
      } else {
        const std::optional<FactCode> value = ValueOf(*item.node, left, item);
        if (value) leaf.values.push_back(*value);
      }
    }
    SortUnique(node, &leaf.constants);
    SortUnique(node, &leaf.values);
    if (fact.type != FactType::kInt) return ValueTest(fact, std::move(leaf.values), leaf.span);
    if (leaf.constants.empty()) return builder_.Const(false, leaf.span);
    if (leaf.constants.size() == 1) {
      leaf.op = Op::kCompare;
      leaf.constant = leaf.constants[0];
      leaf.constants.clear();
    }
    return builder_.Leaf(std::move(leaf));
  }

  template <class T>
  void SortUnique(const CelNode& node, std::vector<T>* values) {
    std::ranges::sort(*values);
    const auto rest = std::ranges::unique(*values);
    if (rest.empty()) return;
    errors_.Warning(node.begin, node.end, Say("a constant stands in this list twice"),
                    "leave out one of them", "repeated-constant");
    values->erase(rest.begin(), rest.end());
  }

  const Catalog& catalog_;
  const CelTree& tree_;
  std::vector<DecisionTerm>* const terms_;
  CelErrors& errors_;
  CelNames names_;
  ConditionBuilder builder_;
  std::vector<DecisionTerm> all_terms_;
  size_t terms_read_ = 0;
};

}  // namespace

std::optional<Condition> CheckCel(const Catalog& catalog, const CelTree& tree,
                                  const Document* document, std::vector<DecisionTerm>* terms,
                                  CelErrors* errors) {
  return CelChecker(catalog, tree, document, terms, errors).Run();
}

}  // namespace ringfence
