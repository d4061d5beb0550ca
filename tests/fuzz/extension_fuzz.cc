// Any bytes as a catalog extension: it is refused with a reason, or it changes nothing of the
// standard catalog, lies in the bits left to it, and is its own next version.
#include <ringfence/catalog.h>
#include <ringfence/limits.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

/// Which bits of a frame the standard catalog has.
bool IsStandardBit(uint32_t bit) {
  for (const FactInfo& fact : Catalog::Standard().facts()) {
    if (bit >= fact.first_bit && bit < fact.first_bit + uint32_t{fact.width_bits}) return true;
  }
  return false;
}

void Check(std::string_view text) {
  const Catalog& standard = Catalog::Standard();
  const Result<Catalog> catalog = Catalog::Extend(standard, text);
  const Status kept = Catalog::CheckNextVersion(standard, {text, "a"}, {text, "b"});
  Require(kept.ok() == catalog.ok());
  if (!catalog.ok()) {
    Require(!catalog.status().message().empty());
    return;
  }
  Require(catalog->base_size() == standard.size() && catalog->size() > standard.size());
  Require(catalog->size() <= kMaxFacts && !catalog->extension().empty());
  const auto constraints = catalog->constraints();
  Require(constraints.size() <= kMaxConstraints);
  for (size_t i = 0; i < constraints.size(); ++i) {
    const bool of_extension = i >= standard.constraints().size();
    Require(constraints[i].id.starts_with("x_") == of_extension);
  }
  const Status conditions = CheckConstraints(*catalog);
  Require(conditions.ok() || !conditions.message().empty());
  for (const FactInfo& fact : catalog->facts()) {
    const Result<FactId> found = catalog->Find(fact.name);
    Require(found.ok() && *found == fact.id);
    Require(catalog->fact(fact.reverse).reverse == fact.id);
    if (fact.id < standard.size()) {
      Require(fact.name == standard.fact(fact.id).name);
      Require(fact.first_bit == standard.fact(fact.id).first_bit);
      continue;
    }
    Require(fact.entry.starts_with("x_") && !standard.Find(fact.name).ok());
    for (uint32_t bit = 0; bit < fact.width_bits; ++bit) {
      Require(!IsStandardBit(fact.first_bit + bit));
    }
  }
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringfence::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
