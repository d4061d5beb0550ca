// Places inside JSON strings, and durations.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "base/json.h"
#include "policy/duration.h"
#include "policy/places.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

TEST_CASE("places in strings are those of the JSON reader, byte for byte") {
  std::mt19937_64 random(Seed());
  const std::string pieces[] = {"a",
                                "é",
                                "✌",
                                "🐱",
                                "\\n",
                                "\\\"",
                                "\\\\",
                                "\\u0041",
                                "\\u00e9",
                                "\\u270C",
                                "\\ud83d\\udc31",
                                " ",
                                "\\/",
                                "x.y"};
  for (int round = 0; round < 200; ++round) {
    std::string text = "\n  [ 1, \"";
    for (uint64_t i = random() % 20; i > 0; --i) text += pieces[random() % std::size(pieces)];
    text += "\" ]";
    CAPTURE(text);
    JsonValue root;
    Diagnostics diagnostics;
    REQUIRE(ParseJson(text, "f", diagnostics, &root));
    const JsonValue& value = root.items[1];
    const JsonPlaces places(value, text);
    for (size_t begin = 0; begin <= value.string.size(); ++begin) {
      for (size_t length = 0; begin + length <= value.string.size() + 1; ++length) {
        CAPTURE(begin);
        CAPTURE(length);
        CHECK(places.Place(begin, length) == SpanInString(value, begin, length, text));
      }
    }
  }
}

TEST_CASE("places in texts are those of the file") {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 50; ++round) {
    const std::string pieces[] = {"a", "é", "✌", "🐱", "\n", "\r\n", "\t", "\xFF"};
    std::string text;
    std::vector<size_t> begins = {0};
    for (uint64_t i = random() % 20; i > 0; --i) {
      text += pieces[random() % std::size(pieces)];
      begins.push_back(text.size());
    }
    const TextPlaces places(text);
    for (const size_t begin : begins) {
      for (const size_t end : begins) {
        if (end < begin) continue;
        CHECK(places.Place(begin, end - begin) == SpanAt(text, begin, end - begin));
      }
    }
  }
}

TEST_CASE("durations") {
  struct Written {
    const char* text;
    int64_t ns;
  };
  constexpr int64_t kSecond = 1000000000;
  for (const auto& [text, ns] : {Written{"0", 0},
                                 {"0s", 0},
                                 {"3m", 180 * kSecond},
                                 {"1h30m", 5400 * kSecond},
                                 {"1h1m1s1ms1us1ns", 3661001001001},
                                 {"1.5s", 3 * kSecond / 2},
                                 {"0.25ms", 250000},
                                 {"-90s", -90 * kSecond},
                                 {"+1ns", 1},
                                 {"1s1s", 2 * kSecond},
                                 {"2562047h", 2562047 * (3600 * kSecond)}}) {
    CAPTURE(text);
    REQUIRE(ParseDurationNs(text).has_value());
    CHECK(*ParseDurationNs(text) == ns);
  }
  for (const char* text :
       {"", "-", "3", "m", "3 m", "3M", "3d", "1.s", ".5s", "1.5", "1e3s", "--1s", "3m ",
        "2562048h", "9999999999999999999s", "0.1ns", "1.0000000001s", "1h-3m"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseDurationNs(text).has_value());
  }
  CHECK(UnitNs("ms") == 1000000);
  CHECK(UnitNs("min") == 60 * kSecond);
  CHECK(UnitNs("d") == 86400 * kSecond);
  CHECK(UnitNs("") == 0);
}

}  // namespace
}  // namespace ringfence
