// A reader of dot text that knows nothing of the writer.
#include "unit/dot_reader.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <utility>

namespace ringfence {
namespace {

/// What a reader of a label sees; nullopt for what labels do not have.
std::optional<std::string> Unescaped(std::string_view quoted) {
  std::string out;
  for (size_t i = 0; i < quoted.size(); ++i) {
    const char c = quoted[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
    if (c == '&') {
      if (quoted.substr(i, 5) != "&amp;") return std::nullopt;
      i += 4;
      out += '&';
    } else if (c == '\\') {
      if (++i == quoted.size()) return std::nullopt;
      if (quoted[i] != 'n' && quoted[i] != '\\' && quoted[i] != '"') return std::nullopt;
      out += quoted[i] == 'n' ? '\n' : quoted[i];
    } else {
      out += c;
    }
  }
  return out;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<std::vector<DotStatement>> Read() {
    if (Word() != "digraph" || Word().empty() || !Take("{") || !Body()) return std::nullopt;
    Skip();
    if (!text_.empty()) return std::nullopt;
    return std::move(statements_);
  }

 private:
  void Skip() {
    while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_[0])) != 0) {
      text_.remove_prefix(1);
    }
  }

  bool Take(std::string_view token) {
    Skip();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }

  std::string Word() {
    Skip();
    size_t length = 0;
    while (length < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[length])) != 0 || text_[length] == '_')) {
      ++length;
    }
    std::string word(text_.substr(0, length));
    text_.remove_prefix(length);
    return word;
  }

  /// Up to the closing quotation mark.
  bool Quoted(std::string* value) {
    if (!Take("\"")) return false;
    size_t end = 0;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return false;
    const std::optional<std::string> unescaped = Unescaped(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    if (!unescaped) return false;
    *value = *unescaped;
    return true;
  }

  /// Statements up to and with the closing brace.
  bool Body() {
    while (!Take("}")) {
      if (Take("{")) {
        if (!Body()) return false;
        continue;
      }
      DotStatement statement;
      statement.name = Word();
      if (statement.name.empty()) return false;
      if (statement.name == "subgraph") {
        if (Word().empty() || !Take("{") || !Body()) return false;
        continue;
      }
      if (!Rest(&statement)) return false;
      statements_.push_back(std::move(statement));
    }
    return true;
  }

  bool Rest(DotStatement* statement) {
    if (Take("=")) {
      std::string name = std::exchange(statement->name, "graph");
      return Quoted(&statement->attributes[name]) && Take(";");
    }
    if (Take("->")) {
      statement->to = Word();
      if (statement->to.empty()) return false;
    }
    if (Take("[")) {
      while (!Take("]")) {
        const std::string name = Word();
        if (name.empty() || !Take("=") || !Quoted(&statement->attributes[name])) return false;
      }
    }
    return Take(";");
  }

  std::string_view text_;
  std::vector<DotStatement> statements_;
};

std::vector<std::string_view> SplitList(std::string_view list) {
  std::vector<std::string_view> terms;
  for (size_t at; (at = list.find(", ")) != std::string_view::npos; list.remove_prefix(at + 2)) {
    terms.push_back(list.substr(0, at));
  }
  terms.push_back(list);
  return terms;
}

std::optional<int64_t> Number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "3 min" in the fact's unit, "07:00" in minutes.
std::optional<int64_t> Amount(const FactInfo& fact, std::string_view text) {
  constexpr std::array<std::pair<std::string_view, int64_t>, 5> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}}};
  const auto in_ms = [&](std::string_view unit) -> int64_t {
    for (const auto& [name, factor] : kUnits) {
      if (name == unit) return factor;
    }
    return 0;
  };
  if (text.size() == 5 && text[2] == ':') {
    const auto hours = Number(text.substr(0, 2)), minutes = Number(text.substr(3));
    if (!hours || !minutes || fact.unit != "min") return std::nullopt;
    return *hours * 60 + *minutes;
  }
  const size_t blank = text.find(' ');
  const std::optional<int64_t> number = Number(text.substr(0, blank));
  if (!number || (blank == std::string_view::npos) != fact.unit.empty()) return std::nullopt;
  if (fact.unit.empty()) return number;
  const int64_t factor = in_ms(text.substr(blank + 1)), own = in_ms(fact.unit);
  if (factor == 0 || own == 0 || *number * factor % own != 0) return std::nullopt;
  return *number * factor / own;
}

std::optional<bool> ComparisonHolds(const FactInfo& fact, std::string_view term, int64_t value) {
  const size_t both = term.find(" and ");
  if (both != std::string_view::npos) {
    const auto first = ComparisonHolds(fact, term.substr(0, both), value);
    const auto second = ComparisonHolds(fact, term.substr(both + 5), value);
    if (!first || !second) return std::nullopt;
    return *first && *second;
  }
  const size_t blank = term.find(' ');
  const std::string_view op = term.substr(0, blank);
  if (op == "<" || op == "<=" || op == ">" || op == ">=") {
    const std::optional<int64_t> limit = Amount(fact, term.substr(blank + 1));
    if (!limit) return std::nullopt;
    if (op == "<") return value < *limit;
    if (op == "<=") return value <= *limit;
    return op == ">" ? value > *limit : value >= *limit;
  }
  const size_t dots = term.find("..");
  if (dots != std::string_view::npos) {
    const std::optional<int64_t> first = Number(term.substr(0, dots));
    const std::optional<int64_t> last = Amount(fact, term.substr(dots + 2));
    if (!first || !last) return std::nullopt;
    return *first <= value && value <= *last;
  }
  const std::optional<int64_t> number = Amount(fact, term);
  if (!number) return std::nullopt;
  return value == *number;
}

std::optional<bool> TermHolds(const Catalog& catalog, const FactInfo& fact, std::string_view term,
                              FactCode code) {
  if (term == "unset" && fact.can_be_unset) return code == 0;
  if (fact.type == FactType::kInt) {
    const FactCode shift = fact.can_be_unset ? 1 : 0;
    const std::optional<bool> holds =
        ComparisonHolds(fact, term, fact.lowest + int64_t{code} - shift);
    if (!holds) return std::nullopt;
    return *holds && code >= shift;
  }
  const Result<FactCode> named = catalog.ParseValue(fact.id, term);
  if (!named.ok()) return std::nullopt;
  return *named == code;
}

}  // namespace

std::optional<std::vector<DotStatement>> ReadDot(std::string_view text) {
  return Parser(text).Read();
}

std::optional<bool> LabelHolds(const Catalog& catalog, const FactInfo& fact, std::string_view label,
                               FactCode code) {
  if (label.starts_with("all but ")) {
    const std::optional<bool> named = LabelHolds(catalog, fact, label.substr(8), code);
    if (!named) return std::nullopt;
    return !*named;
  }
  if (label.ends_with(" or unset")) {
    if (!fact.can_be_unset) return std::nullopt;
    const std::optional<bool> named =
        LabelHolds(catalog, fact, label.substr(0, label.size() - 9), code);
    if (!named) return std::nullopt;
    return *named || code == 0;
  }
  bool any = false;
  for (const std::string_view term : SplitList(label)) {
    const std::optional<bool> holds = TermHolds(catalog, fact, term, code);
    if (!holds) return std::nullopt;
    any = any || *holds;
  }
  return any;
}

}  // namespace ringfence
