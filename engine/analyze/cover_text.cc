// Literals of cubes as text. See cover.h.
#include <algorithm>

#include "analyze/cover.h"
#include "base/check.h"

namespace ringfence {
namespace {

using Op = ConditionNode::Op;

bool Allows(const Literal& literal, FactCode code) {
  return std::any_of(literal.codes.begin(), literal.codes.end(), [&](const CodeRange& range) {
    return range.first <= code && code <= range.last;
  });
}

/// The codes that the literal does not allow, of `count`.
std::vector<CodeRange> Others(const Literal& literal, FactCode count) {
  std::vector<CodeRange> others;
  FactCode next = 0;
  for (const CodeRange& range : literal.codes) {
    if (range.first > next) others.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next < count) others.push_back({next, count - 1});
  return others;
}

/// Whether a condition can say it: whether unset settings have the value that goes with them under
/// every document, and unavailable is not among the codes.
bool CanBeSaid(const Layout& layout, const Literal& literal,
               std::span<const Document* const> documents) {
  const FactInfo& fact = layout.catalog.fact(literal.fact);
  if (literal.codes.back().last >= fact.code_count()) return false;
  if (!fact.can_be_unset) return true;
  return std::all_of(documents.begin(), documents.end(), [&](const Document* document) {
    const FactCode value = DefaultValue(layout.catalog, *document, fact.id);
    return Allows(literal, 0) == Allows(literal, value + 1);
  });
}

class LiteralText {
 public:
  LiteralText(const Layout& layout, const Literal& literal)
      : catalog_(layout.catalog),
        fact_(layout.catalog.fact(literal.fact)),
        literal_(literal),
        shift_(fact_.can_be_unset ? 1 : 0),
        end_(layout.code_counts[literal.fact]) {}

  /// In the language of conditions.
  std::string AsCondition() {
    if (fact_.type == FactType::kInt) {
      const std::vector<CodeRange> ranges = Values(literal_.codes);
      const std::vector<CodeRange> others = Values(Others(literal_, end_));
      if (ranges.size() > 1 && others.size() == 1 && others[0].first == others[0].last) {
        Compare(CompareOp::kNe, others[0].first);
      } else {
        AddRanges(ranges);
      }
    } else {
      AddMembers();
    }
    return FormatCondition(catalog_, condition_);
  }

  /// "callee.verified is unset or false"
  std::string AsWords() const {
    // One further code stands for "could not be read".
    const std::vector<std::string> in = Words(literal_.codes);
    const std::vector<std::string> out = Words(Others(literal_, end_ + (HasUnavailable() ? 1 : 0)));
    std::string text = fact_.name + " is ";
    if (out.size() == 1 && in.size() > 1) return text + "not " + out[0];
    for (size_t i = 0; i < in.size(); ++i) text += (i == 0 ? "" : " or ") + in[i];
    return text;
  }

 private:
  bool HasUnavailable() const { return literal_.codes.back().last >= end_; }

  /// Ranges of value codes; unset, which the default goes with, left out.
  std::vector<CodeRange> Values(const std::vector<CodeRange>& codes) const {
    std::vector<CodeRange> values;
    for (const CodeRange& range : codes) {
      if (range.last < shift_) continue;
      values.push_back({std::max(range.first, shift_) - shift_, range.last - shift_});
    }
    return values;
  }

  uint32_t Add(ConditionNode node) {
    node.fact = fact_.id;
    condition_.nodes.push_back(std::move(node));
    return condition_.root();
  }

  uint32_t Compare(CompareOp op, FactCode value) {
    ConditionNode node;
    node.op = Op::kCompare;
    node.compare = op;
    node.constant = fact_.lowest + int64_t{value};
    return Add(std::move(node));
  }

  uint32_t Both(Op op, uint32_t a, uint32_t b) {
    ConditionNode node;
    node.op = op;
    node.a = a;
    node.b = b;
    return Add(std::move(node));
  }

  uint32_t AddRange(const CodeRange& range) {
    const FactCode highest = static_cast<FactCode>(fact_.highest - fact_.lowest);
    if (range.first == range.last) return Compare(CompareOp::kEq, range.first);
    if (range.first == 0) return Compare(CompareOp::kLe, range.last);
    const uint32_t from = Compare(CompareOp::kGe, range.first);
    if (range.last == highest) return from;
    return Both(Op::kAnd, from, Compare(CompareOp::kLe, range.last));
  }

  void AddRanges(const std::vector<CodeRange>& ranges) {
    ConditionNode single;
    single.op = Op::kIntIn;
    std::vector<uint32_t> parts;
    for (const CodeRange& range : ranges) {
      if (range.first == range.last && ranges.size() > 1) {
        single.constants.push_back(fact_.lowest + int64_t{range.first});
      } else {
        parts.push_back(AddRange(range));
      }
    }
    if (!single.constants.empty()) parts.push_back(Add(std::move(single)));
    CHECK(!parts.empty());
    uint32_t all = parts[0];
    for (size_t i = 1; i < parts.size(); ++i) all = Both(Op::kOr, all, parts[i]);
  }

  void AddMembers() {
    ConditionNode in, out;
    in.op = out.op = Op::kTest;
    const FactCode count = end_ - shift_;
    for (FactCode value = 0; value < count; ++value) {
      (Allows(literal_, value + shift_) ? in : out).values.push_back(value);
    }
    // What is not so, where that is shorter; a bool has !.
    if (fact_.type == FactType::kBool || in.values.size() <= out.values.size()) {
      Add(std::move(in));
      return;
    }
    ConditionNode negation;
    negation.op = Op::kNot;
    negation.a = Add(std::move(out));
    Add(std::move(negation));
  }

  std::string Word(FactCode code) const {
    if (code == end_) return "unavailable";
    const std::string text = catalog_.FormatValue(fact_.id, code);
    const bool quoted = fact_.type == FactType::kEnum && code >= shift_;
    return quoted ? "'" + text + "'" : text;
  }

  std::vector<std::string> Words(const std::vector<CodeRange>& codes) const {
    std::vector<std::string> words;
    for (CodeRange range : codes) {
      if (fact_.type != FactType::kInt) {
        for (FactCode code = range.first; code <= range.last; ++code) words.push_back(Word(code));
        continue;
      }
      if (range.first == 0 && shift_ == 1) {
        words.push_back(Word(0));
        if (++range.first > range.last) continue;
      }
      const bool unavailable = range.last == end_;
      if (unavailable && range.first < end_) --range.last;
      words.push_back(Word(range.first));
      if (range.last != range.first) words.back() += ".." + Word(range.last);
      if (unavailable && range.last != end_) words.push_back(Word(end_));
    }
    return words;
  }

  const Catalog& catalog_;
  const FactInfo& fact_;
  const Literal& literal_;
  const FactCode shift_;  ///< 1 where code 0 is unset
  const FactCode end_;    ///< the code that stands for unavailable
  Condition condition_;
};

}  // namespace

std::string TextOf(const Layout& layout, const Literal& literal,
                   std::span<const Document* const> documents) {
  LiteralText text(layout, literal);
  return CanBeSaid(layout, literal, documents) ? text.AsCondition() : text.AsWords();
}

}  // namespace ringfence
