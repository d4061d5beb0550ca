// Catalog extensions: what is behind the standard catalog, what stays as it is, and that the
// standard catalog keeps out of what it left to operators.
#include <doctest/doctest.h>
#include <ringfence/catalog.h>

#include <fstream>
#include <iterator>
#include <string>

#include "facts/catalog_places.h"
#include "facts/frame.h"

namespace ringfence {
namespace {

std::string Example() {
  std::ifstream stream(RINGFENCE_SOURCE_DIR "/examples/extension/catalog-extension.json",
                       std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

const Catalog& Standard() { return Catalog::Standard(); }

Catalog Extended() {
  const Result<Catalog> catalog = Catalog::Extend(Standard(), Example());
  REQUIRE_MESSAGE(catalog.ok(), catalog.status().message());
  return *catalog;
}

/// Bits of the section's block that the fact takes, as a catalog file counts them; -1: another
/// section's.
int BitIn(Section section, const FactInfo& fact) {
  switch (section) {
    case Section::kUser:
      return fact.group == Group::kCallee ? fact.first_bit : -1;
    case Section::kRelations:
      return fact.first_bit / 32 == kPairWord ? fact.first_bit - kPairWord * 32 : -1;
    case Section::kCall:
      return fact.group == Group::kCall ? fact.first_bit - kCallWord * 32 : -1;
    case Section::kDerived:
      break;
  }
  return -1;
}

TEST_CASE("the standard catalog keeps out of what it left to extensions, for ever") {
  CHECK(Standard().extension().empty());
  CHECK(Standard().extension_version() == 0);
  CHECK(Standard().base_size() == Standard().size());
  for (const FactInfo& fact : Standard().facts()) {
    CAPTURE(fact.name);
    CHECK_FALSE(fact.entry.starts_with(kExtensionPrefix));
    for (int i = 0; i < kSectionCount; ++i) {
      const auto section = static_cast<Section>(i);
      const int bit = BitIn(section, fact);
      for (const BitRange& range : ExtensionBits(section)) {
        const bool apart = bit + fact.width_bits <= static_cast<int>(range.first) ||
                           bit > static_cast<int>(range.last);
        CHECK((bit < 0 || apart));
      }
    }
  }
  // What was promised once.
  CHECK(ExtensionBitsText(Section::kUser) == "54 to 63 or 117 to 127 or 148 to 155");
  CHECK(ExtensionBitsText(Section::kRelations) == "28 to 31");
  CHECK(ExtensionBitsText(Section::kCall) == "60 to 63");
  CHECK(ExtensionBits(Section::kDerived).empty());
}

TEST_CASE("an extension stands behind the catalog and changes nothing of it") {
  const Catalog catalog = Extended();
  CHECK(catalog.extension() == "acme");
  CHECK(catalog.extension_version() == 1);
  CHECK(catalog.base_size() == Standard().size());
  CHECK(catalog.size() == Standard().size() + 7);
  CHECK(catalog.digest_hex() != Standard().digest_hex());
  for (const FactInfo& fact : Standard().facts()) {
    CAPTURE(fact.name);
    const FactInfo& same = catalog.fact(fact.id);
    CHECK(same.name == fact.name);
    CHECK(same.first_bit == fact.first_bit);
    CHECK(same.reverse == fact.reverse);
    CHECK(same.default_code == fact.default_code);
  }
  const Result<FactId> plan = catalog.FindUserEntry("x_plan");
  REQUIRE(plan.ok());
  const FactInfo& info = catalog.fact(*plan);
  CHECK(info.name == "callee.x_plan");
  CHECK(info.first_bit == 54);
  CHECK(info.width_bits == 3);
  CHECK(catalog.fact(info.reverse).name == "caller.x_plan");
  CHECK(catalog.fact(info.reverse).first_bit == kCallerWord * 32 + 54);
  CHECK(catalog.FindRelation("x_assists").ok());
  CHECK(catalog.MakeFact("call.x_origin", "advert").ok());
  CHECK_FALSE(Standard().Find("callee.x_plan").ok());
  // A frame of it can be laid out: every place is in its group's block.
  const Layout layout(catalog);
  CHECK(layout.code_counts[*plan] == 4);
}

TEST_CASE("room: what is left for the next version") {
  size_t bits = 0;
  for (const Catalog::Room& room : Standard().ExtensionRoom()) bits += room.last - room.first + 1;
  CHECK(bits == 10 + 11 + 8 + 4 + 4);
  for (const Catalog::Room& room : Extended().ExtensionRoom()) {
    bits -= room.last - room.first + 1;
  }
  CHECK(bits == 3 + 2 + 1 + 2);
}

TEST_CASE("one extension at a time") {
  const Result<Catalog> twice = Catalog::Extend(Extended(), Example());
  REQUIRE_FALSE(twice.ok());
  CHECK(twice.status().code() == StatusCode::kInvalidArgument);
  CHECK(twice.status().message() == "the catalog is extended already, by 'acme'");
}

TEST_CASE("an older version that is broken is said so") {
  const std::string text = Example();
  const Status status =
      Catalog::CheckNextVersion(Standard(), {"{", "old.json"}, {text, "new.json"});
  CHECK(status.code() == StatusCode::kParse);
  CHECK(status.message().starts_with("old.json:"));
  CHECK(Catalog::CheckNextVersion(Standard(), {text, "old.json"}, {text, "new.json"}).ok());
}

}  // namespace
}  // namespace ringfence
