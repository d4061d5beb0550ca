// Conditions to text, in the one spelling that two equal conditions share, and the facts they name.
#include "facts/condition.h"

#include <algorithm>

#include "base/check.h"

namespace ringfence {
namespace {

using Op = ConditionNode::Op;

/// How strongly an operator binds, weakest first (CEL, langdef.md, "Syntax").
enum class Binding : uint8_t { kIf, kOr, kAnd, kRelation, kUnary };

std::string_view TextOf(CompareOp compare) {
  constexpr std::string_view kTexts[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
  return kTexts[static_cast<size_t>(compare)];
}

/// Recursion is as deep as the condition, which kMaxConditionDepth bounds: a chain of && or || is a
/// balanced tree, printed without parentheses.
class Formatter {
 public:
  Formatter(const Catalog& catalog, const Condition& condition)
      : catalog_(catalog), nodes_(condition.nodes) {}

  std::string Format(uint32_t index) {
    Append(index, Binding::kIf);
    return std::move(out_);
  }

 private:
  bool IsBool(const ConditionNode& node) const {
    return catalog_.fact(node.fact).type == FactType::kBool;
  }

  /// FACT == 'member': what ! turns into FACT != 'member'.
  bool IsMemberTest(const ConditionNode& node) const {
    return node.op == Op::kTest && node.values.size() == 1 && !IsBool(node);
  }

  Binding BindingOf(const ConditionNode& node) const {
    switch (node.op) {
      case Op::kIf:
        return Binding::kIf;
      case Op::kOr:
        return Binding::kOr;
      case Op::kAnd:
        return Binding::kAnd;
      case Op::kCompare:
      case Op::kIntIn:
      case Op::kSame:
        return Binding::kRelation;
      case Op::kTest:
        return node.values.empty() || IsBool(node) ? Binding::kUnary : Binding::kRelation;
      case Op::kNot:
        return IsMemberTest(nodes_[node.a]) ? Binding::kRelation : Binding::kUnary;
      case Op::kConst:
        break;
    }
    return Binding::kUnary;
  }

  void Append(uint32_t index, Binding least) {
    CHECK(index < nodes_.size());
    const ConditionNode& node = nodes_[index];
    const bool parentheses = BindingOf(node) < least;
    if (parentheses) out_ += '(';
    AppendBare(node);
    if (parentheses) out_ += ')';
  }

  void AppendBare(const ConditionNode& node) {
    switch (node.op) {
      case Op::kConst:
        out_ += node.value ? "true" : "false";
        return;
      case Op::kTest:
        return AppendTest(node, " == ");
      case Op::kCompare:
        out_ += Name(node.fact);
        out_ += TextOf(node.compare);
        out_ += std::to_string(node.constant);
        return;
      case Op::kIntIn:
        out_ += Name(node.fact);
        return AppendList(node.constants, [](int64_t value) { return std::to_string(value); });
      case Op::kSame:
        out_ += Name(node.fact);
        out_ += TextOf(node.compare);
        out_ += Name(node.other);
        return;
      case Op::kNot:
        if (IsMemberTest(nodes_[node.a])) return AppendTest(nodes_[node.a], " != ");
        out_ += '!';
        return Append(node.a, Binding::kUnary);
      case Op::kAnd:
        return AppendBoth(node, " && ", Binding::kAnd);
      case Op::kOr:
        return AppendBoth(node, " || ", Binding::kOr);
      case Op::kIf:
        Append(node.a, Binding::kOr);
        out_ += " ? ";
        Append(node.b, Binding::kOr);
        out_ += " : ";
        Append(node.c, Binding::kIf);
        return;
    }
  }

  void AppendBoth(const ConditionNode& node, std::string_view text, Binding binding) {
    Append(node.a, binding);
    out_ += text;
    Append(node.b, binding);
  }

  void AppendTest(const ConditionNode& node, std::string_view equals) {
    const FactInfo& fact = catalog_.fact(node.fact);
    if (node.values.empty()) {
      out_ += "false";
    } else if (fact.type == FactType::kBool) {
      if (node.values.size() == 1) out_ += (node.values[0] == 0 ? "!" : "") + fact.name;
      if (node.values.size() != 1) out_ += "true";
    } else if (node.values.size() == 1) {
      out_ += fact.name;
      out_ += equals;
      out_ += Member(fact, node.values[0]);
    } else {
      out_ += fact.name;
      AppendList(node.values, [&](FactCode value) { return Member(fact, value); });
    }
  }

  template <class T, class Print>
  void AppendList(const std::vector<T>& values, const Print& print) {
    out_ += " in [";
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ", ";
      out_ += print(values[i]);
    }
    out_ += ']';
  }

  const std::string& Name(FactId id) const { return catalog_.fact(id).name; }

  static std::string Member(const FactInfo& fact, FactCode value) {
    CHECK(value < fact.members.size());
    return "'" + fact.members[value] + "'";
  }

  const Catalog& catalog_;
  const std::vector<ConditionNode>& nodes_;
  std::string out_;
};

bool IsLeaf(Op op) {
  return op == Op::kTest || op == Op::kCompare || op == Op::kIntIn || op == Op::kSame;
}

}  // namespace

std::string FormatCondition(const Catalog& catalog, const Condition& condition) {
  return FormatCondition(catalog, condition, condition.root());
}

std::string FormatCondition(const Catalog& catalog, const Condition& condition, uint32_t node) {
  return Formatter(catalog, condition).Format(node);
}

std::vector<FactId> FactsOf(const Condition& condition) {
  std::vector<FactId> facts;
  // Children come before their parents, left before right: the order of the nodes is that of use.
  const auto add = [&](FactId fact) {
    if (std::find(facts.begin(), facts.end(), fact) == facts.end()) facts.push_back(fact);
  };
  for (const ConditionNode& node : condition.nodes) {
    if (!IsLeaf(node.op)) continue;
    add(node.fact);
    if (node.op == Op::kSame) add(node.other);
  }
  return facts;
}

}  // namespace ringfence
