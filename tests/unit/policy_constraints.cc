// Constraints of catalogs: the standard ones are conditions and change no digest; wrong ones are
// named with their places, in the file that has them.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "policy/constraints.h"

namespace ringfence {
namespace {

std::string Extension(const std::string& constraints) {
  return R"({ "extension": "acme", "version": 1, "catalog": 1,
  "user": [ { "name": "x_gold", "kind": "attribute", "type": "bool", "default": false,
              "absent": false, "bit": 54, "known_to": ["operator"], "changeable": "operator",
              "doc": "Has paid." } ],
)" + constraints +
         " }";
}

Catalog Extended(const std::string& constraints) {
  Result<Catalog> catalog =
      Catalog::Extend(Catalog::Standard(), Extension(constraints), "acme.json");
  REQUIRE_MESSAGE(catalog.ok(), catalog.status().message());
  return *std::move(catalog);
}

TEST_CASE("the standard constraints are conditions") {
  const Catalog& catalog = Catalog::Standard();
  const auto conditions = ParseConstraints(catalog);
  REQUIRE_MESSAGE(conditions.ok(), conditions.status().message());
  REQUIRE(conditions->size() == catalog.constraints().size());
  CHECK(conditions->size() >= 8);
  for (size_t i = 0; i < conditions->size(); ++i) {
    CAPTURE(catalog.constraints()[i].id);
    CHECK_FALSE((*conditions)[i].nodes.empty());
    CHECK((*conditions)[i].text == catalog.constraints()[i].that);  // written canonically
    CHECK_FALSE(catalog.constraints()[i].doc.empty());
  }
  CHECK(CheckConstraints(catalog).ok());
}

TEST_CASE("an extension's constraints stand behind the catalog's, and change no digest") {
  const Catalog with = Extended(R"(  "constraints": [
    { "id": "x_paid", "that": "!callee.x_gold || callee.premium", "doc": "Gold is paid for." } ])");
  const Catalog without = Extended(R"(  "constraints": [])");
  CHECK(with.digest_hex() == without.digest_hex());
  CHECK(with.Canonical().find("constraints") == std::string::npos);
  const size_t standard = Catalog::Standard().constraints().size();
  CHECK(without.constraints().size() == standard);
  REQUIRE(with.constraints().size() == standard + 1);
  const CatalogConstraint& last = with.constraints().back();
  CHECK(last.id == "x_paid");
  CHECK(last.file == "acme.json");
  CHECK(last.line == 6);
  const auto conditions = ParseConstraints(with);
  REQUIRE_MESSAGE(conditions.ok(), conditions.status().message());
  CHECK(conditions->back().text == "!callee.x_gold || callee.premium");
}

TEST_CASE("constraints that are no conditions are named with their places") {
  const Catalog catalog = Extended(R"(  "constraints": [
    { "id": "x_a", "that": "callee.x_gld", "doc": "Misspelt." },
    { "id": "x_b", "that": "callee.x_gold || \"yes\" == callee.premium", "doc": "Types." },
    { "id": "x_c", "that": "ring.effect == 'ring'", "doc": "No decision." } ])");
  const Status status = CheckConstraints(catalog);
  CHECK(status.code() == StatusCode::kParse);
  const std::string& text = status.message();
  CHECK_MESSAGE(text.starts_with("acme.json:6:29: error: unknown fact 'callee.x_gld'\n"
                                 "\"callee.x_gld\"\n"
                                 " ^~~~~~~~~~~~\n"),
                text);
  CHECK_MESSAGE(text.find("acme.json:7:46: error: ") != std::string::npos, text);
  CHECK_MESSAGE(text.find("acme.json:8:") != std::string::npos, text);
}

}  // namespace
}  // namespace ringfence
