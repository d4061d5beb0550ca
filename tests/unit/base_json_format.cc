// The layout of JSON: where lines are broken, where comments go, and that nothing is lost, on fixed
// and on random texts.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "base/json_format.h"
#include "unit/json_pieces.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

std::string Laid(const std::string& text) {
  std::string laid = FormatJson(text, {});
  CHECK(FormatJson(laid, {}) == laid);
  return laid;
}

TEST_CASE("an object stays broken where its author broke it, and goes on one line otherwise") {
  CHECK(Laid(R"({"a":1,"b":[1,2,  3,],"c":{},"d":[ ]})") ==
        "{\n  \"a\": 1,\n  \"b\": [1, 2, 3],\n  \"c\": {},\n  \"d\": []\n}\n");
  CHECK(Laid("{ \"a\": {\n\"b\": 1, \"c\": 2 }, \"d\": { \"e\":\n 3\n} }") ==
        "{\n  \"a\": {\n    \"b\": 1,\n    \"c\": 2\n  },\n  \"d\": { \"e\": 3 }\n}\n");
  CHECK(Laid("7") == "7\n");
  CHECK(Laid("{\n}") == "{}\n");
}

TEST_CASE("the last column on one line is 120, the comma counted") {
  for (const size_t room : {0u, 1u}) {
    for (const bool comma : {false, true}) {
      const size_t start = std::string_view(R"(  "a": ["x", ")").size();
      const size_t fill = kJsonLineColumns - start - 2 - (comma ? 1 : 0) + room;
      std::string text = R"({"a":["x",")";
      for (size_t i = 0; i < fill; ++i) text += "\xC3\xA9";  // columns are code points, not bytes
      text += comma ? R"("], "b": 1})" : R"("]})";
      const std::string laid = Laid(text);
      CHECK((laid.find("\n    \"x\",\n") != std::string::npos) == (room == 1));
    }
  }
}

TEST_CASE("one empty line at most between two things, none at brackets") {
  CHECK(Laid("\n\n{\n\n\n\"a\": 1,\n\n\n\n\"b\": 2,\n\"c\": 3\n\n}\n\n") ==
        "{\n  \"a\": 1,\n\n  \"b\": 2,\n  \"c\": 3\n}\n");
}

TEST_CASE("comments stay with what they are about") {
  CHECK(Laid("// whose\n\n{ // open\n  // of a\n  \"a\": 1, // behind a\n\n  /* of b */ \"b\": 2\n"
             "  // of c\n  , \"c\": [1, /* of 2 */ 2 /* behind 2 */],\n"
             "  // at the end\n} // behind\n// last") ==
        "// whose\n\n{ // open\n  // of a\n  \"a\": 1, // behind a\n\n  /* of b */ \"b\": 2,\n"
        "  // of c\n  \"c\": [1, /* of 2 */ 2 /* behind 2 */]\n  // at the end\n} // behind\n"
        "// last\n");
}

TEST_CASE("a comment that breaks a line between key and value goes before the key") {
  CHECK(Laid("{ \"a\" : // why\n 1, \"b\" /* x */ : /* y */ 2 }") ==
        "{\n  // why\n  \"a\": 1,\n  \"b\": /* x */ /* y */ 2\n}\n");
}

TEST_CASE("comments keep their own lines and lose carriage returns and blanks at line ends") {
  CHECK(Laid("{\r\n  /* one\r\n     two */\r\n  \"a\": 1, // b  \r\n}\r\n") ==
        "{\n  /* one\n     two */\n  \"a\": 1 // b\n}\n");
  CHECK(Laid("[1 // a\n, // b\n 2]") == "[\n  1, // a\n  // b\n  2\n]\n");
  CHECK(Laid("[ /* nothing */ ]") == "[ /* nothing */ ]\n");
  CHECK(Laid("[ // nothing\n ]") == "[ // nothing\n]\n");
}

TEST_CASE("strings and numbers stay as they are written, but for edits") {
  CHECK(Laid(R"(["\u0041\/", -0, 10])") == "[\n  \"\\u0041\\/\",\n  -0,\n  10\n]\n");
  CHECK(FormatJson(R"(["a", "b", "a"])", {{1, "7"}, {11, "\"c\""}}) ==
        "[\n  7,\n  \"b\",\n  \"c\"\n]\n");
}

// A random text: values nested a little, blanks and comments wherever there may be some.
class RandomText {
 public:
  explicit RandomText(uint64_t seed) : random_(seed) {}

  std::string Make() {
    out_.clear();
    Gap();
    Value(0);
    Gap();
    return out_;
  }

 private:
  size_t Below(size_t count) { return random_() % count; }

  void Gap() {
    static const std::vector<std::string> gaps = {
        "",  "", "", " ", "\n", "\n\n\n", "/* a */", " // b\n", "\n// c \r\n", "/* d\n\n e */",
        "\t"};
    for (size_t i = Below(3); i > 0; --i) out_ += gaps[Below(gaps.size())];
  }

  void Value(size_t depth) {
    const size_t kind = Below(depth < 4 ? 6 : 3);
    if (kind == 0) out_ += std::to_string(Below(1000));
    if (kind == 1) out_ += "\"/* \\\" // " + std::string(Below(60), 'x') + "\"";
    if (kind == 2) out_ += "true";
    if (kind < 3) return;
    const bool object = kind == 3;
    out_ += object ? '{' : '[';
    Gap();
    const size_t count = Below(4);
    for (size_t i = 0; i < count; ++i) {
      if (object) {
        out_ += "\"k" + std::to_string(i) + "\"";
        Gap();
        out_ += ':';
        Gap();
      }
      Value(depth + 1);
      Gap();
      if (i + 1 < count || Below(4) == 0) out_ += ',';
      Gap();
    }
    out_ += object ? '}' : ']';
  }

  std::mt19937_64 random_;
  std::string out_;
};

TEST_CASE("laid out twice is laid out once, and nothing is lost") {
  RandomText texts(Seed());
  for (int i = 0; i < 20000; ++i) {
    const std::string text = texts.Make();
    CAPTURE(text);
    Diagnostics diagnostics;
    JsonValue before, after;
    REQUIRE(ParseJson(text, "t", diagnostics, &before));
    const std::string laid = FormatJson(text, {});
    CAPTURE(laid);
    REQUIRE(ParseJson(laid, "t", diagnostics, &after));
    REQUIRE(SameJson(before, after));
    REQUIRE(CommentsOf(laid) == CommentsOf(text));
    REQUIRE(FormatJson(laid, {}) == laid);
    REQUIRE(laid.find(" \n") == std::string::npos);
  }
}

}  // namespace
}  // namespace ringfence
