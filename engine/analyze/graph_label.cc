// The words on an edge: sets of codes of one fact, as people would say them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "analyze/graph.h"
#include "base/check.h"

namespace ringfence {
namespace {

/// Up to so many values are named rather than those that are missing.
constexpr size_t kFewValues = 3;

struct Scale {
  std::string_view unit;
  std::string_view larger;
  int64_t factor;
};
/// Days are no larger hours: "24 h" is said of a day's limit.
constexpr std::array<Scale, 3> kScales = {{{"ms", "s", 1000}, {"s", "min", 60}, {"min", "h", 60}}};

bool IsTimeOfDay(const FactInfo& fact) { return fact.group == Group::kTime && fact.unit == "min"; }

std::string TwoDigits(int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

/// "30", "3 min", "07:00".
std::string Amount(const FactInfo& fact, int64_t value) {
  if (IsTimeOfDay(fact)) return TwoDigits(value / 60) + ":" + TwoDigits(value % 60);
  std::string_view unit = fact.unit;
  for (const Scale& scale : kScales) {
    if (scale.unit != unit || value == 0 || value % scale.factor != 0) continue;
    value /= scale.factor;
    unit = scale.larger;
  }
  return std::to_string(value) + (unit.empty() ? "" : " ") + std::string(unit);
}

/// How round a number is: people write limits as the rounder of two neighbours.
int Roundness(int64_t value) {
  constexpr std::array<int64_t, 8> kSteps = {5, 10, 60, 100, 1000, 3600, 60000, 3600000};
  if (value == 0) return 0;
  return static_cast<int>(
      std::count_if(kSteps.begin(), kSteps.end(), [&](int64_t step) { return value % step == 0; }));
}

/// Everything below `end`: "< 30", or "<= 3 min".
std::string Below(const FactInfo& fact, int64_t end) {
  if (Roundness(end - 1) > Roundness(end)) return "<= " + Amount(fact, end - 1);
  return "< " + Amount(fact, end);
}

/// Everything from `begin`: ">= 30", or "> 3 min".
std::string From(const FactInfo& fact, int64_t begin) {
  if (Roundness(begin - 1) > Roundness(begin)) return "> " + Amount(fact, begin - 1);
  return ">= " + Amount(fact, begin);
}

/// Values of an int, both ends included.
std::string Interval(const FactInfo& fact, int64_t first, int64_t last) {
  if (first == last) return Amount(fact, first);
  if (first == fact.lowest && last == fact.highest) return "any";
  if (first == fact.lowest) return Below(fact, last + 1);
  if (last == fact.highest) return From(fact, first);
  if (!fact.unit.empty() && fact.unit != "d") {
    return From(fact, first) + " and " + Below(fact, last + 1);
  }
  return std::to_string(first) + ".." + Amount(fact, last);
}

/// Of the values in the ranges, unset left out: one word or interval each.
std::vector<std::string> Terms(const Catalog& catalog, const FactInfo& fact,
                               const std::vector<CodeRange>& codes) {
  std::vector<std::string> terms;
  const FactCode lowest = fact.can_be_unset ? 1 : 0;
  for (const CodeRange& range : codes) {
    const FactCode first = std::max(range.first, lowest);
    if (first > range.last) continue;
    if (fact.type == FactType::kInt) {
      terms.push_back(Interval(fact, fact.lowest + int64_t{first} - lowest,
                               fact.lowest + int64_t{range.last} - lowest));
      continue;
    }
    for (FactCode code = first; code <= range.last; ++code) {
      terms.push_back(catalog.FormatValue(fact.id, code));
    }
  }
  return terms;
}

std::string Joined(const std::vector<std::string>& terms) {
  std::string text;
  for (const std::string& term : terms) text += (text.empty() ? "" : ", ") + term;
  return text;
}

std::string Listed(const FactInfo& fact, const std::vector<std::string>& terms,
                   const std::vector<CodeRange>& codes) {
  std::string text = Joined(terms);
  const bool unset = fact.can_be_unset && !codes.empty() && codes.front().first == 0;
  if (unset) text += text.empty() ? "unset" : " or unset";
  return text;
}

}  // namespace

std::vector<CodeRange> OtherCodes(const FactInfo& fact, const std::vector<CodeRange>& codes) {
  std::vector<CodeRange> others;
  FactCode next = 0;
  for (const CodeRange& range : codes) {
    CHECK(range.first <= range.last && range.first >= next);
    if (range.first > next) others.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next < fact.code_count()) others.push_back({next, fact.code_count() - 1});
  return others;
}

std::string FormatCodeRanges(const Catalog& catalog, FactId id,
                             const std::vector<CodeRange>& codes) {
  const FactInfo& fact = catalog.fact(id);
  const std::vector<std::string> terms = Terms(catalog, fact, codes);
  std::string listed = Listed(fact, terms, codes);
  if (terms.size() <= kFewValues) return listed;
  const std::vector<CodeRange> others = OtherCodes(fact, codes);
  if (others.empty()) return "any";
  // Unset first: "all but a, b or unset" could be read as unset being among all.
  std::string complement = "all but ";
  const bool unset = fact.can_be_unset && others.front().first == 0;
  if (unset) complement += "unset, ";
  complement += Joined(Terms(catalog, fact, others));
  return complement.size() < listed.size() ? complement : listed;
}

}  // namespace ringfence
