// Which recorded catalogs this engine can replay: its own, and older ones of it.
#include <doctest/doctest.h>
#include <ringfence/catalog.h>

#include <string>

#include "replay/vocabulary.h"

namespace ringfence {
namespace {

std::string Own() { return Catalog::Standard().Canonical(); }

/// Without the last fact.
std::string Older() {
  std::string text = Own();
  const size_t last = text.rfind(",{\"name\"");
  REQUIRE(last != std::string::npos);
  return text.erase(last, text.rfind("]}") - last);
}

std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("vocabulary: the own catalog lacks nothing") {
  const auto missing = FactsNotIn(Own(), Catalog::Standard());
  REQUIRE(missing.has_value());
  CHECK(missing->Empty());
}

TEST_CASE("vocabulary: a fact that was appended later was not collected") {
  const auto missing = FactsNotIn(Older(), Catalog::Standard());
  REQUIRE(missing.has_value());
  CHECK(missing->Count() == 1);
  CHECK(missing->Contains(static_cast<FactId>(Catalog::Standard().size() - 1)));
  // Its version may have been another, too.
  CHECK(FactsNotIn(With(Older(), "\"catalog\":1", "\"catalog\":0"), Catalog::Standard()));
}

TEST_CASE("vocabulary: anything else is another one") {
  const Catalog& catalog = Catalog::Standard();
  CHECK_FALSE(FactsNotIn(With(Own(), "\"bit\":", "\"bit\":1"), catalog));
  CHECK_FALSE(FactsNotIn(With(Own(), "\"default\":", "\"default\":1"), catalog));
  CHECK_FALSE(FactsNotIn(With(Own(), "callee.calls_enabled", "callee.calls_allowed"), catalog));
  CHECK_FALSE(FactsNotIn(With(Own(), "\"symmetric\":false", "\"symmetric\":true"), catalog));
  CHECK_FALSE(FactsNotIn("", catalog));
  CHECK_FALSE(FactsNotIn("{}", catalog));
  CHECK_FALSE(FactsNotIn("[1,2", catalog));
  CHECK_FALSE(FactsNotIn("{\"facts\":[{\"name\":\"x\"}]}", catalog));
}

}  // namespace
}  // namespace ringfence
