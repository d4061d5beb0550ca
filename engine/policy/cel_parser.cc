// The parser of conditions: recursive descent over the grammar of CEL, one function per production.
// What CEL has and conditions do not is parsed, reported and passed over.
#include "policy/cel_parser.h"

#include <ringfence/limits.h>

#include <algorithm>
#include <array>
#include <optional>

#include "policy/say.h"

namespace ringfence {
namespace {

using Kind = CelToken::Kind;
using Node = CelNode::Kind;

constexpr std::string_view kReserved[] = {
    "as",  "break", "const",     "continue", "else",   "for", "function", "if",   "import",
    "let", "loop",  "namespace", "package",  "return", "var", "void",     "while"};

constexpr std::string_view kOperand = "a fact, a constant, '!' or '('";

std::optional<CompareOp> CompareOf(Kind kind) {
  switch (kind) {
    case Kind::kEq:
      return CompareOp::kEq;
    case Kind::kNe:
      return CompareOp::kNe;
    case Kind::kLt:
      return CompareOp::kLt;
    case Kind::kLe:
      return CompareOp::kLe;
    case Kind::kGt:
      return CompareOp::kGt;
    case Kind::kGe:
      return CompareOp::kGe;
    default:
      return std::nullopt;
  }
}

class CelParser {
 public:
  CelParser(const std::vector<CelToken>& tokens, std::string_view text, CelErrors* errors)
      : tokens_(tokens), text_(text), errors_(*errors) {}

  CelTree Run() {
    if (At(Kind::kEnd)) {
      errors_.Error(0, text_.size(), Say("the condition is empty"), "a condition",
                    "write true for a rule that always applies");
      return {};
    }
    tree_.root = Expression(0);
    if (!At(Kind::kEnd)) UnexpectedAfter();
    // The types of half a condition would only be guessed at.
    if (failed_) return {};
    return std::move(tree_);
  }

