// Any bytes as a catalog: it is refused with a reason, or its facts lie where the frame can hold
// them.
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

void Check(std::string_view text) {
  const Result<Catalog> catalog = Catalog::Parse(text);
  if (!catalog.ok()) {
    Require(!catalog.status().message().empty());
    return;
  }
  Require(catalog->size() > 0 && catalog->size() <= kMaxFacts);
  Require(catalog->constraints().size() <= kMaxConstraints);
  const Status conditions = CheckConstraints(*catalog);
  Require(conditions.ok() || !conditions.message().empty());
  for (const FactInfo& fact : catalog->facts()) {
    const uint32_t last = fact.first_bit + fact.width_bits - 1u;
    Require(last < kFrameBits && fact.first_bit / 32 == last / 32);
    Require(fact.width_bits == 32 || fact.code_count() <= FactCode{1} << fact.width_bits);
    Require(catalog->fact(fact.reverse).reverse == fact.id);
    const Result<FactId> found = catalog->Find(fact.name);
    Require(found.ok() && *found == fact.id);
    for (const FactCode code : {FactCode{0}, fact.code_count() - 1}) {
      const Result<FactCode> parsed =
          catalog->ParseValue(fact.id, catalog->FormatValue(fact.id, code));
      Require(parsed.ok() && *parsed == code);
    }
  }
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringfence::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
