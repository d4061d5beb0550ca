// Catalog -> Layout: everything the frame code would otherwise look up, worked out once per policy.
#include <bit>

#include "base/check.h"
#include "facts/frame.h"

namespace ringfence {
namespace {

FactId Required(const Catalog& catalog, std::string_view name) {
  const Result<FactId> id = catalog.Find(name);
  CHECK_MSG(id.ok(), name);  // Catalog::Parse refuses a catalog without it
  return *id;
}

void PutInto(std::array<uint32_t, kFrameWords>* image, const FactPlace& place, FactCode code) {
  (*image)[place.word] |= code << place.shift;
}

}  // namespace

Layout::Layout(const Catalog& from) : catalog(from) {
  callee_known = Required(catalog, "callee.known");
  caller_known = Required(catalog, "caller.known");
  same_account = Required(catalog, "call.same_account");
  callee_cohort = Required(catalog, "callee.cohort");
  caller_cohort = Required(catalog, "caller.cohort");
  for (const FactInfo& fact : catalog.facts()) {
    const auto group = static_cast<size_t>(fact.group);
    const GroupBlock& block = kGroupBlocks[group];
    FactPlace place;
    place.word = static_cast<uint16_t>(fact.first_bit / 32);
    place.shift = static_cast<uint8_t>(fact.first_bit % 32);
    place.group = static_cast<uint8_t>(group);
    place.mask = fact.width_bits == 32 ? ~0u : (1u << fact.width_bits) - 1;
    CHECK(place.shift + fact.width_bits <= 32);
    CHECK(place.word >= block.first_word && place.word < block.first_word + block.word_count);
    CHECK(fact.code_count() - 1 <= place.mask);
    places[fact.id] = place;
    code_counts[fact.id] = fact.code_count();
    group_mask[group][place.word] |= place.mask << place.shift;
    group_facts[group].Insert(fact.id);
    if (fact.symmetric) symmetric.Insert(fact.id);
    const bool known = fact.id == callee_known || fact.id == caller_known;
    PutInto(&absent_image, place, fact.can_be_unset ? fact.absent_code + 1 : fact.absent_code);
    PutInto(&empty_image, place, fact.can_be_unset ? 0 : known ? 1 : fact.absent_code);
  }
}

}  // namespace ringfence
