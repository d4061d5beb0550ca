// Durations in exact integer arithmetic: every step is checked for overflow.
#include "policy/duration.h"

namespace ringfence {
namespace {

struct Unit {
  std::string_view name;
  int64_t ns;
};
constexpr int64_t kSecond = 1000000000;
// "ms" before "m", so that the longer name is tried first.
constexpr Unit kCelUnits[] = {{"ms", 1000000},       {"us", 1000},        {"ns", 1},
                              {"h", 3600 * kSecond}, {"m", 60 * kSecond}, {"s", kSecond}};
constexpr Unit kCatalogUnits[] = {{"ms", 1000000},
                                  {"s", kSecond},
                                  {"min", 60 * kSecond},
                                  {"h", 3600 * kSecond},
                                  {"d", 24 * 3600 * kSecond}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Digits at the front of *text, at most 18 of them, which always fit.
std::optional<int64_t> TakeDigits(std::string_view* text, int64_t* scale) {
  constexpr size_t kMostDigits = 18;
  int64_t value = 0;
  size_t count = 0;
  while (count < text->size() && IsDigit((*text)[count])) {
    if (count == kMostDigits) return std::nullopt;
    value = value * 10 + ((*text)[count] - '0');
    *scale *= 10;
    ++count;
  }
  if (count == 0) return std::nullopt;
  text->remove_prefix(count);
  return value;
}

const Unit* TakeUnit(std::string_view* text) {
  for (const Unit& unit : kCelUnits) {
    if (!text->starts_with(unit.name)) continue;
    text->remove_prefix(unit.name.size());
    return &unit;
  }
  return nullptr;
}

// One "1.5h" at the front of *text.
std::optional<int64_t> TakePart(std::string_view* text) {
  int64_t scale = 1;
  const std::optional<int64_t> whole = TakeDigits(text, &scale);
  if (!whole) return std::nullopt;
  int64_t fraction = 0;
  scale = 1;
  if (text->starts_with('.')) {
    text->remove_prefix(1);
    const std::optional<int64_t> digits = TakeDigits(text, &scale);
    if (!digits) return std::nullopt;
    fraction = *digits;
  }
  const Unit* unit = TakeUnit(text);
  if (unit == nullptr) return std::nullopt;
  int64_t whole_ns = 0, fraction_ns = 0, sum = 0;
  if (__builtin_mul_overflow(*whole, unit->ns, &whole_ns)) return std::nullopt;
  if (__builtin_mul_overflow(fraction, unit->ns, &fraction_ns)) return std::nullopt;
  if (fraction_ns % scale != 0) return std::nullopt;
  if (__builtin_add_overflow(whole_ns, fraction_ns / scale, &sum)) return std::nullopt;
  return sum;
}

}  // namespace

std::optional<int64_t> ParseDurationNs(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    const std::optional<int64_t> part = TakePart(&text);
    if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
  }
  return negative ? -total : total;
}

int64_t UnitNs(std::string_view name) {
  for (const Unit& unit : kCatalogUnits) {
    if (unit.name == name) return unit.ns;
  }
  return 0;
}

}  // namespace ringfence
