// Which values are indexed. Those by which shipped rule sets let people through without a relation
// between the two, and which few users have: what everybody has is found as fast without an index.
#include "store/user_sets.h"

#include <iterator>

namespace ringfence {
namespace {

// Of a digit's upper two bits, and its lower ones: a bool that is true, or no bool.
#define RF_UPPER "IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F')"
#define RF_LOWER "IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F')"
#define RF_DIGIT(number) "substr(hex(settings), " number ", 1) "

constexpr FactCode kTrue = 2;
constexpr IndexedEntry kIndexed[] = {
    {"allow_verified", "true", "users_allow_verified", RF_DIGIT("1") RF_UPPER, 6, 2, kTrue},
    {"allow_contacts", "true", "users_allow_contacts", RF_DIGIT("4") RF_LOWER, 8, 2, kTrue},
    {"allow_everyone", "true", "users_allow_everyone", RF_DIGIT("4") RF_UPPER, 10, 2, kTrue},
    {"call_audience", "everyone", "users_call_audience",
     RF_DIGIT("18") "IN ('1', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F')", 64, 4, 1},
    {"verified", "true", "users_verified", RF_DIGIT("10") RF_LOWER, 32, 2, kTrue},
    {"premium", "true", "users_premium", RF_DIGIT("10") RF_UPPER, 34, 2, kTrue},
    {"business", "true", "users_business", RF_DIGIT("14") RF_UPPER, 50, 2, kTrue},
    {"has_list", "true", "users_has_list", RF_DIGIT("39") RF_UPPER, 159, 1, 1},
};
static_assert(static_cast<int>(UserFlag::kHasList) == 159);

}  // namespace

std::span<const IndexedEntry> IndexedEntries() { return kIndexed; }

size_t HasListIndex() { return std::size(kIndexed) - 1; }

std::optional<FactId> FactOf(const IndexedEntry& entry, const Layout& layout) {
  const Result<FactId> id = layout.catalog.FindUserEntry(entry.entry);
  if (!id.ok()) return std::nullopt;
  const FactInfo& info = layout.catalog.fact(*id);
  const FactPlace& place = layout.places[*id];
  const int bit = (place.word - kCalleeWord) * 32 + place.shift;
  const bool is_there = bit == entry.first_bit && info.width_bits == entry.width_bits;
  // Codes beyond the last are in the index; a bool has three with unset, call_audience eight.
  const FactCode beyond = entry.width_bits == 2 ? 3 : 8;
  if (!is_there || !info.can_be_unset || info.code_count() != beyond) return std::nullopt;
  return *id;
}

}  // namespace ringfence
