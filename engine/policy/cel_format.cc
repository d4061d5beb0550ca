// Prints the untyped tree of a condition, which has everything its author wrote but blanks,
// parentheses and kinds of quotes.
#include "policy/cel_format.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/check.h"
#include "policy/cel_lexer.h"
#include "policy/cel_parser.h"
#include "policy/places.h"

namespace ringfence {
namespace {

using Kind = CelNode::Kind;

// How tightly the text of a node binds, as in the grammar of CEL.
enum class Binding : uint8_t { kIf, kOr, kAnd, kRelation, kUnary };

std::string_view SignOf(CompareOp compare) {
  constexpr std::string_view kSigns[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
  return kSigns[static_cast<size_t>(compare)];
}

CompareOp Mirrored(CompareOp compare) {
  constexpr CompareOp kMirrored[] = {CompareOp::kEq, CompareOp::kNe, CompareOp::kGt,
                                     CompareOp::kGe, CompareOp::kLt, CompareOp::kLe};
  return kMirrored[static_cast<size_t>(compare)];
}

bool HasComment(const std::vector<CelToken>& tokens, std::string_view text) {
  uint32_t end = 0;
  for (const CelToken& token : tokens) {
    if (text.substr(end, token.begin - end).find('/') != std::string_view::npos) return true;
    end = token.end;
  }
  return false;
}

// Recursion is as deep as the condition, which kMaxConditionDepth bounds.
class Printer {
 public:
  Printer(const Catalog& catalog, const CelTree& tree) : catalog_(catalog), tree_(tree) {}

  std::string Run() {
    Put(tree_.root, Binding::kIf);
    return std::move(out_);
  }

 private:
  const CelNode& Get(uint32_t node) const { return tree_.nodes[node]; }

  // "!!x" is x: with parentheses in between the parser does not shorten it.
  uint32_t WithoutDouble(uint32_t node) const {
    while (Get(node).kind == Kind::kNot && Get(Get(node).kids[0]).kind == Kind::kNot) {
      node = Get(Get(node).kids[0]).kids[0];
    }
    return node;
  }

  static Binding BindingOf(Kind kind) {
    switch (kind) {
      case Kind::kIf:
        return Binding::kIf;
      case Kind::kOr:
        return Binding::kOr;
      case Kind::kAnd:
        return Binding::kAnd;
      case Kind::kCompare:
      case Kind::kIn:
        return Binding::kRelation;
      default:
        return Binding::kUnary;
    }
  }

  bool IsConstant(const CelNode& node) const {
    const bool literal =
        node.kind == Kind::kBool || node.kind == Kind::kInt || node.kind == Kind::kText;
    return literal || (node.kind == Kind::kName && node.flag && node.text == "duration");
  }

  void Put(uint32_t index, Binding least) {
    const CelNode& node = Get(WithoutDouble(index));
    const bool parentheses = BindingOf(node.kind) < least;
    if (parentheses) out_ += '(';
    PutBare(node);
    if (parentheses) out_ += ')';
  }

  void PutBare(const CelNode& node) {
    switch (node.kind) {
      case Kind::kBool:
        out_ += node.flag ? "true" : "false";
        return;
      case Kind::kInt:
        if (node.flag && node.magnitude > 0) out_ += '-';
        out_ += std::to_string(node.magnitude);
        return;
      case Kind::kText:
        return PutText(node.text);
      case Kind::kName:
        out_ += node.text;
        if (node.flag) PutList('(', node.kids, ')');
        return;
      case Kind::kList:
        return PutList('[', node.kids, ']');
      case Kind::kNot:
        out_ += '!';
        return Put(node.kids[0], Binding::kUnary);
      case Kind::kAnd:
        return PutChain(node.kids, " && ", Binding::kAnd);
      case Kind::kOr:
        return PutChain(node.kids, " || ", Binding::kOr);
      case Kind::kIf:
        Put(node.kids[0], Binding::kOr);
        out_ += " ? ";
        Put(node.kids[1], Binding::kOr);
        out_ += " : ";
        return Put(node.kids[2], Binding::kIf);
      case Kind::kCompare:
        return PutComparison(node);
      case Kind::kIn:
        Put(node.kids[0], Binding::kUnary);
        out_ += " in ";
        return PutBare(InOrder(Get(node.kids[0]), Get(node.kids[1])));
      case Kind::kError:
        CHECK_MSG(false, "a condition that does not compile has no other spelling");
    }
  }

  void PutText(std::string_view text) {
    const char quote = text.find('\'') == std::string_view::npos ? '\'' : '"';
    out_ += quote;
    out_ += text;
    out_ += quote;
  }

  void PutChain(const std::vector<uint32_t>& kids, std::string_view sign, Binding least) {
    for (size_t i = 0; i < kids.size(); ++i) {
      if (i > 0) out_ += sign;
      Put(kids[i], least);
    }
  }

  void PutList(char open, const std::vector<uint32_t>& kids, char close) {
    out_ += open;
    for (size_t i = 0; i < kids.size(); ++i) {
      if (i > 0) out_ += ", ";
      Put(kids[i], Binding::kIf);
    }
    out_ += close;
  }

  void PutComparison(const CelNode& node) {
    const bool turn = IsConstant(Get(node.kids[0])) && !IsConstant(Get(node.kids[1]));
    Put(node.kids[turn ? 1 : 0], Binding::kUnary);
    out_ += SignOf(turn ? Mirrored(node.compare) : node.compare);
    Put(node.kids[turn ? 0 : 1], Binding::kUnary);
  }

  // The list after `in`, sorted where it is of one fact's members or of plain numbers.
  CelNode InOrder(const CelNode& left, CelNode list) const {
    std::vector<std::pair<int64_t, uint32_t>> order;
    for (const uint32_t kid : list.kids) {
      const std::optional<int64_t> place = PlaceOf(left, Get(kid));
      if (!place.has_value()) return list;
      order.emplace_back(*place, kid);
    }
    std::ranges::stable_sort(order, {}, &std::pair<int64_t, uint32_t>::first);
    for (size_t i = 0; i < order.size(); ++i) list.kids[i] = order[i].second;
    return list;
  }

  std::optional<int64_t> PlaceOf(const CelNode& left, const CelNode& item) const {
    if (item.kind == Kind::kInt && item.magnitude <= INT64_MAX) {
      const auto magnitude = static_cast<int64_t>(item.magnitude);
      return item.flag ? -magnitude : magnitude;
    }
    if (item.kind != Kind::kText || left.kind != Kind::kName) return std::nullopt;
    const Result<FactId> fact = catalog_.Find(Printer(catalog_, tree_).NameOf(left));
    if (!fact.ok()) return std::nullopt;
    const std::vector<std::string>& members = catalog_.fact(*fact).members;
    const auto found = std::ranges::find(members, item.text);
    if (found == members.end()) return std::nullopt;
    return found - members.begin();
  }

  std::string NameOf(const CelNode& node) {
    PutBare(node);
    return std::move(out_);
  }

  const Catalog& catalog_;
  const CelTree& tree_;
  std::string out_;
};

}  // namespace

std::string RespellCondition(const Catalog& catalog, std::string_view text) {
  Diagnostics diagnostics;
  const TextPlaces places(text);
  CelErrors errors(places, {}, &diagnostics);
  const std::vector<CelToken> tokens = LexCel(text, &errors);
  if (HasComment(tokens, text)) return std::string(text);
  const CelTree tree = ParseCel(tokens, text, &errors);
  CHECK_MSG(!errors.any(), "only conditions that compile are spelt anew");
  return Printer(catalog, tree).Run();
}

}  // namespace ringfence