 private:
  const CelToken& Current() const { return tokens_[at_]; }
  bool At(Kind kind) const { return Current().kind == kind; }
  bool Take(Kind kind) {
    if (!At(kind)) return false;
    ++at_;
    return true;
  }
  std::string_view Written(const CelToken& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  uint32_t Here() const { return Current().begin; }
  uint32_t Before() const { return at_ == 0 ? 0 : tokens_[at_ - 1].end; }

  // Reports once and leaves nothing to read, which ends every production.
  uint32_t Fail(size_t begin, size_t end, std::string message, std::string_view expected = {},
                std::string hint = {}) {
    if (!failed_) {
      errors_.Error(begin, end, std::move(message), std::string(expected), std::move(hint));
    }
    failed_ = true;
    at_ = tokens_.size() - 1;
    return Add(Node::kError, static_cast<uint32_t>(begin));
  }

  // An error the parser can go on from.
  void LeftOut(size_t begin, size_t end, std::string message, std::string hint) {
    if (!failed_) errors_.Error(begin, end, std::move(message), {}, std::move(hint));
  }

  uint32_t Add(Node kind, uint32_t begin, std::vector<uint32_t> kids = {}) {
    CelNode node;
    node.kind = kind;
    node.begin = begin;
    node.end = std::max(begin, Before());
    node.kids = std::move(kids);
    tree_.nodes.push_back(std::move(node));
    return static_cast<uint32_t>(tree_.nodes.size() - 1);
  }
  CelNode& Get(uint32_t node) { return tree_.nodes[node]; }

  uint32_t UnexpectedOperand() {
    const CelToken& token = Current();
    if (At(Kind::kEnd)) {
      return Fail(text_.size(), text_.size(), Say("the condition ends where an operand is missing"),
                  kOperand);
    }
    return Fail(token.begin, token.end, Say("unexpected '{}'", Written(token)), kOperand);
  }

  void UnexpectedAfter() {
    const CelToken& token = Current();
    if (token.kind == Kind::kClose) {
      Fail(token.begin, token.end, Say("this ')' closes nothing"));
      return;
    }
    constexpr std::array<std::array<std::string_view, 2>, 4> kWords = {
        {{"and", "write &&"}, {"or", "write ||"}, {"not", "write !"}, {"is", "write =="}}};
    std::string hint;
    for (const auto& [word, advice] : kWords) {
      if (Written(token) == word) hint = advice;
    }
    Fail(token.begin, token.end, Say("unexpected '{}' after a condition", Written(token)),
         "&&, ||, ?, a comparison or the end", std::move(hint));
  }

  void Expect(Kind kind, std::string_view sign, uint32_t opened_at) {
    if (Take(kind) || failed_) return;
    if (At(Kind::kEnd)) {
      Fail(opened_at, opened_at + 1, Say("'{}' is never closed", text_.substr(opened_at, 1)), {},
           Say("close it with '{}'", sign));
    } else if (At(Kind::kName)) {
      UnexpectedAfter();
    } else {
      Fail(Current().begin, Current().end, Say("unexpected '{}'", Written(Current())),
           Say("'{}'", sign));
    }
  }

  uint32_t TooDeep() {
    return Fail(Here(), Current().end, Say("conditions nest deeper than {}", kMaxConditionDepth),
                {}, "split the rule in two, or test the inner part first");
  }

  // Expr = ConditionalOr ["?" ConditionalOr ":" Expr]
  uint32_t Expression(size_t depth) {
    if (depth > kMaxConditionDepth) return TooDeep();
    const uint32_t begin = Here();
    const uint32_t guard = Chain(depth, Kind::kOr);
    const uint32_t question = Here();
    if (!Take(Kind::kQuestion)) return guard;
    const uint32_t yes = Chain(depth, Kind::kOr);
    if (!Take(Kind::kColon)) {
      const bool nested = At(Kind::kQuestion);
      return Fail(question, question + 1, Say("this '?' has no ':'"), "CONDITION ? A : B",
                  nested ? "put the inner ? : in parentheses" : "");
    }
    const uint32_t no = Expression(depth + 1);
    return Add(Node::kIf, begin, {guard, yes, no});
  }

  // ConditionalOr and ConditionalAnd. A chain is one node, whatever its parentheses.
  uint32_t Chain(size_t depth, Kind sign) {
    const auto next = [&] {
      return sign == Kind::kOr ? Chain(depth, Kind::kAnd) : Relation(depth);
    };
    const Node kind = sign == Kind::kOr ? Node::kOr : Node::kAnd;
    const uint32_t begin = Here();
    const uint32_t first = next();
    if (!At(sign)) return first;
    std::vector<uint32_t> kids;
    const auto take_in = [&](uint32_t node) {
      if (Get(node).kind == kind) {
        kids.insert(kids.end(), Get(node).kids.begin(), Get(node).kids.end());
      } else {
        kids.push_back(node);
      }
    };
    take_in(first);
    while (Take(sign)) take_in(next());
    return Add(kind, begin, std::move(kids));
  }

  // Relation = [Relation Relop] Addition, but only one in a row: "1 < x < 5" does not mean what it
  // looks like, and a tree as deep as the chain is long would be deeper than the nesting.
  uint32_t Relation(size_t depth) {
    const uint32_t begin = Here();
    uint32_t left = Sum(depth);
    for (bool first = true;; first = false) {
      const std::optional<CompareOp> compare = CompareOf(Current().kind);
      if (!compare && !At(Kind::kIn)) return left;
      if (!first) {
        LeftOut(Here(), Current().end,
                Say("'{}' compares what is a comparison itself", Written(Current())),
                "join two comparisons with &&, or put the first in parentheses");
      }
      ++at_;
      const uint32_t right = Sum(depth);
      if (!first) {
        left = Add(Node::kError, begin);
        continue;
      }
      left = Add(compare ? Node::kCompare : Node::kIn, begin, {left, right});
      Get(left).compare = compare.value_or(CompareOp::kEq);
    }
  }

  // Addition and Multiplication: not in conditions.
  uint32_t Sum(size_t depth) {
    const uint32_t begin = Here();
    uint32_t left = Unary(depth);
    while (At(Kind::kMinus) || At(Kind::kArithmetic)) {
      LeftOut(Here(), Current().end,
              Say("'{}': arithmetic is not part of the language", Written(Current())),
              "work the number out and write it");
      ++at_;
      Unary(depth);
      left = Add(Node::kError, begin);
    }
    return left;
  }

  // Unary = "!" {"!"} Member | "-" {"-"} Member
  uint32_t Unary(size_t depth) {
    const uint32_t begin = Here();
    const Kind sign = Current().kind;
    if (sign != Kind::kNot && sign != Kind::kMinus) return Member(depth);
    bool odd = false;
    while (Take(sign)) odd = !odd;
    const uint32_t member = Member(depth);
    if (sign == Kind::kNot) return odd ? Add(Node::kNot, begin, {member}) : Twice(member, begin);
    if (Get(member).kind == Node::kInt) {
      Get(member).flag = Get(member).flag != odd;
      Get(member).begin = begin;
    } else if (Get(member).kind != Node::kError) {
      LeftOut(begin, begin + 1, Say("'-' stands before something that is no number"),
              "there is no arithmetic: use ! for the opposite of a condition");
      Get(member).kind = Node::kError;
    }
    return member;
  }

  // "!!x" is x, if x is a condition: `!!5` must not become 5.
  uint32_t Twice(uint32_t member, uint32_t begin) {
    const uint32_t once = Add(Node::kNot, begin, {member});
    return Add(Node::kNot, begin, {once});
  }

  // Member = Primary | Member "." SELECTOR ["(" [ExprList] ")"] | Member "[" Expr "]"
  uint32_t Member(size_t depth) {
    const uint32_t begin = Here();
    uint32_t member = Primary(depth);
    for (;;) {
      if (At(Kind::kDot)) {
        member = Select(member, begin, depth);
      } else if (At(Kind::kOpenList)) {
        const uint32_t bracket = Here();
        LeftOut(bracket, bracket + 1, Say("'[...]' after a value is not part of the language"),
                "write a list after 'in'");
        ++at_;
        Expression(depth + 1);
        Expect(Kind::kCloseList, "]", bracket);
        member = Add(Node::kError, begin);
      } else {
        return member;
      }
    }
  }

  uint32_t Select(uint32_t member, uint32_t begin, size_t depth) {
    const uint32_t dot = Here();
    ++at_;
    const CelToken selector = Current();
    if (!Take(Kind::kName)) {
      return Fail(dot, dot + 1, Say("this '.' has no name after it"), "the name of a fact");
    }
    const bool plain = Get(member).kind == Node::kName && !Get(member).flag;
    if (plain) {
      Get(member).text += '.';
      Get(member).text += selector.content;
      Get(member).end = selector.end;
      return At(Kind::kOpen) ? Call(member, depth) : member;
    }
    const std::string_view name = selector.content;
    if (Get(member).kind != Node::kError) {
      LeftOut(dot, selector.end, Say("'.{}': a value has nothing to select from", name),
              Get(member).kind == Node::kText ? "compare a fact with it: call.media == 'video'"
                                              : "facts are callee.NAME, caller.NAME or call.NAME");
    }
    const uint32_t error = Add(Node::kError, begin);
    return At(Kind::kOpen) ? Call(error, depth) : error;
  }

  uint32_t Call(uint32_t name, size_t depth) {
    std::vector<uint32_t> kids = Items(Kind::kClose, ")", depth);
    if (Get(name).kind != Node::kName) return name;
    Get(name).flag = true;
    Get(name).kids = std::move(kids);
    Get(name).end = Before();
    return name;
  }

  // "(" or "[" with its items; a list may end with a comma, a call may not.
  std::vector<uint32_t> Items(Kind close, std::string_view sign, size_t depth) {
    const uint32_t opened_at = Here();
    ++at_;
    std::vector<uint32_t> kids;
    if (Take(close)) return kids;
    do {
      if (close == Kind::kCloseList && At(close)) break;
      kids.push_back(Expression(depth + 1));
    } while (Take(Kind::kComma));
    Expect(close, sign, opened_at);
    return kids;
  }

  uint32_t Primary(size_t depth) {
    const CelToken token = Current();
    switch (token.kind) {
      case Kind::kName:
        return Name(depth);
      case Kind::kTrue:
      case Kind::kFalse:
      case Kind::kInt:
      case Kind::kText:
      case Kind::kBad:
        return Constant();
      case Kind::kOpen: {
        ++at_;
        const uint32_t inner = Expression(depth + 1);
        Expect(Kind::kClose, ")", token.begin);
        return inner;
      }
      case Kind::kOpenList: {
        std::vector<uint32_t> kids = Items(Kind::kCloseList, "]", depth);
        return Add(Node::kList, token.begin, std::move(kids));
      }
      case Kind::kNull:
        ++at_;
        LeftOut(token.begin, token.end,
                Say("null is not part of the language: every fact has a value"),
                "an unset setting has the policy's or the catalog's default");
        return Add(Node::kError, token.begin);
      case Kind::kOpenMap:
        return Map();
      default:
        return UnexpectedOperand();
    }
  }

  uint32_t Constant() {
    const CelToken token = Current();
    ++at_;
    switch (token.kind) {
      case Kind::kInt: {
        const uint32_t node = Add(Node::kInt, token.begin);
        Get(node).magnitude = token.magnitude;
        return node;
      }
      case Kind::kText: {
        const uint32_t node = Add(Node::kText, token.begin);
        Get(node).text = token.content;
        return node;
      }
      case Kind::kBad:
        return Add(Node::kError, token.begin);
      default: {
        const uint32_t node = Add(Node::kBool, token.begin);
        Get(node).flag = token.kind == Kind::kTrue;
        return node;
      }
    }
  }

  uint32_t Name(size_t depth) {
    const CelToken token = Current();
    if (token.content == "not") {
      return Fail(token.begin, token.end, Say("'not' is not an operator"), {}, "write !");
    }
    if (std::ranges::find(kReserved, token.content) != std::end(kReserved)) {
      return Fail(token.begin, token.end, Say("'{}' is a reserved word of CEL", token.content),
                  kOperand);
    }
    ++at_;
    const uint32_t node = Add(Node::kName, token.begin);
    Get(node).text = token.content;
    return At(Kind::kOpen) ? Call(node, depth) : node;
  }

  // "{...}": passed over, whatever is in it.
  uint32_t Map() {
    const uint32_t opened_at = Here();
    LeftOut(opened_at, opened_at + 1, Say("maps and messages ({...}) are not part of the language"),
            "write a list after 'in'");
    size_t open = 0;
    do {
      if (At(Kind::kOpenMap)) ++open;
      if (At(Kind::kCloseMap)) --open;
      if (At(Kind::kEnd)) break;
      ++at_;
    } while (open > 0);
    if (open > 0) failed_ = true;  // reported already, and nothing is left
    return Add(Node::kError, opened_at);
  }

  const std::vector<CelToken>& tokens_;
  std::string_view text_;
  CelErrors& errors_;
  CelTree tree_;
  size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace

bool IsReservedInCel(std::string_view word) {
  return word == "in" || word == "true" || word == "false" || word == "null" ||
         std::ranges::find(kReserved, word) != std::end(kReserved);
}

CelTree ParseCel(const std::vector<CelToken>& tokens, std::string_view text, CelErrors* errors) {
  return CelParser(tokens, text, errors).Run();
}

}  // namespace ringfence
